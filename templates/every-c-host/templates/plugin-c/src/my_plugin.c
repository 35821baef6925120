/* The entry: what my-host calls when it loads the plugin. */
#include <my_host/plugin.h>

#include "my_plugin_leaky.h"

void some_host_register(my_host_registry* registry);

void some_host_register(my_host_registry* registry) {
  /* A name, and what is called under it. */
  registry->add(registry, "leaky", my_plugin_leaky);
}
