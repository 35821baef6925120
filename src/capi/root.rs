//! A folder that plugins are installed in, and how far an operation on it is.

use std::ffi::{CString, c_char, c_int, c_void};
use std::ops::ControlFlow;
use std::ptr;

use super::boundary::{c_path, c_string, free, lend, offer, optional_text, path, required, required_mut, text};
use super::diagnostics::hotshoe_diagnostics;
use super::error::{fallible, hotshoe_error, making};
use super::installed::hotshoe_installed;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Result};
use crate::package::{Installed, Progress, Root};
use crate::receipt::Difference;
use crate::version::{self, Version};

/// A folder that plugins are installed in: one of a host's search path.
pub struct hotshoe_root {
    pub(super) root: Root,
    path: CString,
    progress: Callback,
}

/// What an operation is at. There may be more of these one day: let what you do not know go on.
#[repr(C)]
#[derive(Clone, Copy)]
pub enum hotshoe_progress {
    /// The archive is read and its digest is taken: so many bytes of it are done.
    Checking = 0,
    /// The archive is unpacked: so many bytes of it are done.
    Unpacking = 1,
    /// Another process changes the same folder, and is waited for.
    Waiting = 2,
}

/// Called several times each second, on the thread that does the work. `done` and `total` are in bytes, and 0
/// where nothing is counted. `holder`: for HOTSHOE_PROGRESS_WAITING what the other process does, such as
/// "process 4711: install gain-1.2.3.tar.gz"; lent for the call, else NULL. Return 0 to go on. Anything else
/// stops the operation: its error is `cancelled`, and nothing was changed. It must not throw.
pub type hotshoe_progress_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        progress: hotshoe_progress,
        done: u64,
        total: u64,
        holder: *const c_char,
    ) -> c_int,
>;

/// Whom to tell how far an operation is; nobody by default.
#[derive(Clone, Copy)]
pub(super) struct Callback {
    pub function: hotshoe_progress_callback,
    pub user_data: *mut c_void,
}

impl Default for Callback {
    fn default() -> Callback {
        Callback { function: None, user_data: ptr::null_mut() }
    }
}

impl Callback {
    pub(super) fn tell(self, progress: Progress<'_>) -> ControlFlow<()> {
        let Some(function) = self.function else { return ControlFlow::Continue(()) };
        let (progress, done, total, holder) = match progress {
            // C makes no archives.
            Progress::Packing { .. } => return ControlFlow::Continue(()),
            Progress::Checking { done, total } => (hotshoe_progress::Checking, done, total, None),
            Progress::Unpacking { done, total } => (hotshoe_progress::Unpacking, done, total, None),
            Progress::Waiting { holder } => (hotshoe_progress::Waiting, 0, 0, Some(c_string(holder))),
        };
        let holder = holder.as_deref().map_or(ptr::null(), |holder| holder.as_ptr());
        // SAFETY: the program passed the two together; `holder` outlives the call.
        match unsafe { function(self.user_data, progress, done, total, holder) } {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}

fn wanted(version: Option<&str>) -> Result<Option<Version>> {
    Ok(version.map(version::parse).transpose()?.map(|(version, _)| version))
}

/// A root, which need not be there yet: the first install makes it.
///
/// `root`: yours. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_root_new(
    folder: *const c_char,
    folder_length: usize,
    root: *mut *mut hotshoe_root,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    unsafe {
        making(root, "root", || {
            let folder = path(folder, folder_length, "folder")?;
            let path = c_path(&folder);
            Ok(hotshoe_root { root: Root::new(folder), path, progress: Callback::default() })
        })
    }
}

/// Has uninstall, rollback and prune tell whom they wait for. NULL: they wait as long as it takes, which is the
/// default. An install has its own: hotshoe_install_set_progress.
///
/// `user_data`: for each call of `callback`; it must stay good as long as the root uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_root_set_progress(
    root: *mut hotshoe_root,
    callback: hotshoe_progress_callback,
    user_data: *mut c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(root, "root") }?.progress = Callback { function: callback, user_data };
        Ok(())
    })
}

/// The folder. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_root_path(root: *const hotshoe_root) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(root, |root| Some(&root.path)) }
}

/// Every plugin that was installed here, by name and version, also those out of use. One whose receipt is
/// damaged is among hotshoe_installed_diagnostics, and so are keys of receipts that are unknown.
///
/// `installed`: yours. Errors: `folder-unreadable`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_root_installed(
    root: *const hotshoe_root,
    installed: *mut *mut hotshoe_installed,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe {
        making(installed, "installed", || {
            let (found, damaged) = required(root, "root")?.root.installed()?;
            let noticed = found.iter().flat_map(|installed| installed.diagnostics.clone());
            let noticed = noticed.chain(damaged.into_iter().map(Diagnostic::from)).collect::<Vec<_>>();
            Ok(hotshoe_installed::new(found).with(&noticed))
        })
    }
}

