// Registers one more effect each time that its effect is used, long after its entry has returned.
#include "mixer.hpp"

namespace {

class Echo : public Effect {
 public:
  int operator()(int sample) override { return sample + 1; }
};

class Late : public Effect {
 public:
  explicit Late(Mixer& mixer) : mixer_(mixer) {}
  int operator()(int sample) override {
    mixer_.add("echo" + std::to_string(sample), std::make_shared<Echo>());
    return sample;
  }

 private:
  Mixer& mixer_;
};

}  // namespace

extern "C" void mixer_register(Mixer& mixer) { mixer.add("late", std::make_shared<Late>(mixer)); }
