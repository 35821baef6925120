/* Hotshoe: what a host calls. Generated from src/capi: change it there, then run tools/headers.sh.
 *
 * Use        link libhotshoe (`Hotshoe::hotshoe` in CMake, `hotshoe` in pkg-config). A C++ program includes
 *            hotshoe.hpp instead, which catches what plugins throw.
 * Handles    are opaque. What a function gives out through a pointer to a handle is yours, and ends with the
 *            _free of its kind, which takes NULL. What is returned as a pointer to const is lent by its owner.
 * Errors     A function that can fail returns hotshoe_error *: NULL is success, anything else is yours to free.
 *            Out-parameters are written on success only.
 * Strings    in: UTF-8 with a length, or HOTSHOE_NUL_TERMINATED. Paths on Unix may be any bytes.
 *            out: end with NUL and live as long as the handle they came from. NULL where there is none.
 * NULL       for a handle never crashes: a fallible function returns the error `argument-invalid`, any other
 *            returns NULL, 0 or false.
 * Threads    A function whose first parameter is a pointer to const may be called from many threads at once
 *            with the same handle; any other needs the handle for itself.
 */


#ifndef HOTSHOE_HOST_H
#define HOTSHOE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For a length: the string ends with NUL. */
#define HOTSHOE_NUL_TERMINATED ((size_t)-1)

/* The version of this header. hotshoe_version() tells the library's, which may be newer. */
#define HOTSHOE_VERSION_MAJOR 0
#define HOTSHOE_VERSION_MINOR 1
#define HOTSHOE_VERSION_PATCH 0
#define HOTSHOE_VERSION_AT_LEAST(major, minor, patch)                          \
  (HOTSHOE_VERSION_MAJOR > (major) ||                                          \
   (HOTSHOE_VERSION_MAJOR == (major) && (HOTSHOE_VERSION_MINOR > (minor) ||    \
   (HOTSHOE_VERSION_MINOR == (minor) && HOTSHOE_VERSION_PATCH >= (patch)))))

/* What a function with this mark returns is an error, or NULL: whoever does not look at it does not know what
   happened, and leaks it. Define the mark as nothing to be warned of none. */
#ifndef HOTSHOE_MUST_USE
#if defined(__cplusplus) ? __cplusplus >= 201703L : defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L
#define HOTSHOE_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define HOTSHOE_MUST_USE __attribute__((warn_unused_result))
#else
#define HOTSHOE_MUST_USE
#endif
#endif


/*
 How much a finding matters.
 */
typedef enum {
  /*
   Worth knowing; nothing is lost.
   */
  HOTSHOE_SEVERITY_NOTE = 0,
  /*
   It works, but somebody should mend it.
   */
  HOTSHOE_SEVERITY_WARNING = 1,
  /*
   A plugin cannot be used.
   */
  HOTSHOE_SEVERITY_ERROR = 2,
} hotshoe_severity;

/*
 What is asked of something that a plugin registered. Unloading a plugin first says WITHDRAW to all that it
 registered, then asks each IN_USE. If one is, all get RESTORE and the plugin stays; else all get DROP.
 */
typedef enum {
  /*
   Take it out of the registry, so that nobody can get hold of it any more. The result is ignored.
   */
  HOTSHOE_REGISTRATION_EVENT_WITHDRAW = 0,
  /*
   Return non-zero if someone beside the registry holds it.
   */
  HOTSHOE_REGISTRATION_EVENT_IN_USE = 1,
  /*
   Put it back into the registry. The result is ignored.
   */
  HOTSHOE_REGISTRATION_EVENT_RESTORE = 2,
  /*
   Let go of it, and of user_data: this is the last call. The result is ignored.
   */
  HOTSHOE_REGISTRATION_EVENT_DROP = 3,
} hotshoe_registration_event;

/*
 What became of a plugin that was to be unloaded.
 */
typedef enum {
  /*
   Its library is not mapped any more.
   */
  HOTSHOE_UNLOAD_OUTCOME_UNMAPPED = 0,
  /*
   Nothing of it is used any more, but its library stays mapped; the reasons say why.
   */
  HOTSHOE_UNLOAD_OUTCOME_RESIDENT = 1,
  /*
   Something it registered is in use, or another plugin depends on it; the reasons say what. It lives on as if
   nothing had been asked.
   */
  HOTSHOE_UNLOAD_OUTCOME_BUSY = 2,
  /*
   Its process is gone; the reason says how it went.
   */
  HOTSHOE_UNLOAD_OUTCOME_EXITED = 3,
  /*
   Its runtime has let go of it.
   */
  HOTSHOE_UNLOAD_OUTCOME_RELEASED = 4,
} hotshoe_unload_outcome;

/*
 What an install did about a plugin.
 */
typedef enum {
  /*
   Nothing: it is there from the same archive, and as it was installed; or this was no install.
   */
  HOTSHOE_INSTALL_OUTCOME_PRESENT = 0,
  /*
   It was not there, and is now.
   */
  HOTSHOE_INSTALL_OUTCOME_INSTALLED = 1,
  /*
   It took the place of what was there, which is out of use now.
   */
  HOTSHOE_INSTALL_OUTCOME_REPLACED = 2,
} hotshoe_install_outcome;

/*
 What an operation is at. There may be more of these one day: let what you do not know go on.
 */
typedef enum {
  /*
   The archive is read and its digest is taken: so many bytes of it are done.
   */
  HOTSHOE_PROGRESS_CHECKING = 0,
  /*
   The archive is unpacked: so many bytes of it are done.
   */
  HOTSHOE_PROGRESS_UNPACKING = 1,
  /*
   Another process changes the same folder, and is waited for.
   */
  HOTSHOE_PROGRESS_WAITING = 2,
} hotshoe_progress;

/*
 Whether a library must be the one that was installed, by the receipt in the plugin's folder.
 */
