//! The table of `hotshoe.context/1`: statuses for errors, and what is made with functions of a plugin keeps it in use.

#![expect(unsafe_code, reason = "plugins pass raw pointers")]

use std::ffi::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hotshoe_abi::context::{self as abi, Status};

use super::calls::{self, Data, InUse};
use crate::context::{Context, Slot, Value};
use crate::error::{Code, Error, Result};
use crate::runtime::native::passed::{out, required, required_mut};

/// Which status stands for which code.
const STATUSES: [(Code, Status); 15] = [
    (Code::ARGUMENT_INVALID, Status::ArgumentInvalid),
    (Code::VALUE_TYPE, Status::ValueType),
    (Code::FIELD_UNKNOWN, Status::NotFound),
    (Code::FIELD_READ_ONLY, Status::ReadOnly),
    (Code::BUFFER_READ_ONLY, Status::ReadOnly),
    (Code::VALUE_TOO_DEEP, Status::TooDeep),
    (Code::VALUE_TOO_LARGE, Status::TooLarge),
    (Code::VALUE_CYCLE, Status::Cycle),
    (Code::BUFFER_INVALID, Status::BufferInvalid),
    (Code::BUFFER_IN_USE, Status::BufferInUse),
    (Code::METHOD_UNKNOWN, Status::NotFound),
    (Code::METHOD_FAILED, Status::MethodFailed),
    (Code::CONTEXT_BUSY, Status::Internal),
    (Code::WIRE_INVALID, Status::Internal),
    (Code::WIRE_UNSUPPORTED, Status::Internal),
];

/// The status of an error, which takes no other way to a plugin.
fn status_of(error: &Error) -> i32 {
    let known = STATUSES.iter().find(|(code, _)| *code == error.code());
    known.map_or(Status::Internal, |(_, status)| *status) as i32
}

/// Runs what a function does; no panic leaves it.
fn status(body: impl FnOnce() -> Result<()>) -> i32 {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => Status::Ok as i32,
        Ok(Err(error)) => status_of(&error),
        Err(_) => Status::Internal as i32,
    }
}

/// # Safety
/// It is NULL, or the context of a call that is going on, which nobody changes meanwhile.
unsafe fn context<'a>(context: *const abi::Context) -> Result<&'a Context> {
    // SAFETY: as the caller promises.
    unsafe { required(context.cast(), "context") }
}

/// # Safety
/// It is NULL, or the context of a call that is going on, which nobody else uses meanwhile.
unsafe fn changing<'a>(context: *mut abi::Context) -> Result<&'a mut Context> {
    // SAFETY: as the caller promises.
    unsafe { required_mut(context.cast(), "context") }
}

/// A context of which a plugin sets a field.
///
/// # Safety
/// As for [`changing`].
unsafe fn settable<'a>(context: *mut abi::Context, slot: u32) -> Result<&'a mut Context> {
    // SAFETY: as the caller promises.
    let context = unsafe { changing(context) }?;
    context.may_be_set_by_plugins(Slot(slot))?;
    Ok(context)
}

/// What counts what a plugin has made.
///
/// # Safety
/// It is what `get_interface` gave with the table, or NULL.
unsafe fn in_use(instance: *mut c_void) -> InUse {
    // SAFETY: as the caller promises.
    unsafe { instance.cast::<Arc<()>>().as_ref() }.cloned()
}

/// The functions that check, call and say what came of it.
macro_rules! functions {
    ($($name:ident($($parameter:ident: $type:ty),*) => $body:expr;)*) => {
        $(
            unsafe extern "C" fn $name(_: *mut c_void, $($parameter: $type),*) -> i32 {
                // SAFETY: what the interface asks for.
                status(|| unsafe { $body })
            }
        )*
    };
}

