// Loading and unloading 10,000 times leaves memory, descriptors and mappings as they were.
#include <algorithm>
#include <iterator>

#include "check.hpp"
#include "rack.hpp"

namespace {

struct Usage {
  long resident_kib;
  long descriptors;
  long mappings;

  static Usage now() {
    Usage usage{};
    std::ifstream statm("/proc/self/statm");
    long total = 0, pages = 0;
    statm >> total >> pages;
    usage.resident_kib = pages * (sysconf(_SC_PAGESIZE) / 1024);
    usage.descriptors = std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
    std::ifstream maps("/proc/self/maps");
    usage.mappings = std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
    return usage;
  }
};

void load_and_unload(const hotshoe::Host& host, const std::string& path, int times) {
  for (int i = 0; i < times; ++i) {
    Rack rack;
    hotshoe::Plugin plugin = host.load_path<Mixer>(path, rack).value();
    CHECK_EQUAL((*rack.find("gain"))(i), 2 * i);
    CHECK(host.unload(plugin).value().outcome() == hotshoe::Outcome::Unmapped);
  }
}

}  // namespace

int main() {
  Folder folder;
  const std::string path = folder.install("gain", built("gain2")).string();
  hotshoe::Host host = mixer_host(folder);
  load_and_unload(host, path, 1000);
  const Usage before = Usage::now();
  load_and_unload(host, path, 9000);
  const Usage after = Usage::now();

  CHECK_EQUAL(after.descriptors, before.descriptors);
#if !defined(__SANITIZE_ADDRESS__)  // which keeps freed memory back on purpose
  std::cout << "resident memory grew by " << after.resident_kib - before.resident_kib << " KiB, mappings by "
            << after.mappings - before.mappings << "\n";
  CHECK(after.mappings <= before.mappings);
  CHECK(after.resident_kib - before.resident_kib < 256);
#endif
}
