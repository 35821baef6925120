// For hosts whose registry is plain data.
struct Plain {
  int value;
};

extern "C" void mixer_register(Plain& plain) { plain.value += 7; }
