void harmonics_register(void* registry) { (void)registry; }
