/* Hotshoe: what a host calls. Generated from src/capi/unload.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_UNLOAD_H
#define HOTSHOE_HOST_UNLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"


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
 The answer to "unload this plugin".
 */
typedef struct hotshoe_unload hotshoe_unload;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

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

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_UNLOAD_H */
