//! Which file is a plugin's library.
//!
//! Knows names, folders and links. It never opens a library.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Code, Error, Result};
use crate::input::{self, brief};
use crate::platform::System;

/// How many folders above a library's own a manifest is looked for that describes it.
pub(super) const HIGHEST_MANIFEST: usize = 8;

/// How many folders above it one that cannot be read is taken for the library's. Further up it is somebody else's.
pub(super) const NEAR_MANIFEST: usize = 3;

/// How many libraries are named where it could be any of them.
const MOST_SHOWN: usize = 5;

/// The library that a manifest names, if it is there.
pub(super) fn existing(folder: &Path, named: &Path, runtime: &str) -> Result<PathBuf> {
    let library = input::join(folder, named);
    if library.is_file() {
        return Ok(library);
    }
    let (what, hint) = match runtime {
        "python" => ("module", "put it beside the manifest, which names it without `.py`"),
        _ => ("library", "install the plugin again, or name the library that is there in the manifest's `library`"),
    };
    let message = format!("its {what} {}", why_no_file(&library, &named.display().to_string()));
    Err(Error::new(Code::LIBRARY_MISSING, message).hint(hint).at(library))
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

/// The library of a plugin that does not name one: called after the plugin, else the only one there.
pub(super) fn only(folder: &Path, name: &str) -> Result<PathBuf> {
    let system = System::current();
    let usual = system.library_names(name);
    if let Some(library) = usual.iter().map(|file| folder.join(file)).find(|path| path.is_file()) {
        return Ok(library);
    }
    let entries = fs::read_dir(folder)
        .map_err(|error| Error::new(Code::FOLDER_UNREADABLE, "this folder cannot be read").because(error).at(folder))?;
    let mut libraries: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| system.plugin_name(&file_name(path)).is_some() && path.is_file())
        .collect();
    drop_links_between(&mut libraries);
    match libraries.as_slice() {
        [library] => Ok(library.clone()),
        [] => Err(missing(folder, &usual)),
        several => {
            let names = several.iter().take(MOST_SHOWN).map(|path| format!("`{}`", brief(&file_name(path))));
            let names = names.collect::<Vec<_>>().join(", ");
            let more = match several.len().saturating_sub(MOST_SHOWN) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            Err(Error::new(Code::LIBRARY_AMBIGUOUS, format!("it could be any of {names}{more}"))
                .hint("name the library in the manifest's `library`")
                .at(folder))
        }
    }
}

fn missing(folder: &Path, usual: &[String]) -> Error {
    let broken_link = usual.iter().find(|name| folder.join(name).is_symlink());
    let message = match broken_link {
        Some(name) => format!("its library {}", why_no_file(&folder.join(name), name)),
        None => format!("there is no library `{}`", usual[0]),
    };
    Error::new(Code::LIBRARY_MISSING, message).hint("name the library in the manifest's `library`").at(folder)
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
