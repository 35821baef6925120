/* A host in C offers an interface, and plugins of the contract in C, C++ and Rust call it. */
#include <filter.h>

#include "check.h"

/* What the host offers: what it lets through of an output. Its instance is the limit. */
static double limited(void* instance, double output) {
  const double* limit = instance;
  return output < *limit ? output : *limit;
}

static const org_example_limit_1 limit_table = {sizeof(org_example_limit_1), limited};

static int released = 0;

static void release(void* limit) {
  CHECK(limit != NULL);
  ++released;
}

static double filtered(const hotshoe_plugin* plugin, double input) {
  const void* found = NULL;
  const org_example_filter_1* table = NULL;
  void* instance = NULL;
  CHECK_OK(hotshoe_plugin_interface(plugin, "org.example.filter", Z, 1, &found));
  CHECK_OK(hotshoe_plugin_instance(plugin, &instance));
  table = found;
  CHECK(table != NULL && table->size == sizeof *table && instance != NULL);
  CHECK_TEXT(table->folder(instance), hotshoe_plugin_path(plugin));
  return table->filter(instance, input);
}

static void a_plugin_calls_its_host(const char* root, const char* name) {
  double ten = 10;
  double twenty = 20;
  hotshoe_host* hosts[2] = {camera_host(root), camera_host(root)};
  hotshoe_plugin* plugins[2] = {NULL, NULL};
  hotshoe_plugin* reloaded = NULL;
  hotshoe_unload* unload = NULL;
  const void* table = NULL;
  released = 0;
  CHECK_OK(hotshoe_host_offer_interface(hosts[0], ORG_EXAMPLE_LIMIT_1, Z, &limit_table, &ten, release));
  CHECK_OK(hotshoe_host_offer_interface(hosts[1], ORG_EXAMPLE_LIMIT_1, Z, &limit_table, &twenty, release));
  CHECK_OK(hotshoe_host_load(hosts[0], name, Z, NULL, 0, NULL, NULL, &plugins[0]));
  CHECK_OK(hotshoe_host_load(hosts[1], name, Z, NULL, 0, NULL, NULL, &plugins[1]));
  CHECK(filtered(plugins[0], 21) == 10 && filtered(plugins[1], 21) == 20 && filtered(plugins[0], 2) == 4);
  CHECK_OK(hotshoe_plugin_interface(plugins[0], "org.example.filter", Z, 2, &table));
  CHECK(table == NULL);
  CHECK_OK(hotshoe_host_unload(hosts[1], plugins[1], &unload));
  hotshoe_unload_free(unload);
  hotshoe_host_free(hosts[1]);
  CHECK(released == 1);
  /* A private copy has the same folder. One in Rust may have to stay mapped, and then says why. */
  if (strcmp(name, "gain_rust") != 0) {
    CHECK_OK(hotshoe_host_reload(hosts[0], plugins[0], NULL, NULL, &reloaded));
    CHECK(filtered(reloaded, 21) == 10);
    CHECK_OK(hotshoe_host_unload(hosts[0], reloaded, &unload));
    hotshoe_plugin_free(reloaded);
  } else {
    CHECK_OK(hotshoe_host_unload(hosts[0], plugins[0], &unload));
  }
  hotshoe_unload_free(unload);
  CHECK(released == 1);
  hotshoe_host_free(hosts[0]);
  CHECK(released == 2);
  hotshoe_plugin_free(plugins[0]);
  hotshoe_plugin_free(plugins[1]);
}

static void a_plugin_without_an_offer_does_without(const char* root, const char* name) {
  hotshoe_host* host = camera_host(root);
  hotshoe_plugin* plugin = NULL;
  CHECK_OK(hotshoe_host_load(host, name, Z, NULL, 0, NULL, NULL, &plugin));
  CHECK(filtered(plugin, 21) == 42);
  hotshoe_plugin_free(plugin);
  hotshoe_host_free(host);
}

static void an_interface_is_shown_before_anything_is_loaded(const char* root) {
  hotshoe_host* host = camera_host(root);
  hotshoe_catalog* catalog = NULL;
  size_t index = 0;
  CHECK_OK(hotshoe_host_catalog(host, &catalog));
  CHECK(hotshoe_catalog_count(catalog) == 3);
  for (index = 0; index < 3; ++index) {
    const hotshoe_candidate* candidate = hotshoe_catalog_candidate(catalog, index);
    CHECK(hotshoe_candidate_interface_count(candidate) == 1);
    CHECK_TEXT(hotshoe_candidate_interface(candidate, 0), "org.example.filter/1");
    CHECK_TEXT(hotshoe_candidate_interface(candidate, 1), NULL);
  }
  hotshoe_catalog_free(catalog);
  hotshoe_host_free(host);
}

static void what_cannot_be_offered_is_an_error_and_released(const char* root) {
  hotshoe_host* host = camera_host(root);
  double limit = 1;
  union {
    size_t size;
    char bytes[2 * sizeof(size_t)];
  } table = {0};
  released = 0;
#define OFFER(id, table, release) hotshoe_host_offer_interface(host, id, Z, table, &limit, release)
  CHECK_FAILS(OFFER(NULL, &limit_table, release), "argument-invalid");
  CHECK_FAILS(OFFER("org.example.limit/1", NULL, release), "argument-invalid");
  CHECK_FAILS(OFFER("limit", &limit_table, release), "interface-invalid");
  CHECK_FAILS(OFFER("hotshoe.context/1", &limit_table, release), "interface-invalid");
  CHECK_FAILS(OFFER("org.example.limit/1", &table, release), "interface-invalid");
  table.size = (size_t)-1;
  CHECK_FAILS(OFFER("org.example.limit/1", &table, release), "interface-invalid");
  CHECK_FAILS(OFFER("org.example.limit/1", table.bytes + 1, release), "interface-invalid");
  CHECK(released == 7);
  CHECK_OK(OFFER("org.example.limit/1", &limit_table, NULL));
  CHECK_FAILS(OFFER("org.example.limit/1", &limit_table, release), "interface-invalid");
  CHECK(released == 8);
  CHECK_FAILS(hotshoe_host_offer_interface(NULL, "org.example.limit/1", Z, &limit_table, &limit, release),
              "argument-invalid");
  hotshoe_host_free(host);
  CHECK(released == 8);
}

int main(int argc, char** argv) {
  const char* root = plugin_root(argc, argv);
  const char* names[] = {"gain_c", "gain_cpp", "gain_rust"};
  size_t index = 0;
  for (index = 0; index < sizeof names / sizeof *names; ++index) {
    a_plugin_calls_its_host(root, names[index]);
    a_plugin_without_an_offer_does_without(root, names[index]);
  }
  an_interface_is_shown_before_anything_is_loaded(root);
  what_cannot_be_offered_is_an_error_and_released(root);
  return 0;
}
