//! What the file system of a file allows.

use std::path::Path;

/// Whether the file system of a file is one from which no code may be mapped.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn forbids_code(path: &Path) -> bool {
    use nix::sys::statvfs::{FsFlags, statvfs};
    statvfs(path).is_ok_and(|found| found.flags().contains(FsFlags::ST_NOEXEC))
}

/// Only Linux is asked.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn forbids_code(_: &Path) -> bool {
    false
}
