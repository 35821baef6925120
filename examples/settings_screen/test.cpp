// The screen is used as somebody would, with plugins that are good, broken, too new, and changed meanwhile.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "effects.hpp"
#include "screen.hpp"

namespace fs = std::filesystem;

namespace {

void check(bool holds, const std::string& what, const std::string& found) {
  if (holds) return;
  std::cerr << what << ", found:\n" << found << std::endl;
  std::exit(1);
}

void put(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

// As an installer does, so that nobody sees half of it.
void replace(const fs::path& library, const fs::path& by) {
  const fs::path beside = library.string() + ".new";
  fs::copy_file(by, beside, fs::copy_options::overwrite_existing);
  fs::last_write_time(beside, fs::last_write_time(library) + std::chrono::seconds(2));
  fs::rename(beside, library);
}

}  // namespace

// The plugin's folder, the library of another build of it, and a folder to work in.
int main(int, char** arguments) {
  const fs::path plugin = arguments[1], louder = arguments[2], root = arguments[3];
  fs::remove_all(root);
  fs::create_directories(root);
  fs::copy(plugin, root / "studio_gain", fs::copy_options::recursive);
  put(root / "broken" / "plugin.json", "{ \"name\": ");
  put(root / "future" / "plugin.json", R"({"name": "future", "version": "2.0.0", "studio_version": ">=9"})");
  fs::copy_file(louder, root / "future" / "libfuture.so");

  Effects effects;
  hotshoe::Profile profile = hotshoe::Profile::named("studio").value();
  profile.set_version("1.0.0").value();
  const hotshoe::Host host = hotshoe::Host::create(profile).value();
  host.add_search_root(root.string()).value();
  std::ostringstream out;
  Screen screen{profile, host, effects, out};
  const auto said = [&out](const std::string& part, const std::string& what) {
    check(out.str().find(part) != std::string::npos, what, out.str());
    out.str({});
  };
  const auto gain = [&effects] { return effects.find("gain") ? effects.find("gain")->apply(1) : 0; };

  screen.enable_all();
  said("studio_gain: on\n", "what can be loaded is on");
  screen.show();
  const std::string shown = out.str();
  for (const char* part :
       {"-    broken ", "on   studio_gain 1.0.0  Louder\n", "-    future 2.0.0", "asks for studio `>=9`"}) {
    check(shown.find(part) != std::string::npos, std::string("it shows `") + part + "`", shown);
  }
  said("not well-formed JSON", "what is broken is shown with the reason");
  check(gain() == 2, "its effect is there", std::to_string(gain()));

  std::shared_ptr<Effect> used = effects.find("gain");
  screen.disable("studio_gain");
  said("studio_gain: busy: effect `gain` is in use", "what is in use stays");
  check(gain() == 2, "its effect is there still", std::to_string(gain()));
  used.reset();
  screen.disable("studio_gain");
  said("studio_gain: unmapped", "it goes");
  screen.show();
  said("off  studio_gain 1.0.0", "and is shown as off");
  check(gain() == 0, "its effect is gone", std::to_string(gain()));

  screen.enable("studio_gain");
  said("studio_gain: on\n", "it comes back");
  screen.reload_changed();
  check(out.str().empty(), "nothing changed, and nothing is done", out.str());
  fs::path library;
  for (const hotshoe::Plugin& live : host.plugins()) library = live.library();
  replace(library, louder);
  screen.reload_changed();
  said("studio_gain: on\n", "what changed is loaded anew");
  check(gain() == 3, "and does what the new one does", std::to_string(gain()));
  screen.reload_changed();
  check(out.str().empty(), "once", out.str());

  put(root / "studio_gain" / "plugin.json", "{");
  replace(library, louder);
  screen.reload_changed();
  said("manifest-syntax", "a change for the worse is said");
  check(gain() == 3, "and the old one lives on", std::to_string(gain()));
  screen.reload_changed();
  check(out.str().empty(), "once", out.str());
  screen.enable("future");
  said("plugin-not-found", "what is refused cannot be turned on");
}
