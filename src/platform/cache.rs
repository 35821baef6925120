//! The user's cache folder, and which files in it are the user's own.
//!
//! Owns where that folder is on each system. It knows nothing of what is kept there.

use std::path::PathBuf;

pub(crate) use own::{is_own, make_own_folder};

/// The folder for what can be made again: `XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, after the
/// [XDG base directories](https://specifications.freedesktop.org/basedir/latest/) and Apple's file system guide.
///
/// None in a program that runs with rights that its caller lacks, and none on Windows, where nothing is kept yet.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let folder = |name| super::environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        None
    } else if cfg!(target_vendor = "apple") {
        Some(folder("HOME")?.join("Library/Caches"))
    } else {
        folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))
    }
}

#[cfg(unix)]
mod own {
    use std::fs::{DirBuilder, Metadata};
    use std::io::{Error, ErrorKind, Result};
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    use std::path::Path;

    /// Whether a file or folder belongs to the user that this program runs as, and nobody else has one of these rights
    /// (as in chmod(2)).
    pub(crate) fn is_own(metadata: &Metadata, others: u32) -> bool {
        metadata.uid() == nix::unistd::geteuid().as_raw() && metadata.mode() & others == 0
    }

    /// Makes a folder, and those above it, that only the user may enter. One that is there must be one that only the
    /// user may write in.
    pub(crate) fn make_own_folder(folder: &Path) -> Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        match is_own(&folder.metadata()?, 0o022) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::PermissionDenied, "others may write in this folder")),
        }
    }
}

/// Nothing is kept on Windows.
#[cfg(windows)]
mod own {
    use std::fs::Metadata;
    use std::io::{ErrorKind, Result};
    use std::path::Path;

    pub(crate) fn is_own(_metadata: &Metadata, _others: u32) -> bool {
        false
    }

    pub(crate) fn make_own_folder(_folder: &Path) -> Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
}