/// Removes a version of a plugin, or all of them. One whose files are not as they were installed is only removed
/// by `force`: what was changed would be lost.
///
/// `version`: NULL means all. `removed`: yours; NULL if you need no list.
/// Errors: `not-installed`, `installed-changed`, `receipt-invalid`, `version-invalid`, `manifest-field` for what
/// cannot be a name, `folder-unreadable`, `package-write`, `cancelled`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_root_uninstall(
    root: *const hotshoe_root,
    name: *const c_char,
    name_length: usize,
    version: *const c_char,
    version_length: usize,
    force: bool,
    removed: *mut *mut hotshoe_installed,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles, strings and out-parameters.
        unsafe {
            let root = required(root, "root")?;
            let name = text(name, name_length, "name")?;
            let version = wanted(optional_text(version, version_length, "version")?)?;
            let watch = &mut |progress: Progress<'_>| root.progress.tell(progress);
            offer(removed, hotshoe_installed::new(root.root.uninstall(name, version.as_ref(), force, watch)?));
        }
        Ok(())
    })
}

/// Puts an older version of a plugin in use again. Those above it go out of use, and come back by a rollback to
/// their version, until hotshoe_root_prune.
///
/// `version`: NULL means the one before the highest. `changed`: yours; NULL if you need no list. It holds the
/// version in use first, then those that went out of use.
/// Errors: as of hotshoe_root_uninstall, but for `installed-changed`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_root_rollback(
    root: *const hotshoe_root,
    name: *const c_char,
    name_length: usize,
    version: *const c_char,
    version_length: usize,
    changed: *mut *mut hotshoe_installed,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles, strings and out-parameters.
        unsafe {
            let root = required(root, "root")?;
            let name = text(name, name_length, "name")?;
            let version = wanted(optional_text(version, version_length, "version")?)?;
            let watch = &mut |progress: Progress<'_>| root.progress.tell(progress);
            let (in_use, aside) = root.root.rollback(name, version.as_ref(), watch)?;
            offer(changed, hotshoe_installed::new([in_use].into_iter().chain(aside)));
        }
        Ok(())
    })
}

/// Removes the versions out of use, and of those in use all but the highest `keep` of each plugin; one always
/// stays. Versions whose files are not as they were installed stay, too.
///
/// `name`: only this plugin; NULL for all. `dry_run`: only says which these are. `removed`: yours; NULL if you
/// need no list. Errors: `folder-unreadable`, `package-write`, `cancelled`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_root_prune(
    root: *const hotshoe_root,
    name: *const c_char,
    name_length: usize,
    keep: usize,
    dry_run: bool,
    removed: *mut *mut hotshoe_installed,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles, strings and out-parameters.
        unsafe {
            let root = required(root, "root")?;
            let name = optional_text(name, name_length, "name")?;
            let watch = &mut |progress: Progress<'_>| root.progress.tell(progress);
            offer(removed, hotshoe_installed::new(root.root.prune(name, keep, dry_run, watch)?));
        }
        Ok(())
    })
}

/// Compares what is in use with its receipts, and reads every file for that. Each file that was changed, is
/// missing, or was added is a warning `installed-changed`.
///
/// `name`: only this plugin; NULL for all. `differences`: yours.
/// Errors: `not-installed`, `receipt-invalid`, `folder-unreadable`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_root_verify(
    root: *const hotshoe_root,
    name: *const c_char,
    name_length: usize,
    differences: *mut *mut hotshoe_diagnostics,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    unsafe {
        making(differences, "differences", || {
            let name = optional_text(name, name_length, "name")?;
            let verified = required(root, "root")?.root.verify(name)?;
            let of_plugin = |(installed, found): &(Installed, Vec<Difference>)| {
                found.iter().map(|difference| warning(installed, difference)).collect::<Vec<_>>()
            };
            let found: Vec<Diagnostic> = verified.iter().flat_map(of_plugin).collect();
            Ok(hotshoe_diagnostics::new(&found))
        })
    }
}

fn warning(installed: &Installed, difference: &Difference) -> Diagnostic {
    let (Difference::Changed(file) | Difference::Missing(file) | Difference::Added(file)) = difference;
    Diagnostic::warning(Code::INSTALLED_CHANGED, difference.to_string())
        .hint("save what is of use, then install the archive again, over this")
        .plugin(installed.name.as_str())
        .at(installed.path.join(file))
}

/// Ends a root; what is installed stays. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_root_free(root: *mut hotshoe_root) {
    // SAFETY: the header's contract for handles.
    unsafe { free(root) }
}
