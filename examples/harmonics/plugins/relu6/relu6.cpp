// min(max(x, 0), 6): a rectifier that stays small enough for 8-bit arithmetic.
#include <algorithm>
#include <harmonics/function_registry.hpp>

namespace {

class Relu6 : public harmonics::ActivationFunction {
 public:
  harmonics::HTensor operator()(const harmonics::HTensor& input) const override {
    return input.map([](float x) { return std::clamp(x, 0.0F, 6.0F); });
  }
};

}  // namespace

extern "C" void harmonics_register(harmonics::FunctionRegistry& reg) {
  reg.register_activation("relu6", std::make_shared<Relu6>());
}
