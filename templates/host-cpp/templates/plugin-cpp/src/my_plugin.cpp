// The entry: what my-host calls when it loads the plugin.
#include <my_host/plugin.hpp>

#include <memory>

#include "leaky.hpp"

namespace {

struct Leaky : my_host::Function {
  float operator()(float x) const override { return my_plugin::leaky(x); }
};

}  // namespace

extern "C" void some_host_register(my_host::Registry& registry) {
  // A name, and what is called under it.
  registry.add("leaky", std::make_shared<Leaky>());
}
