/* Hotshoe: values and contexts, for plugins of the contract. Generated from crates/hotshoe-abi: change it there, then run
 * tools/headers.sh. The manual is docs/context.md; for C++ there is hotshoe/contract_context.hpp.
 *
 * Plugin     asks its host for hotshoe.context/1 once, and links nothing:
 *                void *hotshoe;
 *                const hotshoe_context_1 *values = host->get_interface(host, HOTSHOE_CONTEXT_1, &hotshoe);
 *                values->context_get_f64(hotshoe, context, HOTSHOE_SLOT_TIME_S, &time);
 *            A context comes with a call of the plugin, by an interface that says so.
 * Statuses   A function returns a hotshoe_status: 0 is success. What it gives out is written on success only, but for
 *            object_call. NULL for anything that must be there is HOTSHOE_STATUS_ARGUMENT_INVALID.
 * Texts      in: UTF-8 with a length, or HOTSHOE_TO_NUL; names of types and methods end with NUL. What is given out ends
 *            with NUL, too, but may hold others, and lives as long as its value, and until that is changed.
 * Ownership  A value or memory that is given out is yours, and ends with value_free or memory_free. What is given in is
 *            yours still: the other side takes a reference of its own.
 * Copies     value_clone gives another reference; changing a list or a map by one leaves what the other sees. So no value
 *            holds itself. What is shared and changes are objects and buffers.
 * Threads    Any thread may use a value; one that changes it has it for itself. A context is used by one thread at a time,
 *            and not when the call has returned that it came with.
 * Lifetime   Values may be kept, and put into any context of the process. As long as an object or memory lives that was
 *            made with functions of a plugin, that plugin is in use and is not unloaded; also if it keeps that itself.
 * Unwinding  No exception, panic or longjmp leaves a function of either side.
 */


#ifndef HOTSHOE_CONTEXT_H
#define HOTSHOE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The id of the interface. */
#define HOTSHOE_CONTEXT_1 "hotshoe.context/1"

/* For the length of a text: it ends with NUL. */
#define HOTSHOE_TO_NUL ((size_t)-1)


/*
 How many dimensions a buffer may have.
 */
#define HOTSHOE_MOST_DIMENSIONS 32

/*
 Where the fields are that every context has. Those of a schema follow.
 */
#define HOTSHOE_SLOT_MODEL 0

/*
 A map: what came of the model.
 */
#define HOTSHOE_SLOT_ARTIFACTS 1

/*
 A map: what the user or the host wants.
 */
#define HOTSHOE_SLOT_OPTIONS 2

/*
 A list of what was found, which only `report` adds to.
 */
#define HOTSHOE_SLOT_DIAGNOSTICS 3

/*
 An f64: the time of the step, in seconds.
 */
#define HOTSHOE_SLOT_TIME_S 4

/*
 Of any type: what steps leave to each other.
 */
#define HOTSHOE_SLOT_SCALAR_WORKSPACE 5

/*
 What came of a call. Functions return it as an int32_t.
 */
typedef enum hotshoe_status {
  /*
   It is done.
   */
  HOTSHOE_STATUS_OK = 0,
  /*
   An argument is NULL, out of range or not UTF-8.
   */
  HOTSHOE_STATUS_ARGUMENT_INVALID = 1,
  /*
   A value or a field is of another type than is asked for.
   */
  HOTSHOE_STATUS_VALUE_TYPE = 2,
  /*
   There is no such field, name or method.
   */
  HOTSHOE_STATUS_NOT_FOUND = 3,
  /*
   The field is not the plugin's to set, or the buffer is read-only.
   */
  HOTSHOE_STATUS_READ_ONLY = 4,
  /*
   Lists and maps would stand in each other more than 128 deep.
   */
  HOTSHOE_STATUS_TOO_DEEP = 5,
  /*
   A value would have too many parts, or there is no memory for it.
   */
  HOTSHOE_STATUS_TOO_LARGE = 6,
  /*
   A value would hold itself.
   */
  HOTSHOE_STATUS_CYCLE = 7,
  /*
   A view does not lie within its memory, or has a shape that no view has.
   */
  HOTSHOE_STATUS_BUFFER_INVALID = 8,
  /*
   Memory cannot be freed or resized, for a view of it is alive.
   */
  HOTSHOE_STATUS_BUFFER_IN_USE = 9,
  /*
   A method of an object failed.
   */
  HOTSHOE_STATUS_METHOD_FAILED = 10,
  /*
   The other side has a defect, or there is a status that this one does not know.
   */
  HOTSHOE_STATUS_INTERNAL = 11,
} hotshoe_status;

