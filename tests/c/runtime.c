/* A host takes a runtime beside that of shared libraries: linked in, or as a module in a folder that it
 * names. */
#include <hotshoe/runtime.h>

#include "check.h"

/* The module in tests/fixtures/runtimes/echo, which is linked in. */
extern const hotshoe_runtime_module_table* hotshoe_runtime_module(const hotshoe_runtime_host_table* host);

/* What is no module. */
static const hotshoe_runtime_module_table* no_module(const hotshoe_runtime_host_table* host) {
  (void)host;
  return NULL;
}

static void a_runtime_that_is_linked_in_is_taken(hotshoe_host* host) {
  CHECK_OK(hotshoe_host_add_runtime(host, (hotshoe_function)hotshoe_runtime_module));
  CHECK_OK(hotshoe_host_add_runtime(host, (hotshoe_function)hotshoe_runtime_module));
  CHECK_FAILS(hotshoe_host_add_runtime(host, (hotshoe_function)no_module), "runtime-invalid");
}

static void wrong_arguments_are_errors(hotshoe_host* host) {
  CHECK_FAILS(hotshoe_host_add_runtime(NULL, (hotshoe_function)no_module), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_runtime(host, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_runtime_folder(NULL, "/runtimes", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_runtime_folder(host, NULL, 0), "argument-invalid");
  CHECK_OK(hotshoe_host_add_runtime_folder(host, "/no/such/folder", Z));
}

int main(void) {
  hotshoe_profile* profile = NULL;
  hotshoe_host* host = NULL;
  CHECK_OK(hotshoe_profile_new("camera", Z, &profile));
  CHECK_OK(hotshoe_profile_add_runtime(profile, "echo", Z, NULL, 0));
  CHECK_OK(hotshoe_host_new(profile, &host));
  a_runtime_that_is_linked_in_is_taken(host);
  wrong_arguments_are_errors(host);
  hotshoe_host_free(host);
  hotshoe_profile_free(profile);
  return 0;
}
