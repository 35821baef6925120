/* Each version goes out of use, comes back, and goes for good. */
#include "package.h"

static void the_version_before_comes_back(void) {
  hotshoe_root* root = new_root("rollback");
  hotshoe_installed* changed = NULL;
  install(OLD, root);
  install(NEW, root);
  check_loads(root, "1.3.0", NULL);

  CHECK_OK(hotshoe_root_rollback(root, "lens", Z, NULL, 0, &changed));
  CHECK(hotshoe_installed_count(changed) == 2);
  CHECK_TEXT(hotshoe_installed_version(changed, 0), "1.2.3");
  CHECK(hotshoe_installed_in_use(changed, 0));
  CHECK_TEXT(hotshoe_installed_version(changed, 1), "1.3.0");
  CHECK(!hotshoe_installed_in_use(changed, 1));
  hotshoe_installed_free(changed);
  check_loads(root, "1.2.3", NULL);
  check_versions(root, 2, 1);

  changed = NULL;
  CHECK_FAILS(hotshoe_root_rollback(root, "lens", Z, NULL, 0, &changed), "not-installed");
  CHECK_FAILS(hotshoe_root_rollback(root, "lens", Z, "2.0.0", Z, &changed), "not-installed");
  CHECK_FAILS(hotshoe_root_rollback(root, "lens", Z, "newest", Z, &changed), "version-invalid");
  CHECK(changed == NULL);
  CHECK_OK(hotshoe_root_rollback(root, "lens", Z, "1.3.0", Z, NULL));
  check_loads(root, "1.3.0", NULL);
  hotshoe_root_free(root);
}

static void only_what_is_old_is_pruned(void) {
  hotshoe_root* root = new_root("prune");
  hotshoe_installed* removed = NULL;
  install(OLD, root);
  install(NEW, root);
  CHECK_OK(hotshoe_root_prune(root, NULL, 0, 2, false, &removed));
  CHECK(hotshoe_installed_count(removed) == 0);
  hotshoe_installed_free(removed);
  CHECK_OK(hotshoe_root_prune(root, "flash", Z, 1, false, NULL));

  CHECK_OK(hotshoe_root_prune(root, "lens", Z, 1, true, &removed));
  CHECK(hotshoe_installed_count(removed) == 1);
  CHECK_TEXT(hotshoe_installed_version(removed, 0), "1.2.3");
  hotshoe_installed_free(removed);
  check_versions(root, 2, 2);
  CHECK_OK(hotshoe_root_prune(root, NULL, 0, 0, false, NULL)); /* one stays */
  check_versions(root, 1, 1);
  check_loads(root, "1.3.0", NULL);
  hotshoe_root_free(root);
}

static void an_edited_plugin_is_told_not_loaded_and_not_lost(void) {
  hotshoe_root* root = new_root("edited");
  hotshoe_diagnostics* differences = NULL;
  hotshoe_installed* removed = NULL;
  install(OLD, root);
  CHECK_OK(hotshoe_root_verify(root, NULL, 0, &differences));
  CHECK(hotshoe_diagnostics_count(differences) == 0);
  hotshoe_diagnostics_free(differences);

  const struct path plugin = join(hotshoe_root_path(root), "lens/1.2.3");
  CHECK(remove(join(plugin.text, "build.txt").text) == 0);
  write_text(plugin.text, "notes.txt", "mine");
  CHECK_OK(hotshoe_root_verify(root, "lens", Z, &differences));
  CHECK(hotshoe_diagnostics_count(differences) == 2);
  CHECK_TEXT(hotshoe_diagnostics_code(differences, 0), "installed-changed");
  CHECK(hotshoe_diagnostics_severity(differences, 0) == HOTSHOE_SEVERITY_WARNING);
  CHECK_TEXT(hotshoe_diagnostics_message(differences, 0), "build.txt is missing");
  CHECK_TEXT(hotshoe_diagnostics_path(differences, 0), join(plugin.text, "build.txt").text);
  CHECK_TEXT(hotshoe_diagnostics_plugin(differences, 0), "lens");
  CHECK_TEXT(hotshoe_diagnostics_message(differences, 1), "notes.txt was added");
  hotshoe_diagnostics_free(differences);

  CHECK_FAILS(hotshoe_root_uninstall(root, "lens", Z, NULL, 0, false, &removed), "installed-changed");
  CHECK(removed == NULL);
  check_versions(root, 1, 1);
  CHECK_OK(hotshoe_root_uninstall(root, "lens", Z, NULL, 0, true, &removed));
  CHECK(hotshoe_installed_count(removed) == 1);
  CHECK_TEXT(hotshoe_installed_path(removed, 0), plugin.text);
  hotshoe_installed_free(removed);
  check_versions(root, 0, 0);
  hotshoe_root_free(root);
}

