//! Archives that were made.

use std::ffi::{CString, c_char};

use super::boundary::{ask, c_path, c_string, free, give, lend, out, path};
use super::error::{fallible, hotshoe_error};
use super::profile::hotshoe_profile;
use crate::package::{self, Package};

/// An archive that was made of a plugin's folder.
pub struct hotshoe_package {
    name: CString,
    version: CString,
    archive: CString,
    sha256: CString,
    size: u64,
}

impl hotshoe_package {
    fn new(package: &Package) -> hotshoe_package {
        hotshoe_package {
            name: c_string(package.name.as_str()),
            version: c_string(package.version.to_string()),
            archive: c_path(&package.archive),
            sha256: c_string(package.sha256.to_string()),
            size: package.size,
        }
    }
}

/// Makes `<output>/<name>-<version>.tar.gz` of a plugin's folder, and its `.sha256` beside it. The same folder
/// gives the same bytes on every machine. An archive of that name is replaced, at once and when the new one is
/// complete.
///
/// `profile`: a host that must take the plugin, if its version is known; NULL asks nobody. `package`: yours.
/// Errors: of the stages `package`, `manifest`, `inspect` and `catalog`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_make(
    folder: *const c_char,
    folder_length: usize,
    output: *const c_char,
    output_length: usize,
    profile: *const hotshoe_profile,
    package: *mut *mut hotshoe_package,
) -> *mut hotshoe_error {
    fallible(|| {
        let package = out(package, "package")?;
        // SAFETY: the header's contract for handles, strings and out-parameters.
        unsafe {
            let folder = path(folder, folder_length, "folder")?;
            let output = path(output, output_length, "output")?;
            let host = profile.as_ref().map(|profile| &profile.profile);
            give(package, hotshoe_package::new(&package::make(&folder, &output, host)?));
        }
        Ok(())
    })
}

/// The plugin's name. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_name(package: *const hotshoe_package) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(package, |package| Some(&package.name)) }
}

/// The plugin's version. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_version(package: *const hotshoe_package) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(package, |package| Some(&package.version)) }
}

/// The archive's path. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_archive(package: *const hotshoe_package) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(package, |package| Some(&package.archive)) }
}

/// The archive's SHA-256, in 64 hexadecimal digits. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_sha256(package: *const hotshoe_package) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(package, |package| Some(&package.sha256)) }
}

/// The archive's size in bytes. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_size(package: *const hotshoe_package) -> u64 {
    // SAFETY: the header's contract for handles.
    unsafe { ask(package, |package| package.size) }
}

/// Ends what is known of an archive; the archive stays. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_free(package: *mut hotshoe_package) {
    // SAFETY: the header's contract for handles.
    unsafe { free(package) }
}
