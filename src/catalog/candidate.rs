//! One plugin that was found, and whether this host would take it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::compatible::incompatibility;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::inspect::Inspection;
use crate::manifest::{self, Manifest};
use crate::platform::System;
use crate::profile::HostProfile;
use crate::version::{self, Version, VersionReq};

/// One plugin that was found. Its library has not been loaded, and need not exist. Cheap to clone.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    name: String,
    version: Option<Version>,
    path: PathBuf,
    library: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Diagnostic>,
    manifest: Arc<Manifest>,
}

impl Candidate {
    /// What lies at a path: a plugin's folder, or a library.
    ///
    /// A library that a manifest beside it describes is that plugin; any other is a plugin of its own.
    pub fn at(path: &Path, profile: &HostProfile) -> Result<(Candidate, Vec<Diagnostic>)> {
        let not_there = |error| {
            Error::new(Code::LibraryMissing, "there is no plugin here")
                .because(error)
                .hint("give the path of a plugin's folder or of its library")
                .at(path)
        };
        let path = fs::canonicalize(path).map_err(not_there)?;
        if path.is_file() {
            if let Some(found) = Self::described_beside(&path, profile)? {
                return Ok(found);
            }
            return Self::from_library(&path, profile);
        }
        Self::from_folder(&path, profile)?.ok_or_else(|| {
            let inside = plugins_in(&path, profile);
            Error::new(Code::LibraryMissing, "this folder holds no plugin")
                .hint(match inside.as_slice() {
                    [] => format!("a plugin's folder holds a `{}` or a library", manifest::FILE_NAME),
                    [only] => format!("the folder `{only}` in it does: give that"),
                    several => format!("the folders {} in it do: give one of them", quoted(several)),
                })
                .at(path)
        })
    }

    /// A manifest that cannot be read is an error here too: without it the library would pass for a
    /// plugin that asks for nothing.
    fn described_beside(library: &Path, profile: &HostProfile) -> Result<Option<(Candidate, Vec<Diagnostic>)>> {
        let Some(folder) = library.parent() else { return Ok(None) };
        let found = Self::with_manifest(folder, profile)?;
        Ok(found.filter(|(candidate, _)| candidate.library == library))
    }

    /// The plugin in a folder; `None` if the folder holds neither a manifest nor a library.
    pub(super) fn from_folder(folder: &Path, profile: &HostProfile) -> Result<Option<(Candidate, Vec<Diagnostic>)>> {
        if let Some(found) = Self::with_manifest(folder, profile)? {
            return Ok(Some(found));
        }
        let name = folder_name(folder);
        match only_library(folder, &name) {
            Err(error) if error.code() == Code::LibraryMissing => Ok(None),
            Err(error) => Err(error),
            Ok(library) => {
                let (manifest, diagnostics) = embedded_manifest(&library, profile);
                let name = manifest.name.clone().unwrap_or(name);
                Self::new(name, manifest, folder.to_owned(), Ok(library), profile, diagnostics).map(Some)
            }
        }
    }

    fn with_manifest(folder: &Path, profile: &HostProfile) -> Result<Option<(Candidate, Vec<Diagnostic>)>> {
        let Some((manifest, diagnostics)) = Manifest::in_folder(folder, Some(&profile.version_key))? else {
            return Ok(None);
        };
        let name = manifest.name.clone().unwrap_or_else(|| folder_name(folder));
        let library = match &manifest.library {
            Some(library) => existing(folder.join(library), manifest.runtime()),
            None => only_library(folder, &name),
        };
        Self::new(name, manifest, folder.to_owned(), library, profile, diagnostics).map(Some)
    }

    /// The plugin that a library without a folder of its own is.
    pub(super) fn from_library(library: &Path, profile: &HostProfile) -> Result<(Candidate, Vec<Diagnostic>)> {
        let (manifest, diagnostics) = embedded_manifest(library, profile);
        let file_name = file_name(library);
        let stem = System::current().plugin_name(&file_name).unwrap_or(&file_name);
        let name = manifest.name.clone().unwrap_or_else(|| stem.to_owned());
        Self::new(name, manifest, library.to_owned(), Ok(library.to_owned()), profile, diagnostics)
    }

    fn new(
        name: String,
        manifest: Manifest,
        path: PathBuf,
        library: Result<PathBuf>,
        profile: &HostProfile,
        diagnostics: Vec<Diagnostic>,
    ) -> Result<(Candidate, Vec<Diagnostic>)> {
        manifest::check_name(&name).map_err(|error| error.at(&path))?;
        let (library, missing) = match library {
            Ok(library) => (library, None),
            Err(error) => (PathBuf::new(), Some(error)),
        };
        let has_manifest = manifest != Manifest::default() || path.join(manifest::FILE_NAME).exists();
        // A file that the manifest names and that is not there is missing for every host.
        let (broken, missing) = if manifest.library.is_some() { (missing, None) } else { (None, missing) };
        let refusal = broken
            .or_else(|| incompatibility(&manifest, has_manifest, profile))
            .or(missing)
            .map(|error| Diagnostic::from(error.plugin(&name).at(&path)));
        let diagnostics = diagnostics.into_iter().map(|diagnostic| diagnostic.plugin(&name)).collect();
        let version = manifest.version.clone().or_else(|| version_of(&path));
        Ok((Candidate { version, name, path, library, refusal, manifest: Arc::new(manifest) }, diagnostics))
    }

