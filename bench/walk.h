/* The walk that finding plugins is measured by: what must be done, and nothing else. */
#ifndef BENCH_WALK_H
#define BENCH_WALK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char* what) {
  fprintf(stderr, "bench: %s\n", what);
  exit(1);
}

/* What a walk does with each folder. */
typedef enum { STATS, MANIFESTS, HEADERS } work;

static void read_some(const char* path, int whole) {
  char bytes[4096];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) fail("a file of a plugin is gone");
  while (read(file, bytes, sizeof bytes) > 0 && whole) continue;
  close(file);
}

static void walk_and(const char* root, size_t plugins, work work) {
  DIR* folder = opendir(root);
  if (!folder) fail("no root");
  size_t found = 0;
  for (struct dirent* entry; (entry = readdir(folder));) {
    char path[4096];
    struct stat facts;
    if (entry->d_name[0] == '.') continue;
    if (work == STATS) {
      snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
      if (stat(path, &facts)) fail("a plugin is gone");
    }
    snprintf(path, sizeof path, "%s/%s/plugin.json", root, entry->d_name);
    if (work == STATS && stat(path, &facts)) fail("a manifest is gone");
    if (work != STATS) read_some(path, 1);
    snprintf(path, sizeof path, "%s/%s/lib%s.so", root, entry->d_name, entry->d_name);
    found += stat(path, &facts) == 0;
    if (work == HEADERS) read_some(path, 0);
  }
  closedir(folder);
  if (found != plugins) fail("the walk did not find every plugin");
}

#endif
