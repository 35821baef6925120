#include "profile.hpp"

#include <stdexcept>
#include <string>

#if defined(_WIN32)
#include <windows.h>
#elif defined(__APPLE__)
#include <mach-o/dyld.h>

#include <cstdint>
#include <cstdlib>
#else
#include <unistd.h>
#endif

namespace {

constexpr unsigned longest_path = 4096;

// Where this program is, without links; empty if the system does not say.
std::string program_path() {
  std::string path(longest_path, '\0');
#if defined(_WIN32)
  std::wstring wide(longest_path, L'\0');
  const DWORD size = GetModuleFileNameW(nullptr, &wide[0], longest_path);
  if (size == 0 || size == longest_path) return "";
  const int length = WideCharToMultiByte(CP_UTF8, 0, wide.data(), static_cast<int>(size), &path[0],
                                         static_cast<int>(longest_path), nullptr, nullptr);
#elif defined(__APPLE__)
  std::uint32_t size = longest_path;
  if (_NSGetExecutablePath(&path[0], &size) != 0) return "";
  char* found = realpath(path.c_str(), nullptr);
  path = found == nullptr ? "" : found;
  std::free(found);
  const auto length = path.size();
#else
  const ssize_t length = readlink("/proc/self/exe", &path[0], longest_path);
#endif
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return path.size() < longest_path ? path : "";
}

}  // namespace

hotshoe::Result<hotshoe::Profile> my_host::read_profile() {
  const std::string program = program_path();
  const auto folder = program.find_last_of("/\\");
  if (folder == std::string::npos) throw std::runtime_error("the system does not say where this program is");
  // From the program's folder, the same in the build folder and where it is installed.
  return hotshoe::Profile::from_file(program.substr(0, folder + 1) + MY_HOST_PROFILE);
}
