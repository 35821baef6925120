/* A host as small as can be, for systems that only run in an emulator: loads the plugins it is given, calls
 * the entry of each, says what it answered, and unloads it. */
#include <stdio.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

typedef void (*entry_function)(int* answer);

static int load(const char* path) {
  int answer = 0;
#ifdef _WIN32
  HMODULE library = LoadLibraryA(path);
  entry_function entry = library ? (entry_function)(void*)GetProcAddress(library, "band_register") : NULL;
  if (entry == NULL) {
    printf("%s: error %lu\n", path, GetLastError());
    return 1;
  }
  entry(&answer);
  FreeLibrary(library);
#else
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  entry_function entry = NULL;
  if (library != NULL) *(void**)&entry = dlsym(library, "band_register");
  if (entry == NULL) {
    printf("%s: %s\n", path, dlerror());
    return 1;
  }
  entry(&answer);
  dlclose(library);
#endif
  printf("%s answers %d\n", path, answer);
  return answer != 42;
}

int main(int count, char** paths) {
  int failed = count < 2;
  for (int index = 1; index < count; ++index) failed |= load(paths[index]);
  return failed;
}
