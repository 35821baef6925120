namespace harmonics {
class FunctionRegistry;
}

int third_party();

struct __attribute__((visibility("default"))) Shout {
  virtual ~Shout();
};

Shout::~Shout() {}

extern "C" __attribute__((visibility("default"))) int shout_volume() { return third_party(); }

extern "C" __attribute__((visibility("default"))) void loud_main(harmonics::FunctionRegistry&) {
  static Shout shout;
  shout_volume();
}
