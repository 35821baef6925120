/* Calls by name: a plugin in native code has no methods, and says so; NULL is refused everywhere. */
#include "check.h"
#include "plugins/camera.h"

static int take(void* user_data, const void* output, size_t length) {
  (void)user_data, (void)output, (void)length;
  return 0;
}

static void take_text(void* user_data, const char* text) { (void)user_data, (void)text; }

/* What a plugin of another runtime calls: it gets back what it put in. */
static hotshoe_error* serve(void* user_data, hotshoe_service_call* call) {
  size_t length = 0;
  const void* input = hotshoe_service_call_input(call, &length);
  (void)user_data;
  if (hotshoe_service_call_is_given_up(call)) return hotshoe_error_new("given up", Z);
  if (strcmp(hotshoe_service_call_method(call), "echo") != 0) return hotshoe_error_new("no such method", Z);
  if (hotshoe_service_call_encoding(call) == HOTSHOE_ENCODING_RAW) {
    hotshoe_service_call_output(call, input, length);
  }
  return NULL;
}

static void count(void* released) { ++*(int*)released; }

static void a_native_plugin_has_no_methods(const hotshoe_plugin* lens) {
  int released = 0;
  const void* table = NULL;
  hotshoe_call* call = NULL;
  CHECK_OK(hotshoe_call_new("zoom/set", Z, &call));
  CHECK_OK(hotshoe_call_set_input(call, HOTSHOE_ENCODING_RAW, "50", 2));
  CHECK_OK(hotshoe_call_set_input(call, HOTSHOE_ENCODING_JSON, NULL, 0));
  CHECK_OK(hotshoe_call_set_streams(call, true));
  CHECK_OK(hotshoe_call_set_timeout(call, 1000000000));
  CHECK_OK(hotshoe_call_set_sink(call, take, NULL, take_text, NULL));
  CHECK_FAILS(hotshoe_plugin_call(lens, call), "runtime-unsupported");
  CHECK_FAILS(hotshoe_plugin_send(lens, call, "50", 2), "runtime-unsupported");
  CHECK_FAILS(hotshoe_plugin_finish(lens, call), "runtime-unsupported");
  CHECK_FAILS(hotshoe_plugin_interface(lens, "zoom", Z, 1, &table), "runtime-unsupported");
  CHECK_FAILS(hotshoe_plugin_describe(lens, take_text, NULL), "runtime-unsupported");
  CHECK_FAILS(hotshoe_plugin_offer(lens, serve, &released, count), "runtime-unsupported");
  CHECK(released == 1 && table == NULL);
  CHECK_OK(hotshoe_plugin_health(lens));
  hotshoe_call_free(call);
}

static void a_call_that_was_given_up_before_is_not_made(const hotshoe_plugin* lens) {
  hotshoe_call* call = NULL;
  hotshoe_cancel_token* token = NULL;
  CHECK_OK(hotshoe_call_new("zoom/set", Z, &call));
  CHECK_OK(hotshoe_cancel_token_new(&token));
  CHECK_OK(hotshoe_call_set_cancel_token(call, token));
  CHECK(!hotshoe_cancel_token_is_fired(token));
  hotshoe_cancel_token_fire(token);
  CHECK(hotshoe_cancel_token_is_fired(token));
  hotshoe_cancel_token_free(token);
  CHECK_FAILS(hotshoe_plugin_call(lens, call), "call-cancelled");
  hotshoe_call_free(call);
}

static void null_is_refused(const hotshoe_plugin* lens) {
  const void* table = NULL;
  void* instance = NULL;
  hotshoe_call* call = NULL;
  CHECK_FAILS(hotshoe_call_new(NULL, 0, &call), "argument-invalid");
  CHECK_FAILS(hotshoe_call_new("zoom", Z, NULL), "argument-invalid");
  CHECK_OK(hotshoe_call_new("zoom", Z, &call));
  CHECK_FAILS(hotshoe_call_set_input(NULL, HOTSHOE_ENCODING_RAW, "", 0), "argument-invalid");
  CHECK_FAILS(hotshoe_call_set_input(call, HOTSHOE_ENCODING_RAW, NULL, 1), "argument-invalid");
  CHECK_FAILS(hotshoe_call_set_input(call, 7, "", 0), "argument-invalid");
  CHECK_FAILS(hotshoe_call_set_streams(NULL, true), "argument-invalid");
  CHECK_FAILS(hotshoe_call_set_timeout(NULL, 1), "argument-invalid");
  CHECK_FAILS(hotshoe_call_set_cancel_token(NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_call_set_cancel_token(call, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_call_set_sink(NULL, take, NULL, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_call(NULL, call), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_call(lens, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_send(NULL, call, "", 0), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_send(lens, NULL, "", 0), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_finish(NULL, call), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_finish(lens, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_interface(NULL, "zoom", Z, 1, &table), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_interface(lens, NULL, 0, 1, &table), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_interface(lens, "zoom", Z, 1, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_instance(NULL, &instance), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_instance(lens, NULL), "argument-invalid");
  CHECK_OK(hotshoe_plugin_instance(lens, &instance));
  CHECK(instance == NULL); /* It is no plugin of the contract. */
  CHECK_FAILS(hotshoe_plugin_describe(NULL, take_text, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_describe(lens, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_health(NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_offer(NULL, serve, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_offer(lens, NULL, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_cancel_token_new(NULL), "argument-invalid");
  hotshoe_call_free(call);
  hotshoe_call_free(NULL);
  hotshoe_cancel_token_fire(NULL);
  CHECK(!hotshoe_cancel_token_is_fired(NULL));
  hotshoe_cancel_token_free(NULL);
  CHECK(hotshoe_service_call_method(NULL) == NULL && hotshoe_service_call_input(NULL, NULL) == NULL);
  CHECK(hotshoe_service_call_encoding(NULL) == HOTSHOE_ENCODING_JSON);
  CHECK(!hotshoe_service_call_is_given_up(NULL) && !hotshoe_service_call_output(NULL, "", 0));
}

int main(int argc, char** argv) {
  hotshoe_host* host = camera_host(plugin_root(argc, argv));
  hotshoe_plugin* lens = NULL;
  CHECK_OK(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &lens));
  a_native_plugin_has_no_methods(lens);
  a_call_that_was_given_up_before_is_not_made(lens);
  null_is_refused(lens);
  hotshoe_plugin_free(lens);
  hotshoe_host_free(host);
  return 0;
}
