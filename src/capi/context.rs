//! What the passes and steps of a run share.

use std::cell::UnsafeCell;
use std::ffi::{c_char, c_int};
use std::sync::atomic::{AtomicBool, Ordering};

use hotshoe_abi::context::{Context as hotshoe_context, Value as hotshoe_value};

use super::boundary::{free, infallible, out, required, required_mut, text};
use super::diagnostics::hotshoe_diagnostics;
use super::error::{fallible, hotshoe_error, making};
use crate::context::{Context, Flags, Schema, Slot};
use crate::error::{Code, Error, Result};
use crate::runtime::native::context::calls;

/// Which fields contexts have. The first ones are those that every context has, HOTSHOE_SLOT_MODEL and so on.
pub struct hotshoe_schema(Schema);

/// Only the host sets the field: plugins get HOTSHOE_STATUS_READ_ONLY.
pub const HOTSHOE_FIELD_READ_ONLY: u32 = 1;

/// A context, and whether it belongs to a call at this moment. Plugins know its first field only.
#[repr(C)]
struct Shared {
    context: UnsafeCell<Context>,
    busy: AtomicBool,
}

/// The time in which a context belongs to one call.
pub(super) struct Call<'a>(&'a Shared);

impl Shared {
    fn begin(&self) -> Result<()> {
        match self.busy.swap(true, Ordering::Acquire) {
            false => Ok(()),
            true => Err(Error::new(Code::CONTEXT_BUSY, "the context belongs to another call at this moment")
                .hint("use it before that, afterwards, or from within that call")),
        }
    }

    fn end(&self) {
        self.busy.store(false, Ordering::Release);
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Call<'_> {
    /// Has a context belong to the caller.
    ///
    /// # Safety
    /// It is null or a live handle.
    pub(super) unsafe fn begin<'a>(context: *mut hotshoe_context) -> Result<Call<'a>> {
        // SAFETY: as the caller promises.
        let shared: &Shared = unsafe { required(context.cast(), "context") }?;
        shared.begin()?;
        Ok(Call(shared))
    }

    /// The context, which is nobody else's meanwhile.
    pub(super) fn context(&mut self) -> &mut Context {
        // SAFETY: whoever has begun has it alone.
        unsafe { &mut *self.0.context.get() }
    }
}

/// Makes a schema with the fields that every context has.
///
/// `schema`: yours. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_schema_new(schema: *mut *mut hotshoe_schema) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    unsafe { making(schema, "schema", || Ok(hotshoe_schema(Schema::new()))) }
}

/// Adds a field, and says where it is in every context of the schema.
///
/// `type`: a hotshoe_value_type; a field of a bool, i64 or f64 begins as zero, any other as null. `flags`: 0, or
/// HOTSHOE_FIELD_READ_ONLY. Errors: `schema-invalid` for a name that is taken or cannot be one, `schema-frozen` if there was a
/// context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_schema_add(
    schema: *mut hotshoe_schema,
    name: *const c_char,
    name_length: usize,
    type_: c_int,
    flags: u32,
    slot: *mut u32,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles, strings and out-parameters.
        let (schema, name, place) =
            unsafe { (required_mut(schema, "schema")?, text(name, name_length, "name")?, out(slot, "slot")?) };
        if flags & !HOTSHOE_FIELD_READ_ONLY != 0 {
            return Err(Error::new(Code::ARGUMENT_INVALID, format!("`flags` is {flags:#x}"))
                .hint("pass 0 or HOTSHOE_FIELD_READ_ONLY"));
        }
        let flags = Flags { read_only: flags & HOTSHOE_FIELD_READ_ONLY != 0 };
        let slot = schema.0.add(name, calls::type_of(type_)?, flags)?;
        // SAFETY: the header's contract for out-parameters.
        unsafe { place.write(slot.0) };
        Ok(())
    })
}

/// Ends a schema. Its contexts go on. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_schema_free(schema: *mut hotshoe_schema) {
    // SAFETY: the header's contract for handles.
    unsafe { free(schema) }
}

/// Makes a context with the fields of a schema, which gets no more from here on.
///
/// A context belongs to one call at a time, on whatever thread: one of these functions, a run of passes, or what
/// hotshoe_context_begin begins. Any other meanwhile gets `context-busy`. `context`: yours. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_new(
    schema: *const hotshoe_schema,
    context: *mut *mut hotshoe_context,
) -> *mut hotshoe_error {
    let make = || {
        // SAFETY: the header's contract for handles.
        let schema = unsafe { required(schema, "schema") }?;
        Ok(Shared { context: UnsafeCell::new(Context::new(&schema.0)), busy: AtomicBool::new(false) })
    };
    // SAFETY: the header's contract for out-parameters.
    unsafe { making(context.cast::<*mut Shared>(), "context", make) }
}

