// The run of all passes by stage, and of plugins that execute step by step.
//
//     hotshoe::Pipeline pipeline = hotshoe::Pipeline::create().value();
//     hotshoe::RunReport report = pipeline.run(host, context).value();
//     for (const hotshoe::PassReport& pass : report.passes()) show(pass.name, pass.nanoseconds);
//     if (auto ran = report.check(); !ran) complain(ran.error().report());
//
//     hotshoe::Stepper stepper = hotshoe::Stepper::of(plugin).value();
//     stepper.init(context).value();
//     while (goes_on()) stepper.step(context).value();
//     stepper.shutdown(context).value();
//
// `context` is a hotshoe::Context, or a handle of one. It belongs to one run or hook at a time; anything else
// is `context-busy`.
#ifndef HOTSHOE_PIPELINE_HPP
#define HOTSHOE_PIPELINE_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "call.hpp"
#include "callback.hpp"
#include "context.hpp"
#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"
#include "host.hpp"
#include "plugin.hpp"
#include "value.hpp"

namespace hotshoe {

// What a failing pass means for those that follow: the run ends, or they run all the same.
enum class FailurePolicy { Stop = HOTSHOE_FAILURE_POLICY_STOP, Skip = HOTSHOE_FAILURE_POLICY_SKIP };

// What came of one pass. There may be more some day: pass over those that you do not know.
enum class PassOutcome {
  NotRun = HOTSHOE_PASS_OUTCOME_NOT_RUN,  // the run had ended before
  Done = HOTSHOE_PASS_OUTCOME_DONE,
  ReturnedOther = HOTSHOE_PASS_OUTCOME_RETURNED_OTHER,  // it is done, and returned what is not its context
  Failed = HOTSHOE_PASS_OUTCOME_FAILED,
  Cancelled = HOTSHOE_PASS_OUTCOME_CANCELLED,
};

// How far a run has got: the number of the pass that is at work, of how many; and how far that is, as it
// says.
struct RunProgress {
  std::size_t pass, passes;
  std::string_view plugin, name, stage;
  std::uint64_t done, total;
};

// What came of one pass. The texts are good as long as the report.
struct PassReport {
  std::string_view plugin, name, stage;
  std::uint64_t nanoseconds;
  PassOutcome outcome;
  std::string_view error;  // the report of why it failed; else empty
};

// What came of a run.
class RunReport {
 public:
  // Takes ownership of the handle.
  explicit RunReport(hotshoe_run_report* handle) noexcept : handle_(handle) {}

  // The passes, in the order in which they ran, or would have.
  std::vector<PassReport> passes() const {
    std::vector<PassReport> all;
    for (std::size_t index = 0; index < hotshoe_run_report_count(get()); ++index) {
      const hotshoe_plugin* plugin = hotshoe_run_report_plugin(get(), index);
      const hotshoe_error* error = hotshoe_run_report_error(get(), index);
      all.push_back(
          {detail::view(hotshoe_plugin_name(plugin)), detail::view(hotshoe_run_report_name(get(), index)),
           detail::view(hotshoe_run_report_stage(get(), index)), hotshoe_run_report_nanoseconds(get(), index),
           static_cast<PassOutcome>(hotshoe_run_report_outcome(get(), index)),
           detail::view(hotshoe_error_report(error))});
    }
    return all;
  }

  // Fails with why the run ended before the last pass, if it did: `pass-failed`, `pass-return` if it is
  // strict, or `call-cancelled`.
  Result<void> check() const {
    const hotshoe_error* failure = hotshoe_run_report_failure(get());
    return failure == nullptr ? Result<void>() : Result<void>(hotshoe_error_clone(failure));
  }

  // What was found; good as long as the report.
  DiagnosticsView diagnostics() const noexcept {
    return DiagnosticsView(hotshoe_run_report_diagnostics(get()));
  }

  const hotshoe_run_report* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_run_report, detail::Deleter<hotshoe_run_report_free>> handle_;
};

// How passes are run: in which stages, of which plugins, and what a failing one means. It may be used for any
// number of runs, and by several threads at once, each with a context of its own.
class Pipeline {
 public:
  // Is told how far a run has got, on the thread that runs. What it throws goes no further.
  using OnProgress = std::function<void(const RunProgress&)>;

  // Takes ownership of the handle.
  explicit Pipeline(hotshoe_pipeline* handle) noexcept : handle_(handle) {}

  // As the host's profile says, over all of its live plugins.
  static Result<Pipeline> create() {
    hotshoe_pipeline* pipeline = nullptr;
    if (Result<void> made(hotshoe_pipeline_new(&pipeline)); !made) return std::move(made).error();
    return Pipeline(pipeline);
  }

