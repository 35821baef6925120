#include <string>

std::string brass() { return "a runtime of its own"; }
