/* What lies on a search path is known without loading any of it. */
#include "check.h"

static void a_catalog_tells_what_it_found(const hotshoe_profile* profile, const char* root) {
  hotshoe_catalog* catalog = NULL;
  const hotshoe_candidate* lens = NULL;
  CHECK_OK(hotshoe_catalog_new(profile, root, strlen(root), &catalog));
  CHECK(hotshoe_catalog_count(catalog) == 2);
  CHECK(hotshoe_catalog_candidate(catalog, 2) == NULL);
  CHECK(hotshoe_diagnostics_count(hotshoe_catalog_diagnostics(catalog)) == 0);

  CHECK_OK(hotshoe_catalog_find(catalog, "lens", Z, ">=1.2", Z, &lens));
  CHECK(lens == hotshoe_catalog_candidate(catalog, 1));
  CHECK_TEXT(hotshoe_candidate_name(lens), "lens");
  CHECK_TEXT(hotshoe_candidate_version(lens), "1.2.3");
  CHECK_TEXT(hotshoe_candidate_description(lens), "A lens of 50 mm");
  CHECK_TEXT(hotshoe_candidate_refusal(lens), NULL);
  CHECK_TEXT(hotshoe_candidate_runtime(lens), "native");
  CHECK_TEXT(hotshoe_candidate_artifact(lens), hotshoe_candidate_library(lens));
  CHECK(strncmp(hotshoe_candidate_library(lens), hotshoe_candidate_path(lens),
                strlen(hotshoe_candidate_path(lens))) == 0);
  CHECK(hotshoe_candidate_capability_count(lens) == 2);
  CHECK_TEXT(hotshoe_candidate_capability(lens, 0), "lens:prime");
  CHECK_TEXT(hotshoe_candidate_capability(lens, 2), NULL);
  CHECK(hotshoe_candidate_interface_count(lens) == 0);
  CHECK_TEXT(hotshoe_candidate_interface(lens, 0), NULL);
  CHECK_TEXT(hotshoe_candidate_license(lens), "MIT");
  CHECK_TEXT(hotshoe_candidate_homepage(lens), "https://example.org/lens");
  CHECK(strstr(hotshoe_candidate_icon(lens), "/lens/pictures/lens.svg") != NULL);
  CHECK(hotshoe_candidate_author_count(lens) == 2);
  CHECK_TEXT(hotshoe_candidate_author(lens, 1), "Bo");
  CHECK_TEXT(hotshoe_candidate_author(lens, 2), NULL);
  CHECK(strstr(hotshoe_candidate_manifest(lens), "\"license\":\"MIT\"") != NULL);
  CHECK_TEXT(hotshoe_candidate_other_keys(lens), "{\"camera\":{\"mounts\":[\"M42\"]}}");
  CHECK_TEXT(hotshoe_candidate_refusal_code(lens), NULL);
  CHECK_TEXT(hotshoe_candidate_refusal_message(lens), NULL);
  CHECK_TEXT(hotshoe_candidate_refusal_hint(lens), NULL);
  CHECK_TEXT(hotshoe_candidate_refusal_path(lens), NULL);

  CHECK_FAILS(hotshoe_catalog_find(catalog, "lens", Z, ">=2", Z, &lens), "plugin-not-found");
  CHECK_FAILS(hotshoe_catalog_find(catalog, "flash", Z, NULL, 0, &lens), "plugin-not-found");
  CHECK_FAILS(hotshoe_catalog_find(catalog, "lens", Z, "soon", Z, &lens), "requirement-invalid");
  CHECK_FAILS(hotshoe_catalog_find(catalog, NULL, 0, NULL, 0, &lens), "argument-invalid");
  CHECK_FAILS(hotshoe_catalog_find(catalog, "lens", Z, NULL, 0, NULL), "argument-invalid");
  CHECK(lens == hotshoe_catalog_candidate(catalog, 1));
  hotshoe_catalog_free(catalog);
}

