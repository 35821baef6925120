#include <hotshoe/plugin.h>
#include <string.h>

typedef struct {
  size_t size;
  double (*filter)(void* instance, double input);
} org_example_filter_1;

static double filter(void* instance, double input) {
  (void)instance;
  return 2 * input;
}

static const void* get_interface(void* instance, const char* id) {
  static const org_example_filter_1 table = {sizeof table, filter};
  (void)instance;
  return strcmp(id, "org.example.filter/1") == 0 ? &table : NULL;
}

HOTSHOE_PLUGIN_EXPORT const hotshoe_plugin_descriptor* hotshoe_descriptor(uint32_t newest) {
  static const hotshoe_plugin_descriptor descriptor = {sizeof descriptor,
                                                       HOTSHOE_PLUGIN_REVISION,
                                                       HOTSHOE_PLUGIN_NAME,
                                                       HOTSHOE_PLUGIN_VERSION,
                                                       NULL,
                                                       get_interface,
                                                       NULL};
  return newest < HOTSHOE_PLUGIN_REVISION ? NULL : &descriptor;
}
