//! Which file is a plugin's artifact: its library, program or whatever its runtime takes.
//!
//! Knows names, folders and links, and of runtimes what [`Kind`] says. It never opens an artifact.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Rules;
use crate::error::{Code, Error, Result};
use crate::input::{self, brief};
use crate::manifest::{self, ArtifactType, Kind, Manifest};
use crate::platform::{Reach, System};

/// How many folders above a library's own a manifest is looked for that describes it.
pub(super) const HIGHEST_MANIFEST: usize = 8;

/// How many folders above it one that cannot be read is taken for the library's. Further up it is somebody else's.
pub(super) const NEAR_MANIFEST: usize = 3;

/// How many files are named where it could be any of them.
const MOST_SHOWN: usize = 5;

/// The artifact of a plugin with a manifest, whose runtime may not be known here.
pub(super) fn of_manifest(folder: &Path, manifest: &Manifest, name: &str, rules: Rules<'_>) -> Result<PathBuf> {
    let existing = |named, called, hint: &dyn Fn() -> String| existing(folder, named, called, hint, rules.reach);
    let Some(kind) = rules.kinds.find(manifest.runtime()) else {
        // Whatever it is, what the manifest names must be there.
        let named = manifest.library.as_deref().or(manifest.executable.as_deref());
        return named
            .map_or_else(|| Err(unknown(folder, manifest)), |named| existing(named, "file", &|| UNKNOWN.to_owned()));
    };
    let Some(named) = kind.named_artifact(manifest) else { return only(folder, name, kind, rules.reach) };
    let (called, key) = (kind.called(), kind.artifact_key());
    match kind.artifact() {
        ArtifactType::File => {
            existing(named, called, &|| "put it into the plugin's folder, as the manifest names it".to_owned())
        }
        _ => existing(named, called, &|| {
            format!("install the plugin again, or name the {called} that is there in the manifest's `{key}`")
        }),
    }
}

const UNKNOWN: &str = "install the plugin again; its runtime is not known here";

fn unknown(folder: &Path, manifest: &Manifest) -> Error {
    let message =
        format!("its runtime `{}` is not known here, and its manifest names no file", brief(manifest.runtime()));
    Error::new(Code::LIBRARY_MISSING, message).hint(UNKNOWN).at(folder)
}

/// The file that a manifest names, if it is there.
fn existing(folder: &Path, named: &Path, called: &str, hint: &dyn Fn() -> String, reach: &Reach) -> Result<PathBuf> {
    let artifact = input::join(folder, named);
    if reach.is_file(&artifact) {
        return Ok(artifact);
    }
    let message = format!("its {called} {}", why_no_file(&artifact, &named.display().to_string()));
    Err(Error::new(Code::LIBRARY_MISSING, message).hint(hint()).at(artifact))
}

/// What is wrong with a path that leads to no file, in words that follow a subject.
fn why_no_file(path: &Path, shown: &str) -> String {
    match (fs::read_link(path), fs::metadata(path)) {
        (_, Ok(found)) if found.is_dir() => format!("`{shown}` is a folder"),
        (_, Ok(_)) => format!("`{shown}` is no regular file"),
        (Ok(target), Err(error)) => format!("`{shown}` is a link to `{}`, which {}", target.display(), absence(&error)),
        (Err(_), Err(error)) => format!("`{shown}` {}", absence(&error)),
    }
}

/// What an error says of a path, in words that follow a subject.
pub(super) fn absence(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "is not there".to_owned(),
        _ => format!("cannot be reached: {error}"),
    }
}

