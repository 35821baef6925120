/* Findings are collected, and none keeps the good plugins from being found. */
#include "check.h"

static void what_is_wrong_on_a_search_path_is_told_beside_what_is_right(const char* root) {
  hotshoe_host* host = camera_host(root);
  hotshoe_plugins* plugins = NULL;
  hotshoe_diagnostics* diagnostics = NULL;
  CHECK_OK(hotshoe_host_load_all(host, NULL, NULL, &plugins, &diagnostics));
  CHECK(hotshoe_plugins_count(plugins) == 1);

  CHECK(hotshoe_diagnostics_count(diagnostics) == 1);
  CHECK(hotshoe_diagnostics_severity(diagnostics, 0) == HOTSHOE_SEVERITY_ERROR);
  CHECK_TEXT(hotshoe_diagnostics_code(diagnostics, 0), HOTSHOE_CODE_MANIFEST_SYNTAX);
  CHECK(strlen(hotshoe_diagnostics_message(diagnostics, 0)) > 0);
  CHECK(strstr(hotshoe_diagnostics_path(diagnostics, 0), "broken") != NULL);
  CHECK(strstr(hotshoe_diagnostics_text(diagnostics, 0), hotshoe_diagnostics_message(diagnostics, 0)) !=
        NULL);
  /* There may be a hint, and the name of a plugin whose manifest cannot be read is a guess. */
  (void)hotshoe_diagnostics_hint(diagnostics, 0);
  (void)hotshoe_diagnostics_plugin(diagnostics, 0);

  CHECK(hotshoe_diagnostics_severity(diagnostics, 1) == HOTSHOE_SEVERITY_NOTE);
  CHECK_TEXT(hotshoe_diagnostics_code(diagnostics, 1), NULL);
  CHECK_TEXT(hotshoe_diagnostics_message(diagnostics, 1), NULL);
  CHECK_TEXT(hotshoe_diagnostics_hint(diagnostics, 1), NULL);
  CHECK_TEXT(hotshoe_diagnostics_path(diagnostics, 1), NULL);
  CHECK_TEXT(hotshoe_diagnostics_plugin(diagnostics, 1), NULL);
  CHECK_TEXT(hotshoe_diagnostics_text(diagnostics, (size_t)-1), NULL);

  /* They outlive the host that found them. */
  hotshoe_plugins_free(plugins);
  hotshoe_host_free(host);
  CHECK_TEXT(hotshoe_diagnostics_code(diagnostics, 0), "manifest-syntax");
  hotshoe_diagnostics_free(diagnostics);
}

static void no_diagnostics_are_empty(void) {
  CHECK(hotshoe_diagnostics_count(NULL) == 0);
  CHECK(hotshoe_diagnostics_severity(NULL, 0) == HOTSHOE_SEVERITY_NOTE);
  CHECK_TEXT(hotshoe_diagnostics_code(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_diagnostics_message(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_diagnostics_hint(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_diagnostics_path(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_diagnostics_plugin(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_diagnostics_text(NULL, 0), NULL);
  hotshoe_diagnostics_free(NULL);
}

int main(int argc, char** argv) {
  what_is_wrong_on_a_search_path_is_told_beside_what_is_right(plugin_root(argc, argv));
  no_diagnostics_are_empty();
  return 0;
}
