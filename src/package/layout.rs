//! What an archive holds once it is unpacked: one plugin, or a distribution of several.
//!
//! Owns which layouts there are. It reads names and manifests; it moves nothing and runs nothing.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::artifact;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::inspect::{self, Inspection};
use crate::manifest::{self, ArtifactType, Kind, Kinds, Manifest, check_name};
use crate::platform::Platform;
use crate::version::Version;

/// What the folders of a distribution are called, of plugins and of libraries of models.
const SHELVES: [&str; 2] = ["Plugins", "Lib"];

/// One thing to install.
pub(super) struct Part {
    pub name: String,
    pub version: Option<Version>,
    /// Where it was unpacked.
    pub folder: PathBuf,
    /// The folder of a distribution that it lies in: `Plugins` or `Lib`.
    pub shelf: Option<&'static str>,
    /// What is made for one platform, if it is.
    bound: Option<(PathBuf, ArtifactType)>,
}

impl Part {
    /// What it was built for, sorted; none, if that does not matter.
    pub fn platforms(&self) -> Result<Vec<Platform>> {
        let library = match &self.bound {
            Some((library, ArtifactType::Library)) => library,
            Some((program, ArtifactType::Executable)) => return inspect::platforms_of(program),
            Some((_, ArtifactType::File)) | None => return Ok(Vec::new()),
        };
        let facts =
            Inspection::of(library).map_err(|error| around(error, "what should be its library is none".to_owned()))?;
        match facts.platforms.is_empty() {
            true => Err(refused("its library is for no platform that has a name here")),
            false => Ok(facts.platforms),
        }
    }
}

/// What was unpacked into a folder of its own, from an archive of this name without its suffix.
///
/// It is one plugin, in a folder or at the top, or a distribution: a folder, or the top, with `Plugins`
/// and perhaps `Lib` in it. One part that is not as it should be is the error of all.
pub(super) fn parts(staging: &Path, file_stem: &str) -> Result<Vec<Part>> {
    let tops = entries(staging)?;
    let top = match tops.as_slice() {
        [] => return Err(refused("it is empty")),
        [top] if top.is_folder => Some(top),
        _ => None,
    };
    if has_shelf(staging) {
        return distribution(staging);
    }
    match top {
        Some(top) if !holds_plugin(&top.path, &top.name) && has_shelf(&top.path) => distribution(&top.path),
        Some(top) => Ok(vec![plugin(&top.path, |_| Some(top.name.clone()))?]),
        None if has_manifest(staging) => Ok(vec![plugin(staging, |version| named_by(file_stem, version))?]),
        None => Err(refused("it holds several things at its top, and no plugin.json")),
    }
}

/// What was installed into a folder under this name.
pub(super) fn installed(folder: &Path, name: &str) -> Result<Part> {
    plugin(folder, |_| Some(name.to_owned()))
}

/// Whether a folder of this root lies on a shelf.
pub(super) fn is_on_shelf(folder: &Path, root: &Path) -> bool {
    SHELVES.iter().any(|shelf| folder.parent() == Some(&root.join(shelf)))
}

/// Whether a catalog would find a plugin in a folder.
pub(super) fn holds_plugin(folder: &Path, name: &str) -> bool {
    has_manifest(folder) || artifact(folder, &Manifest::default(), name, &Kinds::built_in()).is_ok()
}

fn has_manifest(folder: &Path) -> bool {
    [manifest::FILE_NAME, manifest::XML_FILE_NAME].iter().any(|file| folder.join(file).is_file())
}

/// Exactly so called, also where `plugins` would be found by this name.
fn has_shelf(folder: &Path) -> bool {
    let is_shelf = |entry: &Entry| entry.name == SHELVES[0] && entry.is_folder && !has_manifest(&entry.path);
    !has_manifest(folder) && entries(folder).is_ok_and(|entries| entries.iter().any(is_shelf))
}

