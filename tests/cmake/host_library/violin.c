int tuning(void);
void harmonics_register(int* registry);

void harmonics_register(int* registry) {
  if (tuning() != 440) *registry = 1;
}