typedef enum {
  /*
   Receipts are not looked at.
   */
  HOTSHOE_RECEIPT_POLICY_OFF = 0,
  /*
   Where there is a receipt, the library must be the one it names.
   */
  HOTSHOE_RECEIPT_POLICY_IF_PRESENT = 1,
  /*
   There must be a receipt, too: what was copied into place is refused.
   */
  HOTSHOE_RECEIPT_POLICY_REQUIRED = 2,
} hotshoe_receipt_policy;

/*
 What a folder for plugins is relative to.
 */
typedef enum {
  /*
   The folder of the running program.
   */
  HOTSHOE_FOLDER_KIND_PROGRAM = 0,
  /*
   The folder for the user's data: XDG_DATA_HOME or ~/.local/share, on macOS ~/Library/Application Support,
   on Windows %LOCALAPPDATA%.
   */
  HOTSHOE_FOLDER_KIND_USER = 1,
  /*
   The folders for the system's libraries, such as /usr/local/lib and /usr/lib.
   */
  HOTSHOE_FOLDER_KIND_SYSTEM = 2,
} hotshoe_folder_kind;

/*
 One plugin that was found. It belongs to its catalog.
 */
typedef struct hotshoe_candidate hotshoe_candidate;

/*
 Some of the plugins that a catalog holds.
 */
typedef struct hotshoe_candidates hotshoe_candidates;

/*
 The plugins found on a search path. Nothing was loaded to make it.
 */
typedef struct hotshoe_catalog hotshoe_catalog;

/*
 Findings that were collected while work went on.
 */
typedef struct hotshoe_diagnostics hotshoe_diagnostics;

/*
 Why one operation stopped: code, stage, message, hint, path, plugin and causes.
 */
typedef struct hotshoe_error hotshoe_error;

/*
 A program's side of its plugins: where they are looked for, and which are alive.
 */
typedef struct hotshoe_host hotshoe_host;

/*
 Facts read out of an ELF, Mach-O or PE file without running it.
 */
typedef struct hotshoe_inspection hotshoe_inspection;

/*
 How an archive is installed.
 */
typedef struct hotshoe_install hotshoe_install;

/*
 Plugins that were installed, each in one version.
 */
typedef struct hotshoe_installed hotshoe_installed;

/*
 An archive that was made of a plugin's folder.
 */
typedef struct hotshoe_package hotshoe_package;

/*
 A plugin that was brought to life. Freeing the handle does not unload the plugin.
 */
typedef struct hotshoe_plugin hotshoe_plugin;

/*
 Several plugins, in the order in which they were loaded.
 */
typedef struct hotshoe_plugins hotshoe_plugins;

/*
 What a host expects of its plugins: name, version, search path and folders, runtimes, policies.
 */
typedef struct hotshoe_profile hotshoe_profile;

/*
 A folder that plugins are installed in: one of a host's search path.
 */
typedef struct hotshoe_root hotshoe_root;

/*
 The answer to "unload this plugin".
 */
typedef struct hotshoe_unload hotshoe_unload;

/*
 A function whose type the host knows: cast it before calling.
 */
typedef void (*hotshoe_function)(void);

/*
 Called for something that a plugin registered, on the thread that unloads, never twice at once for one
 plugin. It must not throw, and must not use the plugin.
 */
typedef int (*hotshoe_registration_callback)(void *user_data, hotshoe_registration_event event);

/*
 Called once for each plugin that comes to life, on the thread that loads, to call its entry with the host's
 registry. `plugin` is lent for the call. Return NULL, or an error, made with hotshoe_error_new or come from
 another function: then what the plugin registered is withdrawn, it is unloaded, and loading fails with that
 error. It must not throw. It may load other plugins; for one that another thread is changing it gets the
 error `plugin-busy`, as does anybody who wants this plugin while the callback runs.
 */
typedef hotshoe_error *(*hotshoe_bind_callback)(void *user_data, const hotshoe_plugin *plugin);

/*
 Called several times each second, on the thread that does the work. `done` and `total` are in bytes, and 0
 where nothing is counted. `holder`: for HOTSHOE_PROGRESS_WAITING what the other process does, such as
 "process 4711: install gain-1.2.3.tar.gz"; lent for the call, else NULL. Return 0 to go on. Anything else
 stops the operation: its error is `cancelled`, and nothing was changed. It must not throw.
 */
typedef int (*hotshoe_progress_callback)(void *user_data,
                                         hotshoe_progress progress,
                                         uint64_t done,
                                         uint64_t total,
                                         const char *holder);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 The version of the library, for example "0.1.0". Lives for ever.
 */
const char *hotshoe_version(void);

/*
 Makes an error for a callback to return, with the code `entry-failed`.

 `message`: what failed, in one sentence; what is not UTF-8 in it is replaced. NULL makes an error without
 words. Yours, until the callback returns it. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_error_new(const char *message, size_t message_length);

/*
 A second handle of an error, which is yours and says the same. NULL for NULL. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_error_clone(const hotshoe_error *error);

/*
 The kind of error; stable between releases, for example "manifest-syntax". [any thread]
 */
const char *hotshoe_error_code(const hotshoe_error *error);

/*
 The part of the work it comes from, for example "manifest" or "load". [any thread]
 */
const char *hotshoe_error_stage(const hotshoe_error *error);

/*
 What failed, in one sentence. [any thread]
 */
const char *hotshoe_error_message(const hotshoe_error *error);

/*
 What to do next; NULL if nothing helps. [any thread]
 */
const char *hotshoe_error_hint(const hotshoe_error *error);

/*
 The file or folder it is about; NULL if none. [any thread]
 */
const char *hotshoe_error_path(const hotshoe_error *error);

/*
 The plugin it is about; NULL if none. [any thread]
 */
const char *hotshoe_error_plugin(const hotshoe_error *error);

