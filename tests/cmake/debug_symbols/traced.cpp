namespace harmonics {
class FunctionRegistry;
}

static int depth_of_trace = 7;

extern "C" void harmonics_register(harmonics::FunctionRegistry&) { ++depth_of_trace; }