/// Has the context belong to a call of the program's own, in which it gives the context to a plugin by an interface of its own.
/// The plugin's functions of hotshoe.context/1 work on it until hotshoe_context_end; everything else gets `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_begin(context: *mut hotshoe_context) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let call = unsafe { Call::begin(context) }?;
        std::mem::forget(call);
        Ok(())
    })
}

/// Ends what hotshoe_context_begin began. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_end(context: *mut hotshoe_context) {
    // SAFETY: the header's contract for handles.
    if let Some(shared) = unsafe { context.cast::<Shared>().as_ref() } {
        shared.end();
    }
}

/// Where the field of a name is. Errors: `field-unknown`, `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_slot(
    context: *mut hotshoe_context,
    name: *const c_char,
    name_length: usize,
    slot: *mut u32,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    fallible(|| unsafe { calls::slot(Call::begin(context)?.context(), name, name_length, slot) })
}

/// What is in a field.
///
/// `value`: a reference that is yours. Errors: `field-unknown`, `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_get(
    context: *mut hotshoe_context,
    slot: u32,
    value: *mut *mut hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::get(Call::begin(context)?.context(), slot, value) })
}

/// Sets a field, which copies scalars and takes a reference of its own to anything else. NULL is null.
///
/// Errors: `field-unknown`, `value-type`, `context-busy`; `field-read-only` for the diagnostics.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_set(
    context: *mut hotshoe_context,
    slot: u32,
    value: *const hotshoe_value,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { calls::set(Call::begin(context)?.context(), slot, value) })
}

/// The bool in a field. It allocates nothing, nor do those that follow. Errors: `field-unknown`, `value-type`, `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_get_bool(
    context: *mut hotshoe_context,
    slot: u32,
    it: *mut bool,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::put(it, || Call::begin(context)?.context().get_bool(Slot(slot))) })
}

/// The whole number in a field. Errors: `field-unknown`, `value-type`, `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_get_i64(
    context: *mut hotshoe_context,
    slot: u32,
    it: *mut i64,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::put(it, || Call::begin(context)?.context().get_i64(Slot(slot))) })
}

/// The double in a field. Errors: `field-unknown`, `value-type`, `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_get_f64(
    context: *mut hotshoe_context,
    slot: u32,
    it: *mut f64,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    fallible(|| unsafe { calls::put(it, || Call::begin(context)?.context().get_f64(Slot(slot))) })
}

/// Sets a field to a bool. Errors: `field-unknown`, `value-type`, `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_set_bool(
    context: *mut hotshoe_context,
    slot: u32,
    it: bool,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { Call::begin(context)?.context().set_bool(Slot(slot), it) })
}

/// Sets a field to a whole number. Errors: `field-unknown`, `value-type`, `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_set_i64(
    context: *mut hotshoe_context,
    slot: u32,
    it: i64,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { Call::begin(context)?.context().set_i64(Slot(slot), it) })
}

/// Sets a field to a double. Errors: `field-unknown`, `value-type`, `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_set_f64(
    context: *mut hotshoe_context,
    slot: u32,
    it: f64,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { Call::begin(context)?.context().set_f64(Slot(slot), it) })
}

/// Adds to the diagnostics of a context.
///
/// `severity`: a hotshoe_severity. `code`: what kind of finding it is, in the program's words. `message`: one sentence.
/// Errors: `context-busy`, `value-too-large` if there are 100,000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_report(
    context: *mut hotshoe_context,
    severity: c_int,
    code: *const c_char,
    code_length: usize,
    message: *const c_char,
    message_length: usize,
) -> *mut hotshoe_error {
    let (code, message) = ((code, code_length), (message, message_length));
    // SAFETY: the header's contract for handles and strings.
    fallible(|| unsafe { calls::report(Call::begin(context)?.context(), severity, code, message) })
}

/// What was found on the way, as it is now.
///
/// `diagnostics`: yours. Errors: `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_diagnostics(
    context: *mut hotshoe_context,
    diagnostics: *mut *mut hotshoe_diagnostics,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    let read = || Ok(hotshoe_diagnostics::reported(unsafe { Call::begin(context) }?.context().diagnostics()));
    // SAFETY: the header's contract for out-parameters.
    unsafe { making(diagnostics, "diagnostics", read) }
}

/// Ends a context, but not while it belongs to a call: then it stays. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_context_free(context: *mut hotshoe_context) {
    infallible((), || {
        // SAFETY: the header's contract for handles.
        if let Ok(call) = unsafe { Call::begin(context) } {
            std::mem::forget(call);
            // SAFETY: the header's contract for handles; no call has it.
            unsafe { free(context.cast::<Shared>()) }
        }
    });
}
