// A host loads the good plugins, whatever the others do.
#include <exception>
#include <fstream>
#include <hotshoe/host.hpp>
#include <thread>

#include "check.hpp"
#include "rack.hpp"

namespace {

void what_an_entry_throws_is_the_error(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Result<hotshoe::Plugin> boom = host.load<Mixer>("throws", rack);
  CHECK(!boom);
  CHECK_EQUAL(boom.error().code(), "entry-failed");
  CHECK_EQUAL(boom.error().plugin(), "throws");
  CHECK_EQUAL(boom.error().causes()[0], "boom");
  CHECK_EQUAL(rack.size(), 0u);  // what it had registered is gone
  CHECK_EQUAL(mappings_of(folder.path() / "throws"), 0);

  hotshoe::Result<hotshoe::Plugin> number = host.load<Mixer>("throws_int", rack);
  CHECK(!number);
  CHECK_EQUAL(number.error().causes()[0], "an exception that is not a std::exception");
  CHECK_EQUAL(mappings_of(folder.path() / "throws_int"), 0);
  CHECK(host.plugins().empty());
}

void an_entry_that_ends_its_thread_is_an_error_and_the_thread_goes_on() {
  Folder folder;
  folder.install("ends_thread", built("ends_thread"));
  folder.install("gain", built("gain2"));
  auto load = [&] {
    Rack rack;
    hotshoe::Host host = mixer_host(folder);
    for (int round = 0; round < 2; ++round) {
      hotshoe::Loaded loaded = host.load_all<Mixer>(rack);
      CHECK_EQUAL(loaded.plugins.size(), 1u);
      CHECK_EQUAL(loaded.diagnostics.size(), 1u);
      CHECK(contains(loaded.diagnostics[0].text(), "ended the thread"));
      CHECK_EQUAL(rack.size(), 1u);
      CHECK_EQUAL(mappings_of(folder.path() / "ends_thread"), 0);
      CHECK_EQUAL(std::uncaught_exceptions(), 0);
    }
    for (hotshoe::Plugin& plugin : host.plugins()) host.unload(plugin).value();
  };
  load();
  std::thread(load).join();
}

void a_thread_that_is_cancelled_in_an_entry_goes_on() {
  Folder folder;
  folder.install("cancelled", built("cancelled"));
  bool went_on = false;
  std::thread([&] {
    Rack rack;
    hotshoe::Result<hotshoe::Plugin> loaded = mixer_host(folder).load<Mixer>("cancelled", rack);
    CHECK_EQUAL(loaded.error().code(), "entry-failed");
    CHECK(contains(loaded.error().causes()[0], "cancelled"));
    went_on = true;
  }).join();
  CHECK(went_on);
}

void nine_good_plugins_load_beside_a_broken_one() {
  Folder folder;
  for (int i = 1; i <= 9; ++i) folder.install("good" + std::to_string(i), built("gain2"));
  folder.install("good5b", built("throws"));
  Rack rack;
  hotshoe::Loaded loaded = mixer_host(folder).load_all<Mixer>(rack);
  CHECK_EQUAL(loaded.plugins.size(), 9u);
  CHECK_EQUAL(loaded.diagnostics.size(), 1u);
  CHECK_EQUAL(loaded.diagnostics[0].plugin(), "good5b");
  CHECK(contains(loaded.diagnostics[0].text(), "boom"));
}

void a_version_that_cannot_be_loaded_is_passed_over_and_told() {
  Folder folder;
  folder.install("gain", built("gain2"));
  fs::create_directories(folder.path() / "gain-2");
  std::ofstream(folder.path() / "gain-2/plugin.json")
      << R"({"name": "gain", "version": "2.0.0", "library": "lib.so"})";
  std::ofstream(folder.path() / "gain-2/lib.so") << "no library";
  Rack rack;
  hotshoe::Plugin gain = mixer_host(folder).load<Mixer>("gain", rack).value();
  CHECK_EQUAL(gain.version(), "1.0.0");
  CHECK_EQUAL(gain.diagnostics().size(), 1u);
  CHECK(contains(gain.diagnostics()[0].path(), "gain-2"));
}

void a_plugin_is_found_by_name_version_path_and_capability(const Folder& folder) {
  folder.install("gain", built("gain2"), R"(, "capabilities": ["effect:gain"])");
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  CHECK(host.catalog().value().size() > 2);
  CHECK_EQUAL(host.load<Mixer>("gain", ">=2", rack).error().code(), "plugin-not-found");
  CHECK_EQUAL(host.load<Mixer>("gain", "soon", rack).error().code(), "requirement-invalid");
  hotshoe::Plugin gain = host.load<Mixer>("gain", ">=1,<2", rack).value();
  hotshoe::Plugin same = host.load_path<Mixer>(gain.library(), rack).value();
  CHECK_EQUAL(host.load<Mixer>("gain", rack).value().path(), same.path());
  CHECK_EQUAL(host.plugins().size(), 1u);
  CHECK_EQUAL(host.plugins_named("gain").size(), 1u);
  CHECK_EQUAL(host.plugins_named("Gain").size(), 0u);
  CHECK_EQUAL(host.plugins_with("effect:gain").value().size(), 1u);
  CHECK_EQUAL(host.plugins_with("effect:delay").value().size(), 0u);
  CHECK_EQUAL(host.plugins_with("\n").error().code(), "capability-invalid");
  CHECK_EQUAL(host.load_path<Mixer>("/no/such/plugin", rack).error().code(), "library-missing");
}

void another_search_path_can_be_loaded_too(const Folder& folder) {
  Folder nothing;
  Rack rack;
  hotshoe::Host host = mixer_host(nothing);
  CHECK(host.load_all<Mixer>(rack).plugins.empty());
  const hotshoe::Profile profile = hotshoe::Profile::named("mixer").value();
  const hotshoe::Catalog catalog = hotshoe::Catalog::scan(profile, folder.string()).value();
  hotshoe::Loaded loaded = host.load_catalog<Mixer>(catalog, rack);
  CHECK_EQUAL(loaded.plugins.size(), 1u);
  CHECK_EQUAL(loaded.diagnostics.size(), 2u);
  CHECK_EQUAL(host.load_candidate<Mixer>(catalog.find("gain").value(), rack).value().name(), "gain");
  CHECK_EQUAL(host.load_candidate<Mixer>(catalog[99], rack).error().code(), "argument-invalid");
}

void what_was_registered_outlives_the_host(const Folder& folder) {
  static Rack rack;
  std::shared_ptr<Effect> held;
  {
    hotshoe::Host host = mixer_host(folder);
    CHECK(static_cast<bool>(host.load<Mixer>("gain", rack)));
    hotshoe::Host moved = std::move(host);
    CHECK_EQUAL(moved.plugins().size(), 1u);
    held = rack.find("gain");
  }
  CHECK_EQUAL((*held)(4), 8);
  CHECK_EQUAL((*rack.find("gain"))(4), 8);
}

void a_prober_that_cannot_run_is_the_error(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  host.set_prober("/no/such/program").value();
  CHECK_EQUAL(host.load<Mixer>("gain", rack).error().code(), "probe-failed");
}

}  // namespace

int main() {
  Folder folder;
  folder.install("throws", built("throws"));
  folder.install("throws_int", built("throws_int"));
  what_an_entry_throws_is_the_error(folder);
  an_entry_that_ends_its_thread_is_an_error_and_the_thread_goes_on();
  a_thread_that_is_cancelled_in_an_entry_goes_on();
  nine_good_plugins_load_beside_a_broken_one();
  a_version_that_cannot_be_loaded_is_passed_over_and_told();
  a_plugin_is_found_by_name_version_path_and_capability(folder);
  another_search_path_can_be_loaded_too(folder);
  what_was_registered_outlives_the_host(folder);
  a_prober_that_cannot_run_is_the_error(folder);
}
