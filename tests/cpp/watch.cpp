// What a program is told of its plugins, and what it may forbid.
#include <atomic>
#include <hotshoe/host.hpp>
#include <stdexcept>
#include <thread>

#include "check.hpp"
#include "rack.hpp"

namespace {

void a_host_tells_what_happens(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  std::vector<std::string> events, findings;
  host.set_listener([&](const hotshoe::Event& event) {
        events.emplace_back(event.text());
        CHECK(event.plugin().has_value() == (event.kind() != hotshoe::Event::Kind::Refused));
        CHECK(event.code().empty() == event.plugin().has_value());
      })
      .value();
  host.set_log([&](const hotshoe::Diagnostic& found) { findings.emplace_back(found.code()); }).value();
  hotshoe::Plugin gain = host.load<Mixer>("gain", rack).value();
  CHECK(!host.load<Mixer>("throws", rack));
  gain = host.reload<Mixer>(gain, rack).value();
  host.unload(gain).value();
  CHECK_EQUAL(events.size(), 4u);
  CHECK_EQUAL(events[0], "the plugin `gain 1.0.0` was loaded");
  CHECK(contains(events[1], "the plugin `throws` was not loaded"));
  CHECK_EQUAL(events[3], "the plugin `gain 1.0.0` was unloaded: unmapped");
  CHECK_EQUAL(findings.size(), 1u);
  CHECK_EQUAL(findings[0], "entry-failed");
  host.set_listener({}).value();
  host.load<Mixer>("gain", rack).value();
  CHECK_EQUAL(events.size(), 4u);
  CHECK(host.unload_all().at(0).outcome == hotshoe::Outcome::Unmapped);
}

void a_filter_forbids_and_its_exceptions_do_too(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  host.set_filter([](const hotshoe::Candidate& found) -> std::optional<std::string> {
        if (found.name() == "gain") return "switched off";
        throw std::runtime_error("no idea");
      })
      .value();
  hotshoe::Result<hotshoe::Plugin> gain = host.load_path<Mixer>(folder.string() + "/gain", rack);
  CHECK_EQUAL(gain.error().code(), "plugin-vetoed");
  CHECK(contains(gain.error().report(), "switched off"));
  CHECK(contains(host.load_path<Mixer>(folder.string() + "/late", rack).error().report(), "no idea"));
  CHECK_EQUAL(rack.size(), 0u);
  host.set_filter({}).value();
  host.load<Mixer>("gain", rack).value();
  host.unload_all();
}

void in_a_callback_nothing_is_changed_and_nothing_thrown_gets_out(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  int calls = 0;
  host.set_listener([&](const hotshoe::Event& event) {
        CHECK_EQUAL(host.load<Mixer>("late", rack).error().code(), "plugin-busy");
        if (event.plugin()) CHECK_EQUAL(host.unload(*event.plugin()).error().code(), "plugin-busy");
        CHECK(!host.unload_all().at(0).outcome.has_value());
        CHECK_EQUAL(host.search_roots().size(), 1u);
        hotshoe_host_free(const_cast<hotshoe_host*>(host.get()));  // does nothing here
        ++calls;
        host.set_listener({}).value();
        throw 7;
      })
      .value();
  hotshoe::Plugin plugin = host.load<Mixer>("gain", rack).value();
  CHECK_EQUAL(calls, 1);
  const hotshoe::Catalog catalog = host.catalog().value();
  for (hotshoe::Candidate found : catalog) {
    const bool is_it = found.name() == "gain";
    CHECK(host.state(found) ==
          (is_it ? hotshoe::CandidateState::Loaded : hotshoe::CandidateState::NotLoaded));
  }
  host.unload(plugin).value();
}

// Many threads load and unload while another sets and unsets a listener whose state goes with it.
void a_listener_is_gone_when_it_was_unset(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      while (!done) {
        auto plugin = host.load<Mixer>("gain", rack);
        if (plugin) (void)host.unload(plugin.value());
      }
    });
  }
  for (int round = 0; round < 200; ++round) {
    auto alive = std::make_unique<std::atomic<bool>>(true);
    host.set_listener([state = alive.get()](const hotshoe::Event&) { CHECK(*state); }).value();
    host.set_listener({}).value();
    *alive = false;
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  host.unload_all();
}

}  // namespace

int main() {
  Folder folder;
  folder.install("gain", built("gain2"));
  folder.install("late", built("late"));
  folder.install("throws", built("throws"));
  a_host_tells_what_happens(folder);
  a_filter_forbids_and_its_exceptions_do_too(folder);
  in_a_callback_nothing_is_changed_and_nothing_thrown_gets_out(folder);
  a_listener_is_gone_when_it_was_unset(folder);
}
