//! What tells a file from the one that may lie at its path later.

use std::fs::Metadata;
use std::time::SystemTime;

/// What changes when a file is replaced or written to, whatever its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::runtime) struct FileIdentity {
    length: u64,
    modified: Option<SystemTime>,
    of_system: OfSystem,
}

impl FileIdentity {
    /// The identity of a file that this is known of.
    pub(in crate::runtime) fn new(metadata: &Metadata) -> FileIdentity {
        FileIdentity { length: metadata.len(), modified: metadata.modified().ok(), of_system: OfSystem::new(metadata) }
    }
}

/// Device, inode, and when it changed in seconds and nanoseconds. Nobody can set that time back.
#[cfg(unix)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct OfSystem(u64, u64, i64, i64);

#[cfg(unix)]
impl OfSystem {
    fn new(metadata: &Metadata) -> OfSystem {
        use std::os::unix::fs::MetadataExt;
        OfSystem(metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
    }
}

/// When it was made, which is another time for a file that took its place.
#[cfg(windows)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct OfSystem(u64);

#[cfg(windows)]
impl OfSystem {
    fn new(metadata: &Metadata) -> OfSystem {
        OfSystem(std::os::windows::fs::MetadataExt::creation_time(metadata))
    }
}
