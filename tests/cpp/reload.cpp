// Reloading a plugin that was built anew gives its new behaviour.
#include <iterator>

#include "check.hpp"
#include "rack.hpp"

namespace {

int gain(const Rack& rack) { return (*rack.find("gain"))(1); }

// As linkers and careful copiers do: the old file stays what it is for those who have it open.
void replace(const fs::path& library, const fs::path& with) {
  const fs::path beside = library.string() + ".new";
  fs::copy_file(with, beside);
  fs::rename(beside, library);
}

// As `cp` does: the bytes of the very file change under those who have it open.
void overwrite(const fs::path& library, const fs::path& with) {
  std::ifstream in(with, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  std::ofstream(library, std::ios::binary | std::ios::trunc) << bytes;
}

void a_replaced_file_is_the_new_plugin() {
  Folder folder;
  const fs::path library = folder.install("gain", built("gain2")) / "lib.so";
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin old = host.load<Mixer>("gain", rack).value();
  CHECK_EQUAL(gain(rack), 2);
  replace(library, built("gain3"));
  CHECK_EQUAL(gain(rack), 2);
  hotshoe::Plugin fresh = host.reload<Mixer>(old, rack).value();
  CHECK_EQUAL(gain(rack), 3);
  CHECK(fresh.is_loaded());
  CHECK(!old.is_loaded());
  CHECK_EQUAL(host.reload<Mixer>(old, rack).error().code(), "plugin-unloaded");
  CHECK_EQUAL(gain(rack), 3);
}

void a_private_copy_may_be_overwritten_while_it_runs() {
  Folder folder;
  const fs::path library = folder.install("gain", built("gain2")) / "lib.so";
  Rack rack;
  hotshoe::Profile profile = hotshoe::Profile::named("mixer").value();
  profile.set_private_copies(true).value();
  hotshoe::Host host = hotshoe::Host::create(profile).value();
  hotshoe::Plugin plugin = host.load_path<Mixer>(folder.string() + "/gain", rack).value();
  overwrite(library, built("gain3"));
  CHECK_EQUAL(gain(rack), 2);
  plugin = host.reload<Mixer>(plugin, rack).value();
  CHECK_EQUAL(gain(rack), 3);
  overwrite(library, built("gain2"));
  plugin = host.reload<Mixer>(plugin, rack).value();
  CHECK_EQUAL(gain(rack), 2);
  CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Unmapped);
}

void the_old_plugin_lives_on_if_the_new_one_is_refused() {
  Folder folder;
  const fs::path library = folder.install("gain", built("gain2")) / "lib.so";
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin plugin = host.load<Mixer>("gain", rack).value();
  replace(library, __FILE__);
  CHECK_EQUAL(host.reload<Mixer>(plugin, rack).error().code(), "library-format");
  CHECK_EQUAL(gain(rack), 2);

  replace(library, built("gain3"));
  std::shared_ptr<Effect> held = rack.find("gain");
  hotshoe::Result<hotshoe::Plugin> refused = host.reload<Mixer>(plugin, rack);
  CHECK(!refused);
  CHECK_EQUAL(refused.error().code(), "plugin-in-use");
  CHECK(contains(refused.error().message(), "effect `gain`"));
  CHECK_EQUAL(gain(rack), 2);
  held.reset();

  replace(library, built("throws"));
  hotshoe::Result<hotshoe::Plugin> threw = host.reload<Mixer>(plugin, rack);
  CHECK_EQUAL(threw.error().code(), "entry-failed");
  CHECK_EQUAL(threw.error().causes()[0], "boom");
  CHECK_EQUAL(rack.size(), 1u);  // what the new one had registered is gone, and the old one's is back
  CHECK_EQUAL(gain(rack), 2);
  CHECK(plugin.is_loaded());
  CHECK_EQUAL(host.plugins().size(), 1u);
  replace(library, built("gain3"));
  plugin = host.reload<Mixer>(plugin, rack).value();
  CHECK_EQUAL(gain(rack), 3);
  CHECK_EQUAL(plugin.diagnostics().size(), 0u);  // nothing of the old one stays
}

void what_cannot_be_beside_the_old_one_replaces_it_only_if_asked_to() {
  Folder folder;
  const fs::path library = folder.install("gain", built("gain2")) / "lib.so";
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin plugin = host.load<Mixer>("gain", rack).value();
  replace(library, built("unique"));
  hotshoe::Result<hotshoe::Plugin> refused = host.reload<Mixer>(plugin, rack);
  CHECK_EQUAL(refused.error().code(), HOTSHOE_CODE_RELOAD_NOT_BESIDE);
  CHECK(contains(refused.error().hint(), "replace"));
  CHECK_EQUAL(gain(rack), 2);
  CHECK(plugin.is_loaded());
  hotshoe::Plugin fresh = host.replace<Mixer>(plugin, rack).value();
  CHECK(fresh.is_loaded() && !plugin.is_loaded());
  CHECK_EQUAL(rack.size(), 1u);

  replace(library, built("throws"));
  CHECK_EQUAL(host.replace<Mixer>(fresh, rack).error().code(), "entry-failed");
  CHECK_EQUAL(rack.size(), 0u);  // there is no way back
  CHECK(host.plugins().empty());
  CHECK_EQUAL(host.replace<Mixer>(fresh, rack).error().code(), "plugin-unloaded");
}

}  // namespace

int main() {
  a_replaced_file_is_the_new_plugin();
  a_private_copy_may_be_overwritten_while_it_runs();
  the_old_plugin_lives_on_if_the_new_one_is_refused();
  what_cannot_be_beside_the_old_one_replaces_it_only_if_asked_to();
}
