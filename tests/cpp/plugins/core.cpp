// A library of the host.
extern "C" int mixer_core() { return 1; }