/*
 Everything there is to say, over several lines, without a newline at the end. [any thread]
 */
const char *hotshoe_error_report(const hotshoe_error *error);

/*
 How many causes it has. [any thread]
 */
size_t hotshoe_error_cause_count(const hotshoe_error *error);

/*
 One of its causes, 0 being the nearest; NULL past the last. [any thread]
 */
const char *hotshoe_error_cause(const hotshoe_error *error, size_t index);

/*
 Ends an error. NULL is fine. [any thread]
 */
void hotshoe_error_free(hotshoe_error *error);

/*
 How many there are. [any thread]
 */
size_t hotshoe_diagnostics_count(const hotshoe_diagnostics *diagnostics);

/*
 How much one matters; HOTSHOE_SEVERITY_NOTE past the last. [any thread]
 */
hotshoe_severity hotshoe_diagnostics_severity(const hotshoe_diagnostics *diagnostics, size_t index);

/*
 The kind of one; stable between releases, for example "name-mismatch". NULL past the last. [any thread]
 */
const char *hotshoe_diagnostics_code(const hotshoe_diagnostics *diagnostics, size_t index);

/*
 What was found, in one sentence; NULL past the last. [any thread]
 */
const char *hotshoe_diagnostics_message(const hotshoe_diagnostics *diagnostics, size_t index);

/*
 What to do about it; NULL if nothing, or past the last. [any thread]
 */
const char *hotshoe_diagnostics_hint(const hotshoe_diagnostics *diagnostics, size_t index);

/*
 The file or folder it was found in; NULL if none, or past the last. [any thread]
 */
const char *hotshoe_diagnostics_path(const hotshoe_diagnostics *diagnostics, size_t index);

/*
 The plugin it concerns; NULL if none, or past the last. [any thread]
 */
const char *hotshoe_diagnostics_plugin(const hotshoe_diagnostics *diagnostics, size_t index);

/*
 Everything about one, over several lines; NULL past the last. [any thread]
 */
const char *hotshoe_diagnostics_text(const hotshoe_diagnostics *diagnostics, size_t index);

/*
 Ends them. NULL is fine. [any thread]
 */
void hotshoe_diagnostics_free(hotshoe_diagnostics *diagnostics);

/*
 The profile that follows from a name alone: `harmonics` looks for plugins along HARMONICS_PLUGIN_PATH,
 calls `harmonics_register`, and reads `harmonics_version` in manifests.

 `profile`: yours. Errors: `profile-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_new(const char *name, size_t name_length, hotshoe_profile **profile);

/*
 Reads a `<name>.host.json` file.

 `profile`: yours. Errors: `profile-unreadable`, `profile-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_from_file(const char *file, size_t file_length, hotshoe_profile **profile);

/*
 Takes what would stand in a `<name>.host.json` file: a host can have it inside.

 `json`: UTF-8. `profile`: yours. Errors: `profile-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_from_json(const char *json, size_t json_length, hotshoe_profile **profile);

/*
 The profile of an installed host, by its name: `<name>/<name>.host.json` in the first of these folders that
 has it: `share` beside the folder of the running program, then those of XDG_DATA_DIRS, which are
 /usr/local/share and /usr/share where that is not set.

 `profile`: yours. Errors: `profile-not-found`, `profile-unreadable`, `profile-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_installed(const char *name, size_t name_length, hotshoe_profile **profile);

/*
 Sets the host's own version, against which plugins state what they need. Unset, none is refused for it.

 Errors: `version-invalid`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_set_version(hotshoe_profile *profile,
                                           const char *version,
                                           size_t version_length);

/*
 Sets the symbol that plugins export for the host to call.

 Errors: `profile-invalid` for what is not a C identifier.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_set_entry(hotshoe_profile *profile, const char *symbol, size_t symbol_length);

/*
 States one aspect of the host's binary interface, such as "stdlib" = "libstdc++". A plugin whose manifest
 gives another value for the same key is refused before it is loaded. hotshoe.hpp does this by itself.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_set_abi(hotshoe_profile *profile,
                                       const char *key,
                                       size_t key_length,
                                       const char *value,
                                       size_t value_length);

/*
 Adds a shared library that the host has loaded before any plugin: its file name as it is needed, such as
 "libcore.so.1", or a pattern with `*`, as "libcore.so.*". A plugin may need it without bringing it, and nobody
 looks for it.

 Errors: `profile-invalid` for what cannot name a library, such as a path.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_add_provided(hotshoe_profile *profile,
                                            const char *library,
                                            size_t library_length);

/*
 Gives the host the folders for plugins that most have, for those that its profile does not name:
 `../lib/<name>/plugins` from the program's folder, `<name>/plugins` in the user's data and in the system's
 library folders. They need not be there. A profile that follows from a name has none before.

 Errors: `argument-invalid` only.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_use_default_folders(hotshoe_profile *profile);

/*
 Sets a folder that the host has for plugins, by a relative path with `/` between its parts. Hosts look there
 behind the folders of the environment variable; it need not be there.

 `kind`: a hotshoe_folder_kind; only from the program's folder the path may begin with "..". `folder`: NULL
 takes it out. Errors: `profile-invalid` for what is no such path, `argument-invalid`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_set_folder(hotshoe_profile *profile,
                                          int kind,
                                          const char *folder,
                                          size_t folder_length);

/*
 Has the host take plugins of a runtime beside those that it takes already, which are `native` alone at first.
 The name is of lower-case letters, digits and `-`.

 `settings`: a JSON object for the runtime, which knows what it means; NULL for none. `native` takes none: it
 has functions of its own. Errors: `profile-invalid`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_add_runtime(hotshoe_profile *profile,
                                           const char *name,
                                           size_t name_length,
                                           const char *settings,
                                           size_t settings_length);

/*
 Whether a private copy of a plugin's library is mapped instead of the library itself, so that its file may
 be overwritten while it is in use: for hosts that plugins are developed in. Off by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_set_private_copies(hotshoe_profile *profile, bool private_copies);

/*
 Whether what was read of a root that holds many plugins is kept in the user's cache folder for the next start.
 On by default; nothing is kept by a program that runs with rights that its caller lacks.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_set_index(hotshoe_profile *profile,
                                         bool index);

/*
 Whether a plugin's library must be the one that was installed. A library that is compared is mapped from a
 private copy. HOTSHOE_RECEIPT_POLICY_OFF by default.

 `policy`: a hotshoe_receipt_policy. Errors: `argument-invalid` for anything else.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_set_receipt_policy(hotshoe_profile *profile, int policy);

/*
 The host's name. [any thread]
 */
