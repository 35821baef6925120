// The passes of a plugin of the contract, in C++: functions of its class, which may throw.
//
//     class Snake {
//      public:
//       explicit Snake(hotshoe::PluginHost);
//       void lower(hotshoe::Hook& hook);  // what it throws, the host is told
//
//       static constexpr hotshoe::Pass<Snake> passes[] = {{"snake-lower", "lower", &Snake::lower}};
//       const void* interface(std::string_view id) const noexcept { return hotshoe::passes_of<Snake>(id); }
//     };
//     HOTSHOE_PLUGIN(Snake, "snake", "0.4.0")
//
// It needs nothing of libhotshoe, as contract.hpp.
#ifndef HOTSHOE_PASSES_HPP
#define HOTSHOE_PASSES_HPP

#include <cstdint>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>

#include "contract.hpp"
#include "passes.h"

namespace hotshoe {

// What a pass or a step is given, for the time of its call; only the thread that was called may use it.
class Hook {
 public:
  explicit Hook(const hotshoe_hook* lent) noexcept : lent_(lent) {}

  // What the passes and steps of a run share, for the functions of hotshoe.context/1. Never null.
  hotshoe_context* context() const noexcept { return lent_->context; }
  // How far it has got: `done` of `total`.
  void progress(std::uint64_t done, std::uint64_t total) const noexcept {
    lent_->progress(lent_, done, total);
  }
  // Whether the host wants it to be given up: then it should throw soon.
  bool is_cancelled() const noexcept { return lent_->is_cancelled(lent_); }
  // What it returns, where that is something else than the context or nothing. It is compared, not looked at.
  void returns(const void* what) const noexcept { lent_->returns(lent_, what); }
  // Why it fails, where it does not throw.
  void fail(const char* message, const char* hint = nullptr) const noexcept {
    lent_->fail(lent_, message, hint);
  }

 private:
  const hotshoe_hook* lent_;
};

// A pass: a function of a plugin's class. Without a stage, nullptr, it runs in each.
template <class Plugin>
struct Pass {
  const char* name;
  const char* stage;
  void (Plugin::*run)(Hook&);
};

namespace detail {

// What a hook returns whose work may throw: that is a failure, and its text the reason.
template <class Work>
std::int32_t hooked(const hotshoe_hook* lent, Work&& work) noexcept {
  Hook hook(lent);
#if defined(__cpp_exceptions)
  try {
    return work(hook);
  } catch (const std::exception& error) {
    hook.fail(error.what());
  } catch (...) {
    hook.fail("it threw something that is no std::exception");
  }
  return 1;
#else
  return work(hook);
#endif
}

template <class Plugin>
struct Passes {
  static std::uint32_t count(void*) noexcept { return static_cast<std::uint32_t>(std::size(Plugin::passes)); }
  static const char* name(void*, std::uint32_t index) noexcept { return Plugin::passes[index].name; }
  static const char* stage(void*, std::uint32_t index) noexcept { return Plugin::passes[index].stage; }
  static std::int32_t run(void* plugin, std::uint32_t index, const hotshoe_hook* lent) noexcept {
    const auto& pass = Plugin::passes[index];
    return hooked(lent, [&](Hook& hook) {
      (static_cast<Plugin*>(plugin)->*pass.run)(hook);
      return HOTSHOE_HOOK_DONE;
    });
  }
};

}  // namespace detail

// The table of hotshoe.passes/1 for the passes of a class, if that is what is asked for; else null.
template <class Plugin>
const void* passes_of(std::string_view id) noexcept {
  using Table = detail::Passes<Plugin>;
  static constexpr hotshoe_passes_1 table = {sizeof table, Table::count, Table::name, Table::stage,
                                             Table::run};
  return id == HOTSHOE_PASSES_1 ? &table : nullptr;
}

}  // namespace hotshoe

#endif  // HOTSHOE_PASSES_HPP
