// A registration scope owns what a plugin registers.
//
// Whatever a plugin gives to its host, a layer or a codec, has its code inside the plugin: unmapping the
// plugin while somebody holds one of them is a crash that waits. So the host's registry hands each of them
// to the scope of its plugin, and unloading takes them all back, or answers busy and names them.
//
//  1. The host's registry type, the one that entries take by reference, gets a member
//
//         std::unique_ptr<Registry> scoped(hotshoe::RegistrationScope scope);
//
//     Any pointer-like result does. Each plugin's entry is given what it returns: a view of the registry,
//     which lives until all that the plugin registered has been dropped, so that what a plugin registers
//     long after its entry has returned is owned as well.
//  2. The view implements registering with own():
//
//         void register_layer(std::string name, std::shared_ptr<Layer> layer) override {
//           scope_.own("layer `" + name + "`", std::move(layer),
//                      [=](std::shared_ptr<Layer> layer) { layers_.insert(name, std::move(layer)); },
//                      [=] { layers_.erase(name); }).value();
//         }
//
//  3. Host::unload withdraws all. If none is held by anybody, all are dropped and the library is closed;
//     else all are published again, and the plugin lives on as if nothing had been asked.
//
// What the registry gets is not the plugin's own shared_ptr but a lease on its object, counted by a block
// that the host allocated. So "held" means held by the host or another plugin: a plugin may register one
// object twice, or keep it for itself, and is not busy for that. And a weak_ptr left over in the host, or
// locked while the plugin is being unloaded, stays harmless.
//
// A registry without `scoped` is passed to entries as it is, and nothing is tracked: for plugins that only
// hand over plain data.
#ifndef HOTSHOE_REGISTRATION_HPP
#define HOTSHOE_REGISTRATION_HPP

#include <exception>
#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>
#include <utility>

#include "error.hpp"
#include "host.h"
#include "plugin.hpp"
#include "thread_end.hpp"

namespace hotshoe {

namespace detail {

// Runs host code that Hotshoe calls back. Nothing may be thrown through it.
template <class Body>
void guarded(Body&& body) noexcept {
#if defined(__cpp_exceptions)
  try {
    returns(body);
  } catch (...) {
    // Each caller says what becomes of it.
  }
#else
  body();
#endif
}

template <class T, class Publish, class Withdraw>
class Registration {
 public:
  Registration(std::shared_ptr<T> object, Publish publish, Withdraw withdraw)
      : object_(std::move(object)), publish_(std::move(publish)), withdraw_(std::move(withdraw)) {}

  // Takes note first and publishes then, so that nothing is ever public that unloading does not know of. An
  // unload that begins in between waits.
  static Result<void> begin(std::unique_ptr<Registration> made, const Plugin& plugin, std::string_view what) {
    std::lock_guard<std::mutex> publishing(made->publishing_);
    Result<void> noted(hotshoe_plugin_register(plugin.get(), what.data(), what.size(), told, made.get()));
    if (noted) made.release()->publish();
    return noted;
  }

 private:
  static int told(void* user_data, hotshoe_registration_event event) noexcept {
    auto* self = static_cast<Registration*>(user_data);
    switch (event) {
      case HOTSHOE_REGISTRATION_EVENT_WITHDRAW:
        // If it throws, the registry still has its lease, and the answer is busy.
        guarded([&] {
          std::lock_guard<std::mutex> published(self->publishing_);
          self->withdraw_();
        });
        return 0;
      case HOTSHOE_REGISTRATION_EVENT_IN_USE:
        return self->lease_.expired() ? 0 : 1;  // Once it has expired, nobody can lock it again.
      case HOTSHOE_REGISTRATION_EVENT_RESTORE:
        // If it throws, the object is in the plugin's keeping, but not to be found: nobody is left to tell.
        guarded([&] { self->publish(); });
        return 0;
      case HOTSHOE_REGISTRATION_EVENT_DROP:
        delete self;
        return 0;
    }
    return 0;
  }

  void publish() {
    std::shared_ptr<void> lease = lease_.lock();
    if (!lease) lease_ = lease = std::make_shared<char>();
    publish_(std::shared_ptr<T>(std::move(lease), object_.get()));
  }

  std::mutex publishing_;
  std::shared_ptr<T> object_;
  std::weak_ptr<void> lease_;
  Publish publish_;
  Withdraw withdraw_;
};

}  // namespace detail

// The account of what one plugin registers. It may be copied, and used from any thread while the plugin is
// loaded. It does not keep the plugin loaded.
class RegistrationScope {
 public:
  explicit RegistrationScope(Plugin plugin) : plugin_(std::make_shared<Plugin>(std::move(plugin))) {}

