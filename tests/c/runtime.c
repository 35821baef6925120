/* A host takes a runtime beside that of shared libraries: linked in, or as a module in a folder that it
 * names. Its plugins are found, loaded, called and unloaded as any. */
#if !defined(_WIN32) && !defined(_XOPEN_SOURCE)
#define _XOPEN_SOURCE 700 /* mkdtemp */
#endif

#include <hotshoe/runtime.h>
#include <sys/stat.h>

#include "check.h"

#ifndef _WIN32
#include <unistd.h>
#endif

/* The module in tests/fixtures/runtimes/echo, which is linked in. */
extern const hotshoe_runtime_module_table* hotshoe_runtime_module(const hotshoe_runtime_host_table* host);

/* What is no module. */
static const hotshoe_runtime_module_table* no_module(const hotshoe_runtime_host_table* host) {
  (void)host;
  return NULL;
}

/* --- Hosts ------------------------------------------------------------------------------------------ */

/* A host that takes the runtime, with the plugins in `root`; what they are is described in `runtimes`. */
static hotshoe_host* echo_host(const char* root, const char* runtimes) {
  hotshoe_profile* profile = camera_profile();
  hotshoe_host* host = NULL;
  CHECK_OK(hotshoe_profile_add_runtime(profile, "echo", Z, NULL, 0));
  CHECK_OK(hotshoe_host_new(profile, &host));
  hotshoe_profile_free(profile);
  CHECK_OK(hotshoe_host_add_search_root(host, root, Z));
  CHECK_OK(hotshoe_host_add_runtime_folder(host, runtimes, Z));
  return host;
}

static hotshoe_plugin* loaded(const hotshoe_host* host) {
  hotshoe_plugin* hello = NULL;
  CHECK_OK(hotshoe_host_load(host, "hello", Z, NULL, 0, NULL, NULL, &hello));
  return hello;
}

/* --- Calls ------------------------------------------------------------------------------------------ */

/* What came of a call. */
struct got {
  char text[64];
  size_t length;
  hotshoe_cancel_token* fired_on_status;
};

static int take(void* user_data, const void* output, size_t length) {
  struct got* got = user_data;
  CHECK(got->length + length < sizeof got->text);
  memcpy(got->text + got->length, output, length);
  got->length += length;
  return 0;
}

static void take_status(void* user_data, const char* text) {
  struct got* got = user_data;
  (void)text;
  hotshoe_cancel_token_fire(got->fired_on_status);
}

static hotshoe_call* prepared(const char* method, struct got* got) {
  hotshoe_call* call = NULL;
  CHECK_OK(hotshoe_call_new(method, Z, &call));
  CHECK_OK(hotshoe_call_set_input(call, HOTSHOE_ENCODING_RAW, "in", 2));
  CHECK_OK(hotshoe_call_set_sink(call, take, NULL, take_status, got));
  return call;
}

static void check_output(const hotshoe_plugin* plugin, const char* method, const char* expected) {
  struct got got = {{0}, 0, NULL};
  hotshoe_call* call = prepared(method, &got);
  CHECK_OK(hotshoe_plugin_call(plugin, call));
  CHECK_TEXT(got.text, expected);
  hotshoe_call_free(call);
}

static void check_failure(const hotshoe_plugin* plugin, const char* method, const char* code) {
  struct got got = {{0}, 0, NULL};
  hotshoe_call* call = prepared(method, &got);
  CHECK_FAILS(hotshoe_plugin_call(plugin, call), code);
  hotshoe_call_free(call);
}

static void a_call_is_cancelled_or_late(const hotshoe_plugin* plugin) {
  struct got got = {{0}, 0, NULL};
  hotshoe_call* call = prepared("poll", &got);
  CHECK_OK(hotshoe_call_set_timeout(call, 5000000));
  CHECK_FAILS(hotshoe_plugin_call(plugin, call), "call-deadline");
  hotshoe_call_free(call);

  call = prepared("gather", &got);
  CHECK_OK(hotshoe_cancel_token_new(&got.fired_on_status));
  CHECK_OK(hotshoe_call_set_cancel_token(call, got.fired_on_status));
  CHECK_FAILS(hotshoe_plugin_call(plugin, call), "call-cancelled");
  hotshoe_cancel_token_free(got.fired_on_status);
  hotshoe_call_free(call);
}

static void check_exited(const hotshoe_host* host, const hotshoe_plugin* plugin) {
  hotshoe_unload* unload = NULL;
  CHECK_OK(hotshoe_host_unload(host, plugin, &unload));
  CHECK(hotshoe_unload_get_outcome(unload) == HOTSHOE_UNLOAD_OUTCOME_EXITED);
  CHECK_TEXT(hotshoe_unload_reason(unload, 0), "exit code 0");
  hotshoe_unload_free(unload);
}

