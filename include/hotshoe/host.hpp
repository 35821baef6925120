// A program's side of its plugins: where they are looked for, and which are alive.
//
//     auto host = hotshoe::Host::create(hotshoe::Profile::named("harmonics").value()).value();
//     hotshoe::Loaded loaded = host.load_all(registry);
//     for (hotshoe::Diagnostic found : loaded.diagnostics) log(found.text());
//
// Loading brings a plugin to life by calling its entry, `void harmonics_register(Registry&)`, with the
// registry: in this translation unit, inside try and catch, so that what the plugin throws becomes an error
// and never passes through Hotshoe; so does the end of the thread, pthread_exit, where glibc unwinds the
// stack for it. A file compiled with -fno-exceptions cannot do this and is refused, unless
// HOTSHOE_PLUGINS_NEVER_THROW is defined. How the registry keeps account of what plugins register is told in
// registration.hpp. `Registry` must be the very type that entries take: load<Registry>(name, derived)
// converts.
//
// The registry must outlive all that is registered with it, so make it before the host. When a Host ends,
// plugins that are loaded still stay mapped, and what they registered stays good.
//
// All const functions may be called from any number of threads.
#ifndef HOTSHOE_HOST_HPP
#define HOTSHOE_HOST_HPP

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog.hpp"
#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"
#include "runtime.h"
#include "plugin.hpp"
#include "profile.hpp"
#include "registration.hpp"
#include "unload.hpp"

namespace hotshoe {

// What came of loading many plugins.
struct Loaded {
  std::vector<Plugin> plugins;  // that are alive now, in the order in which they were loaded
  Diagnostics diagnostics;      // an error for each that is not, among other findings
};

class Host {
 public:
  // Takes ownership of the handle.
  explicit Host(hotshoe_host* handle) noexcept : handle_(handle) {}

  // A host without plugins. The profile is copied.
  static Result<Host> create(const Profile& profile) {
    hotshoe_host* host = nullptr;
    if (Result<void> made(hotshoe_host_new(profile.get(), &host)); !made) return std::move(made).error();
    return Host(host);
  }

  // Adds a folder to look for plugins in, before those of the profile's environment variable and its own.
  Result<void> add_search_root(std::string_view root) const {
    return Result<void>(hotshoe_host_add_search_root(get(), root.data(), root.size()));
  }

  // Adds a folder that need not be there: as long as it is not, nothing is said of it.
  Result<void> add_optional_search_root(std::string_view root) const {
    return Result<void>(hotshoe_host_add_optional_search_root(get(), root.data(), root.size()));
  }

  // Adds a runtime that is linked into the program: its hotshoe_runtime_module. It is used for the plugins that name
  // it, if the profile lists it among its `runtimes`. Errors: `runtime-invalid`.
  Result<void> add_runtime(hotshoe_runtime_entry entry) const {
    return Result<void>(hotshoe_host_add_runtime(get(), reinterpret_cast<hotshoe_function>(entry)));
  }

  // Adds a folder, by its absolute path, to look for the modules of runtimes in, before the one beside the installed
  // libhotshoe. One that others may write to is refused when a plugin needs it.
  Result<void> add_runtime_folder(std::string_view folder) const {
    return Result<void>(hotshoe_host_add_runtime_folder(get(), folder.data(), folder.size()));
  }

  // Has every library loaded by another program first, the tool `hotshoe`, so that one whose constructors
  // throw, exit or hang is the error `probe-failed`, where it would end this process otherwise.
  Result<void> set_prober(std::string_view program) {
    return Result<void>(hotshoe_host_set_prober(handle_.get(), program.data(), program.size()));
  }

  // The plugins that are on the search path now. Nothing is loaded.
  Result<Catalog> catalog() const {
    hotshoe_catalog* catalog = nullptr;
    if (Result<void> made(hotshoe_host_catalog(get(), &catalog)); !made) return std::move(made).error();
    return Catalog(catalog);
  }

  // Loads a plugin by name, and before it the plugins it depends on. One that is alive already is returned
  // as it is. Errors: of every stage but `package`; what the entry threw is the cause of `entry-failed`.
  template <class Registry>
  Result<Plugin> load(std::string_view name, Registry& registry) const {
    return load(name, {}, registry);
  }

  // The same for the highest version that a requirement, such as ">=1.2,<2", allows.
  template <class Registry>
  Result<Plugin> load(std::string_view name, std::string_view requirement, Registry& registry) const {
    hotshoe_plugin* plugin = nullptr;
    return owned(hotshoe_host_load(get(), name.data(), name.size(), requirement.data(), requirement.size(),
                                   detail::bind<Registry>, &registry, &plugin),
                 plugin);
  }

  // Loads a plugin that a catalog found, and not what it depends on. Otherwise like load.
  template <class Registry>
  Result<Plugin> load_candidate(const Candidate& candidate, Registry& registry) const {
    hotshoe_plugin* plugin = nullptr;
    return owned(
        hotshoe_host_load_candidate(get(), candidate.get(), detail::bind<Registry>, &registry, &plugin),
        plugin);
  }

