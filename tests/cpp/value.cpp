// Values in C++: references that end by themselves, and what fails is thrown.
#include <hotshoe/context.hpp>
#include <hotshoe/value.hpp>

#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "check.hpp"

namespace {

using hotshoe::Value;

static_assert(std::is_nothrow_move_constructible_v<Value> &&
              std::is_nothrow_move_assignable_v<hotshoe::Memory>);

template <class Call>
hotshoe_status status_of(Call&& call) {
  try {
    call();
  } catch (const hotshoe::ValueError& error) {
    CHECK(std::string(error.what()).size() > 10);
    return error.status();
  }
  return HOTSHOE_STATUS_OK;
}

void values_come_back_as_they_were() {
  const hotshoe::Values values = hotshoe::values();
  CHECK(values.null().type() == HOTSHOE_VALUE_TYPE_NULL);
  CHECK(values.of(true).to_bool());
  CHECK(values.of(7).to_i64() == 7);
  CHECK(std::isnan(values.of(std::numeric_limits<double>::quiet_NaN()).to_f64()));
  CHECK(values.of("a").to_text() == "a");
  CHECK(values.of(std::string_view()).size() == 0);
  const std::string_view nul("a\0b", 3);
  CHECK(values.of(nul).to_text() == nul);
  const auto [data, length] = values.bytes("\xff", 1).to_bytes();
  CHECK(length == 1 && data != nullptr);
  CHECK(status_of([&] { values.of(1).to_f64(); }) == HOTSHOE_STATUS_VALUE_TYPE);
  CHECK(status_of([&] { values.of("\xff"); }) == HOTSHOE_STATUS_ARGUMENT_INVALID);
  CHECK(status_of([] { hotshoe::Values(nullptr, nullptr).null(); }) == HOTSHOE_STATUS_INTERNAL);
}

void a_copy_that_is_changed_leaves_the_other() {
  const hotshoe::Values values = hotshoe::values();
  Value list = values.list({values.of(1), values.of("two")});
  const Value before = list;
  list.push(before);
  list.replace(0, values.null());
  CHECK(before.size() == 2 && list.size() == 3 && list.at(2) == before && list != before);
  CHECK(status_of([&] { list.push(list); }) == HOTSHOE_STATUS_CYCLE);
  Value moved = std::move(list);
  list = moved;  // A moved one may be given another value.
  CHECK(list == moved);

  Value map = values.map();
  map.insert("b", values.of(1));
  map.insert("a", list);
  CHECK(map.key_at(0) == "b" && map.get("a") == list && map.at(0).to_i64() == 1);
  map.remove("b");
  CHECK(status_of([&] { map.get("b"); }) == HOTSHOE_STATUS_NOT_FOUND);
}

struct Counter {
  explicit Counter(int& alive) : alive(alive) { ++alive; }
  ~Counter() { --alive; }
  int& alive;
  std::int64_t count = 40;
};

Value add(Counter& counter, const Value& arguments) {
  counter.count += arguments.at(0).to_i64();
  return arguments.values().of(counter.count);
}

Value boom(Counter&, const Value&) { throw std::runtime_error("boom"); }
Value odd(Counter&, const Value&) { throw 7; }

void an_object_is_called_by_name_and_ends_once() {
  const hotshoe::Values values = hotshoe::values();
  int alive = 0;
  {
    const Value counter =
        values.object("org.example.Counter", std::make_unique<Counter>(alive),
                      {hotshoe::method<Counter, add>("add"), hotshoe::method<Counter, boom>("boom"),
                       hotshoe::method<Counter, odd>("odd")});
    CHECK(alive == 1 && counter.object_type() == "org.example.Counter");
    const Value list = values.list({values.of(2)});
    CHECK(counter.call("add", list).to_i64() == 42);
    CHECK(counter.object<Counter>("org.example.Counter").count == 42);
    CHECK(status_of([&] { counter.call("boom", list); }) == HOTSHOE_STATUS_METHOD_FAILED);
    CHECK(status_of([&] { counter.call("odd", list); }) == HOTSHOE_STATUS_METHOD_FAILED);
    CHECK(status_of([&] { counter.call("none", list); }) == HOTSHOE_STATUS_NOT_FOUND);
    CHECK(status_of([&] { counter.object<Counter>("org.example.Other"); }) == HOTSHOE_STATUS_VALUE_TYPE);
    hotshoe_value* result = nullptr;
    hotshoe_error* error = hotshoe_value_call(counter.get(), "boom", list.get(), &result);
    CHECK(hotshoe::Error(error).message().find("boom") != std::string_view::npos);
    const Value kept = values.list({counter});
    CHECK(kept.at(0) == counter);
  }
  CHECK(alive == 0);
  CHECK(status_of([&] { values.object(nullptr, std::make_unique<Counter>(alive)); }) ==
        HOTSHOE_STATUS_ARGUMENT_INVALID);
  CHECK(status_of([&] { hotshoe::Values(nullptr, nullptr).object("x", std::make_unique<Counter>(alive)); }) ==
        HOTSHOE_STATUS_INTERNAL);
  CHECK(alive == 0);
}

void memory_is_given_back_with_its_last_view() {
  const hotshoe::Values values = hotshoe::values();
  double numbers[4] = {1, 2, 3, 4};
  int given_back = 0;
  const auto give_back = [](void* count) { ++*static_cast<int*>(count); };
  hotshoe::Memory memory = values.memory(numbers, sizeof numbers, give_back, &given_back);
  {
    const Value matrix = memory.view(HOTSHOE_ELEMENT_F64, {2, 2});
    CHECK(static_cast<double*>(matrix.view().data)[3] == 4 && matrix.size() == 4);
    const Value again = matrix.view(matrix.view());
    CHECK(again == matrix);
    CHECK(status_of([&] { memory.resize(0); }) == HOTSHOE_STATUS_BUFFER_IN_USE);
    CHECK(status_of([&] { memory.view(HOTSHOE_ELEMENT_F64, {5}); }) == HOTSHOE_STATUS_BUFFER_INVALID);
  }
  memory = values.memory(8);
  const Value own = memory.view(HOTSHOE_ELEMENT_C64, {1});
  CHECK(own.view().element == HOTSHOE_ELEMENT_C64);
}

void eight_threads_share_a_value() {
  const hotshoe::Values values = hotshoe::values();
  const Value shared = values.list({values.of("text"), values.of(1)});
  std::vector<std::thread> threads;
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back([shared, number] {
      for (int round = 0; round < 1000; ++round) {
        Value own = shared;
        own.push(own.values().of(number));
        CHECK(own.at(2).to_i64() == number && shared.size() == 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main() {
  values_come_back_as_they_were();
  a_copy_that_is_changed_leaves_the_other();
  an_object_is_called_by_name_and_ends_once();
  memory_is_given_back_with_its_last_view();
  eight_threads_share_a_value();
}
