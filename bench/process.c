/* Calls a plugin that is a program, and prints a line for each measure: its name and a number.
 *
 *   process ROOT RUNTIMES
 *
 * ROOT has the plugin `peer`, whose method hotshoe.test.Faults/Echo says the same again. */
#include "measure.h"

#include <pthread.h>
#include <string.h>

#define Z ((size_t)-1)
#define MANY 4000
#define LARGE 60

static const hotshoe_plugin* plugin;

static int drop(void* user_data, const void* output, size_t length) {
  (void)output;
  *(size_t*)user_data += length;
  return 0;
}

/* A message with one field of bytes. */
static size_t message(unsigned char* into, size_t bytes) {
  size_t length = 0, rest = bytes;
  into[length++] = 0x0a;
  for (; rest >= 0x80; rest >>= 7) into[length++] = (unsigned char)((rest & 0x7f) | 0x80);
  into[length++] = (unsigned char)rest;
  memset(into + length, 'x', bytes);
  return length + bytes;
}

static hotshoe_call* echo(size_t bytes, size_t* got) {
  static unsigned char text[(1 << 20) + 16];
  hotshoe_call* call = NULL;
  size_t length = message(text, bytes);
  check(hotshoe_call_new("hotshoe.test.Faults/Echo", Z, &call));
  check(hotshoe_call_set_input(call, HOTSHOE_ENCODING_RAW, text, length));
  check(hotshoe_call_set_sink(call, drop, NULL, NULL, got));
  return call;
}

static void latencies(size_t bytes, int count, double* times) {
  size_t got = 0;
  hotshoe_call* call = echo(bytes, &got);
  for (int at = -20; at < count; at++) {
    double began = now();
    check(hotshoe_plugin_call(plugin, call));
    if (at >= 0) times[at] = now() - began;
  }
  hotshoe_call_free(call);
  if (got < bytes * (size_t)count) exit(2);
}

struct worker {
  pthread_t thread;
  hotshoe_call* call;
  size_t got;
  int calls;
};

static void* work(void* argument) {
  struct worker* worker = argument;
  for (int at = 0; at < worker->calls; at++) check(hotshoe_plugin_call(plugin, worker->call));
  return NULL;
}

static double calls_a_second(int threads) {
  struct worker workers[64] = {0};
  for (int at = 0; at < threads; at++) {
    workers[at].call = echo(16, &workers[at].got);
    workers[at].calls = 2 * MANY / threads;
  }
  double began = now();
  for (int at = 0; at < threads; at++) pthread_create(&workers[at].thread, NULL, work, &workers[at]);
  for (int at = 0; at < threads; at++) pthread_join(workers[at].thread, NULL);
  double taken = now() - began;
  for (int at = 0; at < threads; at++) hotshoe_call_free(workers[at].call);
  return 2 * MANY / threads * threads / taken * 1e9;
}

static double resident(void) {
  char line[256];
  double kib = 0;
  FILE* file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "VmRSS: %lf", &kib) == 1) break;
  }
  if (file) fclose(file);
  return kib;
}

int main(int argc, char** argv) {
  static const char settings[] =
      "{\"protocol\": \"go-plugin\", \"cookie\": {\"key\": \"ORI_PLUGIN\", \"value\": \"ori-agent-v1\"}}";
  static double times[MANY];
  hotshoe_profile* profile = NULL;
  hotshoe_host* host = NULL;
  hotshoe_plugin* loaded = NULL;
  hotshoe_unload* unload = NULL;
  if (argc != 3) return 2;
  check(hotshoe_profile_new("bench", Z, &profile));
  check(hotshoe_profile_add_runtime(profile, "process", Z, settings, Z));
  check(hotshoe_host_new(profile, &host));
  check(hotshoe_host_add_search_root(host, argv[1], Z));
  check(hotshoe_host_add_runtime_folder(host, argv[2], Z));
  for (int at = 0; at < 2; at++) {
    /* The first one also opens the runtime and starts its keeper. */
    double began = now();
    check(hotshoe_host_load(host, "peer", Z, NULL, 0, NULL, NULL, &loaded));
    plugin = loaded;
    size_t got = 0;
    hotshoe_call* call = echo(16, &got);
    check(hotshoe_plugin_call(plugin, call));
    printf("%s %.1f\n", at == 0 ? "start_first_us" : "start_us", (now() - began) / 1e3);
    hotshoe_call_free(call);
    if (at == 1) break;
    check(hotshoe_host_unload(host, loaded, &unload));
    hotshoe_unload_free(unload);
    hotshoe_plugin_free(loaded);
  }
  latencies(16, MANY, times);
  double middle = median(times, MANY);
  printf("call_16_us %.2f\ncall_16_p99_us %.2f\n", middle / 1e3, times[MANY * 99 / 100] / 1e3);
  latencies(1 << 20, LARGE, times);
  printf("call_1m_us %.1f\n", median(times, LARGE) / 1e3);
  printf("calls_1 %.0f\n", calls_a_second(1));
  printf("calls_8 %.0f\n", calls_a_second(8));
  printf("calls_64 %.0f\n", calls_a_second(64));
  printf("resident_kib %.0f\n", resident());
  check(hotshoe_host_unload(host, loaded, &unload));
  hotshoe_unload_free(unload);
  hotshoe_plugin_free(loaded);
  hotshoe_host_free(host);
  hotshoe_profile_free(profile);
  return 0;
}
