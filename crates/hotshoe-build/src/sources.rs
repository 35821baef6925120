//! Files that a build reads.
//!
//! Owns patterns and what cargo is to watch because of them, so that a new file counts as well as a changed one. It
//! knows nothing of what the files are for.

use std::fs;
use std::path::{Component, Path, PathBuf};

use hotshoe::error::{Code, Error, Result};

use crate::cargo::{self, Cargo};
use crate::codes::BUILD_FAILED;

/// What begins a pattern's variable part.
const WILD: [char; 3] = ['*', '?', '['];

/// The files that match a pattern, sorted; a pattern without any is an error.
pub(crate) fn matching(cargo: &Cargo, pattern: &str) -> Result<Vec<PathBuf>> {
    // What is fixed is not to be read as a pattern, wherever the package lies.
    let full = match Path::new(pattern).is_absolute() {
        true => pattern.to_owned(),
        false => format!("{}/{pattern}", glob::Pattern::escape(&cargo.package.to_string_lossy())),
    };
    let invalid = |error: glob::PatternError| {
        Error::new(Code::ARGUMENT_INVALID, format!("`{pattern}` is not a pattern")).because(error)
    };
    let mut found = Vec::new();
    for path in glob::glob(&full).map_err(invalid)? {
        found.push(path.map_err(|error| unreadable(pattern).at(error.path()).because(error.to_string()))?);
    }
    if found.is_empty() {
        return Err(Error::new(BUILD_FAILED, format!("no file matches `{pattern}`"))
            .hint("paths and patterns start at the package's folder")
            .at(&cargo.package));
    }
    Ok(found)
}

fn unreadable(pattern: &str) -> Error {
    Error::new(BUILD_FAILED, format!("the files of `{pattern}` cannot be read"))
}

/// Has cargo watch everything that may match a pattern: the folder before its variable part, or the folder of the one
/// file, in which headers lie too.
pub(crate) fn watch_pattern(cargo: &Cargo, pattern: &str) -> Result<()> {
    let pattern = Path::new(pattern);
    let is_fixed = |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(WILD);
    let mut folder: PathBuf = pattern.components().take_while(is_fixed).collect();
    if folder == pattern {
        folder.pop();
    }
    watch(cargo, &cargo.package.join(folder))
}

/// Has cargo watch a file, or a folder with all that is in it.
///
/// A folder that holds the build itself would never be at rest: its other entries are watched instead, but for hidden
/// ones. A file that is new beside them is then not noticed.
pub(crate) fn watch(cargo: &Cargo, path: &Path) -> Result<()> {
    if !resolved(&cargo.out).starts_with(resolved(path)) {
        cargo::watch(path);
        return Ok(());
    }
    let failed = |error: std::io::Error| {
        Error::new(BUILD_FAILED, "the folder of the sources cannot be read").at(path).because(error)
    };
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with('.') && !is_build(&entry.path()) {
            watch(cargo, &entry.path())?;
        }
    }
    Ok(())
}

/// Cargo marks the folders that it builds in.
fn is_build(path: &Path) -> bool {
    path.join("CACHEDIR.TAG").is_file()
}

fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
