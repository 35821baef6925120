//! What of a plugin's folder goes into its archive.
//!
//! Owns the choice and the order, which depend on names alone. It never reads a file.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::entries::{Kind, Policy};
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::{FILE_NAME, Manifest};
use crate::platform::System;

/// What file managers, editors and version control leave behind, in any folder.
const LEFTOVERS: [&str; 4] = ["**/.DS_Store", "**/Thumbs.db", "**/*~", "**/.git"];

/// The same choice on every system; `*` stays within a folder, `**` does not.
const MATCH: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// A file or folder to archive.
pub(super) struct Entry {
    /// Its path in the archive, with `/`; a folder's ends with one.
    pub name: String,
    pub source: PathBuf,
    pub is_folder: bool,
    /// In bytes, when it was found.
    pub size: u64,
}

impl Entry {
    /// Whether it is called as some system's libraries are.
    pub fn is_library(&self) -> bool {
        let file = self.name.rsplit('/').next().unwrap_or_default();
        System::ALL.iter().any(|system| system.plugin_name(file).is_some())
    }
}

/// The entries of a plugin's folder: itself, its manifest, and then everything by name, so that the
/// first bytes of an archive say whose it is.
pub(super) fn content(folder: &Path, name: &str, manifest: &Manifest, artifact: &Path) -> Result<Vec<Entry>> {
    let choice = Choice::of(manifest, &path_inside(folder, artifact)).map_err(|error| error.at(folder))?;
    let mut found = choice.apply(walk(folder, &choice)?).map_err(|error| error.at(folder))?;
    found.sort_by(|a, b| (a.path != FILE_NAME, &a.path).cmp(&(b.path != FILE_NAME, &b.path)));

    let top = Entry { name: format!("{name}/"), source: folder.to_owned(), is_folder: true, size: 0 };
    let mut policy = Policy::new();
    let rest = found.into_iter().map(|found| found.entry(name, &mut policy));
    std::iter::once(Ok(top)).chain(rest).collect()
}

/// Something in the folder.
struct Found {
    /// Relative to the plugin's folder, with `/`; a folder's ends with one.
    path: String,
    source: PathBuf,
    metadata: Metadata,
}

impl Found {
    fn entry(self, name: &str, policy: &mut Policy) -> Result<Entry> {
        let Found { path, source, metadata } = self;
        if !metadata.is_file() && !metadata.is_dir() {
            return Err(Error::new(Code::PACKAGE_SOURCE, "only files and folders can be packaged")
                .hint("replace the link or device by a file, or name it in the manifest's `exclude`")
                .at(source));
        }
        let name = format!("{name}/{path}");
        // What could not be installed is not packaged.
        let (kind, size) = if metadata.is_dir() { (Kind::Folder, 0) } else { (Kind::File, metadata.len()) };
        policy.admit(name.as_bytes(), kind, size).map_err(|error| {
            Error::new(Code::PACKAGE_SOURCE, "this cannot stand in an archive")
                .because(error)
                .hint("rename it, remove it, or name it in the manifest's `exclude`")
                .at(&source)
        })?;
        Ok(Entry { name, source, is_folder: metadata.is_dir(), size })
    }
}

/// Everything in the folder that is not excluded.
fn walk(folder: &Path, choice: &Choice) -> Result<Vec<Found>> {
    let mut all = Vec::new();
    let mut unread = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = unread.pop() {
        let unreadable =
            |error: io::Error| Error::new(Code::PACKAGE_SOURCE, "the folder cannot be read").because(error).at(&folder);
        for found in fs::read_dir(&folder).map_err(unreadable)? {
            let found = found.map_err(unreadable)?;
            let metadata = found.metadata().map_err(unreadable)?;
            let name = found.file_name();
            let name = name.to_str().ok_or_else(|| unreadable(io::Error::other("a name in it is not UTF-8")))?;
            let mut path = format!("{prefix}{name}");
            if metadata.is_dir() {
                path.push('/');
            }
            if choice.excludes(&path) {
                continue;
            }
            let source = found.path();
            if metadata.is_dir() {
                unread.push((source.clone(), path.clone()));
            }
            all.push(Found { path, source, metadata });
        }
    }
    Ok(all)
}

