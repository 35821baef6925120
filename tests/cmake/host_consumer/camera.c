#include <hotshoe/host.h>
#include <stdio.h>

int main(void) { return printf("hotshoe %s\n", hotshoe_version()) < 0; }
