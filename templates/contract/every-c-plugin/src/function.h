/* An interface of some-host, which its plugins offer: a stand-in. Take the header of some-host instead, if it
 * has one. */
#ifndef SOME_HOST_FUNCTION_H
#define SOME_HOST_FUNCTION_H

#include <stddef.h>

#define SOME_HOST_FUNCTION_1 "org.example.some_host.function/1"

/* May be called by any thread, several at once. New members go to the end. */
typedef struct some_host_function_1 {
  size_t size; /* of this table */
  const char* name;
  float (*call)(void* instance, float x);
} some_host_function_1;

#endif /* SOME_HOST_FUNCTION_H */
