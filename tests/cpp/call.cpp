// Calls by name: what a native plugin cannot do is an error, and nothing is lost on the way.
#include <hotshoe/call.hpp>

#include "check.hpp"
#include "rack.hpp"

namespace {

void a_native_plugin_has_no_methods(const hotshoe::Plugin& plugin) {
  hotshoe::Call call = hotshoe::Call::of("tuner/tune").value();
  call.set_input(hotshoe::Encoding::Raw, "440").value();
  call.set_streams(true).value();
  call.set_timeout(std::chrono::seconds(2)).value();
  CHECK_EQUAL(call.output_of(plugin).error().code(), "runtime-unsupported");
  CHECK_EQUAL(call.send(plugin, "440").error().code(), "runtime-unsupported");
  CHECK_EQUAL(call.finish(plugin).error().code(), "runtime-unsupported");
  CHECK_EQUAL(hotshoe::describe(plugin).error().code(), "runtime-unsupported");
  CHECK_EQUAL(hotshoe::interface_of<int>(plugin, "tuner", 1).error().code(), "runtime-unsupported");
  hotshoe::health(plugin).value();
  auto owned = std::make_shared<int>(1);
  hotshoe::Result<void> offered =
      hotshoe::offer(plugin, [owned](hotshoe::ServiceCall) -> std::optional<std::string> { return "no"; });
  CHECK_EQUAL(offered.error().code(), "runtime-unsupported");
  CHECK_EQUAL(owned.use_count(), 1);  // what was offered was let go of
  CHECK_EQUAL(hotshoe::offer(plugin, nullptr).error().code(), HOTSHOE_CODE_ARGUMENT_INVALID);
}

void what_is_offered_to_nobody_is_let_go_of(hotshoe::Plugin plugin) {
  const hotshoe::Plugin taken = std::move(plugin);
  auto owned = std::make_shared<int>(1);
  hotshoe::Result<void> offered =
      hotshoe::offer(plugin, [owned](hotshoe::ServiceCall) -> std::optional<std::string> { return "no"; });
  CHECK_EQUAL(offered.error().code(), HOTSHOE_CODE_ARGUMENT_INVALID);
  CHECK_EQUAL(owned.use_count(), 1);
}

void a_call_that_was_given_up_before_is_not_made(const hotshoe::Plugin& plugin) {
  hotshoe::Call call = hotshoe::Call::of("tuner/tune").value();
  hotshoe::CancelToken token = hotshoe::CancelToken::create().value();
  call.set_cancel_token(token).value();
  token.fire();
  CHECK(token.is_fired());
  CHECK_EQUAL(call.output_of(plugin).error().code(), "call-cancelled");
  call.set_cancel_token(hotshoe::CancelToken::create().value()).value();
  call.set_timeout(std::chrono::nanoseconds(-1)).value();
  CHECK_EQUAL(call.output_of(plugin).error().code(), "call-deadline");
}

}  // namespace

int main() {
  Folder folder;
  folder.install("gain", built("gain2"));
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin plugin = host.load<Mixer>("gain", rack).value();
  a_native_plugin_has_no_methods(plugin);
  a_call_that_was_given_up_before_is_not_made(plugin);
  what_is_offered_to_nobody_is_let_go_of(plugin.clone());
  host.unload(plugin).value();
  CHECK_EQUAL(hotshoe::health(plugin).error().code(), "plugin-unloaded");
}
