// Registers an effect, and then ends the thread: by itself, or at the next point where it can be cancelled.
#include <pthread.h>

#include "mixer.hpp"

namespace {

class Silence : public Effect {
 public:
  int operator()(int) override { return 0; }
};

// Something that must be given back on the way.
struct Guard {
  explicit Guard(int& count) : count_(count) { ++count_; }
  ~Guard() { --count_; }
  int& count_;
};
int guards = 0;

}  // namespace

extern "C" int held() { return guards; }

extern "C" void mixer_register(Mixer& mixer) {
  Guard guard(guards);
  mixer.add("silence", std::make_shared<Silence>());
#if defined(CANCELLED)
  pthread_cancel(pthread_self());
  pthread_testcancel();
#else
  pthread_exit(nullptr);
#endif
}
