/* my-host: loads the plugins along MY_HOST_PLUGIN_PATH, calls what they offer, and unloads them.
 *
 * Exit code: 0, or 1 if a plugin could not be loaded. */
#include <stdio.h>

#include "functions.h"
#include "profile.h"

static int failed(hotshoe_error* error) {
  if (error == NULL) return 0;
  fprintf(stderr, "my-host: %s\n", hotshoe_error_report(error));
  hotshoe_error_free(error);
  return 1;
}

static int unload(const hotshoe_host* host, const hotshoe_plugin* plugin) {
  hotshoe_unload* answer = NULL;
  if (failed(hotshoe_host_unload(host, plugin, &answer))) return 1;
  printf("unloaded %s: %s\n", hotshoe_plugin_name(plugin), hotshoe_unload_text(answer));
  hotshoe_unload_free(answer);
  return 0;
}

/* Prints the findings, and says whether one is an error. */
static int report(const hotshoe_diagnostics* diagnostics) {
  int errors = 0;
  for (size_t i = 0; i < hotshoe_diagnostics_count(diagnostics); ++i) {
    fprintf(stderr, "%s\n", hotshoe_diagnostics_text(diagnostics, i));
    errors |= hotshoe_diagnostics_severity(diagnostics, i) == HOTSHOE_SEVERITY_ERROR;
  }
  return errors;
}

static int run(const hotshoe_host* host, const hotshoe_profile* profile) {
  hotshoe_plugins* plugins = NULL;
  hotshoe_diagnostics* diagnostics = NULL;
  if (failed(hotshoe_host_load_all(host, NULL, NULL, &plugins, &diagnostics))) return 1;
  int errors = report(diagnostics);
  const size_t count = hotshoe_plugins_count(plugins);
  if (count == 0 && hotshoe_diagnostics_count(diagnostics) == 0) {
    printf("no plugin found along %s\n", hotshoe_profile_search_path_variable(profile));
  }
  for (size_t i = 0; i < count; ++i) {
    const hotshoe_plugin* plugin = hotshoe_plugins_get(plugins, i);
    const char* version = hotshoe_plugin_version(plugin);
    printf("loaded %s %s\n", hotshoe_plugin_name(plugin), version == NULL ? "" : version);
  }
  for (size_t i = 0; i < count; ++i) errors |= failed(functions_call(hotshoe_plugins_get(plugins, i), -3));
  for (size_t i = 0; i < count; ++i) errors |= unload(host, hotshoe_plugins_get(plugins, i));
  hotshoe_plugins_free(plugins);
  hotshoe_diagnostics_free(diagnostics);
  return errors;
}

int main(void) {
  hotshoe_profile* profile = NULL;
  hotshoe_host* host = NULL;
  int errors = failed(hotshoe_profile_from_json((const char*)profile_json, sizeof profile_json, &profile)) ||
               failed(hotshoe_host_new(profile, &host)) || run(host, profile);
  hotshoe_host_free(host);
  hotshoe_profile_free(profile);
  return errors;
}
