// Plugins are found by what they can do, and stay as long as they are leased.
#include <hotshoe/capability.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "check.hpp"
#include "rack.hpp"

namespace {

std::string found(const hotshoe::Host& host, std::string_view capability,
                  hotshoe::CapabilityPolicy policy = hotshoe::CapabilityPolicy::Profile,
                  bool or_name = false) {
  std::optional<hotshoe::Lease> lease = hotshoe::find(host, capability, policy, or_name).value();
  return lease ? std::string(lease->plugin().name()) : "";
}

void the_first_is_found_unless_the_policy_says_otherwise() {
  Folder folder;
  folder.install("one", built("gain2"), R"(, "capabilities": ["effect:gain"])");
  folder.install("two", built("gain3"), R"(, "capabilities": ["effect:gain"])");
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Loaded loaded = host.load_all<Mixer>(rack);
  CHECK_EQUAL(loaded.plugins.size(), 2u);
  CHECK_EQUAL(found(host, "effect:gain"), "one");
  CHECK_EQUAL(found(host, "effect:gain", hotshoe::CapabilityPolicy::Last), "two");
  CHECK_EQUAL(hotshoe::find(host, "effect:gain", hotshoe::CapabilityPolicy::Fail).error().code(),
              HOTSHOE_CODE_CAPABILITY_TAKEN);
  CHECK_EQUAL(found(host, "two"), "");
  CHECK_EQUAL(found(host, "two", hotshoe::CapabilityPolicy::Profile, true), "two");
  CHECK_EQUAL(found(host, {}), "");

  hotshoe::Capabilities all = hotshoe::Capabilities::of(host).value();
  CHECK_EQUAL(all.all().size(), 1u);
  CHECK_EQUAL(all.all()[0], "effect:gain");
  CHECK_EQUAL(all.plugins(0)[1].name(), "two");
  CHECK_EQUAL(all.plugins(1).size(), 0u);
  int told = 0;
  for (hotshoe::Diagnostic one : all.diagnostics()) told += one.code() == HOTSHOE_CODE_CAPABILITY_TAKEN;
  CHECK_EQUAL(told, 1);

  hotshoe::register_capability(host, loaded.plugins[1], "effect:loud").value();
  CHECK_EQUAL(found(host, "effect:loud"), "two");
  CHECK_EQUAL(hotshoe::register_capability(host, loaded.plugins[1], {}).error().code(), "capability-invalid");
  CHECK_EQUAL(hotshoe::meaning_of("backend:python"), "generates Python");
  CHECK_EQUAL(hotshoe::meaning_of({}), "");
}

void where_one_alone_may_have_it_a_second_one_is_not_loaded() {
  Folder folder;
  folder.install("one", built("gain2"), R"(, "capabilities": ["effect:gain"])");
  folder.install("two", built("gain3"), R"(, "capabilities": ["effect:gain"])");
  Rack rack;
  auto profile = hotshoe::Profile::named("mixer").value();
  profile.set_capability_policy(hotshoe::CapabilityPolicy::Fail).value();
  CHECK(!profile.set_capability_policy(hotshoe::CapabilityPolicy::Profile));
  auto host = hotshoe::Host::create(profile).value();
  host.add_search_root(folder.string()).value();
  CHECK_EQUAL(host.load_all<Mixer>(rack).plugins.size(), 1u);
}

void a_plugin_is_not_unloaded_while_eight_threads_find_and_call_it() {
  Folder folder;
  folder.install("gain", built("gain3"), R"(, "capabilities": ["effect:gain"])");
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin plugin = host.load<Mixer>("gain", rack).value();
  std::atomic<bool> done{false};
  std::atomic<int> calls{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back([&] {
      while (!done) {
        auto lease = hotshoe::find(host, "effect:gain");
        if (!lease) {
          CHECK_EQUAL(lease.error().code(), HOTSHOE_CODE_PLUGIN_BUSY);
        } else if (lease.value()) {
          CHECK_EQUAL(lease.value()->plugin().symbol<int()>("mixer_plugin_version").value()(), 3);
          ++calls;
        }
        // Or somebody would have a lease at any moment, and the answer would always be busy.
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  }
  for (int ended = 0; ended < 20 || calls < 100;) {
    const hotshoe::Outcome outcome = host.unload(plugin).value().outcome();
    if (outcome != hotshoe::Outcome::Busy) {
      plugin = host.load<Mixer>("gain", rack).value();
      ++ended;
    }
    std::this_thread::yield();
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
}

void a_lease_may_be_moved_and_ends_once() {
  Folder folder;
  folder.install("gain", built("gain3"));
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin plugin = host.load<Mixer>("gain", rack).value();
  {
    hotshoe::Lease lease = hotshoe::Lease::of(plugin).value();
    hotshoe::Lease moved = std::move(lease);
    CHECK(lease.get() == nullptr);
    CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Busy);
  }
  CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Unmapped);
  CHECK_EQUAL(hotshoe::Lease::of(plugin).error().code(), "plugin-unloaded");
}

}  // namespace

int main() {
  watchdog(100);
  the_first_is_found_unless_the_policy_says_otherwise();
  where_one_alone_may_have_it_a_second_one_is_not_loaded();
  a_plugin_is_not_unloaded_while_eight_threads_find_and_call_it();
  a_lease_may_be_moved_and_ends_once();
}
