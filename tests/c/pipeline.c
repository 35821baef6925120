/* Passes run by stage, and a plugin executes step by step. */
#include "check.h"

static hotshoe_context* new_context(void) {
  hotshoe_schema* schema = NULL;
  hotshoe_context* context = NULL;
  CHECK_OK(hotshoe_schema_new(&schema));
  CHECK_OK(hotshoe_context_new(schema, &context));
  hotshoe_schema_free(schema);
  return context;
}

static void nothing_is_crashed_by_null(hotshoe_host* host, hotshoe_plugin* plugin) {
  hotshoe_pipeline* pipeline = NULL;
  hotshoe_run_report* report = NULL;
  hotshoe_stepper* stepper = NULL;
  hotshoe_context* context = new_context();
  const char* none[] = {NULL};
  CHECK_FAILS(hotshoe_pipeline_new(NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_set_stages(NULL, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_add_plugin(NULL, plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_set_failure_policy(NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_set_strict(NULL, true), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_set_cancel_token(NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_set_progress(NULL, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_stages(NULL, NULL, 0), "argument-invalid");
  hotshoe_pipeline_free(NULL);
  CHECK_OK(hotshoe_pipeline_new(&pipeline));
  CHECK_FAILS(hotshoe_pipeline_set_stages(pipeline, NULL, 1), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_set_stages(pipeline, none, 1), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_add_plugin(pipeline, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_set_failure_policy(pipeline, 2), "argument-invalid");
  CHECK_FAILS(hotshoe_pipeline_set_cancel_token(pipeline, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_run(NULL, pipeline, context, &report), "argument-invalid");
  CHECK_FAILS(hotshoe_host_run(host, NULL, context, &report), "argument-invalid");
  CHECK_FAILS(hotshoe_host_run(host, pipeline, NULL, &report), "argument-invalid");
  CHECK_FAILS(hotshoe_host_run(host, pipeline, context, NULL), "argument-invalid");
  CHECK(report == NULL);
  hotshoe_pipeline_free(pipeline);
  CHECK(hotshoe_run_report_count(NULL) == 0);
  CHECK(hotshoe_run_report_plugin(NULL, 0) == NULL);
  CHECK(hotshoe_run_report_name(NULL, 0) == NULL);
  CHECK(hotshoe_run_report_stage(NULL, 0) == NULL);
  CHECK(hotshoe_run_report_nanoseconds(NULL, 0) == 0);
  CHECK(hotshoe_run_report_outcome(NULL, 0) == HOTSHOE_PASS_OUTCOME_NOT_RUN);
  CHECK(hotshoe_run_report_error(NULL, 0) == NULL);
  CHECK(hotshoe_run_report_failure(NULL) == NULL);
  CHECK(hotshoe_run_report_diagnostics(NULL) == NULL);
  hotshoe_run_report_free(NULL);
  CHECK_FAILS(hotshoe_stepper_new(NULL, &stepper), "argument-invalid");
  CHECK_FAILS(hotshoe_stepper_new(plugin, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_stepper_set_cancel_token(NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_stepper_init(NULL, context), "argument-invalid");
  CHECK_FAILS(hotshoe_stepper_step(NULL, context), "argument-invalid");
  CHECK_FAILS(hotshoe_stepper_reset(NULL, context), "argument-invalid");
  CHECK_FAILS(hotshoe_stepper_call(NULL, "x", Z, NULL, context), "argument-invalid");
  CHECK_FAILS(hotshoe_stepper_shutdown(NULL, context), "argument-invalid");
  hotshoe_stepper_free(NULL);
  hotshoe_context_free(context);
}

struct told {
  size_t calls, passes;
};

static void tell(void* user_data, size_t pass, size_t passes, const char* plugin, const char* name,
                 const char* stage, uint64_t done, uint64_t total) {
  struct told* told = user_data;
  CHECK(pass < passes && done == 0 && total == 0);
  CHECK_TEXT(plugin, "snake");
  CHECK(name != NULL && stage != NULL);
  told->calls++;
  told->passes = passes;
}

static void passes_run_in_the_stages_of_the_host(hotshoe_host* host, hotshoe_plugin* plugin) {
  const char* stages[] = {"parse", "lower"};
  const char* twice[] = {"parse", "parse"};
  hotshoe_pipeline* pipeline = NULL;
  hotshoe_run_report* report = NULL;
  hotshoe_cancel_token* token = NULL;
  hotshoe_context* context = new_context();
  struct told told = {0, 0};
  CHECK_OK(hotshoe_pipeline_new(&pipeline));
  CHECK_FAILS(hotshoe_pipeline_set_stages(pipeline, twice, 2), "profile-invalid");
  CHECK_OK(hotshoe_pipeline_set_progress(pipeline, tell, &told));
  CHECK_OK(hotshoe_host_run(host, pipeline, context, &report)); /* as the profile says */
  CHECK(hotshoe_run_report_count(report) == 2 && told.calls == 2 && told.passes == 2);
  CHECK_TEXT(hotshoe_run_report_name(report, 0), "lower-all");
  CHECK_TEXT(hotshoe_run_report_stage(report, 0), "lower");
  hotshoe_run_report_free(report);

  CHECK_OK(hotshoe_pipeline_set_stages(pipeline, stages, 2));
  CHECK_OK(hotshoe_pipeline_add_plugin(pipeline, plugin));
  CHECK_OK(hotshoe_pipeline_set_failure_policy(pipeline, HOTSHOE_FAILURE_POLICY_SKIP));
  CHECK_OK(hotshoe_pipeline_set_strict(pipeline, true));
  CHECK_OK(hotshoe_pipeline_set_progress(pipeline, NULL, NULL));
  CHECK_OK(hotshoe_host_run(host, pipeline, context, &report));
  CHECK(hotshoe_run_report_count(report) == 2 && told.calls == 2);
  CHECK_TEXT(hotshoe_run_report_name(report, 0), "parse-all");
  CHECK_TEXT(hotshoe_plugin_name(hotshoe_run_report_plugin(report, 1)), "snake");
  CHECK(hotshoe_run_report_outcome(report, 1) == HOTSHOE_PASS_OUTCOME_DONE);
  CHECK(hotshoe_run_report_nanoseconds(report, 1) > 0);
  CHECK(hotshoe_run_report_error(report, 1) == NULL && hotshoe_run_report_failure(report) == NULL);
  CHECK(hotshoe_diagnostics_count(hotshoe_run_report_diagnostics(report)) == 0);
  CHECK(hotshoe_run_report_plugin(report, 2) == NULL && hotshoe_run_report_name(report, 2) == NULL);
  CHECK(hotshoe_run_report_stage(report, 2) == NULL && hotshoe_run_report_nanoseconds(report, 2) == 0);
  CHECK(hotshoe_run_report_outcome(report, 2) == HOTSHOE_PASS_OUTCOME_NOT_RUN);
  CHECK(hotshoe_run_report_error(report, 2) == NULL);
  hotshoe_run_report_free(report);
  report = NULL;

  CHECK_OK(hotshoe_context_begin(context));
  CHECK_FAILS(hotshoe_host_run(host, pipeline, context, &report), "context-busy");
  CHECK(report == NULL);
  hotshoe_context_end(context);

  CHECK_OK(hotshoe_cancel_token_new(&token));
  CHECK_OK(hotshoe_pipeline_set_cancel_token(pipeline, token));
  hotshoe_cancel_token_fire(token);
  hotshoe_cancel_token_free(token);
  CHECK_OK(hotshoe_host_run(host, pipeline, context, &report));
  CHECK_TEXT(hotshoe_error_code(hotshoe_run_report_failure(report)), "call-cancelled");
  hotshoe_run_report_free(report);
  hotshoe_pipeline_free(pipeline);
  hotshoe_context_free(context);
}

static void a_plugin_executes_step_by_step(hotshoe_host* host, hotshoe_plugin* plugin) {
  hotshoe_stepper* stepper = NULL;
  hotshoe_unload* unload = NULL;
  hotshoe_cancel_token* token = NULL;
  hotshoe_value* nine = NULL;
  hotshoe_context* context = new_context();
  double time = 0;
  CHECK_OK(hotshoe_stepper_new(plugin, &stepper));
  CHECK_FAILS(hotshoe_stepper_init(stepper, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_stepper_step(stepper, context), "stepper-order");
  CHECK_FAILS(hotshoe_stepper_reset(stepper, context), "stepper-order");
  CHECK_FAILS(hotshoe_stepper_call(stepper, "set", Z, NULL, context), "stepper-order");
  CHECK_FAILS(hotshoe_stepper_shutdown(stepper, context), "stepper-order");
  CHECK_OK(hotshoe_stepper_init(stepper, context));
  CHECK_FAILS(hotshoe_stepper_init(stepper, context), "stepper-order");
  CHECK_OK(hotshoe_stepper_step(stepper, context));
  CHECK_OK(hotshoe_value_new_f64(9, &nine));
  CHECK_OK(hotshoe_stepper_call(stepper, "set", Z, nine, context));
  hotshoe_value_free(nine);
  CHECK_FAILS(hotshoe_stepper_call(stepper, "set", Z, NULL, context), "step-failed");
  CHECK_FAILS(hotshoe_stepper_call(stepper, "step_fmu", Z, NULL, context), "runtime-unsupported");
  CHECK_FAILS(hotshoe_stepper_call(stepper, NULL, 0, NULL, context), "argument-invalid");
  CHECK_OK(hotshoe_stepper_step(stepper, context));
  CHECK_OK(hotshoe_context_get_f64(context, HOTSHOE_SLOT_TIME_S, &time));
  CHECK(time == 10);
  CHECK_OK(hotshoe_stepper_reset(stepper, context));
  CHECK_OK(hotshoe_context_begin(context));
  CHECK_FAILS(hotshoe_stepper_step(stepper, context), "context-busy");
  hotshoe_context_end(context);
  CHECK_OK(hotshoe_host_unload(host, plugin, &unload));
  CHECK(hotshoe_unload_get_outcome(unload) == HOTSHOE_UNLOAD_OUTCOME_BUSY);
  hotshoe_unload_free(unload);
  CHECK_OK(hotshoe_cancel_token_new(&token));
  CHECK_OK(hotshoe_stepper_set_cancel_token(stepper, token));
  CHECK_FAILS(hotshoe_stepper_set_cancel_token(stepper, NULL), "argument-invalid");
  hotshoe_cancel_token_free(token);
  CHECK_OK(hotshoe_stepper_shutdown(stepper, context));
  CHECK_OK(hotshoe_stepper_init(stepper, context));
  hotshoe_context_free(context);
  hotshoe_stepper_free(stepper); /* shuts it down */
  CHECK_OK(hotshoe_host_unload(host, plugin, &unload));
  CHECK(hotshoe_unload_get_outcome(unload) == HOTSHOE_UNLOAD_OUTCOME_UNMAPPED);
  hotshoe_unload_free(unload);
  stepper = NULL;
  CHECK_FAILS(hotshoe_stepper_new(plugin, &stepper), "plugin-unloaded");
}

int main(int argc, char** argv) {
  const char* stages[] = {"lower", "parse"};
  hotshoe_profile* profile = camera_profile();
  hotshoe_host* host = NULL;
  hotshoe_plugin* plugin = NULL;
  CHECK_OK(hotshoe_profile_set_stages(profile, stages, 2));
  CHECK_OK(hotshoe_host_new(profile, &host));
  hotshoe_profile_free(profile);
  CHECK_OK(hotshoe_host_add_search_root(host, plugin_root(argc, argv), Z));
  CHECK_OK(hotshoe_host_load(host, "snake", Z, NULL, 0, NULL, NULL, &plugin));
  nothing_is_crashed_by_null(host, plugin);
  passes_run_in_the_stages_of_the_host(host, plugin);
  a_plugin_executes_step_by_step(host, plugin);
  hotshoe_plugin_free(plugin);
  hotshoe_host_free(host);
  return 0;
}
