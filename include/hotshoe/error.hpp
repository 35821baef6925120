// Why an operation failed, and how every function of this binding says so.
//
// A function that can fail returns a Result, which the compiler insists on being looked at:
//
//     hotshoe::Result<hotshoe::Plugin> gain = host.load("gain", registry);
//     if (!gain) return complain(gain.error().report());
//     use(gain.value());
//
// or, in a program with exceptions, in one go: `use(host.load("gain", registry).value())`. Without
// exceptions, value() of a failure writes the report to stderr and aborts.
//
// A string_view given out lives as long as the object it was asked of, ends with NUL, and is empty where
// there is nothing to say.
#ifndef HOTSHOE_ERROR_HPP
#define HOTSHOE_ERROR_HPP

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host.h"

namespace hotshoe {

namespace detail {

// Ends a handle of C with the function made for it.
template <auto Free>
struct Deleter {
  template <class Handle>
  void operator()(Handle* handle) const noexcept {
    Free(handle);
  }
};

inline std::string_view view(const char* text) noexcept {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// What C gives out one by one.
template <class Handle>
std::vector<std::string_view> views(const Handle* handle, std::size_t count,
                                    const char* (*get)(const Handle*, std::size_t)) {
  std::vector<std::string_view> all;
  all.reserve(count);
  for (std::size_t index = 0; index < count; ++index) all.push_back(view(get(handle, index)));
  return all;
}

}  // namespace detail

// Why one operation stopped.
class Error {
 public:
  // Takes ownership of the handle.
  explicit Error(hotshoe_error* handle) noexcept : handle_(handle) {}

  // The kind of error; stable between releases, for example HOTSHOE_CODE_MANIFEST_SYNTAX, "manifest-syntax".
  std::string_view code() const noexcept { return detail::view(hotshoe_error_code(get())); }
  // The part of the work it comes from, for example "load".
  std::string_view stage() const noexcept { return detail::view(hotshoe_error_stage(get())); }
  // What failed, in one sentence.
  std::string_view message() const noexcept { return detail::view(hotshoe_error_message(get())); }
  // What to do next.
  std::string_view hint() const noexcept { return detail::view(hotshoe_error_hint(get())); }
  // The file or folder it is about.
  std::string_view path() const noexcept { return detail::view(hotshoe_error_path(get())); }
  // The plugin it is about.
  std::string_view plugin() const noexcept { return detail::view(hotshoe_error_plugin(get())); }
  // Everything there is to say, over several lines.
  std::string_view report() const noexcept { return detail::view(hotshoe_error_report(get())); }
  // What led to it, the nearest first.
  std::vector<std::string_view> causes() const {
    return detail::views(get(), hotshoe_error_cause_count(get()), hotshoe_error_cause);
  }

  // A second one that says the same.
  Error clone() const { return Error(hotshoe_error_clone(get())); }

  const hotshoe_error* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_error, detail::Deleter<hotshoe_error_free>> handle_;
};

// An Error on its way to a catch block; what() is the report.
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error)
      : std::runtime_error(std::string(error.report())),
        error_(std::make_shared<const Error>(std::move(error))) {}

  const Error& error() const noexcept { return *error_; }

 private:
  std::shared_ptr<const Error> error_;  // Exceptions are copied; errors cannot be.
};

namespace detail {

[[noreturn]] inline void fail(Error error) {
#if defined(__cpp_exceptions)
  throw Exception(std::move(error));
#else
  std::fprintf(stderr, "%s\n", error.report().data());
  std::abort();
#endif
}

}  // namespace detail

// Either a value or the Error that kept it from being made.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)), error_(nullptr) {}
  Result(Error error) noexcept : error_(std::move(error)) {}

  explicit operator bool() const noexcept { return value_.has_value(); }

  // The value; a failure is thrown as Exception, or ends the program where there are no exceptions. After
  // that throw the Result holds nothing.
  T& value() & {
    check();
    return *value_;
  }
  T value() && {
    check();
    return std::move(*value_);
  }
  // The same of a Result that others may look at, too: it keeps its Error.
  const T& value() const& {
    if (!value_) detail::fail(error_.clone());
    return *value_;
  }

  // Why there is no value; says nothing if there is one.
  const Error& error() const& noexcept { return error_; }
  Error error() && noexcept { return std::move(error_); }

 private:
  void check() {
    if (!value_) detail::fail(std::move(error_));
  }

  std::optional<T> value_;
  Error error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() noexcept : error_(nullptr) {}
  Result(Error error) noexcept : error_(std::move(error)) {}
  // What a function of C returned: NULL is success, anything else is owned from here on.
  explicit Result(hotshoe_error* error) noexcept : error_(error) {}

  explicit operator bool() const noexcept { return error_.get() == nullptr; }

  void value() {
    if (!*this) detail::fail(std::move(error_));
  }
  void value() const {
    if (!*this) detail::fail(error_.clone());
  }

  const Error& error() const& noexcept { return error_; }
  Error error() && noexcept { return std::move(error_); }

 private:
  Error error_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_ERROR_HPP
