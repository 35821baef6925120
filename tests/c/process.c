/* A plugin that is a program: it is loaded, called and unloaded as any, and its end is an error. */
#include "check.h"

#define FAULTS "hotshoe.test.Faults/"

/* --- What is told, and what comes of calls ---------------------------------------------------------- */

struct heard {
  char wanted[64];
  int times;
};

static void hear(void* user_data, const hotshoe_diagnostics* found) {
  struct heard* heard = user_data;
  size_t index;
  for (index = 0; index < hotshoe_diagnostics_count(found); index++) {
    const char* message = hotshoe_diagnostics_message(found, index);
    if (strstr(message, heard->wanted) != NULL) heard->times++;
  }
}

struct got {
  char text[4096];
  size_t length;
};

static int take(void* user_data, const void* output, size_t length) {
  struct got* got = user_data;
  CHECK(got->length + length < sizeof got->text);
  memcpy(got->text + got->length, output, length);
  got->length += length;
  return 0;
}

/* The first output is all that is wanted, and the call is given up. */
static int fire(void* user_data, const void* output, size_t length) {
  (void)output, (void)length;
  hotshoe_cancel_token_fire(user_data);
  return 0;
}

static hotshoe_call* prepared(const char* method, const char* input) {
  hotshoe_call* call = NULL;
  CHECK_OK(hotshoe_call_new(method, Z, &call));
  CHECK_OK(hotshoe_call_set_input(call, HOTSHOE_ENCODING_JSON, input, strlen(input)));
  return call;
}

static void check_output(const hotshoe_plugin* plugin, const char* method, const char* input,
                         const char* part) {
  struct got got = {{0}, 0};
  hotshoe_call* call = prepared(method, input);
  CHECK_OK(hotshoe_call_set_sink(call, take, NULL, NULL, &got));
  CHECK_OK(hotshoe_plugin_call(plugin, call));
  if (strstr(got.text, part) == NULL) CHECK_TEXT(got.text, part);
  hotshoe_call_free(call);
}

static void check_failure(const hotshoe_plugin* plugin, const char* method, const char* input,
                          const char* code) {
  hotshoe_call* call = prepared(method, input);
  CHECK_FAILS(hotshoe_plugin_call(plugin, call), code);
  hotshoe_call_free(call);
}

/* --- Hosts ------------------------------------------------------------------------------------------ */

/* A host of the registry's plugins, which finds the runtime beside the library that it is linked with. */
static hotshoe_host* registry_host(const char* root, const char* runtimes) {
  static const char settings[] =
      "{\"cookie\": {\"key\": \"ORI_PLUGIN\", \"value\": \"ori-agent-v1\"}, \"start_timeout\": 30}";
  hotshoe_profile* profile = camera_profile();
  hotshoe_host* host = NULL;
  CHECK_OK(hotshoe_profile_add_runtime(profile, "process", Z, settings, Z));
  CHECK_OK(hotshoe_host_new(profile, &host));
  hotshoe_profile_free(profile);
  CHECK_OK(hotshoe_host_add_search_root(host, root, Z));
  CHECK_OK(hotshoe_host_add_runtime_folder(host, runtimes, Z));
  return host;
}

static hotshoe_plugin* loaded(const hotshoe_host* host, const char* name) {
  hotshoe_plugin* plugin = NULL;
  CHECK_OK(hotshoe_host_load(host, name, Z, NULL, 0, NULL, NULL, &plugin));
  return plugin;
}

static void unload(const hotshoe_host* host, hotshoe_plugin* plugin, const char* how) {
  hotshoe_unload* unload = NULL;
  CHECK_OK(hotshoe_host_unload(host, plugin, &unload));
  CHECK(hotshoe_unload_get_outcome(unload) == HOTSHOE_UNLOAD_OUTCOME_EXITED);
  if (strstr(hotshoe_unload_reason(unload, 0), how) == NULL)
    CHECK_TEXT(hotshoe_unload_reason(unload, 0), how);
  hotshoe_unload_free(unload);
  hotshoe_plugin_free(plugin);
}

/* --- The tests -------------------------------------------------------------------------------------- */

static void a_plugin_of_the_registry_lives(const hotshoe_host* host) {
  hotshoe_plugin* weather = loaded(host, "weather");
  CHECK_TEXT(hotshoe_plugin_runtime(weather), "process");
  CHECK_OK(hotshoe_plugin_health(weather));
  check_output(weather, "GetDefinition", "{}", "\"name\":\"weather\"");
  check_output(weather, "Call", "{\"args_json\": \"{\\\"location\\\": \\\"Oslo\\\"}\"}", "Oslo");
  check_output(weather, "Call", "{\"args_json\": \"{}\"}", "location is missing");
  check_failure(weather, "GetDefinitions", "{}", "method-unknown");
  unload(host, weather, "exit code 0");
}

static void a_call_is_late(const hotshoe_plugin* faults) {
  hotshoe_call* call = prepared(FAULTS "Wait", "{\"milliseconds\": 60000}");
  CHECK_OK(hotshoe_call_set_timeout(call, 50000000));
  CHECK_FAILS(hotshoe_plugin_call(faults, call), "call-deadline");
  hotshoe_call_free(call);
}

static void a_call_is_cancelled(const hotshoe_plugin* faults) {
  hotshoe_call* call = prepared(FAULTS "Count", "{\"messages\": 1000000, \"milliseconds_between\": 5}");
  hotshoe_cancel_token* token = NULL;
  CHECK_OK(hotshoe_cancel_token_new(&token));
  CHECK_OK(hotshoe_call_set_cancel_token(call, token));
  CHECK_OK(hotshoe_call_set_sink(call, fire, NULL, NULL, token));
  CHECK_FAILS(hotshoe_plugin_call(faults, call), "call-cancelled");
  hotshoe_cancel_token_free(token);
  hotshoe_call_free(call);
}

static void a_plugin_that_is_killed_is_gone(const hotshoe_plugin* faults) {
  check_output(faults, FAULTS "Self", "{}", "\"process\":");
  check_failure(faults, FAULTS "Die", "{\"signal\": 9}", "plugin-exited");
}

static void a_plugin_fails_in_every_way(const hotshoe_host* host) {
  struct heard heard = {"cannot start: nothing says this", 0};
  hotshoe_plugin* faults;
  strcpy(heard.wanted, "signal 9");
  CHECK_OK(hotshoe_host_set_log(host, hear, &heard, NULL));
  faults = loaded(host, "faults");
  a_call_is_late(faults);
  a_call_is_cancelled(faults);
  check_failure(faults, FAULTS "Fail", "{\"code\": 5, \"message\": \"no such thing\"}", "call-failed");
  a_plugin_that_is_killed_is_gone(faults);
  unload(host, faults, "signal 9");
  CHECK_OK(hotshoe_host_set_log(host, NULL, NULL, NULL));
  CHECK(heard.times > 0);
}

/* The folder of the plugins, and that of the runtime. */
int main(int argc, char** argv) {
  hotshoe_host* host;
  CHECK(argc == 3);
  host = registry_host(argv[1], argv[2]);
  a_plugin_of_the_registry_lives(host);
  a_plugin_fails_in_every_way(host);
  hotshoe_host_free(host);
  return 0;
}
