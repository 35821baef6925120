//! Values as C has them, taken and given: a [`abi::Value`] is a [`Value`] in a box, and a [`abi::Memory`] a
//! [`Memory`](crate::context::Memory).
//!
//! All of it is unsafe for one reason: a pointer is NULL, or what the headers ask for.

#![expect(unsafe_code, reason = "C passes raw pointers")]

use std::ffi::c_char;

use hotshoe_abi::context as abi;

use crate::context::{Text, Value};
use crate::error::Result;
use crate::runtime::native::passed::{out, required, text};

/// A value that must be there.
pub(crate) unsafe fn value<'a>(handle: *const abi::Value, what: &str) -> Result<&'a Value> {
    // SAFETY: as the caller promises.
    unsafe { required(handle.cast(), what) }
}

/// A value, which is null for NULL.
pub(crate) unsafe fn value_or_null(handle: *const abi::Value) -> Value {
    // SAFETY: as the caller promises.
    unsafe { handle.cast::<Value>().as_ref() }.cloned().unwrap_or_default()
}

/// Takes a value back that was given out; null for NULL.
pub(crate) unsafe fn take(handle: *mut abi::Value) -> Value {
    // SAFETY: as the caller promises.
    if handle.is_null() { Value::Null } else { *unsafe { Box::from_raw(handle.cast()) } }
}

/// Gives a value out, which is made if there is a place for it.
pub(crate) unsafe fn give(place: *mut *mut abi::Value, made: impl FnOnce() -> Result<Value>) -> Result<()> {
    let place = out(place, "value")?;
    let handle = Box::into_raw(Box::new(made()?)).cast();
    // SAFETY: as the caller promises; it is not NULL.
    unsafe { place.write(handle) };
    Ok(())
}

/// Writes what was found into the place for it.
pub(crate) unsafe fn put<T>(place: *mut T, found: impl FnOnce() -> Result<T>) -> Result<()> {
    let place = out(place, "it")?;
    let found = found()?;
    // SAFETY: as the caller promises; it is not NULL.
    unsafe { place.write(found) };
    Ok(())
}

/// Lends a text, and says how long it is to who wants to know.
pub(super) unsafe fn lend(found: &Text, place: *mut *const c_char, length: *mut usize) -> Result<()> {
    let place = out(place, "text")?;
    // SAFETY: as the caller promises.
    unsafe {
        place.write(found.with_nul().as_ptr().cast());
        if !length.is_null() {
            length.write(found.len());
        }
    }
    Ok(())
}

/// A text that ends with NUL.
pub(super) unsafe fn name<'a>(name: *const c_char, what: &str) -> Result<&'a str> {
    // SAFETY: as the caller promises.
    unsafe { text(name, abi::NUL_TERMINATED, what) }
}
