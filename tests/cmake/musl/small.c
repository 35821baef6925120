#include <stdlib.h>

void harmonics_register(void* registry);

void harmonics_register(void* registry) { setenv("SMALL", registry ? "yes" : "no", 1); }
