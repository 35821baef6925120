/* The run of a pipeline of 100 empty passes against 100 calls of them through the plugin's own table,
 * interleaved in one run.
 *
 *   pipeline <root with the plugin folder snake>
 *
 * Prints the median of each, in nanoseconds a pass, and what the pipeline adds.
 */
#include "measure.h"

#include <hotshoe/passes.h>

enum { RUNS = 1001, PASSES = 100 };

int main(int count, char** arguments) {
  static double direct[RUNS], pipelines[RUNS];
  hotshoe_profile* profile;
  hotshoe_host* host;
  hotshoe_plugin* plugin;
  hotshoe_pipeline* pipeline;
  hotshoe_schema* schema;
  hotshoe_context* context;
  const void* table;
  void* instance;
  if (count != 2) return fprintf(stderr, "usage: pipeline <root>\n"), 1;
  check(hotshoe_profile_new("bench", HOTSHOE_NUL_TERMINATED, &profile));
  check(hotshoe_host_new(profile, &host));
  check(hotshoe_host_add_search_root(host, arguments[1], HOTSHOE_NUL_TERMINATED));
  check(hotshoe_host_load(host, "snake", HOTSHOE_NUL_TERMINATED, NULL, 0, NULL, NULL, &plugin));
  check(hotshoe_plugin_interface(plugin, "hotshoe.passes", HOTSHOE_NUL_TERMINATED, 1, &table));
  check(hotshoe_plugin_instance(plugin, &instance));
  check(hotshoe_pipeline_new(&pipeline));
  check(hotshoe_schema_new(&schema));
  check(hotshoe_context_new(schema, &context));
  const hotshoe_passes_1* passes = table;
  const hotshoe_hook hook = {sizeof hook, context, NULL, NULL, NULL, NULL};
  for (int run = -RUNS / 10; run < RUNS; run++) {
    hotshoe_run_report* report;
    double start = now();
    for (uint32_t pass = 0; pass < PASSES; pass++) passes->run(instance, pass, &hook);
    double middle = now();
    check(hotshoe_host_run(host, pipeline, context, &report));
    double end = now();
    if (hotshoe_run_report_count(report) != PASSES) return fprintf(stderr, "bench: not 100 passes\n"), 1;
    hotshoe_run_report_free(report);
    if (run < 0) continue; /* warming up */
    direct[run] = (middle - start) / PASSES;
    pipelines[run] = (end - middle) / PASSES;
  }
  double one = median(direct, RUNS), other = median(pipelines, RUNS);
  printf("| %-34s | %10s | %12s | %9s |\n", "what", "direct, ns", "pipeline, ns", "more, ns");
  printf("|------------------------------------|------------|--------------|-----------|\n");
  printf("| %-34s | %10.0f | %12.0f | %9.0f |\n", "one of 100 empty passes", one, other, other - one);
  hotshoe_context_free(context);
  hotshoe_schema_free(schema);
  hotshoe_pipeline_free(pipeline);
  hotshoe_plugin_free(plugin);
  hotshoe_host_free(host);
  hotshoe_profile_free(profile);
  return 0;
}
