/* Hotshoe: what a host calls. Generated from src/capi/pipeline.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_PIPELINE_H
#define HOTSHOE_HOST_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "diagnostics.h"
#include "plugin.h"
#include "host.h"
#include "call.h"
#include "context.h"
#include "../context.h"


/*
 What came of one pass. There may be more some day: pass over those that you do not know.
 */
typedef enum {
  /*
   The run had ended before.
   */
  HOTSHOE_PASS_OUTCOME_NOT_RUN = 0,
  /*
   It is done.
   */
  HOTSHOE_PASS_OUTCOME_DONE = 1,
  /*
   It is done, and returned something that is neither nothing nor its context.
   */
  HOTSHOE_PASS_OUTCOME_RETURNED_OTHER = 2,
  /*
   It failed.
   */
  HOTSHOE_PASS_OUTCOME_FAILED = 3,
  /*
   It was given up.
   */
  HOTSHOE_PASS_OUTCOME_CANCELLED = 4,
} hotshoe_pass_outcome;

/*
 What a failing pass means for those that follow.
 */
typedef enum {
  /*
   The run ends.
   */
  HOTSHOE_FAILURE_POLICY_STOP = 0,
  /*
   They run all the same.
   */
  HOTSHOE_FAILURE_POLICY_SKIP = 1,
} hotshoe_failure_policy;

/*
 How passes are run: in which stages, of which plugins, and what a failing one means. Stages run in the host's order; in a
 stage the passes of all plugins by their names, and those of one name in the order in which their plugins were loaded. A
 pass without a stage runs in each.
 */
typedef struct hotshoe_pipeline hotshoe_pipeline;

/*
 What came of a run: of each pass, in the order in which they ran, or would have.
 */
typedef struct hotshoe_run_report hotshoe_run_report;

/*
 A run of a plugin that executes step by step, such as an emulation. As long as it is there, its plugin is not unloaded.

 `init` comes once; then `step` for each tick, `reset` and further methods, in any number and order; then `shutdown`, after
 which it may begin again. Any other order is the error `stepper-order`, and the plugin is not called. A hook that fails
 changes nothing about the order, but for `init`, which may be called again then. A plugin may have several runs at once.
 */
typedef struct hotshoe_stepper hotshoe_stepper;

/*
 Told how far a run has got, on the thread that runs: at the begin of each pass, and when a pass says so. `pass`: the number
 of the pass, of `passes`. `done` of `total`: how far the pass itself is; 0 of 0 at its begin. The texts are lent for the
 call. It must not throw.
 */
typedef void (*hotshoe_run_progress_callback)(void *user_data,
                                              size_t pass,
                                              size_t passes,
                                              const char *plugin,
                                              const char *name,
                                              const char *stage,
                                              uint64_t done,
                                              uint64_t total);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Makes the pipeline of a host as its profile says, over all of its live plugins. It may be used for any number of runs, and
 by several threads at once.

 `pipeline`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_pipeline_new(hotshoe_pipeline **pipeline);

/*
 The stages to run, in this order, in place of those of the host's profile.

 `stages`: so many texts, each of which ends with NUL. Errors: `profile-invalid` for what cannot name one, or stands twice.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_pipeline_set_stages(hotshoe_pipeline *pipeline,
                                           const char *const *stages,
                                           size_t stage_count);

/*
 Adds a plugin whose passes run. As soon as there is one, only those that were added count, in their order.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_pipeline_add_plugin(hotshoe_pipeline *pipeline, const hotshoe_plugin *plugin);

/*
 What a failing pass means for those that follow: HOTSHOE_FAILURE_POLICY_STOP by default.

 `policy`: a hotshoe_failure_policy. Errors: `argument-invalid` for anything else.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_pipeline_set_failure_policy(hotshoe_pipeline *pipeline, int policy);

/*
 Whether a pass has failed that returns something other than the context or nothing. Off by default: it is told as
 `pass-return`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_pipeline_set_strict(hotshoe_pipeline *pipeline,
                                           bool strict);

/*
 Gives runs up when the token is fired, by any thread. The token's handle stays yours, and may be freed before the run.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_pipeline_set_cancel_token(hotshoe_pipeline *pipeline,
                                                 const hotshoe_cancel_token *token);

/*
 Who is told how far a run has got; NULL: nobody. With runs of several threads it is called by each of them.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_pipeline_set_progress(hotshoe_pipeline *pipeline,
                                             hotshoe_run_progress_callback callback,
                                             void *user_data);

/*
 Ends a pipeline that does not run. NULL is fine.
 */
