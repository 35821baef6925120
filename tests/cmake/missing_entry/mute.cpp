namespace harmonics {
class FunctionRegistry;
}

// extern "C" is forgotten.
void harmonics_register(harmonics::FunctionRegistry&) {}
