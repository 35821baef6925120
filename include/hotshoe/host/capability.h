/* Hotshoe: what a host calls. Generated from src/capi/capability.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_CAPABILITY_H
#define HOTSHOE_HOST_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "diagnostics.h"
#include "profile.h"
#include "plugin.h"
#include "host.h"


/*
 What the live plugins of a host can be found under.
 */
typedef struct hotshoe_capabilities hotshoe_capabilities;

/*
 The right to use a plugin: until it is freed, whoever unloads or reloads the plugin is told that it is in use.
 */
typedef struct hotshoe_lease hotshoe_lease;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 The live plugin that has a capability, and a lease of it.

 `policy`: which one is meant of several, a hotshoe_capability_policy. `or_name`: whether a plugin of this name is meant,
 too, where none has such a capability. `lease`: yours; NULL if there is no such plugin.
 Errors: `capability-taken`, and `plugin-busy` while the one that is meant is being unloaded or reloaded. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_find(const hotshoe_host *host,
                                 const char *capability,
                                 size_t capability_length,
                                 int policy,
                                 bool or_name,
                                 hotshoe_lease **lease);

/*
 Keeps a plugin loaded for a while.

 `lease`: yours. Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_lease(const hotshoe_plugin *plugin, hotshoe_lease **lease);

/*
 The plugin, lent by the lease: hotshoe_plugin_clone makes it yours. NULL for NULL. [any thread]
 */
const hotshoe_plugin *hotshoe_lease_plugin(const hotshoe_lease *lease);

/*
 Ends a lease: nothing of the plugin may be in use by it any more. NULL is fine. [any thread]
 */
void hotshoe_lease_free(hotshoe_lease *lease);

/*
 Has a live plugin, or one that is being bound, found under a capability that its manifest does not name, as long as it
 lives. Its place among others that have it is that of its load.

 Errors: `capability-invalid`, `capability-taken`, `plugin-unloaded`, `plugin-busy`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_register_capability(const hotshoe_host *host,
                                                const hotshoe_plugin *plugin,
                                                const char *capability,
                                                size_t capability_length);

/*
 Everything that a live plugin can be found under, as it is now.

 `capabilities`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_capabilities(const hotshoe_host *host, hotshoe_capabilities **capabilities);

/*
 How many there are. [any thread]
 */
size_t hotshoe_capabilities_count(const hotshoe_capabilities *capabilities);

/*
 One of them, by its text; they are in its order. NULL past the last. [any thread]
 */
const char *hotshoe_capabilities_get(const hotshoe_capabilities *capabilities, size_t index);

/*
 The plugins that have one, in the order in which they were loaded, lent. NULL past the last. [any thread]
 */
const hotshoe_plugins *hotshoe_capabilities_plugins(const hotshoe_capabilities *capabilities, size_t index);

/*
 A warning `capability-taken` for each plugin that has a capability under which another one is found, lent. NULL for
 NULL. [any thread]
 */
const hotshoe_diagnostics *hotshoe_capabilities_diagnostics(const hotshoe_capabilities *capabilities);

/*
 Ends the list; the plugins stay loaded. NULL is fine. [any thread]
 */
void hotshoe_capabilities_free(hotshoe_capabilities *capabilities);

/*
 What a capability means by itself, if every host knows it, such as `backend:python`; NULL for any other one, which is
 as good. It is never freed. [any thread]
 */
const char *hotshoe_capability_meaning(const char *capability,
                                       size_t capability_length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_CAPABILITY_H */
