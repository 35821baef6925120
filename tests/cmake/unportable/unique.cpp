// The one symbol beside the entry that a plugin may export.
extern "C" inline const char* harmonics_plugin_version = "1.0.0";

const char** where() { return &harmonics_plugin_version; }
