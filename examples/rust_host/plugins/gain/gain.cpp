#include <rack.h>

#include <algorithm>

void rack_register(const rack* rack) {
  rack->add(rack->host, "gain", [](float sample) { return std::clamp(sample * 2, -1.0F, 1.0F); });
}
