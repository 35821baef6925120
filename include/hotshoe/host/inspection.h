/* Hotshoe: what a host calls. Generated from src/capi/inspection.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_INSPECTION_H
#define HOTSHOE_HOST_INSPECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"


/*
 Facts read out of an ELF, Mach-O or PE file without running it.
 */
typedef struct hotshoe_inspection hotshoe_inspection;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Reads the facts of a library. Nothing of it is run.

 `inspection`: yours. Errors: `library-unreadable`, `library-format`, `library-truncated`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_inspection_new(const char *library,
                                      size_t library_length,
                                      hotshoe_inspection **inspection);

/*
 How many platforms it is for: one, but for universal files. [any thread]
 */
size_t hotshoe_inspection_platform_count(const hotshoe_inspection *inspection);

/*
 A platform it is for, for example "linux-x86_64"; NULL past the last. [any thread]
 */
const char *hotshoe_inspection_platform(const hotshoe_inspection *inspection, size_t index);

/*
 Whether it exports a symbol. [any thread]
 */
bool hotshoe_inspection_exports(const hotshoe_inspection *inspection,
                                const char *symbol,
                                size_t symbol_length);

/*
 How many libraries it needs that were not found. [any thread]
 */
size_t hotshoe_inspection_missing_count(const hotshoe_inspection *inspection);

/*
 A library it needs that was not found; NULL past the last. [any thread]
 */
const char *hotshoe_inspection_missing(const hotshoe_inspection *inspection, size_t index);

/*
 All facts as JSON, in the form that `hotshoe inspect --json` prints. [any thread]
 */
const char *hotshoe_inspection_json(const hotshoe_inspection *inspection);

/*
 Ends an inspection. NULL is fine. [any thread]
 */
void hotshoe_inspection_free(hotshoe_inspection *inspection);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_INSPECTION_H */
