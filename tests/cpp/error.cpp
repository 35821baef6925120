// Failures are values, and may be thrown.
#include <hotshoe/error.hpp>
#include <type_traits>

#include "check.hpp"

namespace {

hotshoe::Error boom() { return hotshoe::Error(hotshoe_error_new("boom", HOTSHOE_NUL_TERMINATED)); }

static_assert(!std::is_copy_constructible_v<hotshoe::Error>);
static_assert(std::is_nothrow_move_constructible_v<hotshoe::Error>);
static_assert(std::is_copy_constructible_v<hotshoe::Exception>, "what is thrown must be copyable");

void an_error_says_everything() {
  const hotshoe::Error error = boom();
  CHECK_EQUAL(error.code(), "entry-failed");
  CHECK_EQUAL(error.stage(), "bind");
  CHECK(!error.message().empty());
  CHECK(!error.hint().empty());
  CHECK_EQUAL(error.path(), "");
  CHECK_EQUAL(error.plugin(), "");
  CHECK_EQUAL(error.causes().size(), 1u);
  CHECK_EQUAL(error.causes()[0], "boom");
  CHECK(contains(error.report(), "boom"));
}

void a_result_holds_a_value_or_an_error() {
  hotshoe::Result<std::string> good(std::string("fine"));
  CHECK(static_cast<bool>(good));
  CHECK_EQUAL(good.value(), "fine");
  CHECK_EQUAL(good.error().report(), "");
  CHECK_EQUAL(std::move(good).value(), "fine");

  hotshoe::Result<std::string> bad(boom());
  CHECK(!bad);
  CHECK_EQUAL(bad.error().code(), "entry-failed");
  const hotshoe::Error taken = std::move(bad).error();
  CHECK_EQUAL(taken.code(), "entry-failed");

  CHECK(static_cast<bool>(hotshoe::Result<void>()));
  CHECK(!hotshoe::Result<void>(boom()));
}

void a_result_that_others_look_at_keeps_what_it_holds() {
  const hotshoe::Result<std::string> good(std::string("fine"));
  const std::string& lent = good.value();
  CHECK_EQUAL(lent, "fine");
  CHECK(&lent == &good.value());
  const hotshoe::Result<std::string> bad(boom());
  const hotshoe::Result<void> nothing(boom());
  for (int time = 0; time < 2; ++time) {
    try {
      static_cast<void>(bad.value());
      CHECK(false);
    } catch (const hotshoe::Exception& thrown) {
      CHECK_EQUAL(thrown.error().report(), bad.error().report());
    }
    try {
      nothing.value();
      CHECK(false);
    } catch (const hotshoe::Exception& thrown) {
      CHECK_EQUAL(thrown.error().code(), "entry-failed");
    }
  }
  CHECK_EQUAL(bad.error().clone().causes()[0], "boom");
}

void value_of_a_failure_throws_its_report() {
  try {
    hotshoe::Result<int>(boom()).value();
    CHECK(false);
  } catch (const std::runtime_error& thrown) {
    CHECK(contains(thrown.what(), "boom"));
  }
  try {
    hotshoe::Result<void>(boom()).value();
    CHECK(false);
  } catch (const hotshoe::Exception& thrown) {
    const hotshoe::Exception copy = thrown;
    CHECK_EQUAL(copy.error().code(), "entry-failed");
    CHECK_EQUAL(copy.error().report(), thrown.what());
  }
}

void what_was_moved_from_is_empty() {
  hotshoe::Error error = boom();
  const hotshoe::Error other = std::move(error);
  CHECK_EQUAL(error.code(), "");
  CHECK_EQUAL(error.report(), "");
  CHECK(error.causes().empty());
}

}  // namespace

int main() {
  an_error_says_everything();
  a_result_holds_a_value_or_an_error();
  a_result_that_others_look_at_keeps_what_it_holds();
  value_of_a_failure_throws_its_report();
  what_was_moved_from_is_empty();
}
