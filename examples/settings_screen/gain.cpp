#include "studio.hpp"

namespace {

struct Gain final : Effect {
  double apply(double sample) const override { return sample * GAIN; }
};

}  // namespace

extern "C" void studio_register(Registry& registry) { registry.add("gain", std::make_shared<Gain>()); }
