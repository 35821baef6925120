// What plugins say their version is: `extern "C" int harmonics_plugin_version()`, if they have it.
//
// Each is asked once, as it comes to life, for that is when nobody can unload it meanwhile.
#ifndef HARMONICS_VERSIONS_HPP
#define HARMONICS_VERSIONS_HPP

#include <exception>
#include <hotshoe/plugin.hpp>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

namespace harmonics {

class PluginVersions {
 public:
  static PluginVersions& instance() {
    static PluginVersions& versions = *new PluginVersions;
    return versions;
  }

  void ask(const hotshoe::Plugin& plugin) {
    int version = 0;
    if (auto function = plugin.symbol<int()>("harmonics_plugin_version")) {
      try {
        version = function.value()();
      } catch (const std::exception& thrown) {
        throw std::runtime_error(std::string("harmonics_plugin_version failed: ") + thrown.what());
      }
    }
    std::lock_guard<std::mutex> lock(mutex_);
    versions_[std::string(plugin.path())] = version;
  }

  int of(const hotshoe::Plugin& plugin) const {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = versions_.find(std::string(plugin.path()));
    return found == versions_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> versions_;
};

}  // namespace harmonics

#endif  // HARMONICS_VERSIONS_HPP
