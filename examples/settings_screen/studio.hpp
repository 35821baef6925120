// What the plugins of Studio see: they register effects, by name.
#ifndef STUDIO_HPP
#define STUDIO_HPP

#include <memory>
#include <string>

namespace hotshoe {
class RegistrationScope;
}

struct Effect {
  virtual ~Effect() = default;
  virtual double apply(double sample) const = 0;
};

class Registry {
 public:
  virtual ~Registry() = default;
  virtual void add(const std::string& name, std::shared_ptr<Effect> effect) = 0;
  // The registry as one plugin sees it; for Hotshoe.
  virtual std::unique_ptr<Registry> scoped(hotshoe::RegistrationScope scope) = 0;
};

#endif  // STUDIO_HPP
