#include <rack.h>

static float invert(float sample) { return -sample; }

void rack_register(const struct rack* rack) { rack->add(rack->host, "invert", invert); }