    /// The plugin's name: the manifest's, else its folder's or library's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The plugin's version, if it says one.
    pub fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// What the plugin says of itself; empty if it says nothing.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The plugin's folder, or its library if it has no folder of its own.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The plugin's library; empty if there is none, which is then the reason for its refusal.
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// Why this host would not take the plugin, if so.
    pub fn refusal(&self) -> Option<&Diagnostic> {
        self.refusal.as_ref()
    }

    /// Whether the plugin's version meets a requirement; one without a version meets none but `None`.
    pub fn satisfies(&self, requirement: Option<&VersionReq>) -> bool {
        match (requirement, &self.version) {
            (None, _) => true,
            (Some(requirement), Some(version)) => requirement.matches(version),
            (Some(_), None) => false,
        }
    }

    pub(super) fn refuse(&mut self, error: Error) {
        let error = error.plugin(&self.name).at(&self.path);
        self.refusal.get_or_insert_with(|| error.into());
    }
}

/// `gain 1.2.3`
impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(version) = &self.version {
            write!(f, " {version}")?;
        }
        Ok(())
    }
}

/// The manifest inside a library, where `hotshoe_add_plugin` puts a copy of it.
fn embedded_manifest(library: &Path, profile: &HostProfile) -> (Manifest, Vec<Diagnostic>) {
    // A library that cannot be inspected is refused with the reason when it is loaded or checked.
    let Some(text) = Inspection::of(library).ok().and_then(|inspection| inspection.manifest) else {
        return Default::default();
    };
    Manifest::from_json(text.as_bytes(), Some(&profile.version_key))
        .unwrap_or_else(|error| (Manifest::default(), vec![Diagnostic::from(error.at(library))]))
}

/// The folders in a folder that hold plugins, a few of them.
fn plugins_in(folder: &Path, profile: &HostProfile) -> Vec<String> {
    const MOST_LOOKED_AT: usize = 1000;
    const MOST_SHOWN: usize = 5;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_LOOKED_AT);
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    let holds_one = |folder: &&PathBuf| matches!(Candidate::from_folder(folder, profile), Ok(Some(_)));
    folders.iter().filter(holds_one).take(MOST_SHOWN).map(|folder| brief(&file_name(folder))).collect()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What a plugin's folder says of its name: `gain` is called so, and so is `gain/1.2.3`.
fn folder_name(folder: &Path) -> String {
    let named = if version_of(folder).is_some() { folder.parent().unwrap_or(folder) } else { folder };
    file_name(named)
}

/// What a plugin's folder says of its version: `gain/1.2.3` does, and `gain` does not.
pub(super) fn version_of(folder: &Path) -> Option<Version> {
    version::parse(&file_name(folder)).ok().map(|(version, _)| version)
}

fn existing(library: PathBuf, runtime: &str) -> Result<PathBuf> {
    if library.is_file() {
        return Ok(library);
    }
    let (what, hint) = match runtime {
        "python" => ("module", "put it beside the manifest, which names it without `.py`"),
        _ => ("library", "install the plugin again"),
    };
    let message = format!("its {what} `{}` is not there", file_name(&library));
    Err(Error::new(Code::LibraryMissing, message).hint(hint).at(library))
}

/// The library of a plugin that does not name one: called after the plugin, else the only one there.
fn only_library(folder: &Path, name: &str) -> Result<PathBuf> {
    let system = System::current();
    let usual = system.library_names(name);
    if let Some(library) = usual.iter().map(|file| folder.join(file)).find(|path| path.is_file()) {
        return Ok(library);
    }
    let entries = fs::read_dir(folder)
        .map_err(|error| Error::new(Code::FolderUnreadable, "this folder cannot be read").because(error).at(folder))?;
    let mut libraries: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| system.plugin_name(&file_name(path)).is_some() && path.is_file())
        .collect();
    libraries.sort();
    match libraries.as_slice() {
        [library] => Ok(library.clone()),
        [] => Err(Error::new(Code::LibraryMissing, format!("there is no library `{}`", usual[0]))
            .hint("name the library in the manifest's `library`")
            .at(folder)),
        several => {
            let names: Vec<String> = several.iter().map(|path| format!("`{}`", file_name(path))).collect();
            Err(Error::new(Code::LibraryAmbiguous, format!("it could be any of {}", names.join(", ")))
                .hint("name the library in the manifest's `library`")
                .at(folder))
        }
    }
}
