//! Facts read out of a library without running it.

use std::ffi::{CString, c_char};

use super::boundary::{ask, c_string, free, lend, path, text};
use super::error::{hotshoe_error, making};
use crate::inspect::Inspection;

/// Facts read out of an ELF, Mach-O or PE file without running it.
pub struct hotshoe_inspection {
    inspection: Inspection,
    platforms: Vec<CString>,
    missing: Vec<CString>,
    json: CString,
}

impl hotshoe_inspection {
    fn new(inspection: Inspection) -> hotshoe_inspection {
        hotshoe_inspection {
            platforms: inspection.platforms.iter().map(|platform| c_string(platform.to_string())).collect(),
            missing: inspection.missing().map(|needed| c_string(needed.name.as_str())).collect(),
            json: c_string(serde_json::to_string(&inspection).unwrap_or_default()),
            inspection,
        }
    }
}

/// Reads the facts of a library. Nothing of it is run.
///
/// `inspection`: yours. Errors: `library-unreadable`, `library-format`, `library-truncated`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_inspection_new(
    library: *const c_char,
    library_length: usize,
    inspection: *mut *mut hotshoe_inspection,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    unsafe {
        making(inspection, "inspection", || {
            let facts = Inspection::of(&path(library, library_length, "library")?)?;
            Ok(hotshoe_inspection::new(facts))
        })
    }
}

/// How many platforms it is for: one, but for universal files. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_inspection_platform_count(inspection: *const hotshoe_inspection) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(inspection, |inspection| inspection.platforms.len()) }
}

/// A platform it is for, for example "linux-x86_64"; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_inspection_platform(
    inspection: *const hotshoe_inspection,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(inspection, |inspection| inspection.platforms.get(index)) }
}

/// Whether it exports a symbol. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_inspection_exports(
    inspection: *const hotshoe_inspection,
    symbol: *const c_char,
    symbol_length: usize,
) -> bool {
    // SAFETY: the header's contract for handles and strings.
    unsafe {
        let Ok(symbol) = text(symbol, symbol_length, "symbol") else { return false };
        ask(inspection, |inspection| inspection.inspection.exports_symbol(symbol))
    }
}

/// How many libraries it needs that were not found. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_inspection_missing_count(inspection: *const hotshoe_inspection) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(inspection, |inspection| inspection.missing.len()) }
}

/// A library it needs that was not found; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_inspection_missing(
    inspection: *const hotshoe_inspection,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(inspection, |inspection| inspection.missing.get(index)) }
}

/// All facts as JSON, in the form that `hotshoe inspect --json` prints. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_inspection_json(inspection: *const hotshoe_inspection) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(inspection, |inspection| Some(&inspection.json)) }
}

/// Ends an inspection. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_inspection_free(inspection: *mut hotshoe_inspection) {
    // SAFETY: the header's contract for handles.
    unsafe { free(inspection) }
}