/* --- The tests -------------------------------------------------------------------------------------- */

static void a_plugin_is_found_by_its_description(const hotshoe_host* host) {
  hotshoe_catalog* catalog = NULL;
  const hotshoe_candidate* hello;
  CHECK_OK(hotshoe_host_catalog(host, &catalog));
  CHECK(hotshoe_catalog_count(catalog) == 1);
  hello = hotshoe_catalog_candidate(catalog, 0);
  CHECK_TEXT(hotshoe_candidate_refusal(hello), NULL);
  CHECK_TEXT(hotshoe_candidate_runtime(hello), "echo");
  CHECK_TEXT(hotshoe_candidate_library(hello), hotshoe_candidate_artifact(hello));
  CHECK(strstr(hotshoe_candidate_artifact(hello), "hello.echo") != NULL);
  hotshoe_catalog_free(catalog);
}

static void a_plugin_lives(const hotshoe_host* host) {
  hotshoe_plugin* hello = loaded(host);
  CHECK_TEXT(hotshoe_plugin_runtime(hello), "echo");
  CHECK_TEXT(hotshoe_plugin_library(hello), hotshoe_plugin_artifact(hello));
  CHECK(strstr(hotshoe_plugin_artifact(hello), "hello.echo") != NULL);
  CHECK_OK(hotshoe_plugin_health(hello));
  check_output(hello, "echo", "in");
  check_output(hello, "say", "echo hello");
  check_output(hello, "count", "123");
  check_failure(hello, "fail", "echo-broken");
  a_call_is_cancelled_or_late(hello);
  check_exited(host, hello);
  check_failure(hello, "echo", "plugin-unloaded");
  hotshoe_plugin_free(hello);
}

static void a_plugin_ends_by_itself(const hotshoe_host* host) {
  hotshoe_plugin* hello = loaded(host);
  check_output(hello, "end", "");
  CHECK_FAILS(hotshoe_plugin_health(hello), "plugin-ended");
  check_failure(hello, "echo", "plugin-ended");
  check_exited(host, hello);
  hotshoe_plugin_free(hello);
}

static void a_runtime_that_is_linked_in_is_taken(const char* root, const char* description) {
  hotshoe_host* host = echo_host(root, description);
  hotshoe_plugin* hello = NULL;
  a_plugin_is_found_by_its_description(host);
  CHECK_FAILS(hotshoe_host_load(host, "hello", Z, NULL, 0, NULL, NULL, &hello), "runtime-missing");
  CHECK_OK(hotshoe_host_add_runtime(host, (hotshoe_function)hotshoe_runtime_module));
  CHECK_OK(hotshoe_host_add_runtime(host, (hotshoe_function)hotshoe_runtime_module));
  CHECK_FAILS(hotshoe_host_add_runtime(host, (hotshoe_function)no_module), "runtime-invalid");
  a_plugin_lives(host);
  a_plugin_ends_by_itself(host);
  hotshoe_host_free(host);
}

/* As the file says it, and with a key of a later version. */
#define DESCRIPTION                                                                                       \
  "{\"name\": \"echo\", \"artifact\": \"file\", \"file_names\": [\"{name}.echo\"], \"entry\": \"path\", " \
  "\"colour\": \"red\"}"

static void take_odd_key(void* user_data, const hotshoe_diagnostics* found) {
  if (strcmp(hotshoe_diagnostics_code(found, 0), "runtime-kind") == 0) {
    ++*(int*)user_data;
  }
}

static void a_runtime_that_is_linked_in_needs_no_file(const char* root) {
  hotshoe_host* host = echo_host(root, "/no/such/folder");
  hotshoe_function entry = (hotshoe_function)hotshoe_runtime_module;
  int odd = 0;
  CHECK_OK(hotshoe_host_set_log(host, take_odd_key, &odd, NULL));
  CHECK_FAILS(hotshoe_host_add_described_runtime(host, entry, "{", Z), "runtime-kind");
  CHECK_FAILS(
      hotshoe_host_add_described_runtime(host, entry, "{\"name\": \"lua\", \"artifact\": \"file\"}", Z),
      "runtime-kind");
  CHECK(odd == 0);
  CHECK_OK(hotshoe_host_add_described_runtime(host, entry, DESCRIPTION, Z));
  CHECK(odd == 1);
  a_plugin_is_found_by_its_description(host);
  a_plugin_lives(host);
  hotshoe_host_free(host);
}

