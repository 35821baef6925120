// The entry: what the host calls when it loads the plugin.
#include "leaky.hpp"

// A stand-in for what the host hands over: include the host's header, and take its type instead.
struct Registry;

extern "C" void some_host_register(Registry& registry) {
  // Here the plugin offers its function in the host's words, for example
  //   registry.add("leaky", my_plugin::leaky);
  static_cast<void>(registry);
}
