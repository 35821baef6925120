#include <hotshoe/folder.h>
#include <hotshoe/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  size_t size;
  double (*filter)(void* instance, double input);
} org_example_filter_1;

static double filter(void* instance, double input) { return *(const double*)instance * input; }

/* The gain stands in a file beside the library. */
static int32_t init(const hotshoe_plugin_host* host, void** instance) {
  char path[4096];
  const size_t length = hotshoe_folder(host, path, sizeof path);
  double* gain = malloc(sizeof *gain);
  FILE* file = NULL;
  int found = 0;
  if (gain != NULL && length != 0 && length + sizeof "/gain.txt" <= sizeof path) {
    strcpy(path + length, "/gain.txt");
    file = fopen(path, "r");
  }
  if (file != NULL) {
    found = fscanf(file, "%lf", gain);
    fclose(file);
  }
  if (found != 1) {
    free(gain);
    host->fail(host, "there is no gain.txt in the plugin's folder", NULL);
    return 1;
  }
  *instance = gain;
  return 0;
}

static const void* get_interface(void* instance, const char* id) {
  static const org_example_filter_1 table = {sizeof table, filter};
  (void)instance;
  return strcmp(id, "org.example.filter/1") == 0 ? &table : NULL;
}

HOTSHOE_PLUGIN_EXPORT const hotshoe_plugin_descriptor* hotshoe_descriptor(uint32_t newest) {
  static const hotshoe_plugin_descriptor descriptor = {
      .size = sizeof descriptor,
      .revision = HOTSHOE_PLUGIN_REVISION,
      .name = HOTSHOE_PLUGIN_NAME,
      .version = HOTSHOE_PLUGIN_VERSION,
      .init = init,
      .get_interface = get_interface,
      .shutdown = free,
  };
  return newest < HOTSHOE_PLUGIN_REVISION ? NULL : &descriptor;
}
