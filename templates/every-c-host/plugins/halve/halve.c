#include <my_host/plugin.h>

static float halve(float x) { return x / 2; }

void my_host_register(my_host_registry* registry);

void my_host_register(my_host_registry* registry) {
  /* A name, and what is called under it. */
  registry->add(registry, "halve", halve);
}
