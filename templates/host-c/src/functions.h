/* The functions that plugins offer, by name. */
#ifndef MY_HOST_FUNCTIONS_H
#define MY_HOST_FUNCTIONS_H

#include <my_host/plugin.h>

#include <hotshoe/host.h>
#include <stdbool.h>
#include <stddef.h>

enum { FUNCTIONS_MOST = 64, FUNCTIONS_LONGEST_NAME = 63 };

struct function {
  char name[FUNCTIONS_LONGEST_NAME + 1];
  my_host_function call;
  bool is_taken;  /* a plugin has this place */
  bool is_public; /* and may be called: it is not being unloaded */
};

/* Zeros are an empty one. It is for one thread, and must outlive the plugins. */
struct functions {
  my_host_registry registry; /* what plugins see of it; first, so that it has the same address */
  struct function functions[FUNCTIONS_MOST];
  const hotshoe_plugin* plugin; /* whose entry is running */
  hotshoe_error* error;         /* why that could not register something */
};

/* A hotshoe_bind_callback: calls the entry of a plugin. What that adds is taken back when it is unloaded. */
hotshoe_error* functions_bind(void* functions, const hotshoe_plugin* plugin);

#endif /* MY_HOST_FUNCTIONS_H */
