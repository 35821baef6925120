/* Hotshoe: what a host calls. Generated from src/capi/runtime.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_RUNTIME_H
#define HOTSHOE_HOST_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "plugin.h"
#include "host.h"


#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Adds a runtime that is linked into the program, in place of one of its name. It is used for the plugins that name
 it, if the host's profile lists it among its `runtimes`. What such plugins look like must be said by a
 `<name>.runtime.json` in a folder of runtimes: hotshoe_host_add_described_runtime needs no file.

 `entry`: the module's hotshoe_runtime_module, as `hotshoe/runtime.h` declares it, cast to this type.
 Errors: `runtime-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_add_runtime(const hotshoe_host *host,
                                        hotshoe_function entry);

/*
 Adds a runtime that is linked into the program, as hotshoe_host_add_runtime does, and says what its plugins look
 like, so that no file is needed for that.

 `description`: the text of a `<name>.runtime.json`, read before this returns. What is odd about it the host's log is
 told. Errors: `runtime-invalid`; `runtime-kind` if the text is none, or describes another runtime. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_add_described_runtime(const hotshoe_host *host,
                                                  hotshoe_function entry,
                                                  const char *description,
                                                  size_t description_length);

/*
 Adds a folder to look for the modules of runtimes in, before `hotshoe/runtimes/` beside the installed libhotshoe.

 `folder`: absolute. A module in it is refused with `runtime-untrusted` when a plugin needs it, if anybody but root and
 this user may write to it or to a folder above it. On Windows nobody is asked who may: name only folders that
 administrators alone write to. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_add_runtime_folder(const hotshoe_host *host,
                                               const char *folder,
                                               size_t folder_length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_RUNTIME_H */
