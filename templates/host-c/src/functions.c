#include "functions.h"

#include <string.h>

/* One thread uses the functions, and none while it unloads: nothing is ever in use then. */
static int told(void* user_data, hotshoe_registration_event event) {
  struct function* function = user_data;
  switch (event) {
    case HOTSHOE_REGISTRATION_EVENT_WITHDRAW:
      function->is_public = false;
      break;
    case HOTSHOE_REGISTRATION_EVENT_IN_USE:
      break;
    case HOTSHOE_REGISTRATION_EVENT_RESTORE:
      function->is_public = true;
      break;
    case HOTSHOE_REGISTRATION_EVENT_DROP:
      function->is_taken = false;
      break;
  }
  return 0;
}

static struct function* free_place(struct functions* functions) {
  for (size_t i = 0; i < FUNCTIONS_MOST; ++i) {
    if (!functions->functions[i].is_taken) return &functions->functions[i];
  }
  return NULL;
}

static int fail(struct functions* functions, hotshoe_error* error) {
  hotshoe_error_free(functions->error);
  functions->error = error;
  return 1;
}

static int add(my_host_registry* registry, const char* name, my_host_function call) {
  struct functions* functions = (struct functions*)registry;
  struct function* function = free_place(functions);
  if (function == NULL)
    return fail(functions, hotshoe_error_new("too many functions", HOTSHOE_NUL_TERMINATED));
  if (strlen(name) > FUNCTIONS_LONGEST_NAME) {
    return fail(functions, hotshoe_error_new("a function's name is too long", HOTSHOE_NUL_TERMINATED));
  }
  hotshoe_error* error =
      hotshoe_plugin_register(functions->plugin, name, HOTSHOE_NUL_TERMINATED, told, function);
  if (error != NULL) return fail(functions, error);
  strcpy(function->name, name);
  function->call = call;
  function->is_taken = true;
  function->is_public = true;
  return 0;
}

hotshoe_error* functions_bind(void* user_data, const hotshoe_plugin* plugin) {
  struct functions* functions = user_data;
  hotshoe_function entry = NULL;
  hotshoe_error* error = hotshoe_plugin_entry(plugin, &entry);
  if (error != NULL) return error;
  functions->registry.add = add;
  functions->plugin = plugin;
  functions->error = NULL;
  ((void (*)(my_host_registry*))entry)(&functions->registry);
  functions->plugin = NULL;
  return functions->error;
}
