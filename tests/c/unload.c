/* Unloading withdraws, asks, and then drops everything or puts everything back. */
#include "check.h"

/* What a plugin registered, with what was asked of it. */
struct filter {
  const hotshoe_plugin* plugin;
  int in_use;
  char events[32];
};

static int filter_event(void* user_data, hotshoe_registration_event event) {
  struct filter* filter = user_data;
  const char letter = "WIRD"[event];
  strncat(filter->events, &letter, 1);
  if (event == HOTSHOE_REGISTRATION_EVENT_WITHDRAW) {
    /* It must not use the plugin; if it does all the same, it gets an error and nothing hangs. */
    void* address = NULL;
    CHECK_FAILS(hotshoe_plugin_symbol(filter->plugin, "lens_focal_length", Z, &address), "plugin-busy");
    CHECK_FAILS(hotshoe_plugin_register(filter->plugin, "late", Z, filter_event, filter), "plugin-busy");
    CHECK(!hotshoe_plugin_is_loaded(filter->plugin));
  }
  return filter->in_use;
}

static void what_is_in_use_keeps_a_plugin_alive(const hotshoe_host* host, const hotshoe_plugin* lens) {
  struct filter red = {lens, 0, ""}, blue = {lens, 1, ""};
  hotshoe_unload* unload = NULL;
  CHECK_OK(hotshoe_plugin_register(lens, "filter `red`", Z, filter_event, &red));
  CHECK_OK(hotshoe_plugin_register(lens, "filter `blue`", Z, filter_event, &blue));

  CHECK_OK(hotshoe_host_unload(host, lens, &unload));
  CHECK(hotshoe_unload_get_outcome(unload) == HOTSHOE_UNLOAD_OUTCOME_BUSY);
  CHECK(hotshoe_unload_reason_count(unload) == 1);
  CHECK_TEXT(hotshoe_unload_reason(unload, 0), "filter `blue` is in use");
  CHECK_TEXT(hotshoe_unload_reason(unload, 1), NULL);
  CHECK_TEXT(hotshoe_unload_text(unload), "busy: filter `blue` is in use");
  hotshoe_unload_free(unload);
  CHECK(hotshoe_plugin_is_loaded(lens));
  CHECK_TEXT(red.events, "WIR");
  CHECK_TEXT(blue.events, "WIR");

  blue.in_use = 0;
  CHECK_OK(hotshoe_host_unload(host, lens, &unload));
  CHECK(hotshoe_unload_get_outcome(unload) == HOTSHOE_UNLOAD_OUTCOME_UNMAPPED);
  CHECK(hotshoe_unload_reason_count(unload) == 0);
  CHECK_TEXT(hotshoe_unload_text(unload), "unmapped");
  hotshoe_unload_free(unload);
  CHECK_TEXT(red.events, "WIRWID");
  CHECK_TEXT(blue.events, "WIRWID");
}

static void no_answer_says_nothing(void) {
  CHECK(hotshoe_unload_get_outcome(NULL) == HOTSHOE_UNLOAD_OUTCOME_UNMAPPED);
  CHECK(hotshoe_unload_reason_count(NULL) == 0);
  CHECK_TEXT(hotshoe_unload_reason(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_unload_text(NULL), NULL);
  hotshoe_unload_free(NULL);
}

int main(int argc, char** argv) {
  hotshoe_host* host = camera_host(plugin_root(argc, argv));
  hotshoe_plugin* lens = NULL;
  CHECK_OK(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &lens));
  what_is_in_use_keeps_a_plugin_alive(host, lens);
  no_answer_says_nothing();
  hotshoe_plugin_free(lens);
  hotshoe_host_free(host);
  return 0;
}
