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
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "callback.hpp"
#include "catalog.hpp"
#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"
#include "plugin.hpp"
#include "profile.hpp"
#include "registration.hpp"
#include "runtime.h"
#include "unload.hpp"
#include "watch.hpp"

namespace hotshoe {

// What came of loading many plugins.
struct Loaded {
  std::vector<Plugin> plugins;  // that are alive now, in the order in which they were loaded
  Diagnostics diagnostics;      // an error for each that is not, among other findings
};

// What a host does with a candidate at a moment.
enum class CandidateState {
  NotLoaded = HOTSHOE_CANDIDATE_STATE_NOT_LOADED,
  Loading = HOTSHOE_CANDIDATE_STATE_LOADING,  // or reloading or unloading it
  Loaded = HOTSHOE_CANDIDATE_STATE_LOADED,
  Ended = HOTSHOE_CANDIDATE_STATE_ENDED,  // by itself: unload or reload it
};

// What became of one plugin when all were unloaded.
struct UnloadAnswer {
  Plugin plugin;
  std::optional<Outcome> outcome;  // none: it could not be unloaded
  std::string text;                // outcome and reasons in one line, or the report of the error
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

  // Adds a runtime that is linked into the program: its hotshoe_runtime_module. It is used for the plugins
  // that name it, if the profile lists it among its `runtimes`. What such plugins look like must be said by a
  // `<name>.runtime.json` in a folder of runtimes. Errors: `runtime-invalid`.
  Result<void> add_runtime(hotshoe_runtime_entry entry) const {
    return Result<void>(hotshoe_host_add_runtime(get(), reinterpret_cast<hotshoe_function>(entry)));
  }

  // The same with the text of a `<name>.runtime.json`, so that no file is needed. Errors: `runtime-invalid`,
  // `runtime-kind`.
  Result<void> add_runtime(hotshoe_runtime_entry entry, std::string_view description) const {
    return Result<void>(hotshoe_host_add_described_runtime(get(), reinterpret_cast<hotshoe_function>(entry),
                                                           description.data(), description.size()));
  }

  // Adds a folder, by its absolute path, to look for the modules of runtimes in, before the one beside the
  // installed libhotshoe. One that others may write to is refused when a plugin needs it, but on Windows,
  // where nobody is asked who may.
  Result<void> add_runtime_folder(std::string_view folder) const {
    return Result<void>(hotshoe_host_add_runtime_folder(get(), folder.data(), folder.size()));
  }

  // Offers an interface to the plugins that are loaded from now on: one that asks its host for `id`, such as
  // "org.example.log/1", gets the table and what its functions are given first, and calls them on any thread,
  // several at once. Nothing of it may throw. The table, and the instance if one is lent, must stay as long
  // as the host and each of its plugins. Errors: `interface-invalid`. [any thread]
  template <class Table>
  Result<void> offer_interface(std::string_view id, const Table& table, void* instance = nullptr) const {
    return Result<void>(hotshoe_host_offer_interface(get(), id.data(), id.size(), &table, instance, nullptr));
  }

  // The same with an instance that is deleted when nobody can use it any more: when the host has ended and
  // all of its plugins were unloaded; never, if one stays loaded.
  template <class Table, class Instance>
  Result<void> offer_interface(std::string_view id, const Table& table,
                               std::unique_ptr<Instance> instance) const {
    auto end = [](void* ended) noexcept { delete static_cast<Instance*>(ended); };
    return Result<void>(
        hotshoe_host_offer_interface(get(), id.data(), id.size(), &table, instance.release(), end));
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

  // Brings what is on disk in a plugin's place to life, and then ends the plugin. If anything fails on the
  // way, the plugin lives on as if nothing had been asked. While the new one is bound, what the old one
  // registered is withdrawn. Errors: `reload-not-beside`, if both cannot be in one process at a time: replace
  // may help; `plugin-in-use`, `plugin-unloaded`, and those of load_path.
  template <class Registry>
  Result<Plugin> reload(const Plugin& plugin, Registry& registry) const {
    hotshoe_plugin* reloaded = nullptr;
    return owned(hotshoe_host_reload(get(), plugin.get(), detail::bind<Registry>, &registry, &reloaded),
                 reloaded);
  }

  // Ends a plugin and then brings what is on disk in its place to life. If the new files would be refused, or
  // the plugin is in use, the old plugin lives on. An error after that leaves none alive: there is no way
  // back. Errors: `plugin-in-use`, `plugin-unloaded`, and those of load_path.
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

  // Unloads every plugin: each before what it depends on, else the last one first. One that is busy lives on.
  std::vector<UnloadAnswer> unload_all() const {
    hotshoe_unloads* handle = nullptr;
    Result<void>(hotshoe_host_unload_all(get(), &handle)).value();
    std::unique_ptr<hotshoe_unloads, detail::Deleter<hotshoe_unloads_free>> unloads(handle);
    std::vector<UnloadAnswer> answers;
    for (std::size_t index = 0; index < hotshoe_unloads_count(handle); ++index) {
      Plugin plugin(hotshoe_plugin_clone(hotshoe_unloads_plugin(handle, index)));
      if (const hotshoe_unload* unload = hotshoe_unloads_get(handle, index)) {
        answers.push_back({std::move(plugin), static_cast<Outcome>(hotshoe_unload_get_outcome(unload)),
                           hotshoe_unload_text(unload)});
      } else {
        const hotshoe_error* error = hotshoe_unloads_error(handle, index);
        answers.push_back({std::move(plugin), std::nullopt, hotshoe_error_report(error)});
      }
    }
    return answers;
  }

  // What the host does with a candidate now. Another thread may change that a moment later.
  CandidateState state(const Candidate& candidate) const noexcept {
    return static_cast<CandidateState>(hotshoe_host_candidate_state(get(), candidate.get()));
  }

  // The folders that plugins are looked for in, first one first, as the environment says it now.
  std::vector<std::string> search_roots() const {
    std::vector<std::string> roots;
    auto keep = [](void* kept, const char* folder) noexcept {
      detail::contained([&] { static_cast<std::vector<std::string>*>(kept)->emplace_back(folder); });
    };
    Result<void>(hotshoe_host_search_roots(get(), keep, &roots)).value();
    return roots;
  }

  // Asks a function before a plugin is loaded or reloaded, or one that it depends on; an empty one: none.
  // What it does not let in is the error `plugin-vetoed`, and the next best one of its name is taken. It may
  // be asked more than once, and is not asked of a plugin that is alive.
  //
  // This holds for all three functions of a host. They come on any thread, several at once, and never under a
  // lock of Hotshoe's. In them const functions may be called, but whatever loads, reloads or unloads a plugin
  // is `plugin-busy`, and no host may end. When a setter returns, no call of the function before is going on,
  // unless it is called from within one; so do not hold a lock that they take. Without them nothing is
  // printed.
  Result<void> set_filter(Filter filter) const {
    return detail::hold(hotshoe_host_set_filter, get(), detail::filtered, std::move(filter));
  }

  // Tells a function of findings: why plugins are refused, what is noticed when they are loaded, that they
  // ended by themselves, and as `runtime-log` what their runtimes have to say. Texts are short and hold no
  // control characters. What is said because of its own calls of plugins, it is not told.
  Result<void> set_log(Log log) const {
    return detail::hold(hotshoe_host_set_log, get(), detail::logged, std::move(log));
  }

  // Tells a function what happens to plugins, after it has happened.
  Result<void> set_listener(Listener listener) const {
    return detail::hold(hotshoe_host_set_listener, get(), detail::heard, std::move(listener));
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