/// The artifact of a plugin that does not name one: called after the plugin, else the only one there.
pub(super) fn only(folder: &Path, name: &str, kind: &Kind, reach: &Reach) -> Result<PathBuf> {
    let system = System::current();
    let usual = || kind.usual_names(system, name);
    if let Some(artifact) = usual().map(|file| folder.join(file)).find(|path| reach.is_file(path)) {
        return Ok(artifact);
    }
    let entries = fs::read_dir(folder)
        .map_err(|error| Error::new(Code::FOLDER_UNREADABLE, "this folder cannot be read").because(error).at(folder))?;
    let mut artifacts: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = file_name(path);
            !is_manifest(&name) && kind.may_be_artifact(system, &name) && reach.is_file(path)
        })
        .collect();
    drop_links_between(&mut artifacts);
    let name_it = || format!("name the {} in the manifest's `{}`", kind.called(), kind.artifact_key());
    match artifacts.as_slice() {
        [artifact] => Ok(artifact.clone()),
        [] => Err(missing(folder, usual(), kind).hint(name_it()).at(folder)),
        several => {
            let names = several.iter().take(MOST_SHOWN).map(|path| format!("`{}`", brief(&file_name(path))));
            let names = names.collect::<Vec<_>>().join(", ");
            let more = match several.len().saturating_sub(MOST_SHOWN) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let message = format!("it could be any of {names}{more}");
            Err(Error::new(Code::LIBRARY_AMBIGUOUS, message).hint(name_it()).at(folder))
        }
    }
}

/// What describes a plugin is not what it consists of, whatever pattern it meets, unless it is named.
fn is_manifest(file_name: &str) -> bool {
    file_name == manifest::FILE_NAME || file_name == manifest::XML_FILE_NAME
}

fn missing(folder: &Path, usual: impl Iterator<Item = String>, kind: &Kind) -> Error {
    let usual: Vec<String> = usual.collect();
    let broken_link = usual.iter().find(|name| folder.join(name).is_symlink());
    let called = kind.called();
    let message = match (broken_link, usual.first()) {
        (Some(name), _) => format!("its {called} {}", why_no_file(&folder.join(name), name)),
        (None, Some(first)) => format!("there is no {called} `{}`", brief(first)),
        (None, None) => format!("its manifest names no {called}"),
    };
    Error::new(Code::LIBRARY_MISSING, message)
}

/// Of several names of one library, as `libgain.dylib` and `libgain.1.dylib`, the shortest stays.
fn drop_links_between(libraries: &mut Vec<PathBuf>) {
    libraries.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    let mut kept: Vec<PathBuf> = Vec::new();
    for library in libraries.drain(..) {
        if !kept.iter().any(|kept| is_same_file(kept, &library)) {
            kept.push(library);
        }
    }
    kept.sort();
    *libraries = kept;
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What a library's file name says of the plugin's name: `libgain.so` and `libgain.so.1.2.3` are `gain`.
pub(super) fn plugin_name(file_name: &str) -> String {
    let system = System::current();
    let versioned = || {
        let suffixes = system.library_suffixes().iter();
        suffixes.filter_map(|suffix| Some(file_name.find(&format!(".{suffix}."))? + 1 + suffix.len())).next()
    };
    let named = system.plugin_name(file_name).or_else(|| system.plugin_name(&file_name[..versioned()?]));
    named.unwrap_or(file_name).to_owned()
}

/// A path with the real path of its folder; what it leads to itself may be a link still.
pub(super) fn without_folder_links(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = absolute.parent().and_then(|folder| fs::canonicalize(folder).ok());
    folder.zip(absolute.file_name()).map_or(absolute.clone(), |(folder, name)| folder.join(name))
}

/// Whether an entry is nobody's plugin: what is hidden, and the folder that archivers of macOS add.
pub(super) fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX"
}

/// Whether two paths lead to one file, through whatever links.
#[cfg(unix)]
pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino())).ok();
    identity(a).is_some_and(|identity_of_a| identity(b) == Some(identity_of_a))
}

/// Whether two paths lead to one file, through whatever links but hard ones.
#[cfg(windows)]
pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    fs::canonicalize(a).is_ok_and(|a| fs::canonicalize(b).is_ok_and(|b| a == b))
}
