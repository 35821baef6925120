#include "functions.h"

#include <my_host/plugin.h>

#include <hotshoe/plugin.h>
#include <stdio.h>

hotshoe_error* functions_call(const hotshoe_plugin* plugin, float x) {
  const void* table = NULL;
  void* instance = NULL;
  hotshoe_error* error =
      hotshoe_plugin_interface(plugin, "org.example.my_host.function", HOTSHOE_NUL_TERMINATED, 1, &table);
  if (error == NULL) error = hotshoe_plugin_instance(plugin, &instance);
  if (error != NULL) return error;
  const my_host_function_1* function = table;
  if (HOTSHOE_PLUGIN_HAS(function, call)) {
    printf("%s(%g) = %g\n", function->name, (double)x, (double)function->call(instance, x));
  }
  return NULL;
}
