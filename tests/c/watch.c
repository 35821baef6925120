/* What a host tells of its plugins, and what it asks before it loads one. */
#include "check.h"
#include "plugins/camera.h"

struct heard {
  hotshoe_host* host;
  int events, findings, asked, released;
  hotshoe_event_kind last;
};

static void hear(void* user_data, const hotshoe_event* event) {
  struct heard* heard = user_data;
  hotshoe_plugin* other = NULL;
  hotshoe_unloads* unloads = NULL;
  heard->events++;
  heard->last = hotshoe_event_get_kind(event);
  CHECK_TEXT(hotshoe_event_name(event), "lens");
  CHECK(strstr(hotshoe_event_path(event), "lens") != NULL);
  CHECK(strstr(hotshoe_event_text(event), "the plugin `lens") == hotshoe_event_text(event));
  CHECK((hotshoe_event_code(event) != NULL) == (heard->last == HOTSHOE_EVENT_KIND_REFUSED));
  CHECK((hotshoe_event_plugin(event) == NULL) == (heard->last == HOTSHOE_EVENT_KIND_REFUSED));
  CHECK((hotshoe_event_unload(event) != NULL) == (heard->last == HOTSHOE_EVENT_KIND_UNLOADED));
  /* Here everything may be asked, and nothing changed. */
  CHECK_FAILS(hotshoe_host_load(heard->host, "lens", Z, NULL, 0, NULL, NULL, &other), "plugin-busy");
  CHECK_OK(hotshoe_host_unload_all(heard->host, &unloads));
  if (hotshoe_unloads_count(unloads) > 0) {
    CHECK(hotshoe_unloads_get(unloads, 0) == NULL);
    CHECK_TEXT(hotshoe_error_code(hotshoe_unloads_error(unloads, 0)), "plugin-busy");
  }
  hotshoe_unloads_free(unloads);
  hotshoe_host_free(heard->host); /* does nothing here */
}

static void note(void* user_data, const hotshoe_diagnostics* found) {
  ((struct heard*)user_data)->findings++;
  CHECK(hotshoe_diagnostics_count(found) == 1 && hotshoe_diagnostics_text(found, 0) != NULL);
}

static hotshoe_error* forbid(void* user_data, const hotshoe_candidate* candidate) {
  ((struct heard*)user_data)->asked++;
  CHECK(hotshoe_candidate_name(candidate) != NULL);
  return hotshoe_error_new("switched off", Z);
}

static void let_go(void* user_data) { ((struct heard*)user_data)->released++; }

static void count_folder(void* count, const char* folder) {
  *(int*)count += 1;
  CHECK(folder[0] != '\0');
}

static void what_happens_is_told(hotshoe_host* host) {
  struct heard heard = {host, 0, 0, 0, 0, HOTSHOE_EVENT_KIND_ENDED};
  hotshoe_plugin* lens = NULL;
  hotshoe_unloads* unloads = NULL;
  CHECK_OK(hotshoe_host_set_listener(host, hear, &heard, let_go));
  CHECK_OK(hotshoe_host_set_log(host, note, &heard, let_go));
  CHECK_OK(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &lens));
  CHECK(heard.events == 1 && heard.last == HOTSHOE_EVENT_KIND_LOADED);
  CHECK_OK(hotshoe_host_unload_all(host, &unloads));
  CHECK(heard.events == 2 && heard.last == HOTSHOE_EVENT_KIND_UNLOADED);
  CHECK(hotshoe_unloads_count(unloads) == 1);
  CHECK_TEXT(hotshoe_plugin_name(hotshoe_unloads_plugin(unloads, 0)), "lens");
  CHECK(hotshoe_unload_get_outcome(hotshoe_unloads_get(unloads, 0)) == HOTSHOE_UNLOAD_OUTCOME_UNMAPPED);
  CHECK(hotshoe_unloads_error(unloads, 0) == NULL);
  CHECK(hotshoe_unloads_plugin(unloads, 1) == NULL && hotshoe_unloads_get(unloads, 1) == NULL);
  hotshoe_unloads_free(unloads);
  hotshoe_plugin_free(lens);
  lens = NULL;

  CHECK_OK(hotshoe_host_set_filter(host, forbid, &heard, let_go));
  CHECK_FAILS(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &lens), "plugin-not-found");
  CHECK(heard.asked > 0 && lens == NULL && heard.released == 0);
  CHECK_OK(hotshoe_host_set_filter(host, NULL, NULL, NULL));
  CHECK_OK(hotshoe_host_set_log(host, NULL, NULL, NULL));
  CHECK_OK(hotshoe_host_set_listener(host, NULL, NULL, NULL));
  CHECK(heard.released == 3);
}

