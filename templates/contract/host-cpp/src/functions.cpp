#include "functions.hpp"

#include <hotshoe/plugin.h>

namespace my_host {

std::optional<Function> Function::of(const hotshoe::Plugin& plugin) {
  const auto* table =
      hotshoe::interface_of<my_host_function_1>(plugin, "org.example.my_host.function", 1).value();
  if (!HOTSHOE_PLUGIN_HAS(table, call)) return std::nullopt;
  return Function(table, hotshoe::instance_of(plugin).value());
}

}  // namespace my_host
