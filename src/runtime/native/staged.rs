//! Private copies of libraries.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{Code, Error, Result};

/// A temporary folder with a copy of a library and links to its neighbours; it goes with the value.
#[derive(Debug)]
pub(super) struct Staged {
    library: PathBuf,
    _folder: TempDir,
}

impl Staged {
    pub(super) fn new(library: &Path) -> Result<Staged> {
        Self::stage(library).map_err(|error| {
            Error::new(Code::LoadFailed, "no private copy of the library could be made")
                .because(error)
                .hint("see that the folder for temporary files can be written")
                .at(library)
        })
    }

    fn stage(library: &Path) -> std::io::Result<Staged> {
        let no_parent = || std::io::Error::other("the library has no folder");
        let source = library.parent().ok_or_else(no_parent)?;
        let folder = tempfile::Builder::new().prefix("hotshoe-").tempdir()?;
        // A plugin may look at what its folder is called.
        let target = folder.path().join(source.file_name().unwrap_or("plugin".as_ref()));
        fs::create_dir(&target)?;
        let name = library.file_name().ok_or_else(no_parent)?;
        for neighbour in fs::read_dir(source)? {
            let neighbour = neighbour?;
            if neighbour.file_name() != name {
                link(&neighbour.path(), &target.join(neighbour.file_name()))?;
            }
        }
        fs::copy(library, target.join(name))?;
        Ok(Staged { library: target.join(name), _folder: folder })
    }

    pub(super) fn library(&self) -> &Path {
        &self.library
    }
}

#[cfg(unix)]
fn link(source: &Path, target: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(source, target)
}

/// Links need a privilege on Windows, so files are copied; folders are left where they are.
#[cfg(windows)]
fn link(source: &Path, target: &Path) -> std::io::Result<()> {
    if source.is_file() { fs::copy(source, target).map(drop) } else { Ok(()) }
}
