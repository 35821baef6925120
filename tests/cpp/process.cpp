// A plugin that is a program: a C++ host loads, calls and loses it, and it is started again.
#include <atomic>
#include <hotshoe/call.hpp>
#include <hotshoe/host.hpp>
#include <thread>

#include "check.hpp"

namespace {

struct Nothing {};

const std::string faults_service = "hotshoe.test.Faults/";

hotshoe::Host registry_host(const std::string& restart) {
  hotshoe::Profile profile = hotshoe::Profile::named("mixer").value();
  const std::string cookie =
      R"("cookie": {"key": "ORI_PLUGIN", "value": "ori-agent-v1"}, "start_timeout": 30)";
  profile.add_runtime("process", "{" + cookie + restart + "}").value();
  hotshoe::Host host = hotshoe::Host::create(profile).value();
  host.add_search_root(PROCESS_ROOT).value();
  host.add_runtime_folder(PROCESS_RUNTIMES).value();
  return host;
}

// What a call puts out, or the code of its error.
std::string output(const hotshoe::Plugin& plugin, std::string_view method, std::string_view input) {
  hotshoe::Call call = hotshoe::Call::of(method).value();
  call.set_input(hotshoe::Encoding::Json, input).value();
  hotshoe::Result<std::string> output = call.output_of(plugin);
  return output ? output.value() : std::string(output.error().code());
}

void a_call_is_cancelled_from_another_thread(const hotshoe::Plugin& plugin) {
  hotshoe::Call call = hotshoe::Call::of(faults_service + "Count").value();
  call.set_input(hotshoe::Encoding::Json, R"({"messages": 1000000, "milliseconds_between": 5})").value();
  hotshoe::CancelToken token = hotshoe::CancelToken::create().value();
  call.set_cancel_token(token).value();
  std::thread canceller;
  hotshoe::Sink sink;
  sink.output = [&](std::string_view) {
    if (!canceller.joinable()) canceller = std::thread([&] { token.fire(); });
    return true;
  };
  hotshoe::Result<void> made = call.make(plugin, std::move(sink));
  canceller.join();
  CHECK_EQUAL(made.error().code(), "call-cancelled");
}

void a_plugin_that_is_killed_is_told_of() {
  hotshoe::Host host = registry_host("");
  Nothing nothing;
  std::atomic<bool> heard{false};
  host.set_log([&](const hotshoe::Diagnostic& found) {
        if (contains(found.message(), "killed by signal 9")) heard = true;
      })
      .value();
  hotshoe::Plugin plugin = host.load("faults", nothing).value();
  CHECK_EQUAL(plugin.runtime(), "process");
  a_call_is_cancelled_from_another_thread(plugin);
  CHECK_EQUAL(output(plugin, faults_service + "Die", R"({"signal": 9})"), "plugin-exited");
  CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Exited);
  CHECK(heard);
}

void the_same_handle_goes_on_after_a_restart() {
  hotshoe::Host host = registry_host(R"(, "restart": {"attempts": 3, "first_delay": 0.05})");
  Nothing nothing;
  hotshoe::Plugin plugin = host.load("faults", nothing).value();
  const std::string before = output(plugin, faults_service + "Self", "{}");
  CHECK_EQUAL(output(plugin, faults_service + "Die", R"({"signal": 9})"), "plugin-exited");
  const std::string after = output(plugin, faults_service + "Self", "{}");
  CHECK(contains(after, "\"process\":") && after != before);
  CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Exited);
}

}  // namespace

int main() {
  a_plugin_that_is_killed_is_told_of();
  the_same_handle_goes_on_after_a_restart();
}
