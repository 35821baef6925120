#include <harmonics/function_registry.hpp>

struct Leaky : harmonics::ActivationFunction {
  harmonics::HTensor operator()(const harmonics::HTensor& input) const override {
    return input.map([](float x) { return x > 0 ? x : x / 10; });
  }
};

extern "C" void harmonics_register(harmonics::FunctionRegistry& registry) {
  registry.register_activation("leaky", std::make_shared<Leaky>());
}
