void strings_main(void* registry);

void strings_main(void* registry) { (void)registry; }