/*
 What a value is.
 */
typedef enum hotshoe_value_type {
  /*
   Of any type: for the fields of a schema; no value is so.
   */
  HOTSHOE_VALUE_TYPE_ANY = 0,
  /*
   Nothing.
   */
  HOTSHOE_VALUE_TYPE_NULL = 1,
  /*
   True or false.
   */
  HOTSHOE_VALUE_TYPE_BOOL = 2,
  /*
   A whole number of 64 bits.
   */
  HOTSHOE_VALUE_TYPE_I64 = 3,
  /*
   An IEEE double, with all of its bits.
   */
  HOTSHOE_VALUE_TYPE_F64 = 4,
  /*
   UTF-8, which may hold NULs.
   */
  HOTSHOE_VALUE_TYPE_TEXT = 5,
  /*
   Bytes of any kind.
   */
  HOTSHOE_VALUE_TYPE_BYTES = 6,
  /*
   Values in an order.
   */
  HOTSHOE_VALUE_TYPE_LIST = 7,
  /*
   Values by name, in the order in which the names were put in.
   */
  HOTSHOE_VALUE_TYPE_MAP = 8,
  /*
   Something with methods.
   */
  HOTSHOE_VALUE_TYPE_OBJECT = 9,
  /*
   Numbers in memory.
   */
  HOTSHOE_VALUE_TYPE_BUFFER = 10,
} hotshoe_value_type;

/*
 What a buffer consists of, as the processor has it.
 */
typedef enum hotshoe_element {
  /*
   A byte that is 0 or 1.
   */
  HOTSHOE_ELEMENT_BOOL = 0,
  /*
   A whole number of 8 bits.
   */
  HOTSHOE_ELEMENT_I8 = 1,
  /*
   A whole number of 16 bits.
   */
  HOTSHOE_ELEMENT_I16 = 2,
  /*
   A whole number of 32 bits.
   */
  HOTSHOE_ELEMENT_I32 = 3,
  /*
   A whole number of 64 bits.
   */
  HOTSHOE_ELEMENT_I64 = 4,
  /*
   A whole number of 8 bits, not below 0.
   */
  HOTSHOE_ELEMENT_U8 = 5,
  /*
   A whole number of 16 bits, not below 0.
   */
  HOTSHOE_ELEMENT_U16 = 6,
  /*
   A whole number of 32 bits, not below 0.
   */
  HOTSHOE_ELEMENT_U32 = 7,
  /*
   A whole number of 64 bits, not below 0.
   */
  HOTSHOE_ELEMENT_U64 = 8,
  /*
   An IEEE number of 16 bits.
   */
  HOTSHOE_ELEMENT_F16 = 9,
  /*
   An IEEE number of 32 bits.
   */
  HOTSHOE_ELEMENT_F32 = 10,
  /*
   An IEEE number of 64 bits.
   */
  HOTSHOE_ELEMENT_F64 = 11,
  /*
   A complex number: two F32, the real part first.
   */
  HOTSHOE_ELEMENT_C64 = 12,
  /*
   A complex number: two F64, the real part first.
   */
  HOTSHOE_ELEMENT_C128 = 13,
} hotshoe_element;

/*
 The fields that the passes and steps of a run share. Opaque.
 */
typedef struct hotshoe_context hotshoe_context;

/*
 Memory that buffers look at. Opaque.
 */
typedef struct hotshoe_memory hotshoe_memory;

/*
 Data of any shape, or an object. Opaque.
 */
typedef struct hotshoe_value hotshoe_value;

/*
 A method of an object. Any thread may call it, several at once.
 */
