// What a program is told of its plugins without asking, and what it may forbid. Given to Host::set_filter,
// Host::set_log and Host::set_listener.
#ifndef HOTSHOE_WATCH_HPP
#define HOTSHOE_WATCH_HPP

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "callback.hpp"
#include "catalog.hpp"
#include "diagnostics.hpp"
#include "host.h"
#include "plugin.hpp"

namespace hotshoe {

// What happened to a plugin. It is lent for the call.
class Event {
 public:
  enum class Kind {
    Loaded = HOTSHOE_EVENT_KIND_LOADED,
    Unloaded = HOTSHOE_EVENT_KIND_UNLOADED,
    Reloaded = HOTSHOE_EVENT_KIND_RELOADED,
    Refused = HOTSHOE_EVENT_KIND_REFUSED,
    Ended = HOTSHOE_EVENT_KIND_ENDED,  // by itself; it stays loaded until it is unloaded
  };

  explicit Event(const hotshoe_event* lent) noexcept : handle_(lent) {}

  // There may be more kinds some day: pass over those that you do not know.
  Kind kind() const noexcept { return static_cast<Kind>(hotshoe_event_get_kind(handle_)); }
  // The name of the plugin that it is about.
  std::string_view name() const noexcept { return detail::view(hotshoe_event_name(handle_)); }
  // The plugin's folder, or its library if it has no folder of its own.
  std::string_view path() const noexcept { return detail::view(hotshoe_event_path(handle_)); }
  // What happened, in one line.
  std::string_view text() const noexcept { return detail::view(hotshoe_event_text(handle_)); }
  // The kind of error for which a plugin was refused; empty for other events.
  std::string_view code() const noexcept { return detail::view(hotshoe_event_code(handle_)); }
  // A handle of the plugin; none if it was refused.
  std::optional<Plugin> plugin() const {
    const hotshoe_plugin* plugin = hotshoe_event_plugin(handle_);
    if (plugin == nullptr) return std::nullopt;
    return Plugin(hotshoe_plugin_clone(plugin));
  }

  const hotshoe_event* get() const noexcept { return handle_; }

 private:
  const hotshoe_event* handle_;
};

// Why a plugin is not to be loaded; nothing lets it in. An exception is a reason, too.
using Filter = std::function<std::optional<std::string>(const Candidate&)>;
// Is told of a finding. What it throws goes no further.
using Log = std::function<void(const Diagnostic&)>;
// Is told what happened to a plugin. What it throws goes no further.
using Listener = std::function<void(const Event&)>;

namespace detail {

inline hotshoe_error* filtered(void* filter, const hotshoe_candidate* candidate) noexcept {
  return reason_of(Held<Filter>::of(filter), Candidate(candidate), "the filter did not return");
}

inline void logged(void* log, const hotshoe_diagnostics* found) noexcept {
  contained([&] {
    for (Diagnostic finding : DiagnosticsView(found)) Held<Log>::of(log)(finding);
  });
}

inline void heard(void* listener, const hotshoe_event* event) noexcept {
  contained([&] { Held<Listener>::of(listener)(Event(event)); });
}

}  // namespace detail

}  // namespace hotshoe

#endif  // HOTSHOE_WATCH_HPP