const char *hotshoe_profile_name(const hotshoe_profile *profile);

/*
 The host's version; NULL if it is not set. [any thread]
 */
const char *hotshoe_profile_version(const hotshoe_profile *profile);

/*
 The environment variable that holds the search path. [any thread]
 */
const char *hotshoe_profile_search_path_variable(const hotshoe_profile *profile);

/*
 The symbol that plugins export for the host to call. [any thread]
 */
const char *hotshoe_profile_entry(const hotshoe_profile *profile);

/*
 The symbol under which plugins may export their version. [any thread]
 */
const char *hotshoe_profile_version_symbol(const hotshoe_profile *profile);

/*
 The manifest key that holds a plugin's requirement on the host's version. [any thread]
 */
const char *hotshoe_profile_version_key(const hotshoe_profile *profile);

/*
 A folder that the host has for plugins, relative to what `kind` says; NULL if it has none. [any thread]
 */
const char *hotshoe_profile_folder(const hotshoe_profile *profile, int kind);

/*
 How many runtimes the host takes: `native` alone where its profile lists none. [any thread]
 */
size_t hotshoe_profile_runtime_count(const hotshoe_profile *profile);

/*
 The name of a runtime that the host takes, in the order of its profile; NULL past the last. [any thread]
 */
const char *hotshoe_profile_runtime(const hotshoe_profile *profile, size_t index);

/*
 What the profile says to a runtime, as a JSON object; NULL for `native`, which has functions of its own, and past
 the last. [any thread]
 */
const char *hotshoe_profile_runtime_settings(const hotshoe_profile *profile,
                                             size_t index);

/*
 What was noticed while its file was read, such as keys that are unknown. Lent by the profile until that is
 changed. [any thread]
 */
const hotshoe_diagnostics *hotshoe_profile_diagnostics(const hotshoe_profile *profile);

/*
 Ends a profile. NULL is fine. Hosts made with it keep what they took from it.
 */
void hotshoe_profile_free(hotshoe_profile *profile);

/*
 Reads the facts of a library. Nothing of it is run.

 `inspection`: yours. Errors: `library-unreadable`, `library-format`, `library-truncated`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_inspection_new(const char *library,
                                      size_t library_length,
                                      hotshoe_inspection **inspection);

/*
 How many platforms it is for: one, but for universal files. [any thread]
 */
size_t hotshoe_inspection_platform_count(const hotshoe_inspection *inspection);

/*
 A platform it is for, for example "linux-x86_64"; NULL past the last. [any thread]
 */
const char *hotshoe_inspection_platform(const hotshoe_inspection *inspection, size_t index);

/*
 Whether it exports a symbol. [any thread]
 */
bool hotshoe_inspection_exports(const hotshoe_inspection *inspection,
                                const char *symbol,
                                size_t symbol_length);

/*
 How many libraries it needs that were not found. [any thread]
 */
size_t hotshoe_inspection_missing_count(const hotshoe_inspection *inspection);

/*
 A library it needs that was not found; NULL past the last. [any thread]
 */
const char *hotshoe_inspection_missing(const hotshoe_inspection *inspection, size_t index);

/*
 All facts as JSON, in the form that `hotshoe inspect --json` prints. [any thread]
 */
const char *hotshoe_inspection_json(const hotshoe_inspection *inspection);

/*
 Ends an inspection. NULL is fine. [any thread]
 */
void hotshoe_inspection_free(hotshoe_inspection *inspection);

/*
 Looks for plugins along a search path: folders separated by ':', on Windows by ';'.

 `search_path`: NULL means where the host looks by itself: the profile's environment variable, then its
 folders. `catalog`: yours. What cannot be read is a
 diagnostic of the catalog. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_catalog_new(const hotshoe_profile *profile,
                                   const char *search_path,
                                   size_t search_path_length,
                                   hotshoe_catalog **catalog);

/*
 Looks into the libraries of the plugins that are not refused yet, and refuses those that cannot be loaded, as
 far as their bytes, those of the libraries they need, and the receipts that the host asks for can tell.

 A host need not do this, for it checks each plugin when it is loaded; who shows what there is, should. What
 the catalog lent before is gone: its candidates, and its diagnostics. It opens every library.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_catalog_check_libraries(hotshoe_catalog *catalog, const hotshoe_profile *profile);

/*
 How many plugins it holds, those that the host would refuse included. [any thread]
 */
size_t hotshoe_catalog_count(const hotshoe_catalog *catalog);

/*
 A plugin it holds, by root and then by folder name; NULL past the last. [any thread]
 */
const hotshoe_candidate *hotshoe_catalog_candidate(const hotshoe_catalog *catalog, size_t index);

/*
 The plugin of this name to use: the highest version that the requirement allows.

 `requirement`: such as ">=1.2,<2"; NULL allows all. `candidate`: lent by the catalog.
 Errors: `plugin-not-found`, `requirement-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_catalog_find(const hotshoe_catalog *catalog,
                                    const char *name,
                                    size_t name_length,
                                    const char *requirement,
                                    size_t requirement_length,
                                    const hotshoe_candidate **candidate);

/*
 For each name the plugin to use, in catalog order: what `hotshoe_catalog_find` finds without a requirement.

 `capability`: only those that can be found under it; NULL for all. `candidates`: yours; what it holds is lent by the
 catalog. Errors: `capability-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_catalog_newest(const hotshoe_catalog *catalog,
                                      const char *capability,
                                      size_t capability_length,
                                      hotshoe_candidates **candidates);

/*
 How many plugins a list holds. [any thread]
 */
