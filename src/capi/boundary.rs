//! What every function of the C ABI does at its two ends.

use std::ffi::{CString, OsStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::ptr;

use crate::error::{Code, Error, Result};
pub(super) use crate::runtime::native::passed::{byte_string, out, required, required_mut, text};
use crate::runtime::native::passed::{bytes, null};

/// Runs the body of a function that cannot fail; a panic becomes the given value.
pub(super) fn infallible<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

/// A callback that must be there.
pub(super) fn required_callback<T>(callback: Option<T>) -> Result<T> {
    callback.ok_or_else(|| null("callback"))
}

/// Gives a value to C.
///
/// # Safety
/// `place` is not null and may be written.
pub(super) unsafe fn give<T>(place: *mut *mut T, value: T) {
    // SAFETY: as the caller promises.
    unsafe { place.write(Box::into_raw(Box::new(value))) }
}

/// Gives a value to C, which may not want it and pass null.
///
/// # Safety
/// `place` is null or may be written.
pub(super) unsafe fn offer<T>(place: *mut *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: as the caller promises.
        unsafe { give(place, value) }
    }
}

/// Takes back what [`give`] gave; null is fine.
///
/// # Safety
/// It came from [`give`] or `Box::into_raw` and was not taken back before.
pub(super) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: as the caller promises.
        infallible((), || drop(unsafe { Box::from_raw(handle) }));
    }
}

/// A string as C passes it, and what it is called in the header.
pub(super) type Passed<'a> = (*const c_char, usize, &'a str);

/// A text of which anything is better than nothing: what is not UTF-8 in it is replaced.
///
/// # Safety
/// As for [`bytes`].
pub(super) unsafe fn any_text(data: *const c_char, length: usize, what: &str) -> Result<String> {
    // SAFETY: as the caller promises.
    unsafe { bytes(data, length, what) }.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// A text that may be missing.
///
/// # Safety
/// As for [`bytes`].
pub(super) unsafe fn optional_text<'a>(data: *const c_char, length: usize, what: &str) -> Result<Option<&'a str>> {
    // SAFETY: as the caller promises.
    if data.is_null() { Ok(None) } else { unsafe { text(data, length, what) }.map(Some) }
}

/// Several texts that end with NUL.
///
/// # Safety
/// `data` is null or points to that many pointers, each of which is null or points to bytes that end with NUL.
pub(super) unsafe fn texts(data: *const *const c_char, count: usize, what: &str) -> Result<Vec<String>> {
    if data.is_null() && count > 0 {
        return Err(null(what));
    }
    // SAFETY: as the caller promises.
    (0..count).map(|index| unsafe { text(*data.add(index), usize::MAX, what) }.map(str::to_owned)).collect()
}

/// A path that must be there: any bytes on Unix, UTF-8 elsewhere.
///
/// # Safety
/// As for [`bytes`].
pub(super) unsafe fn path(data: *const c_char, length: usize, what: &str) -> Result<PathBuf> {
    #[cfg(unix)]
    // SAFETY: as the caller promises.
    let path: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(unsafe { bytes(data, length, what) }?);
    #[cfg(not(unix))]
    // SAFETY: as the caller promises.
    let path: &OsStr = unsafe { text(data, length, what) }?.as_ref();
    if path.is_empty() {
        return Err(Error::new(Code::ARGUMENT_INVALID, format!("`{what}` is empty")));
    }
    Ok(path.into())
}

/// A string for C. What comes from outside was checked for NUL long before; should one be left, the
/// string ends there.
pub(super) fn c_string(text: impl Into<Vec<u8>>) -> CString {
    CString::new(text).unwrap_or_else(|error| {
        let end = error.nul_position();
        let mut bytes = error.into_vec();
        bytes.truncate(end);
        CString::new(bytes).unwrap_or_default()
    })
}

/// A path for C, as the system knows it.
pub(super) fn c_path(path: &Path) -> CString {
    c_string(path.as_os_str().as_encoded_bytes())
}

/// Lends a string of a handle; null for a null handle or where there is none.
///
/// # Safety
/// As for [`required`].
pub(super) unsafe fn lend<T>(handle: *const T, string: impl FnOnce(&T) -> Option<&CString>) -> *const c_char {
    // SAFETY: as the caller promises.
    let handle = unsafe { handle.as_ref() };
    infallible(ptr::null(), || handle.and_then(string).map_or(ptr::null(), |string| string.as_ptr()))
}

/// Asks a handle for a plain value; a null handle answers with the type's zero.
///
/// # Safety
/// As for [`required`].
pub(super) unsafe fn ask<T, V: Default>(handle: *const T, value: impl FnOnce(&T) -> V) -> V {
    // SAFETY: as the caller promises.
    let handle = unsafe { handle.as_ref() };
    infallible(V::default(), || handle.map(value).unwrap_or_default())
}
