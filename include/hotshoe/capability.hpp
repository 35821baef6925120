// Plugins found by what they can do, and the right to use one for a while.
//
//     std::optional<hotshoe::Lease> backend = hotshoe::find(host, "backend:python").value();
//     if (backend) use(backend->plugin());
//
// A Lease keeps its plugin loaded: whoever unloads or reloads it meanwhile is told that it is in use.
#ifndef HOTSHOE_CAPABILITY_HPP
#define HOTSHOE_CAPABILITY_HPP

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"
#include "host.hpp"
#include "plugin.hpp"
#include "profile.hpp"

namespace hotshoe {

// The right to use a plugin. It may be handed to another thread and end there.
class Lease {
 public:
  // Takes ownership of the handle.
  explicit Lease(hotshoe_lease* handle) noexcept : handle_(handle) {}

  // Keeps a plugin loaded for a while. Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
  static Result<Lease> of(const Plugin& plugin) {
    hotshoe_lease* lease = nullptr;
    if (Result<void> made(hotshoe_plugin_lease(plugin.get(), &lease)); !made) return std::move(made).error();
    return Lease(lease);
  }

  // A handle of the plugin, which may outlive the lease, but keeps nothing loaded.
  Plugin plugin() const noexcept { return Plugin(hotshoe_plugin_clone(hotshoe_lease_plugin(get()))); }

  const hotshoe_lease* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_lease, detail::Deleter<hotshoe_lease_free>> handle_;
};

// The live plugin that has a capability, of several the one that the policy says, and a lease of it; nothing
// if there is none. With `or_name` a plugin of this name is meant, too, where none has such a capability.
// Errors: `capability-taken`, and `plugin-busy` while the one that is meant is being changed. [any thread]
inline Result<std::optional<Lease>> find(const Host& host, std::string_view capability,
                                         CapabilityPolicy policy = CapabilityPolicy::Profile,
                                         bool or_name = false) {
  hotshoe_lease* lease = nullptr;
  Result<void> found(hotshoe_host_find(host.get(), capability.empty() ? "" : capability.data(),
                                       capability.size(), static_cast<int>(policy), or_name, &lease));
  if (!found) return std::move(found).error();
  std::optional<Lease> held;
  if (lease != nullptr) held.emplace(lease);
  return held;
}

// Has a live plugin, or one that is being bound, found under a capability that its manifest does not name, as
// long as it lives. Its place among others that have it is that of its load. Errors: `capability-invalid`,
// `capability-taken`, `plugin-unloaded`, `plugin-busy`. [any thread]
inline Result<void> register_capability(const Host& host, const Plugin& plugin, std::string_view capability) {
  return Result<void>(hotshoe_host_register_capability(
      host.get(), plugin.get(), capability.empty() ? "" : capability.data(), capability.size()));
}

// Everything that a live plugin of a host could be found under at a moment.
class Capabilities {
 public:
  // Takes ownership of the handle.
  explicit Capabilities(hotshoe_capabilities* handle) noexcept : handle_(handle) {}

  static Result<Capabilities> of(const Host& host) {
    hotshoe_capabilities* capabilities = nullptr;
    Result<void> listed(hotshoe_host_capabilities(host.get(), &capabilities));
    if (!listed) return std::move(listed).error();
    return Capabilities(capabilities);
  }

  // The capabilities, in the order of their texts.
  std::vector<std::string_view> all() const {
    return detail::views(get(), hotshoe_capabilities_count(get()), hotshoe_capabilities_get);
  }

  // Handles of the plugins that have one of them, by its number, in the order in which they were loaded.
  std::vector<Plugin> plugins(std::size_t index) const {
    const hotshoe_plugins* plugins = hotshoe_capabilities_plugins(get(), index);
    std::vector<Plugin> all;
    for (std::size_t number = 0; number < hotshoe_plugins_count(plugins); ++number) {
      all.emplace_back(hotshoe_plugin_clone(hotshoe_plugins_get(plugins, number)));
    }
    return all;
  }

  // A warning for each plugin that has a capability under which another one is found. Good as long as this.
  DiagnosticsView diagnostics() const noexcept {
    return DiagnosticsView(hotshoe_capabilities_diagnostics(get()));
  }

  const hotshoe_capabilities* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_capabilities, detail::Deleter<hotshoe_capabilities_free>> handle_;
};

// What a capability means by itself, if every host knows it, such as `backend:python`; else empty. [any
// thread]
inline std::string_view meaning_of(std::string_view capability) noexcept {
  return detail::view(
      hotshoe_capability_meaning(capability.empty() ? "" : capability.data(), capability.size()));
}

}  // namespace hotshoe

#endif  // HOTSHOE_CAPABILITY_HPP
