// Passes and steps of a plugin in C++: what they throw is contained and told, and no run pulls a plugin away.
#include <hotshoe/pipeline.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "check.hpp"
#include "rack.hpp"

namespace {

hotshoe::Context context() { return hotshoe::Context::make(hotshoe::Schema::make().value()).value(); }

hotshoe::Pipeline pipeline(const std::vector<std::string>& stages) {
  auto made = hotshoe::Pipeline::create().value();
  made.set_stages(stages).value();
  return made;
}

hotshoe::Plugin snake(const hotshoe::Host& host) {
  hotshoe_plugin* plugin = nullptr;
  hotshoe::Result<void>(
      hotshoe_host_load(host.get(), "snake", HOTSHOE_NUL_TERMINATED, nullptr, 0, nullptr, nullptr, &plugin))
      .value();
  return hotshoe::Plugin(plugin);
}

void what_a_pass_throws_is_told_and_the_others_may_run(const hotshoe::Host& host) {
  hotshoe::Plugin plugin = snake(host);
  hotshoe::Context shared = context();
  hotshoe::Pipeline stops = pipeline({"parse", "lower"});
  hotshoe::RunReport report = stops.run(host, shared).value();
  std::vector<hotshoe::PassReport> passes = report.passes();
  CHECK_EQUAL(passes.size(), 5u);
  CHECK_EQUAL(passes[0].name, "a-parse");
  CHECK_EQUAL(passes[0].plugin, "snake");
  CHECK_EQUAL(passes[0].stage, "parse");
  CHECK(passes[0].nanoseconds > 0);
  CHECK(passes[1].outcome == hotshoe::PassOutcome::ReturnedOther);
  CHECK(passes[3].outcome == hotshoe::PassOutcome::Failed);
  CHECK(contains(passes[3].error, "boom in lower"));
  CHECK(passes[4].outcome == hotshoe::PassOutcome::NotRun);
  CHECK_EQUAL(report.check().error().code(), HOTSHOE_CODE_PASS_FAILED);
  CHECK_EQUAL(report.diagnostics().size(), 3u);

  hotshoe::Pipeline skips = pipeline({"lower"});
  skips.set_failure_policy(hotshoe::FailurePolicy::Skip).value();
  skips.set_strict(true).value();
  skips.add_plugin(plugin).value();
  report = skips.run(host, shared).value();
  report.check().value();
  passes = report.passes();
  CHECK(passes[0].outcome == hotshoe::PassOutcome::Failed);
  CHECK(contains(passes[2].error, "no std::exception"));
  CHECK_EQUAL(stops.set_stages({"a", "a"}).error().code(), HOTSHOE_CODE_PROFILE_INVALID);
}

void a_run_tells_how_far_it_is_and_is_given_up(const hotshoe::Host& host) {
  hotshoe::Context shared = context();
  hotshoe::Pipeline parse = pipeline({"parse"});
  std::vector<std::string> told;
  parse
      .set_progress([&](const hotshoe::RunProgress& at) {
        told.push_back(std::string(at.name) + " " + std::to_string(at.done));
        throw std::runtime_error("this goes no further");
      })
      .value();
  parse.run(host, shared).value().check().value();
  CHECK_EQUAL(told.size(), 3u);
  CHECK_EQUAL(told[1], "a-parse 1");
  parse.set_progress(nullptr).value();
  auto token = hotshoe::CancelToken::create().value();
  parse.set_cancel_token(token).value();
  token.fire();
  CHECK_EQUAL(parse.run(host, shared).value().check().error().code(), HOTSHOE_CODE_CALL_CANCELLED);
}

void what_a_stepper_throws_is_told(const hotshoe::Host& host) {
  hotshoe::Plugin plugin = snake(host);
  hotshoe::Context shared = context();
  {
    hotshoe::Stepper stepper = hotshoe::Stepper::of(plugin).value();
    CHECK_EQUAL(stepper.step(shared).error().code(), HOTSHOE_CODE_STEPPER_ORDER);
    stepper.init(shared).value();
    stepper.step(shared).value();
    stepper.step(shared).value();
    CHECK(contains(stepper.step(shared).error().report(), "three is enough"));
    CHECK_EQUAL(stepper.reset(shared).error().code(), HOTSHOE_CODE_RUNTIME_UNSUPPORTED);
    stepper.call("ping", shared).value();
    stepper.call("louder", hotshoe::values().of(2.5), shared).value();
    CHECK_EQUAL(shared.get_f64(HOTSHOE_SLOT_TIME_S).value(), 2.5);
    CHECK_EQUAL(stepper.call({}, shared).error().code(), HOTSHOE_CODE_RUNTIME_UNSUPPORTED);
    CHECK(contains(stepper.call("boom", shared).error().report(), "boom in a method"));
    CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Busy);
    hotshoe::Stepper moved = std::move(stepper);
    CHECK_EQUAL(stepper.step(shared).error().code(), HOTSHOE_CODE_ARGUMENT_INVALID);
  }
  CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Unmapped);
}

// For who has the handles alone, such as those of a program's own classes.
void a_run_and_a_stepper_take_a_handle_too(const hotshoe::Host& host) {
  hotshoe::Plugin plugin = snake(host);
  hotshoe::Context shared = context();
  hotshoe_context* handle = shared.get();
  CHECK_EQUAL(pipeline({"parse"}).run(host, handle).value().passes().size(), 2u);
  hotshoe::Stepper stepper = hotshoe::Stepper::of(plugin).value();
  stepper.init(handle).value();
  stepper.step(handle).value();
  CHECK_EQUAL(stepper.reset(handle).error().code(), HOTSHOE_CODE_RUNTIME_UNSUPPORTED);
  stepper.call("ping", nullptr, handle).value();
  stepper.shutdown(shared).value();
  CHECK_EQUAL(stepper.shutdown(handle).error().code(), HOTSHOE_CODE_STEPPER_ORDER);
}

void a_plugin_is_not_unloaded_while_eight_threads_run_it(const hotshoe::Host& host) {
  hotshoe::Plugin plugin = snake(host);
  std::atomic<bool> done{false};
  std::atomic<int> runs{0};
  std::vector<std::thread> threads;
  hotshoe::Pipeline parse = pipeline({"parse"});
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back([&] {
      hotshoe::Context own = context();
      while (!done) {
        auto report = parse.run(host, own);
        if (!report) {
          CHECK_EQUAL(report.error().code(), HOTSHOE_CODE_PLUGIN_BUSY);
        } else {
          report.value().check().value();
          ++runs;
        }
        // valgrind runs one thread at a time, and one that never waits for anything keeps the others from it.
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  }
  for (int ended = 0; ended < 20 || runs < 100;) {
    if (host.unload(plugin).value().outcome() != hotshoe::Outcome::Busy) {
      plugin = snake(host);
      ++ended;
    }
    std::this_thread::yield();
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main() {
  watchdog(100);
  Folder folder;
  folder.install("snake", built("passes"), R"(, "entry": "hotshoe_descriptor")");
  hotshoe::Host host = mixer_host(folder);
  what_a_pass_throws_is_told_and_the_others_may_run(host);
  a_run_tells_how_far_it_is_and_is_given_up(host);
  what_a_stepper_throws_is_told(host);
  a_run_and_a_stepper_take_a_handle_too(host);
  a_plugin_is_not_unloaded_while_eight_threads_run_it(host);
}
