/* A C host binds plugins itself, and every way of using it wrongly is an error. */
#include "check.h"
#include "plugins/camera.h"

typedef void camera_entry(struct camera*);

static hotshoe_error* bind_camera(void* camera, const hotshoe_plugin* plugin) {
  hotshoe_function entry = NULL;
  hotshoe_error* error = hotshoe_plugin_entry(plugin, &entry);
  if (error == NULL) ((camera_entry*)entry)(camera);
  return error;
}

static hotshoe_error* refuse(void* reason, const hotshoe_plugin* plugin) {
  (void)plugin;
  return hotshoe_error_new(reason, Z);
}

/* Does to the plugin that is being bound what must wait until it is. */
static hotshoe_error* meddle(void* user_data, const hotshoe_plugin* plugin) {
  hotshoe_host* host = user_data;
  hotshoe_unload* unload = NULL;
  hotshoe_plugin* other = NULL;
  CHECK_FAILS(hotshoe_host_unload(host, plugin, &unload), "plugin-busy");
  CHECK_FAILS(hotshoe_host_reload(host, plugin, NULL, NULL, &other), "plugin-busy");
  CHECK_FAILS(hotshoe_host_replace(host, plugin, NULL, NULL, &other), "plugin-busy");
  CHECK_FAILS(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &other), "plugin-busy");
  CHECK(unload == NULL && other == NULL);
  return NULL;
}

static void plugins_are_bound_once(hotshoe_host* host) {
  struct camera camera = {0};
  hotshoe_plugin* lens = NULL;
  hotshoe_plugin* same = NULL;
  hotshoe_plugin* fresh = NULL;
  hotshoe_plugins* live = NULL;
  hotshoe_unload* unload = NULL;
  CHECK_OK(hotshoe_host_load(host, "lens", Z, "^1.2", Z, bind_camera, &camera, &lens));
  CHECK_OK(hotshoe_host_load_path(host, hotshoe_plugin_path(lens), Z, bind_camera, &camera, &same));
  CHECK(camera.lenses == 1);
  CHECK_OK(hotshoe_host_reload(host, same, bind_camera, &camera, &fresh));
  CHECK(camera.lenses == 2);
  CHECK(hotshoe_plugin_is_loaded(fresh) && !hotshoe_plugin_is_loaded(lens) &&
        !hotshoe_plugin_is_loaded(same));

  CHECK_OK(hotshoe_host_plugins(host, "lens", Z, "mount:k", Z, &live));
  CHECK(hotshoe_plugins_count(live) == 1);
  CHECK_TEXT(hotshoe_plugin_name(hotshoe_plugins_get(live, 0)), "lens");
  CHECK(hotshoe_plugins_get(live, 1) == NULL);
  hotshoe_plugins_free(live);
  CHECK_OK(hotshoe_host_plugins(host, NULL, 0, "mount:m", Z, &live));
  CHECK(hotshoe_plugins_count(live) == 0);
  hotshoe_plugins_free(live);
  CHECK_FAILS(hotshoe_host_plugins(host, NULL, 0, "\n", Z, &live), "capability-invalid");

  CHECK_OK(hotshoe_host_unload(host, fresh, &unload));
  hotshoe_unload_free(unload);
  hotshoe_plugin_free(lens);
  hotshoe_plugin_free(same);
  hotshoe_plugin_free(fresh);
}

static void a_reload_has_a_way_back_and_a_replacement_has_none(hotshoe_host* host) {
  struct camera camera = {0};
  hotshoe_plugin* lens = NULL;
  hotshoe_plugin* fresh = NULL;
  hotshoe_plugin* none = NULL;
  CHECK_OK(hotshoe_host_load(host, "lens", Z, NULL, 0, bind_camera, &camera, &lens));
  CHECK_FAILS(hotshoe_host_reload(host, lens, refuse, "no film", &none), "entry-failed");
  CHECK(hotshoe_plugin_is_loaded(lens));
  CHECK_OK(hotshoe_host_replace(host, lens, bind_camera, &camera, &fresh));
  CHECK(camera.lenses == 2 && hotshoe_plugin_is_loaded(fresh) && !hotshoe_plugin_is_loaded(lens));
  CHECK_FAILS(hotshoe_host_replace(host, fresh, refuse, "no film", &none), "entry-failed");
  CHECK(none == NULL && !hotshoe_plugin_is_loaded(fresh));
  hotshoe_plugin_free(lens);
  hotshoe_plugin_free(fresh);
}

