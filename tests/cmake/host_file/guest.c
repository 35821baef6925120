void harmonics_register(void* registry);

void harmonics_register(void* registry) { (void)registry; }