typedef struct hotshoe_method {
  /*
   Its name.
   */
  const char *name;
  /*
   Runs it. `data`: what the object was made with. `arguments`: a list, lent. `result`: NULL at first, for a value that the
   caller gets; NULL stands for null. Returns 0; anything else means that it failed, and a text in `result` says why.
   */
  int32_t (*call)(void *data, const struct hotshoe_value *arguments, struct hotshoe_value **result);
} hotshoe_method;

/*
 How a view looks at memory. What is given out lives as long as its value.
 */
typedef struct hotshoe_view {
  /*
   A hotshoe_element.
   */
  int32_t element;
  /*
   How many dimensions there are: at most 32. A single element has none.
   */
  uint32_t dimensions;
  /*
   How many elements there are along each dimension.
   */
  const size_t *shape;
  /*
   How many bytes there are from one element to the next along each dimension; below 0 it goes backwards. NULL for elements
   one behind the other, those of the last dimension nearest; never NULL where it is given out.
   */
  const ptrdiff_t *strides;
  /*
   How many bytes the first element is behind the start of the memory. Elements lie at multiples of what they need.
   */
  size_t offset;
  /*
   Whether nobody may write by it. A view of one that is so is so, too.
   */
  bool read_only;
  /*
   Where the first element is; only where it is given out.
   */
  void *data;
} hotshoe_view;

/*
 The functions of `hotshoe.context/1`. `instance` is what `get_interface` of the host gave with the table.
 */
