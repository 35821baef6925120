// Calls of a plugin's methods by their names, for plugins of runtimes that have such.
//
//     hotshoe::Call call = hotshoe::Call::of("tuner/tune").value();
//     call.set_input(hotshoe::Encoding::Json, R"({"pitch": 440})").value();
//     call.set_timeout(std::chrono::seconds(2)).value();
//     std::string output = call.output_of(plugin).value();
#ifndef HOTSHOE_CALL_HPP
#define HOTSHOE_CALL_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "callback.hpp"
#include "error.hpp"
#include "host.h"
#include "plugin.hpp"

namespace hotshoe {

// How the bytes of inputs and outputs are to be read: as a JSON text, or as the plugin's interface defines.
enum class Encoding { Json = HOTSHOE_ENCODING_JSON, Raw = HOTSHOE_ENCODING_RAW };

// Says that calls are to be given up: fired once, by any thread, and for ever.
class CancelToken {
 public:
  // Takes ownership of the handle.
  explicit CancelToken(hotshoe_cancel_token* handle) noexcept : handle_(handle) {}

  static Result<CancelToken> create() {
    hotshoe_cancel_token* token = nullptr;
    if (Result<void> made(hotshoe_cancel_token_new(&token)); !made) return std::move(made).error();
    return CancelToken(token);
  }

  // Has the calls that have the token given up, also those that are made later. [any thread]
  void fire() const noexcept { hotshoe_cancel_token_fire(get()); }
  bool is_fired() const noexcept { return hotshoe_cancel_token_is_fired(get()); }

  const hotshoe_cancel_token* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_cancel_token, detail::Deleter<hotshoe_cancel_token_free>> handle_;
};

// What takes what comes of a call, on the thread that calls. Empty functions: what they would take is
// dropped. What they throw ends the call, as if no more were wanted.
struct Sink {
  std::function<bool(std::string_view output)> output;  // whether more is wanted
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  std::function<void(std::string_view text)> status;
};

// A call: what is asked. It may be made again and again, but not twice at once.
class Call {
 public:
  // Takes ownership of the handle.
  explicit Call(hotshoe_call* handle) noexcept : handle_(handle) {}

  // Of a method: its interface and its name, as the plugin spells them. Its input is an empty text of JSON.
  static Result<Call> of(std::string_view method) {
    hotshoe_call* call = nullptr;
    Result<void> made(hotshoe_call_new(method.empty() ? "" : method.data(), method.size(), &call));
    if (!made) return std::move(made).error();
    return Call(call);
  }

  Result<void> set_input(Encoding encoding, std::string_view input) {
    return Result<void>(
        hotshoe_call_set_input(handle_.get(), static_cast<int>(encoding), input.data(), input.size()));
  }

  // Whether more inputs follow by send, until finish.
  Result<void> set_streams(bool streams) {
    return Result<void>(hotshoe_call_set_streams(handle_.get(), streams));
  }

  // Gives the call up this long after it was begun; 0: never.
  Result<void> set_timeout(std::chrono::nanoseconds timeout) {
    const auto nanoseconds = timeout.count() < 0 ? 1 : static_cast<std::uint64_t>(timeout.count());
    return Result<void>(hotshoe_call_set_timeout(handle_.get(), nanoseconds));
  }

  // Gives the call up when the token is fired.
  Result<void> set_cancel_token(const CancelToken& token) {
    return Result<void>(hotshoe_call_set_cancel_token(handle_.get(), token.get()));
  }

  // Makes the call, and returns when it has ended. Meanwhile the plugin cannot be unloaded: that is busy.
  // Errors: `runtime-unsupported`, `call-failed`, `call-cancelled`, `call-deadline`, `plugin-ended`,
  // `plugin-unloaded`, `plugin-busy`, and those of the plugin's runtime.
  Result<void> make(const Plugin& plugin, Sink sink) {
    Result<void> set(hotshoe_call_set_sink(handle_.get(), output, progress, status, &sink));
    if (!set) return set;
    Result<void> called(hotshoe_plugin_call(plugin.get(), get()));
    Result<void>(hotshoe_call_set_sink(handle_.get(), nullptr, nullptr, nullptr, nullptr)).value();
    return called;
  }

  // The same, for a method with one output or parts of one. Errors: as for make.
  Result<std::string> output_of(const Plugin& plugin) {
    std::string all;
    Sink sink;
    sink.output = [&all](std::string_view output) {
      all += output;
      return true;
    };
    if (Result<void> called = make(plugin, std::move(sink)); !called) return std::move(called).error();
    return all;
  }

  // Gives more input to the call, which another thread makes. [any thread]
  Result<void> send(const Plugin& plugin, std::string_view input) const {
    return Result<void>(hotshoe_plugin_send(plugin.get(), get(), input.data(), input.size()));
  }

