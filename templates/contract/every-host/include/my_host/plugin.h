/* The interface of my-host that its plugins offer, by the contract of hotshoe/plugin.h:
 * a function, and its name. */
#ifndef MY_HOST_PLUGIN_H
#define MY_HOST_PLUGIN_H

#include <stddef.h>

#define MY_HOST_FUNCTION_1 "org.example.my_host.function/1"

/* May be called by any thread, several at once. New members go to the end. */
typedef struct my_host_function_1 {
  size_t size; /* of this table */
  const char* name;
  float (*call)(void* instance, float x);
} my_host_function_1;

#endif /* MY_HOST_PLUGIN_H */
