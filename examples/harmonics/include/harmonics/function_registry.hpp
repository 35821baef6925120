// What plugins implement, and where they register it. A plugin is one file that includes this header:
//
//     extern "C" void harmonics_register(harmonics::FunctionRegistry& reg) {
//       reg.register_activation("plug_act", std::make_shared<PlugActivation>());
//     }
//
// Everything here that a plugin calls is virtual or inline, so it links to nothing of Harmonics. The order
// of the virtual functions is the binary interface: new ones go to the end of their class.
#ifndef HARMONICS_FUNCTION_REGISTRY_HPP
#define HARMONICS_FUNCTION_REGISTRY_HPP

#include <memory>
#include <string>
#include <vector>

#include "tensor.hpp"

namespace hotshoe {
class RegistrationScope;  // Plugins need not know it.
}

namespace harmonics {

class ActivationFunction {
 public:
  virtual ~ActivationFunction() = default;
  virtual HTensor operator()(const HTensor& input) const = 0;
};

class LossFunction {
 public:
  virtual ~LossFunction() = default;
  virtual HTensor operator()(const HTensor& prediction, const HTensor& target) const = 0;
};

// A layer may keep state from call to call, so one that several threads use guards it.
class LayerFunction {
 public:
  virtual ~LayerFunction() = default;
  virtual HTensor operator()(const HTensor& input) = 0;
};

// The functions that there are, by name. Any thread may use it.
//
// Of several functions with one name the last registered is used; when it goes, the one before is back.
class FunctionRegistry {
 public:
  // The registry of this process. Only the host calls it; a plugin is given its own view.
  static FunctionRegistry& instance();

  virtual ~FunctionRegistry() = default;

  virtual void register_activation(const std::string& name, std::shared_ptr<ActivationFunction> function) = 0;
  virtual void register_loss(const std::string& name, std::shared_ptr<LossFunction> function) = 0;
  virtual void register_layer(const std::string& name, std::shared_ptr<LayerFunction> function) = 0;

  // Throw std::out_of_range if there is none of this name.
  //
  // They return shared pointers, and that is what makes unloading safe: a plugin whose function somebody
  // holds is busy, and is not unmapped. A reference would leave no trace.
  virtual std::shared_ptr<ActivationFunction> get_activation(const std::string& name) const = 0;
  virtual std::shared_ptr<LossFunction> get_loss(const std::string& name) const = 0;
  virtual std::shared_ptr<LayerFunction> get_layer(const std::string& name) const = 0;

  // All names, sorted.
  virtual std::vector<std::string> activations() const = 0;
  virtual std::vector<std::string> losses() const = 0;
  virtual std::vector<std::string> layers() const = 0;

  // The view of this registry that one plugin registers with; Hotshoe asks for it.
  virtual std::unique_ptr<FunctionRegistry> scoped(hotshoe::RegistrationScope scope) = 0;
};

// Of FunctionRegistry::instance().
std::shared_ptr<ActivationFunction> getActivation(const std::string& name);
std::shared_ptr<LossFunction> getLoss(const std::string& name);
std::shared_ptr<LayerFunction> getLayer(const std::string& name);

}  // namespace harmonics

#endif  // HARMONICS_FUNCTION_REGISTRY_HPP
