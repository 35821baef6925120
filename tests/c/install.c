/* An archive is installed whole or not at all, and what it did is told. */
#include "package.h"

/* Installs, and checks what is said of it. */
static void check_outcome(const hotshoe_install* how, const hotshoe_root* root, const char* version,
                          hotshoe_install_outcome outcome) {
  hotshoe_installed* done = NULL;
  CHECK_OK(hotshoe_install_into_root(how, root, &done));
  CHECK(hotshoe_installed_count(done) == 1);
  CHECK_TEXT(hotshoe_installed_name(done, 0), "lens");
  CHECK_TEXT(hotshoe_installed_version(done, 0), version);
  CHECK(hotshoe_installed_in_use(done, 0));
  CHECK(hotshoe_installed_outcome(done, 0) == outcome);
  CHECK(exists(hotshoe_installed_path(done, 0), "plugin.json"));
  hotshoe_installed_free(done);
}

static void another_build_takes_a_place_only_when_it_may(void) {
  hotshoe_root* root = new_root("replace");
  hotshoe_install* first = install_of(OLD);
  hotshoe_install* other = install_of(OTHER);
  hotshoe_installed* done = NULL;
  check_outcome(first, root, "1.2.3", HOTSHOE_INSTALL_OUTCOME_INSTALLED);
  check_outcome(first, root, "1.2.3", HOTSHOE_INSTALL_OUTCOME_PRESENT);
  CHECK_FAILS(hotshoe_install_into_root(other, root, &done), "already-installed");
  CHECK(done == NULL);
  CHECK_OK(hotshoe_install_set_replace(other, true));
  check_outcome(other, root, "1.2.3", HOTSHOE_INSTALL_OUTCOME_REPLACED);
  check_versions(root, 2, 1);
  check_loads(root, "1.2.3", NULL);
  hotshoe_install_free(first);
  hotshoe_install_free(other);
  hotshoe_root_free(root);
}

static void a_flat_plugin_has_one_place(void) {
  hotshoe_root* root = new_root("flat");
  hotshoe_install* old = install_of(OLD);
  hotshoe_install* new = install_of(NEW);
  CHECK_OK(hotshoe_install_set_flat(old, true));
  CHECK_OK(hotshoe_install_set_flat(new, true));
  check_outcome(old, root, "1.2.3", HOTSHOE_INSTALL_OUTCOME_INSTALLED);
  check_outcome(new, root, "1.3.0", HOTSHOE_INSTALL_OUTCOME_REPLACED);
  CHECK(exists(hotshoe_root_path(root), "lens/plugin.json"));
  check_loads(root, "1.3.0", NULL);
  CHECK_OK(hotshoe_root_rollback(root, "lens", Z, NULL, 0, NULL));
  check_loads(root, "1.2.3", NULL);
  hotshoe_install_free(old);
  hotshoe_install_free(new);
  hotshoe_root_free(root);
}

static void what_was_edited_or_copied_is_not_loaded(void) {
  hotshoe_root* root = new_root("receipts");
  install(OLD, root);
  check_loads(root, "1.2.3", NULL);
  CHECK(remove(join(hotshoe_root_path(root), "lens/1.2.3/.hotshoe-receipt.json").text) == 0);
  check_loads(root, NULL, "receipt-missing");
  hotshoe_root_free(root);
}

static void who_asks_for_signatures_gets_nothing_unsigned(void) {
  hotshoe_root* root = new_root("signatures");
  hotshoe_install* new = install_of(NEW);
  hotshoe_installed* done = NULL;
  hotshoe_profile* camera = camera_profile();
  install(OLD, root);
  write_text(hotshoe_root_path(root), "trust.json", "{\"policy\": \"required\"}");
  CHECK_OK(hotshoe_install_set_trust(new, join(hotshoe_root_path(root), "trust.json").text, Z));
  CHECK_FAILS(hotshoe_install_into_root(new, root, &done), "signature-missing");
  check_versions(root, 1, 1);
  write_text(hotshoe_root_path(root), "trust.json", "{\"policy\": \"sometimes\"}");
  CHECK_FAILS(hotshoe_install_set_trust(new, join(hotshoe_root_path(root), "trust.json").text, Z),
              "key-invalid");
  CHECK_FAILS(hotshoe_install_set_trust(new, join(hotshoe_root_path(root), "none.json").text, Z),
              "key-invalid");
  /* Of a host that says nothing, what is not signed is taken. */
  CHECK_OK(hotshoe_install_set_host(new, camera));
  check_outcome(new, root, "1.3.0", HOTSHOE_INSTALL_OUTCOME_INSTALLED);
  hotshoe_profile_free(camera);
  hotshoe_install_free(new);
  hotshoe_root_free(root);
}

