// Registers one object under two names, and keeps it for itself as well.
#include "mixer.hpp"

namespace {

class Mute : public Effect {
 public:
  int operator()(int) override { return 0; }
};

std::shared_ptr<Effect> kept;

}  // namespace

extern "C" void mixer_register(Mixer& mixer) {
  kept = std::make_shared<Mute>();
  mixer.add("mute", kept);
  mixer.add("silent", kept);
}
