// What the C++ tests check with. Unlike assert it stays in release builds.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <hotshoe/hotshoe.hpp>
#include <iostream>
#include <string>
#include <string_view>

namespace fs = std::filesystem;

#define CHECK(condition) check((condition), __FILE__, __LINE__, #condition " does not hold")
#define CHECK_EQUAL(found, expected) check_equal((found), (expected), __FILE__, __LINE__)

inline void check(bool holds, const char* file, int line, const std::string& words) {
  if (holds) return;
  std::cerr << file << ":" << line << ": " << words << std::endl;
  std::exit(1);
}

template <class Found, class Expected>
void check_equal(const Found& found, const Expected& expected, const char* file, int line) {
  if (found == expected) return;
  std::cerr << file << ":" << line << ": found `" << found << "`, expected `" << expected << "`" << std::endl;
  std::exit(1);
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A library of tests/cpp/plugins.
inline fs::path built(const std::string& name) {
  return fs::path(MIXER_PLUGINS) / (MIXER_PREFIX + name + MIXER_SUFFIX);
}

// Ends the process, so that a test that hangs fails.
inline void watchdog(unsigned seconds) { alarm(seconds); }

// A folder that goes with the object.
class Folder {
 public:
  Folder() {
    std::string path = (fs::temp_directory_path() / "hotshoe-test-XXXXXX").string();
    check(mkdtemp(path.data()) != nullptr, __FILE__, __LINE__, "no temporary folder");
    path_ = fs::canonical(path);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const fs::path& path() const { return path_; }
  std::string string() const { return path_.string(); }

  // Puts a plugin into it: `<name>/plugin.json` and the library. Returns the plugin's folder.
  fs::path install(const std::string& name, const fs::path& library, const std::string& more = "") const {
    const fs::path folder = path_ / name;
    fs::create_directories(folder);
    fs::copy_file(library, folder / "lib.so", fs::copy_options::overwrite_existing);
    std::ofstream(folder / "plugin.json")
        << R"({"name": ")" << name << R"(", "version": "1.0.0", "library": "lib.so")" << more << "}";
    return folder;
  }

 private:
  fs::path path_;
};

// How often a path occurs among what is mapped into this process.
inline int mappings_of(const fs::path& path) {
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) count += contains(line, path.string());
  return count;
}

inline hotshoe::Host mixer_host(const Folder& folder) {
  auto host = hotshoe::Host::create(hotshoe::Profile::named("mixer").value()).value();
  host.add_search_root(folder.string()).value();
  return host;
}

#endif  // CHECK_HPP
