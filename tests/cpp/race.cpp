// A race on purpose, through libhotshoe and back: the thread sanitizer has to report it, or its silence about
// the other tests would mean nothing.
#include <hotshoe/hotshoe.hpp>

#include <thread>

#include "check.hpp"

int main() {
  watchdog(100);
  hotshoe::Host host = hotshoe::Host::create(hotshoe::Profile::named("mixer").value()).value();
  host.add_search_root(DATAFLOW_ROOT).value();
  struct Nothing {
  } nothing;
  hotshoe::Plugin plugin = host.load("dataflow_cpp", nothing).value();
  hotshoe::Pipeline pipeline = hotshoe::Pipeline::create().value();
  int told = 0;  // neither a lock nor an atomic
  pipeline.set_progress([&](const hotshoe::RunProgress&) { ++told; }).value();
  pipeline.set_stages({"other"}).value();
  const auto run = [&] {
    auto context = hotshoe::Context::make(hotshoe::Schema::make().value()).value();
    for (int round = 0; round < 1000; ++round) static_cast<void>(pipeline.run(host, context).value());
  };
  std::thread one(run), two(run);
  one.join();
  two.join();
  CHECK(told > 0);
}
