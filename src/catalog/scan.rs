//! Walking the search path.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::artifact::{absence, is_left_out};
use super::candidate::{Called, version_of};
use super::index::{Facts, Folders, Identity, Index, Indexes, Reading, Seen};
use super::search_path::mistake;
use super::{Candidate, Catalog, Rules, SearchPath, parallel};
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::{self, brief};
use crate::manifest::{ArtifactType, Kind, Manifest};
use crate::platform::{Reach, System};

/// Finds the plugins on a search path, with the help of indexes if there are any.
pub(super) fn scan(rules: Rules<'_>, search_path: &SearchPath, indexes: Option<Indexes>) -> Catalog {
    let mut scan = Scan { found: Found::new(rules, None), roots: HashSet::new(), indexes };
    scan.found.diagnostics.extend(search_path.diagnostics());
    for (root, is_optional) in search_path.folders() {
        scan.root(root, is_optional);
    }
    let Found { candidates, mut diagnostics, .. } = scan.found;
    diagnostics.extend_from_slice(rules.kinds.diagnostics());
    let no_folder = if candidates.is_empty() { search_path.why_empty() } else { None };
    let mut catalog = Catalog { candidates, diagnostics, no_folder, ..Catalog::default() };
    catalog.drop_repeated();
    catalog.noticed = catalog.diagnostics.len();
    catalog.candidates.shrink_to_fit();
    catalog.by_name = (0..catalog.candidates.len()).collect();
    catalog.by_name.sort_by_key(|&place| catalog.candidates[place].name());
    catalog.settle();
    catalog
}

struct Scan<'a> {
    found: Found<'a>,
    roots: HashSet<PathBuf>,
    indexes: Option<Indexes>,
}

impl Scan<'_> {
    fn root(&mut self, root: &Path, is_optional: bool) {
        let canonical = match fs::canonicalize(root) {
            Ok(canonical) => canonical,
            Err(error) if is_optional && error.kind() == ErrorKind::NotFound => return,
            Err(error) => return self.found.unreadable(root, error),
        };
        if !self.roots.insert(canonical.clone()) {
            // A host's own folders may lead to one: `lib64` to `lib`, or the program's to the system's.
            if is_optional {
                return;
            }
            let message = "this folder stands on the search path twice";
            return self.found.note(Diagnostic::note(Code::FOLDER_LOOP, message).at(root));
        }
        let index = self.indexes.as_ref().and_then(|indexes| indexes.of_root(&canonical));
        let known = index.as_ref().map(Index::known);
        let reach = Reach::below(&canonical);
        let mut found = Found::new(Rules { reach: &reach, ..self.found.rules }, known.as_ref());
        let entries = found.sorted_entries(&canonical);
        let is_for = |index: &Index| index.is_for(entries.len());
        let (rules, known) = (found.rules, found.known.filter(|_| index.as_ref().is_some_and(is_for)));
        let mut seen = vec![self.found.add(found)];
        for part in parallel::in_parts(&entries, |entries| Found::in_entries(entries, rules, known)) {
            seen.push(self.found.add(part));
        }
        if let Some((index, known)) = index.as_ref().zip(known) {
            index.keep(known, seen);
        }
    }
}

/// What was found in a part of the search path, in order.
struct Found<'a> {
    rules: Rules<'a>,
    candidates: Vec<Candidate>,
    diagnostics: Vec<Diagnostic>,
    known: Option<&'a Folders<'a>>,
    seen: Seen,
}

