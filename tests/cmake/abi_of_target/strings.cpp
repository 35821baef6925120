extern "C" void harmonics_register(void*) {}
