/* The descriptor: what the host asks for, and what it gets. */
#include <hotshoe/plugin.h>
#include <string.h>

#include "function.h"
#include "my_plugin_leaky.h"

static float call(void* instance, float x) {
  (void)instance;
  return my_plugin_leaky(x);
}

static const void* get_interface(void* instance, const char* id) {
  static const some_host_function_1 function = {sizeof function, "leaky", call};
  (void)instance;
  return strcmp(id, SOME_HOST_FUNCTION_1) == 0 ? &function : NULL;
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
