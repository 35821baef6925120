#define _GNU_SOURCE
#include <unistd.h>

int open_both(int* ends);

/* Of glibc 2.9. */
int open_both(int* ends) { return pipe2(ends, 0); }
