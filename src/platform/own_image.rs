//! Where this code itself is installed.
//!
//! Owns the question which file holds it, a library or a program it is linked into, and where the runtimes that belong
//! to it lie. It reads nothing of them.

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

    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: it takes any address, here one of this code, and writes what it knows of it.
    #[expect(unsafe_code, reason = "std does not tell")]
    let name = unsafe {
        if libc::dladdr(own_image as *const libc::c_void, info.as_mut_ptr()) == 0 {
            return None;
        }
        info.assume_init().dli_fname
    };
    if name.is_null() {
        return None;
    }
    // SAFETY: the loader's own string, which stays while this code is mapped.
    #[expect(unsafe_code, reason = "the loader's string")]
    let name = unsafe { CStr::from_ptr(name) };
    let path = PathBuf::from(OsStr::from_bytes(name.to_bytes()));
    // A program may have been started by a name that leads nowhere from here.
    if path.is_absolute() { Some(path) } else { std::env::current_exe().ok() }
}

/// On Windows a program and its libraries lie in one folder.
#[cfg(not(unix))]
fn own_image() -> Option<PathBuf> {
    std::env::current_exe().ok()
}
