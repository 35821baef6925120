// Does not compile with -fno-exceptions, and says why.
#include <hotshoe/hotshoe.hpp>

int main() {
  int registry = 0;
  hotshoe::Host host = hotshoe::Host::create(hotshoe::Profile::named("mixer").value()).value();
  return host.load_all(registry).plugins.empty() ? 1 : 0;
}
