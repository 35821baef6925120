/* Hotshoe: what a host calls. Generated from src/capi/unloads.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_UNLOADS_H
#define HOTSHOE_HOST_UNLOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "plugin.h"
#include "unload.h"
#include "host.h"


/*
 What became of all plugins of a host, in the order in which they were unloaded.
 */
typedef struct hotshoe_unloads hotshoe_unloads;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Unloads every plugin: each before what it depends on, else the last one first. One that is busy lives on.

 `unloads`: yours; it says what became of each. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_unload_all(const hotshoe_host *host, hotshoe_unloads **unloads);

/*
 How many plugins there were. [any thread]
 */
size_t hotshoe_unloads_count(const hotshoe_unloads *unloads);

/*
 One of them, lent: hotshoe_plugin_clone makes it yours. NULL past the last. [any thread]
 */
const hotshoe_plugin *hotshoe_unloads_plugin(const hotshoe_unloads *unloads, size_t index);

/*
 What became of it, lent; NULL if that failed, and past the last. [any thread]
 */
const hotshoe_unload *hotshoe_unloads_get(const hotshoe_unloads *unloads, size_t index);

/*
 Why it could not be unloaded, lent; NULL if nothing failed. [any thread]
 */
const hotshoe_error *hotshoe_unloads_error(const hotshoe_unloads *unloads, size_t index);

/*
 Ends the answers. NULL is fine.
 */
void hotshoe_unloads_free(hotshoe_unloads *unloads);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_UNLOADS_H */
