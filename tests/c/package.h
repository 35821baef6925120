/* What the tests of packages share: archives of the plugin `lens`, and roots to install them in. */
#ifndef PACKAGE_H
#define PACKAGE_H

#include "check.h"

/* Two versions, and another build of the first. */
#define OLD "old/lens-1.2.3.tar.gz"
#define OTHER "other/lens-1.2.3.tar.gz"
#define NEW "new/lens-1.3.0.tar.gz"

/* Every test of packages is run with the folder of the archives and a folder for itself that is not there. */
static const char* archives;
static const char* scratch;

static inline void arguments(int argc, char** argv) {
  CHECK(argc == 3);
  archives = argv[1];
  scratch = argv[2];
}

struct path {
  char text[4096];
};

static inline struct path join(const char* folder, const char* inside) {
  struct path path;
  CHECK((size_t)snprintf(path.text, sizeof path.text, "%s/%s", folder, inside) < sizeof path.text);
  return path;
}

/* Of a folder only Unix says so. */
static inline int exists(const char* folder, const char* inside) {
  FILE* file = fopen(join(folder, inside).text, "r");
  if (file != NULL) fclose(file);
  return file != NULL;
}

static inline void write_text(const char* folder, const char* inside, const char* text) {
  FILE* file = fopen(join(folder, inside).text, "w");
  CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* An empty root in a folder of its own. */
static inline hotshoe_root* new_root(const char* name) {
  hotshoe_root* root = NULL;
  CHECK_OK(hotshoe_root_new(join(scratch, name).text, Z, &root));
  return root;
}

static inline hotshoe_install* install_of(const char* archive) {
  hotshoe_install* install = NULL;
  CHECK_OK(hotshoe_install_new(join(archives, archive).text, Z, &install));
  return install;
}

static inline void install(const char* archive, const hotshoe_root* root) {
  hotshoe_install* how = install_of(archive);
  hotshoe_installed* done = NULL;
  CHECK_OK(hotshoe_install_into_root(how, root, &done));
  hotshoe_installed_free(done);
  hotshoe_install_free(how);
}

/* How many versions there are; `in_use` of them are in use. */
static inline void check_versions(const hotshoe_root* root, size_t count, size_t in_use) {
  hotshoe_installed* installed = NULL;
  size_t found = 0;
  CHECK_OK(hotshoe_root_installed(root, &installed));
  CHECK(hotshoe_installed_count(installed) == count);
  for (size_t index = 0; index < count; ++index) found += hotshoe_installed_in_use(installed, index);
  CHECK(found == in_use);
  CHECK(hotshoe_diagnostics_count(hotshoe_installed_diagnostics(installed)) == 0);
  hotshoe_installed_free(installed);
}

/* What a host that asks for receipts would load: a version, or an error's code. */
static inline void check_loads(const hotshoe_root* root, const char* version, const char* code) {
  hotshoe_profile* profile = camera_profile();
  hotshoe_host* host = NULL;
  hotshoe_plugin* lens = NULL;
  hotshoe_unload* unload = NULL;
  CHECK_OK(hotshoe_profile_set_receipt_policy(profile, HOTSHOE_RECEIPT_POLICY_REQUIRED));
  CHECK_OK(hotshoe_host_new(profile, &host));
  CHECK_OK(hotshoe_host_add_search_root(host, hotshoe_root_path(root), Z));
  check_code(hotshoe_host_load(host, "lens", Z, NULL, 0, NULL, NULL, &lens), code, __FILE__, __LINE__);
  CHECK_TEXT(hotshoe_plugin_version(lens), version);
  if (lens != NULL) CHECK_OK(hotshoe_host_unload(host, lens, &unload));
  hotshoe_unload_free(unload);
  hotshoe_plugin_free(lens);
  hotshoe_host_free(host);
  hotshoe_profile_free(profile);
}

#endif /* PACKAGE_H */
