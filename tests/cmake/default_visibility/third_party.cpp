// Compiled without any of the plugin's options: `value` is unique in the process.

template <class T>
struct Shared {
  static inline T value = T();
};

int third_party() { return ++Shared<int>::value; }
