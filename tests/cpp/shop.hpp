// What the tests of packages share: archives of the plugin `gain`, and a host that asks for receipts.
#ifndef SHOP_HPP
#define SHOP_HPP

#include <cstdlib>
#include <hotshoe/hotshoe.hpp>
#include <string>

#include "check.hpp"
#include "rack.hpp"

// A folder with archives, beside a root. Each is used by one test.
class Shop {
 public:
  // An archive of a version, which is made by the tool. `library` tells builds of a version apart.
  std::string archive(const std::string& version, const std::string& library = "gain2") const {
    const fs::path sources = folder_.path() / (version + "-" + library);
    const fs::path plugin = sources / "gain";
    fs::create_directories(plugin);
    fs::copy_file(built(library), plugin / "lib.so", fs::copy_options::overwrite_existing);
    std::ofstream(plugin / "plugin.json")
        << R"({"name": "gain", "version": ")" << version << R"(", "library": "lib.so"})";
    const std::string call = std::string(HOTSHOE_TOOL) + " package " + plugin.string() + " --output " +
                             sources.string() + " > /dev/null";
    CHECK_EQUAL(std::system(call.c_str()), 0);
    return (sources / ("gain-" + version + ".tar.gz")).string();
  }

  hotshoe::Root root() const { return hotshoe::Root::at((folder_.path() / "plugins").string()).value(); }

  // What an install of a version says.
  hotshoe::Installed install(const std::string& version, const std::string& library = "gain2") const {
    return hotshoe::Install::of(archive(version, library)).value().into_root(root()).value();
  }

  // The version that a host would load, or the error's code.
  std::string loaded() const {
    hotshoe::Profile profile = hotshoe::Profile::named("mixer").value();
    profile.set_receipt_policy(hotshoe::ReceiptPolicy::Required).value();
    Rack rack;
    hotshoe::Host host = hotshoe::Host::create(profile).value();
    host.add_search_root(root().path()).value();
    hotshoe::Result<hotshoe::Plugin> gain = host.load<Mixer>("gain", rack);
    if (!gain) return std::string(gain.error().code());
    const std::string version(gain.value().version());
    CHECK(host.unload(gain.value()).value().outcome() == hotshoe::Outcome::Unmapped);
    return version;
  }

 private:
  Folder folder_;
};

// The versions in a list; those out of use in brackets.
inline std::string versions(const hotshoe::Installed& installed) {
  std::string versions;
  for (const hotshoe::InstalledPlugin& found : installed) {
    if (!versions.empty()) versions += " ";
    versions += found.in_use() ? std::string(found.version()) : "(" + std::string(found.version()) + ")";
  }
  return versions;
}

#endif  // SHOP_HPP
