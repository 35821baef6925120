//! Findings that were collected while work went on.

use std::ffi::{CString, c_char};

use super::boundary::{ask, c_path, c_string, free, lend};
use crate::context::Reported;
use crate::diagnostics::{Diagnostic, Severity};

/// Findings that were collected while work went on.
pub struct hotshoe_diagnostics(Vec<Finding>);

struct Finding {
    severity: hotshoe_severity,
    code: CString,
    message: CString,
    text: CString,
    hint: Option<CString>,
    path: Option<CString>,
    plugin: Option<CString>,
    pass: Option<CString>,
}

/// How much a finding matters.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub enum hotshoe_severity {
    /// Worth knowing; nothing is lost.
    #[default]
    Note = 0,
    /// It works, but somebody should mend it.
    Warning = 1,
    /// A plugin cannot be used.
    Error = 2,
}

impl hotshoe_diagnostics {
    pub(super) fn new(diagnostics: &[Diagnostic]) -> hotshoe_diagnostics {
        hotshoe_diagnostics(diagnostics.iter().map(Finding::new).collect())
    }

    /// What was reported to a context.
    pub(super) fn reported(reported: &[Reported]) -> hotshoe_diagnostics {
        hotshoe_diagnostics(reported.iter().map(Finding::reported).collect())
    }
}

impl Finding {
    fn new(diagnostic: &Diagnostic) -> Finding {
        Finding {
            severity: diagnostic.severity.into(),
            code: c_string(diagnostic.code.as_str()),
            message: c_string(diagnostic.message.as_str()),
            text: c_string(diagnostic.to_string()),
            hint: diagnostic.hint.as_deref().map(c_string),
            path: diagnostic.path.as_deref().map(c_path),
            plugin: diagnostic.plugin.as_deref().map(c_string),
            pass: None,
        }
    }

    fn reported(reported: &Reported) -> Finding {
        Finding {
            severity: reported.severity.into(),
            code: c_string(reported.code.as_str()),
            message: c_string(reported.message.as_str()),
            text: c_string(reported.to_string()),
            hint: None,
            path: None,
            plugin: reported.plugin.as_deref().map(c_string),
            pass: reported.pass.as_deref().map(c_string),
        }
    }
}

impl From<Severity> for hotshoe_severity {
    fn from(severity: Severity) -> hotshoe_severity {
        match severity {
            Severity::Note => hotshoe_severity::Note,
            Severity::Warning => hotshoe_severity::Warning,
            Severity::Error => hotshoe_severity::Error,
        }
    }
}

/// How many there are. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_count(diagnostics: *const hotshoe_diagnostics) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(diagnostics, |diagnostics| diagnostics.0.len()) }
}

/// How much one matters; HOTSHOE_SEVERITY_NOTE past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_severity(
    diagnostics: *const hotshoe_diagnostics,
    index: usize,
) -> hotshoe_severity {
    // SAFETY: the header's contract for handles.
    unsafe {
        ask(diagnostics, |diagnostics| diagnostics.0.get(index).map(|finding| finding.severity).unwrap_or_default())
    }
}

/// The kind of one; stable between releases, for example HOTSHOE_CODE_NAME_MISMATCH, "name-mismatch". NULL past the
/// last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_code(
    diagnostics: *const hotshoe_diagnostics,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(diagnostics, |diagnostics| Some(&diagnostics.0.get(index)?.code)) }
}

/// What was found, in one sentence; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_message(
    diagnostics: *const hotshoe_diagnostics,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(diagnostics, |diagnostics| Some(&diagnostics.0.get(index)?.message)) }
}

/// What to do about it; NULL if nothing, or past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_hint(
    diagnostics: *const hotshoe_diagnostics,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(diagnostics, |diagnostics| diagnostics.0.get(index)?.hint.as_ref()) }
}

/// The file or folder it was found in; NULL if none, or past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_path(
    diagnostics: *const hotshoe_diagnostics,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(diagnostics, |diagnostics| diagnostics.0.get(index)?.path.as_ref()) }
}

/// The plugin it concerns; NULL if none, or past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_plugin(
    diagnostics: *const hotshoe_diagnostics,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(diagnostics, |diagnostics| diagnostics.0.get(index)?.plugin.as_ref()) }
}

/// The pass or method of the plugin that was at work, for what was reported to a context; NULL if none, or past the last.
/// [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_pass(
    diagnostics: *const hotshoe_diagnostics,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(diagnostics, |diagnostics| diagnostics.0.get(index)?.pass.as_ref()) }
}

/// Everything about one, over several lines; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_text(
    diagnostics: *const hotshoe_diagnostics,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(diagnostics, |diagnostics| Some(&diagnostics.0.get(index)?.text)) }
}

/// Ends them. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_diagnostics_free(diagnostics: *mut hotshoe_diagnostics) {
    // SAFETY: the header's contract for handles.
    unsafe { free(diagnostics) }
}
