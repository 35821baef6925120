// An archive is installed whole or not at all, and what it did is told.
#include <pthread.h>
#include <fstream>
#include <hotshoe/install.hpp>
#include <stdexcept>
#include <thread>

#include "check.hpp"
#include "shop.hpp"

namespace {

using Outcome = hotshoe::InstalledPlugin::Outcome;
using Stage = hotshoe::Progress::Stage;

void what_an_install_did_is_told() {
  Shop shop;
  const hotshoe::Root root = shop.root();
  hotshoe::Install gain = hotshoe::Install::of(shop.archive("1.0.0")).value();
  const hotshoe::Installed done = gain.into_root(root).value();
  CHECK_EQUAL(done.size(), 1u);
  CHECK_EQUAL(done[0].name(), "gain");
  CHECK(done[0].outcome() == Outcome::Installed);
  CHECK(fs::exists(std::string(done[0].path()) + "/plugin.json"));
  CHECK(gain.into_root(root).value()[0].outcome() == Outcome::Present);

  hotshoe::Install other = hotshoe::Install::of(shop.archive("1.0.0", "gain3")).value();
  CHECK_EQUAL(other.into_root(root).error().code(), "already-installed");
  other.set_replace(true).value();
  CHECK(other.into_root(root).value()[0].outcome() == Outcome::Replaced);
  CHECK_EQUAL(shop.loaded(), "1.0.0");
}

void a_flat_plugin_has_one_place() {
  Shop shop;
  hotshoe::Root root = shop.root();
  for (const char* version : {"1.0.0", "2.0.0"}) {
    hotshoe::Install gain = hotshoe::Install::of(shop.archive(version)).value();
    gain.set_flat(true).value();
    CHECK_EQUAL(gain.into_root(root).value()[0].path(), std::string(root.path()) + "/gain");
    CHECK_EQUAL(shop.loaded(), version);
  }
  CHECK_EQUAL(versions(root.rollback("gain").value()), "1.0.0 (2.0.0)");
  CHECK_EQUAL(shop.loaded(), "1.0.0");
}

void one_who_watches_is_told_and_may_stop() {
  Shop shop;
  const hotshoe::Root root = shop.root();
  hotshoe::Install gain = hotshoe::Install::of(shop.archive("1.0.0")).value();
  for (const Stage last : {Stage::Checking, Stage::Unpacking}) {
    gain.set_progress([last](const hotshoe::Progress& progress) { return progress.stage == last; }).value();
    CHECK_EQUAL(gain.into_root(root).error().code(), "cancelled");
    CHECK(!fs::exists(root.path()));
  }

  std::uint64_t unpacked = 0, total = 0;
  gain.set_progress([&](const hotshoe::Progress& progress) {
        CHECK(progress.holder.empty());
        if (progress.stage == Stage::Unpacking) unpacked = progress.done, total = progress.total;
        return false;
      })
      .value();
  hotshoe::Install moved = std::move(gain);
  CHECK(moved.into_root(root).value()[0].outcome() == Outcome::Installed);
  CHECK(total > 0);
  CHECK_EQUAL(unpacked, total);

  moved.set_progress({}).value();
  total = 0;
  CHECK(moved.into_root(root).value()[0].outcome() == Outcome::Present);
  CHECK_EQUAL(total, 0u);
}

#if defined(__cpp_exceptions)
void what_a_watch_throws_goes_on_when_all_is_clean() {
  Shop shop;
  const hotshoe::Root root = shop.root();
  hotshoe::Install gain = hotshoe::Install::of(shop.archive("1.0.0")).value();
  gain.set_progress([](const hotshoe::Progress& progress) -> bool {
        if (progress.stage == Stage::Unpacking) throw std::runtime_error("no window to draw in");
        return false;
      })
      .value();
  for (int again = 0; again < 2; ++again) {
    std::string thrown;
    try {
      (void)gain.into_root(root);
    } catch (const std::runtime_error& error) {
      thrown = error.what();
    }
    CHECK_EQUAL(thrown, "no window to draw in");
    CHECK(!fs::exists(root.path()));
  }
  gain.set_progress({}).value();
  CHECK_EQUAL(gain.into_root(root).value().size(), 1u);
}

// The program must live on: where forced unwinding is caught, glibc ends it.
void a_watch_that_ends_its_thread_stops_the_install() {
  Shop shop;
  const hotshoe::Root root = shop.root();
  hotshoe::Install gain = hotshoe::Install::of(shop.archive("1.0.0")).value();
  for (const bool cancelled : {false, true}) {
    gain.set_progress([cancelled](const hotshoe::Progress& progress) -> bool {
          if (progress.stage != Stage::Unpacking) return false;
          if (!cancelled) pthread_exit(nullptr);
          pthread_cancel(pthread_self());
          pthread_testcancel();
          return false;
        })
        .value();
    std::string code;
    std::thread([&] { code = gain.into_root(root).error().code(); }).join();
    CHECK_EQUAL(code, "cancelled");
    CHECK(!fs::exists(root.path()));
  }
  gain.set_progress({}).value();
  CHECK_EQUAL(gain.into_root(root).value().size(), 1u);
}
#endif

void a_refused_archive_leaves_nothing() {
  Shop shop;
  const hotshoe::Root root = shop.root();
  const std::string archive = shop.archive("1.0.0");
  fs::resize_file(archive, fs::file_size(archive) / 2);
  hotshoe::Install half = hotshoe::Install::of(archive).value();
  CHECK_EQUAL(half.into_root(root).error().code(), "archive-unreadable");
  CHECK(!fs::exists(root.path()));
  CHECK_EQUAL(hotshoe::Install::of("").error().code(), "argument-invalid");
  CHECK_EQUAL(hotshoe::Install::of({}).error().code(), "argument-invalid");
}

void who_asks_for_signatures_gets_nothing_unsigned() {
  Shop shop;
  const hotshoe::Root root = shop.root();
  hotshoe::Install gain = hotshoe::Install::of(shop.archive("1.0.0")).value();
  const std::string store = shop.archive("1.0.0") + ".trust.json";
  CHECK_EQUAL(gain.set_trust(store).error().code(), "key-invalid");
  std::ofstream(store) << R"({"policy": "required"})";
  gain.set_trust(store).value();
  CHECK_EQUAL(gain.into_root(root).error().code(), "signature-missing");
  CHECK(!fs::exists(root.path()));
  gain.set_host(hotshoe::Profile::named("mixer").value()).value();
  CHECK_EQUAL(gain.into_root(root).value().size(), 1u);
}

}  // namespace

int main() {
  what_an_install_did_is_told();
  a_flat_plugin_has_one_place();
  one_who_watches_is_told_and_may_stop();
#if defined(__cpp_exceptions)
  what_a_watch_throws_goes_on_when_all_is_clean();
  a_watch_that_ends_its_thread_stops_the_install();
#endif
  a_refused_archive_leaves_nothing();
  who_asks_for_signatures_gets_nothing_unsigned();
}
