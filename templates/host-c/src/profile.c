#include "profile.h"

#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#include <windows.h>
#elif defined(__APPLE__)
#include <limits.h>
#include <mach-o/dyld.h>
#else
#include <unistd.h>
#endif

enum { LONGEST_PATH = 4096 };

/* From the program's folder, the same in the build folder and where it is installed. */
static const char file[] = "/" MY_HOST_PROFILE;

/* Where this program is, without links: how long that is, or 0 if the system does not say. */
static size_t program_path(char* path) {
#if defined(_WIN32)
  wchar_t wide[LONGEST_PATH];
  const DWORD length = GetModuleFileNameW(NULL, wide, LONGEST_PATH);
  if (length == 0 || length == LONGEST_PATH) return 0;
  return (size_t)WideCharToMultiByte(CP_UTF8, 0, wide, (int)length, path, LONGEST_PATH, NULL, NULL);
#elif defined(__APPLE__)
  char linked[PATH_MAX];
  uint32_t size = sizeof linked;
  char* found = _NSGetExecutablePath(linked, &size) == 0 ? realpath(linked, NULL) : NULL;
  const size_t length = found == NULL ? 0 : strlen(found);
  if (length > 0 && length < LONGEST_PATH) memcpy(path, found, length);
  free(found);
  return length < LONGEST_PATH ? length : 0;
#else
  const ssize_t length = readlink("/proc/self/exe", path, LONGEST_PATH);
  return length > 0 && length < LONGEST_PATH ? (size_t)length : 0;
#endif
}

hotshoe_error* profile_read(hotshoe_profile** profile) {
  char path[LONGEST_PATH + sizeof file];
  size_t length = program_path(path);
  while (length > 0 && path[length - 1] != '/' && path[length - 1] != '\\') --length;
  if (length == 0) {
    return hotshoe_error_new("the system does not say where this program is", HOTSHOE_NUL_TERMINATED);
  }
  memcpy(path + length - 1, file, sizeof file);
  return hotshoe_profile_from_file(path, HOTSHOE_NUL_TERMINATED, profile);
}