size_t hotshoe_candidates_count(const hotshoe_candidates *candidates);

/*
 A plugin that a list holds, lent by the catalog; NULL past the last. [any thread]
 */
const hotshoe_candidate *hotshoe_candidates_get(const hotshoe_candidates *candidates, size_t index);

/*
 Ends a list, and not the plugins that it holds. NULL is fine.
 */
void hotshoe_candidates_free(hotshoe_candidates *candidates);

/*
 What was noticed on the way. Lent by the catalog. [any thread]
 */
const hotshoe_diagnostics *hotshoe_catalog_diagnostics(const hotshoe_catalog *catalog);

/*
 Ends a catalog and its candidates. NULL is fine.
 */
void hotshoe_catalog_free(hotshoe_catalog *catalog);

/*
 The plugin's name. [any thread]
 */
const char *hotshoe_candidate_name(const hotshoe_candidate *candidate);

/*
 The plugin's version; NULL if it says none. [any thread]
 */
const char *hotshoe_candidate_version(const hotshoe_candidate *candidate);

/*
 The plugin's folder, or its library if it has no folder of its own. [any thread]
 */
const char *hotshoe_candidate_path(const hotshoe_candidate *candidate);

/*
 The plugin's library; empty if there is none. [any thread]
 */
const char *hotshoe_candidate_library(const hotshoe_candidate *candidate);

/*
 What the plugin does, in its own words; NULL if it does not say. [any thread]
 */
const char *hotshoe_candidate_description(const hotshoe_candidate *candidate);

/*
 The plugin's licence, by custom an SPDX expression; NULL if it does not say. [any thread]
 */
const char *hotshoe_candidate_license(const hotshoe_candidate *candidate);

/*
 Where to read more of the plugin; NULL if it does not say. It is the author's text, and need not be a URL.
 [any thread]
 */
const char *hotshoe_candidate_homepage(const hotshoe_candidate *candidate);

/*
 The file of the plugin's icon; NULL if it names none. It need not be there, and is whatever the author put there.
 [any thread]
 */
const char *hotshoe_candidate_icon(const hotshoe_candidate *candidate);

/*
 How many authors the plugin names. [any thread]
 */
size_t hotshoe_candidate_author_count(const hotshoe_candidate *candidate);

/*
 Who made the plugin; NULL past the last. [any thread]
 */
const char *hotshoe_candidate_author(const hotshoe_candidate *candidate, size_t index);

/*
 All that the plugin says of itself, as a JSON object with the fields of docs/manifest.md and the keys that a
 manifest may have beside them; what it does not say is null or empty. [any thread]
 */
const char *hotshoe_candidate_manifest(const hotshoe_candidate *candidate);

/*
 The keys of the manifest that Hotshoe does not know, as they stand there: a JSON object. [any thread]
 */
const char *hotshoe_candidate_other_keys(const hotshoe_candidate *candidate);

/*
 Why the host would not take the plugin, over several lines; NULL if it would. [any thread]
 */
const char *hotshoe_candidate_refusal(const hotshoe_candidate *candidate);

/*
 The kind of refusal, stable between releases, for example "host-incompatible"; NULL if the host would take the
 plugin. [any thread]
 */
const char *hotshoe_candidate_refusal_code(const hotshoe_candidate *candidate);

/*
 Why the host would not take the plugin, in one sentence; NULL if it would. [any thread]
 */
const char *hotshoe_candidate_refusal_message(const hotshoe_candidate *candidate);

/*
 What to do so that the host would take the plugin; NULL if it would, or if nothing helps. [any thread]
 */
const char *hotshoe_candidate_refusal_hint(const hotshoe_candidate *candidate);

/*
 The file or folder that the refusal is about, such as a broken manifest; NULL if the host would take the plugin.
 [any thread]
 */
const char *hotshoe_candidate_refusal_path(const hotshoe_candidate *candidate);

/*
 Under how many capabilities the plugin can be found. [any thread]
 */
size_t hotshoe_candidate_capability_count(const hotshoe_candidate *candidate);

/*
 A capability under which the plugin can be found; NULL past the last. [any thread]
 */
const char *hotshoe_candidate_capability(const hotshoe_candidate *candidate, size_t index);

/*
 The plugin's name. [any thread]
 */
const char *hotshoe_plugin_name(const hotshoe_plugin *plugin);

/*
 The plugin's version; NULL if it says none. [any thread]
 */
const char *hotshoe_plugin_version(const hotshoe_plugin *plugin);

/*
 The plugin's folder, or its library if it has no folder of its own. [any thread]
 */
const char *hotshoe_plugin_path(const hotshoe_plugin *plugin);

/*
 The plugin's library. [any thread]
 */
const char *hotshoe_plugin_library(const hotshoe_plugin *plugin);

/*
 Under how many capabilities the plugin can be found. [any thread]
 */
size_t hotshoe_plugin_capability_count(const hotshoe_plugin *plugin);

/*
 A capability under which the plugin can be found; NULL past the last. [any thread]
 */
const char *hotshoe_plugin_capability(const hotshoe_plugin *plugin, size_t index);

/*
 Whether the plugin is loaded still. [any thread]
 */
bool hotshoe_plugin_is_loaded(const hotshoe_plugin *plugin);

/*
 What was noticed while the plugin was loaded, lent: better versions that could not be loaded, among others.
 NULL for NULL. [any thread]
 */
