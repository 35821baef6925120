// Handles of a live plugin come and go; the plugin stays.
#include <hotshoe/plugin.hpp>

#include "check.hpp"
#include "rack.hpp"

int main() {
  Folder folder;
  const fs::path path = folder.install("gain", built("gain3"), R"(, "capabilities": ["effect:gain"])");
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin plugin = host.load<Mixer>("gain", rack).value();

  CHECK_EQUAL(plugin.name(), "gain");
  CHECK_EQUAL(plugin.version(), "1.0.0");
  CHECK_EQUAL(plugin.path(), path.string());
  CHECK_EQUAL(plugin.library(), (path / "lib.so").string());
  CHECK_EQUAL(plugin.runtime(), "native");
  CHECK_EQUAL(plugin.artifact(), plugin.library());
  CHECK_EQUAL(plugin.capabilities().size(), 1u);
  CHECK_EQUAL(plugin.capabilities()[0], "effect:gain");

  CHECK_EQUAL(*plugin.symbol<const int>("gain_factor").value(), 3);
  CHECK_EQUAL(plugin.symbol<int()>("mixer_plugin_version").value()(), 3);
  CHECK_EQUAL(plugin.symbol<int()>("mixer_plugin_colour").error().code(), "symbol-missing");
  CHECK_EQUAL(plugin.symbol<int()>({}).error().code(), "argument-invalid");

  {
    const hotshoe::Plugin clone = plugin.clone();
    CHECK(clone.is_loaded());
  }
  hotshoe::Plugin moved = std::move(plugin);
  CHECK(moved.is_loaded());
  CHECK(!plugin.is_loaded());
  CHECK_EQUAL(plugin.name(), "");
  CHECK_EQUAL((*rack.find("gain"))(2), 6);

  CHECK(host.unload(moved).value().outcome() == hotshoe::Outcome::Unmapped);
  CHECK(!moved.is_loaded());
  CHECK_EQUAL(moved.name(), "gain");
  CHECK_EQUAL(moved.symbol<const int>("gain_factor").error().code(), "plugin-unloaded");
  CHECK_EQUAL(host.unload(plugin).error().code(), "argument-invalid");
}
