// A runtime that comes as a module: a C++ host finds, loads, calls and unloads its plugins as any other's.
#include <hotshoe/call.hpp>
#include <hotshoe/host.hpp>
#include <hotshoe/install.hpp>
#include <hotshoe/root.hpp>
#include <thread>

#include "check.hpp"
#include "rack.hpp"

namespace {

// A folder with the module and its description, where nobody else may write.
void put_module(const fs::path& folder) {
  fs::create_directory(folder);
  for (const char* from : {ECHO_MODULE, ECHO_DESCRIPTION}) {
    const fs::path to = folder / fs::path(from).filename();
    fs::copy_file(from, to);
    fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write);
  }
  fs::permissions(folder, fs::perms::owner_all);
}

void put_plugin(const fs::path& folder) {
  fs::create_directories(folder);
  std::ofstream(folder / "plugin.json") << R"({"name": "hello", "version": "1.0.0", "runtime": "echo"})";
  std::ofstream(folder / "hello.echo") << "echo hello";
}

hotshoe::Host host_on(const fs::path& root, const fs::path& modules) {
  hotshoe::Profile profile = hotshoe::Profile::named("mixer").value();
  profile.add_runtime("echo").value();
  hotshoe::Host host = hotshoe::Host::create(profile).value();
  host.add_search_root(root.string()).value();
  host.add_runtime_folder(modules.string()).value();
  return host;
}

std::string output(const hotshoe::Plugin& plugin, std::string_view method) {
  hotshoe::Call call = hotshoe::Call::of(method).value();
  call.set_input(hotshoe::Encoding::Raw, "in").value();
  hotshoe::Result<std::string> output = call.output_of(plugin);
  return output ? output.value() : std::string(output.error().code());
}

void an_archive_is_installed_and_found(const Folder& folder, const hotshoe::Host& host) {
  const std::string tool = "\"" HOTSHOE_TOOL "\" package \"" + (folder.path() / "source" / "hello").string() +
                           "\" --output \"" + folder.path().string() + "\" --runtime-folder \"" +
                           (folder.path() / "modules").string() + "\"";
  CHECK_EQUAL(std::system((tool + " > /dev/null").c_str()), 0);
  hotshoe::Install install = hotshoe::Install::of((folder.path() / "hello-1.0.0.tar.gz").string()).value();
  hotshoe::Root root = hotshoe::Root::at((folder.path() / "root").string()).value();
  CHECK_EQUAL(install.into_root(root).error().code(), "archive-refused");  // nobody knows the runtime
  install.add_runtime_folder((folder.path() / "modules").string()).value();
  install.into_root(root).value();

  hotshoe::Catalog catalog = host.catalog().value();
  CHECK_EQUAL(catalog.size(), 1u);
  CHECK_EQUAL(catalog[0].refusal(), "");
  CHECK_EQUAL(catalog[0].runtime(), "echo");
  CHECK_EQUAL(catalog[0].library(), catalog[0].artifact());
  CHECK(contains(catalog[0].artifact(), "hello.echo"));
}

void a_call_is_cancelled_from_another_thread(const hotshoe::Plugin& plugin) {
  hotshoe::Call call = hotshoe::Call::of("gather").value();
  hotshoe::CancelToken token = hotshoe::CancelToken::create().value();
  call.set_cancel_token(token).value();
  std::thread canceller;
  hotshoe::Sink sink;
  sink.status = [&](std::string_view) { canceller = std::thread([&] { token.fire(); }); };
  hotshoe::Result<void> made = call.make(plugin, std::move(sink));
  canceller.join();
  CHECK_EQUAL(made.error().code(), "call-cancelled");

  call = hotshoe::Call::of("poll").value();
  call.set_timeout(std::chrono::milliseconds(5)).value();
  CHECK_EQUAL(call.output_of(plugin).error().code(), "call-deadline");
}

void a_plugin_lives(const hotshoe::Host& host) {
  Rack rack;
  hotshoe::Plugin plugin = host.load<Mixer>("hello", rack).value();
  CHECK_EQUAL(plugin.runtime(), "echo");
  CHECK(contains(plugin.artifact(), "hello.echo"));
  CHECK_EQUAL(output(plugin, "echo"), "in");
  CHECK_EQUAL(output(plugin, "say"), "echo hello");
  CHECK_EQUAL(output(plugin, "fail"), "echo-broken");
  CHECK_EQUAL(hotshoe::describe(plugin).value(), R"({"methods":["echo","say"]})");
  a_call_is_cancelled_from_another_thread(plugin);
  CHECK_EQUAL(output(plugin, "end"), "");
  CHECK_EQUAL(hotshoe::health(plugin).error().code(), "plugin-ended");
  CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Exited);
  CHECK_EQUAL(output(plugin, "echo"), "plugin-unloaded");
}

const hotshoe_runtime_module_table* no_module(const hotshoe_runtime_host_table*) { return nullptr; }

// What describes a runtime may be a text of the program's.
void a_description_needs_no_file(const Folder& folder) {
  std::ifstream file(ECHO_DESCRIPTION);
  const std::string description{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  hotshoe::Install install = hotshoe::Install::of((folder.path() / "hello-1.0.0.tar.gz").string()).value();
  CHECK_EQUAL(install.add_runtime_description("[]").error().code(), "runtime-kind");
  install.add_runtime_description(description).value();
  install.into_root(hotshoe::Root::at((folder.path() / "described").string()).value()).value();

  hotshoe::Host host = host_on(folder.path() / "described", folder.path() / "source");
  CHECK_EQUAL(host.add_runtime(no_module, "[]").error().code(), "runtime-kind");
  CHECK_EQUAL(host.add_runtime(no_module, description).error().code(), "runtime-invalid");
}

}  // namespace

int main() {
  watchdog(100);
  Folder folder;
  put_module(folder.path() / "modules");
  put_plugin(folder.path() / "source" / "hello");
  hotshoe::Host host = host_on(folder.path() / "root", folder.path() / "modules");
  an_archive_is_installed_and_found(folder, host);
  a_description_needs_no_file(folder);
  a_plugin_lives(host);
  fs::permissions(folder.path() / "modules", fs::perms::all);
  Rack rack;
  hotshoe::Host other = host_on(folder.path() / "root", folder.path() / "modules");
  CHECK_EQUAL(other.load<Mixer>("hello", rack).error().code(), "runtime-untrusted");
}
