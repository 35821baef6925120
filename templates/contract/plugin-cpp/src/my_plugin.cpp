// The plugin: each host has an object of this class, and asks it for what it offers.
#include <hotshoe/contract.hpp>

#include "function.h"
#include "leaky.hpp"

class Plugin {
 public:
  // What it throws, the host is told.
  explicit Plugin(hotshoe::PluginHost) {}

  const void* interface(std::string_view id) const noexcept {
    static constexpr some_host_function_1 function = {sizeof function, "leaky", call};
    return id == SOME_HOST_FUNCTION_1 ? &function : nullptr;
  }

 private:
  static float call(void*, float x) { return my_plugin::leaky(x); }
};

HOTSHOE_PLUGIN(Plugin, HOTSHOE_PLUGIN_NAME, HOTSHOE_PLUGIN_VERSION)
