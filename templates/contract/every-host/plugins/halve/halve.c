#include <hotshoe/plugin.h>
#include <my_host/plugin.h>
#include <string.h>

static float halve(void* instance, float x) {
  (void)instance;
  return x / 2;
}

static const void* get_interface(void* instance, const char* id) {
  static const my_host_function_1 function = {sizeof function, "halve", halve};
  (void)instance;
  return strcmp(id, MY_HOST_FUNCTION_1) == 0 ? &function : NULL;
}

HOTSHOE_PLUGIN_EXPORT const hotshoe_plugin_descriptor* hotshoe_descriptor(uint32_t newest) {
  static const hotshoe_plugin_descriptor descriptor = {
      .size = sizeof descriptor,
      .revision = HOTSHOE_PLUGIN_REVISION,
      .name = HOTSHOE_PLUGIN_NAME,
      .version = HOTSHOE_PLUGIN_VERSION,
      .get_interface = get_interface,
  };
  return newest < HOTSHOE_PLUGIN_REVISION ? NULL : &descriptor;
}