  // The stages to run, in this order, in place of those of the host's profile. Errors: `profile-invalid`.
  Result<void> set_stages(const std::vector<std::string>& stages) {
    std::vector<const char*> texts;
    for (const std::string& stage : stages) texts.push_back(stage.c_str());
    return Result<void>(hotshoe_pipeline_set_stages(handle_.get(), texts.data(), texts.size()));
  }
  // Adds a plugin whose passes run. As soon as there is one, only those that were added count, in their
  // order.
  Result<void> add_plugin(const Plugin& plugin) {
    return Result<void>(hotshoe_pipeline_add_plugin(handle_.get(), plugin.get()));
  }
  // Stop by default.
  Result<void> set_failure_policy(FailurePolicy policy) {
    return Result<void>(hotshoe_pipeline_set_failure_policy(handle_.get(), static_cast<int>(policy)));
  }
  // Whether a pass has failed that returns something other than the context or nothing. Off by default.
  Result<void> set_strict(bool strict) {
    return Result<void>(hotshoe_pipeline_set_strict(handle_.get(), strict));
  }
  // Gives runs up when the token is fired, by any thread.
  Result<void> set_cancel_token(const CancelToken& token) {
    return Result<void>(hotshoe_pipeline_set_cancel_token(handle_.get(), token.get()));
  }
  // An empty function: nobody is told.
  Result<void> set_progress(OnProgress on_progress) {
    auto held = on_progress ? std::make_unique<OnProgress>(std::move(on_progress)) : nullptr;
    Result<void> set(hotshoe_pipeline_set_progress(handle_.get(), held ? told : nullptr, held.get()));
    if (set) on_progress_ = std::move(held);
    return set;
  }

  // Runs the passes of the plugins that were added, or of all that are alive now. Meanwhile none of these
  // plugins can be unloaded, also not by a pass. Errors, before anything has run: `context-busy`,
  // `plugin-busy`, `plugin-unloaded`. [any thread]
  Result<RunReport> run(const Host& host, hotshoe_context* context) const {
    hotshoe_run_report* report = nullptr;
    Result<void> ran(hotshoe_host_run(host.get(), get(), context, &report));
    if (!ran) return std::move(ran).error();
    return RunReport(report);
  }
  Result<RunReport> run(const Host& host, Context& context) const { return run(host, context.get()); }

  const hotshoe_pipeline* get() const noexcept { return handle_.get(); }

 private:
  static void told(void* function, std::size_t pass, std::size_t passes, const char* plugin, const char* name,
                   const char* stage, std::uint64_t done, std::uint64_t total) noexcept {
    detail::contained([&] {
      (*static_cast<OnProgress*>(function))(RunProgress{
          pass, passes, detail::view(plugin), detail::view(name), detail::view(stage), done, total});
    });
  }

  std::unique_ptr<OnProgress> on_progress_;
  std::unique_ptr<hotshoe_pipeline, detail::Deleter<hotshoe_pipeline_free>> handle_;
};

// A run of a plugin that executes step by step, such as an emulation. As long as it is there, its plugin is
// not unloaded.
//
// init comes once; then step for each tick, reset and call, in any number and order; then shutdown, after
// which it may begin again. Any other order is `stepper-order`, and the plugin is not called. If it ends
// without a shutdown, the plugin is shut down with a context without anything in it.
class Stepper {
 public:
  // Takes ownership of the handle.
  explicit Stepper(hotshoe_stepper* handle) noexcept : handle_(handle) {}

  // Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`. [any thread]
  static Result<Stepper> of(const Plugin& plugin) {
    hotshoe_stepper* stepper = nullptr;
    if (Result<void> made(hotshoe_stepper_new(plugin.get(), &stepper)); !made) return std::move(made).error();
    return Stepper(stepper);
  }

  // Gives a hook up that is going on when the token is fired, by any thread.
  Result<void> set_cancel_token(const CancelToken& token) {
    return Result<void>(hotshoe_stepper_set_cancel_token(get(), token.get()));
  }

  // Errors of all that follow: `stepper-order`, `step-failed`, `call-cancelled`, `context-busy`, and
  // `runtime-unsupported` for what the plugin does not have.
  Result<void> init(Context& context) { return init(context.get()); }
  Result<void> init(hotshoe_context* context) { return Result<void>(hotshoe_stepper_init(get(), context)); }
  Result<void> step(Context& context) { return step(context.get()); }
  Result<void> step(hotshoe_context* context) { return Result<void>(hotshoe_stepper_step(get(), context)); }
  Result<void> reset(Context& context) { return reset(context.get()); }
  Result<void> reset(hotshoe_context* context) { return Result<void>(hotshoe_stepper_reset(get(), context)); }
  // Any other method, by its name, with an argument or none.
  Result<void> call(std::string_view method, Context& context) {
    return call(method, nullptr, context.get());
  }
  Result<void> call(std::string_view method, const Value& argument, Context& context) {
    return call(method, argument.get(), context.get());
  }
  Result<void> call(std::string_view method, const hotshoe_value* argument, hotshoe_context* context) {
    return Result<void>(
        hotshoe_stepper_call(get(), method.empty() ? "" : method.data(), method.size(), argument, context));
  }
  Result<void> shutdown(Context& context) { return shutdown(context.get()); }
  Result<void> shutdown(hotshoe_context* context) {
    return Result<void>(hotshoe_stepper_shutdown(get(), context));
  }

  hotshoe_stepper* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_stepper, detail::Deleter<hotshoe_stepper_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_PIPELINE_HPP
