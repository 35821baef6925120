//! Why one operation stopped.

use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use super::boundary::{any_text, ask, c_path, c_string, free, give, infallible, lend, out};
use crate::error::{Code, Error, Result};

/// Why one operation stopped: code, stage, message, hint, path, plugin and causes.
pub struct hotshoe_error {
    code: CString,
    stage: CString,
    message: CString,
    report: CString,
    hint: Option<CString>,
    path: Option<CString>,
    plugin: Option<CString>,
    causes: Vec<CString>,
    /// What a callback returned keeps its own form on its way through the library.
    error: Error,
}

impl hotshoe_error {
    pub(super) fn give(error: Error) -> *mut hotshoe_error {
        Box::into_raw(Box::new(hotshoe_error::new(error)))
    }

    pub(super) fn new(error: Error) -> hotshoe_error {
        hotshoe_error {
            code: c_string(error.code().as_str()),
            stage: c_string(error.code().stage().as_str()),
            message: c_string(error.message()),
            report: c_string(error.report()),
            hint: error.hint_text().map(c_string),
            path: error.path().map(c_path),
            plugin: error.plugin_name().map(c_string),
            causes: error.causes().map(c_string).collect(),
            error,
        }
    }

    /// Takes an error that a callback returned.
    ///
    /// # Safety
    /// It came from [`hotshoe_error::give`] and belongs to nobody else.
    pub(super) unsafe fn take(error: *mut hotshoe_error) -> Error {
        // SAFETY: as the caller promises.
        unsafe { Box::from_raw(error) }.error
    }
}

/// Runs the body of a fallible function; a panic becomes the error `internal`.
pub(super) fn fallible(body: impl FnOnce() -> Result<()>) -> *mut hotshoe_error {
    let result = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(Error::new(Code::INTERNAL, "Hotshoe caught a defect of its own")
            .because(words.unwrap_or("a panic without words"))
            .hint("please report it"))
    });
    match result {
        Ok(()) => ptr::null_mut(),
        Err(error) => hotshoe_error::give(error),
    }
}

/// Runs the body of a function that makes something for C; `what` is its out-parameter.
///
/// # Safety
/// `place` is null or may be written.
pub(super) unsafe fn making<T>(place: *mut *mut T, what: &str, body: impl FnOnce() -> Result<T>) -> *mut hotshoe_error {
    fallible(|| {
        let place = out(place, what)?;
        let made = body()?;
        // SAFETY: as the caller promises; it is not null.
        unsafe { give(place, made) };
        Ok(())
    })
}

/// Makes an error for a callback to return, with the code `entry-failed`.
///
/// `message`: what failed, in one sentence; what is not UTF-8 in it is replaced. NULL makes an error without
/// words. Yours, until the callback returns it. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_new(message: *const c_char, message_length: usize) -> *mut hotshoe_error {
    infallible(ptr::null_mut(), || {
        // SAFETY: the header's contract for strings.
        let message = unsafe { any_text(message, message_length, "message") };
        let message = message.unwrap_or_else(|_| "no reason was given".to_owned());
        hotshoe_error::give(
            Error::new(Code::ENTRY_FAILED, "its entry function failed")
                .because(message.replace('\0', " "))
                .hint("ask the plugin's author"),
        )
    })
}

/// A second handle of an error, which is yours and says the same. NULL for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_clone(error: *const hotshoe_error) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    let error = unsafe { error.as_ref() };
    infallible(ptr::null_mut(), || error.map_or(ptr::null_mut(), |error| hotshoe_error::give(error.error.clone())))
}

/// The kind of error; stable between releases, for example HOTSHOE_CODE_MANIFEST_SYNTAX, "manifest-syntax". hotshoe/codes.h
/// has all but those of runtimes that are modules. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_code(error: *const hotshoe_error) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(error, |error| Some(&error.code)) }
}

/// The part of the work it comes from, for example "manifest" or "load". [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_stage(error: *const hotshoe_error) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(error, |error| Some(&error.stage)) }
}

/// What failed, in one sentence. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_message(error: *const hotshoe_error) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(error, |error| Some(&error.message)) }
}

/// What to do next; NULL if nothing helps. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_hint(error: *const hotshoe_error) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(error, |error| error.hint.as_ref()) }
}

/// The file or folder it is about; NULL if none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_path(error: *const hotshoe_error) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(error, |error| error.path.as_ref()) }
}

/// The plugin it is about; NULL if none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_plugin(error: *const hotshoe_error) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(error, |error| error.plugin.as_ref()) }
}

/// Everything there is to say, over several lines, without a newline at the end. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_report(error: *const hotshoe_error) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(error, |error| Some(&error.report)) }
}

/// How many causes it has. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_cause_count(error: *const hotshoe_error) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(error, |error| error.causes.len()) }
}

/// One of its causes, 0 being the nearest; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_cause(error: *const hotshoe_error, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(error, |error| error.causes.get(index)) }
}

/// Ends an error. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_error_free(error: *mut hotshoe_error) {
    // SAFETY: the header's contract for handles.
    unsafe { free(error) }
}
