// Functions of the program's, as C holds and calls them. Nothing in it is for programs.
#ifndef HOTSHOE_CALLBACK_HPP
#define HOTSHOE_CALLBACK_HPP

#include <exception>
#include <memory>
#include <utility>

#include "error.hpp"
#include "host.h"
#include "thread_end.hpp"

namespace hotshoe::detail {

// Calls code of the program's, of which neither an exception nor the end of its thread goes any further.
// Whether it returned.
template <class Body>
bool contained(Body body) noexcept {
#if defined(__cpp_exceptions)
  try {
    return returns(body);
  } catch (...) {
    return false;
  }
#else
  return returns(body);
#endif
}

// The user data of a callback: a function that C keeps, and releases when it calls it no more.
template <class Function>
struct Held {
  Function function;

  static Function& of(void* held) noexcept { return static_cast<Held*>(held)->function; }
  static void release(void* held) noexcept { delete static_cast<Held*>(held); }
};

// Has C hold a function and call it through `callback`; an empty function: none.
template <class Setter, class Handle, class Callback, class Function>
Result<void> hold(Setter setter, const Handle* handle, Callback callback, Function function) {
  if (!function) return Result<void>(setter(handle, nullptr, nullptr, nullptr));
  auto held = std::make_unique<Held<Function>>(Held<Function>{std::move(function)});
  Result<void> set(setter(handle, callback, held.get(), Held<Function>::release));
  // Whatever else became of it, C took it; only without a handle there is nobody who would release it.
  if (handle != nullptr) (void)held.release();
  return set;
}

// Calls a function that says why something is not to be, or nothing, and makes that an error for C. What it
// throws is a reason, too; `otherwise` is the one if it does not return for another cause.
template <class Function, class Argument>
hotshoe_error* reason_of(Function& function, const Argument& argument, const char* otherwise) noexcept {
  hotshoe_error* why = nullptr;
  const bool returned = contained([&] {
#if defined(__cpp_exceptions)
    try {
#endif
      auto reason = function(argument);
      if (reason) why = hotshoe_error_new(reason->data(), reason->size());
#if defined(__cpp_exceptions)
    } catch (const std::exception& thrown) {
      why = hotshoe_error_new(thrown.what(), HOTSHOE_NUL_TERMINATED);
    }
#endif
  });
  return returned ? why : hotshoe_error_new(otherwise, HOTSHOE_NUL_TERMINATED);
}

}  // namespace hotshoe::detail

#endif  // HOTSHOE_CALLBACK_HPP
