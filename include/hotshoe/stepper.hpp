// A plugin of the contract that executes step by step, in C++: a class whose objects are runs of it.
//
//     class Run {
//      public:
//       Run(Emulation& plugin, hotshoe::Hook& hook);  // init; what these throw, the host is told
//       void step(hotshoe::Hook& hook);
//       void reset(hotshoe::Hook& hook);                                                           // may be
//       left out bool call(std::string_view method, const hotshoe_value* argument, hotshoe::Hook& hook);  //
//       may be left out
//     };
//
//     const void* Emulation::interface(std::string_view id) const noexcept {
//       return hotshoe::stepper_of<Emulation, Run>(id);
//     }
//
// A run ends when the host shuts it down, and its destructor is called. `call` returns whether it has such a
// method. It needs nothing of libhotshoe, as contract.hpp.
#ifndef HOTSHOE_STEPPER_HPP
#define HOTSHOE_STEPPER_HPP

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "passes.hpp"
#include "stepper.h"

namespace hotshoe {
namespace detail {

template <class Run, class = void>
struct HasReset : std::false_type {};
template <class Run>
struct HasReset<Run, std::void_t<decltype(std::declval<Run&>().reset(std::declval<Hook&>()))>>
    : std::true_type {};

template <class Run, class = void>
struct HasCall : std::false_type {};
template <class Run>
struct HasCall<Run, std::void_t<decltype(std::declval<Run&>().call(std::declval<std::string_view>(), nullptr,
                                                                   std::declval<Hook&>()))>>
    : std::true_type {};

template <class Plugin, class Run>
struct Steps {
  static std::int32_t init(void* plugin, const hotshoe_hook* lent, void** run) noexcept {
    return hooked(lent, [&](Hook& hook) {
      *run = new Run(*static_cast<Plugin*>(plugin), hook);
      return HOTSHOE_HOOK_DONE;
    });
  }

  static std::int32_t step(void*, void* run, const hotshoe_hook* lent) noexcept {
    return hooked(lent, [&](Hook& hook) {
      static_cast<Run*>(run)->step(hook);
      return HOTSHOE_HOOK_DONE;
    });
  }

  static std::int32_t reset([[maybe_unused]] void*, void* run, const hotshoe_hook* lent) noexcept {
    return hooked(lent, [&]([[maybe_unused]] Hook& hook) {
      if constexpr (HasReset<Run>::value) {
        static_cast<Run*>(run)->reset(hook);
        return HOTSHOE_HOOK_DONE;
      } else {
        static_cast<void>(run);
        return HOTSHOE_HOOK_MISSING;
      }
    });
  }

  static std::int32_t shutdown(void*, void* run, const hotshoe_hook*) noexcept {
    delete static_cast<Run*>(run);
    return HOTSHOE_HOOK_DONE;
  }

  static std::int32_t call([[maybe_unused]] void*, void* run, const char* method,
                           const hotshoe_value* argument, const hotshoe_hook* lent) noexcept {
    return hooked(lent, [&]([[maybe_unused]] Hook& hook) {
      if constexpr (HasCall<Run>::value) {
        return static_cast<Run*>(run)->call(method, argument, hook) ? HOTSHOE_HOOK_DONE
                                                                    : HOTSHOE_HOOK_MISSING;
      } else {
        static_cast<void>(run), static_cast<void>(method), static_cast<void>(argument);
        return HOTSHOE_HOOK_MISSING;
      }
    });
  }
};

}  // namespace detail

// The table of hotshoe.stepper/1 for a class of runs, if that is what is asked for; else null.
template <class Plugin, class Run>
const void* stepper_of(std::string_view id) noexcept {
  using Table = detail::Steps<Plugin, Run>;
  static constexpr hotshoe_stepper_1 table = {sizeof table, Table::init,     Table::step,
                                              Table::reset, Table::shutdown, Table::call};
  return id == HOTSHOE_STEPPER_1 ? &table : nullptr;
}

}  // namespace hotshoe

#endif  // HOTSHOE_STEPPER_HPP
