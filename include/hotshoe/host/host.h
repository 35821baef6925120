/* Hotshoe: what a host calls. Generated from src/capi/host.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_HOST_H
#define HOTSHOE_HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "diagnostics.h"
#include "profile.h"
#include "catalog.h"
#include "plugin.h"
#include "unload.h"


/*
 What a host does with a candidate.
 */
typedef enum {
  /*
   It is not loaded.
   */
  HOTSHOE_CANDIDATE_STATE_NOT_LOADED = 0,
  /*
   A thread is loading, reloading or unloading it.
   */
  HOTSHOE_CANDIDATE_STATE_LOADING = 1,
  /*
   It is loaded.
   */
  HOTSHOE_CANDIDATE_STATE_LOADED = 2,
  /*
   It is loaded, and has ended by itself: unload or reload it.
   */
  HOTSHOE_CANDIDATE_STATE_ENDED = 3,
} hotshoe_candidate_state;

/*
 A program's side of its plugins: where they are looked for, and which are alive.
 */
typedef struct hotshoe_host hotshoe_host;

/*
 Called for each folder.
 */
typedef void (*hotshoe_folder_callback)(void *user_data, const char *folder);

/*
 Called once for each plugin that comes to life, on the thread that loads, to call its entry with the host's
 registry. `plugin` is lent for the call. Return NULL, or an error, made with hotshoe_error_new or come from
 another function: then what the plugin registered is withdrawn, it is unloaded, and loading fails with that
 error. It must not throw. It may load other plugins; for one that another thread is changing it gets the
 error `plugin-busy`, as does anybody who wants this plugin while the callback runs.
 */
typedef hotshoe_error *(*hotshoe_bind_callback)(void *user_data, const hotshoe_plugin *plugin);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

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
 The folders that plugins are looked for in, first one first, as the environment says it now; lent to `folder` one by
 one, each for the call. Paths are as the system has them. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_search_roots(const hotshoe_host *host,
                                         hotshoe_folder_callback folder,
                                         void *user_data);

/*
 What a host does with a candidate at this moment. Another thread may change that a moment later.
 HOTSHOE_CANDIDATE_STATE_NOT_LOADED for NULL. [any thread]
 */
hotshoe_candidate_state hotshoe_host_candidate_state(const hotshoe_host *host,
                                                     const hotshoe_candidate *candidate);

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

 In a callback of a host, and while the thread loads, reloads or unloads a plugin of it, it does nothing, which the log
 says as `plugin-busy`: free it afterwards.
 */
void hotshoe_host_free(hotshoe_host *host);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_HOST_H */