functions! {
    context_slot(it: *const abi::Context, name: *const c_char, name_length: usize, slot: *mut u32) => calls::slot(context(it)?, name, name_length, slot);
    context_get(it: *const abi::Context, slot: u32, value: *mut *mut abi::Value) => calls::get(context(it)?, slot, value);
    context_set(it: *mut abi::Context, slot: u32, value: *const abi::Value) => calls::set(settable(it, slot)?, slot, value);
    context_report(it: *mut abi::Context, severity: i32, code: *const c_char, code_length: usize, message: *const c_char, message_length: usize) => calls::report(changing(it)?, severity, (code, code_length), (message, message_length));
    new_null(value: *mut *mut abi::Value) => calls::give(value, || Ok(Value::Null));
    new_bool(it: bool, value: *mut *mut abi::Value) => calls::give(value, || Ok(it.into()));
    new_i64(it: i64, value: *mut *mut abi::Value) => calls::give(value, || Ok(it.into()));
    new_f64(it: f64, value: *mut *mut abi::Value) => calls::give(value, || Ok(it.into()));
    new_text(text: *const c_char, length: usize, value: *mut *mut abi::Value) => calls::new_text(text, length, value);
    new_bytes(bytes: *const c_void, length: usize, value: *mut *mut abi::Value) => calls::new_bytes(bytes, length, value);
    new_list(value: *mut *mut abi::Value) => calls::new_list(value);
    new_map(value: *mut *mut abi::Value) => calls::new_map(value);
    new_buffer(memory: *const abi::Memory, view: *const abi::View, value: *mut *mut abi::Value) => calls::new_buffer(memory, view, value);
    value_clone(value: *const abi::Value, clone: *mut *mut abi::Value) => calls::give(clone, || calls::value(value, "value").cloned());
    value_to_bool(value: *const abi::Value, it: *mut bool) => calls::put(it, || calls::value(value, "value")?.to_bool());
    value_to_i64(value: *const abi::Value, it: *mut i64) => calls::put(it, || calls::value(value, "value")?.to_i64());
    value_to_f64(value: *const abi::Value, it: *mut f64) => calls::put(it, || calls::value(value, "value")?.to_f64());
    value_to_text(value: *const abi::Value, text: *mut *const c_char, length: *mut usize) => calls::to_text(value, text, length);
    value_to_bytes(value: *const abi::Value, bytes: *mut *const c_void, length: *mut usize) => calls::to_bytes(value, bytes, length);
    value_at(value: *const abi::Value, index: usize, item: *mut *mut abi::Value) => calls::at(value, index, item);
    list_push(list: *mut abi::Value, item: *const abi::Value) => calls::push(list, item);
    list_set(list: *mut abi::Value, index: usize, item: *const abi::Value) => calls::list_set(list, index, item);
    map_key_at(map: *const abi::Value, index: usize, key: *mut *const c_char, length: *mut usize) => calls::key_at(map, index, key, length);
    map_get(map: *const abi::Value, key: *const c_char, key_length: usize, item: *mut *mut abi::Value) => calls::map_get(map, (key, key_length), item);
    map_insert(map: *mut abi::Value, key: *const c_char, key_length: usize, item: *const abi::Value) => calls::map_insert(map, (key, key_length), item);
    map_remove(map: *mut abi::Value, key: *const c_char, key_length: usize) => calls::map_remove(map, (key, key_length));
    object_type(object: *const abi::Value, type_name: *mut *const c_char) => calls::object_type(object, type_name);
    object_data(object: *const abi::Value, type_name: *const c_char, data: *mut *mut c_void) => calls::object_data(object, type_name, data);
    buffer_view(buffer: *const abi::Value, view: *mut abi::View) => calls::buffer_view(buffer, view);
    buffer_again(buffer: *const abi::Value, view: *const abi::View, value: *mut *mut abi::Value) => calls::buffer_again(buffer, view, value);
    memory_new(size: usize, memory: *mut *mut abi::Memory) => calls::memory_new(size, memory);
    memory_resize(memory: *const abi::Memory, size: usize) => calls::memory_resize(memory, size);
}

/// Scalars of a context, for which nothing is allocated and which cannot panic.
macro_rules! scalars {
    ($($get:ident, $set:ident, $type:ty, $context_get:ident, $context_set:ident;)*) => {
        $(
            unsafe extern "C" fn $context_get(_: *mut c_void, it: *const abi::Context, slot: u32, to: *mut $type) -> i32 {
                // SAFETY: what the interface asks for.
                let got = unsafe { context(it) }.and_then(|it| {
                    let place = out(to, "it")?;
                    let found = it.$get(Slot(slot))?;
                    // SAFETY: what the interface asks for; it is not NULL.
                    unsafe { place.write(found) };
                    Ok(())
                });
                got.map_or_else(|error| status_of(&error), |()| Status::Ok as i32)
            }

            unsafe extern "C" fn $context_set(_: *mut c_void, it: *mut abi::Context, slot: u32, to: $type) -> i32 {
                // SAFETY: what the interface asks for.
                let set = unsafe { settable(it, slot) }.and_then(|it| it.$set(Slot(slot), to));
                set.map_or_else(|error| status_of(&error), |()| Status::Ok as i32)
            }
        )*
    };
}

