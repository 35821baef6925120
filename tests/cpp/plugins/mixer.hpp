// What a host called `mixer` and its plugins have in common.
#ifndef MIXER_HPP
#define MIXER_HPP

#include <memory>
#include <string>

namespace hotshoe {
class RegistrationScope;
}

class Effect {
 public:
  virtual ~Effect() = default;
  virtual int operator()(int sample) = 0;
};

class Mixer {
 public:
  virtual ~Mixer() = default;
  virtual void add(const std::string& name, std::shared_ptr<Effect> effect) = 0;
  virtual std::unique_ptr<Mixer> scoped(hotshoe::RegistrationScope scope) = 0;
};

#endif  // MIXER_HPP
