// Values in C++, the same for hosts and for plugins of the contract, which link nothing.
//
//     #include <hotshoe/value.hpp>
//
//     explicit Gain(hotshoe::PluginHost host) : values_(host) {}           // of a plugin; of a host:
//     hotshoe::values()
//
//     void step(hotshoe_context* lent) {                                    // of an interface that brings a
//     context
//       hotshoe::LentContext context(values_, lent);
//       context.set_f64(speed_, context.get_f64(HOTSHOE_SLOT_TIME_S) * 2);  // allocates nothing
//       hotshoe::Value found = values_.map();
//       found.insert("peak", values_.of(0.5));
//       context.set(HOTSHOE_SLOT_ARTIFACTS, found);
//     }
//
// A Value is a reference. A copy of it that is changed leaves the other as it is: so no value holds itself.
// What fails throws a ValueError; hotshoe::contained keeps it inside the plugin. Without exceptions it ends
// the program.
#ifndef HOTSHOE_VALUE_HPP
#define HOTSHOE_VALUE_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

#include "context.h"
#include "contract.hpp"

namespace hotshoe {

// What a function of hotshoe.context/1 refused.
class ValueError : public std::exception {
 public:
  explicit ValueError(std::int32_t status) noexcept : status_(static_cast<hotshoe_status>(status)) {}
  hotshoe_status status() const noexcept { return status_; }
  const char* what() const noexcept override {
    switch (status_) {
      case HOTSHOE_STATUS_ARGUMENT_INVALID:
        return "an argument is NULL, out of range or not UTF-8";
      case HOTSHOE_STATUS_VALUE_TYPE:
        return "a value or a field is of another type than is asked for";
      case HOTSHOE_STATUS_NOT_FOUND:
        return "there is no such field, name or method";
      case HOTSHOE_STATUS_READ_ONLY:
        return "the field is not the plugin's to set";
      case HOTSHOE_STATUS_TOO_DEEP:
        return "lists and maps would stand in each other too deep";
      case HOTSHOE_STATUS_TOO_LARGE:
        return "a value would be too large";
      case HOTSHOE_STATUS_CYCLE:
        return "a value would hold itself";
      case HOTSHOE_STATUS_BUFFER_INVALID:
        return "a view does not lie within its memory";
      case HOTSHOE_STATUS_BUFFER_IN_USE:
        return "a view of the memory is alive";
      case HOTSHOE_STATUS_METHOD_FAILED:
        return "a method of an object failed";
      default:
        return "hotshoe.context/1 has a defect, or is not offered";
    }
  }

 private:
  hotshoe_status status_;
};

class Value;
class Memory;

// The functions of hotshoe.context/1, which make values. Copied at will, and good as long as the plugin's
// object. [any thread]
class Values {
 public:
  Values(const hotshoe_context_1* table, void* instance) noexcept : table_(table), instance_(instance) {}
  // Those that a plugin's host offers.
  explicit Values(PluginHost host) noexcept {
    const auto found = host.interface<hotshoe_context_1>(HOTSHOE_CONTEXT_1);
    table_ = found.table, instance_ = found.instance;
  }
  // Whether the host offers them.
  explicit operator bool() const noexcept { return table_ != nullptr; }

  Value null() const;
  Value of(bool it) const;
  Value of(std::int64_t it) const;
  Value of(int it) const;
  Value of(double it) const;
  Value of(std::string_view text) const;
  Value of(const char* text) const;
  Value bytes(const void* data, std::size_t length) const;
  Value list(std::initializer_list<Value> items = {}) const;
  Value map() const;
  // An object with methods, which owns `object` and calls functions such as
  //     hotshoe::Value add(Counter& counter, const hotshoe::Value& arguments);
  // by any thread: values.object("org.example.Counter", std::make_unique<Counter>(),
  // {hotshoe::method<Counter, add>("add")})
  template <class T>
  Value object(const char* type_name, std::unique_ptr<T> object,
               std::initializer_list<hotshoe_method> methods = {}) const;
  // So many bytes, which are zero.
  Memory memory(std::size_t size) const;
  // Memory of yours, until `release` is called with `user_data`: also if this throws.
  Memory memory(void* data, std::size_t size, void (*release)(void*), void* user_data) const;

  // Calls a function of the table, and throws what is no success.
  template <class... Parameters, class... Arguments>
  void call(std::int32_t (*hotshoe_context_1::*function)(void*, Parameters...),
            Arguments&&... arguments) const {
    if (table_ == nullptr) fail(HOTSHOE_STATUS_INTERNAL);
    const std::int32_t status = (table_->*function)(instance_, std::forward<Arguments>(arguments)...);
    if (status != HOTSHOE_STATUS_OK) fail(status);
  }

