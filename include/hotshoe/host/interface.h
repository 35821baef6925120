/* Hotshoe: what a host calls. Generated from src/capi/interface.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_INTERFACE_H
#define HOTSHOE_HOST_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "host.h"
#include "watch.h"


#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Offers an interface to the plugins that are loaded from now on: one that asks its host for `id`, as
 `hotshoe/plugin.h` has it, gets the table, and the instance that its functions are given first. They are called by any
 thread, and several at once. An interface is offered once, and cannot be taken back.

 `id`: with its revision, such as "org.example.log/1"; names that begin with "hotshoe." are Hotshoe's own. `table`:
 begins with its size as a size_t, and does not change. `instance`: may be NULL. `release`: called once with the
 instance, on any thread, when nobody can use it any more: when the host was freed and all of its plugins were
 unloaded, and never, if one of them stays loaded. NULL: table and instance stay for ever. If this fails, it is called
 before this returns; if the host is NULL, it is not.
 Errors: `interface-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_offer_interface(const hotshoe_host *host,
                                            const char *id,
                                            size_t id_length,
                                            const void *table,
                                            void *instance,
                                            hotshoe_release_callback release);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_INTERFACE_H */
