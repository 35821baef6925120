namespace harmonics {
class FunctionRegistry;
}

extern "C" void harmonics_register(harmonics::FunctionRegistry&) {}
