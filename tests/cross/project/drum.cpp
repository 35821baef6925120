// A plugin in C++ with what needs a runtime: a thread, an exception that crosses functions, and memory.
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

int beat(int number) {
  if (number % 2 == 1) throw std::runtime_error("beat " + std::to_string(number));
  return number;
}

int play() {
  std::vector<int> caught(4);
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&caught, number] {
      try {
        beat(number);
      } catch (const std::exception& error) {
        caught[number] = std::string(error.what()) == "beat " + std::to_string(number) ? 1 : 100;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return caught[0] + caught[1] + caught[2] + caught[3];
}

}  // namespace

extern "C" void band_register(int* answer) { *answer = play() == 2 ? 42 : -1; }