fn distribution(folder: &Path) -> Result<Vec<Part>> {
    // A readme or a licence is for whoever opens the archive; a folder would be missed.
    let is_lost = |entry: &Entry| entry.is_folder && !SHELVES.contains(&entry.name.as_str());
    if let Some(lost) = entries(folder)?.into_iter().find(is_lost) {
        let message = format!("the folder `{}` has no place beside `Plugins` and `Lib`", brief(&lost.name));
        return Err(refused(&message));
    }
    let mut parts = Vec::new();
    for shelf in SHELVES {
        let path = folder.join(shelf);
        let found = if path.is_dir() { entries(&path)? } else { Vec::new() };
        let mut names = HashSet::new();
        for entry in found.into_iter().filter(|entry| entry.is_folder) {
            let part = if shelf == "Lib" { models(&entry) } else { plugin(&entry.path, |_| Some(entry.name.clone())) };
            let part = part.map_err(|error| in_distribution(shelf, &entry.name, error))?;
            if !names.insert(part.name.to_lowercase()) {
                let message = format!("two things in `{shelf}` are called `{}`, or differ in case only", part.name);
                return Err(refused(&message));
            }
            parts.push(Part { shelf: Some(shelf), ..part });
        }
    }
    match parts.iter().any(|part| part.shelf == Some(SHELVES[0])) {
        true => Ok(parts),
        false => Err(refused("there is no plugin in its `Plugins`")),
    }
}

fn in_distribution(shelf: &str, name: &str, error: Error) -> Error {
    around(error, format!("`{shelf}/{}` in it cannot be installed", brief(name)))
}

fn described_wrongly(error: Error) -> Error {
    around(error, "its manifest cannot be used".to_owned())
}

/// The same error from further away. Where something was unpacked it does not say: that is gone by then.
fn around(error: Error, message: String) -> Error {
    let hint = error.hint_text().unwrap_or_default().to_owned();
    Error::new(error.code(), message).because(error).hint(hint)
}

/// A plugin; its name is the manifest's, else what its place says of it.
fn plugin(folder: &Path, fallback: impl Fn(Option<&Version>) -> Option<String>) -> Result<Part> {
    let found = Manifest::in_folder(folder, None).map_err(described_wrongly)?;
    let manifest = found.map(|(manifest, _)| manifest).unwrap_or_default();
    let name = manifest.name.clone().or_else(|| fallback(manifest.version.as_ref()));
    let name = name.ok_or_else(|| refused("nothing in it says the plugin's name"))?;
    check_name(&name).map_err(|error| refused("its name is not safe").because(error))?;
    let kinds = Kinds::installed();
    let kind = kinds.find(manifest.runtime());
    let artifact = artifact(folder, &manifest, &name, &kinds)
        .map_err(|error| refused(&format!("there is no {} in it", kind.map_or("file", Kind::called))).because(error))?;
    let bound = kind.filter(|kind| kind.is_platform_bound()).map(|kind| (artifact, kind.artifact()));
    Ok(Part { name, version: manifest.version, folder: folder.to_owned(), shelf: None, bound })
}

/// `gain-1.2.3-linux.tar` says `gain`, if that is the version of what is in it.
fn named_by(file_stem: &str, version: Option<&Version>) -> Option<String> {
    let (name, _) = file_stem.split_once(&format!("-{}", version?))?;
    Some(name.to_owned())
}

/// A library of models, which is never loaded as a plugin.
fn models(entry: &Entry) -> Result<Part> {
    check_name(&entry.name).map_err(|error| refused("its name is not safe").because(error))?;
    if !entry.path.join(manifest::MODELS_FILE_NAME).is_file() {
        return Err(refused(&format!("there is no `{}` in it", manifest::MODELS_FILE_NAME)));
    }
    let version = manifest::version_of_models(&entry.path).map_err(described_wrongly)?;
    Ok(Part { name: entry.name.clone(), version, folder: entry.path.clone(), shelf: None, bound: None })
}

struct Entry {
    name: String,
    path: PathBuf,
    is_folder: bool,
}

/// What lies in a folder, by name, but for what macOS adds to every zip.
fn entries(folder: &Path) -> Result<Vec<Entry>> {
    let unreadable = |error: io::Error| refused("what it holds cannot be read").because(error);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        entries.push(Entry { is_folder: path.is_dir(), name, path });
    }
    entries.retain(|entry| entry.name != "__MACOSX");
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn refused(message: &str) -> Error {
    Error::new(Code::ARCHIVE_REFUSED, message)
        .hint("an archive holds one folder, with a plugin.json and a library in it; see docs/package.md")
}