static void a_host_is_freed_before_its_plugins(const char* root, const char* description) {
  hotshoe_host* host = echo_host(root, description);
  hotshoe_plugin* hello;
  void* text = NULL;
  CHECK_OK(hotshoe_host_add_runtime(host, (hotshoe_function)hotshoe_runtime_module));
  hello = loaded(host);
  hotshoe_host_free(host);
  CHECK(!hotshoe_plugin_is_loaded(hello));
  hotshoe_plugin_free(hello);

  /* What was given an address in it may use that. */
  host = echo_host(root, description);
  CHECK_OK(hotshoe_host_add_runtime(host, (hotshoe_function)hotshoe_runtime_module));
  hello = loaded(host);
  CHECK_OK(hotshoe_plugin_symbol(hello, "text", Z, &text));
  hotshoe_host_free(host);
  CHECK(hotshoe_plugin_is_loaded(hello));
  check_output(hello, "say", "echo hello");
  hotshoe_plugin_free(hello);
}

#ifndef _WIN32
/* A copy of a file in a folder where nobody else may write, wherever this was built. */
static void copy(const char* from, const char* to) {
  char block[4096];
  size_t length;
  FILE* source = fopen(from, "rb");
  FILE* target = fopen(to, "wb");
  CHECK(source != NULL && target != NULL);
  while ((length = fread(block, 1, sizeof block, source)) != 0) {
    CHECK(fwrite(block, 1, length, target) == length);
  }
  CHECK(fclose(target) == 0 && fclose(source) == 0 && chmod(to, 0644) == 0);
}

static void a_module_in_a_folder_is_taken(const char* root, const char* description, const char* module) {
  char folder[] = "/tmp/hotshoe-test-XXXXXX", own_module[64], own_description[64], described[1024];
  hotshoe_host* host;
  hotshoe_plugin* hello = NULL;
  CHECK(mkdtemp(folder) != NULL);
  snprintf(own_module, sizeof own_module, "%s/%s", folder, strrchr(module, '/') + 1);
  snprintf(own_description, sizeof own_description, "%s/echo.runtime.json", folder);
  snprintf(described, sizeof described, "%s/echo.runtime.json", description);
  copy(module, own_module);
  copy(described, own_description);

  host = echo_host(root, folder);
  CHECK(chmod(folder, 0777) == 0);
  CHECK_FAILS(hotshoe_host_load(host, "hello", Z, NULL, 0, NULL, NULL, &hello), "runtime-untrusted");
  CHECK(chmod(folder, 0700) == 0);
  a_plugin_lives(host);
  a_plugin_ends_by_itself(host);
  hotshoe_host_free(host);
  CHECK(remove(own_module) == 0 && remove(own_description) == 0 && remove(folder) == 0);
}
#endif

static void a_runtime_must_be_listed(const char* root, const char* description) {
  hotshoe_host* host = camera_host(root);
  hotshoe_plugin* hello = NULL;
  CHECK_OK(hotshoe_host_add_runtime_folder(host, description, Z));
  CHECK_OK(hotshoe_host_add_runtime(host, (hotshoe_function)hotshoe_runtime_module));
  CHECK_FAILS(hotshoe_host_load_path(host, root, Z, NULL, NULL, &hello), "library-missing");
  CHECK_FAILS(hotshoe_host_load(host, "hello", Z, NULL, 0, NULL, NULL, &hello), "plugin-not-found");
  CHECK(hello == NULL);
  hotshoe_host_free(host);
}

static void wrong_arguments_are_errors(const char* root) {
  hotshoe_host* host = echo_host(root, "/no/such/folder");
  CHECK_FAILS(hotshoe_host_add_runtime(NULL, (hotshoe_function)no_module), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_runtime(host, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_described_runtime(NULL, (hotshoe_function)no_module, DESCRIPTION, Z),
              "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_described_runtime(host, NULL, DESCRIPTION, Z), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_described_runtime(host, (hotshoe_function)no_module, NULL, 0),
              "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_described_runtime(host, (hotshoe_function)no_module, DESCRIPTION, Z),
              "runtime-invalid");
  CHECK_FAILS(hotshoe_host_add_runtime_folder(NULL, "/runtimes", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_runtime_folder(host, NULL, 0), "argument-invalid");
  hotshoe_host_free(host);
}

/* The folder of the plugins, that of the description, and the module. */
int main(int argc, char** argv) {
  CHECK(argc == 4);
  a_runtime_that_is_linked_in_is_taken(argv[1], argv[2]);
  a_runtime_that_is_linked_in_needs_no_file(argv[1]);
  a_host_is_freed_before_its_plugins(argv[1], argv[2]);
#ifndef _WIN32
  a_module_in_a_folder_is_taken(argv[1], argv[2], argv[3]);
#endif
  a_runtime_must_be_listed(argv[1], argv[2]);
  wrong_arguments_are_errors(argv[1]);
  return 0;
}
