//! Data of any shape, objects and buffers.

use std::ffi::{c_char, c_void};
use std::ptr;

use hotshoe_abi::context::{
    Memory as hotshoe_memory, Method as hotshoe_method, Type as hotshoe_value_type, Value as hotshoe_value,
    View as hotshoe_view,
};

use super::boundary::{byte_string, infallible};
use super::error::{fallible, hotshoe_error};
use crate::context::{Value, wire};
use crate::runtime::native::context::calls::{self, Data};

/// Makes null.
///
/// `value`: yours, as of all that follow. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_null(value: *mut *mut hotshoe_value) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    fallible(|| unsafe { calls::give(value, || Ok(Value::Null)) })
}

/// Makes a bool. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_bool(it: bool, value: *mut *mut hotshoe_value) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    fallible(|| unsafe { calls::give(value, || Ok(it.into())) })
}

/// Makes a whole number. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_i64(it: i64, value: *mut *mut hotshoe_value) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    fallible(|| unsafe { calls::give(value, || Ok(it.into())) })
}

/// Makes a double, with all of its bits. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_f64(it: f64, value: *mut *mut hotshoe_value) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    fallible(|| unsafe { calls::give(value, || Ok(it.into())) })
}

/// Makes a text, which is a copy and may hold NULs. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_text(
    text: *const c_char,
    text_length: usize,
    value: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    fallible(|| unsafe { calls::new_text(text, text_length, value) })
}

/// Makes bytes, which are a copy. NULL with the length 0 is none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_bytes(
    bytes: *const c_void,
    length: usize,
    value: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    fallible(|| unsafe { calls::new_bytes(bytes, length, value) })
}

/// Makes a list without anything in it. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_list(value: *mut *mut hotshoe_value) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    fallible(|| unsafe { calls::new_list(value) })
}

/// Makes a map without anything in it. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_map(value: *mut *mut hotshoe_value) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    fallible(|| unsafe { calls::new_map(value) })
}

/// Makes an object.
///
/// `type_name`: what kind it is, such as "org.example.Model"; it ends with NUL, as the names of methods do. `methods`: copied;
/// they are called with `data`, by any thread. `destroy`: called once with `data`, by whatever thread drops the last
/// reference, and where this fails before it returns; may be NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_object(
    type_name: *const c_char,
    methods: *const hotshoe_method,
    method_count: usize,
    data: *mut c_void,
    destroy: Option<unsafe extern "C" fn(data: *mut c_void)>,
    value: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    let data = Data::new(data, destroy, None);
    // SAFETY: the header's contract for strings and out-parameters.
    fallible(|| unsafe { calls::new_object(type_name, (methods, method_count), data, value) })
}

/// Makes a buffer: a view of memory.
///
/// Errors: `buffer-invalid` where an element would not lie in the memory, or not at a multiple of what it needs. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_new_buffer(
    memory: *const hotshoe_memory,
    view: *const hotshoe_view,
    value: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::new_buffer(memory, view, value) })
}

/// Another reference to a value, which is yours. Changing one of the two leaves the other as it is. NULL for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_clone(value: *const hotshoe_value) -> *mut hotshoe_value {
    infallible(ptr::null_mut(), || {
        let mut clone = ptr::null_mut();
        // SAFETY: the header's contract for handles.
        let cloned = unsafe { calls::give(&mut clone, || calls::value(value, "value").cloned()) };
        cloned.map_or(ptr::null_mut(), |()| clone)
    })
}

/// Ends a reference. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_free(value: *mut hotshoe_value) {
    // SAFETY: the header's contract for handles.
    infallible((), || drop(unsafe { calls::take(value) }));
}

/// What a value is; HOTSHOE_VALUE_TYPE_ANY for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_get_type(value: *const hotshoe_value) -> hotshoe_value_type {
    // SAFETY: the header's contract for handles.
    unsafe { calls::kind(value) }
}

/// Whether nobody can tell two values apart: of doubles all bits count. Objects are equal to themselves only, and NULL to
/// NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_equal(one: *const hotshoe_value, two: *const hotshoe_value) -> bool {
    // SAFETY: the header's contract for handles.
    infallible(false, || unsafe { calls::equal(one, two) })
}

/// How many values a list, names a map, elements a buffer, and bytes a text or bytes have; of any other 0. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_count(value: *const hotshoe_value) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { calls::count(value) }
}

/// The bool that a value is. Errors: `value-type`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_to_bool(value: *const hotshoe_value, it: *mut bool) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::put(it, || calls::value(value, "value")?.to_bool()) })
}

/// The whole number that a value is. Errors: `value-type`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_to_i64(value: *const hotshoe_value, it: *mut i64) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::put(it, || calls::value(value, "value")?.to_i64()) })
}

/// The double that a value is. Errors: `value-type`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_to_f64(value: *const hotshoe_value, it: *mut f64) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::put(it, || calls::value(value, "value")?.to_f64()) })
}

/// The text that a value is, lent by it; a NUL follows it.
///
/// `length`: may be NULL. Errors: `value-type`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_to_text(
    value: *const hotshoe_value,
    text: *mut *const c_char,
    length: *mut usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::to_text(value, text, length) })
}

/// The bytes that a value is, lent by it. Errors: `value-type`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_to_bytes(
    value: *const hotshoe_value,
    bytes: *mut *const c_void,
    length: *mut usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::to_bytes(value, bytes, length) })
}

/// The value at a place of a list, or of a map in its order.
///
/// `item`: a reference that is yours. Errors: `value-type`, `argument-invalid` past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_at(
    value: *const hotshoe_value,
    index: usize,
    item: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::at(value, index, item) })
}