typedef struct hotshoe_context_1 {
  /*
   The size of this table in bytes. All that is in revision 1 is there; ask for what may be added later.
   */
  size_t size;
  /*
   Where the field of a name is, in every context of its schema. Errors: NOT_FOUND.
   */
  int32_t (*context_slot)(void *instance,
                          const struct hotshoe_context *context,
                          const char *name,
                          size_t name_length,
                          uint32_t *slot);
  /*
   What is in a field: a reference that is yours. Errors: NOT_FOUND.
   */
  int32_t (*context_get)(void *instance,
                         const struct hotshoe_context *context,
                         uint32_t slot,
                         struct hotshoe_value **value);
  /*
   Sets a field, which takes its own reference. NULL is null. Errors: NOT_FOUND, VALUE_TYPE, READ_ONLY.
   */
  int32_t (*context_set)(void *instance,
                         struct hotshoe_context *context,
                         uint32_t slot,
                         const struct hotshoe_value *value);
  /*
   The bool in a field. It allocates nothing, nor do those that follow. Errors: NOT_FOUND, VALUE_TYPE.
   */
  int32_t (*context_get_bool)(void *instance, const struct hotshoe_context *context, uint32_t slot, bool *it);
  /*
   The i64 in a field. Errors: NOT_FOUND, VALUE_TYPE.
   */
  int32_t (*context_get_i64)(void *instance, const struct hotshoe_context *context, uint32_t slot, int64_t *it);
  /*
   The f64 in a field. Errors: NOT_FOUND, VALUE_TYPE.
   */
  int32_t (*context_get_f64)(void *instance, const struct hotshoe_context *context, uint32_t slot, double *it);
  /*
   Sets a field to a bool. Errors: NOT_FOUND, VALUE_TYPE, READ_ONLY.
   */
  int32_t (*context_set_bool)(void *instance, struct hotshoe_context *context, uint32_t slot, bool it);
  /*
   Sets a field to an i64. Errors: NOT_FOUND, VALUE_TYPE, READ_ONLY.
   */
  int32_t (*context_set_i64)(void *instance, struct hotshoe_context *context, uint32_t slot, int64_t it);
  /*
   Sets a field to an f64. Errors: NOT_FOUND, VALUE_TYPE, READ_ONLY.
   */
  int32_t (*context_set_f64)(void *instance, struct hotshoe_context *context, uint32_t slot, double it);
  /*
   Adds to the diagnostics, which say themselves whose pass it was. `severity`: 0 is a note, 1 a warning, 2 an error. `code`:
   what kind of finding it is, the same each time, such as `gain-clipped`. `message`: one sentence. Errors: TOO_LARGE.
   */
  int32_t (*context_report)(void *instance,
                            struct hotshoe_context *context,
                            int32_t severity,
                            const char *code,
                            size_t code_length,
                            const char *message,
                            size_t message_length);
  /*
   Null.
   */
  int32_t (*new_null)(void *instance, struct hotshoe_value **value);
  /*
   A bool.
   */
  int32_t (*new_bool)(void *instance, bool it, struct hotshoe_value **value);
  /*
   An i64.
   */
  int32_t (*new_i64)(void *instance, int64_t it, struct hotshoe_value **value);
  /*
   An f64.
   */
  int32_t (*new_f64)(void *instance, double it, struct hotshoe_value **value);
  /*
   A text: a copy.
   */
  int32_t (*new_text)(void *instance, const char *text, size_t length, struct hotshoe_value **value);
  /*
   Bytes: a copy. NULL with the length 0 is none.
   */
  int32_t (*new_bytes)(void *instance, const void *bytes, size_t length, struct hotshoe_value **value);
  /*
   A list without anything in it.
   */
  int32_t (*new_list)(void *instance, struct hotshoe_value **value);
  /*
   A map without anything in it.
   */
  int32_t (*new_map)(void *instance, struct hotshoe_value **value);
  /*
   An object. `type_name`: what kind it is, such as `org.example.Model`. `methods`: copied. `destroy`: called once with `data`,
   by whatever thread drops the last reference, and where this fails before it returns; may be NULL.
   */
  int32_t (*new_object)(void *instance,
                        const char *type_name,
                        const struct hotshoe_method *methods,
                        size_t method_count,
                        void *data,
                        void (*destroy)(void *data),
                        struct hotshoe_value **value);
  /*
   A buffer: a view of memory. Errors: BUFFER_INVALID.
   */
  int32_t (*new_buffer)(void *instance,
                        const struct hotshoe_memory *memory,
                        const struct hotshoe_view *view,
                        struct hotshoe_value **value);
  /*
   Another reference to a value, which is yours. Changing one of the two leaves the other as it is.
   */
  int32_t (*value_clone)(void *instance, const struct hotshoe_value *value, struct hotshoe_value **clone);
  /*
   Ends a reference. NULL is fine.
   */
  void (*value_free)(void *instance, struct hotshoe_value *value);
  /*
   What a value is: a hotshoe_value_type; HOTSHOE_VALUE_TYPE_ANY for NULL.
   */
  int32_t (*value_type)(void *instance, const struct hotshoe_value *value);
  /*
   Whether nobody can tell two values apart: of doubles all bits count. Objects are equal to themselves only.
   */
  bool (*value_equal)(void *instance, const struct hotshoe_value *one, const struct hotshoe_value *two);
  /*
   How many values a list, names a map, or elements a buffer has, and bytes a text or bytes; of any other 0.
   */
  size_t (*value_count)(void *instance, const struct hotshoe_value *value);
  /*
   The bool that it is. Errors: VALUE_TYPE, as for those that follow.
   */
  int32_t (*value_to_bool)(void *instance, const struct hotshoe_value *value, bool *it);
  /*
   The i64 that it is.
   */
  int32_t (*value_to_i64)(void *instance, const struct hotshoe_value *value, int64_t *it);
  /*
   The f64 that it is.
   */
  int32_t (*value_to_f64)(void *instance, const struct hotshoe_value *value, double *it);
  /*
   The text that it is, lent; a NUL follows it. `length` may be NULL.
   */
  int32_t (*value_to_text)(void *instance,
                           const struct hotshoe_value *value,
                           const char **text,
                           size_t *length);
  /*
   The bytes that it is, lent.
   */
  int32_t (*value_to_bytes)(void *instance,
                            const struct hotshoe_value *value,
                            const void **bytes,
                            size_t *length);
  /*
   The value at a place of a list, or of a map in its order: a reference that is yours. Errors: ARGUMENT_INVALID past the
   last, VALUE_TYPE.
   */
  int32_t (*value_at)(void *instance,
                      const struct hotshoe_value *value,
                      size_t index,
                      struct hotshoe_value **item);
  /*
   Adds to a list, which takes its own reference. Errors: VALUE_TYPE, TOO_DEEP, TOO_LARGE, CYCLE.
   */
  int32_t (*list_push)(void *instance, struct hotshoe_value *list, const struct hotshoe_value *item);
  /*
   Puts another value into a place of a list. Errors: as list_push, and ARGUMENT_INVALID past the last.
   */
  int32_t (*list_set)(void *instance,
                      struct hotshoe_value *list,
                      size_t index,
                      const struct hotshoe_value *item);
  /*
   The name at a place in the order of a map, lent; a NUL follows it. `length` may be NULL. Errors: VALUE_TYPE,
   ARGUMENT_INVALID past the last.
   */
  int32_t (*map_key_at)(void *instance,
                        const struct hotshoe_value *map,
                        size_t index,
                        const char **key,
                        size_t *length);
  /*
   The value of a name: a reference that is yours. Errors: VALUE_TYPE, NOT_FOUND.
   */
  int32_t (*map_get)(void *instance,
                     const struct hotshoe_value *map,
                     const char *key,
                     size_t key_length,
                     struct hotshoe_value **item);
  /*
   Gives a name a value, of which the map takes its own reference. Errors: VALUE_TYPE, TOO_DEEP, TOO_LARGE, CYCLE.
   */
  int32_t (*map_insert)(void *instance,
                        struct hotshoe_value *map,
                        const char *key,
                        size_t key_length,
                        const struct hotshoe_value *item);
  /*
   Takes a name out. Errors: VALUE_TYPE, NOT_FOUND.
   */
  int32_t (*map_remove)(void *instance, struct hotshoe_value *map, const char *key, size_t key_length);
  /*
   What kind of object it is, lent. Errors: VALUE_TYPE.
   */
  int32_t (*object_type)(void *instance, const struct hotshoe_value *object, const char **type_name);
  /*
   What an object was made with, if it was made by C functions and is of this kind. Errors: VALUE_TYPE.
   */
  int32_t (*object_data)(void *instance,
                         const struct hotshoe_value *object,
                         const char *type_name,
                         void **data);
  /*
   Calls a method. `arguments`: a list; NULL is none. `result`: yours; with METHOD_FAILED a text that says why.
   Errors: VALUE_TYPE, NOT_FOUND, METHOD_FAILED.
   */
  int32_t (*object_call)(void *instance,
                         const struct hotshoe_value *object,
                         const char *method,
                         const struct hotshoe_value *arguments,
                         struct hotshoe_value **result);
  /*
   How a buffer looks at its memory, lent. Errors: VALUE_TYPE.
   */
  int32_t (*buffer_view)(void *instance, const struct hotshoe_value *buffer, struct hotshoe_view *view);
  /*
   A buffer that looks at the memory of another one, `offset` being behind the start of that memory. Errors: VALUE_TYPE,
   BUFFER_INVALID.
   */
  int32_t (*buffer_again)(void *instance,
                          const struct hotshoe_value *buffer,
                          const struct hotshoe_view *view,
                          struct hotshoe_value **value);
  /*
   Memory of Hotshoe's: so many bytes, which are zero, at a multiple of 64. Errors: TOO_LARGE.
   */
  int32_t (*memory_new)(void *instance, size_t size, struct hotshoe_memory **memory);
  /*
   Memory of yours, which stays there until `release` is called with `user_data`, by whatever thread, once: with the last
   view, before that by memory_resize, or where this fails before it returns; may be NULL. Errors: BUFFER_INVALID.
   */
  int32_t (*memory_wrap)(void *instance,
                         void *data,
                         size_t size,
                         void (*release)(void *user_data),
                         void *user_data,
                         struct hotshoe_memory **memory);
  /*
   Another size: what is there is kept. 0 frees it at once, or releases it; memory of yours takes no other. Errors:
   BUFFER_IN_USE while a buffer looks at it, TOO_LARGE.
   */
  int32_t (*memory_resize)(void *instance, const struct hotshoe_memory *memory, size_t size);
  /*
   Ends the handle. Buffers that look at the memory go on. NULL is fine.
   */
  void (*memory_free)(void *instance, struct hotshoe_memory *memory);
} hotshoe_context_1;

#endif  /* HOTSHOE_CONTEXT_H */
