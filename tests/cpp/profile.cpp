// A profile follows from a name, and states the binary interface of this program.
#include <hotshoe/profile.hpp>

#include "check.hpp"
#include "rack.hpp"

namespace {

void everything_follows_from_the_name() {
  hotshoe::Profile profile = hotshoe::Profile::named("mixer").value();
  CHECK_EQUAL(profile.name(), "mixer");
  CHECK_EQUAL(profile.version(), "");
  CHECK_EQUAL(profile.search_path_variable(), "MIXER_PLUGIN_PATH");
  CHECK_EQUAL(profile.entry(), "mixer_register");
  CHECK_EQUAL(profile.version_symbol(), "mixer_plugin_version");
  CHECK_EQUAL(profile.version_key(), "mixer_version");
  profile.set_version("2.1.0").value();
  profile.set_entry("mixer_main").value();
  profile.set_abi("tape", "reel").value();
  profile.set_private_copies(true).value();
  profile.set_index(false).value();
  profile.set_receipt_policy(hotshoe::ReceiptPolicy::IfPresent).value();
  CHECK_EQUAL(profile.version(), "2.1.0");
  CHECK_EQUAL(profile.entry(), "mixer_main");
  CHECK_EQUAL(profile.set_version("two").error().code(), "version-invalid");
  CHECK_EQUAL(profile.set_entry("not a symbol").error().code(), "profile-invalid");
  CHECK_EQUAL(profile.set_receipt_policy(hotshoe::ReceiptPolicy(9)).error().code(), "argument-invalid");
  CHECK_EQUAL(hotshoe::Profile::named("").error().code(), "profile-invalid");
}

void it_has_folders_and_runtimes() {
  hotshoe::Profile profile =
      hotshoe::Profile::from_json(R"({"name": "mixer", "shelf": 1, "runtimes": {"process": {"timeout": 5}}})")
          .value();
  CHECK_EQUAL(profile.diagnostics().size(), 1U);
  CHECK_EQUAL(profile.diagnostics()[0].code(), "profile-unknown-key");
  CHECK_EQUAL(profile.runtime_count(), 1U);
  CHECK_EQUAL(profile.runtime(0), "process");
  CHECK_EQUAL(profile.runtime_settings(0), R"({"timeout":5})");
  profile.add_runtime("native").value();
  profile.add_runtime("python", R"({"isolated": true})").value();
  CHECK_EQUAL(profile.runtime(1), "native");
  CHECK_EQUAL(profile.runtime_settings(1), "");
  CHECK_EQUAL(profile.runtime_settings(2), R"({"isolated":true})");
  CHECK_EQUAL(profile.add_runtime("Lua").error().code(), "profile-invalid");

  CHECK_EQUAL(profile.folder(hotshoe::FolderKind::User), "");
  profile.set_folder(hotshoe::FolderKind::User, "mixer/effects").value();
  profile.use_default_folders().value();
  CHECK_EQUAL(profile.folder(hotshoe::FolderKind::Program), "../lib/mixer/plugins");
  CHECK_EQUAL(profile.folder(hotshoe::FolderKind::User), "mixer/effects");
  profile.set_folder(hotshoe::FolderKind::System, "").value();
  CHECK_EQUAL(profile.folder(hotshoe::FolderKind::System), "");
  CHECK_EQUAL(profile.set_folder(hotshoe::FolderKind::User, "/effects").error().code(), "profile-invalid");
  CHECK_EQUAL(hotshoe::Profile::installed("no-such-mixer").error().code(), "profile-not-found");
  hotshoe::Host host = hotshoe::Host::create(profile).value();
  host.add_optional_search_root("/no/such/folder").value();
  CHECK(host.catalog().value().diagnostics().size() == 0);
}

void a_file_overrides_what_it_names(const Folder& folder) {
  const std::string file = (folder.path() / "mixer.host.json").string();
  std::ofstream(file) << R"({"name": "mixer", "version": "3.0.0", "entry": "mixer_start"})";
  hotshoe::Profile profile = hotshoe::Profile::from_file(file).value();
  CHECK_EQUAL(profile.version(), "3.0.0");
  CHECK_EQUAL(profile.entry(), "mixer_start");
  CHECK_EQUAL(profile.version_key(), "mixer_version");
  CHECK_EQUAL(hotshoe::Profile::from_json(R"({"name": "camera", "entry": "shoot"})").value().entry(),
              "shoot");
  CHECK_EQUAL(hotshoe::Profile::from_json("{").error().code(), "profile-invalid");
  CHECK_EQUAL(hotshoe::Profile::from_file(folder.string() + "/none").error().code(), "profile-unreadable");
}

void a_plugin_of_another_interface_is_refused(const Folder& folder) {
  folder.install("same", built("gain2"), R"(, "abi": {"compiler": "itanium"})");
  folder.install("other", built("gain2"), R"(, "abi": {"stdlib": "another"})");
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  CHECK(static_cast<bool>(host.load<Mixer>("same", rack)));
  hotshoe::Result<hotshoe::Plugin> other = host.load<Mixer>("other", rack);
  CHECK(!other);
  CHECK(contains(other.error().report(), "another"));
#if defined(__GLIBCXX__)
  folder.install("old", built("gain2"), R"(, "abi": {"stdlib": "libstdc++", "string": "old"})");
  folder.install("new", built("gain2"), R"(, "abi": {"stdlib": "libstdc++", "string": "cxx11"})");
  CHECK(static_cast<bool>(host.load<Mixer>("old", rack)) == !_GLIBCXX_USE_CXX11_ABI);
  CHECK(static_cast<bool>(host.load<Mixer>("new", rack)) == _GLIBCXX_USE_CXX11_ABI);
#endif
}

}  // namespace

int main() {
  Folder folder;
  everything_follows_from_the_name();
  it_has_folders_and_runtimes();
  a_file_overrides_what_it_names(folder);
  a_plugin_of_another_interface_is_refused(folder);
}
