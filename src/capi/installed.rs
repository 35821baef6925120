//! Plugins that were installed.

use std::ffi::{CString, c_char};
use std::ptr;

use super::boundary::{ask, c_path, c_string, free, lend};
use super::diagnostics::hotshoe_diagnostics;
use crate::diagnostics::Diagnostic;
use crate::package::{InstallReport, Installed, Outcome};

/// Plugins that were installed, each in one version.
pub struct hotshoe_installed {
    plugins: Vec<Plugin>,
    diagnostics: hotshoe_diagnostics,
}

struct Plugin {
    name: CString,
    version: Option<CString>,
    path: CString,
    in_use: bool,
    outcome: hotshoe_install_outcome,
}

/// What an install did about a plugin.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub enum hotshoe_install_outcome {
    /// Nothing: it is there from the same archive, and as it was installed; or this was no install.
    #[default]
    Present = 0,
    /// It was not there, and is now.
    Installed = 1,
    /// It took the place of what was there, which is out of use now.
    Replaced = 2,
}

impl hotshoe_installed {
    pub(super) fn new(installed: impl IntoIterator<Item = Installed>) -> hotshoe_installed {
        let plugins = installed.into_iter().map(|installed| Plugin::new(&installed, Outcome::Present)).collect();
        hotshoe_installed { plugins, diagnostics: hotshoe_diagnostics::new(&[]) }
    }

    /// With what the install did about each, and what must be told of it.
    pub(super) fn by_install(report: InstallReport) -> hotshoe_installed {
        let plugins = report.plugins.iter().map(|(installed, outcome)| Plugin::new(installed, *outcome)).collect();
        hotshoe_installed { plugins, diagnostics: hotshoe_diagnostics::new(&report.diagnostics) }
    }

    /// With what was noticed of their receipts.
    pub(super) fn with(self, noticed: &[Diagnostic]) -> hotshoe_installed {
        hotshoe_installed { diagnostics: hotshoe_diagnostics::new(noticed), ..self }
    }
}

impl Plugin {
    fn new(installed: &Installed, outcome: Outcome) -> Plugin {
        Plugin {
            name: c_string(installed.name.as_str()),
            version: installed.version.as_ref().map(|version| c_string(version.to_string())),
            path: c_path(&installed.path),
            in_use: installed.in_use,
            outcome: match outcome {
                Outcome::Present => hotshoe_install_outcome::Present,
                Outcome::Installed => hotshoe_install_outcome::Installed,
                Outcome::Replaced => hotshoe_install_outcome::Replaced,
            },
        }
    }
}

/// How many there are. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_installed_count(installed: *const hotshoe_installed) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(installed, |installed| installed.plugins.len()) }
}

/// The name of one; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_installed_name(installed: *const hotshoe_installed, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(installed, |installed| Some(&installed.plugins.get(index)?.name)) }
}

/// The version of one; NULL if it says none, or past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_installed_version(installed: *const hotshoe_installed, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(installed, |installed| installed.plugins.get(index)?.version.as_ref()) }
}

/// The folder of one, of one that was removed the folder it had; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_installed_path(installed: *const hotshoe_installed, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(installed, |installed| Some(&installed.plugins.get(index)?.path)) }
}

/// Whether a host can find one: false for a version out of use, and past the last. Of one that was removed,
/// whether a host could. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_installed_in_use(installed: *const hotshoe_installed, index: usize) -> bool {
    // SAFETY: the header's contract for handles.
    unsafe { ask(installed, |installed| installed.plugins.get(index).is_some_and(|plugin| plugin.in_use)) }
}

/// What an install did about one; HOTSHOE_INSTALL_OUTCOME_PRESENT past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_installed_outcome(
    installed: *const hotshoe_installed,
    index: usize,
) -> hotshoe_install_outcome {
    // SAFETY: the header's contract for handles.
    unsafe { ask(installed, |installed| installed.plugins.get(index).map(|plugin| plugin.outcome).unwrap_or_default()) }
}

/// Those whose receipts are damaged, as hotshoe_root_installed found them. Lent by the list. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_installed_diagnostics(
    installed: *const hotshoe_installed,
) -> *const hotshoe_diagnostics {
    // SAFETY: the header's contract for handles.
    unsafe { installed.as_ref() }.map_or(ptr::null(), |installed| &raw const installed.diagnostics)
}

/// Ends the list; what is installed stays. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_installed_free(installed: *mut hotshoe_installed) {
    // SAFETY: the header's contract for handles.
    unsafe { free(installed) }
}
