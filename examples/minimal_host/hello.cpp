#include "registry.hpp"

extern "C" void minimal_register(Registry& registry) { registry.greet("hello from a plugin"); }
