#include <hotshoe/hotshoe.hpp>
#include <iostream>

int main() {
  int effects = 0;
  auto host = hotshoe::Host::create(hotshoe::Profile::named("studio").value()).value();
  auto loaded = host.load_all(effects);
  for (const auto& found : loaded.diagnostics) std::cerr << found.text() << "\n";
  std::cout << effects << " effects\n";
  return effects == 2 ? 0 : 1;
}
