//! Where this code itself is installed.
//!
//! Owns the question which file holds it, a library or a program it is linked into, and where the runtimes that belong
//! to it lie. It reads nothing of them.

use std::path::{Path, PathBuf};

use hotshoe_abi::image;

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
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let own = image::own()?;
    if own.is_program {
        return std::env::current_exe().ok();
    }
    Some(PathBuf::from(OsStr::from_bytes(own.name.to_bytes()))).filter(|name| name.is_absolute())
}

/// The file that this code was mapped from.
#[cfg(windows)]
fn own_image() -> Option<PathBuf> {
    use std::ffi::OsString;
    use std::os::windows::ffi::OsStringExt;

    /// The longest path that Windows knows.
    const LONGEST: usize = 32_768;
    image::own(&mut vec![0; LONGEST]).map(|path| OsString::from_wide(path).into())
}
