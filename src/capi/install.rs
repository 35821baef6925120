//! How an archive is installed.

use std::ffi::{c_char, c_void};
use std::path::PathBuf;

use super::boundary::{free, path, required, required_mut, text};
use super::error::{fallible, hotshoe_error, making};
use super::installed::hotshoe_installed;
use super::profile::hotshoe_profile;
use super::root::{Callback, hotshoe_progress_callback, hotshoe_root};
use crate::diagnostics::Diagnostic;
use crate::manifest::{Kind, Kinds};
use crate::package::{Install, Progress, TrustStore};

/// How an archive is installed.
pub struct hotshoe_install {
    archive: PathBuf,
    flat: bool,
    replace: bool,
    require_signature: bool,
    trust: Option<TrustStore>,
    runtime_folders: Vec<PathBuf>,
    kinds: Vec<Kind>,
    /// What is odd about those.
    noticed: Vec<Diagnostic>,
    progress: Callback,
}

/// An install of an archive: a tar, plain or in gzip or zstd, or a zip. Its bytes say which, not its name. It is
/// not read yet.
///
/// `install`: yours. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_new(
    archive: *const c_char,
    archive_length: usize,
    install: *mut *mut hotshoe_install,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    unsafe {
        making(install, "install", || {
            let archive = path(archive, archive_length, "archive")?;
            let how = hotshoe_install {
                archive,
                flat: false,
                replace: false,
                require_signature: false,
                trust: None,
                runtime_folders: Vec::new(),
                kinds: Vec::new(),
                noticed: Vec::new(),
                progress: Callback::default(),
            };
            Ok(how)
        })
    }
}

/// Whether it goes into `<root>/<name>`, for hosts that do not look for versions, and not into
/// `<root>/<name>/<version>`. A newer version takes the place of the one that is there, which goes out of use.
/// Off by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_set_flat(install: *mut hotshoe_install, flat: bool) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(install, "install") }?.flat = flat;
        Ok(())
    })
}

/// Whether it may take the place of another build of the same version, or of one that was changed since; what
/// was there goes out of use. Off by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_set_replace(
    install: *mut hotshoe_install,
    replace: bool,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(install, "install") }?.replace = replace;
        Ok(())
    })
}

/// Whether it is installed only if its signature is verified, whatever the policy of the trust store; without a
/// trust store it is refused then. Off by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_set_require_signature(
    install: *mut hotshoe_install,
    require_signature: bool,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(install, "install") }?.require_signature = require_signature;
        Ok(())
    })
}

/// Installs it only if the trust store of this host says that its signature is good, or that it needs none: the
/// file that HOTSHOE_TRUST names, else `<config>/hotshoe/<host>.trust.json`, which is read now. Without this
/// and hotshoe_install_set_trust no key is known: a signature that is damaged is refused, and any other, or that
/// there is none, is among the diagnostics of what was installed.
///
/// Errors: `key-invalid` if it cannot be used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_set_host(
    install: *mut hotshoe_install,
    profile: *const hotshoe_profile,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let (install, profile) = unsafe { (required_mut(install, "install")?, required(profile, "profile")?) };
        install.trust = Some(TrustStore::for_host(&profile.profile.name)?);
        Ok(())
    })
}

/// The same by the trust store in a file, which must be there, and is read now.
///
/// Errors: `key-invalid` if it cannot be used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_set_trust(
    install: *mut hotshoe_install,
    file: *const c_char,
    file_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (install, file) = unsafe { (required_mut(install, "install")?, path(file, file_length, "file")?) };
        install.trust = Some(TrustStore::open(&file)?);
        Ok(())
    })
}

/// Adds a folder with descriptions of runtimes, `<name>.runtime.json`, before that of the installed runtimes: which file
/// of a plugin must be there, its runtime says. Nothing in it is loaded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_add_runtime_folder(
    install: *mut hotshoe_install,
    folder: *const c_char,
    folder_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (install, folder) = unsafe { (required_mut(install, "install")?, path(folder, folder_length, "folder")?) };
        install.runtime_folders.push(folder);
        Ok(())
    })
}

/// Says what the plugins of a runtime look like, as hotshoe_host_add_described_runtime does, so that no file is needed.
///
/// `description`: the text of a `<name>.runtime.json`, read before this returns. What is odd about it, the diagnostics of
/// what is installed tell. Errors: `runtime-kind`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_add_runtime_description(
    install: *mut hotshoe_install,
    description: *const c_char,
    description_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (install, description) =
            unsafe { (required_mut(install, "install")?, text(description, description_length, "description")?) };
        let (kind, findings) = Kind::from_json(description.as_bytes())?;
        install.kinds.push(kind);
        install.noticed.extend(findings);
        Ok(())
    })
}

/// Has hotshoe_install_into_root tell how far it is, and lets the callback stop it. NULL, the default: nobody.
///
/// `user_data`: for each call of `callback`; it must stay good as long as the install uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_set_progress(
    install: *mut hotshoe_install,
    callback: hotshoe_progress_callback,
    user_data: *mut c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(install, "install") }?.progress = Callback { function: callback, user_data };
        Ok(())
    })
}

/// Installs the archive. It is unpacked and checked in a hidden folder of the root first, and appears at once;
/// one that is refused or stopped leaves nothing behind. Nothing of it is run. Several processes may install at
/// once: they do it one after the other.
///
/// `installed`: yours, and not NULL. It says what was done about each plugin in the archive, and
/// hotshoe_installed_diagnostics has a warning if nobody signed it, or the signature was not verified: tell it.
/// Errors: of the stages `package` and `manifest`, and `folder-unreadable`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_into_root(
    install: *const hotshoe_install,
    root: *const hotshoe_root,
    installed: *mut *mut hotshoe_installed,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe {
        making(installed, "installed", || {
            let (install, root) = (required(install, "install")?, required(root, "root")?);
            let watch = &mut |progress: Progress<'_>| install.progress.tell(progress);
            let how = Install::of(&install.archive).trust(install.trust.as_ref());
            let kinds = Kinds::installed().with_kinds(install.kinds.iter().cloned());
            let kinds = kinds.with_folders(install.runtime_folders.iter().cloned());
            let how = how
                .kinds(&kinds)
                .flat(install.flat)
                .replace(install.replace)
                .require_signature(install.require_signature);
            let mut report = how.into_root(&root.root, watch)?;
            report.diagnostics.extend(install.noticed.iter().cloned());
            Ok(hotshoe_installed::by_install(report))
        })
    }
}

/// Ends an install; what it installed stays. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_install_free(install: *mut hotshoe_install) {
    // SAFETY: the header's contract for handles.
    unsafe { free(install) }
}