static void what_nobody_verified_is_told_or_refused(void) {
  hotshoe_root* root = new_root("unsigned");
  hotshoe_install* how = install_of(OLD);
  hotshoe_installed* done = NULL;
  CHECK_OK(hotshoe_install_set_require_signature(how, true));
  CHECK_FAILS(hotshoe_install_into_root(how, root, &done), "signature-missing");
  CHECK_OK(hotshoe_install_set_require_signature(how, false));
  CHECK_OK(hotshoe_install_into_root(how, root, &done));
  CHECK(hotshoe_diagnostics_count(hotshoe_installed_diagnostics(done)) == 1);
  CHECK_TEXT(hotshoe_diagnostics_code(hotshoe_installed_diagnostics(done), 0), "signature-missing");
  hotshoe_installed_free(done);
  hotshoe_install_free(how);
  hotshoe_root_free(root);
}

static void a_refused_archive_leaves_nothing(void) {
  hotshoe_root* root = new_root("refused");
  hotshoe_install* none = install_of("none.tar.gz");
  hotshoe_install* json = install_of("old/lens/plugin.json");
  hotshoe_installed* done = NULL;
  CHECK_FAILS(hotshoe_install_into_root(none, root, &done), "archive-unreadable");
  CHECK_FAILS(hotshoe_install_into_root(json, root, &done), "archive-unreadable");
  CHECK(!exists(scratch, "refused"));
  hotshoe_install_free(none);
  hotshoe_install_free(json);
  hotshoe_root_free(root);
}

/* What was told, and where to stop. */
struct watch {
  int calls[3];
  uint64_t total;
  int stop_at; /* no stage if -1 */
};

static int watched(void* user_data, hotshoe_progress progress, uint64_t done, uint64_t total,
                   const char* holder) {
  struct watch* watch = user_data;
  CHECK(progress == HOTSHOE_PROGRESS_CHECKING || progress == HOTSHOE_PROGRESS_UNPACKING);
  CHECK(done <= total && holder == NULL);
  watch->calls[progress] += 1;
  watch->total = total;
  return (int)progress == watch->stop_at ? 7 : 0;
}

static void one_who_watches_is_told_and_may_stop(void) {
  hotshoe_root* root = new_root("watched");
  hotshoe_install* how = install_of(NEW);
  hotshoe_installed* done = NULL;
  struct watch watch = {{0, 0, 0}, 0, HOTSHOE_PROGRESS_CHECKING};
  CHECK_OK(hotshoe_install_set_progress(how, watched, &watch));
  CHECK_FAILS(hotshoe_install_into_root(how, root, &done), "cancelled");
  CHECK(watch.calls[HOTSHOE_PROGRESS_CHECKING] == 1 && watch.calls[HOTSHOE_PROGRESS_UNPACKING] == 0);
  CHECK(!exists(scratch, "watched"));

  watch.stop_at = HOTSHOE_PROGRESS_UNPACKING;
  CHECK_FAILS(hotshoe_install_into_root(how, root, &done), "cancelled");
  CHECK(watch.calls[HOTSHOE_PROGRESS_UNPACKING] == 1);
  CHECK(!exists(scratch, "watched"));

  watch.stop_at = -1;
  check_outcome(how, root, "1.3.0", HOTSHOE_INSTALL_OUTCOME_INSTALLED);
  CHECK(watch.calls[HOTSHOE_PROGRESS_UNPACKING] > 1 && watch.total > 0);

  /* Nobody is told any more. */
  const int before = watch.calls[HOTSHOE_PROGRESS_CHECKING];
  CHECK_OK(hotshoe_install_set_progress(how, NULL, NULL));
  check_outcome(how, root, "1.3.0", HOTSHOE_INSTALL_OUTCOME_PRESENT);
  CHECK(watch.calls[HOTSHOE_PROGRESS_CHECKING] == before);
  hotshoe_install_free(how);
  hotshoe_root_free(root);
}

