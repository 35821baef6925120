// What plugins of this host register with: plain data, so there is nothing to take back when one is unloaded.
// A host whose plugins register objects owns them with a hotshoe::RegistrationScope, as examples/harmonics
// does.
#ifndef MINIMAL_REGISTRY_HPP
#define MINIMAL_REGISTRY_HPP

#include <string>
#include <vector>

class Registry {
 public:
  virtual ~Registry() = default;
  // Virtual, so that plugins call it without linking to the host.
  virtual void greet(const char* text) { greetings.emplace_back(text); }

  std::vector<std::string> greetings;
};

#endif  // MINIMAL_REGISTRY_HPP