static void a_plugin_that_cannot_be_bound_is_not_there(hotshoe_host* host) {
  hotshoe_plugin* lens = NULL;
  hotshoe_plugins* live = NULL;
  hotshoe_error* error = hotshoe_host_load(host, "lens", Z, NULL, 0, refuse, "no film", &lens);
  CHECK_TEXT(hotshoe_error_code(error), "entry-failed");
  CHECK_TEXT(hotshoe_error_cause(error, 0), "no film");
  CHECK_TEXT(hotshoe_error_plugin(error), "lens");
  hotshoe_error_free(error);
  CHECK(lens == NULL);
  CHECK_OK(hotshoe_host_plugins(host, NULL, 0, NULL, 0, &live));
  CHECK(hotshoe_plugins_count(live) == 0);
  hotshoe_plugins_free(live);
}

static void loading_a_catalog_loads_its_plugins(hotshoe_host* host) {
  struct camera camera = {0};
  hotshoe_catalog* catalog = NULL;
  hotshoe_plugins* plugins = NULL;
  hotshoe_diagnostics* diagnostics = NULL;
  hotshoe_unload* unload = NULL;
  CHECK_OK(hotshoe_host_catalog(host, &catalog));
  CHECK_OK(hotshoe_host_load_catalog(host, catalog, bind_camera, &camera, &plugins, &diagnostics));
  CHECK(camera.lenses == 1 && hotshoe_plugins_count(plugins) == 1);
  hotshoe_diagnostics_free(diagnostics);
  hotshoe_catalog_free(catalog);
  CHECK_OK(hotshoe_host_unload(host, hotshoe_plugins_get(plugins, 0), &unload));
  hotshoe_unload_free(unload);
  hotshoe_plugins_free(plugins);
}

static void a_candidate_outlives_its_catalog_as_a_plugin(hotshoe_host* host) {
  struct camera camera = {0};
  hotshoe_catalog* catalog = NULL;
  hotshoe_plugin* lens = NULL;
  hotshoe_unload* unload = NULL;
  CHECK_OK(hotshoe_host_catalog(host, &catalog));
  CHECK_OK(
      hotshoe_host_load_candidate(host, hotshoe_catalog_candidate(catalog, 1), bind_camera, &camera, &lens));
  hotshoe_catalog_free(catalog);
  CHECK_TEXT(hotshoe_plugin_name(lens), "lens");
  CHECK(camera.lenses == 1);
  CHECK_OK(hotshoe_host_unload(host, lens, &unload));
  hotshoe_unload_free(unload);
  hotshoe_plugin_free(lens);
}

