// The entry: what Harmonics calls when it loads the plugin.
#include "leaky.hpp"

#if __has_include(<harmonics/function_registry.hpp>)
#include <harmonics/function_registry.hpp>
#include <memory>

namespace {

struct Leaky : harmonics::ActivationFunction {
  harmonics::HTensor operator()(const harmonics::HTensor& input) const override {
    return input.map(my_plugin::leaky);
  }
};

}  // namespace

extern "C" void some_host_register(harmonics::FunctionRegistry& registry) {
  registry.register_activation("leaky", std::make_shared<Leaky>());
}

#else
// Without the headers of Harmonics the plugin can be built and loaded, but it registers nothing. Install
// Harmonics, or put its headers into include/; then this half can go.
namespace harmonics {
class FunctionRegistry;
}

extern "C" void some_host_register(harmonics::FunctionRegistry&) {}
#endif