const hotshoe_diagnostics *hotshoe_plugin_diagnostics(const hotshoe_plugin *plugin);

/*
 The plugin's entry function, for a C host to call with its registry. Good until the plugin is unloaded.
 A C++ program uses hotshoe.hpp, for what the plugin throws must be caught where it is called.

 Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_entry(const hotshoe_plugin *plugin, hotshoe_function *entry);

/*
 Where one of the plugin's exported symbols is: data, or a function to cast. Good until it is unloaded.

 Errors: `symbol-missing`, `plugin-unloaded`, `plugin-busy`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_symbol(const hotshoe_plugin *plugin,
                                     const char *name,
                                     size_t name_length,
                                     void **address);

/*
 Takes note of something that the plugin gave to the host, so that unloading takes it back or answers busy.
 May be called while the plugin is bound and at any time later. The last registered is the first dropped.

 `what`: what it is, for the one who asks why a plugin is busy: "activation `relu6`". `callback`: is told
 DROP exactly once if this succeeds, and nothing if it fails. If the host is freed while the plugin is
 loaded, nothing is dropped: the plugin stays mapped and what it registered stays good.
 Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_register(const hotshoe_plugin *plugin,
                                       const char *what,
                                       size_t what_length,
                                       hotshoe_registration_callback callback,
                                       void *user_data);

/*
 Another handle of the same plugin. Yours; NULL for NULL. [any thread]
 */
hotshoe_plugin *hotshoe_plugin_clone(const hotshoe_plugin *plugin);

/*
 Ends a handle; the plugin stays loaded. NULL is fine. [any thread]
 */
void hotshoe_plugin_free(hotshoe_plugin *plugin);

/*
 How many there are. [any thread]
 */
size_t hotshoe_plugins_count(const hotshoe_plugins *plugins);

/*
 One of them, lent: hotshoe_plugin_clone makes it yours. NULL past the last. [any thread]
 */
const hotshoe_plugin *hotshoe_plugins_get(const hotshoe_plugins *plugins, size_t index);

/*
 Ends the list; the plugins stay loaded. NULL is fine.
 */
void hotshoe_plugins_free(hotshoe_plugins *plugins);

/*
 What became of the plugin. [any thread]
 */
hotshoe_unload_outcome hotshoe_unload_get_outcome(const hotshoe_unload *unload);

/*
 How many reasons there are for it. [any thread]
 */
size_t hotshoe_unload_reason_count(const hotshoe_unload *unload);

/*
 One of them; NULL past the last. [any thread]
 */
const char *hotshoe_unload_reason(const hotshoe_unload *unload, size_t index);

/*
 Outcome and reasons in one line. [any thread]
 */
const char *hotshoe_unload_text(const hotshoe_unload *unload);

/*
 Ends the answer. NULL is fine. [any thread]
 */
void hotshoe_unload_free(hotshoe_unload *unload);

/*
 Makes a host without plugins. It looks for them in the folders given to hotshoe_host_add_search_root, then
 in those of the profile's environment variable, then in those that the profile names: the program's, the
 user's, the system's.

 `profile`: copied. `host`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_new(const hotshoe_profile *profile, hotshoe_host **host);

/*
 Adds a folder to look for plugins in, before those of the environment variable and of the profile. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_add_search_root(const hotshoe_host *host,
                                            const char *root,
                                            size_t root_length);

/*
 Adds a folder that need not be there: as long as it is not, nothing is said of it. Otherwise like
 hotshoe_host_add_search_root. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_add_optional_search_root(const hotshoe_host *host,
                                                     const char *root,
                                                     size_t root_length);

/*
 Has every library loaded once by another program, the tool `hotshoe`, before this process loads it: a plugin
 whose constructors throw, exit or hang for 10 seconds is then the error `probe-failed`, where it would end
 this process otherwise. Costs a process start for each plugin. Off by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_set_prober(hotshoe_host *host, const char *program, size_t program_length);

/*
 The plugins that are on the search path now. Nothing is loaded.

 `catalog`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_catalog(const hotshoe_host *host, hotshoe_catalog **catalog);

/*
 Loads a plugin from the search path by name, and before it the plugins it depends on. One that is alive
 already is returned as it is, and `bind` is not called.

 `requirement`: such as ">=1.2,<2"; NULL means the highest version. `bind`: NULL loads without binding.
 `plugin`: yours. Errors: of every stage but `package`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_load(const hotshoe_host *host,
                                 const char *name,
                                 size_t name_length,
                                 const char *requirement,
                                 size_t requirement_length,
                                 hotshoe_bind_callback bind,
                                 void *user_data,
                                 hotshoe_plugin **plugin);

/*
 Loads a plugin that a catalog found, and not what it depends on. Otherwise like hotshoe_host_load. The
 catalog may be freed afterwards. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_load_candidate(const hotshoe_host *host,
                                           const hotshoe_candidate *candidate,
                                           hotshoe_bind_callback bind,
                                           void *user_data,
                                           hotshoe_plugin **plugin);

/*
 Loads the plugin at a path, its folder or its library, and before it the plugins it depends on, from the
 search path. Otherwise like hotshoe_host_load. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_load_path(const hotshoe_host *host,
                                      const char *file_or_folder,
                                      size_t file_or_folder_length,
                                      hotshoe_bind_callback bind,
                                      void *user_data,
                                      hotshoe_plugin **plugin);

/*
 Loads every plugin on the search path in its highest version. A plugin that cannot be loaded is a diagnostic
 and never keeps the others from being loaded.

 `plugins`, `diagnostics`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_load_all(const hotshoe_host *host,
                                     hotshoe_bind_callback bind,
                                     void *user_data,
                                     hotshoe_plugins **plugins,
                                     hotshoe_diagnostics **diagnostics);

/*
 Loads every plugin of a catalog, such as one made of another search path. Otherwise like
 hotshoe_host_load_all. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_load_catalog(const hotshoe_host *host,
                                         const hotshoe_catalog *catalog,
                                         hotshoe_bind_callback bind,
                                         void *user_data,
                                         hotshoe_plugins **plugins,
                                         hotshoe_diagnostics **diagnostics);

/*
 Brings what is on disk in a plugin's place to life, and then ends the plugin. If anything fails on the way, the
 plugin lives on as if nothing had been asked. While `bind` runs, what the old plugin registered is withdrawn.

 `plugin`: its handle stays yours, for a plugin that has ended. `reloaded`: yours; its diagnostics say so if the old
 code stays mapped. Errors: `reload-not-beside`, if both cannot be in one process at a time: hotshoe_host_replace
 may help; `plugin-in-use`, `plugin-unloaded`, and those of hotshoe_host_load_path. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_reload(const hotshoe_host *host,
                                   const hotshoe_plugin *plugin,
                                   hotshoe_bind_callback bind,
                                   void *user_data,
                                   hotshoe_plugin **reloaded);

/*
 Ends a plugin and then brings what is on disk in its place to life. The new files are checked first: if they
 would be refused, or if the plugin is in use, the error says so and the old plugin lives on. An error after
 that (from its constructors, or from `bind`) leaves none alive: there is no way back.

 `plugin`: its handle stays yours, for a plugin that has ended. `replaced`: yours.
 Errors: `plugin-in-use`, `plugin-unloaded`, and those of hotshoe_host_load_path. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_replace(const hotshoe_host *host,
                                    const hotshoe_plugin *plugin,
                                    hotshoe_bind_callback bind,
                                    void *user_data,
                                    hotshoe_plugin **replaced);

/*
 Unloads a plugin and says truthfully what became of it. No thread may be in its code.

 `unload`: yours. Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_unload(const hotshoe_host *host,
                                   const hotshoe_plugin *plugin,
                                   hotshoe_unload **unload);

/*
 The live plugins, in the order in which they were loaded.

 `name`, `capability`: only those of this name, under this capability; NULL for all. `plugins`: yours.
 Errors: `capability-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_plugins(const hotshoe_host *host,
                                    const char *name,
                                    size_t name_length,
                                    const char *capability,
                                    size_t capability_length,
                                    hotshoe_plugins **plugins);

/*
 Ends a host. Plugins that are loaded still stay mapped, and what they registered stays good. NULL is fine.
 */
