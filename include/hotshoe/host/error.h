/* Hotshoe: what a host calls. Generated from src/capi/error.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_ERROR_H
#define HOTSHOE_HOST_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"


/*
 Why one operation stopped: code, stage, message, hint, path, plugin and causes.
 */
typedef struct hotshoe_error hotshoe_error;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Makes an error for a callback to return, with the code `entry-failed`.

 `message`: what failed, in one sentence; what is not UTF-8 in it is replaced. NULL makes an error without
 words. Yours, until the callback returns it. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_error_new(const char *message, size_t message_length);

/*
 A second handle of an error, which is yours and says the same. NULL for NULL. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_error_clone(const hotshoe_error *error);

/*
 The kind of error; stable between releases, for example HOTSHOE_CODE_MANIFEST_SYNTAX, "manifest-syntax". hotshoe/codes.h
 has all but those of runtimes that are modules. [any thread]
 */
const char *hotshoe_error_code(const hotshoe_error *error);

/*
 The part of the work it comes from, for example "manifest" or "load". [any thread]
 */
const char *hotshoe_error_stage(const hotshoe_error *error);

/*
 What failed, in one sentence. [any thread]
 */
const char *hotshoe_error_message(const hotshoe_error *error);

/*
 What to do next; NULL if nothing helps. [any thread]
 */
const char *hotshoe_error_hint(const hotshoe_error *error);

/*
 The file or folder it is about; NULL if none. [any thread]
 */
const char *hotshoe_error_path(const hotshoe_error *error);

/*
 The plugin it is about; NULL if none. [any thread]
 */
const char *hotshoe_error_plugin(const hotshoe_error *error);

/*
 Everything there is to say, over several lines, without a newline at the end. [any thread]
 */
const char *hotshoe_error_report(const hotshoe_error *error);

/*
 How many causes it has. [any thread]
 */
size_t hotshoe_error_cause_count(const hotshoe_error *error);

/*
 One of its causes, 0 being the nearest; NULL past the last. [any thread]
 */
const char *hotshoe_error_cause(const hotshoe_error *error, size_t index);

/*
 Ends an error. NULL is fine. [any thread]
 */
void hotshoe_error_free(hotshoe_error *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_ERROR_H */
