// As the packaging guide of Harmonics shows it: no export macro anywhere.

#include <stdexcept>
#include <string>

namespace harmonics {
class FunctionRegistry;
}

// Each of these two would become a symbol that is unique in the process and forbid unloading.
template <class T>
struct Counter {
  static inline int value = 0;
};

inline std::string& greeting() {
  static std::string text = "hello from " HOTSHOE_PLUGIN_VERSION;
  return text;
}

extern "C" void harmonics_register(harmonics::FunctionRegistry&) {
  if (++Counter<int>::value > 1000 || greeting().empty()) {
    throw std::runtime_error("called too often");
  }
}
