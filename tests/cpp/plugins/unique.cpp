// Has a symbol that is unique in the process, so that the C library never unmaps it.
#include "mixer.hpp"

template <class T>
struct Counter {
  static inline int calls = 0;
};

class Count : public Effect {
 public:
  int operator()(int) override { return ++Counter<int>::calls; }
};

extern "C" void mixer_register(Mixer& mixer) { mixer.add("count", std::make_shared<Count>()); }
