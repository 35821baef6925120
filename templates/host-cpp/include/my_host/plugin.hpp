// What plugins of my-host implement, and where they register it:
//
//     extern "C" void my_host_register(my_host::Registry& registry) {
//       registry.add("halve", std::make_shared<Halve>());
//     }
//
// The entry, which each plugin defines, is called what my-host.host.json says.
//
// Everything here that a plugin calls is virtual, so it links to nothing. The order of the virtual functions
// is the binary interface: new ones go to the end of their class.
#ifndef MY_HOST_PLUGIN_HPP
#define MY_HOST_PLUGIN_HPP

#include <memory>
#include <string>

namespace hotshoe {
class RegistrationScope;  // Plugins need not know it.
}

namespace my_host {

class Function {
 public:
  virtual ~Function() = default;
  virtual float operator()(float x) const = 0;
};

class Registry {
 public:
  virtual ~Registry() = default;

  // Offers a function under a name. Of several with one name the last is used.
  virtual void add(const std::string& name, std::shared_ptr<Function> function) = 0;

  // The view of this registry that one plugin registers with; Hotshoe asks for it.
  virtual std::unique_ptr<Registry> scoped(hotshoe::RegistrationScope scope) = 0;
};

}  // namespace my_host

#endif  // MY_HOST_PLUGIN_HPP