scalars! {
    get_bool, set_bool, bool, context_get_bool, context_set_bool;
    get_i64, set_i64, i64, context_get_i64, context_set_i64;
    get_f64, set_f64, f64, context_get_f64, context_set_f64;
}

unsafe extern "C" fn new_object(
    instance: *mut c_void,
    type_name: *const c_char,
    methods: *const abi::Method,
    method_count: usize,
    data: *mut c_void,
    destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    value: *mut *mut abi::Value,
) -> i32 {
    // SAFETY: what the interface asks for.
    let data = Data::new(data, destroy, unsafe { in_use(instance) });
    // SAFETY: what the interface asks for.
    status(|| unsafe { calls::new_object(type_name, (methods, method_count), data, value) })
}

unsafe extern "C" fn memory_wrap(
    instance: *mut c_void,
    data: *mut c_void,
    size: usize,
    release: Option<unsafe extern "C" fn(*mut c_void)>,
    user_data: *mut c_void,
    memory: *mut *mut abi::Memory,
) -> i32 {
    // SAFETY: what the interface asks for.
    let owner = Data::new(user_data, release, unsafe { in_use(instance) });
    // SAFETY: what the interface asks for.
    status(|| unsafe { calls::memory_wrap(data, size, owner, memory) })
}

unsafe extern "C" fn value_free(_: *mut c_void, value: *mut abi::Value) {
    // SAFETY: what the interface asks for.
    status(|| Ok(drop(unsafe { calls::take(value) })));
}

unsafe extern "C" fn value_type(_: *mut c_void, value: *const abi::Value) -> i32 {
    // SAFETY: what the interface asks for.
    unsafe { calls::kind(value) as i32 }
}

unsafe extern "C" fn value_equal(_: *mut c_void, one: *const abi::Value, two: *const abi::Value) -> bool {
    // SAFETY: what the interface asks for.
    catch_unwind(|| unsafe { calls::equal(one, two) }).unwrap_or(false)
}

unsafe extern "C" fn value_count(_: *mut c_void, value: *const abi::Value) -> usize {
    // SAFETY: what the interface asks for.
    unsafe { calls::count(value) }
}

unsafe extern "C" fn object_call(
    _: *mut c_void,
    object: *const abi::Value,
    method: *const c_char,
    arguments: *const abi::Value,
    result: *mut *mut abi::Value,
) -> i32 {
    status(|| {
        // SAFETY: what the interface asks for.
        unsafe {
            let called = calls::object_call(object, method, arguments, result);
            if let Err(error) = &called
                && error.code() == Code::METHOD_FAILED
            {
                calls::give(result, || Ok(error.message().into()))?;
            }
            called
        }
    })
}

unsafe extern "C" fn memory_free(_: *mut c_void, memory: *mut abi::Memory) {
    // SAFETY: what the interface asks for.
    status(|| Ok(unsafe { calls::memory_free(memory) }));
}

/// What a plugin gets for `hotshoe.context/1`.
pub(in crate::runtime::native) static TABLE: abi::Table = abi::Table {
    size: size_of::<abi::Table>(),
    context_slot,
    context_get,
    context_set,
    context_get_bool,
    context_get_i64,
    context_get_f64,
    context_set_bool,
    context_set_i64,
    context_set_f64,
    context_report,
    new_null,
    new_bool,
    new_i64,
    new_f64,
    new_text,
    new_bytes,
    new_list,
    new_map,
    new_object,
    new_buffer,
    value_clone,
    value_free,
    value_type,
    value_equal,
    value_count,
    value_to_bool,
    value_to_i64,
    value_to_f64,
    value_to_text,
    value_to_bytes,
    value_at,
    list_push,
    list_set,
    map_key_at,
    map_get,
    map_insert,
    map_remove,
    object_type,
    object_data,
    object_call,
    buffer_view,
    buffer_again,
    memory_new,
    memory_wrap,
    memory_resize,
    memory_free,
};
