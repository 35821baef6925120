/* Facts are read out of a library, and none of it runs. */
#include "check.h"

static void a_library_tells_what_it_is(const char* library) {
  hotshoe_inspection* inspection = NULL;
  CHECK_OK(hotshoe_inspection_new(library, Z, &inspection));
  CHECK(hotshoe_inspection_platform_count(inspection) == 1);
  CHECK(strchr(hotshoe_inspection_platform(inspection, 0), '-') != NULL);
  CHECK_TEXT(hotshoe_inspection_platform(inspection, 1), NULL);
  CHECK(hotshoe_inspection_exports(inspection, "camera_register", Z));
  CHECK(hotshoe_inspection_exports(inspection, "camera_register_more", 15));
  CHECK(!hotshoe_inspection_exports(inspection, "camera", Z));
  CHECK(!hotshoe_inspection_exports(inspection, "", 0));
  CHECK(!hotshoe_inspection_exports(inspection, "\xff", Z));
  CHECK(hotshoe_inspection_missing_count(inspection) == 0);
  CHECK_TEXT(hotshoe_inspection_missing(inspection, 0), NULL);
  CHECK(strstr(hotshoe_inspection_json(inspection), "camera_register") != NULL);
  CHECK(!hotshoe_inspection_exports(inspection, NULL, 0));
  hotshoe_inspection_free(inspection);
}

static void what_is_no_library_is_an_error(void) {
  hotshoe_inspection* inspection = NULL;
  CHECK_FAILS(hotshoe_inspection_new("/no/such/library.so", Z, &inspection), "library-unreadable");
  CHECK_FAILS(hotshoe_inspection_new(__FILE__, Z, &inspection), "library-format");
  CHECK_FAILS(hotshoe_inspection_new("", 0, &inspection), "argument-invalid");
  CHECK_FAILS(hotshoe_inspection_new(NULL, 0, &inspection), "argument-invalid");
  CHECK_FAILS(hotshoe_inspection_new("library.so", Z, NULL), "argument-invalid");
  CHECK(inspection == NULL);
}

static void no_inspection_knows_nothing(void) {
  CHECK(hotshoe_inspection_platform_count(NULL) == 0);
  CHECK_TEXT(hotshoe_inspection_platform(NULL, 0), NULL);
  CHECK(!hotshoe_inspection_exports(NULL, "camera_register", Z));
  CHECK(hotshoe_inspection_missing_count(NULL) == 0);
  CHECK_TEXT(hotshoe_inspection_missing(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_inspection_json(NULL), NULL);
  hotshoe_inspection_free(NULL);
}

int main(int argc, char** argv) {
  hotshoe_host* host = camera_host(plugin_root(argc, argv));
  hotshoe_catalog* catalog = NULL;
  const hotshoe_candidate* lens = NULL;
  CHECK_OK(hotshoe_host_catalog(host, &catalog));
  CHECK_OK(hotshoe_catalog_find(catalog, "lens", Z, NULL, 0, &lens));
  a_library_tells_what_it_is(hotshoe_candidate_library(lens));
  hotshoe_catalog_free(catalog);
  hotshoe_host_free(host);
  what_is_no_library_is_an_error();
  no_inspection_knows_nothing();
  return 0;
}
