// A plugin that was brought to life. This is a handle of it: there may be several, and none of them keeps
// the plugin loaded or unloads it. Only Host::unload ends a plugin.
#ifndef HOTSHOE_PLUGIN_HPP
#define HOTSHOE_PLUGIN_HPP

#include <memory>
#include <string_view>
#include <vector>

#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"

namespace hotshoe {

class Plugin {
 public:
  // Takes ownership of the handle.
  explicit Plugin(hotshoe_plugin* handle) noexcept : handle_(handle) {}

  // Another handle of the same plugin. [any thread]
  Plugin clone() const noexcept { return Plugin(hotshoe_plugin_clone(get())); }

  std::string_view name() const noexcept { return detail::view(hotshoe_plugin_name(get())); }
  std::string_view version() const noexcept { return detail::view(hotshoe_plugin_version(get())); }
  // Its folder, or its library if it has no folder of its own.
  std::string_view path() const noexcept { return detail::view(hotshoe_plugin_path(get())); }
  std::string_view library() const noexcept { return detail::view(hotshoe_plugin_library(get())); }
  // What brought it to life: `native` for a library, else what its manifest names.
  std::string_view runtime() const noexcept { return detail::view(hotshoe_plugin_runtime(get())); }
  // The file that it consists of, whatever its runtime makes of it.
  std::string_view artifact() const noexcept { return detail::view(hotshoe_plugin_artifact(get())); }
  // What it can be found under.
  std::vector<std::string_view> capabilities() const {
    return detail::views(get(), hotshoe_plugin_capability_count(get()), hotshoe_plugin_capability);
  }

  // Whether it is loaded still. Another thread may unload it a moment later. [any thread]
  bool is_loaded() const noexcept { return hotshoe_plugin_is_loaded(get()); }

  // Whether the file that it consists of is another one now than when it was loaded, so that a reload would
  // bring something new. One that is not there is none. After a reload that failed for a reason of the new
  // files, it is compared with those. [any thread]
  bool is_changed() const noexcept { return hotshoe_plugin_is_changed(get()); }

  // What was noticed while it was loaded: better versions that could not be loaded, among others. Good as
  // long as this handle.
  DiagnosticsView diagnostics() const noexcept { return DiagnosticsView(hotshoe_plugin_diagnostics(get())); }

  // Where an exported symbol is, until the plugin is unloaded: symbol<int()>("answer") is a function,
  // symbol<const int>("number") is data. What a function throws is for the caller to catch.
  // Errors: `symbol-missing`, `plugin-unloaded`, `plugin-busy`. [any thread]
  template <class T>
  Result<T*> symbol(std::string_view name) const {
    void* address = nullptr;
    Result<void> found(hotshoe_plugin_symbol(get(), name.data(), name.size(), &address));
    if (!found) return std::move(found).error();
    return reinterpret_cast<T*>(address);
  }

  const hotshoe_plugin* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_plugin, detail::Deleter<hotshoe_plugin_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_PLUGIN_HPP