impl<'a> Found<'a> {
    fn new(rules: Rules<'a>, known: Option<&'a Folders<'a>>) -> Found<'a> {
        Found { rules, candidates: Vec::new(), diagnostics: Vec::new(), known, seen: Seen::default() }
    }

    fn in_entries(entries: &[Entry], rules: Rules<'a>, known: Option<&'a Folders<'a>>) -> Found<'a> {
        let mut found = Found::new(rules, known);
        for entry in entries {
            if entry.is_folder {
                found.folder(entry);
            } else if System::current().plugin_name(&entry.name).is_some() {
                found.take(Candidate::from_library(&entry.path, entry.target(), rules).map(Some));
            }
        }
        found
    }

    /// A folder in a root: a plugin, or the versions of one.
    fn folder(&mut self, folder: &Entry) {
        let Some(called) = Called::by(&folder.path) else { return };
        match self.in_folder(folder.target(), &called) {
            Ok(None) => self.versions(folder),
            Ok(Some((candidate, diagnostics))) => {
                self.compare_names(folder, &candidate);
                self.take(Ok(Some((candidate, diagnostics))));
            }
            Err(error) => self.broken(folder, &called, error),
        }
    }

    /// Takes over what was found in a part, and gives back what was seen of its folders.
    fn add(&mut self, part: Found) -> Seen {
        self.candidates.extend(part.candidates);
        self.diagnostics.extend(part.diagnostics);
        part.seen
    }

    /// The plugin in a folder, whose path is real.
    fn in_folder(&mut self, folder: &Path, called: &Called) -> Result<Option<(Candidate, Vec<Diagnostic>)>> {
        let (rules, key) = (self.rules, Some(self.rules.profile.version_key.as_str()));
        let Some(known) = self.known else { return Candidate::from_folder(folder, called, rules) };
        match known.facts(folder, rules.reach, &mut self.seen) {
            Some(Facts::Entries(_)) => Ok(None),
            Some(Facts::Plugin(plugin)) => {
                let manifest = Manifest::of_file(&input::join(folder, &*plugin.file), &plugin.bytes, key)?;
                // What a module says of its runtime may have changed.
                let is_lasting = |kind: &Kind| kind.is_built_in() && kind.artifact() != ArtifactType::Executable;
                let lasts = rules.kinds.find(manifest.0.runtime()).is_some_and(is_lasting);
                match plugin.library.as_ref().filter(|_| lasts) {
                    Some(artifact) => {
                        let artifact = input::join(folder, &**artifact);
                        Candidate::with_artifact(manifest, artifact, folder, called, rules).map(Some)
                    }
                    None => Candidate::from_folder_with(Some(manifest), folder, called, rules),
                }
            }
            None => {
                let mut reading = Reading::of(folder, rules.reach);
                let manifest = Manifest::read_by(|path| reading.read(path), rules.reach, folder, key)?;
                let found = Candidate::from_folder_with(manifest, folder, called, rules)?;
                let is_alone = |found: &[Diagnostic]| found.iter().all(|found| found.code != Code::MANIFEST_IGNORED);
                if let Some((candidate, _)) = found.as_ref().filter(|(_, diagnostics)| is_alone(diagnostics)) {
                    known.keep_plugin(folder, reading, candidate.artifact(), &mut self.seen);
                }
                Ok(found)
            }
        }
    }

    /// Of a folder that cannot be read, the manifest that could not be looked for in it says nothing.
    fn broken(&mut self, folder: &Entry, called: &Called, error: Error) {
        let entered = fs::read_dir(folder.target()).and_then(|_| fs::metadata(folder.target().join(".")));
        match entered {
            Err(unreadable) => self.unreadable(&folder.path, unreadable),
            Ok(_) => {
                let candidate = Candidate::with_broken_manifest(folder.target(), called, error);
                self.take(candidate.map(|candidate| Some((candidate, Vec::new()))));
            }
        }
    }

    fn versions(&mut self, folder: &Entry) {
        for mut entry in self.sorted_entries(folder.target()).into_iter().filter(|entry| entry.is_folder) {
            // By the names that led here, whatever a link to the folder above leads to.
            let target = std::mem::replace(&mut entry.path, folder.path.join(&entry.name));
            entry.link_to.get_or_insert(target);
            let Some(called) = Called::below(&folder.name, &entry.path, entry.target()) else { continue };
            let found = self.in_folder(entry.target(), &called);
            if let Ok(Some((candidate, _))) = &found {
                if called.version.is_some() {
                    self.compare_names(folder, candidate);
                } else if candidate.is_described() {
                    self.compare_names(&entry, candidate);
                }
                self.compare_version(&entry.path, candidate);
            }
            match found {
                Err(error) => self.broken(&entry, &called, error),
                found => self.take(found),
            }
        }
    }

    fn compare_version(&mut self, folder: &Path, candidate: &Candidate) {
        let (Some(said), Some(version)) = (version_of(folder), candidate.version()) else { return };
        if *version != said {
            let message = format!("the folder is called `{said}` and the plugin in it is {version}; {version} counts");
            let diagnostic = Diagnostic::warning(Code::NAME_MISMATCH, message).hint("rename the folder");
            self.note(diagnostic.plugin(candidate.name()).at(folder));
        }
    }

    /// `gain` and `gain-1.2.3` may both hold the plugin `gain`.
    fn compare_names(&mut self, entry: &Entry, candidate: &Candidate) {
        let (folder, target, called) = (&entry.path, entry.target(), &entry.name);
        let rest = called.strip_prefix(candidate.name());
        let differs = rest.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('-'));
        // What a `pluginDescription.xml` calls a name is for people, and folders are called otherwise. So are links,
        // which somebody made beside the folder.
        let is_free = || candidate.manifest().name_is_title || folder.file_name() != target.file_name();
        if differs && !is_free() {
            let called = brief(called);
            let message = format!("the folder is called `{called}` and the plugin in it `{}`", candidate.name());
            // A version's folder right on the search path: that begins one folder too deep.
            let hint = match (version_of(folder), folder.parent().and_then(Path::parent)) {
                (Some(_), Some(root)) => format!("put the folder above on the search path: `{}`", root.display()),
                _ => "rename the folder".to_owned(),
            };
            let diagnostic = Diagnostic::warning(Code::NAME_MISMATCH, message).hint(hint);
            self.note(diagnostic.plugin(candidate.name()).at(folder));
        }
    }

    fn take(&mut self, found: Result<Option<(Candidate, Vec<Diagnostic>)>, Error>) {
        match found {
            Ok(None) => {}
            Ok(Some((candidate, diagnostics))) => {
                self.diagnostics.extend(diagnostics);
                self.candidates.push(candidate);
            }
            Err(error) => self.note(error.into()),
        }
    }

    fn note(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn unreadable(&mut self, path: &Path, error: std::io::Error) {
        let hint = match error.kind() {
            ErrorKind::NotFound => mistake(path).unwrap_or("make it, or take it off the search path"),
            ErrorKind::NotADirectory => "a search path holds folders: name the one that this file is in",
            ErrorKind::InvalidFilename => "see what the search path was made of: no folder can be called so",
            _ => "see that you may read it",
        };
        let message = format!("this folder cannot be read: {error}");
        self.note(Diagnostic::warning(Code::FOLDER_UNREADABLE, message).hint(hint).at(path));
    }

    /// What lies in a folder, by name; hidden entries and what leads back up are left out.
    fn sorted_entries(&mut self, folder: &Path) -> Vec<Entry> {
        let Some(known) = self.known else { return self.read_entries(folder) };
        if let Some(Facts::Entries(entries)) = known.facts(folder, self.rules.reach, &mut self.seen) {
            let entry = |(name, is_folder): &(Cow<str>, bool)| {
                Entry::new(input::join(folder, &**name), name.to_string(), *is_folder)
            };
            return entries.iter().map(entry).collect();
        }
        let (identity, before) = (Identity::of_path(folder, self.rules.reach), self.diagnostics.len());
        let entries = self.read_entries(folder);
        // A link may lead elsewhere the next time, and what there is something to say about is looked at again.
        let is_plain = |entry: &Entry| entry.link_to.is_none() && entry.path.ends_with(&entry.name);
        if before == self.diagnostics.len() && entries.iter().all(is_plain) {
            let names = entries.iter().map(|entry| (Cow::Owned(entry.name.clone()), entry.is_folder)).collect();
            known.keep_entries(folder, identity, names, &mut self.seen);
        }
        entries
    }

    fn read_entries(&mut self, folder: &Path) -> Vec<Entry> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.unreadable(folder, error);
                return Vec::new();
            }
        };
        let mut sorted = Vec::new();
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                Ok((name, file_type)) => sorted.extend(self.entry(folder, name, file_type)),
                Err(error) => self.unreadable(folder, error),
            }
        }
        sorted.sort_unstable_by(|a: &Entry, b: &Entry| a.start.cmp(&b.start).then_with(|| a.name.cmp(&b.name)));
        sorted
    }

    fn entry(&mut self, folder: &Path, name: OsString, file_type: FileType) -> Option<Entry> {
        let path = input::join(folder, &name);
        let name = name.into_string().unwrap_or_else(|name| name.to_string_lossy().into_owned());
        if is_left_out(&name) {
            return None;
        }
        if !file_type.is_symlink() {
            return Some(Entry::new(path, name, file_type.is_dir()));
        }
        match fs::canonicalize(&path) {
            Ok(target) if target.is_dir() && folder.starts_with(&target) => {
                let message = format!("this link leads back to `{}`", target.display());
                self.note(Diagnostic::warning(Code::FOLDER_LOOP, message).hint("remove the link").at(path));
                None
            }
            Ok(target) => Some(Entry { link_to: Some(target.clone()), ..Entry::new(path, name, target.is_dir()) }),
            Err(error) => {
                let leads_to = fs::read_link(&path).unwrap_or_default();
                let message = format!("this is a link to `{}`, which {}", leads_to.display(), absence(&error));
                let diagnostic = Diagnostic::warning(Code::FOLDER_UNREADABLE, message);
                self.note(diagnostic.hint("remove the link, or put back what it led to").at(path));
                None
            }
        }
    }
}

/// What lies in a folder.
struct Entry {
    path: PathBuf,
    /// Its real path, if that is another one.
    link_to: Option<PathBuf>,
    /// What it is called in the folder, and how that starts: so most are put in order by a number.
    name: String,
    start: u64,
    is_folder: bool,
}

impl Entry {
    /// One that is no link.
    fn new(path: PathBuf, name: String, is_folder: bool) -> Entry {
        let mut start = [0; 8];
        start.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
        Entry { path, link_to: None, start: u64::from_be_bytes(start), name, is_folder }
    }

    /// Its real path, by which a plugin reached twice is seen to be one.
    fn target(&self) -> &Path {
        self.link_to.as_deref().unwrap_or(&self.path)
    }
}
