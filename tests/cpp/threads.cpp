// Eight threads load, reload and unload the same plugins, two more use them, and nothing hangs or crashes.
//
//     threads [rounds]
#include <atomic>
#include <thread>
#include <vector>

#include "check.hpp"
#include "rack.hpp"

namespace {

// What another thread may have done in between.
bool is_expected(const hotshoe::Error& error) {
  return error.code() == "plugin-unloaded" || error.code() == "plugin-in-use" ||
         error.code() == HOTSHOE_CODE_PLUGIN_BUSY;
}

void change(const hotshoe::Host& host, Rack& rack, const std::string& name, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    hotshoe::Result<hotshoe::Plugin> loaded = host.load<Mixer>(name, rack);
    if (!loaded) {
      check(is_expected(loaded.error()), __FILE__, __LINE__, std::string(loaded.error().report()));
      continue;
    }
    hotshoe::Result<hotshoe::Plugin> reloaded = host.reload<Mixer>(loaded.value(), rack);
    CHECK(reloaded || is_expected(reloaded.error()));
    hotshoe::Result<hotshoe::Unload> unloaded = host.unload(reloaded ? reloaded.value() : loaded.value());
    CHECK(unloaded || is_expected(unloaded.error()));
  }
}

// Holding the effect keeps its plugin from being unloaded while its code runs.
void use(const Rack& rack, const std::atomic<bool>& done) {
  int sample = 0;
  while (!done) {
    if (std::shared_ptr<Effect> gain = rack.find("gain")) CHECK_EQUAL((*gain)(5), 10);
    if (std::shared_ptr<Effect> late = rack.find("late")) {
      try {
        (*late)(sample++ % 50);
      } catch (const hotshoe::Exception& thrown) {
        CHECK(is_expected(thrown.error()));
      }
    }
    std::this_thread::yield();
  }
}

}  // namespace

int main(int argc, char** argv) {
  watchdog(100);
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 300;
  Folder folder;
  folder.install("gain", built("gain2"));
  folder.install("late", built("late"));
  Rack rack;
  hotshoe::Host host = mixer_host(folder);

  std::atomic<bool> done{false};
  std::vector<std::thread> changers, users;
  for (int i = 0; i < 8; ++i) {
    changers.emplace_back([&, i] { change(host, rack, i % 2 == 0 ? "gain" : "late", rounds); });
  }
  for (int i = 0; i < 2; ++i) users.emplace_back([&] { use(rack, done); });
  for (std::thread& thread : changers) thread.join();
  done = true;
  for (std::thread& thread : users) thread.join();

  for (hotshoe::Plugin& plugin : host.plugins()) {
    CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Unmapped);
  }
  CHECK_EQUAL(rack.size(), 0u);
#ifndef __SANITIZE_THREAD__  // While that one reports, files of plugins stay mapped; else they do not.
  CHECK_EQUAL(mappings_of(folder.path()), 0);
#endif
}