  // Whose registrations it owns.
  const Plugin& plugin() const noexcept { return *plugin_; }

  // Publishes an object of the plugin and owns it from now on.
  //
  // `what`: for the one who asks why the plugin is busy: "layer `dense`". `publish(std::shared_ptr<T>)` puts
  // it into the registry; it is called now, and again if an unload was answered busy. `withdraw()` takes it
  // out, and lets go of the pointer. Both are called on the thread that unloads, must not use the plugin,
  // and must not hold the object themselves. They may lock the registry, so never unload under that lock.
  // Errors: `plugin-unloaded`, `plugin-busy` while it is being unloaded: then nothing was published.
  template <class T, class Publish, class Withdraw>
  Result<void> own(std::string_view what, std::shared_ptr<T> object, Publish publish,
                   Withdraw withdraw) const {
    using Made = detail::Registration<T, Publish, Withdraw>;
    return Made::begin(std::make_unique<Made>(std::move(object), std::move(publish), std::move(withdraw)),
                       plugin(), what);
  }

 private:
  std::shared_ptr<Plugin> plugin_;
};

namespace detail {

template <class Registry, class = void>
struct HasScoped : std::false_type {};

template <class Registry>
struct HasScoped<Registry,
                 std::void_t<decltype(*std::declval<Registry&>().scoped(std::declval<RegistrationScope>()))>>
    : std::true_type {};

// Keeps the view that a plugin registers with. It is the first thing registered, so it is dropped last.
template <class View>
int keep_view(void* view, hotshoe_registration_event event) noexcept {
  if (event == HOTSHOE_REGISTRATION_EVENT_DROP) delete static_cast<View*>(view);
  return 0;
}

template <class Registry>
hotshoe_error* call_entry(Registry& registry, const hotshoe_plugin* plugin) {
  hotshoe_function function = nullptr;
  if (hotshoe_error* error = hotshoe_plugin_entry(plugin, &function)) {
    // A plugin of a runtime without such functions takes no registry: it is called by names of methods.
    if (view(hotshoe_error_code(error)) != HOTSHOE_CODE_RUNTIME_UNSUPPORTED) return error;
    hotshoe_error_free(error);
    return nullptr;
  }
  auto* entry = reinterpret_cast<void (*)(Registry&)>(function);
  if constexpr (HasScoped<Registry>::value) {
    auto made = registry.scoped(RegistrationScope(Plugin(hotshoe_plugin_clone(plugin))));
    using View = decltype(made);
    auto view = std::make_unique<View>(std::move(made));
    constexpr std::string_view what = "its view of the registry";
    hotshoe_error* error =
        hotshoe_plugin_register(plugin, what.data(), what.size(), keep_view<View>, view.get());
    if (error != nullptr) return error;
    entry(**view.release());
  } else {
    entry(registry);
  }
  return nullptr;
}

#if defined(__cpp_exceptions) || defined(HOTSHOE_PLUGINS_NEVER_THROW)
template <class>
constexpr bool contains_exceptions = true;
#else
template <class>
constexpr bool contains_exceptions = false;
#endif

// The hotshoe_bind_callback of a host whose plugins take a Registry&. What the plugin throws ends here.
template <class Registry>
hotshoe_error* bind(void* registry, const hotshoe_plugin* plugin) noexcept {
  static_assert(contains_exceptions<Registry>,
                "This file is compiled without exceptions, so what a plugin throws would end the process. "
                "Compile the file that loads plugins with exceptions (-fexceptions), or define "
                "HOTSHOE_PLUGINS_NEVER_THROW if none of them throws.");
#if defined(__cpp_exceptions)
  try {
    hotshoe_error* error = nullptr;
    auto call = [&] { error = call_entry(*static_cast<Registry*>(registry), plugin); };
    if (returns(call)) return error;
    return hotshoe_error_new("it ended the thread that loads it: pthread_exit, or the thread was cancelled",
                             HOTSHOE_NUL_TERMINATED);
  } catch (const std::exception& thrown) {
    return hotshoe_error_new(thrown.what(), HOTSHOE_NUL_TERMINATED);
  } catch (...) {
    return hotshoe_error_new("an exception that is not a std::exception", HOTSHOE_NUL_TERMINATED);
  }
#else
  return call_entry(*static_cast<Registry*>(registry), plugin);
#endif
}

}  // namespace detail

}  // namespace hotshoe

#endif  // HOTSHOE_REGISTRATION_HPP