static void what_a_host_lets_go_of_is_released(const char* root) {
  struct heard heard = {0};
  hotshoe_host* host = camera_host(root);
  CHECK_OK(hotshoe_host_set_filter(host, forbid, &heard, let_go));
  CHECK_OK(hotshoe_host_set_filter(host, forbid, &heard, let_go));
  CHECK(heard.released == 1);
  hotshoe_host_free(host);
  CHECK(heard.released == 2);
}

static void candidates_have_a_state(hotshoe_host* host) {
  int folders = 0;
  hotshoe_catalog* catalog = NULL;
  hotshoe_plugin* lens = NULL;
  hotshoe_unload* unload = NULL;
  CHECK_OK(hotshoe_host_catalog(host, &catalog));
  CHECK(hotshoe_host_candidate_state(host, hotshoe_catalog_candidate(catalog, 1)) ==
        HOTSHOE_CANDIDATE_STATE_NOT_LOADED);
  CHECK_OK(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &lens));
  CHECK(hotshoe_host_candidate_state(host, hotshoe_catalog_candidate(catalog, 1)) ==
        HOTSHOE_CANDIDATE_STATE_LOADED);
  CHECK_OK(hotshoe_host_unload(host, lens, &unload));
  CHECK_OK(hotshoe_host_search_roots(host, count_folder, &folders));
  CHECK(folders == 1);
  hotshoe_unload_free(unload);
  hotshoe_plugin_free(lens);
  hotshoe_catalog_free(catalog);
}

static void null_is_refused(hotshoe_host* host) {
  hotshoe_unloads* unloads = NULL;
  CHECK_FAILS(hotshoe_host_set_filter(NULL, forbid, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_set_log(NULL, note, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_set_listener(NULL, hear, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_unload_all(NULL, &unloads), "argument-invalid");
  CHECK_FAILS(hotshoe_host_unload_all(host, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_search_roots(NULL, count_folder, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_host_search_roots(host, NULL, NULL), "argument-invalid");
  CHECK(hotshoe_host_candidate_state(NULL, NULL) == HOTSHOE_CANDIDATE_STATE_NOT_LOADED);
  CHECK(hotshoe_host_candidate_state(host, NULL) == HOTSHOE_CANDIDATE_STATE_NOT_LOADED);
  CHECK(hotshoe_event_get_kind(NULL) == HOTSHOE_EVENT_KIND_LOADED);
  CHECK(hotshoe_event_name(NULL) == NULL && hotshoe_event_path(NULL) == NULL);
  CHECK(hotshoe_event_text(NULL) == NULL && hotshoe_event_code(NULL) == NULL);
  CHECK(hotshoe_event_plugin(NULL) == NULL && hotshoe_event_unload(NULL) == NULL);
  CHECK(hotshoe_unloads_count(NULL) == 0 && hotshoe_unloads_plugin(NULL, 0) == NULL);
  CHECK(hotshoe_unloads_get(NULL, 0) == NULL && hotshoe_unloads_error(NULL, 0) == NULL);
  hotshoe_unloads_free(NULL);
}

int main(int argc, char** argv) {
  const char* root = plugin_root(argc, argv);
  hotshoe_host* host = camera_host(root);
  what_happens_is_told(host);
  what_a_host_lets_go_of_is_released(root);
  candidates_have_a_state(host);
  null_is_refused(host);
  hotshoe_host_free(host);
  return 0;
}
