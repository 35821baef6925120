//! What tells a file from the one that may lie at its path later.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A path together with what changes when the file there is replaced or written to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FileIdentity {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl FileIdentity {
    /// The identity now; a file that cannot be asked has one too, which no other file has.
    pub(super) fn of(path: &Path) -> FileIdentity {
        let metadata = fs::metadata(path).ok();
        FileIdentity {
            path: path.to_owned(),
            length: metadata.as_ref().map_or(0, fs::Metadata::len),
            modified: metadata.as_ref().and_then(|metadata| metadata.modified().ok()),
            inode: metadata.as_ref().map_or(0, inode),
        }
    }
}

#[cfg(unix)]
fn inode(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(windows)]
fn inode(_: &fs::Metadata) -> u64 {
    0
}
