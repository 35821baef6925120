/* A live plugin: what it says, its symbols, and the account of what it registered. */
#include "check.h"
#include "plugins/camera.h"

typedef void camera_entry(struct camera*);

static void a_plugin_says_what_it_is(const hotshoe_plugin* lens) {
  CHECK_TEXT(hotshoe_plugin_name(lens), "lens");
  CHECK_TEXT(hotshoe_plugin_version(lens), "1.2.3");
  CHECK_TEXT(hotshoe_plugin_runtime(lens), "native");
  CHECK_TEXT(hotshoe_plugin_artifact(lens), hotshoe_plugin_library(lens));
  CHECK(strncmp(hotshoe_plugin_library(lens), hotshoe_plugin_path(lens), strlen(hotshoe_plugin_path(lens))) ==
        0);
  CHECK(hotshoe_plugin_capability_count(lens) == 2);
  CHECK_TEXT(hotshoe_plugin_capability(lens, 1), "mount:k");
  CHECK_TEXT(hotshoe_plugin_capability(lens, 2), NULL);
  CHECK(hotshoe_plugin_is_loaded(lens) && !hotshoe_plugin_is_changed(lens));
  CHECK(hotshoe_diagnostics_count(hotshoe_plugin_diagnostics(lens)) == 0);
  CHECK(hotshoe_plugin_diagnostics(NULL) == NULL);
}

static void a_plugin_can_be_called(const hotshoe_plugin* lens) {
  struct camera camera = {0};
  hotshoe_function entry = NULL;
  void* address = NULL;
  CHECK_OK(hotshoe_plugin_entry(lens, &entry));
  ((camera_entry*)entry)(&camera);
  CHECK(camera.lenses == 1);
  CHECK_OK(hotshoe_plugin_symbol(lens, "lens_focal_length", Z, &address));
  CHECK(*(const int*)address == 50);
  address = NULL;
  CHECK_FAILS(hotshoe_plugin_symbol(lens, "lens_aperture", Z, &address), "symbol-missing");
  CHECK_FAILS(hotshoe_plugin_symbol(lens, "", 0, &address), "symbol-missing");
  CHECK_FAILS(hotshoe_plugin_symbol(lens, "lens\0focal", 10, &address), "symbol-missing");
  CHECK(address == NULL);
}

static int count_drops(void* drops, hotshoe_registration_event event) {
  *(int*)drops += event == HOTSHOE_REGISTRATION_EVENT_DROP;
  return 0;
}

static void an_ended_plugin_refuses_everything(const hotshoe_host* host, const hotshoe_plugin* lens) {
  int drops = 0;
  hotshoe_function entry = NULL;
  void* address = NULL;
  hotshoe_unload* unload = NULL;
  hotshoe_plugin* again = NULL;
  CHECK_OK(hotshoe_plugin_register(lens, "a filter", Z, count_drops, &drops));
  CHECK_OK(hotshoe_host_unload(host, lens, &unload));
  CHECK(drops == 1);
  CHECK(hotshoe_unload_get_outcome(unload) == HOTSHOE_UNLOAD_OUTCOME_UNMAPPED);
  hotshoe_unload_free(unload);
  unload = NULL;

  CHECK(!hotshoe_plugin_is_loaded(lens));
  CHECK_TEXT(hotshoe_plugin_name(lens), "lens");
  CHECK_FAILS(hotshoe_plugin_entry(lens, &entry), "plugin-unloaded");
  CHECK_FAILS(hotshoe_plugin_symbol(lens, "lens_focal_length", Z, &address), "plugin-unloaded");
  CHECK_FAILS(hotshoe_plugin_register(lens, "a filter", Z, count_drops, &drops), "plugin-unloaded");
  CHECK_FAILS(hotshoe_host_unload(host, lens, &unload), "plugin-unloaded");
  CHECK_FAILS(hotshoe_host_reload(host, lens, NULL, NULL, &again), "plugin-unloaded");
  CHECK(drops == 1 && entry == NULL && address == NULL && unload == NULL && again == NULL);
}

static void null_is_refused(const hotshoe_plugin* lens) {
  hotshoe_function entry = NULL;
  void* address = NULL;
  CHECK_FAILS(hotshoe_plugin_entry(NULL, &entry), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_entry(lens, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_symbol(NULL, "symbol", Z, &address), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_symbol(lens, NULL, 0, &address), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_symbol(lens, "symbol", Z, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_register(NULL, "what", Z, count_drops, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_register(lens, NULL, 0, count_drops, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_plugin_register(lens, "what", Z, NULL, NULL), "argument-invalid");
  CHECK_TEXT(hotshoe_plugin_name(NULL), NULL);
  CHECK_TEXT(hotshoe_plugin_version(NULL), NULL);
  CHECK_TEXT(hotshoe_plugin_path(NULL), NULL);
  CHECK_TEXT(hotshoe_plugin_library(NULL), NULL);
  CHECK_TEXT(hotshoe_plugin_runtime(NULL), NULL);
  CHECK_TEXT(hotshoe_plugin_artifact(NULL), NULL);
  CHECK(hotshoe_plugin_capability_count(NULL) == 0);
  CHECK_TEXT(hotshoe_plugin_capability(NULL, 0), NULL);
  CHECK(!hotshoe_plugin_is_loaded(NULL));
  CHECK(!hotshoe_plugin_is_changed(NULL));
  CHECK(hotshoe_plugin_clone(NULL) == NULL);
  hotshoe_plugin_free(NULL);
  CHECK(hotshoe_plugins_count(NULL) == 0);
  CHECK(hotshoe_plugins_get(NULL, 0) == NULL);
  hotshoe_plugins_free(NULL);
}

int main(int argc, char** argv) {
  hotshoe_host* host = camera_host(plugin_root(argc, argv));
  hotshoe_plugin* lens = NULL;
  hotshoe_plugin* clone = NULL;
  CHECK_OK(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &lens));
  clone = hotshoe_plugin_clone(lens);
  hotshoe_plugin_free(lens); /* does not unload */
  a_plugin_says_what_it_is(clone);
  a_plugin_can_be_called(clone);
  null_is_refused(clone);
  an_ended_plugin_refuses_everything(host, clone);
  hotshoe_host_free(host);
  CHECK_TEXT(hotshoe_plugin_name(clone), "lens");
  hotshoe_plugin_free(clone);
  return 0;
}