  [[noreturn]] static void fail(std::int32_t status) {
#if defined(__cpp_exceptions)
    throw ValueError(status);
#else
    std::fprintf(stderr, "%s\n", ValueError(status).what());
    std::abort();
#endif
  }

  const hotshoe_context_1* table() const noexcept { return table_; }
  void* instance() const noexcept { return instance_; }

 private:
  const hotshoe_context_1* table_ = nullptr;
  void* instance_ = nullptr;
};

// A reference to a value. [any thread; one that changes it has it for itself]
class Value {
 public:
  // Takes ownership of the handle.
  Value(Values values, hotshoe_value* handle) noexcept : values_(values), handle_(handle) {}
  Value(const Value& other) : values_(other.values_) {
    if (other.handle_ != nullptr) values_.call(&hotshoe_context_1::value_clone, other.handle_, &handle_);
  }
  Value(Value&& other) noexcept : values_(other.values_), handle_(std::exchange(other.handle_, nullptr)) {}
  Value& operator=(Value other) noexcept {
    std::swap(values_, other.values_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Value() {
    if (handle_ != nullptr) values_.table()->value_free(values_.instance(), handle_);
  }

  hotshoe_value_type type() const noexcept {
    return static_cast<hotshoe_value_type>(values_.table()->value_type(values_.instance(), handle_));
  }
  // How many values a list, names a map, elements a buffer, and bytes a text or bytes have.
  std::size_t size() const noexcept { return values_.table()->value_count(values_.instance(), handle_); }
  friend bool operator==(const Value& one, const Value& two) noexcept {
    return one.values_.table()->value_equal(one.values_.instance(), one.handle_, two.handle_);
  }
  friend bool operator!=(const Value& one, const Value& two) noexcept { return !(one == two); }

  bool to_bool() const { return got<bool>(&hotshoe_context_1::value_to_bool); }
  std::int64_t to_i64() const { return got<std::int64_t>(&hotshoe_context_1::value_to_i64); }
  double to_f64() const { return got<double>(&hotshoe_context_1::value_to_f64); }
  // Lent by this value; a NUL follows it.
  std::string_view to_text() const {
    const char* text = nullptr;
    std::size_t length = 0;
    values_.call(&hotshoe_context_1::value_to_text, handle_, &text, &length);
    return {text, length};
  }
  // Lent by this value.
  std::pair<const void*, std::size_t> to_bytes() const {
    std::pair<const void*, std::size_t> bytes;
    values_.call(&hotshoe_context_1::value_to_bytes, handle_, &bytes.first, &bytes.second);
    return bytes;
  }

  // The value at a place of a list, or of a map in its order.
  Value at(std::size_t index) const { return made(&hotshoe_context_1::value_at, handle_, index); }
  void push(const Value& item) { values_.call(&hotshoe_context_1::list_push, handle_, item.handle_); }
  void replace(std::size_t index, const Value& item) {
    values_.call(&hotshoe_context_1::list_set, handle_, index, item.handle_);
  }
  // The name at a place in the order of a map, lent until that is changed.
  std::string_view key_at(std::size_t index) const {
    const char* key = nullptr;
    std::size_t length = 0;
    values_.call(&hotshoe_context_1::map_key_at, handle_, index, &key, &length);
    return {key, length};
  }
  Value get(std::string_view key) const {
    return made(&hotshoe_context_1::map_get, handle_, key.data(), key.size());
  }
  void insert(std::string_view key, const Value& item) {
    values_.call(&hotshoe_context_1::map_insert, handle_, key.data(), key.size(), item.handle_);
  }
  void remove(std::string_view key) {
    values_.call(&hotshoe_context_1::map_remove, handle_, key.data(), key.size());
  }

  // What kind of object it is, lent by this value.
  std::string_view object_type() const { return got<const char*>(&hotshoe_context_1::object_type); }
  // The object, if it was made by Values::object of this type and kind. T is to be the same on both sides.
  template <class T>
  T& object(const char* type_name) const;
  // Calls a method. What it failed with, a ValueError does not say: hotshoe_value_call does, and object_call
  // of the table.
  Value call(const char* method, const Value& arguments) const {
    return made(&hotshoe_context_1::object_call, handle_, method, arguments.handle_);
  }

  // How a buffer looks at its memory, lent by this value.
  hotshoe_view view() const { return got<hotshoe_view>(&hotshoe_context_1::buffer_view); }
  // Another view of the memory of this one.
  Value view(const hotshoe_view& view) const {
    return made(&hotshoe_context_1::buffer_again, handle_, &view);
  }

  const Values& values() const noexcept { return values_; }
  hotshoe_value* get() const noexcept { return handle_; }
  // Gives the handle away.
  hotshoe_value* release() noexcept { return std::exchange(handle_, nullptr); }

 private:
  template <class T, class Function>
  T got(Function function) const {
    T it{};
    values_.call(function, handle_, &it);
    return it;
  }
  template <class Function, class... Arguments>
  Value made(Function function, Arguments... arguments) const {
    Value value(values_, nullptr);
    const std::int32_t status =
        (values_.table()->*function)(values_.instance(), arguments..., &value.handle_);
    if (status != HOTSHOE_STATUS_OK) Values::fail(status);
    return value;
  }

  Values values_;
  hotshoe_value* handle_ = nullptr;
};

// Memory that buffers look at. It is given back with the last of them, or by resize(0). [any thread]
class Memory {
 public:
  // Takes ownership of the handle.
  Memory(Values values, hotshoe_memory* handle) noexcept : values_(values), handle_(handle) {}
  Memory(Memory&& other) noexcept : values_(other.values_), handle_(std::exchange(other.handle_, nullptr)) {}
  Memory& operator=(Memory&& other) noexcept {
    std::swap(values_, other.values_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Memory() {
    if (handle_ != nullptr) values_.table()->memory_free(values_.instance(), handle_);
  }

  void resize(std::size_t size) { values_.call(&hotshoe_context_1::memory_resize, handle_, size); }
  Value view(const hotshoe_view& view) const {
    hotshoe_value* value = nullptr;
    values_.call(&hotshoe_context_1::new_buffer, handle_, &view, &value);
    return Value(values_, value);
  }
  // Elements one behind the other, to read and write.
  Value view(hotshoe_element element, std::initializer_list<std::size_t> shape) const {
    return view(
        {element, static_cast<std::uint32_t>(shape.size()), shape.begin(), nullptr, 0, false, nullptr});
  }

 private:
  Values values_;
  hotshoe_memory* handle_;
};

// The context of a call, as long as that goes on. Of a host it is made with HOTSHOE_SLOT_… and
// hotshoe_schema_add's slots. [one thread at a time]
class LentContext {
 public:
  LentContext(Values values, hotshoe_context* lent) noexcept : values_(values), lent_(lent) {}

  std::uint32_t slot(std::string_view name) const {
    std::uint32_t slot = 0;
    values_.call(&hotshoe_context_1::context_slot, lent_, name.data(), name.size(), &slot);
    return slot;
  }
  Value get(std::uint32_t slot) const {
    hotshoe_value* value = nullptr;
    values_.call(&hotshoe_context_1::context_get, lent_, slot, &value);
    return Value(values_, value);
  }
  void set(std::uint32_t slot, const Value& value) const {
    values_.call(&hotshoe_context_1::context_set, lent_, slot, value.get());
  }
  // Scalars by slot, which allocate nothing.
  bool get_bool(std::uint32_t slot) const { return got<bool>(&hotshoe_context_1::context_get_bool, slot); }
  std::int64_t get_i64(std::uint32_t slot) const {
    return got<std::int64_t>(&hotshoe_context_1::context_get_i64, slot);
  }
  double get_f64(std::uint32_t slot) const { return got<double>(&hotshoe_context_1::context_get_f64, slot); }
  void set_bool(std::uint32_t slot, bool it) const {
    values_.call(&hotshoe_context_1::context_set_bool, lent_, slot, it);
  }
  void set_i64(std::uint32_t slot, std::int64_t it) const {
    values_.call(&hotshoe_context_1::context_set_i64, lent_, slot, it);
  }
  void set_f64(std::uint32_t slot, double it) const {
    values_.call(&hotshoe_context_1::context_set_f64, lent_, slot, it);
  }

  // Adds to the diagnostics. `severity`: 0 is a note, 1 a warning, 2 an error.
  void report(int severity, std::string_view code, std::string_view message) const {
    values_.call(&hotshoe_context_1::context_report, lent_, severity, code.data(), code.size(),
                 message.data(), message.size());
  }

  hotshoe_context* get() const noexcept { return lent_; }

 private:
  template <class T, class Function>
  T got(Function function, std::uint32_t slot) const {
    T it{};
    values_.call(function, lent_, slot, &it);
    return it;
  }

  Values values_;
  hotshoe_context* lent_;
};

namespace detail {

// What an object of Values::object is made with.
template <class T>
struct ObjectOf {
  Values values;
  std::unique_ptr<T> object;
};

}  // namespace detail

// A method of an object of Values::object. What the function throws is kept inside, and its caller is told.
template <class T, Value (*Function)(T&, const Value&)>
hotshoe_method method(const char* name) noexcept {
  return {
      name, [](void* data, const hotshoe_value* arguments, hotshoe_value** result) noexcept -> std::int32_t {
        auto& held = *static_cast<detail::ObjectOf<T>*>(data);
        const hotshoe_context_1* table = held.values.table();
        void* const instance = held.values.instance();
#if defined(__cpp_exceptions)
        try {
#endif
          hotshoe_value* own = nullptr;
          held.values.call(&hotshoe_context_1::value_clone, arguments, &own);
          *result = Function(*held.object, Value(held.values, own)).release();
          return 0;
#if defined(__cpp_exceptions)
        } catch (const std::exception& error) {
          table->new_text(instance, error.what(), HOTSHOE_TO_NUL, result);
        } catch (...) {
          table->new_text(instance, "it threw something that is no std::exception", HOTSHOE_TO_NUL, result);
        }
#endif
        static_cast<void>(table), static_cast<void>(instance);
        return 1;
      }};
}

inline Value Values::null() const {
  hotshoe_value* value = nullptr;
  call(&hotshoe_context_1::new_null, &value);
  return Value(*this, value);
}
inline Value Values::of(bool it) const {
  hotshoe_value* value = nullptr;
  call(&hotshoe_context_1::new_bool, it, &value);
  return Value(*this, value);
}
inline Value Values::of(std::int64_t it) const {
  hotshoe_value* value = nullptr;
  call(&hotshoe_context_1::new_i64, it, &value);
  return Value(*this, value);
}
inline Value Values::of(int it) const { return of(std::int64_t{it}); }
inline Value Values::of(double it) const {
  hotshoe_value* value = nullptr;
  call(&hotshoe_context_1::new_f64, it, &value);
  return Value(*this, value);
}
inline Value Values::of(std::string_view text) const {
  hotshoe_value* value = nullptr;
  call(&hotshoe_context_1::new_text, text.data() == nullptr ? "" : text.data(), text.size(), &value);
  return Value(*this, value);
}
inline Value Values::of(const char* text) const { return of(std::string_view(text)); }
inline Value Values::bytes(const void* data, std::size_t length) const {
  hotshoe_value* value = nullptr;
  call(&hotshoe_context_1::new_bytes, data, length, &value);
  return Value(*this, value);
}
inline Value Values::list(std::initializer_list<Value> items) const {
  hotshoe_value* value = nullptr;
  call(&hotshoe_context_1::new_list, &value);
  Value list(*this, value);
  for (const Value& item : items) list.push(item);
  return list;
}
inline Value Values::map() const {
  hotshoe_value* value = nullptr;
  call(&hotshoe_context_1::new_map, &value);
  return Value(*this, value);
}
template <class T>
Value Values::object(const char* type_name, std::unique_ptr<T> object,
                     std::initializer_list<hotshoe_method> methods) const {
  hotshoe_value* value = nullptr;
  auto* held = new detail::ObjectOf<T>{*this, std::move(object)};
  const auto destroy = [](void* data) { delete static_cast<detail::ObjectOf<T>*>(data); };
  if (table_ == nullptr) destroy(held);  // What the table is given it takes, whatever comes of it.
  call(&hotshoe_context_1::new_object, type_name, methods.begin(), methods.size(), held, +destroy, &value);
  return Value(*this, value);
}
inline Memory Values::memory(std::size_t size) const {
  hotshoe_memory* memory = nullptr;
  call(&hotshoe_context_1::memory_new, size, &memory);
  return Memory(*this, memory);
}
inline Memory Values::memory(void* data, std::size_t size, void (*release)(void*), void* user_data) const {
  hotshoe_memory* memory = nullptr;
  if (table_ == nullptr && release != nullptr) release(user_data);
  call(&hotshoe_context_1::memory_wrap, data, size, release, user_data, &memory);
  return Memory(*this, memory);
}

template <class T>
T& Value::object(const char* type_name) const {
  void* data = nullptr;
  values_.call(&hotshoe_context_1::object_data, handle_, type_name, &data);
  return *static_cast<detail::ObjectOf<T>*>(data)->object;
}

}  // namespace hotshoe

#endif  // HOTSHOE_VALUE_HPP
