/* Hotshoe: what a host calls. Generated from src/capi/profile.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_PROFILE_H
#define HOTSHOE_HOST_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "diagnostics.h"


/*
 Which plugin is meant by a capability that several have.
 */
typedef enum {
  /*
   As the host's profile says.
   */
  HOTSHOE_CAPABILITY_POLICY_PROFILE = 0,
  /*
   The one that was loaded first.
   */
  HOTSHOE_CAPABILITY_POLICY_FIRST = 1,
  /*
   The one that was loaded last.
   */
  HOTSHOE_CAPABILITY_POLICY_LAST = 2,
  /*
   None: it is the error `capability-taken`.
   */
  HOTSHOE_CAPABILITY_POLICY_FAIL = 3,
} hotshoe_capability_policy;

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
 What a host expects of its plugins: name, version, search path and folders, runtimes, policies.
 */
typedef struct hotshoe_profile hotshoe_profile;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

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
 The stages of the host's pipeline, in the order in which they run: `compile` by default.

 `stages`: so many texts, each of which ends with NUL. Errors: `profile-invalid` for what cannot name one, or stands twice.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_set_stages(hotshoe_profile *profile,
                                          const char *const *stages,
                                          size_t stage_count);

/*
 Which plugin is meant by a capability that several have. With HOTSHOE_CAPABILITY_POLICY_FAIL a second one is not
 loaded: that is the error `capability-taken`. HOTSHOE_CAPABILITY_POLICY_FIRST by default.

 `policy`: a hotshoe_capability_policy, but not HOTSHOE_CAPABILITY_POLICY_PROFILE. Errors: `argument-invalid` for
 anything else.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_profile_set_capability_policy(hotshoe_profile *profile,
                                                     int policy);

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

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_PROFILE_H */