static void a_plugin_whose_manifest_is_broken_is_listed_with_the_reason(const hotshoe_profile* profile,
                                                                        const char* root) {
  hotshoe_catalog* catalog = NULL;
  const hotshoe_candidate *broken = NULL, *found = NULL;
  CHECK_OK(hotshoe_catalog_new(profile, root, Z, &catalog));
  broken = hotshoe_catalog_candidate(catalog, 0);
  CHECK_TEXT(hotshoe_candidate_name(broken), "broken");
  CHECK_TEXT(hotshoe_candidate_version(broken), NULL);
  CHECK_TEXT(hotshoe_candidate_library(broken), "");
  CHECK_TEXT(hotshoe_candidate_icon(broken), NULL);
  CHECK_TEXT(hotshoe_candidate_other_keys(broken), "{}");
  CHECK(hotshoe_candidate_capability_count(broken) == 0);
  CHECK_TEXT(hotshoe_candidate_refusal_code(broken), "manifest-syntax");
  CHECK(strstr(hotshoe_candidate_refusal(broken), hotshoe_candidate_refusal_message(broken)) != NULL);
  CHECK(strstr(hotshoe_candidate_refusal(broken), hotshoe_candidate_refusal_hint(broken)) != NULL);
  CHECK(strstr(hotshoe_candidate_refusal_path(broken), "/broken/plugin.json") != NULL);
  CHECK_FAILS(hotshoe_catalog_find(catalog, "broken", Z, NULL, 0, &found), "plugin-not-found");
  hotshoe_catalog_free(catalog);
}

static void the_plugins_to_use_are_listed_by_capability(const hotshoe_profile* profile, const char* root) {
  hotshoe_catalog* catalog = NULL;
  hotshoe_candidates* candidates = NULL;
  CHECK_OK(hotshoe_catalog_new(profile, root, Z, &catalog));
  CHECK_OK(hotshoe_catalog_newest(catalog, NULL, 0, &candidates));
  CHECK(hotshoe_candidates_count(candidates) == 1);
  CHECK(hotshoe_candidates_get(candidates, 0) == hotshoe_catalog_candidate(catalog, 1));
  CHECK(hotshoe_candidates_get(candidates, 1) == NULL);
  hotshoe_candidates_free(candidates);
  CHECK_OK(hotshoe_catalog_newest(catalog, "lens:prime", Z, &candidates));
  CHECK(hotshoe_candidates_count(candidates) == 1);
  hotshoe_candidates_free(candidates);
  CHECK_OK(hotshoe_catalog_newest(catalog, "lens:zoom", Z, &candidates));
  CHECK(hotshoe_candidates_count(candidates) == 0);
  hotshoe_candidates_free(candidates);
  CHECK_FAILS(hotshoe_catalog_newest(catalog, "two words", Z, &candidates), "capability-invalid");
  CHECK_FAILS(hotshoe_catalog_newest(catalog, NULL, 0, NULL), "argument-invalid");
  hotshoe_catalog_free(catalog);
}

static void a_host_that_is_too_new_is_a_refusal(const char* root) {
  hotshoe_profile* profile = camera_profile();
  hotshoe_catalog* catalog = NULL;
  CHECK_OK(hotshoe_profile_set_version(profile, "2.0.0", Z));
  CHECK_OK(hotshoe_catalog_new(profile, root, Z, &catalog));
  CHECK(hotshoe_candidate_refusal(hotshoe_catalog_candidate(catalog, 1)) != NULL);
  hotshoe_catalog_free(catalog);
  hotshoe_profile_free(profile);
}

