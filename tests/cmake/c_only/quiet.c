void mixer_open(void* mixer);
const char* mixer_one_plugin_version(void);

void mixer_open(void* mixer) { (void)mixer; }

const char* mixer_one_plugin_version(void) { return HOTSHOE_PLUGIN_VERSION; }