void hotshoe_host_free(hotshoe_host *host);

/*
 Adds a runtime that is linked into the program, in place of one of its name. It is used for the plugins that name
 it, if the host's profile lists it among its `runtimes`.

 `entry`: the module's hotshoe_runtime_module, as `hotshoe/runtime.h` declares it, cast to this type.
 Errors: `runtime-invalid`. [any thread]
 */
hotshoe_error *hotshoe_host_add_runtime(const hotshoe_host *host,
                                        hotshoe_function entry);

/*
 Adds a folder to look for the modules of runtimes in, before `hotshoe/runtimes/` beside the installed libhotshoe.

 `folder`: absolute. A module in it is refused with `runtime-untrusted` when a plugin needs it, if anybody but root and
 this user may write to it or to a folder above it. [any thread]
 */
hotshoe_error *hotshoe_host_add_runtime_folder(const hotshoe_host *host,
                                               const char *folder,
                                               size_t folder_length);

/*
 Makes `<output>/<name>-<version>.tar.gz` of a plugin's folder, and its `.sha256` beside it. The same folder
 gives the same bytes on every machine. An archive of that name is replaced, at once and when the new one is
 complete.

 `profile`: a host that must take the plugin, if its version is known; NULL asks nobody. `package`: yours.
 Errors: of the stages `package`, `manifest`, `inspect` and `catalog`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_package_make(const char *folder,
                                    size_t folder_length,
                                    const char *output,
                                    size_t output_length,
                                    const hotshoe_profile *profile,
                                    hotshoe_package **package);

/*
 The plugin's name. [any thread]
 */
const char *hotshoe_package_name(const hotshoe_package *package);

/*
 The plugin's version. [any thread]
 */
const char *hotshoe_package_version(const hotshoe_package *package);

/*
 The archive's path. [any thread]
 */
const char *hotshoe_package_archive(const hotshoe_package *package);

/*
 The archive's SHA-256, in 64 hexadecimal digits. [any thread]
 */
const char *hotshoe_package_sha256(const hotshoe_package *package);

/*
 The archive's size in bytes. [any thread]
 */
uint64_t hotshoe_package_size(const hotshoe_package *package);

/*
 Ends what is known of an archive; the archive stays. NULL is fine.
 */
void hotshoe_package_free(hotshoe_package *package);

/*
 How many there are. [any thread]
 */
size_t hotshoe_installed_count(const hotshoe_installed *installed);

/*
 The name of one; NULL past the last. [any thread]
 */
const char *hotshoe_installed_name(const hotshoe_installed *installed, size_t index);

/*
 The version of one; NULL if it says none, or past the last. [any thread]
 */
const char *hotshoe_installed_version(const hotshoe_installed *installed, size_t index);

/*
 The folder of one, of one that was removed the folder it had; NULL past the last. [any thread]
 */
const char *hotshoe_installed_path(const hotshoe_installed *installed, size_t index);

/*
 Whether a host can find one: false for a version out of use, and past the last. Of one that was removed,
 whether a host could. [any thread]
 */
bool hotshoe_installed_in_use(const hotshoe_installed *installed, size_t index);

/*
 What an install did about one; HOTSHOE_INSTALL_OUTCOME_PRESENT past the last. [any thread]
 */
hotshoe_install_outcome hotshoe_installed_outcome(const hotshoe_installed *installed, size_t index);

/*
 Those whose receipts are damaged, as hotshoe_root_installed found them. Lent by the list. [any thread]
 */
