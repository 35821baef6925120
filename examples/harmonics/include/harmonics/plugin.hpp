// Loading plugins into FunctionRegistry::instance(), and ending them.
//
// A plugin is a folder with plugin.json and a library, or a library alone. Where there is a search path, it
// is folders separated by ':', on Windows by ';'; each holds plugins.
//
// Any thread may call these, at any time. What is loaded twice is there once. The _async forms do the same
// on a thread of their own; as with every std::async, a future that is dropped waits for its thread.
#ifndef HARMONICS_PLUGIN_HPP
#define HARMONICS_PLUGIN_HPP

#include <future>
#include <hotshoe/hotshoe.hpp>
#include <string>
#include <vector>

#include "function_registry.hpp"

namespace harmonics {

// A plugin that was loaded. Dropping the handle does not unload it.
struct PluginHandle {
  hotshoe::Plugin plugin;  // its name, version and capabilities
  std::string path;        // its folder, or its library if it has no folder of its own
  int version = 0;         // what its harmonics_plugin_version() says, if it has one
};

// Loads the plugin at a path. Throws std::runtime_error that says what failed, where, why and what to do.
PluginHandle load_plugin(const std::string& path);
std::future<PluginHandle> load_plugin_async(std::string path);

// Loads what lies at a path now, and then ends the plugin that was loaded from there, if there is one.
// Throws like load_plugin; then the old one lives on. Where both cannot be in one process at a time, the old
// one is ended first, and is lost if the new one's entry fails.
PluginHandle reload_plugin(const std::string& path);
std::future<PluginHandle> reload_plugin_async(std::string path);

// Load every plugin in a folder, or along a search path: the argument, else HARMONICS_PLUGIN_PATH. One
// that cannot be loaded is told by plugin_diagnostics() and never keeps the others from being loaded.
std::vector<PluginHandle> load_plugins_in_directory(const std::string& directory);
std::vector<PluginHandle> load_plugins_from_path(const std::string& search_path = "");
std::future<std::vector<PluginHandle>> load_plugins_in_directory_async(std::string directory);
std::future<std::vector<PluginHandle>> load_plugins_from_path_async(std::string search_path = "");

// The same, and those that are loaded already are reloaded.
std::vector<PluginHandle> reload_plugins_in_directory(const std::string& directory);
std::vector<PluginHandle> reload_plugins_from_path(const std::string& search_path = "");
std::future<std::vector<PluginHandle>> reload_plugins_in_directory_async(std::string directory);
std::future<std::vector<PluginHandle>> reload_plugins_from_path_async(std::string search_path = "");

// Takes back what a plugin registered and unmaps it, or says why not: hotshoe::Outcome::Busy names what is
// in use, and leaves the plugin as it is. Throws std::runtime_error if it is not loaded any more.
hotshoe::Unload unload_plugin(const PluginHandle& handle);
std::future<hotshoe::Unload> unload_plugin_async(PluginHandle handle);

// Unloads several, the last one first; those that are busy are left in `handles`, and told by
// plugin_diagnostics(). The _async form returns them.
void unload_plugins(std::vector<PluginHandle>& handles);
std::future<std::vector<PluginHandle>> unload_plugins_async(std::vector<PluginHandle> handles);

// Something that a function for several plugins noticed on the way.
struct PluginDiagnostic {
  hotshoe::Severity severity;
  std::string plugin;  // the plugin it concerns, if it concerns one
  std::string code;    // the kind of finding, for example "entry-failed"
  std::string text;    // everything about it, over several lines
};

// What was noticed since the last call.
std::vector<PluginDiagnostic> plugin_diagnostics();

}  // namespace harmonics

#endif  // HARMONICS_PLUGIN_HPP
