//! Archives of plugin folders: made, and installed.
//!
//! Owns what an archive may hold and where it goes. The archive format's library only parses and
//! writes: it never chooses a path.
//!
//! An archive is a gzipped tar of one folder named after the plugin, called `<name>-<version>.tar.gz`.

mod entries;
mod install;
mod make;

pub use install::{Installed, install};
pub use make::{Package, make};

/// The most that an archive may hold, unpacked: 4 GiB.
pub const LARGEST_CONTENT: u64 = 4 << 30;

/// The most files and folders that an archive may hold.
pub const MOST_ENTRIES: usize = 100_000;
