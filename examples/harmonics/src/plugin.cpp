// The plugins of this process: one Host, and what functions for several plugins noticed.
#include "harmonics/plugin.hpp"

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "versions.hpp"

namespace harmonics {
namespace {

struct Runtime {
  // The variable HARMONICS_HOST names a file to take instead: one with other policies.
  hotshoe::Profile profile = [] {
    const char* file = std::getenv("HARMONICS_HOST");
    hotshoe::Profile profile = file == nullptr ? hotshoe::Profile::named("harmonics").value()
                                               : hotshoe::Profile::from_file(file).value();
    if (file == nullptr) profile.use_default_folders().value();  // those of harmonics.host.json
    profile.set_version(HARMONICS_VERSION).value();
    return profile;
  }();
  hotshoe::Host host = hotshoe::Host::create(profile).value();
  std::mutex mutex;
  std::vector<PluginDiagnostic> diagnostics;

  void notice(hotshoe::Severity severity, std::string_view plugin, std::string_view code,
              std::string_view text) {
    std::lock_guard<std::mutex> lock(mutex);
    for (const PluginDiagnostic& known : diagnostics) {
      if (known.text == text) return;  // What cannot be reloaded cannot be loaded either.
    }
    diagnostics.push_back({severity, std::string(plugin), std::string(code), std::string(text)});
  }

  void notice(const hotshoe::Error& error) {
    notice(hotshoe::Severity::Error, error.plugin(), error.code(), error.report());
  }
};

// Never destroyed: plugins may be in use until the very end of the process.
Runtime& runtime() {
  static Runtime& runtime = *new Runtime;
  return runtime;
}

PluginHandle handle_of(hotshoe::Plugin plugin) {
  std::string path(plugin.path());
  const int version = PluginVersions::instance().of(plugin);
  return {std::move(plugin), std::move(path), version};
}

// The live plugin that a path means: by its folder, or by its library.
std::optional<hotshoe::Plugin> live_at(std::string_view path) {
  for (hotshoe::Plugin& plugin : runtime().host.plugins()) {
    std::error_code not_there;
    if (std::filesystem::equivalent(path, plugin.path(), not_there) ||
        std::filesystem::equivalent(path, plugin.library(), not_there)) {
      return std::move(plugin);
    }
  }
  return std::nullopt;
}

// Empty means the environment variable.
hotshoe::Catalog scan(const std::string& search_path) {
  if (search_path.empty()) return hotshoe::Catalog::scan(runtime().profile).value();
  return hotshoe::Catalog::scan(runtime().profile, search_path).value();
}

std::vector<PluginHandle> load(const hotshoe::Catalog& catalog) {
  hotshoe::Loaded loaded = runtime().host.load_catalog(catalog, FunctionRegistry::instance());
  for (const hotshoe::Diagnostic& found : loaded.diagnostics) {
    runtime().notice(found.severity(), found.plugin(), found.code(), found.text());
  }
  std::vector<PluginHandle> handles;
  for (hotshoe::Plugin& plugin : loaded.plugins) handles.push_back(handle_of(std::move(plugin)));
  return handles;
}

// Where both cannot be in one process at a time, the old one is ended first; then there is no way back.
hotshoe::Result<hotshoe::Plugin> reload(const hotshoe::Plugin& live) {
  auto reloaded = runtime().host.reload(live, FunctionRegistry::instance());
  if (reloaded.error().code() != HOTSHOE_CODE_RELOAD_NOT_BESIDE) return reloaded;
  return runtime().host.replace(live, FunctionRegistry::instance());
}

std::vector<PluginHandle> reload(const hotshoe::Catalog& catalog) {
  for (const hotshoe::Candidate& found : catalog) {
    std::optional<hotshoe::Plugin> live = live_at(found.path());
    if (!live) continue;
    auto reloaded = reload(*live);
    if (!reloaded) runtime().notice(reloaded.error());
  }
  return load(catalog);
}

}  // namespace

PluginHandle load_plugin(const std::string& path) {
  return handle_of(runtime().host.load_path(path, FunctionRegistry::instance()).value());
}

PluginHandle reload_plugin(const std::string& path) {
  while (std::optional<hotshoe::Plugin> live = live_at(path)) {
    auto reloaded = reload(*live);
    if (reloaded) return handle_of(std::move(reloaded).value());
    // Another thread ended it in between: look again.
    if (reloaded.error().code() != HOTSHOE_CODE_PLUGIN_UNLOADED) std::move(reloaded).value();
  }
  return load_plugin(path);
}

std::vector<PluginHandle> load_plugins_in_directory(const std::string& directory) {
  return load(hotshoe::Catalog::scan(runtime().profile, directory).value());
}

std::vector<PluginHandle> reload_plugins_in_directory(const std::string& directory) {
  return reload(hotshoe::Catalog::scan(runtime().profile, directory).value());
}

std::vector<PluginHandle> load_plugins_from_path(const std::string& search_path) {
  return load(scan(search_path));
}

std::vector<PluginHandle> reload_plugins_from_path(const std::string& search_path) {
  return reload(scan(search_path));
}

hotshoe::Unload unload_plugin(const PluginHandle& handle) {
  return runtime().host.unload(handle.plugin).value();
}

void unload_plugins(std::vector<PluginHandle>& handles) {
  std::vector<PluginHandle> busy;
  while (!handles.empty()) {
    PluginHandle last = std::move(handles.back());
    handles.pop_back();
    hotshoe::Result<hotshoe::Unload> answer = runtime().host.unload(last.plugin);
    if (!answer) {
      runtime().notice(answer.error());
    } else if (answer.value().outcome() == hotshoe::Outcome::Busy) {
      runtime().notice(
          hotshoe::Severity::Warning, last.plugin.name(), "plugin-in-use",
          "plugin `" + std::string(last.plugin.name()) + "`: " + std::string(answer.value().text()));
      busy.insert(busy.begin(), std::move(last));
    }
  }
  handles = std::move(busy);
}

std::vector<PluginDiagnostic> plugin_diagnostics() {
  std::lock_guard<std::mutex> lock(runtime().mutex);
  return std::exchange(runtime().diagnostics, {});
}

std::future<PluginHandle> load_plugin_async(std::string path) {
  return std::async(std::launch::async, load_plugin, std::move(path));
}

std::future<PluginHandle> reload_plugin_async(std::string path) {
  return std::async(std::launch::async, reload_plugin, std::move(path));
}

std::future<std::vector<PluginHandle>> load_plugins_in_directory_async(std::string directory) {
  return std::async(std::launch::async, load_plugins_in_directory, std::move(directory));
}

std::future<std::vector<PluginHandle>> reload_plugins_in_directory_async(std::string directory) {
  return std::async(std::launch::async, reload_plugins_in_directory, std::move(directory));
}

std::future<std::vector<PluginHandle>> load_plugins_from_path_async(std::string search_path) {
  return std::async(std::launch::async, load_plugins_from_path, std::move(search_path));
}

std::future<std::vector<PluginHandle>> reload_plugins_from_path_async(std::string search_path) {
  return std::async(std::launch::async, reload_plugins_from_path, std::move(search_path));
}

std::future<hotshoe::Unload> unload_plugin_async(PluginHandle handle) {
  return std::async(std::launch::async, unload_plugin, std::move(handle));
}

std::future<std::vector<PluginHandle>> unload_plugins_async(std::vector<PluginHandle> handles) {
  return std::async(std::launch::async, [handles = std::move(handles)]() mutable {
    unload_plugins(handles);
    return std::move(handles);
  });
}

}  // namespace harmonics
