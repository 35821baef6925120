//! What tells a file from the one that may lie at its path later.

use std::fs::Metadata;
use std::time::SystemTime;

/// What changes when a file is replaced or written to, whatever its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::runtime) struct FileIdentity {
    length: u64,
    modified: Option<SystemTime>,
    system: SystemIdentity,
}

impl FileIdentity {
    /// The identity of a file that this is known of.
    pub(in crate::runtime) fn new(metadata: &Metadata) -> FileIdentity {
        FileIdentity {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            system: SystemIdentity::new(metadata),
        }
    }
}

/// Device, inode, and when it changed in seconds and nanoseconds. Nobody can set that time back.
#[cfg(unix)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct SystemIdentity(u64, u64, i64, i64);

#[cfg(unix)]
impl SystemIdentity {
    fn new(metadata: &Metadata) -> SystemIdentity {
        use std::os::unix::fs::MetadataExt;
        SystemIdentity(metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
    }
}

/// When it was made, which is another time for a file that took its place.
#[cfg(windows)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct SystemIdentity(u64);

#[cfg(windows)]
impl SystemIdentity {
    fn new(metadata: &Metadata) -> SystemIdentity {
        SystemIdentity(std::os::windows::fs::MetadataExt::creation_time(metadata))
    }
}
