/* Hotshoe: where a plugin's own files are, in whatever host. Header-only, C11 and C++17; it links nothing of
 * Hotshoe, and before glibc 2.34 needs -ldl.
 *
 *     char folder[4096];
 *     if (hotshoe_folder(host, folder, sizeof folder) < sizeof folder) open_in(folder, "coefficients.txt");
 *
 * Asked       for the host that `init` was given, or NULL in a plugin that is none of the contract.
 * Host says   A host that says the plugin's `folder`, as each that is made with Hotshoe does, is believed:
 * also where a private copy of the library is mapped, or a part of it in a folder below, this is the plugin's
 * own folder. Else        the system says which file the code that asks was mapped from, and its folder is
 * the answer. So ask in the plugin's library, not in one that it is linked with. With a host of Hotshoe's
 * that maps a private copy and is not passed, this is the copy's folder; on systems with symbolic links the
 * plugin's files are found in it. Where       the system has only a relative path, it is completed by the
 * working folder of now: ask in `init`. Text        UTF-8 on Windows, else as the system spells paths;
 * without a separator at its end, but for a root. */
#ifndef HOTSHOE_FOLDER_H
#define HOTSHOE_FOLDER_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#define HOTSHOE_FOLDER_LEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#define HOTSHOE_FOLDER_NOMINMAX
#endif
#include <windows.h>
#ifdef HOTSHOE_FOLDER_LEAN
#undef WIN32_LEAN_AND_MEAN
#undef HOTSHOE_FOLDER_LEAN
#endif
#ifdef HOTSHOE_FOLDER_NOMINMAX
#undef NOMINMAX
#undef HOTSHOE_FOLDER_NOMINMAX
#endif
#elif defined(__APPLE__)
#include <dlfcn.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#if !defined(_WIN32) && !defined(__APPLE__)
/* The system's own, which strict C hides, under names of ours. */
typedef struct hotshoe_folder_info {
  const char* file;
  void* base;
  const char* symbol;
  void* address;
} hotshoe_folder_info;
extern int hotshoe_folder_dladdr(const void* address, hotshoe_folder_info* info) __asm__("dladdr");
extern char* hotshoe_folder_realpath(const char* path, char* resolved) __asm__("realpath");
#endif

/* A text up to its last separator, given out as hotshoe_folder does. */
static inline size_t hotshoe_folder_part(const char* file, int is_folder, char* folder, size_t size) {
  size_t length = 0;
  size_t end = file != NULL ? strlen(file) : 0;
  if (is_folder) {
    length = end;
  } else {
    while (end > 0 && file[end - 1] != '/'
#if defined(_WIN32)
           && file[end - 1] != '\\'
#endif
    ) {
      --end;
    }
    /* "/gain.so" lies in "/", and "C:\gain.dll" in "C:\". */
    length = end > 1 && file[end - 2] != ':' ? end - 1 : end;
  }
  if (length != 0 && length < size) {
    memcpy(folder, file, length);
    folder[length] = '\0';
  }
  return length;
}

/* The folder of the plugin that this is compiled into: its length without the NUL. It is written if it and
 * its NUL have room in `size`; else the answer says how much is needed. 0: nobody knows.
 *
 * `host`: NULL, or what `init` was given and its plugin may use still. `folder`: NULL, if `size` is 0. [any
 * thread] */
static inline size_t hotshoe_folder(const hotshoe_plugin_host* host, char* folder, size_t size) {
  static const char here = 0;
  size_t length = 0;
  if (size != 0) folder[0] = '\0';
  if (HOTSHOE_PLUGIN_HAS(host, folder) && host->folder[0] != '\0') {
    return hotshoe_folder_part(host->folder, 1, folder, size);
  }
#if defined(_WIN32)
  {
    enum { longest = 32768 };
    HMODULE module = NULL;
    wchar_t* wide = (wchar_t*)malloc(longest * sizeof(wchar_t));
    char* file = (char*)malloc(3 * (size_t)longest);
    if (wide != NULL && file != NULL &&
        GetModuleHandleExW(
            GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
            (LPCWSTR)(const void*)&here, &module) != 0) {
      const DWORD found = GetModuleFileNameW(module, wide, longest);
      if (found != 0 && found < longest &&
          WideCharToMultiByte(CP_UTF8, 0, wide, -1, file, 3 * longest, NULL, NULL) != 0) {
        length = hotshoe_folder_part(file, 0, folder, size);
      }
    }
    free(wide);
    free(file);
  }
#else
  {
    const char* file = NULL;
#if defined(__APPLE__)
    Dl_info info;
    if (dladdr(&here, &info) != 0) file = info.dli_fname;
#else
    hotshoe_folder_info info;
    if (hotshoe_folder_dladdr(&here, &info) != 0) file = info.file;
#endif
    if (file != NULL && file[0] == '/') {
      length = hotshoe_folder_part(file, 0, folder, size);
    } else if (file != NULL) {
#if defined(__APPLE__)
      char* whole = realpath(file, NULL);
#else
      char* whole = hotshoe_folder_realpath(file, NULL);
#endif
      length = hotshoe_folder_part(whole, 0, folder, size);
      free(whole);
    }
  }
#endif
  return length;
}

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HOTSHOE_FOLDER_H */