  // Says that the call, which another thread makes, gets no more input. [any thread]
  Result<void> finish(const Plugin& plugin) const {
    return Result<void>(hotshoe_plugin_finish(plugin.get(), get()));
  }

  const hotshoe_call* get() const noexcept { return handle_.get(); }

 private:
  static int output(void* sink, const void* bytes, std::size_t length) noexcept {
    const auto& take = static_cast<Sink*>(sink)->output;
    bool more = true;
    const bool returned = detail::contained([&] {
      if (take) more = take(std::string_view(static_cast<const char*>(bytes), length));
    });
    return returned && more ? 0 : 1;
  }

  static void progress(void* sink, std::uint64_t done, std::uint64_t total) noexcept {
    const auto& take = static_cast<Sink*>(sink)->progress;
    detail::contained([&] {
      if (take) take(done, total);
    });
  }

  static void status(void* sink, const char* text) noexcept {
    const auto& take = static_cast<Sink*>(sink)->status;
    detail::contained([&] {
      if (take) take(text);
    });
  }

  std::unique_ptr<hotshoe_call, detail::Deleter<hotshoe_call_free>> handle_;
};

// What a plugin says of its interfaces and methods, as JSON.
// Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`, and those of the plugin's runtime. [any
// thread]
inline Result<std::string> describe(const Plugin& plugin) {
  std::string json;
  auto keep = [](void* kept, const char* text) noexcept {
    detail::contained([&] { *static_cast<std::string*>(kept) = text; });
  };
  if (Result<void> said(hotshoe_plugin_describe(plugin.get(), keep, &json)); !said) {
    return std::move(said).error();
  }
  return json;
}

// Whether a plugin can serve calls; if it cannot, the error says why. [any thread]
inline Result<void> health(const Plugin& plugin) { return Result<void>(hotshoe_plugin_health(plugin.get())); }

// Where the table of an interface is that a plugin offers in exactly this revision, until it is
// unloaded; null if it does not. Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`. [any
// thread]
template <class Table>
Result<const Table*> interface_of(const Plugin& plugin, std::string_view id, std::uint32_t revision) {
  const void* table = nullptr;
  Result<void> found(
      hotshoe_plugin_interface(plugin.get(), id.empty() ? "" : id.data(), id.size(), revision, &table));
  if (!found) return std::move(found).error();
  return static_cast<const Table*>(table);
}

// What the functions of a plugin's interfaces are given first, until it is unloaded. Errors:
// `plugin-unloaded`, `plugin-busy`. [any thread]
inline Result<void*> instance_of(const Plugin& plugin) {
  void* instance = nullptr;
  Result<void> found(hotshoe_plugin_instance(plugin.get(), &instance));
  if (!found) return std::move(found).error();
  return instance;
}

// A call that a plugin makes of its host. It is lent for the call.
class ServiceCall {
 public:
  explicit ServiceCall(hotshoe_service_call* lent) noexcept : handle_(lent) {}

  std::string_view method() const noexcept { return detail::view(hotshoe_service_call_method(handle_)); }
  Encoding encoding() const noexcept { return static_cast<Encoding>(hotshoe_service_call_encoding(handle_)); }
  std::string_view input() const noexcept {
    std::size_t length = 0;
    const void* bytes = hotshoe_service_call_input(handle_, &length);
    return std::string_view(static_cast<const char*>(bytes), length);
  }
  // Whether it is to be given up, for it was cancelled or is late.
  bool is_given_up() const noexcept { return hotshoe_service_call_is_given_up(handle_); }
  // Puts out bytes, once or many times; whether more is wanted.
  bool output(std::string_view bytes) const noexcept {
    return hotshoe_service_call_output(handle_, bytes.data(), bytes.size());
  }

 private:
  hotshoe_service_call* handle_;
};

// Serves a call; what it returns is why it cannot. An exception is a reason, too. It comes on any thread,
// several at once.
using Services = std::function<std::optional<std::string>(ServiceCall)>;

namespace detail {

inline hotshoe_error* served(void* services, hotshoe_service_call* call) noexcept {
  return reason_of(Held<Services>::of(services), ServiceCall(call), "the service did not return");
}

}  // namespace detail

// Lets a plugin call its host by the names of methods, for as long as it is loaded.
// Errors: `argument-invalid` for an empty function, `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`.
// [any thread]
inline Result<void> offer(const Plugin& plugin, Services services) {
  return detail::hold(hotshoe_plugin_offer, plugin.get(), detail::served, std::move(services));
}

}  // namespace hotshoe

#endif  // HOTSHOE_CALL_HPP
