#include <my_host/plugin.hpp>

#include <memory>

namespace {

struct Halve : my_host::Function {
  float operator()(float x) const override { return x / 2; }
};

}  // namespace

extern "C" void my_host_register(my_host::Registry& registry) {
  // A name, and what is called under it.
  registry.add("halve", std::make_shared<Halve>());
}
