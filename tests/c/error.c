/* An error says what, where, why and what to do. */
#include "check.h"

static void an_error_made_for_a_callback_carries_its_message(void) {
  hotshoe_error* error = hotshoe_error_new("the lens cap is on", Z);
  CHECK_TEXT(hotshoe_error_code(error), "entry-failed");
  CHECK_TEXT(hotshoe_error_stage(error), "bind");
  CHECK(strlen(hotshoe_error_message(error)) > 0);
  CHECK(strlen(hotshoe_error_hint(error)) > 0);
  CHECK(hotshoe_error_cause_count(error) == 1);
  CHECK_TEXT(hotshoe_error_cause(error, 0), "the lens cap is on");
  CHECK_TEXT(hotshoe_error_cause(error, 1), NULL);
  CHECK_TEXT(hotshoe_error_cause(error, (size_t)-1), NULL);
  CHECK_TEXT(hotshoe_error_path(error), NULL);
  CHECK_TEXT(hotshoe_error_plugin(error), NULL);
  CHECK(strstr(hotshoe_error_report(error), "because: the lens cap is on") != NULL);
  hotshoe_error* second = hotshoe_error_clone(error);
  CHECK(second != error);
  CHECK_TEXT(hotshoe_error_report(second), hotshoe_error_report(error));
  hotshoe_error_free(error);
  CHECK_TEXT(hotshoe_error_cause(second, 0), "the lens cap is on");
  hotshoe_error_free(second);

  error = hotshoe_error_new("cap on the lens", 3);
  CHECK_TEXT(hotshoe_error_cause(error, 0), "cap");
  hotshoe_error_free(error);
}

static void a_message_that_cannot_be_read_still_makes_an_error(void) {
  hotshoe_error* error = hotshoe_error_new(NULL, 5);
  CHECK_TEXT(hotshoe_error_code(error), "entry-failed");
  hotshoe_error_free(error);
  error = hotshoe_error_new("caf\xe9", Z);
  CHECK_TEXT(hotshoe_error_cause(error, 0), "caf\xef\xbf\xbd");
  hotshoe_error_free(error);
  error = hotshoe_error_new("a\0b", 3);
  CHECK_TEXT(hotshoe_error_cause(error, 0), "a b");
  hotshoe_error_free(error);
  error = hotshoe_error_new("", (size_t)-2);
  CHECK_TEXT(hotshoe_error_code(error), "entry-failed");
  hotshoe_error_free(error);
}

static void an_error_names_the_file_and_the_plugin(const char* root) {
  hotshoe_host* host = camera_host(root);
  hotshoe_plugin* plugin = NULL;
  hotshoe_error* error = hotshoe_host_load(host, "flash", Z, NULL, 0, NULL, NULL, &plugin);
  CHECK_TEXT(hotshoe_error_code(error), HOTSHOE_CODE_PLUGIN_NOT_FOUND);
  CHECK_TEXT(hotshoe_error_plugin(error), "flash");
  hotshoe_error_free(error);
  error = hotshoe_host_load_path(host, "/no/such/folder", Z, NULL, NULL, &plugin);
  CHECK_TEXT(hotshoe_error_path(error), "/no/such/folder");
  hotshoe_error_free(error);
  CHECK(plugin == NULL);
  hotshoe_host_free(host);
}

static void nothing_is_said_of_no_error(void) {
  CHECK(hotshoe_error_clone(NULL) == NULL);
  CHECK_TEXT(hotshoe_error_code(NULL), NULL);
  CHECK_TEXT(hotshoe_error_stage(NULL), NULL);
  CHECK_TEXT(hotshoe_error_message(NULL), NULL);
  CHECK_TEXT(hotshoe_error_hint(NULL), NULL);
  CHECK_TEXT(hotshoe_error_path(NULL), NULL);
  CHECK_TEXT(hotshoe_error_plugin(NULL), NULL);
  CHECK_TEXT(hotshoe_error_report(NULL), NULL);
  CHECK(hotshoe_error_cause_count(NULL) == 0);
  CHECK_TEXT(hotshoe_error_cause(NULL, 0), NULL);
  hotshoe_error_free(NULL);
}

static void the_header_tells_its_version(void) {
  char text[64];
  CHECK(snprintf(text, sizeof text, "%d.%d.%d", HOTSHOE_VERSION_MAJOR, HOTSHOE_VERSION_MINOR,
                 HOTSHOE_VERSION_PATCH) > 0);
  CHECK(strncmp(hotshoe_version(), text, strlen(text)) == 0);
  CHECK(HOTSHOE_VERSION_AT_LEAST(0, 0, 0));
  CHECK(HOTSHOE_VERSION_AT_LEAST(HOTSHOE_VERSION_MAJOR, HOTSHOE_VERSION_MINOR, HOTSHOE_VERSION_PATCH));
  CHECK(!HOTSHOE_VERSION_AT_LEAST(HOTSHOE_VERSION_MAJOR, HOTSHOE_VERSION_MINOR, HOTSHOE_VERSION_PATCH + 1));
  CHECK(!HOTSHOE_VERSION_AT_LEAST(HOTSHOE_VERSION_MAJOR, HOTSHOE_VERSION_MINOR + 1, 0));
  CHECK(!HOTSHOE_VERSION_AT_LEAST(HOTSHOE_VERSION_MAJOR + 1, 0, 0));
}

int main(int argc, char** argv) {
  CHECK(strchr(hotshoe_version(), '.') != NULL);
  an_error_made_for_a_callback_carries_its_message();
  a_message_that_cannot_be_read_still_makes_an_error();
  an_error_names_the_file_and_the_plugin(plugin_root(argc, argv));
  nothing_is_said_of_no_error();
  the_header_tells_its_version();
  return 0;
}
