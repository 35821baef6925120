extern "C" void studio_register(int& effects) { ++effects; }
