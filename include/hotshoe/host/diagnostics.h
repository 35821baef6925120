/* Hotshoe: what a host calls. Generated from src/capi/diagnostics.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_DIAGNOSTICS_H
#define HOTSHOE_HOST_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"


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
 Findings that were collected while work went on.
 */
typedef struct hotshoe_diagnostics hotshoe_diagnostics;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 How many there are. [any thread]
 */
size_t hotshoe_diagnostics_count(const hotshoe_diagnostics *diagnostics);

/*
 How much one matters; HOTSHOE_SEVERITY_NOTE past the last. [any thread]
 */
hotshoe_severity hotshoe_diagnostics_severity(const hotshoe_diagnostics *diagnostics, size_t index);

/*
 The kind of one; stable between releases, for example HOTSHOE_CODE_NAME_MISMATCH, "name-mismatch". NULL past the
 last. [any thread]
 */
const char *hotshoe_diagnostics_code(const hotshoe_diagnostics *diagnostics,
                                     size_t index);

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
 The pass or method of the plugin that was at work, for what was reported to a context; NULL if none, or past the last.
 [any thread]
 */
const char *hotshoe_diagnostics_pass(const hotshoe_diagnostics *diagnostics,
                                     size_t index);

/*
 Everything about one, over several lines; NULL past the last. [any thread]
 */
const char *hotshoe_diagnostics_text(const hotshoe_diagnostics *diagnostics, size_t index);

/*
 Ends them. NULL is fine. [any thread]
 */
void hotshoe_diagnostics_free(hotshoe_diagnostics *diagnostics);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_DIAGNOSTICS_H */
