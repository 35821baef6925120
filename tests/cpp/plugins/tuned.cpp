// Linked with a library of the host, which it does not bring.
#include "mixer.hpp"

extern "C" int mixer_core();

extern "C" void mixer_register(Mixer&) { mixer_core(); }
