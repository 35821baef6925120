//! What tells a file from the one that may lie at its path later.

use std::fs::Metadata;
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
    /// The identity of a file that this is known of.
    pub(super) fn new(path: &Path, metadata: &Metadata) -> FileIdentity {
        FileIdentity {
            path: path.to_owned(),
            length: metadata.len(),
            modified: metadata.modified().ok(),
            inode: inode(metadata),
        }
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(windows)]
fn inode(_: &Metadata) -> u64 {
    0
}
