// Unloading has three honest answers.
#include <hotshoe/unload.hpp>

#include "check.hpp"
#include "rack.hpp"

namespace {

void a_plugin_that_nobody_uses_is_unmapped(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin gain = host.load<Mixer>("gain", rack).value();
  CHECK(mappings_of(gain.library()) > 0);
  const hotshoe::Unload unload = host.unload(gain).value();
  CHECK(unload.outcome() == hotshoe::Outcome::Unmapped);
  CHECK(unload.reasons().empty());
  CHECK_EQUAL(unload.text(), "unmapped");
  CHECK_EQUAL(mappings_of(gain.library()), 0);
  CHECK(rack.find("gain") == nullptr);
}

void a_plugin_in_use_is_busy_and_names_what(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin gain = host.load<Mixer>("gain", rack).value();
  std::shared_ptr<Effect> held = rack.find("gain");
  const hotshoe::Unload busy = host.unload(gain).value();
  CHECK(busy.outcome() == hotshoe::Outcome::Busy);
  CHECK_EQUAL(busy.reasons().size(), 1u);
  CHECK_EQUAL(busy.reasons()[0], "effect `gain` is in use");
  CHECK_EQUAL(busy.text(), "busy: effect `gain` is in use");

  CHECK(gain.is_loaded());
  CHECK_EQUAL((*held)(21), 42);
  CHECK(rack.find("gain") == held);  // as if nothing had been asked
  held.reset();
  CHECK(host.unload(gain).value().outcome() == hotshoe::Outcome::Unmapped);
  CHECK_EQUAL(mappings_of(gain.library()), 0);
}

#if defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
void a_plugin_that_the_system_keeps_is_resident_and_says_why(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin unique = host.load<Mixer>("unique", rack).value();
  CHECK_EQUAL((*rack.find("count"))(0), 1);
  const hotshoe::Unload resident = host.unload(unique).value();
  CHECK(resident.outcome() == hotshoe::Outcome::Resident);
  CHECK(contains(resident.text(), "Counter"));
  CHECK(mappings_of(unique.library()) > 0);
  CHECK(rack.find("count") == nullptr);
  CHECK(!unique.is_loaded());
  // What stays mapped can be loaded again.
  unique = host.load<Mixer>("unique", rack).value();
  CHECK_EQUAL((*rack.find("count"))(0), 2);
}
#endif

void unloading_twice_or_in_any_order_is_safe(const Folder& folder) {
  folder.install("first", built("gain2"));
  folder.install("second", built("gain3"));
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin first = host.load<Mixer>("first", rack).value();
  hotshoe::Plugin second = host.load<Mixer>("second", rack).value();
  CHECK_EQUAL((*rack.find("gain"))(1), 3);
  CHECK(host.unload(first).value().outcome() == hotshoe::Outcome::Unmapped);
  CHECK_EQUAL((*rack.find("gain"))(1), 3);
  CHECK_EQUAL(host.unload(first).error().code(), "plugin-unloaded");
  CHECK(host.unload(second).value().outcome() == hotshoe::Outcome::Unmapped);
  CHECK_EQUAL(rack.size(), 0u);
  CHECK(host.plugins().empty());
}

}  // namespace

int main() {
  Folder folder;
  folder.install("gain", built("gain2"));
  folder.install("unique", built("unique"));
  a_plugin_that_nobody_uses_is_unmapped(folder);
  a_plugin_in_use_is_busy_and_names_what(folder);
#if defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
  a_plugin_that_the_system_keeps_is_resident_and_says_why(folder);
#endif
  unloading_twice_or_in_any_order_is_safe(folder);
}
