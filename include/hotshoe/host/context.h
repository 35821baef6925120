/* Hotshoe: what a host calls. Generated from src/capi/context.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_CONTEXT_H
#define HOTSHOE_HOST_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "diagnostics.h"
#include "../context.h"


/*
 Only the host sets the field: plugins get HOTSHOE_STATUS_READ_ONLY.
 */
#define HOTSHOE_FIELD_READ_ONLY 1

/*
 Which fields contexts have. The first ones are those that every context has, HOTSHOE_SLOT_MODEL and so on.
 */
typedef struct hotshoe_schema hotshoe_schema;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Makes a schema with the fields that every context has.

 `schema`: yours. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_schema_new(hotshoe_schema **schema);

/*
 Adds a field, and says where it is in every context of the schema.

 `type`: a hotshoe_value_type; a field of a bool, i64 or f64 begins as zero, any other as null. `flags`: 0, or
 HOTSHOE_FIELD_READ_ONLY. Errors: `schema-invalid` for a name that is taken or cannot be one, `schema-frozen` if there was a
 context.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_schema_add(hotshoe_schema *schema,
                                  const char *name,
                                  size_t name_length,
                                  int type_,
                                  uint32_t flags,
                                  uint32_t *slot);

/*
 Ends a schema. Its contexts go on. NULL is fine.
 */
void hotshoe_schema_free(hotshoe_schema *schema);

/*
 Makes a context with the fields of a schema, which gets no more from here on.

 A context belongs to one call at a time, on whatever thread: one of these functions, a run of passes, or what
 hotshoe_context_begin begins. Any other meanwhile gets `context-busy`. `context`: yours. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_new(const hotshoe_schema *schema, hotshoe_context **context);

/*
 Has the context belong to a call of the program's own, in which it gives the context to a plugin by an interface of its own.
 The plugin's functions of hotshoe.context/1 work on it until hotshoe_context_end; everything else gets `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_begin(hotshoe_context *context);

/*
 Ends what hotshoe_context_begin began. NULL is fine.
 */
void hotshoe_context_end(hotshoe_context *context);

/*
 Where the field of a name is. Errors: `field-unknown`, `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_slot(hotshoe_context *context,
                                    const char *name,
                                    size_t name_length,
                                    uint32_t *slot);

/*
 What is in a field.

 `value`: a reference that is yours. Errors: `field-unknown`, `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_get(hotshoe_context *context, uint32_t slot, hotshoe_value **value);

/*
 Sets a field, which copies scalars and takes a reference of its own to anything else. NULL is null.

 Errors: `field-unknown`, `value-type`, `context-busy`; `field-read-only` for the diagnostics.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_set(hotshoe_context *context, uint32_t slot, const hotshoe_value *value);

/*
 The bool in a field. It allocates nothing, nor do those that follow. Errors: `field-unknown`, `value-type`, `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_get_bool(hotshoe_context *context,
                                        uint32_t slot,
                                        bool *it);

/*
 The whole number in a field. Errors: `field-unknown`, `value-type`, `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_get_i64(hotshoe_context *context, uint32_t slot, int64_t *it);

/*
 The double in a field. Errors: `field-unknown`, `value-type`, `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_get_f64(hotshoe_context *context, uint32_t slot, double *it);

/*
 Sets a field to a bool. Errors: `field-unknown`, `value-type`, `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_set_bool(hotshoe_context *context, uint32_t slot, bool it);

/*
 Sets a field to a whole number. Errors: `field-unknown`, `value-type`, `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_set_i64(hotshoe_context *context, uint32_t slot, int64_t it);

/*
 Sets a field to a double. Errors: `field-unknown`, `value-type`, `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_set_f64(hotshoe_context *context, uint32_t slot, double it);

/*
 Adds to the diagnostics of a context.

 `severity`: a hotshoe_severity. `code`: what kind of finding it is, in the program's words. `message`: one sentence.
 Errors: `context-busy`, `value-too-large` if there are 100,000.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_report(hotshoe_context *context,
                                      int severity,
                                      const char *code,
                                      size_t code_length,
                                      const char *message,
                                      size_t message_length);

/*
 What was found on the way, as it is now.

 `diagnostics`: yours. Errors: `context-busy`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_context_diagnostics(hotshoe_context *context, hotshoe_diagnostics **diagnostics);

/*
 Ends a context, but not while it belongs to a call: then it stays. NULL is fine.
 */
void hotshoe_context_free(hotshoe_context *context);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_CONTEXT_H */
