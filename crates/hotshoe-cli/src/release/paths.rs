//! Paths of the machine that built it, in what is released.
//!
//! A second build shows what depends on the build folder. The source folder is the same both times, so its path is
//! looked for as bytes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{Install, Root, unwatched};
use hotshoe::receipt;

use super::plan::PlannedArchive;
use crate::codes::RELEASE_REFUSED;

/// A shorter path, such as `/src`, may stand in a file for another reason.
const SHORTEST: usize = 8;

/// A folder whose path is nobody else's business.
pub struct Place {
    what: &'static str,
    path: String,
}

/// The folders of a build, as compilers may write them.
pub fn places(source: &Path, build: &Path) -> Vec<Place> {
    let mut places = Vec::new();
    for (what, folder) in [("source folder", source), ("build folder", build)] {
        let canonical = folder.canonicalize().ok();
        for path in [std::path::absolute(folder).ok(), canonical].into_iter().flatten() {
            let path = path.to_string_lossy();
            let path = path.strip_prefix(r"\\?\").unwrap_or(&path);
            let path = path.trim_end_matches("/.").trim_end_matches(['/', '\\']);
            // CMake writes slashes on Windows, too.
            places.extend([path.to_owned(), path.replace('\\', "/")].map(|path| Place { what, path }));
        }
    }
    places.retain(|place| place.path.len() >= SHORTEST);
    places.dedup_by(|one, other| one.path == other.path);
    places
}

/// Refuses an archive with a file that holds the path of one of the folders.
///
/// Fails with [`RELEASE_REFUSED`].
pub fn refuse(archive: &Path, planned: &PlannedArchive, places: &[Place]) -> Result<()> {
    let here = |error: Error| error.at(&planned.file).plugin(&planned.plugin);
    let unreadable = |error| here(Error::new(Code::PACKAGE_WRITE, "a folder for a look cannot be used").because(error));
    let folder = tempfile::tempdir().map_err(unreadable)?;
    let root = Root::new(folder.path());
    let done = Install::of(archive).flat(true).into_root(&root, &mut unwatched).map_err(here)?.plugins;
    let unpacked = done.iter().map(|(installed, _)| files(&installed.path)).collect::<io::Result<Vec<_>>>();
    for file in unpacked.map_err(unreadable)?.concat() {
        let bytes = fs::read(&file).map_err(unreadable)?;
        let holds = |place: &&Place| bytes.windows(place.path.len()).any(|part| part == place.path.as_bytes());
        let Some(Place { what, path }) = places.iter().find(holds) else { continue };
        let file = file.strip_prefix(folder.path()).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        return Err(here(
            Error::new(RELEASE_REFUSED, format!("`{file}` holds the path of the {what}, `{path}`")).hint(
                "-ffile-prefix-map=<path>=. takes it out of what a compiler writes, and --remap-path-prefix=<path>=. \
                 for Rust; or do not compile it in",
            ),
        ));
    }
    Ok(())
}

/// The files that were unpacked into a folder, in their order.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let (path, kind) = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))?;
        if kind.is_dir() {
            files.extend(self::files(&path)?);
        } else if kind.is_file() && !path.ends_with(receipt::FILE_NAME) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_stand_there_for_another_reason_is_not_looked_for() {
        let of = |source: &str| -> Vec<String> {
            places(Path::new(source), Path::new("/b")).into_iter().map(|place| place.path).collect()
        };
        assert_eq!(of("/src"), [""; 0]);
        if cfg!(unix) {
            assert_eq!(of("/not/there/"), ["/not/there"]);
        }
    }
}
