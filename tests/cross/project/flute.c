/* A plugin in C, which hands its answer over. */
void band_register(int* answer) { *answer = 42; }