void hotshoe_pipeline_free(hotshoe_pipeline *pipeline);

/*
 Runs the passes of the pipeline's plugins, or of all that are alive now. Meanwhile none of these plugins can be unloaded,
 also not by a pass: that is busy. What is loaded meanwhile is for the next run. The context belongs to the run until this
 returns.

 `report`: yours; it says what came of each pass, and whether the run ended early. Errors, before anything has run:
 `context-busy`, `plugin-busy` if one of the plugins is being unloaded or reloaded, `plugin-unloaded` if one that was added
 is not loaded any more. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_run(const hotshoe_host *host,
                                const hotshoe_pipeline *pipeline,
                                hotshoe_context *context,
                                hotshoe_run_report **report);

/*
 How many passes there are. [any thread]
 */
size_t hotshoe_run_report_count(const hotshoe_run_report *report);

/*
 Whose pass one is, lent: hotshoe_plugin_clone makes it yours. NULL past the last. [any thread]
 */
const hotshoe_plugin *hotshoe_run_report_plugin(const hotshoe_run_report *report, size_t index);

/*
 The name of one; NULL past the last. [any thread]
 */
const char *hotshoe_run_report_name(const hotshoe_run_report *report, size_t index);

/*
 The stage in which one ran; NULL past the last. [any thread]
 */
const char *hotshoe_run_report_stage(const hotshoe_run_report *report, size_t index);

/*
 How many nanoseconds one took; 0 past the last. [any thread]
 */
uint64_t hotshoe_run_report_nanoseconds(const hotshoe_run_report *report, size_t index);

/*
 What came of one; HOTSHOE_PASS_OUTCOME_NOT_RUN past the last. [any thread]
 */
hotshoe_pass_outcome hotshoe_run_report_outcome(const hotshoe_run_report *report, size_t index);

/*
 Why one failed, lent; NULL if it did not, and past the last. [any thread]
 */
const hotshoe_error *hotshoe_run_report_error(const hotshoe_run_report *report, size_t index);

/*
 Why the run ended before the last pass, lent: `pass-failed`, `pass-return` if it is strict, or `call-cancelled`. NULL if it
 did not. [any thread]
 */
const hotshoe_error *hotshoe_run_report_failure(const hotshoe_run_report *report);

/*
 What was found, lent: failures, `pass-return`, `pass-stage`, `capability-taken`. The context's diagnostics have the same,
 and what the passes told themselves. NULL for NULL. [any thread]
 */
const hotshoe_diagnostics *hotshoe_run_report_diagnostics(const hotshoe_run_report *report);

/*
 Ends a report. NULL is fine. [any thread]
 */
void hotshoe_run_report_free(hotshoe_run_report *report);

/*
 Makes a run of a live plugin that executes step by step, and leases the plugin for it.

 `stepper`: yours. Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_stepper_new(const hotshoe_plugin *plugin, hotshoe_stepper **stepper);

/*
 Gives a hook up that is going on when the token is fired, by any thread.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_stepper_set_cancel_token(hotshoe_stepper *stepper, const hotshoe_cancel_token *token);

/*
 Begins. Errors: `stepper-order`, `step-failed`, `call-cancelled`, `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_stepper_init(hotshoe_stepper *stepper, hotshoe_context *context);

/*
 One step, for one tick. Errors: those of hotshoe_stepper_init, and `runtime-unsupported` if the plugin has none.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_stepper_step(hotshoe_stepper *stepper,
                                    hotshoe_context *context);

/*
 Back to where hotshoe_stepper_init left it. Errors: those of hotshoe_stepper_init.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_stepper_reset(hotshoe_stepper *stepper, hotshoe_context *context);

/*
 Any other method, by its name. `argument`: lent; may be NULL. Errors: those of hotshoe_stepper_init, and
 `runtime-unsupported` if the plugin does not have it.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_stepper_call(hotshoe_stepper *stepper,
                                    const char *method,
                                    size_t method_length,
                                    const hotshoe_value *argument,
                                    hotshoe_context *context);

/*
 Ends, whatever it returns; hotshoe_stepper_init may begin again. Errors: those of hotshoe_stepper_init.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_stepper_shutdown(hotshoe_stepper *stepper, hotshoe_context *context);

/*
 Lets go of the plugin. If there was no shutdown, the plugin is shut down with a context without anything in it. NULL is
 fine.
 */
void hotshoe_stepper_free(hotshoe_stepper *stepper);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_PIPELINE_H */
