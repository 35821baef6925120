//! The answer to "unload this plugin".

use std::ffi::{CString, c_char};

use super::boundary::{ask, c_string, free, lend};
use crate::plugin::Unload;

/// The answer to "unload this plugin".
pub struct hotshoe_unload {
    outcome: hotshoe_unload_outcome,
    reasons: Vec<CString>,
    text: CString,
}

/// What became of a plugin that was to be unloaded.
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum hotshoe_unload_outcome {
    /// Its library is not mapped any more.
    #[default]
    Unmapped = 0,
    /// Nothing of it is used any more, but its library stays mapped; the reasons say why.
    Resident = 1,
    /// Something it registered is in use, or another plugin depends on it; the reasons say what. It lives on as if
    /// nothing had been asked.
    Busy = 2,
    /// Its process is gone; the reason says how it went.
    Exited = 3,
    /// Its runtime has let go of it.
    Released = 4,
}

impl hotshoe_unload {
    pub(super) fn new(unload: Unload) -> hotshoe_unload {
        let text = c_string(unload.to_string());
        let (outcome, reasons) = match unload {
            Unload::Unmapped => (hotshoe_unload_outcome::Unmapped, Vec::new()),
            Unload::Resident(reasons) => (hotshoe_unload_outcome::Resident, reasons),
            Unload::Busy(users) => (hotshoe_unload_outcome::Busy, users),
            Unload::Exited(how) => (hotshoe_unload_outcome::Exited, vec![how]),
            Unload::Released => (hotshoe_unload_outcome::Released, Vec::new()),
        };
        hotshoe_unload { outcome, reasons: reasons.into_iter().map(c_string).collect(), text }
    }
}

/// What became of the plugin. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unload_get_outcome(unload: *const hotshoe_unload) -> hotshoe_unload_outcome {
    // SAFETY: the header's contract for handles.
    unsafe { ask(unload, |unload| unload.outcome) }
}

/// How many reasons there are for it. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unload_reason_count(unload: *const hotshoe_unload) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(unload, |unload| unload.reasons.len()) }
}

/// One of them; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unload_reason(unload: *const hotshoe_unload, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(unload, |unload| unload.reasons.get(index)) }
}

/// Outcome and reasons in one line. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unload_text(unload: *const hotshoe_unload) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(unload, |unload| Some(&unload.text)) }
}

/// Ends the answer. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unload_free(unload: *mut hotshoe_unload) {
    // SAFETY: the header's contract for handles.
    unsafe { free(unload) }
}
