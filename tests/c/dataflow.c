/* Passes and steps on a context, of plugins in C, C++ and Rust: a host in C observes the same of each. */
#include <stdarg.h>

#include "check.h"

/* What was observed so far. */
static char observed[4096];

static void say(const char* format, ...) {
  size_t length = strlen(observed);
  int written = 0;
  va_list arguments;
  va_start(arguments, format);
  written = vsnprintf(observed + length, sizeof observed - length, format, arguments);
  va_end(arguments);
  CHECK(written >= 0 && (size_t)written < sizeof observed - length);
}

typedef struct {
  uint32_t input, gain, output, count, on;
} slots;

static hotshoe_context* new_context(slots* at) {
  hotshoe_schema* schema = NULL;
  hotshoe_context* context = NULL;
  hotshoe_value* model = NULL;
  CHECK_OK(hotshoe_schema_new(&schema));
  CHECK_OK(hotshoe_schema_add(schema, "input", Z, HOTSHOE_VALUE_TYPE_F64, 0, &at->input));
  CHECK_OK(hotshoe_schema_add(schema, "gain", Z, HOTSHOE_VALUE_TYPE_F64, 0, &at->gain));
  CHECK_OK(hotshoe_schema_add(schema, "output", Z, HOTSHOE_VALUE_TYPE_F64, 0, &at->output));
  CHECK_OK(hotshoe_schema_add(schema, "count", Z, HOTSHOE_VALUE_TYPE_I64, 0, &at->count));
  CHECK_OK(hotshoe_schema_add(schema, "on", Z, HOTSHOE_VALUE_TYPE_BOOL, 0, &at->on));
  CHECK_OK(hotshoe_context_new(schema, &context));
  hotshoe_schema_free(schema);
  CHECK_OK(hotshoe_context_set_f64(context, at->input, 21));
  CHECK_OK(hotshoe_context_set_f64(context, at->gain, 2));
  CHECK_OK(hotshoe_value_new_text("lens", Z, &model));
  CHECK_OK(hotshoe_context_set(context, HOTSHOE_SLOT_MODEL, model));
  hotshoe_value_free(model);
  return context;
}

static void say_state(hotshoe_context* context, const slots* at, const char* when) {
  double output = 0;
  int64_t count = 0;
  bool on = false;
  CHECK_OK(hotshoe_context_get_f64(context, at->output, &output));
  CHECK_OK(hotshoe_context_get_i64(context, at->count, &count));
  CHECK_OK(hotshoe_context_get_bool(context, at->on, &on));
  say("%s: output %.0f count %d on %d\n", when, output, (int)count, on);
}

static void say_run(hotshoe_host* host) {
  const char* stages[] = {"lower", "codegen"};
  const void* bytes = NULL;
  size_t index = 0, length = 0;
  slots at;
  hotshoe_context* context = new_context(&at);
  hotshoe_pipeline* pipeline = NULL;
  hotshoe_run_report* report = NULL;
  hotshoe_value *artifacts = NULL, *encoded = NULL;
  hotshoe_diagnostics* found = NULL;
  CHECK_OK(hotshoe_pipeline_new(&pipeline));
  CHECK_OK(hotshoe_pipeline_set_stages(pipeline, stages, 2));
  CHECK_OK(hotshoe_pipeline_set_failure_policy(pipeline, HOTSHOE_FAILURE_POLICY_SKIP));
  CHECK_OK(hotshoe_host_run(host, pipeline, context, &report));
  for (index = 0; index < hotshoe_run_report_count(report); index++) {
    const hotshoe_error* error = hotshoe_run_report_error(report, index);
    const char* outcome = "something else";
    if (hotshoe_run_report_outcome(report, index) == HOTSHOE_PASS_OUTCOME_DONE) outcome = "done";
    if (error && strstr(hotshoe_error_report(error), "it refuses")) outcome = "failed, it refuses";
    say("%s/%s: %s\n", hotshoe_run_report_stage(report, index), hotshoe_run_report_name(report, index),
        outcome);
  }
  hotshoe_run_report_free(report);
  say_state(context, &at, "run");
  CHECK_OK(hotshoe_context_get(context, HOTSHOE_SLOT_ARTIFACTS, &artifacts));
  CHECK_OK(hotshoe_value_encode(artifacts, &encoded));
  CHECK_OK(hotshoe_value_to_bytes(encoded, &bytes, &length));
  say("artifacts: ");
  for (index = 0; index < length; index++) say("%02x", ((const unsigned char*)bytes)[index]);
  hotshoe_value_free(encoded);
  hotshoe_value_free(artifacts);
  say("\nfound:");
  CHECK_OK(hotshoe_context_diagnostics(context, &found));
  for (index = 0; index < hotshoe_diagnostics_count(found); index++)
    say(" %s", hotshoe_diagnostics_code(found, index));
  say("\n");
  hotshoe_diagnostics_free(found);
  hotshoe_pipeline_free(pipeline);
  hotshoe_context_free(context);
}

static void say_failure(const char* what, hotshoe_error* error) {
  CHECK(error != NULL);
  say("%s: %s\n", what, hotshoe_error_code(error));
  hotshoe_error_free(error);
}

static void say_steps(const hotshoe_plugin* plugin) {
  slots at;
  int time = 0;
  hotshoe_context* context = new_context(&at);
  hotshoe_stepper* stepper = NULL;
  hotshoe_value* five = NULL;
  CHECK_OK(hotshoe_stepper_new(plugin, &stepper));
  CHECK_OK(hotshoe_stepper_init(stepper, context));
  say_state(context, &at, "init");
  for (time = 1; time <= 3; time++) {
    CHECK_OK(hotshoe_context_set_f64(context, HOTSHOE_SLOT_TIME_S, time));
    CHECK_OK(hotshoe_stepper_step(stepper, context));
  }
  say_state(context, &at, "steps");
  CHECK_OK(hotshoe_stepper_reset(stepper, context));
  say_state(context, &at, "reset");
  CHECK_OK(hotshoe_value_new_f64(5, &five));
  CHECK_OK(hotshoe_stepper_call(stepper, "set", Z, five, context));
  hotshoe_value_free(five);
  CHECK_OK(hotshoe_stepper_step(stepper, context));
  say_state(context, &at, "set");
  say_failure("other", hotshoe_stepper_call(stepper, "unset", Z, NULL, context));
  say_failure("without argument", hotshoe_stepper_call(stepper, "set", Z, NULL, context));
  CHECK_OK(hotshoe_stepper_shutdown(stepper, context));
  say_failure("shutdown", hotshoe_stepper_step(stepper, context));
  hotshoe_stepper_free(stepper);
  hotshoe_context_free(context);
}

int main(int argc, char** argv) {
  const char* names[] = {"dataflow_c", "dataflow_cpp", "dataflow_rust"};
  const char* root = plugin_root(argc, argv);
  char expected[sizeof observed] = "";
  size_t index = 0;
  FILE* file = fopen(DATAFLOW_TXT, "rb");
  CHECK(file != NULL && fread(expected, 1, sizeof expected - 1, file) > 0 && fclose(file) == 0);
  for (index = 0; index < sizeof names / sizeof *names; ++index) {
    hotshoe_host* host = camera_host(root);
    hotshoe_plugin* plugin = NULL;
    CHECK_OK(hotshoe_host_load(host, names[index], Z, NULL, 0, NULL, NULL, &plugin));
    observed[0] = '\0';
    say_run(host);
    say_steps(plugin);
    CHECK_TEXT(observed, expected);
    hotshoe_plugin_free(plugin);
    hotshoe_host_free(host);
  }
  return 0;
}
