/* Hotshoe: what a host calls. Generated from src/capi/value.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_VALUE_H
#define HOTSHOE_HOST_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "../context.h"


#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Makes null.

 `value`: yours, as of all that follow. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_null(hotshoe_value **value);

/*
 Makes a bool. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_bool(bool it, hotshoe_value **value);

/*
 Makes a whole number. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_i64(int64_t it, hotshoe_value **value);

/*
 Makes a double, with all of its bits. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_f64(double it, hotshoe_value **value);

/*
 Makes a text, which is a copy and may hold NULs. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_text(const char *text, size_t text_length, hotshoe_value **value);

/*
 Makes bytes, which are a copy. NULL with the length 0 is none. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_bytes(const void *bytes, size_t length, hotshoe_value **value);

/*
 Makes a list without anything in it. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_list(hotshoe_value **value);

/*
 Makes a map without anything in it. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_map(hotshoe_value **value);

/*
 Makes an object.

 `type_name`: what kind it is, such as "org.example.Model"; it ends with NUL, as the names of methods do. `methods`: copied;
 they are called with `data`, by any thread. `destroy`: called once with `data`, by whatever thread drops the last
 reference, and where this fails before it returns; may be NULL. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_object(const char *type_name,
                                        const hotshoe_method *methods,
                                        size_t method_count,
                                        void *data,
                                        void (*destroy)(void *data),
                                        hotshoe_value **value);

/*
 Makes a buffer: a view of memory.

 Errors: `buffer-invalid` where an element would not lie in the memory, or not at a multiple of what it needs. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_new_buffer(const hotshoe_memory *memory,
                                        const hotshoe_view *view,
                                        hotshoe_value **value);

/*
 Another reference to a value, which is yours. Changing one of the two leaves the other as it is. NULL for NULL. [any thread]
 */
hotshoe_value *hotshoe_value_clone(const hotshoe_value *value);

/*
 Ends a reference. NULL is fine. [any thread]
 */
void hotshoe_value_free(hotshoe_value *value);

/*
 What a value is; HOTSHOE_VALUE_TYPE_ANY for NULL. [any thread]
 */
hotshoe_value_type hotshoe_value_get_type(const hotshoe_value *value);

/*
 Whether nobody can tell two values apart: of doubles all bits count. Objects are equal to themselves only, and NULL to
 NULL. [any thread]
 */
bool hotshoe_value_equal(const hotshoe_value *one,
                         const hotshoe_value *two);

/*
 How many values a list, names a map, elements a buffer, and bytes a text or bytes have; of any other 0. [any thread]
 */
size_t hotshoe_value_count(const hotshoe_value *value);

/*
 The bool that a value is. Errors: `value-type`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_to_bool(const hotshoe_value *value, bool *it);

/*
 The whole number that a value is. Errors: `value-type`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_to_i64(const hotshoe_value *value, int64_t *it);

/*
 The double that a value is. Errors: `value-type`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_to_f64(const hotshoe_value *value, double *it);

/*
 The text that a value is, lent by it; a NUL follows it.

 `length`: may be NULL. Errors: `value-type`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_to_text(const hotshoe_value *value, const char **text, size_t *length);

/*
 The bytes that a value is, lent by it. Errors: `value-type`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_to_bytes(const hotshoe_value *value, const void **bytes, size_t *length);

/*
 The value at a place of a list, or of a map in its order.

 `item`: a reference that is yours. Errors: `value-type`, `argument-invalid` past the last. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_at(const hotshoe_value *value, size_t index, hotshoe_value **item);

/*
 Adds a value to a list, which takes a reference of its own. NULL is null.

 Errors: `value-type`, `value-too-deep`, `value-too-large`, `value-cycle`; the list is what it was then.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_push(hotshoe_value *list, const hotshoe_value *item);

/*
 Puts another value into a place of a list. Errors: as for hotshoe_value_push, and `argument-invalid` past the last.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_replace(hotshoe_value *list,
                                     size_t index,
                                     const hotshoe_value *item);

/*
 The name at a place in the order of a map, lent by it until it is changed; a NUL follows it.

 `length`: may be NULL. Errors: `value-type`, `argument-invalid` past the last. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_key_at(const hotshoe_value *map, size_t index, const char **key, size_t *length);

/*
 The value of a name in a map.

 `item`: a reference that is yours. Errors: `value-type`, `field-unknown`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_get(const hotshoe_value *map,
                                 const char *key,
                                 size_t key_length,
                                 hotshoe_value **item);

/*
 Gives a name of a map a value, of which the map takes a reference of its own. NULL is null. A new name is the last.

 Errors: as for hotshoe_value_push.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_insert(hotshoe_value *map,
                                    const char *key,
                                    size_t key_length,
                                    const hotshoe_value *item);

/*
 Takes a name out of a map. Errors: `value-type`, `field-unknown`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_remove(hotshoe_value *map, const char *key, size_t key_length);

/*
 What kind of object a value is, lent by it; NULL if it is none. [any thread]
 */
const char *hotshoe_value_object_type(const hotshoe_value *object);

/*
 What an object was made with, if it was made by a program or plugin in C and is of this kind.

 `type_name`: ends with NUL. Errors: `value-type`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_object_data(const hotshoe_value *object, const char *type_name, void **data);

/*
 Calls a method of an object.

 `method`: ends with NUL. `arguments`: a list; NULL is none. `result`: yours. Errors: `value-type`, `method-unknown`,
 `method-failed`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_call(const hotshoe_value *object,
                                  const char *method,
                                  const hotshoe_value *arguments,
                                  hotshoe_value **result);

/*
 How a buffer looks at its memory, lent by it. Errors: `value-type`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_view(const hotshoe_value *buffer, hotshoe_view *view);

/*
 Makes a buffer that looks at the memory of another one.

 `view`: its `offset` is behind the start of the memory, not of `buffer`. Errors: `value-type`, `buffer-invalid`.
 [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_view_again(const hotshoe_value *buffer,
                                        const hotshoe_view *view,
                                        hotshoe_value **value);

/*
 The wire form of a value: CBOR, with typed arrays for buffers.

 `bytes`: a value that is bytes; yours. Errors: `wire-unsupported` if it holds an object, `value-too-large`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_encode(const hotshoe_value *value,
                                    hotshoe_value **bytes);

/*
 The value of its wire form, which may come from anybody.

 `value`: yours. Errors: `wire-invalid`, `value-too-deep`, `value-too-large`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_value_decode(const void *bytes, size_t length, hotshoe_value **value);

/*
 Makes memory of so many bytes, which are zero, at a multiple of 64.

 `memory`: yours. Errors: `value-too-large` if there is none. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_memory_new(size_t size, hotshoe_memory **memory);

/*
 Makes a handle of memory that is yours, and stays where it is until `release` is called with `user_data`, once, by whatever
 thread: with the last view, before that by hotshoe_memory_resize, or where this fails before it returns.

 `release`: may be NULL. `memory`: yours. Errors: `buffer-invalid` if there can be no such memory. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_memory_wrap(void *data,
                                   size_t size,
                                   void (*release)(void *user_data),
                                   void *user_data,
                                   hotshoe_memory **memory);

/*
 Gives memory another size, and keeps what is there. 0 frees it at once, or releases it; memory of yours takes no other.

 Errors: `buffer-in-use` while a buffer looks at it, `value-too-large`, `argument-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_memory_resize(const hotshoe_memory *memory,
                                     size_t size);

/*
 Ends the handle. Buffers that look at the memory go on. NULL is fine. [any thread]
 */
void hotshoe_memory_free(hotshoe_memory *memory);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_VALUE_H */