/// The manifest's choice of what goes in.
struct Choice {
    include: Option<Vec<Pattern>>,
    exclude: Vec<Pattern>,
    artifact: String,
}

impl Choice {
    fn of(manifest: &Manifest, artifact: &str) -> Result<Choice> {
        for key in ["include", "exclude"] {
            if manifest.other.contains_key(key) {
                return Err(Error::new(
                    Code::PACKAGE_SOURCE,
                    format!("the manifest's `{key}` is not a list of strings"),
                )
                .hint(format!("write \"{key}\": [\"presets/**\", \"*.md\"]")));
            }
        }
        let mut exclude = patterns("exclude", manifest.exclude.as_deref().unwrap_or_default())?;
        exclude.extend(LEFTOVERS.iter().filter_map(|glob| Pattern::new(glob).ok()));
        let include = manifest.include.as_deref().map(|globs| patterns("include", globs)).transpose()?;
        Ok(Choice { include, exclude, artifact: artifact.to_owned() })
    }

    /// Whether it stays out whatever is included, and with it all that is in it.
    fn excludes(&self, path: &str) -> bool {
        !self.is_needed(path) && self.exclude.iter().any(|glob| reaches(glob, path))
    }

    /// The manifest, the artifact, and the folders that lead to them.
    fn is_needed(&self, path: &str) -> bool {
        path == FILE_NAME || path == self.artifact || path.ends_with('/') && self.artifact.starts_with(path)
    }

    /// What is included, with the folders that lead to it.
    fn apply(&self, all: Vec<Found>) -> Result<Vec<Found>> {
        let Some(include) = &self.include else { return Ok(all) };
        let in_vain = include.iter().find(|glob| !all.iter().any(|found| reaches(glob, &found.path)));
        if let Some(glob) = in_vain {
            let message = format!("the manifest's `include` names `{}`, which matches nothing", brief(glob.as_str()));
            return Err(Error::new(Code::PACKAGE_SOURCE, message)
                .hint("write paths from the plugin's folder on, with `/`; `**` reaches into folders"));
        }
        let is_chosen = |path: &str| self.is_needed(path) || include.iter().any(|glob| reaches(glob, path));
        let chosen = all.iter().map(|found| found.path.as_str()).filter(|path| is_chosen(path));
        let kept: HashSet<String> = chosen.flat_map(with_its_folders).map(str::to_owned).collect();
        Ok(all.into_iter().filter(|found| kept.contains(&found.path)).collect())
    }
}

/// A path, and the folders that lead to it.
fn with_its_folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..=end]).chain([path])
}

fn patterns(key: &str, globs: &[String]) -> Result<Vec<Pattern>> {
    let pattern = |glob: &String| {
        Pattern::new(glob).map_err(|error| {
            Error::new(
                Code::PACKAGE_SOURCE,
                format!("the manifest's `{key}` holds `{}`, which is no glob", brief(glob)),
            )
            .because(error)
            .hint("`*` and `?` stand for what is in one name, `**/` for any folders, `[…]` for one of its characters")
        })
    };
    globs.iter().map(pattern).collect()
}

fn matches(glob: &Pattern, path: &str) -> bool {
    glob.matches_with(path.trim_end_matches('/'), MATCH)
}

/// Whether a glob matches a path, or a folder that it is in.
fn reaches(glob: &Pattern, path: &str) -> bool {
    matches(glob, path) || path.match_indices('/').any(|(end, _)| matches(glob, &path[..end]))
}

/// A path in the folder, relative to it and with `/`.
fn path_inside(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}
