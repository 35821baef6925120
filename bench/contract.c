/* A call through an interface of the contract of hotshoe/plugin.h against one through a function pointer that
 * a program has kept, interleaved in one run.
 *
 *   contract <root with the plugin folder gain>
 *
 * Prints the median of each, in nanoseconds a call, and the median of the ratios of neighbouring runs.
 */
#include "measure.h"

#include <filter.h>

enum { RUNS = 1001, CALLS = 100000 };

typedef double (*filter_function)(void*, double);

/* Each call waits for the one before. */
__attribute__((noinline)) static double through_pointer(filter_function filter, void* instance) {
  double value = 1;
  for (int call = 0; call < CALLS; call++) value = filter(instance, value) * 0.5 + 1;
  return value;
}

__attribute__((noinline)) static double through_interface(const org_example_filter_1* table, void* instance) {
  double value = 1;
  for (int call = 0; call < CALLS; call++) value = table->filter(instance, value) * 0.5 + 1;
  return value;
}

int main(int count, char** arguments) {
  static double pointer[RUNS], interface[RUNS], ratios[RUNS];
  hotshoe_profile* profile;
  hotshoe_host* host;
  hotshoe_plugin* plugin;
  const void* table;
  void* instance;
  volatile double kept = 0;
  if (count != 2) return fprintf(stderr, "usage: contract <root>\n"), 1;
  check(hotshoe_profile_new("bench", HOTSHOE_NUL_TERMINATED, &profile));
  check(hotshoe_host_new(profile, &host));
  check(hotshoe_host_add_search_root(host, arguments[1], HOTSHOE_NUL_TERMINATED));
  check(hotshoe_host_load(host, "gain", HOTSHOE_NUL_TERMINATED, NULL, 0, NULL, NULL, &plugin));
  check(hotshoe_plugin_interface(plugin, "org.example.filter", HOTSHOE_NUL_TERMINATED, 1, &table));
  check(hotshoe_plugin_instance(plugin, &instance));
  const org_example_filter_1* filter = table;
  for (int run = -RUNS / 10; run < RUNS; run++) {
    double start = now();
    kept += through_pointer(filter->filter, instance);
    double middle = now();
    kept += through_interface(filter, instance);
    double end = now();
    if (run < 0) continue; /* warming up */
    pointer[run] = (middle - start) / CALLS;
    interface[run] = (end - middle) / CALLS;
    ratios[run] = interface[run] / pointer[run];
  }
  printf("| %-34s | %11s | %13s | %5s |\n", "what", "pointer, ns", "interface, ns", "ratio");
  printf("|------------------------------------|-------------|---------------|-------|\n");
  printf("| %-34s | %11.2f | %13.2f | %5.3f |\n", "a call through an interface", median(pointer, RUNS),
         median(interface, RUNS), median(ratios, RUNS));
  hotshoe_plugin_free(plugin);
  hotshoe_host_free(host);
  hotshoe_profile_free(profile);
  return 0;
}
