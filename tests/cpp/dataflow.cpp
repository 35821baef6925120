// Passes and steps on a context, of plugins in C, C++ and Rust: a host in C++ observes the same of each, also
// where eight threads do.
#include <hotshoe/hotshoe.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <vector>

#include "check.hpp"

namespace {

struct Shared {
  hotshoe::Context context;
  std::uint32_t output, count, on;

  std::string state(const char* when) {
    std::ostringstream text;
    text << when << ": output " << context.get_f64(output).value() << " count "
         << context.get_i64(count).value() << " on " << context.get_bool(on).value() << "\n";
    return text.str();
  }
};

Shared shared() {
  hotshoe::Schema schema = hotshoe::Schema::make().value();
  const auto input = schema.add("input", HOTSHOE_VALUE_TYPE_F64).value();
  const auto gain = schema.add("gain", HOTSHOE_VALUE_TYPE_F64).value();
  const auto output = schema.add("output", HOTSHOE_VALUE_TYPE_F64).value();
  const auto count = schema.add("count", HOTSHOE_VALUE_TYPE_I64).value();
  const auto on = schema.add("on", HOTSHOE_VALUE_TYPE_BOOL).value();
  Shared made{hotshoe::Context::make(schema).value(), output, count, on};
  made.context.set_f64(input, 21).value();
  made.context.set_f64(gain, 2).value();
  made.context.set(HOTSHOE_SLOT_MODEL, hotshoe::values().of("lens")).value();
  return made;
}

std::string run(const hotshoe::Host& host) {
  Shared own = shared();
  hotshoe::Pipeline pipeline = hotshoe::Pipeline::create().value();
  pipeline.set_stages({"lower", "codegen"}).value();
  pipeline.set_failure_policy(hotshoe::FailurePolicy::Skip).value();
  std::ostringstream observed;
  const hotshoe::RunReport report = pipeline.run(host, own.context).value();
  for (const hotshoe::PassReport& pass : report.passes()) {
    const char* outcome = pass.outcome == hotshoe::PassOutcome::Done ? "done" : "something else";
    if (contains(pass.error, "it refuses")) outcome = "failed, it refuses";
    observed << pass.stage << "/" << pass.name << ": " << outcome << "\n";
  }
  observed << own.state("run") << "artifacts: ";
  hotshoe_value* handle = nullptr;
  hotshoe::Result<void>(hotshoe_value_encode(own.context.get(HOTSHOE_SLOT_ARTIFACTS).value().get(), &handle))
      .value();
  const hotshoe::Value encoded(hotshoe::values(), handle);
  const auto [bytes, length] = encoded.to_bytes();
  for (std::size_t index = 0; index < length; ++index) {
    char text[3] = "";
    std::snprintf(text, sizeof text, "%02x", static_cast<const unsigned char*>(bytes)[index]);
    observed << text;
  }
  observed << "\nfound:";
  const hotshoe::Value found = own.context.get(HOTSHOE_SLOT_DIAGNOSTICS).value();
  for (std::size_t index = 0; index < found.size(); ++index)
    observed << " " << found.at(index).get("code").to_text();
  observed << "\n";
  return observed.str();
}

std::string steps(const hotshoe::Plugin& plugin) {
  Shared own = shared();
  hotshoe::Stepper stepper = hotshoe::Stepper::of(plugin).value();
  stepper.init(own.context).value();
  std::string observed = own.state("init");
  for (int time = 1; time <= 3; ++time) {
    own.context.set_f64(HOTSHOE_SLOT_TIME_S, time).value();
    stepper.step(own.context).value();
  }
  observed += own.state("steps");
  stepper.reset(own.context).value();
  observed += own.state("reset");
  stepper.call("set", hotshoe::values().of(5.0), own.context).value();
  stepper.step(own.context).value();
  observed += own.state("set");
  const auto fails = [&](const char* what, const hotshoe::Result<void>& result) {
    observed += std::string(what) + ": " + std::string(result.error().code()) + "\n";
  };
  fails("other", stepper.call("unset", own.context));
  fails("without argument", stepper.call("set", own.context));
  stepper.shutdown(own.context).value();
  fails("shutdown", stepper.step(own.context));
  return observed;
}

}  // namespace

int main() {
  watchdog(100);
  std::ifstream file(DATAFLOW_TXT);
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  for (const char* name : {"dataflow_c", "dataflow_cpp", "dataflow_rust"}) {
    hotshoe::Host host = hotshoe::Host::create(hotshoe::Profile::named("mixer").value()).value();
    host.add_search_root(DATAFLOW_ROOT).value();
    struct Nothing {
    } nothing;
    hotshoe::Plugin plugin = host.load(name, nothing).value();
    CHECK_EQUAL(run(host) + steps(plugin), expected);
    std::vector<std::thread> threads;
    for (int number = 0; number < 8; ++number) {
      threads.emplace_back([&] {
        for (int round = 0; round < 20; ++round) CHECK_EQUAL(run(host) + steps(plugin), expected);
      });
    }
    for (std::thread& thread : threads) thread.join();
    host.unload(plugin).value();
  }
}
