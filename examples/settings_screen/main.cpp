// The screen on a terminal: `show`, `enable NAME`, `disable NAME`; what changed on disk is loaded anew before
// each.
#include <iostream>
#include <sstream>

#include "effects.hpp"
#include "screen.hpp"

int main() {
  Effects effects;
  const hotshoe::Profile profile = hotshoe::Profile::named("studio").value();
  const hotshoe::Host host = hotshoe::Host::create(profile).value();  // along STUDIO_PLUGIN_PATH
  Screen screen{profile, host, effects, std::cout};
  screen.enable_all();
  for (std::string line, command, name; std::getline(std::cin, line); name.clear()) {
    std::istringstream(line) >> command >> name;
    screen.reload_changed();
    if (command == "show") screen.show();
    if (command == "enable") screen.enable(name);
    if (command == "disable") screen.disable(name);
  }
}
