// Built with -fno-exceptions: failures are looked at, and a value that is not there ends the program.
//
//     no_exceptions          works
//     no_exceptions abort    asks for a value that is not there
//
// Loading plugins is refused in such a file, for what they throw could not be stopped, unless it says this:
#define HOTSHOE_PLUGINS_NEVER_THROW
#include <csignal>
#include <cstdlib>
#include <hotshoe/hotshoe.hpp>

#include "check.hpp"
#include "rack.hpp"

int main(int argc, char**) {
  Folder folder;
  folder.install("gain", built("gain2"));
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  if (argc > 1) {
    std::signal(SIGABRT, [](int) { std::_Exit(0); });  // as expected
    host.load<Mixer>("reverb", rack).value();
    return 1;
  }

  CHECK_EQUAL(host.load<Mixer>("reverb", rack).error().code(), "plugin-not-found");
  hotshoe::Result<hotshoe::Plugin> gain = host.load<Mixer>("gain", rack);
  CHECK(static_cast<bool>(gain));
  CHECK_EQUAL((*rack.find("gain"))(2), 4);
  CHECK(host.unload(gain.value()).value().outcome() == hotshoe::Outcome::Unmapped);
}
