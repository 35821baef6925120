/* Finding plugins: Hotshoe beside what else does it, interleaved in one run, as ratios.
 *
 *   scan <root> <runs> <name>=<command>...
 *
 * The measure is a walk in C that does with each folder of the root what hotshoe_catalog_new must: it opens
 * and reads the plugin.json, and stats the library. A command is what a shell runs; its start is part of its
 * time.
 *
 * Prints the median of each, in milliseconds, and the median of the ratios to the walk of the same round: a
 * machine that is busy slows all of them.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <hotshoe/host.h>
#include <malloc.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static void fail(const char* what) {
  fprintf(stderr, "scan: %s\n", what);
  exit(1);
}

static void check(hotshoe_error* error) {
  if (error) fail(hotshoe_error_report(error));
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static const char* root;
static hotshoe_profile* profile;
static size_t plugins;

static void walk(const char* command) {
  (void)command;
  DIR* folder = opendir(root);
  if (!folder) fail("no root");
  size_t found = 0;
  for (struct dirent* entry; (entry = readdir(folder));) {
    char path[4096], bytes[65536];
    struct stat library;
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s/plugin.json", root, entry->d_name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    while (read(file, bytes, sizeof bytes) > 0) continue;
    close(file);
    snprintf(path, sizeof path, "%s/%s/lib%s.so", root, entry->d_name, entry->d_name);
    found += stat(path, &library) == 0;
  }
  closedir(folder);
  if (found != plugins) fail("the walk did not find every plugin");
}

static void catalog(const char* command) {
  (void)command;
  hotshoe_catalog* catalog;
  check(hotshoe_catalog_new(profile, root, HOTSHOE_NUL_TERMINATED, &catalog));
  if (hotshoe_catalog_count(catalog) != plugins) fail("the catalog does not hold every plugin");
  hotshoe_catalog_free(catalog);
}

static void run(const char* command) {
  char* arguments[] = {"sh", "-c", (char*)command, NULL};
  pid_t child;
  int status;
  if (posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ)) fail("no shell");
  if (waitpid(child, &status, 0) < 0 || status) fail(command);
}

/* What a catalog keeps allocated for each plugin: its own part, that of the C handles included. */
static void memory(void) {
  hotshoe_catalog* catalog;
  size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  check(hotshoe_catalog_new(profile, root, HOTSHOE_NUL_TERMINATED, &catalog));
  size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  printf("| memory of the catalog: %zu bytes a plugin | | |\n", (after - before) / plugins);
  hotshoe_catalog_free(catalog);
}

static int by_size(const void* left, const void* right) {
  double difference = *(const double*)left - *(const double*)right;
  return (difference > 0) - (difference < 0);
}

static double median(double* values, int count) {
  qsort(values, (size_t)count, sizeof *values, by_size);
  return values[count / 2];
}

enum { MOST_RUNS = 200, MOST_RIVALS = 16 };

typedef struct {
  const char* name;
  void (*way)(const char* command);
  const char* command;
  double times[MOST_RUNS], ratios[MOST_RUNS];
} rival;

int main(int count, char** arguments) {
  static rival rivals[MOST_RIVALS] = {{.name = "C walk, the measure", .way = walk},
                                      {.name = "hotshoe_catalog_new", .way = catalog}};
  if (count < 3 || count > MOST_RIVALS + 1) fail("usage: scan <root> <runs> <name>=<command>...");
  root = arguments[1];
  int runs = atoi(arguments[2]), known = 2;
  if (runs < 1 || runs > MOST_RUNS) fail("1 to 200 runs");
  for (char** argument = arguments + 3; *argument; argument++) {
    char* command = strchr(*argument, '=');
    if (!command) fail("<name>=<command>");
    *command++ = '\0';
    rivals[known++] = (rival){.name = *argument, .way = run, .command = command};
  }
  check(hotshoe_profile_new("harmonics", HOTSHOE_NUL_TERMINATED, &profile));
  hotshoe_catalog* first;
  check(hotshoe_catalog_new(profile, root, HOTSHOE_NUL_TERMINATED, &first));
  plugins = hotshoe_catalog_count(first);
  hotshoe_catalog_free(first);
  for (int round = -1; round < runs; round++) { /* the first one warms up */
    for (int number = 0; number < known; number++) {
      rival* rival = &rivals[number];
      double start = now();
      rival->way(rival->command);
      if (round < 0) continue;
      rival->times[round] = now() - start;
      rival->ratios[round] = rival->times[round] / rivals[0].times[round];
    }
  }
  printf("| finding %-6zu plugins                | median, ms | ratio |\n", plugins);
  printf("|---------------------------------------|------------|-------|\n");
  for (int number = 0; number < known; number++)
    printf("| %-37s | %10.2f | %5.2f |\n", rivals[number].name, median(rivals[number].times, runs),
           median(rivals[number].ratios, runs));
  memory();
  hotshoe_profile_free(profile);
  return 0;
}
