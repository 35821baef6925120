// Findings can be walked over, and name the plugin that did not come.
#include <hotshoe/diagnostics.hpp>

#include "check.hpp"
#include "rack.hpp"

int main() {
  Folder folder;
  folder.install("gain", built("gain2"));
  fs::create_directories(folder.path() / "broken");
  std::ofstream(folder.path() / "broken" / "plugin.json") << "{";

  Rack rack;
  hotshoe::Loaded loaded = mixer_host(folder).load_all<Mixer>(rack);
  CHECK_EQUAL(loaded.plugins.size(), 1u);
  CHECK_EQUAL(loaded.diagnostics.size(), 1u);
  CHECK(!loaded.diagnostics.empty());

  int seen = 0;
  for (const hotshoe::Diagnostic& found : loaded.diagnostics) {
    ++seen;
    CHECK(found.severity() == hotshoe::Severity::Error);
    CHECK_EQUAL(found.code(), "manifest-syntax");
    CHECK(contains(found.path(), "broken"));
    CHECK(contains(found.text(), found.message()));
    CHECK(contains(found.text(), found.hint()));
    CHECK(contains(found.text(), found.plugin()));
  }
  CHECK_EQUAL(seen, 1);
  CHECK_EQUAL(loaded.diagnostics[1].code(), "");
  CHECK(loaded.diagnostics[1].severity() == hotshoe::Severity::Note);

  hotshoe::Diagnostics moved = std::move(loaded.diagnostics);
  CHECK(loaded.diagnostics.empty());
  CHECK(loaded.diagnostics.begin() == loaded.diagnostics.end());
  CHECK_EQUAL(moved.size(), 1u);
}