/// Adds a value to a list, which takes a reference of its own. NULL is null.
///
/// Errors: `value-type`, `value-too-deep`, `value-too-large`, `value-cycle`; the list is what it was then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_push(
    list: *mut hotshoe_value,
    item: *const hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { calls::push(list, item) })
}

/// Puts another value into a place of a list. Errors: as for hotshoe_value_push, and `argument-invalid` past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_replace(
    list: *mut hotshoe_value,
    index: usize,
    item: *const hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { calls::list_set(list, index, item) })
}

/// The name at a place in the order of a map, lent by it until it is changed; a NUL follows it.
///
/// `length`: may be NULL. Errors: `value-type`, `argument-invalid` past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_key_at(
    map: *const hotshoe_value,
    index: usize,
    key: *mut *const c_char,
    length: *mut usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::key_at(map, index, key, length) })
}

/// The value of a name in a map.
///
/// `item`: a reference that is yours. Errors: `value-type`, `field-unknown`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_get(
    map: *const hotshoe_value,
    key: *const c_char,
    key_length: usize,
    item: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    fallible(|| unsafe { calls::map_get(map, (key, key_length), item) })
}

/// Gives a name of a map a value, of which the map takes a reference of its own. NULL is null. A new name is the last.
///
/// Errors: as for hotshoe_value_push.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_insert(
    map: *mut hotshoe_value,
    key: *const c_char,
    key_length: usize,
    item: *const hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and strings.
    fallible(|| unsafe { calls::map_insert(map, (key, key_length), item) })
}

/// Takes a name out of a map. Errors: `value-type`, `field-unknown`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_remove(
    map: *mut hotshoe_value,
    key: *const c_char,
    key_length: usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and strings.
    fallible(|| unsafe { calls::map_remove(map, (key, key_length)) })
}

/// What kind of object a value is, lent by it; NULL if it is none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_object_type(object: *const hotshoe_value) -> *const c_char {
    infallible(ptr::null(), || {
        let mut name = ptr::null();
        // SAFETY: the header's contract for handles.
        let found = unsafe { calls::object_type(object, &mut name) };
        found.map_or(ptr::null(), |()| name)
    })
}

/// What an object was made with, if it was made by a program or plugin in C and is of this kind.
///
/// `type_name`: ends with NUL. Errors: `value-type`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_object_data(
    object: *const hotshoe_value,
    type_name: *const c_char,
    data: *mut *mut c_void,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    fallible(|| unsafe { calls::object_data(object, type_name, data) })
}

/// Calls a method of an object.
///
/// `method`: ends with NUL. `arguments`: a list; NULL is none. `result`: yours. Errors: `value-type`, `method-unknown`,
/// `method-failed`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_call(
    object: *const hotshoe_value,
    method: *const c_char,
    arguments: *const hotshoe_value,
    result: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    fallible(|| unsafe { calls::object_call(object, method, arguments, result) })
}

/// How a buffer looks at its memory, lent by it. Errors: `value-type`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_view(
    buffer: *const hotshoe_value,
    view: *mut hotshoe_view,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::buffer_view(buffer, view) })
}

/// Makes a buffer that looks at the memory of another one.
///
/// `view`: its `offset` is behind the start of the memory, not of `buffer`. Errors: `value-type`, `buffer-invalid`.
/// [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_view_again(
    buffer: *const hotshoe_value,
    view: *const hotshoe_view,
    value: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::buffer_again(buffer, view, value) })
}

/// The wire form of a value: CBOR, with typed arrays for buffers.
///
/// `bytes`: a value that is bytes; yours. Errors: `wire-unsupported` if it holds an object, `value-too-large`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_encode(
    value: *const hotshoe_value,
    bytes: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::give(bytes, || Ok(Value::bytes(wire::encode(calls::value(value, "value")?)?))) })
}

/// The value of its wire form, which may come from anybody.
///
/// `value`: yours. Errors: `wire-invalid`, `value-too-deep`, `value-too-large`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_value_decode(
    bytes: *const c_void,
    length: usize,
    value: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    fallible(|| unsafe { calls::give(value, || wire::decode(byte_string(bytes.cast(), length, "bytes")?)) })
}

/// Makes memory of so many bytes, which are zero, at a multiple of 64.
///
/// `memory`: yours. Errors: `value-too-large` if there is none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_memory_new(size: usize, memory: *mut *mut hotshoe_memory) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    fallible(|| unsafe { calls::memory_new(size, memory) })
}

/// Makes a handle of memory that is yours, and stays where it is until `release` is called with `user_data`, once, by whatever
/// thread: with the last view, before that by hotshoe_memory_resize, or where this fails before it returns.
///
/// `release`: may be NULL. `memory`: yours. Errors: `buffer-invalid` if there can be no such memory. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_memory_wrap(
    data: *mut c_void,
    size: usize,
    release: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
    user_data: *mut c_void,
    memory: *mut *mut hotshoe_memory,
) -> *mut hotshoe_error {
    let owner = Data::new(user_data, release, None);
    // SAFETY: the header's contract for out-parameters.
    fallible(|| unsafe { calls::memory_wrap(data, size, owner, memory) })
}

/// Gives memory another size, and keeps what is there. 0 frees it at once, or releases it; memory of yours takes no other.
///
/// Errors: `buffer-in-use` while a buffer looks at it, `value-too-large`, `argument-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_memory_resize(memory: *const hotshoe_memory, size: usize) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { calls::memory_resize(memory, size) })
}

/// Ends the handle. Buffers that look at the memory go on. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_memory_free(memory: *mut hotshoe_memory) {
    // SAFETY: the header's contract for handles.
    infallible((), || unsafe { calls::memory_free(memory) });
}
