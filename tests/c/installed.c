/* What is installed is a list, beside what is damaged. */
#include "package.h"

static void a_list_tells_what_is_in_a_root(void) {
  hotshoe_root* root = new_root("listed");
  hotshoe_installed* installed = NULL;
  install(NEW, root);
  install(OLD, root);
  CHECK_OK(hotshoe_root_installed(root, &installed));
  CHECK(hotshoe_installed_count(installed) == 2);
  CHECK_TEXT(hotshoe_installed_name(installed, 0), "lens");
  CHECK_TEXT(hotshoe_installed_version(installed, 0), "1.2.3");
  CHECK_TEXT(hotshoe_installed_path(installed, 0), join(hotshoe_root_path(root), "lens/1.2.3").text);
  CHECK(hotshoe_installed_in_use(installed, 0));
  CHECK(hotshoe_installed_outcome(installed, 0) == HOTSHOE_INSTALL_OUTCOME_PRESENT);
  CHECK_TEXT(hotshoe_installed_version(installed, 1), "1.3.0");
  CHECK(hotshoe_diagnostics_count(hotshoe_installed_diagnostics(installed)) == 0);

  CHECK_TEXT(hotshoe_installed_name(installed, 2), NULL);
  CHECK_TEXT(hotshoe_installed_version(installed, 2), NULL);
  CHECK_TEXT(hotshoe_installed_path(installed, (size_t)-1), NULL);
  CHECK(!hotshoe_installed_in_use(installed, 2));
  CHECK(hotshoe_installed_outcome(installed, 2) == HOTSHOE_INSTALL_OUTCOME_PRESENT);

  /* It outlives its root. */
  hotshoe_root_free(root);
  CHECK_TEXT(hotshoe_installed_name(installed, 1), "lens");
  hotshoe_installed_free(installed);
}

static void a_damaged_receipt_hides_no_other_plugin(void) {
  hotshoe_root* root = new_root("damaged");
  hotshoe_installed* installed = NULL;
  hotshoe_diagnostics* differences = NULL;
  install(NEW, root);
  install(OLD, root);
  write_text(hotshoe_root_path(root), "lens/1.3.0/.hotshoe-receipt.json", "{");
  CHECK_OK(hotshoe_root_installed(root, &installed));
  CHECK(hotshoe_installed_count(installed) == 1);
  CHECK_TEXT(hotshoe_installed_version(installed, 0), "1.2.3");
  const hotshoe_diagnostics* damaged = hotshoe_installed_diagnostics(installed);
  CHECK(hotshoe_diagnostics_count(damaged) == 1);
  CHECK_TEXT(hotshoe_diagnostics_code(damaged, 0), "receipt-invalid");
  CHECK(hotshoe_diagnostics_severity(damaged, 0) == HOTSHOE_SEVERITY_ERROR);
  CHECK_FAILS(hotshoe_root_verify(root, NULL, 0, &differences), "receipt-invalid");
  CHECK(differences == NULL);
  hotshoe_installed_free(installed);
  hotshoe_root_free(root);
}

static void no_list_is_empty(void) {
  CHECK(hotshoe_installed_count(NULL) == 0);
  CHECK_TEXT(hotshoe_installed_name(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_installed_version(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_installed_path(NULL, 0), NULL);
  CHECK(!hotshoe_installed_in_use(NULL, 0));
  CHECK(hotshoe_installed_outcome(NULL, 0) == HOTSHOE_INSTALL_OUTCOME_PRESENT);
  CHECK(hotshoe_installed_diagnostics(NULL) == NULL);
  hotshoe_installed_free(NULL);
}

int main(int argc, char** argv) {
  arguments(argc, argv);
  a_list_tells_what_is_in_a_root();
  a_damaged_receipt_hides_no_other_plugin();
  no_list_is_empty();
  return 0;
}