static void a_folder_that_need_not_be_there_is_not_missed(void) {
  hotshoe_profile* profile = camera_profile();
  hotshoe_host* host = NULL;
  hotshoe_catalog* catalog = NULL;
  CHECK_OK(hotshoe_profile_use_default_folders(profile));
  CHECK_OK(hotshoe_host_new(profile, &host));
  CHECK_OK(hotshoe_host_add_optional_search_root(host, "/no/such/folder", Z));
  CHECK_OK(hotshoe_host_catalog(host, &catalog));
  CHECK(hotshoe_diagnostics_count(hotshoe_catalog_diagnostics(catalog)) == 0);
  hotshoe_catalog_free(catalog);
  CHECK_OK(hotshoe_host_add_search_root(host, "/no/such/folder", Z));
  CHECK_OK(hotshoe_host_catalog(host, &catalog));
  CHECK_TEXT(hotshoe_diagnostics_code(hotshoe_catalog_diagnostics(catalog), 0), "folder-unreadable");
  CHECK_FAILS(hotshoe_host_add_optional_search_root(NULL, "/", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_optional_search_root(host, NULL, 0), "argument-invalid");
  hotshoe_catalog_free(catalog);
  hotshoe_host_free(host);
  hotshoe_profile_free(profile);
}

static void null_is_refused(hotshoe_host* host) {
  hotshoe_profile* profile = camera_profile();
  hotshoe_host* other = NULL;
  hotshoe_catalog* catalog = NULL;
  hotshoe_plugin* plugin = NULL;
  hotshoe_plugins* plugins = NULL;
  hotshoe_diagnostics* diagnostics = NULL;
  hotshoe_unload* unload = NULL;
  CHECK_FAILS(hotshoe_host_new(NULL, &other), "argument-invalid");
  CHECK_FAILS(hotshoe_host_new(profile, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_search_root(NULL, "/", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_search_root(host, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_host_add_search_root(host, "", 0), "argument-invalid");
  CHECK_FAILS(hotshoe_host_set_prober(NULL, "hotshoe", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_host_set_prober(host, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_host_catalog(NULL, &catalog), "argument-invalid");
  CHECK_FAILS(hotshoe_host_catalog(host, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load(NULL, "lens", Z, NULL, 0, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load(host, NULL, 0, NULL, 0, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load(host, "lens", Z, "soon", Z, NULL, NULL, &plugin), "requirement-invalid");
  CHECK_FAILS(hotshoe_host_load_candidate(NULL, NULL, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load_candidate(host, NULL, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load_path(NULL, "/", Z, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load_path(host, NULL, 0, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load_path(host, "/", Z, NULL, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load_all(NULL, NULL, NULL, &plugins, &diagnostics), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load_all(host, NULL, NULL, NULL, &diagnostics), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load_all(host, NULL, NULL, &plugins, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load_catalog(NULL, NULL, NULL, NULL, &plugins, &diagnostics), "argument-invalid");
  CHECK_FAILS(hotshoe_host_load_catalog(host, NULL, NULL, NULL, &plugins, &diagnostics), "argument-invalid");
  CHECK_FAILS(hotshoe_host_reload(NULL, NULL, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_reload(host, NULL, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_replace(NULL, NULL, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_replace(host, NULL, NULL, NULL, &plugin), "argument-invalid");
  CHECK_FAILS(hotshoe_host_unload(NULL, NULL, &unload), "argument-invalid");
  CHECK_FAILS(hotshoe_host_unload(host, NULL, &unload), "argument-invalid");
  CHECK_FAILS(hotshoe_host_plugins(NULL, NULL, 0, NULL, 0, &plugins), "argument-invalid");
  CHECK_FAILS(hotshoe_host_plugins(host, NULL, 0, NULL, 0, NULL), "argument-invalid");
  CHECK(other == NULL && catalog == NULL && plugin == NULL && plugins == NULL && diagnostics == NULL);
  CHECK(unload == NULL);
  hotshoe_host_free(NULL);
  hotshoe_profile_free(profile);
}

static void a_prober_that_cannot_run_is_the_error(const char* root) {
  hotshoe_host* host = camera_host(root);
  hotshoe_plugin* plugin = NULL;
  CHECK_OK(hotshoe_host_set_prober(host, "/no/such/program", Z));
  CHECK_FAILS(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &plugin), "probe-failed");
  CHECK(plugin == NULL);
  hotshoe_host_free(host);
}

static void a_plugin_outlives_its_host_but_belongs_to_no_other(hotshoe_host* other, const char* root) {
  hotshoe_host* host = camera_host(root);
  hotshoe_plugin* lens = NULL;
  hotshoe_unload* unload = NULL;
  void* address = NULL;
  CHECK_OK(hotshoe_host_load(host, "lens", Z, NULL, 0, meddle, host, &lens));
  CHECK_FAILS(hotshoe_host_unload(other, lens, &unload), "plugin-unloaded");
  hotshoe_host_free(host);
  CHECK(hotshoe_plugin_is_loaded(lens));
  CHECK_OK(hotshoe_plugin_symbol(lens, "lens_focal_length", Z, &address));
  CHECK(*(const int*)address == 50);
  hotshoe_plugin_free(lens);
  CHECK(*(const int*)address == 50);
}

int main(int argc, char** argv) {
  const char* root = plugin_root(argc, argv);
  hotshoe_host* host = camera_host(root);
  plugins_are_bound_once(host);
  a_reload_has_a_way_back_and_a_replacement_has_none(host);
  a_plugin_that_cannot_be_bound_is_not_there(host);
  loading_a_catalog_loads_its_plugins(host);
  a_candidate_outlives_its_catalog_as_a_plugin(host);
  a_folder_that_need_not_be_there_is_not_missed();
  null_is_refused(host);
  a_prober_that_cannot_run_is_the_error(root);
  a_plugin_outlives_its_host_but_belongs_to_no_other(host, root);
  hotshoe_host_free(host);
  return 0;
}
