// The Huber loss: quadratic for small errors, linear for large ones, so that outliers count less.
// Source: P. J. Huber, "Robust Estimation of a Location Parameter", 1964; delta is 1.
#include <cmath>
#include <harmonics/function_registry.hpp>

namespace {

class Huber : public harmonics::LossFunction {
 public:
  harmonics::HTensor operator()(const harmonics::HTensor& prediction,
                                const harmonics::HTensor& target) const override {
    const auto loss = prediction.zip(target, [](float p, float t) {
      const float error = std::abs(p - t);
      return error <= 1.0F ? 0.5F * error * error : error - 0.5F;
    });
    return harmonics::HTensor::scalar(loss.mean());
  }
};

}  // namespace

extern "C" void harmonics_register(harmonics::FunctionRegistry& reg) {
  reg.register_loss("huber", std::make_shared<Huber>());
}

extern "C" int harmonics_plugin_version() { return 2; }
