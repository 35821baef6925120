/* Hotshoe beside what a program would write by hand, interleaved in one run, as ratios.
 *
 *   bench <plugin folder> <its library> <entry> <root with many plugin folders, one called gain>
 *
 * load   dlopen + dlsym + call + dlclose, against hotshoe_host_load_candidate + bind + call +
 * hotshoe_host_unload; then the same by path, which reads the manifest each time
 *
 * Prints the median of each, in microseconds, and the median of the ratios of neighbouring runs: a machine
 * that is busy slows both.
 */
#include "measure.h"

#include <dlfcn.h>
#include <string.h>

static void fail(const char* what) {
  fprintf(stderr, "bench: %s\n", what);
  exit(1);
}

/* What both sides of a comparison work on. */
typedef struct {
  const char *folder, *library, *entry, *root;
  hotshoe_profile* profile;
  hotshoe_host* host;
  const hotshoe_candidate* candidate;
  unsigned long bytes;
} job;

static void ignore(void* registry) { (void)registry; }

typedef void (*entry_function)(void*);

static void bare_load(job* job) {
  void* library = dlopen(job->library, RTLD_NOW | RTLD_LOCAL);
  if (!library) fail(dlerror());
  entry_function entry = ignore;
  *(void**)&entry = dlsym(library, job->entry);
  if (!entry) fail("no entry");
  entry(&job->bytes);
  dlclose(library);
}

static hotshoe_error* bind(void* user_data, const hotshoe_plugin* plugin) {
  hotshoe_function entry;
  hotshoe_error* error = hotshoe_plugin_entry(plugin, &entry);
  if (!error) ((entry_function)entry)(user_data);
  return error;
}

static void unload(job* job, hotshoe_plugin* plugin) {
  hotshoe_unload* unload;
  check(hotshoe_host_unload(job->host, plugin, &unload));
  if (hotshoe_unload_get_outcome(unload) != HOTSHOE_UNLOAD_OUTCOME_UNMAPPED)
    fail(hotshoe_unload_text(unload));
  hotshoe_unload_free(unload);
  hotshoe_plugin_free(plugin);
}

static void hotshoe_load(job* job) {
  hotshoe_plugin* plugin;
  check(hotshoe_host_load_candidate(job->host, job->candidate, bind, &job->bytes, &plugin));
  unload(job, plugin);
}

static void hotshoe_load_path(job* job) {
  hotshoe_plugin* plugin;
  check(hotshoe_host_load_path(job->host, job->folder, HOTSHOE_NUL_TERMINATED, bind, &job->bytes, &plugin));
  unload(job, plugin);
}

enum { MOST_RUNS = 4000 };

static void compare(const char* name, void (*bare)(job*), void (*ours)(job*), job* job, int runs) {
  static double bare_times[MOST_RUNS], our_times[MOST_RUNS], ratios[MOST_RUNS];
  for (int run = -runs / 10; run < runs; run++) {
    double start = now();
    bare(job);
    double middle = now();
    ours(job);
    double end = now();
    if (run < 0) continue; /* warming up */
    bare_times[run] = (middle - start) / 1e3;
    our_times[run] = (end - middle) / 1e3;
    ratios[run] = our_times[run] / bare_times[run];
  }
  printf("| %-34s | %10.1f | %10.1f | %5.2f |\n", name, median(bare_times, runs), median(our_times, runs),
         median(ratios, runs));
}

int main(int count, char** arguments) {
  if (count != 5) fail("usage: bench <plugin folder> <its library> <entry> <root>");
  job job = {arguments[1], arguments[2], arguments[3], arguments[4], NULL, NULL, NULL, 0};
  check(hotshoe_profile_new("harmonics", HOTSHOE_NUL_TERMINATED, &job.profile));
  check(hotshoe_host_new(job.profile, &job.host));
  hotshoe_catalog* catalog;
  check(hotshoe_catalog_new(job.profile, job.root, HOTSHOE_NUL_TERMINATED, &catalog));
  check(hotshoe_catalog_find(catalog, "gain", HOTSHOE_NUL_TERMINATED, NULL, 0, &job.candidate));
  printf("| %-34s | %10s | %10s | %5s |\n", "what", "bare, us", "Hotshoe, us", "ratio");
  printf("|------------------------------------|------------|-------------|-------|\n");
  compare("load, bind and unload one plugin", bare_load, hotshoe_load, &job, MOST_RUNS);
  compare("the same, by path", bare_load, hotshoe_load_path, &job, MOST_RUNS);
  hotshoe_catalog_free(catalog);
  hotshoe_host_free(job.host);
  hotshoe_profile_free(job.profile);
  return 0;
}
