// The entry: what my-host calls when it loads the plugin.
//
// No exception may leave it, for its caller is written in Rust.
#include <my_host/plugin.h>

#include "leaky.hpp"

extern "C" void some_host_register(my_host_registry* registry) {
  // A name, and what is called under it.
  registry->add(registry, "leaky", my_plugin::leaky);
}