static void one_version_or_all_of_them_are_uninstalled(void) {
  hotshoe_root* root = new_root("uninstall");
  install(OLD, root);
  install(NEW, root);
  CHECK_OK(hotshoe_root_uninstall(root, "lens", Z, "1.3.0", Z, false, NULL));
  check_loads(root, "1.2.3", NULL);
  CHECK_FAILS(hotshoe_root_uninstall(root, "lens", Z, "1.3.0", Z, false, NULL), "not-installed");
  install(NEW, root);
  CHECK_OK(hotshoe_root_uninstall(root, "lens", Z, NULL, 0, false, NULL));
  check_loads(root, NULL, "plugin-not-found");
  CHECK_FAILS(hotshoe_root_uninstall(root, "lens", Z, NULL, 0, true, NULL), "not-installed");
  CHECK_FAILS(hotshoe_root_uninstall(root, "../lens", Z, NULL, 0, true, NULL), "manifest-field");
  hotshoe_root_free(root);
}

static void nothing_is_made_by_looking(void) {
  hotshoe_root* root = new_root("none");
  hotshoe_diagnostics* differences = NULL;
  CHECK_TEXT(hotshoe_root_path(root), join(scratch, "none").text);
  check_versions(root, 0, 0);
  CHECK_OK(hotshoe_root_verify(root, NULL, 0, &differences));
  hotshoe_diagnostics_free(differences);
  differences = NULL;
  CHECK_FAILS(hotshoe_root_verify(root, "lens", Z, &differences), "not-installed");
  CHECK(differences == NULL);
  CHECK(!exists(scratch, "none"));
  hotshoe_root_free(root);
}

static int never(void* user_data, hotshoe_progress progress, uint64_t done, uint64_t total,
                 const char* holder) {
  (void)progress, (void)done, (void)total, (void)holder;
  *(int*)user_data += 1;
  return 1;
}

static void nobody_is_told_of_no_wait(void) {
  hotshoe_root* root = new_root("no-wait");
  int told = 0;
  install(OLD, root);
  CHECK_OK(hotshoe_root_set_progress(root, never, &told));
  CHECK_OK(hotshoe_root_uninstall(root, "lens", Z, NULL, 0, false, NULL));
  CHECK(told == 0);
  CHECK_OK(hotshoe_root_set_progress(root, NULL, NULL));
  CHECK_OK(hotshoe_root_prune(root, NULL, 0, 1, false, NULL));
  hotshoe_root_free(root);
}

static void null_is_refused(void) {
  hotshoe_root* root = NULL;
  hotshoe_root* here = new_root("null");
  hotshoe_installed* list = NULL;
  hotshoe_diagnostics* differences = NULL;
  CHECK_FAILS(hotshoe_root_new(NULL, 0, &root), "argument-invalid");
  CHECK_FAILS(hotshoe_root_new("", 0, &root), "argument-invalid");
  CHECK_FAILS(hotshoe_root_new("plugins", Z, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_root_set_progress(NULL, NULL, NULL), "argument-invalid");
  CHECK_TEXT(hotshoe_root_path(NULL), NULL);
  CHECK_FAILS(hotshoe_root_installed(NULL, &list), "argument-invalid");
  CHECK_FAILS(hotshoe_root_installed(here, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_root_uninstall(NULL, "lens", Z, NULL, 0, false, &list), "argument-invalid");
  CHECK_FAILS(hotshoe_root_uninstall(here, NULL, 0, NULL, 0, false, &list), "argument-invalid");
  CHECK_FAILS(hotshoe_root_rollback(NULL, "lens", Z, NULL, 0, &list), "argument-invalid");
  CHECK_FAILS(hotshoe_root_rollback(here, NULL, 0, NULL, 0, &list), "argument-invalid");
  CHECK_FAILS(hotshoe_root_prune(NULL, NULL, 0, 1, false, &list), "argument-invalid");
  CHECK_FAILS(hotshoe_root_verify(NULL, NULL, 0, &differences), "argument-invalid");
  CHECK_FAILS(hotshoe_root_verify(here, NULL, 0, NULL), "argument-invalid");
  CHECK(root == NULL && list == NULL && differences == NULL);
  hotshoe_root_free(here);
  hotshoe_root_free(NULL);
}

int main(int argc, char** argv) {
  arguments(argc, argv);
  the_version_before_comes_back();
  only_what_is_old_is_pruned();
  an_edited_plugin_is_told_not_loaded_and_not_lost();
  one_version_or_all_of_them_are_uninstalled();
  nothing_is_made_by_looking();
  nobody_is_told_of_no_wait();
  null_is_refused();
  return 0;
}
