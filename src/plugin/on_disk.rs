//! What one look at a plugin's file tells of it.

use std::path::Path;
use std::time::SystemTime;

/// What changes when a file is written to, or another one is put in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: SystemTime,
    size: u64,
    /// 0 where the system tells it by an open file only.
    number: u64,
}

impl Stamp {
    /// `None` if it is not there.
    pub fn of(file: &Path) -> Option<Stamp> {
        let metadata = file.metadata().ok()?;
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let number = 0;
        Some(Stamp { modified: metadata.modified().ok()?, size: metadata.len(), number })
    }
}
