//! What C passes to functions of Hotshoe: handles, places for what it gets, and strings.

#![expect(unsafe_code, reason = "C passes raw pointers")]

use std::ffi::{CStr, c_char};

use crate::error::{Code, Error, Result};

pub(crate) fn null(what: &str) -> Error {
    Error::new(Code::ARGUMENT_INVALID, format!("`{what}` is NULL"))
        .hint("pass what the function's documentation asks for")
}

/// A handle that must be there.
///
/// # Safety
/// It is null or points to a live handle that nobody changes meanwhile.
pub(crate) unsafe fn required<'a, T>(handle: *const T, what: &str) -> Result<&'a T> {
    // SAFETY: as the caller promises.
    unsafe { handle.as_ref() }.ok_or_else(|| null(what))
}

/// A handle to change that must be there.
///
/// # Safety
/// It is null or points to a live handle that nobody else uses meanwhile.
pub(crate) unsafe fn required_mut<'a, T>(handle: *mut T, what: &str) -> Result<&'a mut T> {
    // SAFETY: as the caller promises.
    unsafe { handle.as_mut() }.ok_or_else(|| null(what))
}

/// Checks an out-parameter before work is done for it.
pub(crate) fn out<T>(place: *mut T, what: &str) -> Result<*mut T> {
    if place.is_null() { Err(null(what)) } else { Ok(place) }
}

/// The bytes of a string; `length` may be `HOTSHOE_NUL_TERMINATED`.
///
/// # Safety
/// `data` is null or points to that many bytes, or to bytes that end with NUL.
pub(crate) unsafe fn bytes<'a>(data: *const c_char, length: usize, what: &str) -> Result<&'a [u8]> {
    const NUL_TERMINATED: usize = usize::MAX;
    if data.is_null() {
        return Err(null(what));
    }
    if length == NUL_TERMINATED {
        // SAFETY: as the caller promises.
        return Ok(unsafe { CStr::from_ptr(data) }.to_bytes());
    }
    if length > isize::MAX as usize {
        return Err(Error::new(Code::ARGUMENT_INVALID, format!("`{what}` has the impossible length {length}")));
    }
    // SAFETY: as the caller promises; the length was checked.
    Ok(unsafe { std::slice::from_raw_parts(data.cast(), length) })
}

/// Bytes that may be none at all: null with the length 0.
///
/// # Safety
/// `data` is null or points to that many bytes.
pub(crate) unsafe fn byte_string<'a>(data: *const c_char, length: usize, what: &str) -> Result<&'a [u8]> {
    // SAFETY: as the caller promises.
    if length == 0 { Ok(&[]) } else { unsafe { bytes(data, length, what) } }
}

/// A text that must be there.
///
/// # Safety
/// As for [`bytes`].
pub(crate) unsafe fn text<'a>(data: *const c_char, length: usize, what: &str) -> Result<&'a str> {
    // SAFETY: as the caller promises.
    let bytes = unsafe { bytes(data, length, what) }?;
    std::str::from_utf8(bytes)
        .map_err(|error| Error::new(Code::ARGUMENT_INVALID, format!("`{what}` is not UTF-8")).because(error))
}
