/* Hotshoe: what a host calls. Generated from src/capi/plugin.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_PLUGIN_H
#define HOTSHOE_HOST_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "diagnostics.h"


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
 A plugin that was brought to life. Freeing the handle does not unload the plugin.
 */
typedef struct hotshoe_plugin hotshoe_plugin;

/*
 Several plugins, in the order in which they were loaded.
 */
typedef struct hotshoe_plugins hotshoe_plugins;

/*
 A function whose type the host knows: cast it before calling.
 */
typedef void (*hotshoe_function)(void);

/*
 Called for something that a plugin registered, on the thread that unloads, never twice at once for one
 plugin. It must not throw, and must not use the plugin.
 */
typedef int (*hotshoe_registration_callback)(void *user_data, hotshoe_registration_event event);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

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
 The plugin's library, or the file that takes its place in a runtime with files of another kind; empty for a
 program. [any thread]
 */
const char *hotshoe_plugin_library(const hotshoe_plugin *plugin);

/*
 What brought the plugin to life: `native` for a library, else what its manifest names. [any thread]
 */
const char *hotshoe_plugin_runtime(const hotshoe_plugin *plugin);

/*
 The file that the plugin consists of, whatever its runtime makes of it. [any thread]
 */
const char *hotshoe_plugin_artifact(const hotshoe_plugin *plugin);

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
 Whether the file that the plugin consists of is another one now than when it was loaded, so that hotshoe_host_reload
 would bring something new. One that is not there is none. After a reload that failed for a reason of the new files, it
 is compared with those; not after `plugin-in-use`, `plugin-busy` and `reload-not-beside`, which say to try again. It
 costs one question to the file system. False for NULL. [any thread]
 */
bool hotshoe_plugin_is_changed(const hotshoe_plugin *plugin);

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

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_PLUGIN_H */
