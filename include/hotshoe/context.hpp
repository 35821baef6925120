// What the passes and steps of a run share: the fields of a schema, and what was found on the way.
//
//     hotshoe::Schema schema = hotshoe::Schema::make().value();
//     const std::uint32_t speed = schema.add("speed", HOTSHOE_VALUE_TYPE_F64).value();
//     hotshoe::Context context = hotshoe::Context::make(schema).value();
//     context.set_f64(speed, 1.5).value();
//     context.set(HOTSHOE_SLOT_MODEL, hotshoe::values().of("lens")).value();
//
// A context belongs to one call at a time: another one meanwhile gets HOTSHOE_CODE_CONTEXT_BUSY.
#ifndef HOTSHOE_CONTEXT_HPP
#define HOTSHOE_CONTEXT_HPP

#include <cstdint>
#include <memory>
#include <string_view>

#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"
#include "value.hpp"

namespace hotshoe {

// What a host makes values with.
inline Values values() noexcept { return Values(hotshoe_value_functions(), nullptr); }

// Which fields contexts have. It is frozen by its first context.
class Schema {
 public:
  static Result<Schema> make() {
    hotshoe_schema* schema = nullptr;
    if (hotshoe_error* error = hotshoe_schema_new(&schema)) return Error(error);
    return Schema(schema);
  }
  // Takes ownership of the handle.
  explicit Schema(hotshoe_schema* handle) noexcept : handle_(handle) {}

  // Adds a field, and says where it is. `flags`: HOTSHOE_FIELD_READ_ONLY for one that plugins may not set.
  Result<std::uint32_t> add(std::string_view name, hotshoe_value_type type, std::uint32_t flags = 0) {
    std::uint32_t slot = 0;
    hotshoe_error* error = hotshoe_schema_add(handle_.get(), name.data(), name.size(), type, flags, &slot);
    if (error != nullptr) return Error(error);
    return slot;
  }

  const hotshoe_schema* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_schema, detail::Deleter<hotshoe_schema_free>> handle_;
};

// The fields of a schema, and what was found on the way.
class Context {
 public:
  static Result<Context> make(const Schema& schema) {
    hotshoe_context* context = nullptr;
    if (hotshoe_error* error = hotshoe_context_new(schema.get(), &context)) return Error(error);
    return Context(context);
  }
  // Takes ownership of the handle.
  explicit Context(hotshoe_context* handle) noexcept : handle_(handle) {}

  Result<std::uint32_t> slot(std::string_view name) {
    std::uint32_t slot = 0;
    if (hotshoe_error* error = hotshoe_context_slot(get(), name.data(), name.size(), &slot))
      return Error(error);
    return slot;
  }
  Result<Value> get(std::uint32_t slot) {
    hotshoe_value* value = nullptr;
    if (hotshoe_error* error = hotshoe_context_get(get(), slot, &value)) return Error(error);
    return Value(values(), value);
  }
  Result<void> set(std::uint32_t slot, const Value& value) {
    return Result<void>(hotshoe_context_set(get(), slot, value.get()));
  }

  // Scalars by slot, which allocate nothing.
  Result<bool> get_bool(std::uint32_t slot) { return got<bool>(hotshoe_context_get_bool, slot); }
  Result<std::int64_t> get_i64(std::uint32_t slot) {
    return got<std::int64_t>(hotshoe_context_get_i64, slot);
  }
  Result<double> get_f64(std::uint32_t slot) { return got<double>(hotshoe_context_get_f64, slot); }
  Result<void> set_bool(std::uint32_t slot, bool it) {
    return Result<void>(hotshoe_context_set_bool(get(), slot, it));
  }
  Result<void> set_i64(std::uint32_t slot, std::int64_t it) {
    return Result<void>(hotshoe_context_set_i64(get(), slot, it));
  }
  Result<void> set_f64(std::uint32_t slot, double it) {
    return Result<void>(hotshoe_context_set_f64(get(), slot, it));
  }

  Result<void> report(hotshoe_severity severity, std::string_view code, std::string_view message) {
    return Result<void>(
        hotshoe_context_report(get(), severity, code.data(), code.size(), message.data(), message.size()));
  }
  // What was found on the way, as it is now.
  Result<Diagnostics> diagnostics() {
    hotshoe_diagnostics* found = nullptr;
    if (hotshoe_error* error = hotshoe_context_diagnostics(get(), &found)) return Error(error);
    return Diagnostics(found);
  }

  // Lends the context to a call of a plugin by an interface of the program's own: `call(hotshoe_context*)`.
  // Everything else gets HOTSHOE_CODE_CONTEXT_BUSY meanwhile.
  template <class Call>
  Result<void> lend(Call&& call) {
    if (hotshoe_error* error = hotshoe_context_begin(get())) return Error(error);
    struct Ends {
      hotshoe_context* context;
      ~Ends() { hotshoe_context_end(context); }
    } ends{get()};
    call(get());
    return {};
  }

  hotshoe_context* get() const noexcept { return handle_.get(); }

 private:
  template <class T>
  Result<T> got(hotshoe_error* (*function)(hotshoe_context*, std::uint32_t, T*), std::uint32_t slot) {
    T it{};
    if (hotshoe_error* error = function(get(), slot, &it)) return Error(error);
    return it;
  }

  std::unique_ptr<hotshoe_context, detail::Deleter<hotshoe_context_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_CONTEXT_HPP
