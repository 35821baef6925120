// Each version goes out of use, comes back, and goes for good.
#include <fcntl.h>
#include <sys/file.h>
#include <hotshoe/root.hpp>

#include "check.hpp"
#include "shop.hpp"

namespace {

void a_plugin_is_upgraded_rolled_back_and_uninstalled() {
  Shop shop;
  hotshoe::Root root = shop.root();
  shop.install("1.0.0", "gain2");
  CHECK_EQUAL(shop.loaded(), "1.0.0");
  shop.install("2.0.0", "gain3");
  CHECK_EQUAL(shop.loaded(), "2.0.0");

  CHECK_EQUAL(versions(root.rollback("gain").value()), "1.0.0 (2.0.0)");
  CHECK_EQUAL(shop.loaded(), "1.0.0");
  CHECK_EQUAL(root.rollback("gain").error().code(), "not-installed");
  CHECK_EQUAL(versions(root.rollback("gain", "2.0.0").value()), "2.0.0");
  CHECK_EQUAL(shop.loaded(), "2.0.0");
  CHECK_EQUAL(root.rollback("gain", "newest").error().code(), "version-invalid");

  CHECK_EQUAL(versions(root.uninstall("gain", "1.0.0").value()), "1.0.0");
  CHECK_EQUAL(versions(root.uninstall("gain").value()), "2.0.0");
  CHECK_EQUAL(shop.loaded(), "plugin-not-found");
  CHECK_EQUAL(root.uninstall("gain").error().code(), "not-installed");
  CHECK(root.installed().value().empty());
}

void only_what_is_old_is_pruned() {
  Shop shop;
  hotshoe::Root root = shop.root();
  for (const char* version : {"1.0.0", "2.0.0", "3.0.0", "4.0.0"}) shop.install(version);
  root.rollback("gain").value();
  CHECK_EQUAL(versions(root.prunable(2).value()), "1.0.0 (4.0.0)");
  CHECK_EQUAL(versions(root.prunable("delay", 2).value()), "");
  CHECK_EQUAL(versions(root.installed().value()), "1.0.0 2.0.0 3.0.0 (4.0.0)");
  CHECK_EQUAL(versions(root.prune("gain", 2).value()), "1.0.0 (4.0.0)");
  CHECK_EQUAL(versions(root.prune(0).value()), "2.0.0");  // one stays
  CHECK_EQUAL(shop.loaded(), "3.0.0");
}

void an_edited_library_is_told_not_loaded_and_not_lost() {
  Shop shop;
  hotshoe::Root root = shop.root();
  const hotshoe::Installed done = shop.install("1.0.0");
  const std::string library = std::string(done[0].path()) + "/lib.so";
  CHECK(root.verify().value().empty());
  std::ofstream(library, std::ios::app) << "more";

  const hotshoe::Diagnostics found = root.verify("gain").value();
  CHECK_EQUAL(found.size(), 1u);
  CHECK_EQUAL(found[0].code(), "installed-changed");
  CHECK(found[0].severity() == hotshoe::Severity::Warning);
  CHECK_EQUAL(found[0].message(), "lib.so was changed");
  CHECK_EQUAL(found[0].path(), library);
  CHECK_EQUAL(root.verify("delay").error().code(), "not-installed");

  CHECK_EQUAL(shop.loaded(), "library-changed");
  CHECK_EQUAL(root.uninstall("gain").error().code(), "installed-changed");
  CHECK_EQUAL(root.uninstall("gain", "1.0.0").error().code(), "installed-changed");
  CHECK_EQUAL(versions(root.uninstall("gain", {}, true).value()), "1.0.0");
}

// Holds a root's lock, as another process would.
class Busy {
 public:
  explicit Busy(const hotshoe::Root& root) {
    const fs::path folder = fs::path(root.path()) / ".hotshoe";
    fs::create_directories(folder);
    std::ofstream(folder / "lock") << "process 4711: install delay-1.0.0.tar.gz\n";
    lock_ = open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC);
    CHECK(lock_ >= 0 && flock(lock_, LOCK_EX) == 0);
  }
  ~Busy() { close(lock_); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  int lock_ = -1;
};

void one_who_waits_is_told_for_whom_and_may_stop() {
  Shop shop;
  shop.install("1.0.0");
  hotshoe::Root root = shop.root();
  {
    Busy busy(root);
    root.set_progress([](const hotshoe::Progress& progress) {
          CHECK(progress.stage == hotshoe::Progress::Stage::Waiting);
          CHECK_EQUAL(progress.holder, "process 4711: install delay-1.0.0.tar.gz");
          CHECK_EQUAL(progress.total, 0u);
          return true;
        })
        .value();
    CHECK_EQUAL(root.uninstall("gain").error().code(), "cancelled");
  }
  CHECK_EQUAL(shop.loaded(), "1.0.0");
  // Nobody is waited for, so nothing is told, and nothing stops it.
  CHECK_EQUAL(versions(root.uninstall("gain").value()), "1.0.0");
}

void a_root_has_a_path_and_is_made_by_no_look() {
  Shop shop;
  hotshoe::Root root = shop.root();
  hotshoe::Root moved = std::move(root);
  CHECK(contains(moved.path(), "plugins"));
  CHECK(moved.installed().value().empty());
  CHECK(moved.verify().value().empty());
  CHECK(!fs::exists(moved.path()));
  CHECK_EQUAL(hotshoe::Root::at("").error().code(), "argument-invalid");
  CHECK_EQUAL(hotshoe::Root::at({}).error().code(), "argument-invalid");
  CHECK_EQUAL(root.path(), "");  // nothing is left, and nothing crashes
  CHECK_EQUAL(root.prune(1).error().code(), "argument-invalid");
}

}  // namespace

int main() {
  a_plugin_is_upgraded_rolled_back_and_uninstalled();
  only_what_is_old_is_pruned();
  an_edited_library_is_told_not_loaded_and_not_lost();
  one_who_waits_is_told_for_whom_and_may_stop();
  a_root_has_a_path_and_is_made_by_no_look();
}
