//! Where this code itself is installed.
//!
//! Owns the question which file holds it, a library or a program it is linked into, and where the runtimes that belong
//! to it lie. It reads nothing of them.
//!
//! Sources: dladdr(3) and getauxval(3); GetModuleHandleExW and GetModuleFileNameW in the Windows documentation.

#![expect(unsafe_code, reason = "std does not tell")]

use std::path::{Path, PathBuf};

use super::multiarch;

/// What the folder of runtimes is called, in a folder of libraries.
const RUNTIMES: [&str; 2] = ["hotshoe", "runtimes"];

/// The folders in which the runtimes of this installation may lie, first one first: `hotshoe/runtimes/` beside this
/// library; of a program that this code is linked into, in the library folders of its prefix, too.
pub(crate) fn runtime_folders() -> Vec<PathBuf> {
    let Some(image) = own_image().and_then(|path| path.canonicalize().ok()) else { return Vec::new() };
    let folder = image.parent().unwrap_or(Path::new("/"));
    let is_program = std::env::current_exe().and_then(|path| path.canonicalize()).is_ok_and(|path| path == image);
    let mut folders = vec![folder.to_owned()];
    if let Some(prefix) = folder.parent().filter(|_| is_program) {
        folders.extend(library_folders(prefix));
    }
    folders.into_iter().map(|folder| folder.join(RUNTIMES[0]).join(RUNTIMES[1])).collect()
}

/// What the folder of libraries is called below a prefix: by Debian and its relatives, by others on 64 bits, and by all
/// others.
fn library_folders(prefix: &Path) -> impl Iterator<Item = PathBuf> {
    let names = [format!("lib/{}", multiarch()), "lib64".to_owned(), "lib".to_owned()];
    names.map(|name| prefix.join(name)).into_iter()
}

/// The file that this code was mapped from.
#[cfg(unix)]
fn own_image() -> Option<PathBuf> {
    use std::ffi::{CStr, OsStr};
    use std::os::unix::ffi::OsStrExt;

    let own = image_of(own_image as *const () as *const libc::c_void)?;
    // A program is known here by the name that it was started with, which may be anything.
    if own.dli_fname.is_null() || is_program(&own) {
        return std::env::current_exe().ok();
    }
    // SAFETY: the loader's own text, which lives as long as this library.
    let name = unsafe { CStr::from_ptr(own.dli_fname) };
    Some(PathBuf::from(OsStr::from_bytes(name.to_bytes()))).filter(|name| name.is_absolute())
}

/// What an address is part of.
#[cfg(unix)]
fn image_of(address: *const libc::c_void) -> Option<libc::Dl_info> {
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: it writes only into what it is given, which may be all zero, too; and any address may be asked for.
    unsafe { (libc::dladdr(address, found.as_mut_ptr()) != 0).then(|| found.assume_init()) }
}

/// Whether this is the program, and no library.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_program(image: &libc::Dl_info) -> bool {
    // SAFETY: it reads a value that the kernel gave the process; it takes any number.
    let header = unsafe { libc::getauxval(libc::AT_PHDR) };
    image_of(header as *const libc::c_void).is_some_and(|program| program.dli_fbase == image.dli_fbase)
}

/// Elsewhere the name of a program is its path.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn is_program(_: &libc::Dl_info) -> bool {
    false
}

/// The file that this code was mapped from.
#[cfg(windows)]
fn own_image() -> Option<PathBuf> {
    use std::ffi::OsString;
    use std::os::windows::ffi::OsStringExt;
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, GetModuleFileNameW,
        GetModuleHandleExW,
    };

    /// The longest path that Windows knows.
    const LONGEST: usize = 32_768;
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    let mut own = std::ptr::null_mut();
    // SAFETY: with this flag the "name" is an address, any; the handle is written where there is room for it.
    if unsafe { GetModuleHandleExW(flags, own_image as *const () as *const u16, &mut own) } == 0 {
        return None;
    }
    let mut path = vec![0; LONGEST];
    // SAFETY: it writes as many as it is told that there is room for; this library, whose handle it is, stays.
    let length = unsafe { GetModuleFileNameW(own, path.as_mut_ptr(), LONGEST as u32) } as usize;
    (length > 0 && length < LONGEST).then(|| OsString::from_wide(&path[..length]).into())
}