/* Which file a plugin must have, its runtime says. */
static void a_plugin_of_another_runtime_is_installed(void) {
  hotshoe_root* root = new_root("runtime");
  hotshoe_install* how = install_of("hello-1.0.0.tar.gz");
  hotshoe_installed* done = NULL;
  CHECK_FAILS(hotshoe_install_into_root(how, root, &done), "archive-refused");
  CHECK_OK(hotshoe_install_add_runtime_folder(how, join(archives, "runtimes").text, Z));
  CHECK_OK(hotshoe_install_into_root(how, root, &done));
  CHECK_TEXT(hotshoe_installed_name(done, 0), "hello");
  CHECK(exists(hotshoe_installed_path(done, 0), "hello.echo"));
  hotshoe_installed_free(done);
  hotshoe_install_free(how);
  hotshoe_root_free(root);
}

/* As echo.runtime.json says it, and with a key of a later version. */
#define DESCRIPTION \
  "{\"name\": \"echo\", \"artifact\": \"file\", \"file_names\": [\"{name}.echo\"], \"colour\": \"red\"}"

static void a_plugin_of_a_runtime_that_is_described_needs_no_file(void) {
  hotshoe_root* root = new_root("described");
  hotshoe_install* how = install_of("hello-1.0.0.tar.gz");
  hotshoe_installed* done = NULL;
  const hotshoe_diagnostics* found;
  size_t at, odd = 0;
  CHECK_FAILS(hotshoe_install_add_runtime_description(how, "[]", Z), "runtime-kind");
  CHECK_OK(hotshoe_install_add_runtime_description(how, DESCRIPTION, Z));
  CHECK_OK(hotshoe_install_into_root(how, root, &done));
  CHECK(exists(hotshoe_installed_path(done, 0), "hello.echo"));
  found = hotshoe_installed_diagnostics(done);
  for (at = 0; at < hotshoe_diagnostics_count(found); ++at) {
    odd += strcmp(hotshoe_diagnostics_code(found, at), "runtime-kind") == 0;
  }
  CHECK(odd == 1);
  hotshoe_installed_free(done);
  hotshoe_install_free(how);
  hotshoe_root_free(root);
}

static void null_is_refused(void) {
  hotshoe_root* root = new_root("null");
  hotshoe_install* how = NULL;
  hotshoe_installed* done = NULL;
  CHECK_FAILS(hotshoe_install_new(NULL, 0, &how), "argument-invalid");
  CHECK_FAILS(hotshoe_install_new("", 0, &how), "argument-invalid");
  CHECK_FAILS(hotshoe_install_new("lens.tar.gz", Z, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_install_set_flat(NULL, true), "argument-invalid");
  CHECK_FAILS(hotshoe_install_set_replace(NULL, true), "argument-invalid");
  CHECK_FAILS(hotshoe_install_set_require_signature(NULL, true), "argument-invalid");
  CHECK_FAILS(hotshoe_install_set_host(NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_install_set_trust(NULL, "trust.json", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_install_add_runtime_folder(NULL, "runtimes", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_install_add_runtime_description(NULL, DESCRIPTION, Z), "argument-invalid");
  CHECK_FAILS(hotshoe_install_set_progress(NULL, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_install_into_root(NULL, root, &done), "argument-invalid");
  CHECK(how == NULL);
  how = install_of(OLD);
  CHECK_FAILS(hotshoe_install_set_host(how, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_install_set_trust(how, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_install_add_runtime_folder(how, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_install_add_runtime_description(how, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_install_into_root(how, NULL, &done), "argument-invalid");
  /* Nobody would be told that it is not signed. */
  CHECK_FAILS(hotshoe_install_into_root(how, root, NULL), "argument-invalid");
  CHECK(!exists(scratch, "null"));
  CHECK(done == NULL);
  hotshoe_install_free(how);
  hotshoe_install_free(NULL);
  hotshoe_root_free(root);
}

int main(int argc, char** argv) {
  arguments(argc, argv);
  another_build_takes_a_place_only_when_it_may();
  a_flat_plugin_has_one_place();
  what_was_edited_or_copied_is_not_loaded();
  who_asks_for_signatures_gets_nothing_unsigned();
  what_nobody_verified_is_told_or_refused();
  a_refused_archive_leaves_nothing();
  one_who_watches_is_told_and_may_stop();
  a_plugin_of_another_runtime_is_installed();
  a_plugin_of_a_runtime_that_is_described_needs_no_file();
  null_is_refused();
  return 0;
}
