// What lies on a search path can be shown before any of it runs.
#include <hotshoe/catalog.hpp>

#include "check.hpp"

namespace {

void a_catalog_can_be_walked_over(const Folder& folder, const hotshoe::Profile& profile) {
  const hotshoe::Catalog catalog = hotshoe::Catalog::scan(profile, folder.string()).value();
  CHECK_EQUAL(catalog.size(), 2u);
  std::string names;
  for (const hotshoe::Candidate& found : catalog) names += std::string(found.name()) + " ";
  CHECK_EQUAL(names, "delay gain ");
  CHECK(catalog.diagnostics().empty());

  const hotshoe::Candidate gain = catalog.find("gain", ">=1").value();
  CHECK_EQUAL(gain.version(), "1.0.0");
  CHECK_EQUAL(gain.path(), (folder.path() / "gain").string());
  CHECK_EQUAL(gain.library(), (folder.path() / "gain" / "lib.so").string());
  CHECK_EQUAL(gain.runtime(), "native");
  CHECK_EQUAL(gain.artifact(), gain.library());
  CHECK_EQUAL(gain.description(), "Louder");
  CHECK_EQUAL(gain.refusal(), "");
  CHECK_EQUAL(gain.capabilities().size(), 1u);
  CHECK_EQUAL(gain.capabilities()[0], "effect:gain");
  CHECK_EQUAL(gain.license(), "MIT");
  CHECK_EQUAL(gain.homepage(), "https://example.org/gain");
  CHECK_EQUAL(gain.icon(), (folder.path() / "gain" / "gain.svg").string());
  CHECK_EQUAL(gain.authors().size(), 2u);
  CHECK_EQUAL(gain.authors()[1], "Bo");
  CHECK(contains(gain.manifest(), R"("icon":"gain.svg")"));
  CHECK_EQUAL(gain.other_keys(), R"({"mixer":{"knobs":2}})");
  CHECK_EQUAL(gain.refusal_code(), "");
  CHECK_EQUAL(catalog[0].refusal_code(), "host-incompatible");
  CHECK(contains(catalog[0].refusal(), catalog[0].refusal_message()));
  CHECK(contains(catalog[0].refusal(), catalog[0].refusal_hint()));
  CHECK_EQUAL(catalog[0].refusal_path(), (folder.path() / "delay").string());
  CHECK_EQUAL(catalog[0].license(), "");
  CHECK_EQUAL(catalog.newest().value().size(), 1u);
  CHECK_EQUAL(catalog.with_capability("effect:gain").value()[0].name(), "gain");
  CHECK(catalog.with_capability("effect:delay").value().empty());
  CHECK_EQUAL(catalog.with_capability("").error().code(), "capability-invalid");
  CHECK(contains(catalog.find("delay").error().report(), "mixer"));
  CHECK(contains(catalog[0].refusal(), ">=9"));
  CHECK_EQUAL(catalog.find("gain", ">=2").error().code(), "plugin-not-found");
  CHECK_EQUAL(catalog.find("gain", "soon").error().code(), "requirement-invalid");
  CHECK_EQUAL(catalog[2].name(), "");
}

void an_empty_search_path_is_not_the_environment(const Folder& folder, const hotshoe::Profile& profile) {
  setenv("MIXER_PLUGIN_PATH", folder.string().c_str(), 1);
  CHECK_EQUAL(hotshoe::Catalog::scan(profile).value().size(), 2u);
  CHECK_EQUAL(hotshoe::Catalog::scan(profile, "").error().code(), "argument-invalid");
  CHECK_EQUAL(hotshoe::Catalog::scan(profile, {}).error().code(), "argument-invalid");
  unsetenv("MIXER_PLUGIN_PATH");
  CHECK(hotshoe::Catalog::scan(profile).value().empty());
}

void what_cannot_be_read_is_a_diagnostic(const Folder& folder, const hotshoe::Profile& profile) {
  const hotshoe::Catalog catalog = hotshoe::Catalog::scan(profile, folder.string() + "/none").value();
  CHECK(catalog.empty());
  CHECK_EQUAL(catalog.diagnostics().size(), 1u);
  CHECK_EQUAL(catalog.diagnostics()[0].code(), "folder-unreadable");
}

// A plugin may be linked with a library of the host, which is found nowhere but in the running host.
void a_library_of_the_host_is_not_missing() {
  Folder folder;
  folder.install("tuned", built("tuned"));
  hotshoe::Profile profile = hotshoe::Profile::named("mixer").value();
  hotshoe::Catalog catalog = hotshoe::Catalog::scan(profile, folder.string()).value();
  CHECK_EQUAL(catalog[0].refusal(), "");
  catalog.check_libraries(profile).value();
  CHECK(contains(catalog[0].refusal(), "mixer_core"));

  profile.add_provided("*mixer_core*").value();
  catalog = hotshoe::Catalog::scan(profile, folder.string()).value();
  catalog.check_libraries(profile).value();
  CHECK_EQUAL(catalog[0].refusal(), "");
  CHECK_EQUAL(profile.add_provided("lib/core.so").error().code(), "profile-invalid");
}

}  // namespace

int main() {
  Folder folder;
  folder.install(
      "gain", built("gain2"),
      R"(, "description": "Louder", "capabilities": ["effect:gain"], "license": "MIT", "icon": "gain.svg",
                     "homepage": "https://example.org/gain", "authors": ["Ann", "Bo"], "mixer": {"knobs": 2})");
  folder.install("delay", built("gain2"), R"(, "mixer_version": ">=9")");
  hotshoe::Profile profile = hotshoe::Profile::named("mixer").value();
  profile.set_version("1.0.0").value();
  a_catalog_can_be_walked_over(folder, profile);
  an_empty_search_path_is_not_the_environment(folder, profile);
  what_cannot_be_read_is_a_diagnostic(folder, profile);
  a_library_of_the_host_is_not_missing();
}
