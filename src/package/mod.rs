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

use std::path::{Path, PathBuf};

use crate::error::{Code, Error, Result};
use crate::manifest::Manifest;
use crate::platform::System;

/// The most that an archive may hold, unpacked: 4 GiB.
pub const LARGEST_CONTENT: u64 = 4 << 30;

/// The most files and folders that an archive may hold.
pub const MOST_ENTRIES: usize = 100_000;

/// The library, which may be for any system: plugins are packaged where they are cross-compiled.
fn library(folder: &Path, manifest: &Manifest, name: &str) -> Result<PathBuf> {
    let usual = System::ALL.iter().flat_map(|system| system.library_names(name)).map(PathBuf::from);
    let mut names = manifest.library.iter().cloned().chain(usual).map(|file| folder.join(file));
    names.find(|library| library.is_file()).ok_or_else(|| {
        Error::new(Code::LibraryMissing, format!("there is no library of the plugin `{name}` in the folder"))
            .hint("build it into the folder, or name it in the manifest's `library`")
            .at(folder)
    })
}
