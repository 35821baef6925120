/* Plugins are found by what they can do, and stay as long as they are leased. */
#include "check.h"
#include "plugins/camera.h"

static void nothing_is_crashed_by_null(void) {
  hotshoe_lease* lease = NULL;
  hotshoe_capabilities* all = NULL;
  CHECK_FAILS(hotshoe_host_find(NULL, "x", Z, 0, false, &lease), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_lease(NULL, &lease), "argument-invalid");
  CHECK_FAILS(hotshoe_host_register_capability(NULL, NULL, "x", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_host_capabilities(NULL, &all), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_capability_policy(NULL, 1), "argument-invalid");
  CHECK(lease == NULL && all == NULL);
  CHECK(hotshoe_lease_plugin(NULL) == NULL);
  hotshoe_lease_free(NULL);
  CHECK(hotshoe_capabilities_count(NULL) == 0);
  CHECK(hotshoe_capabilities_get(NULL, 0) == NULL);
  CHECK(hotshoe_capabilities_plugins(NULL, 0) == NULL);
  CHECK(hotshoe_capabilities_diagnostics(NULL) == NULL);
  hotshoe_capabilities_free(NULL);
  CHECK(hotshoe_capability_meaning(NULL, 0) == NULL);
}

static void the_reserved_tags_have_a_meaning(void) {
  CHECK_TEXT(hotshoe_capability_meaning("runtime:fmu", Z), "executes FMUs");
  CHECK(hotshoe_capability_meaning("runtime:moon", Z) == NULL);
}

static void a_policy_is_one_of_three(void) {
  hotshoe_profile* profile = camera_profile();
  CHECK_OK(hotshoe_profile_set_capability_policy(profile, HOTSHOE_CAPABILITY_POLICY_LAST));
  CHECK_FAILS(hotshoe_profile_set_capability_policy(profile, HOTSHOE_CAPABILITY_POLICY_PROFILE),
              "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_capability_policy(profile, 4), "argument-invalid");
  hotshoe_profile_free(profile);
}

static void what_is_found_is_busy_until_it_is_let_go(hotshoe_host* host) {
  hotshoe_plugin* lens = NULL;
  hotshoe_lease *lease = NULL, *second = NULL;
  hotshoe_unload* unload = NULL;
  hotshoe_capabilities* all = NULL;
  CHECK_OK(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &lens));
  CHECK_FAILS(hotshoe_host_find(host, "x", Z, 7, false, &lease), "argument-invalid");
  CHECK_FAILS(hotshoe_host_find(host, NULL, 0, 0, false, &lease), "argument-invalid");
  CHECK_FAILS(hotshoe_host_find(host, "x", Z, 0, false, NULL), "argument-invalid");
  CHECK_OK(hotshoe_host_find(host, "backend:moon", Z, 0, false, &lease));
  CHECK(lease == NULL);
  CHECK_FAILS(hotshoe_host_register_capability(host, lens, "a b", Z), "capability-invalid");
  CHECK_FAILS(hotshoe_host_register_capability(host, NULL, "backend:moon", Z), "argument-invalid");
  CHECK_OK(hotshoe_host_register_capability(host, lens, "backend:moon", Z));
  CHECK_OK(hotshoe_host_find(host, "backend:moon", Z, HOTSHOE_CAPABILITY_POLICY_FAIL, false, &lease));
  CHECK_TEXT(hotshoe_plugin_name(hotshoe_lease_plugin(lease)), "lens");
  CHECK_OK(hotshoe_plugin_lease(lens, &second));
  CHECK_FAILS(hotshoe_plugin_lease(lens, NULL), "argument-invalid");

  CHECK_OK(hotshoe_host_capabilities(host, &all));
  CHECK_FAILS(hotshoe_host_capabilities(host, NULL), "argument-invalid");
  size_t count = hotshoe_capabilities_count(all), moon = 0;
  while (moon < count && strcmp(hotshoe_capabilities_get(all, moon), "backend:moon") != 0) moon++;
  CHECK(moon < count && hotshoe_capabilities_get(all, count) == NULL);
  CHECK(hotshoe_plugins_count(hotshoe_capabilities_plugins(all, moon)) == 1);
  CHECK(hotshoe_capabilities_plugins(all, count) == NULL);
  CHECK(hotshoe_diagnostics_count(hotshoe_capabilities_diagnostics(all)) == 0);
  hotshoe_capabilities_free(all);

  hotshoe_lease_free(lease);
  CHECK_OK(hotshoe_host_unload(host, lens, &unload));
  CHECK(hotshoe_unload_get_outcome(unload) == HOTSHOE_UNLOAD_OUTCOME_BUSY);
  hotshoe_unload_free(unload);
  hotshoe_lease_free(second);
  CHECK_OK(hotshoe_host_unload(host, lens, &unload));
  CHECK(hotshoe_unload_get_outcome(unload) == HOTSHOE_UNLOAD_OUTCOME_UNMAPPED);
  hotshoe_unload_free(unload);
  CHECK_FAILS(hotshoe_plugin_lease(lens, &second), "plugin-unloaded");
  CHECK_FAILS(hotshoe_host_register_capability(host, lens, "backend:moon", Z), "plugin-unloaded");
  lease = NULL;
  CHECK_OK(hotshoe_host_find(host, "backend:moon", Z, 0, false, &lease));
  CHECK(lease == NULL);
  hotshoe_plugin_free(lens);
}

static void a_lease_may_outlive_everything_else(const char* root) {
  hotshoe_host* host = camera_host(root);
  hotshoe_plugin* lens = NULL;
  hotshoe_lease* lease = NULL;
  CHECK_OK(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &lens));
  CHECK_OK(hotshoe_host_find(host, "lens", Z, 0, true, &lease));
  CHECK(lease != NULL);
  hotshoe_plugin_free(lens);
  hotshoe_host_free(host);
  CHECK(hotshoe_plugin_is_loaded(hotshoe_lease_plugin(lease)));
  hotshoe_lease_free(lease);
}

int main(int argc, char** argv) {
  const char* root = plugin_root(argc, argv);
  hotshoe_host* host = camera_host(root);
  nothing_is_crashed_by_null();
  the_reserved_tags_have_a_meaning();
  a_policy_is_one_of_three();
  what_is_found_is_busy_until_it_is_let_go(host);
  hotshoe_host_free(host);
  a_lease_may_outlive_everything_else(root);
  return 0;
}
