#include <hotshoe/hotshoe.hpp>
#include <iostream>

#include "registry.hpp"  // whatever your plugins register with

int main() {
  Registry registry;
  auto host = hotshoe::Host::create(hotshoe::Profile::named("minimal").value()).value();
  auto loaded = host.load_all(registry);  // along MINIMAL_PLUGIN_PATH
  for (const auto& plugin : loaded.plugins) std::cout << plugin.name() << " " << plugin.version() << "\n";
  for (const auto& found : loaded.diagnostics) std::cerr << found.text() << "\n";
  for (const auto& greeting : registry.greetings) std::cout << greeting << "\n";
}
