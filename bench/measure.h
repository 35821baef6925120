/* What the measurements here share: how a time is taken, and what is made of many. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#define _GNU_SOURCE
#include <hotshoe/host.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void check(hotshoe_error* error) {
  if (!error) return;
  fprintf(stderr, "bench: %s\n", hotshoe_error_report(error));
  exit(1);
}

/* In nanoseconds. */
static inline double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static inline int by_size(const void* left, const void* right) {
  double difference = *(const double*)left - *(const double*)right;
  return (difference > 0) - (difference < 0);
}

static inline double median(double* values, int count) {
  qsort(values, (size_t)count, sizeof *values, by_size);
  return values[count / 2];
}

#endif
