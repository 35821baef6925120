/* The entry: what the host calls when it loads the plugin. */
#include "my_plugin_leaky.h"

/* A stand-in for what the host hands over: include the host's header, and take its type instead. */
struct registry;

void some_host_register(struct registry* registry);

void some_host_register(struct registry* registry) {
  /* Here the plugin offers its function in the host's words, for example
   *   registry->add(registry, "leaky", my_plugin_leaky); */
  (void)registry;
}
