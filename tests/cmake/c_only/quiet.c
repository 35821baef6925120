void studio_open(void *studio);
const char *studio_one_plugin_version(void);

void studio_open(void *studio) { (void)studio; }

const char *studio_one_plugin_version(void) { return HOTSHOE_PLUGIN_VERSION; }
