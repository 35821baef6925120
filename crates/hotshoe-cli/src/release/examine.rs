//! What an archive really holds, held against what was planned.
//!
//! The archive is installed into a folder of its own, as a user would, and looked at there. Nothing of it
//! is run.

use std::fs;
use std::io;
use std::path::Path;

use hotshoe::error::{Code, Error, Result};
use hotshoe::inspect::{Inspection, Portability};
use hotshoe::manifest::Manifest;
use hotshoe::package::{self, Content, Install, Root, unwatched};
use hotshoe::receipt::Digest;

use super::plan::{PlannedArchive, PlannedPlatform};
use super::target::Libc;
use crate::codes::RELEASE_REFUSED;

/// An archive that is as it was planned.
#[derive(Debug)]
pub struct Examined {
    /// The plan of it.
    pub planned: PlannedArchive,
    /// The platform it is for.
    pub platform: String,
    /// Its manifest.
    pub manifest: Manifest,
    /// Its library.
    pub library: Inspection,
    /// What is in it.
    pub content: Vec<Content>,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// Looks at an archive; the error says in what it is not as it was planned.
///
/// Fails with [`RELEASE_REFUSED`], or as an install of it does.
pub fn examine(archive: &Path, planned: &PlannedArchive, platform: &PlannedPlatform) -> Result<Examined> {
    let here = |error: Error| error.at(&planned.file).plugin(&planned.plugin);
    let temporary = |error| Error::new(Code::PACKAGE_WRITE, "a folder for a look cannot be made").because(error);
    let folder = tempfile::tempdir().map_err(temporary)?;
    // Read several times, so from where nobody else writes.
    let copy = folder.path().join(&planned.file);
    fs::copy(archive, &copy).map_err(|error| cannot_read(error, archive))?;
    let root = Root::new(folder.path().join("root"));
    // Nobody knows the copy by its path.
    let there = |error: Error| here(error.instead_at(archive));
    let done = Install::of(&copy).flat(true).into_root(&root, &mut unwatched).map_err(there)?.plugins;
    let [(installed, _)] = done.as_slice() else {
        return Err(here(refused("it holds several plugins".to_owned())));
    };
    let (manifest, _) = Manifest::in_folder(&installed.path, None)?.unwrap_or_default();
    let name = manifest.name.clone().unwrap_or_default();
    differs("the plugin", &name, &planned.plugin).map_err(here)?;
    let version = manifest.version.as_ref().map(ToString::to_string).unwrap_or_default();
    differs("the version", &version, &planned.version.to_string()).map_err(here)?;

    let library = manifest.library.as_deref().map_or_else(|| format!("lib{name}.so").into(), Path::to_path_buf);
    let library = Inspection::of(&installed.path.join(library)).map_err(here)?;
    let mut built_for: Vec<String> = library.platforms.iter().map(ToString::to_string).collect();
    built_for.sort();
    let mut wanted = platform.architectures.clone();
    wanted.sort();
    differs("the library's platform", &built_for.join(" and "), &wanted.join(" and ")).map_err(here)?;
    check_libc(&library, platform).map_err(here)?;

    Ok(Examined {
        content: package::list(&copy).map_err(there)?,
        size: copy.metadata().map_err(|error| cannot_read(error, archive))?.len(),
        sha256: Digest::of_file(&copy).map_err(|error| cannot_read(error, archive))?,
        planned: planned.clone(),
        platform: platform.id.clone(),
        manifest,
        library,
    })
}

fn cannot_read(error: io::Error, archive: &Path) -> Error {
    Error::new(Code::ARCHIVE_UNREADABLE, "the archive cannot be read").because(error).at(archive)
}

fn check_libc(library: &Inspection, platform: &PlannedPlatform) -> Result<()> {
    let wrong = |found: &str, wanted: &str| {
        Err(refused(format!("the library was built for systems with {found}, and {wanted} was planned"))
            .hint(format!("build it in a container with {wanted}")))
    };
    let needs_glibc = library.needed.iter().any(|needed| needed.name == "libc.so.6");
    match Libc::of(&platform.id) {
        Some(Libc::Musl) if needs_glibc => return wrong("glibc", "musl"),
        Some(Libc::Glibc) if library.musl => return wrong("musl", "glibc"),
        _ => {}
    }
    let Some(newest) = &platform.glibc else { return Ok(()) };
    let rules = Portability { glibc_max: Some(newest.parse()?), ..Portability::default() };
    let found = library.portability(&rules).into_iter().find(|found| found.code == Code::LIBRARY_GLIBC);
    found.map_or(Ok(()), |found| {
        Err(refused(found.message).hint(format!(
            "build it in a container with glibc {newest}, or allow more: \"glibc\" in hotshoe.release.json"
        )))
    })
}

fn differs(what: &str, found: &str, planned: &str) -> Result<()> {
    match found == planned {
        true => Ok(()),
        false => Err(refused(format!("{what} in the archive is `{found}`, and `{planned}` was planned"))),
    }
}

fn refused(message: String) -> Error {
    Error::new(RELEASE_REFUSED, message)
}
