/* The function that a plugin offers. */
#ifndef MY_HOST_FUNCTIONS_H
#define MY_HOST_FUNCTIONS_H

#include <hotshoe/host.h>

/* Calls the function of a plugin, and prints what comes out. One without it prints nothing. */
hotshoe_error* functions_call(const hotshoe_plugin* plugin, float x);

#endif /* MY_HOST_FUNCTIONS_H */
