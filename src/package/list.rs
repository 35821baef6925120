//! What an archive holds, without installing it.

use std::fs::File;
use std::path::Path;

use serde::Serialize;

use super::archive::Archive;
use super::entries::{Kind, Policy};
use super::progress::unwatched;
use super::read::{self, damaged};
use crate::error::Result;
use crate::receipt::Digest;

/// A file or folder in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Content {
    /// Its path in the archive, with `/` between its parts.
    pub path: String,
    /// The digest of a file's content; none for a folder.
    pub sha256: Option<Digest>,
    /// The size of a file in bytes.
    pub size: u64,
    /// Whether it will be executable.
    pub is_executable: bool,
}

/// Lists what an archive holds, in its order, and writes nothing.
///
/// It reads all of the archive, and refuses what [`Install`](super::Install) refuses but for what
/// makes a plugin: an archive that is listed need not hold one.
///
/// ```no_run
/// for content in hotshoe::package::list("gain-1.2.3.tar.gz".as_ref())? {
///     println!("{:>10} {}", content.size, content.path);
/// }
/// # Ok::<(), hotshoe::error::Error>(())
/// ```
pub fn list(archive: &Path) -> Result<Vec<Content>> {
    contents(Archive::of(archive, &mut unwatched)?.file).map_err(|error| error.at(archive))
}

fn contents(file: File) -> Result<Vec<Content>> {
    let mut policy = Policy::of_archive(file.metadata().map_err(damaged)?.len());
    let mut contents = Vec::new();
    read::each_entry(file, &mut |entry| {
        let path = path(&policy.admit(entry.path, entry.kind, entry.size)?);
        let sha256 = match entry.kind {
            Kind::File => Some(Digest::of(&mut entry.content).map_err(damaged)?),
            _ => None,
        };
        // The archive's own top, `./`, is nothing in it.
        if !path.is_empty() {
            contents.push(Content { path, sha256, size: entry.size, is_executable: entry.is_executable });
        }
        Ok(())
    })?;
    Ok(contents)
}

fn path(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
