// A context in C++, of a host and as a plugin has it during a call.
#include <hotshoe/context.hpp>

#include <string>
#include <thread>
#include <vector>

#include "check.hpp"

namespace {

hotshoe::Schema schema_with(std::uint32_t& speed, std::uint32_t& count, std::uint32_t& on) {
  hotshoe::Schema schema = hotshoe::Schema::make().value();
  speed = schema.add("speed", HOTSHOE_VALUE_TYPE_F64).value();
  count = schema.add("count", HOTSHOE_VALUE_TYPE_I64, HOTSHOE_FIELD_READ_ONLY).value();
  on = schema.add("on", HOTSHOE_VALUE_TYPE_BOOL).value();
  return schema;
}

void a_field_is_known_by_its_slot() {
  std::uint32_t speed = 0, count = 0, on = 0;
  hotshoe::Schema schema = schema_with(speed, count, on);
  hotshoe::Context context = hotshoe::Context::make(schema).value();
  CHECK(schema.add("late", HOTSHOE_VALUE_TYPE_ANY).error().code() == HOTSHOE_CODE_SCHEMA_FROZEN);
  CHECK(context.slot("speed").value() == speed);
  CHECK(context.slot("late").error().code() == HOTSHOE_CODE_FIELD_UNKNOWN);
  context.set_f64(speed, 1.5).value();
  context.set_i64(count, 7).value();
  context.set_bool(on, true).value();
  CHECK(context.get_f64(speed).value() == 1.5 && context.get_i64(count).value() == 7 &&
        context.get_bool(on).value());
  CHECK(context.get_f64(on).error().code() == HOTSHOE_CODE_VALUE_TYPE);
  context.set(HOTSHOE_SLOT_MODEL, hotshoe::values().of("lens")).value();
  CHECK(context.get(HOTSHOE_SLOT_MODEL).value().to_text() == "lens");
  CHECK(context.get(99).error().code() == HOTSHOE_CODE_FIELD_UNKNOWN);
}

void a_call_has_the_context_alone() {
  std::uint32_t speed = 0, count = 0, on = 0;
  hotshoe::Schema schema = schema_with(speed, count, on);
  hotshoe::Context context = hotshoe::Context::make(schema).value();
  context
      .lend([&](hotshoe_context* lent) {
        CHECK(context.get_f64(speed).error().code() == HOTSHOE_CODE_CONTEXT_BUSY);
        const hotshoe::LentContext inside(hotshoe::values(), lent);
        inside.set_f64(inside.slot("speed"), 2.5);
        inside.set_bool(on, true);
        CHECK(inside.get_bool(on) && inside.get_f64(speed) == 2.5 && inside.get_i64(count) == 0);
        inside.set(HOTSHOE_SLOT_ARTIFACTS, hotshoe::values().map());
        inside.report(1, "gain-clipped", "too loud");
        try {
          inside.set_i64(count, 1);
          CHECK(false);
        } catch (const hotshoe::ValueError& error) {
          CHECK(error.status() == HOTSHOE_STATUS_READ_ONLY);
        }
        CHECK(inside.get(HOTSHOE_SLOT_DIAGNOSTICS).at(0).get("code").to_text() == "gain-clipped");
      })
      .value();
  CHECK(context.get_f64(speed).value() == 2.5);
  const hotshoe::Diagnostics found = context.diagnostics().value();
  CHECK(found.size() == 1 && found[0].code() == "gain-clipped" && found[0].pass().empty());
  try {
    static_cast<void>(context.lend([](hotshoe_context*) { throw 7; }));
    CHECK(false);
  } catch (int) {
  }
  context.report(HOTSHOE_SEVERITY_NOTE, "host-goes-on", "it is free again").value();
}

void eight_threads_have_contexts_of_their_own() {
  std::uint32_t speed = 0, count = 0, on = 0;
  const hotshoe::Schema schema = schema_with(speed, count, on);
  std::vector<std::thread> threads;
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back([&schema, count, number] {
      hotshoe::Context context = hotshoe::Context::make(schema).value();
      for (int round = 0; round < 1000; ++round) {
        context.set_i64(count, context.get_i64(count).value() + number).value();
      }
      CHECK(context.get_i64(count).value() == 1000 * number);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// One of them has it at a time, and the others are told; nothing is torn.
void threads_that_share_a_context_are_told() {
  std::uint32_t speed = 0, count = 0, on = 0;
  const hotshoe::Schema schema = schema_with(speed, count, on);
  hotshoe::Context context = hotshoe::Context::make(schema).value();
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&context] {
      for (int added = 0; added < 200;) {
        const auto lent = context.lend([&](hotshoe_context* lent) {
          const hotshoe::LentContext inside(hotshoe::values(), lent);
          hotshoe::Value value = inside.get(HOTSHOE_SLOT_SCALAR_WORKSPACE);
          inside.set_i64(HOTSHOE_SLOT_SCALAR_WORKSPACE,
                         (value.type() == HOTSHOE_VALUE_TYPE_I64 ? value.to_i64() : 0) + 1);
        });
        if (lent) {
          ++added;
        } else {
          CHECK(lent.error().code() == HOTSHOE_CODE_CONTEXT_BUSY);
          std::this_thread::yield();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(context.get_i64(HOTSHOE_SLOT_SCALAR_WORKSPACE).value() == 800);
}

}  // namespace

int main() {
  a_field_is_known_by_its_slot();
  a_call_has_the_context_alone();
  eight_threads_have_contexts_of_their_own();
  threads_that_share_a_context_are_told();
}
