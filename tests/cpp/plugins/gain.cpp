// Multiplies by GAIN, which the build chooses: two builds of it are two states of one plugin.
#include "mixer.hpp"

namespace {

class Gain : public Effect {
 public:
  int operator()(int sample) override { return sample * GAIN; }
};

}  // namespace

extern "C" void mixer_register(Mixer& mixer) { mixer.add("gain", std::make_shared<Gain>()); }
extern "C" int mixer_plugin_version() { return GAIN; }
extern "C" const int gain_factor;
extern "C" const int gain_factor = GAIN;