const hotshoe_diagnostics *hotshoe_installed_diagnostics(const hotshoe_installed *installed);

/*
 Ends the list; what is installed stays. NULL is fine. [any thread]
 */
void hotshoe_installed_free(hotshoe_installed *installed);

/*
 A root, which need not be there yet: the first install makes it.

 `root`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_new(const char *folder, size_t folder_length, hotshoe_root **root);

/*
 Has uninstall, rollback and prune tell whom they wait for. NULL: they wait as long as it takes, which is the
 default. An install has its own: hotshoe_install_set_progress.

 `user_data`: for each call of `callback`; it must stay good as long as the root uses it.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_set_progress(hotshoe_root *root,
                                         hotshoe_progress_callback callback,
                                         void *user_data);

/*
 The folder. [any thread]
 */
const char *hotshoe_root_path(const hotshoe_root *root);

/*
 Every plugin that was installed here, by name and version, also those out of use. One whose receipt is
 damaged is among hotshoe_installed_diagnostics, and so are keys of receipts that are unknown.

 `installed`: yours. Errors: `folder-unreadable`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_installed(const hotshoe_root *root, hotshoe_installed **installed);

/*
 Removes a version of a plugin, or all of them. One whose files are not as they were installed is only removed
 by `force`: what was changed would be lost.

 `version`: NULL means all. `removed`: yours; NULL if you need no list.
 Errors: `not-installed`, `installed-changed`, `receipt-invalid`, `version-invalid`, `manifest-field` for what
 cannot be a name, `folder-unreadable`, `package-write`, `cancelled`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_uninstall(const hotshoe_root *root,
                                      const char *name,
                                      size_t name_length,
                                      const char *version,
                                      size_t version_length,
                                      bool force,
                                      hotshoe_installed **removed);

/*
 Puts an older version of a plugin in use again. Those above it go out of use, and come back by a rollback to
 their version, until hotshoe_root_prune.

 `version`: NULL means the one before the highest. `changed`: yours; NULL if you need no list. It holds the
 version in use first, then those that went out of use.
 Errors: as of hotshoe_root_uninstall, but for `installed-changed`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_rollback(const hotshoe_root *root,
                                     const char *name,
                                     size_t name_length,
                                     const char *version,
                                     size_t version_length,
                                     hotshoe_installed **changed);

/*
 Removes the versions out of use, and of those in use all but the highest `keep` of each plugin; one always
 stays. Versions whose files are not as they were installed stay, too.

 `name`: only this plugin; NULL for all. `dry_run`: only says which these are. `removed`: yours; NULL if you
 need no list. Errors: `folder-unreadable`, `package-write`, `cancelled`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_prune(const hotshoe_root *root,
                                  const char *name,
                                  size_t name_length,
                                  size_t keep,
                                  bool dry_run,
                                  hotshoe_installed **removed);

/*
 Compares what is in use with its receipts, and reads every file for that. Each file that was changed, is
 missing, or was added is a warning `installed-changed`.

 `name`: only this plugin; NULL for all. `differences`: yours.
 Errors: `not-installed`, `receipt-invalid`, `folder-unreadable`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_verify(const hotshoe_root *root,
                                   const char *name,
                                   size_t name_length,
                                   hotshoe_diagnostics **differences);

/*
 Ends a root; what is installed stays. NULL is fine.
 */
void hotshoe_root_free(hotshoe_root *root);

/*
 An install of an archive: a tar, plain or in gzip or zstd, or a zip. Its bytes say which, not its name. It is
 not read yet.

 `install`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_new(const char *archive, size_t archive_length, hotshoe_install **install);

/*
 Whether it goes into `<root>/<name>`, for hosts that do not look for versions, and not into
 `<root>/<name>/<version>`. A newer version takes the place of the one that is there, which goes out of use.
 Off by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_flat(hotshoe_install *install, bool flat);

/*
 Whether it may take the place of another build of the same version, or of one that was changed since; what
 was there goes out of use. Off by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_replace(hotshoe_install *install, bool replace);

/*
 Whether it is installed only if its signature is verified, whatever the policy of the trust store; without a
 trust store it is refused then. Off by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_require_signature(hotshoe_install *install, bool require_signature);

/*
 Installs it only if the trust store of this host says that its signature is good, or that it needs none: the
 file that HOTSHOE_TRUST names, else `<config>/hotshoe/<host>.trust.json`, which is read now. Without this
 and hotshoe_install_set_trust no key is known: a signature that is damaged is refused, and any other, or that
 there is none, is among the diagnostics of what was installed.

 Errors: `key-invalid` if it cannot be used.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_host(hotshoe_install *install, const hotshoe_profile *profile);

/*
 The same by the trust store in a file, which must be there, and is read now.

 Errors: `key-invalid` if it cannot be used.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_trust(hotshoe_install *install, const char *file, size_t file_length);

/*
 Has hotshoe_install_into_root tell how far it is, and lets the callback stop it. NULL, the default: nobody.

 `user_data`: for each call of `callback`; it must stay good as long as the install uses it.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_progress(hotshoe_install *install,
                                            hotshoe_progress_callback callback,
                                            void *user_data);

/*
 Installs the archive. It is unpacked and checked in a hidden folder of the root first, and appears at once;
 one that is refused or stopped leaves nothing behind. Nothing of it is run. Several processes may install at
 once: they do it one after the other.

 `installed`: yours, and not NULL. It says what was done about each plugin in the archive, and
 hotshoe_installed_diagnostics has a warning if nobody signed it, or the signature was not verified: tell it.
 Errors: of the stages `package` and `manifest`, and `folder-unreadable`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_into_root(const hotshoe_install *install,
                                         const hotshoe_root *root,
                                         hotshoe_installed **installed);

/*
 Ends an install; what it installed stays. NULL is fine.
 */
void hotshoe_install_free(hotshoe_install *install);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_H */