static void what_bytes_show_is_a_refusal_once_the_libraries_are_checked(const char* root) {
  hotshoe_profile* profile = camera_profile();
  hotshoe_catalog* catalog = NULL;
  CHECK_OK(hotshoe_catalog_new(profile, root, Z, &catalog));
  CHECK_OK(hotshoe_catalog_check_libraries(catalog, profile));
  CHECK_TEXT(hotshoe_candidate_refusal(hotshoe_catalog_candidate(catalog, 1)), NULL);
  CHECK_OK(hotshoe_profile_set_entry(profile, "camera_shoot", Z));
  CHECK_OK(hotshoe_catalog_check_libraries(catalog, profile));
  CHECK(strstr(hotshoe_candidate_refusal(hotshoe_catalog_candidate(catalog, 1)), "camera_shoot") != NULL);
  CHECK(hotshoe_catalog_count(catalog) == 2);
  CHECK(hotshoe_diagnostics_count(hotshoe_catalog_diagnostics(catalog)) == 0);
  CHECK_FAILS(hotshoe_catalog_check_libraries(NULL, profile), "argument-invalid");
  CHECK_FAILS(hotshoe_catalog_check_libraries(catalog, NULL), "argument-invalid");
  hotshoe_catalog_free(catalog);
  hotshoe_profile_free(profile);
}

static void null_is_refused(const hotshoe_profile* profile) {
  hotshoe_catalog* catalog = NULL;
  const hotshoe_candidate* candidate = NULL;
  hotshoe_candidates* candidates = NULL;
  CHECK_OK(hotshoe_catalog_new(profile, NULL, 0, &catalog)); /* the environment variable, which is not set */
  CHECK(hotshoe_catalog_count(catalog) == 0);
  hotshoe_catalog_free(catalog);
  catalog = NULL;
  CHECK_FAILS(hotshoe_catalog_new(NULL, "/", Z, &catalog), "argument-invalid");
  CHECK_FAILS(hotshoe_catalog_new(profile, "/", Z, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_catalog_find(NULL, "lens", Z, NULL, 0, &candidate), "argument-invalid");
  CHECK(catalog == NULL && candidate == NULL);
  CHECK(hotshoe_catalog_count(NULL) == 0);
  CHECK(hotshoe_catalog_candidate(NULL, 0) == NULL);
  CHECK(hotshoe_catalog_diagnostics(NULL) == NULL);
  hotshoe_catalog_free(NULL);

  CHECK_TEXT(hotshoe_candidate_name(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_version(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_path(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_library(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_runtime(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_artifact(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_description(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_refusal(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_refusal_code(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_refusal_message(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_refusal_hint(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_refusal_path(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_license(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_homepage(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_icon(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_author(NULL, 0), NULL);
  CHECK(hotshoe_candidate_author_count(NULL) == 0);
  CHECK_TEXT(hotshoe_candidate_manifest(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_other_keys(NULL), NULL);
  CHECK_FAILS(hotshoe_catalog_newest(NULL, NULL, 0, &candidates), "argument-invalid");
  CHECK(candidates == NULL);
  CHECK(hotshoe_candidates_count(NULL) == 0);
  CHECK(hotshoe_candidates_get(NULL, 0) == NULL);
  hotshoe_candidates_free(NULL);
  CHECK(hotshoe_candidate_capability_count(NULL) == 0);
  CHECK_TEXT(hotshoe_candidate_capability(NULL, 0), NULL);
  CHECK(hotshoe_candidate_interface_count(NULL) == 0);
  CHECK_TEXT(hotshoe_candidate_interface(NULL, 0), NULL);
}

int main(int argc, char** argv) {
  hotshoe_profile* profile = camera_profile();
  a_catalog_tells_what_it_found(profile, plugin_root(argc, argv));
  a_plugin_whose_manifest_is_broken_is_listed_with_the_reason(profile, plugin_root(argc, argv));
  the_plugins_to_use_are_listed_by_capability(profile, plugin_root(argc, argv));
  a_host_that_is_too_new_is_a_refusal(plugin_root(argc, argv));
  what_bytes_show_is_a_refusal_once_the_libraries_are_checked(plugin_root(argc, argv));
  null_is_refused(profile);
  hotshoe_profile_free(profile);
  return 0;
}
