//! Archives that were made.

use std::ffi::{CString, c_char};
use std::path::PathBuf;

use super::boundary::{Passed, ask, c_path, c_string, free, lend, path, required, required_mut};
use super::error::{fallible, hotshoe_error, making};
use super::profile::hotshoe_profile;
use crate::error::Result;
use crate::manifest::Kinds;
use crate::package::{self, MakeOptions, Package};

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

/// How an archive is made.
pub struct hotshoe_package_options {
    runtime_folders: Vec<PathBuf>,
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
    let strings = [(folder, folder_length, "folder"), (output, output_length, "output")];
    // SAFETY: the header's contract for handles, strings and out-parameters.
    unsafe { making(package, "package", || made(strings, profile.as_ref(), None)) }
}

/// The same in another way than the usual one, as the options say: for a plugin of a runtime that is not installed,
/// they name the folder with its description.
///
/// `options`: not NULL. Otherwise like hotshoe_package_make. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_make_with(
    options: *const hotshoe_package_options,
    folder: *const c_char,
    folder_length: usize,
    output: *const c_char,
    output_length: usize,
    profile: *const hotshoe_profile,
    package: *mut *mut hotshoe_package,
) -> *mut hotshoe_error {
    let strings = [(folder, folder_length, "folder"), (output, output_length, "output")];
    // SAFETY: the header's contract for handles, strings and out-parameters.
    unsafe {
        making(package, "package", || {
            let options = required(options, "options")?;
            let kinds = Kinds::installed().with_folders(options.runtime_folders.iter().cloned());
            made(strings, profile.as_ref(), Some(kinds))
        })
    }
}

/// # Safety
/// As for [`path`].
unsafe fn made(
    strings: [Passed<'_>; 2],
    profile: Option<&hotshoe_profile>,
    kinds: Option<Kinds>,
) -> Result<hotshoe_package> {
    // SAFETY: as the caller promises.
    let [folder, output] = strings.map(|(data, length, what)| unsafe { path(data, length, what) });
    let options = MakeOptions { host: profile.map(|profile| &profile.profile), kinds, ..MakeOptions::default() };
    let package = package::make_with(&options, &folder?, &output?, &mut package::unwatched)?;
    Ok(hotshoe_package::new(&package))
}

/// Options that say the usual.
///
/// `options`: yours. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_options_new(options: *mut *mut hotshoe_package_options) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    unsafe { making(options, "options", || Ok(hotshoe_package_options { runtime_folders: Vec::new() })) }
}

/// Adds a folder with descriptions of runtimes, `<name>.runtime.json`, before that of the installed runtimes: which file
/// of a plugin must be there, its runtime says. Nothing in it is loaded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_options_add_runtime_folder(
    options: *mut hotshoe_package_options,
    folder: *const c_char,
    folder_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (options, folder) = unsafe { (required_mut(options, "options")?, path(folder, folder_length, "folder")?) };
        options.runtime_folders.push(folder);
        Ok(())
    })
}

/// Ends options. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_package_options_free(options: *mut hotshoe_package_options) {
    // SAFETY: the header's contract for handles.
    unsafe { free(options) }
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
