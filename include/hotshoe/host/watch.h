/* Hotshoe: what a host calls. Generated from src/capi/watch.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_WATCH_H
#define HOTSHOE_HOST_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "diagnostics.h"
#include "catalog.h"
#include "plugin.h"
#include "unload.h"
#include "host.h"


/*
 What happened. There may be more kinds some day: pass over those that you do not know.
 */
typedef enum {
  /*
   It was loaded and bound.
   */
  HOTSHOE_EVENT_KIND_LOADED = 0,
  /*
   It was unloaded; hotshoe_event_unload says what became of it.
   */
  HOTSHOE_EVENT_KIND_UNLOADED = 1,
  /*
   It took the place of an older one, which has ended.
   */
  HOTSHOE_EVENT_KIND_RELOADED = 2,
  /*
   It was not loaded or reloaded; hotshoe_event_code says why.
   */
  HOTSHOE_EVENT_KIND_REFUSED = 3,
  /*
   It has ended by itself. It stays loaded until it is unloaded.
   */
  HOTSHOE_EVENT_KIND_ENDED = 4,
} hotshoe_event_kind;

/*
 What happened to a plugin of a host.
 */
typedef struct hotshoe_event hotshoe_event;

/*
 Asked before a plugin is loaded or reloaded, or one that it depends on; `candidate` is lent for the call. Return
 NULL to let it in, or an error, as from hotshoe_error_new, which says why not.
 */
typedef hotshoe_error *(*hotshoe_filter_callback)(void *user_data, const hotshoe_candidate *candidate);

/*
 Called when user_data is not used any more.
 */
typedef void (*hotshoe_release_callback)(void *user_data);

/*
 Told of a finding: `found` holds this one, and is lent for the call.
 */
typedef void (*hotshoe_log_callback)(void *user_data, const hotshoe_diagnostics *found);

/*
 Told what happened to a plugin, after it has happened; `event` is lent for the call.
 */
typedef void (*hotshoe_event_callback)(void *user_data, const hotshoe_event *event);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Has a function asked before a plugin is loaded or reloaded, or one that it depends on. One that it does not let in
 is the error `plugin-vetoed`, and the next best one of its name is taken. It may be asked more than once, and is not
 asked of a plugin that is alive.

 This holds for all three callbacks of a host. They belong to that host, come on any thread, several at once, and
 never under a lock of Hotshoe's. In them functions whose parameters are all pointers to const may be called; but
 whatever loads, reloads or unloads a plugin is `plugin-busy` there, and a host is not freed. They must not throw.
 NULL for the callback: none is called any more. When a setter returns, no call of the one before is going on, unless
 it is called from within a callback; so do not hold a lock that a callback takes. Without callbacks nothing is
 printed.

 `release`: called once, when user_data is not used any more, also when the host is freed; NULL: never. If this
 fails, user_data stays yours. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_set_filter(const hotshoe_host *host,
                                       hotshoe_filter_callback callback,
                                       void *user_data,
                                       hotshoe_release_callback release);

/*
 Has a function told of findings: why plugins are refused, what is noticed when they are loaded, that they ended by
 themselves, and as `runtime-log` what their runtimes have to say. Texts are short and hold no control characters.
 What is said because of its own calls of plugins, it is not told. See hotshoe_host_set_filter. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_set_log(const hotshoe_host *host,
                                    hotshoe_log_callback callback,
                                    void *user_data,
                                    hotshoe_release_callback release);

/*
 Has a function told what happens to plugins, after it has happened. See hotshoe_host_set_filter. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_host_set_listener(const hotshoe_host *host,
                                         hotshoe_event_callback callback,
                                         void *user_data,
                                         hotshoe_release_callback release);

/*
 What happened. [any thread]
 */
hotshoe_event_kind hotshoe_event_get_kind(const hotshoe_event *event);

/*
 The name of the plugin that it is about. [any thread]
 */
const char *hotshoe_event_name(const hotshoe_event *event);

/*
 The plugin's folder, or its library if it has no folder of its own. [any thread]
 */
const char *hotshoe_event_path(const hotshoe_event *event);

/*
 What happened, in one line. [any thread]
 */
const char *hotshoe_event_text(const hotshoe_event *event);

/*
 The kind of error for which a plugin was refused; NULL for other events. [any thread]
 */
const char *hotshoe_event_code(const hotshoe_event *event);

/*
 The plugin, lent: hotshoe_plugin_clone makes it yours. NULL if it was refused. [any thread]
 */
const hotshoe_plugin *hotshoe_event_plugin(const hotshoe_event *event);

/*
 What became of a plugin that was unloaded, lent; NULL for other events. [any thread]
 */
const hotshoe_unload *hotshoe_event_unload(const hotshoe_event *event);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_WATCH_H */
