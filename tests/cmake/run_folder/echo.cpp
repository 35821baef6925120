extern "C" void studio_register(int& effects) {
  const int echo_depth = 7;
  effects += echo_depth - 6;
}
