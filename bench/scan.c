/* Finding plugins: Hotshoe beside what else does it, interleaved in one run, as ratios.
 *
 *   scan <root> <runs> <name>=<command>...
 *
 * The measure is a walk in C that does with each folder of the root what hotshoe_catalog_new must: it opens
 * and reads the plugin.json, and stats the library. Two more walks do less and more: one stats each folder,
 * plugin.json and library, which is what a start with an index cannot do without; the other also reads the
 * headers of each library, as what looks into libraries must. A command is words with spaces between them,
 * which no shell runs: that would start for a millisecond, a fifth of the walk. The command's own start is
 * part of its time, and what it prints goes to /dev/null; the measure is among the commands too, for programs
 * to be held against. What a catalog takes to be freed is not counted.
 *
 * Prints the median of each, in milliseconds, and the median of the ratios to the walk of the same round: a
 * machine that is busy slows all of them.
 */
#include "measure.h"
#include "walk.h"

#include <fcntl.h>
#include <malloc.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

/* In milliseconds. */
static double since(double start) { return (now() - start) / 1e6; }

static const char* root;
static hotshoe_profile *profile, *without_index;
static size_t plugins;

/* Each way returns the milliseconds it took. */

static double walk(const char* command) {
  (void)command;
  double start = now();
  walk_and(root, plugins, MANIFESTS);
  return since(start);
}

static double walk_of_stats(const char* command) {
  (void)command;
  double start = now();
  walk_and(root, plugins, STATS);
  return since(start);
}

static double walk_of_headers(const char* command) {
  (void)command;
  double start = now();
  walk_and(root, plugins, HEADERS);
  return since(start);
}

static double catalog_by(const hotshoe_profile* by) {
  hotshoe_catalog* catalog;
  double start = now();
  check(hotshoe_catalog_new(by, root, HOTSHOE_NUL_TERMINATED, &catalog));
  double took = since(start);
  if (hotshoe_catalog_count(catalog) != plugins) fail("the catalog does not hold every plugin");
  hotshoe_catalog_free(catalog);
  return took;
}

static double catalog(const char* command) {
  (void)command;
  return catalog_by(without_index);
}

static double catalog_with_index(const char* command) {
  (void)command;
  return catalog_by(profile);
}

enum { MOST_WORDS = 32 };

static double run(const char* command) {
  char *words = strdup(command), *arguments[MOST_WORDS + 1] = {NULL};
  posix_spawn_file_actions_t actions;
  if (!words || posix_spawn_file_actions_init(&actions)) fail("no memory");
  int count = 0;
  for (char* word = strtok(words, " "); word && count < MOST_WORDS; word = strtok(NULL, " "))
    arguments[count++] = word;
  if (posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)) fail("no memory");
  pid_t child;
  int status;
  double start = now();
  if (posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ)) fail(command);
  if (waitpid(child, &status, 0) < 0 || status) fail(command);
  double took = since(start);
  posix_spawn_file_actions_destroy(&actions);
  free(words);
  return took;
}

/* What a catalog keeps allocated for each plugin: its own part, that of the C handles included. */
static void memory(void) {
  hotshoe_catalog* catalog;
  size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  check(hotshoe_catalog_new(without_index, root, HOTSHOE_NUL_TERMINATED, &catalog));
  size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  printf("| memory of the catalog: %zu bytes a plugin | | | |\n", (after - before) / plugins);
  hotshoe_catalog_free(catalog);
}

enum { MOST_RUNS = 200, MOST_RIVALS = 16 };

typedef struct {
  const char* name;
  double (*way)(const char* command);
  const char* command;
  double times[MOST_RUNS];
} rival;

/* The median of the ratios to what another one took in the same round. */
static double ratio(const rival* rival, const double* measure, int runs) {
  double ratios[MOST_RUNS];
  for (int round = 0; round < runs; round++) ratios[round] = rival->times[round] / measure[round];
  return median(ratios, runs);
}

static hotshoe_profile* profile_of(const char* json) {
  hotshoe_profile* made;
  check(hotshoe_profile_from_json(json, HOTSHOE_NUL_TERMINATED, &made));
  return made;
}

int main(int count, char** arguments) {
  static rival rivals[MOST_RIVALS] = {{.name = "C walk, the measure", .way = walk},
                                      {.name = "C walk of stats", .way = walk_of_stats},
                                      {.name = "C walk that reads headers", .way = walk_of_headers},
                                      {.name = "hotshoe_catalog_new, no index", .way = catalog},
                                      {.name = "hotshoe_catalog_new, index", .way = catalog_with_index}};
  int known = 5;
  if (count < 3 || count > MOST_RIVALS - known + 3) fail("usage: scan <root> <runs> <name>=<command>...");
  root = arguments[1];
  int runs = atoi(arguments[2]);
  if (runs < 1 || runs > MOST_RUNS) fail("1 to 200 runs");
  for (char** argument = arguments + 3; *argument; argument++) {
    char* command = strchr(*argument, '=');
    if (!command) fail("<name>=<command>");
    *command++ = '\0';
    rivals[known++] = (rival){.name = *argument, .way = run, .command = command};
  }
  profile = profile_of("{\"name\": \"harmonics\"}");
  without_index = profile_of("{\"name\": \"harmonics\", \"policies\": {\"index\": \"off\"}}");
  hotshoe_catalog* first;
  check(hotshoe_catalog_new(without_index, root, HOTSHOE_NUL_TERMINATED, &first));
  plugins = hotshoe_catalog_count(first);
  hotshoe_catalog_free(first);
  for (int round = -1; round < runs; round++) { /* the first one warms up */
    for (int number = 0; number < known; number++) {
      double took = rivals[number].way(rivals[number].command);
      if (round >= 0) rivals[number].times[round] = took;
    }
  }
  double measure[MOST_RUNS], stats[MOST_RUNS];
  memcpy(measure, rivals[0].times, sizeof measure);
  memcpy(stats, rivals[1].times, sizeof stats);
  printf("| finding %-6zu plugins                | median, ms | to the measure | to the stats |\n", plugins);
  printf("|---------------------------------------|------------|----------------|--------------|\n");
  for (int number = 0; number < known; number++) {
    rival* rival = &rivals[number];
    double to_measure = ratio(rival, measure, runs), to_stats = ratio(rival, stats, runs);
    printf("| %-37s | %10.2f | %14.2f | %12.2f |\n", rival->name, median(rival->times, runs), to_measure,
           to_stats);
  }
  memory();
  hotshoe_profile_free(profile);
  hotshoe_profile_free(without_index);
  return 0;
}
