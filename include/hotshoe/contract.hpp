// A plugin of the contract of plugin.h, in C++: one class, and one line that exports it.
//
//     #include <hotshoe/contract.hpp>
//
//     class Gain {
//      public:
//       explicit Gain(hotshoe::PluginHost host);                   // may throw: then the host is told why
//       const void* interface(std::string_view id) const noexcept;  // a table, or null
//     };
//     HOTSHOE_PLUGIN(Gain, "gain", "1.2.3")
//
// Each host of a process gets a Gain of its own, which is what the functions of its tables are given first.
// Those must not throw: no exception may leave a plugin. hotshoe::contained keeps what one throws inside.
//
// It needs nothing of libhotshoe, and no other header than plugin.h.
#ifndef HOTSHOE_CONTRACT_HPP
#define HOTSHOE_CONTRACT_HPP

#include <cstdint>
#include <exception>
#include <string_view>
#include <utility>

#include "plugin.h"

namespace hotshoe {

// An interface that a host offers. Ask HOTSHOE_PLUGIN_HAS(log.table, warn) for what was added to it later,
// and call log.table->write(log.instance, "text"). It is good as long as the plugin's object.
template <class Table>
struct HostInterface {
  const Table* table = nullptr;
  void* instance = nullptr;  // what its functions are given first
  explicit operator bool() const noexcept { return table != nullptr; }
};

// What a plugin is given of its host. It may be copied, and is good as long as the plugin's object. [any
// thread]
class PluginHost {
 public:
  explicit PluginHost(const hotshoe_plugin_host* lent) noexcept : lent_(lent) {}

  // The folder of the plugin, where its files are; as the system spells paths.
  const char* folder() const noexcept { return lent_->folder; }

  // The interface of an id that the host offers, such as "org.example.log/1"; false if it does not.
  template <class Table>
  HostInterface<Table> interface(const char* id) const noexcept {
    HostInterface<Table> found;
    if (HOTSHOE_PLUGIN_HAS(lent_, get_interface)) {
      found.table = static_cast<const Table*>(lent_->get_interface(lent_, id, &found.instance));
    }
    return found;
  }

  const hotshoe_plugin_host* get() const noexcept { return lent_; }

 private:
  const hotshoe_plugin_host* lent_;
};

// What a function returns, or `otherwise` if it throws.
template <class Result, class Function>
Result contained(Result otherwise, Function&& function) noexcept {
#if defined(__cpp_exceptions)
  try {
    return std::forward<Function>(function)();
  } catch (...) {
    return otherwise;
  }
#else
  static_cast<void>(otherwise);
  return std::forward<Function>(function)();
#endif
}

namespace detail {

inline void say_why(const hotshoe_plugin_host* host, const char* why) noexcept {
  if (HOTSHOE_PLUGIN_HAS(host, fail)) host->fail(host, why, nullptr);
}

// The functions of a descriptor, for the class of a plugin.
template <class Class>
struct Described {
  static std::int32_t init(const hotshoe_plugin_host* host, void** instance) noexcept {
#if defined(__cpp_exceptions)
    try {
      *instance = new Class(PluginHost(host));
      return 0;
    } catch (const std::exception& error) {
      say_why(host, error.what());
    } catch (...) {
      say_why(host, "it threw something that is no std::exception");
    }
    return 1;
#else
    *instance = new Class(PluginHost(host));
    return 0;
#endif
  }

  static const void* get_interface(void* instance, const char* id) noexcept {
    const Class& plugin = *static_cast<const Class*>(instance);
    return contained<const void*>(nullptr, [&] { return static_cast<const void*>(plugin.interface(id)); });
  }

  static void shutdown(void* instance) noexcept { delete static_cast<Class*>(instance); }
};

}  // namespace detail
}  // namespace hotshoe

// Exports a class as the plugin of this library. Once in a library, outside of namespaces.
#define HOTSHOE_PLUGIN(Class, name, version)                                                        \
  HOTSHOE_PLUGIN_EXPORT const hotshoe_plugin_descriptor* hotshoe_descriptor(std::uint32_t newest) { \
    static const hotshoe_plugin_descriptor descriptor = {                                           \
        sizeof(hotshoe_plugin_descriptor),                                                          \
        HOTSHOE_PLUGIN_REVISION,                                                                    \
        name,                                                                                       \
        version,                                                                                    \
        &::hotshoe::detail::Described<Class>::init,                                                 \
        &::hotshoe::detail::Described<Class>::get_interface,                                        \
        &::hotshoe::detail::Described<Class>::shutdown};                                            \
    return newest < HOTSHOE_PLUGIN_REVISION ? nullptr : &descriptor;                                \
  }

#endif
