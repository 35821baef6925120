// A host in C++ offers an interface, and plugins of the contract in C, C++ and Rust call it.
#include <filter.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "check.hpp"

namespace {

// What the host offers: what it lets through of an output.
struct Limit {
  static inline int alive = 0;
  double most;

  explicit Limit(double limit) : most(limit) { ++alive; }
  ~Limit() { --alive; }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

  static double limited(void* limit, double output) {
    return std::min(output, static_cast<Limit*>(limit)->most);
  }
};

constexpr org_example_limit_1 limit_table = {sizeof(org_example_limit_1), &Limit::limited};

// The plugins register nothing.
struct Nothing {};

hotshoe::Host host() {
  hotshoe::Host made = hotshoe::Host::create(hotshoe::Profile::named("mixer").value()).value();
  made.add_search_root(CONTRACT_ROOT).value();
  return made;
}

hotshoe::Plugin loaded(const hotshoe::Host& host, const char* name) {
  hotshoe_plugin* plugin = nullptr;
  hotshoe::Result<void>(
      hotshoe_host_load(host.get(), name, HOTSHOE_NUL_TERMINATED, nullptr, 0, nullptr, nullptr, &plugin))
      .value();
  return hotshoe::Plugin(plugin);
}

double filtered(const hotshoe::Plugin& plugin, double input) {
  const auto* table = hotshoe::interface_of<org_example_filter_1>(plugin, "org.example.filter", 1).value();
  void* instance = hotshoe::instance_of(plugin).value();
  CHECK_EQUAL(table->size, sizeof *table);
  CHECK_EQUAL(std::string(table->folder(instance)), plugin.path());
  return table->filter(instance, input);
}

void a_plugin_calls_its_host(const char* name) {
  Limit twenty(20);
  {
    hotshoe::Host first = host(), second = host();
    first.offer_interface(ORG_EXAMPLE_LIMIT_1, limit_table, std::make_unique<Limit>(10)).value();
    second.offer_interface(ORG_EXAMPLE_LIMIT_1, limit_table, &twenty).value();
    hotshoe::Plugin of_first = loaded(first, name), of_second = loaded(second, name);
    CHECK_EQUAL(filtered(of_first, 21), 10);
    CHECK_EQUAL(filtered(of_second, 21), 20);
    CHECK_EQUAL(filtered(of_first, 2), 4);
    hotshoe::Host without = host();
    hotshoe::Plugin free = loaded(without, name);
    CHECK_EQUAL(filtered(free, 21), 42);
    for (auto* pair : {&first, &second, &without}) {
      for (const hotshoe::UnloadAnswer& answer : pair->unload_all()) CHECK(answer.outcome.has_value());
    }
    CHECK_EQUAL(Limit::alive, 2);
  }
  CHECK_EQUAL(Limit::alive, 1);
}

void eight_threads_call_one_plugin(const char* name) {
  hotshoe::Host offering = host();
  offering.offer_interface(ORG_EXAMPLE_LIMIT_1, limit_table, std::make_unique<Limit>(10)).value();
  hotshoe::Plugin plugin = loaded(offering, name);
  std::vector<std::thread> threads;
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round)
        CHECK_EQUAL(filtered(plugin, round), std::min(2.0 * round, 10.0));
    });
  }
  for (std::thread& thread : threads) thread.join();
  offering.unload(plugin).value();
}

void what_cannot_be_offered_is_an_error() {
  hotshoe::Host offering = host();
  auto offer = [&](const char* id) {
    return offering.offer_interface(id, limit_table, std::make_unique<Limit>(1)).error().code();
  };
  CHECK_EQUAL(offer("limit"), "interface-invalid");
  CHECK_EQUAL(offer("hotshoe.context/1"), "interface-invalid");
  offering.offer_interface("org.example.limit/1", limit_table).value();
  CHECK_EQUAL(offer("org.example.limit/1"), "interface-invalid");
  CHECK_EQUAL(Limit::alive, 0);
}

void an_interface_is_shown_before_anything_is_loaded() {
  hotshoe::Host shown = host();
  const hotshoe::Catalog catalog = shown.catalog().value();
  int count = 0;
  for (const hotshoe::Candidate& candidate : catalog) {
    CHECK_EQUAL(candidate.interfaces().at(0), "org.example.filter/1");
    ++count;
  }
  CHECK_EQUAL(count, 3);
}

}  // namespace

int main() {
  watchdog(120);
  for (const char* name : {"gain_c", "gain_cpp", "gain_rust"}) {
    a_plugin_calls_its_host(name);
    eight_threads_call_one_plugin(name);
  }
  what_cannot_be_offered_is_an_error();
  an_interface_is_shown_before_anything_is_loaded();
}
