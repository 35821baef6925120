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
  CHECK(strncmp(hotshoe_candidate_library(lens), hotshoe_candidate_path(lens),
                strlen(hotshoe_candidate_path(lens))) == 0);
  CHECK(hotshoe_candidate_capability_count(lens) == 2);
  CHECK_TEXT(hotshoe_candidate_capability(lens, 0), "lens:prime");
  CHECK_TEXT(hotshoe_candidate_capability(lens, 2), NULL);

  CHECK_FAILS(hotshoe_catalog_find(catalog, "lens", Z, ">=2", Z, &lens), "plugin-not-found");
  CHECK_FAILS(hotshoe_catalog_find(catalog, "flash", Z, NULL, 0, &lens), "plugin-not-found");
  CHECK_FAILS(hotshoe_catalog_find(catalog, "lens", Z, "soon", Z, &lens), "requirement-invalid");
  CHECK_FAILS(hotshoe_catalog_find(catalog, NULL, 0, NULL, 0, &lens), "argument-invalid");
  CHECK_FAILS(hotshoe_catalog_find(catalog, "lens", Z, NULL, 0, NULL), "argument-invalid");
  CHECK(lens == hotshoe_catalog_candidate(catalog, 1));
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
  CHECK_TEXT(hotshoe_candidate_description(NULL), NULL);
  CHECK_TEXT(hotshoe_candidate_refusal(NULL), NULL);
  CHECK(hotshoe_candidate_capability_count(NULL) == 0);
  CHECK_TEXT(hotshoe_candidate_capability(NULL, 0), NULL);
}

int main(int argc, char** argv) {
  hotshoe_profile* profile = camera_profile();
  a_catalog_tells_what_it_found(profile, plugin_root(argc, argv));
  a_host_that_is_too_new_is_a_refusal(plugin_root(argc, argv));
  what_bytes_show_is_a_refusal_once_the_libraries_are_checked(plugin_root(argc, argv));
  null_is_refused(profile);
  hotshoe_profile_free(profile);
  return 0;
}
