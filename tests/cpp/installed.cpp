// What is installed is a list, beside what is damaged.
#include <hotshoe/installed.hpp>

#include "check.hpp"
#include "shop.hpp"

namespace {

using Outcome = hotshoe::InstalledPlugin::Outcome;

void a_list_can_be_walked_over() {
  Shop shop;
  shop.install("1.10.0");
  shop.install("1.9.0");
  const hotshoe::Installed installed = shop.root().installed().value();
  CHECK_EQUAL(versions(installed), "1.9.0 1.10.0");
  CHECK_EQUAL(installed[0].name(), "gain");
  CHECK_EQUAL(installed[0].path(), std::string(shop.root().path()) + "/gain/1.9.0");
  CHECK(installed[0].in_use());
  CHECK(installed[0].outcome() == Outcome::Present);
  CHECK(installed.diagnostics().empty());
  CHECK_EQUAL(installed[2].name(), "");
  CHECK(!installed[2].in_use());
}

void a_damaged_receipt_hides_no_other_plugin() {
  Shop shop;
  shop.install("1.0.0");
  const hotshoe::Installed done = shop.install("2.0.0");
  std::ofstream(std::string(done[0].path()) + "/.hotshoe-receipt.json") << "{";
  const hotshoe::Installed installed = shop.root().installed().value();
  CHECK_EQUAL(versions(installed), "1.0.0");
  CHECK_EQUAL(installed.diagnostics().size(), 1u);
  CHECK_EQUAL(installed.diagnostics()[0].code(), "receipt-invalid");
  CHECK_EQUAL(shop.root().verify().error().code(), "receipt-invalid");
}

void an_empty_root_gives_an_empty_list() {
  Shop shop;
  const hotshoe::Installed installed = shop.root().installed().value();
  CHECK(installed.empty());
  CHECK(installed.begin() == installed.end());
}

}  // namespace

int main() {
  a_list_can_be_walked_over();
  a_damaged_receipt_hides_no_other_plugin();
  an_empty_root_gives_an_empty_list();
}