  // Loads the plugin at a path: its folder, or its library. Otherwise like load.
  template <class Registry>
  Result<Plugin> load_path(std::string_view path, Registry& registry) const {
    hotshoe_plugin* plugin = nullptr;
    return owned(
        hotshoe_host_load_path(get(), path.data(), path.size(), detail::bind<Registry>, &registry, &plugin),
        plugin);
  }

  // Loads every plugin on the search path in its highest version. One that cannot be loaded is a diagnostic
  // and never keeps the others from being loaded.
  template <class Registry>
  Loaded load_all(Registry& registry) const {
    hotshoe_plugins* plugins = nullptr;
    hotshoe_diagnostics* diagnostics = nullptr;
    Result<void>(hotshoe_host_load_all(get(), detail::bind<Registry>, &registry, &plugins, &diagnostics))
        .value();
    return Loaded{all(plugins), Diagnostics(diagnostics)};
  }

  // Loads every plugin of a catalog, such as one made of another search path. Otherwise like load_all.
  template <class Registry>
  Loaded load_catalog(const Catalog& catalog, Registry& registry) const {
    hotshoe_plugins* plugins = nullptr;
    hotshoe_diagnostics* diagnostics = nullptr;
    Result<void>(hotshoe_host_load_catalog(get(), catalog.get(), detail::bind<Registry>, &registry, &plugins,
                                           &diagnostics))
        .value();
    return Loaded{all(plugins), Diagnostics(diagnostics)};
  }

  // Brings what is on disk in a plugin's place to life, and then ends the plugin. If anything fails on the way, the
  // plugin lives on as if nothing had been asked. While the new one is bound, what the old one registered is withdrawn.
  // Errors: `reload-not-beside`, if both cannot be in one process at a time: replace may help; `plugin-in-use`,
  // `plugin-unloaded`, and those of load_path.
  template <class Registry>
  Result<Plugin> reload(const Plugin& plugin, Registry& registry) const {
    hotshoe_plugin* reloaded = nullptr;
    return owned(hotshoe_host_reload(get(), plugin.get(), detail::bind<Registry>, &registry, &reloaded),
                 reloaded);
  }

  // Ends a plugin and then brings what is on disk in its place to life. If the new files would be refused, or the
  // plugin is in use, the old plugin lives on. An error after that leaves none alive: there is no way back.
  // Errors: `plugin-in-use`, `plugin-unloaded`, and those of load_path.
  template <class Registry>
  Result<Plugin> replace(const Plugin& plugin, Registry& registry) const {
    hotshoe_plugin* replaced = nullptr;
    return owned(hotshoe_host_replace(get(), plugin.get(), detail::bind<Registry>, &registry, &replaced),
                 replaced);
  }

  // Unloads a plugin and says truthfully what became of it. No thread may be in its code.
  // Errors: `plugin-unloaded`, `plugin-busy`.
  Result<Unload> unload(const Plugin& plugin) const {
    hotshoe_unload* unload = nullptr;
    Result<void> asked(hotshoe_host_unload(get(), plugin.get(), &unload));
    if (!asked) return std::move(asked).error();
    return Unload(unload);
  }

  // The live plugins, in the order in which they were loaded.
  std::vector<Plugin> plugins() const { return live({}, {}).value(); }

  // Those of a name: several, if several versions are loaded.
  std::vector<Plugin> plugins_named(std::string_view name) const { return live(name, {}).value(); }

  // Those under a capability. Errors: `capability-invalid`.
  Result<std::vector<Plugin>> plugins_with(std::string_view capability) const { return live({}, capability); }

  const hotshoe_host* get() const noexcept { return handle_.get(); }

 private:
  static Result<Plugin> owned(hotshoe_error* error, hotshoe_plugin*& plugin) {
    if (error != nullptr) return Error(error);
    return Plugin(plugin);
  }

  static std::vector<Plugin> all(hotshoe_plugins* handle) {
    std::unique_ptr<hotshoe_plugins, detail::Deleter<hotshoe_plugins_free>> plugins(handle);
    std::vector<Plugin> all;
    all.reserve(hotshoe_plugins_count(handle));
    for (std::size_t index = 0; index < hotshoe_plugins_count(handle); ++index) {
      all.emplace_back(hotshoe_plugin_clone(hotshoe_plugins_get(handle, index)));
    }
    return all;
  }

  Result<std::vector<Plugin>> live(std::string_view name, std::string_view capability) const {
    hotshoe_plugins* plugins = nullptr;
    Result<void> listed(hotshoe_host_plugins(get(), name.data(), name.size(), capability.data(),
                                             capability.size(), &plugins));
    if (!listed) return std::move(listed).error();
    return all(plugins);
  }

  std::unique_ptr<hotshoe_host, detail::Deleter<hotshoe_host_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_HOST_HPP
