// my-host: loads the plugins along MY_HOST_PLUGIN_PATH, calls what they offer, and unloads them.
//
// Exit code: 0, or 1 if a plugin could not be loaded.
#include <exception>
#include <hotshoe/hotshoe.hpp>
#include <iostream>
#include <string_view>

#include "functions.hpp"
#include "profile.h"

static bool run() {
  my_host::Nothing nothing;  // There is nothing that plugins register with.
  const std::string_view json(reinterpret_cast<const char*>(profile_json), sizeof profile_json);
  const auto profile = hotshoe::Profile::from_json(json).value();
  const auto host = hotshoe::Host::create(profile).value();

  const auto loaded = host.load_all(nothing);
  for (const auto& found : loaded.diagnostics) std::cerr << found.text() << "\n";
  if (loaded.plugins.empty() && loaded.diagnostics.empty()) {
    std::cout << "no plugin found along " << profile.search_path_variable() << "\n";
  }
  for (const auto& plugin : loaded.plugins) {
    std::cout << "loaded " << plugin.name() << " " << plugin.version() << "\n";
  }
  for (const auto& plugin : loaded.plugins) {
    if (const auto function = my_host::Function::of(plugin)) {
      std::cout << function->name() << "(-3) = " << (*function)(-3) << "\n";
    }
  }
  for (const auto& plugin : loaded.plugins) {
    std::cout << "unloaded " << plugin.name() << ": " << host.unload(plugin).value().text() << "\n";
  }
  for (const auto& found : loaded.diagnostics) {
    if (found.severity() == hotshoe::Severity::Error) return false;
  }
  return true;
}

int main() {
  try {
    return run() ? 0 : 1;
  } catch (const std::exception& thrown) {
    std::cerr << "my-host: " << thrown.what() << "\n";
    return 1;
  }
}
