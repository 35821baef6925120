//! One plugin that was found, and whether this host would take it.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::compatible::incompatibility;
use super::{Rules, artifact, program};
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result, Stage};
use crate::input::brief;
use crate::inspect::{self, Inspection};
use crate::manifest::{self, ArtifactType, DEFAULT_RUNTIME, Kind, Kinds, Manifest};
use crate::platform::{Platform, Reach};
use crate::profile::HostProfile;
use crate::version::{self, Version, VersionReq};

/// One plugin that was found. Its library has not been loaded, and need not exist. Cheap to clone, and small: a host may
/// have thousands.
#[derive(Clone, Debug)]
pub struct Candidate {
    manifest: Arc<Manifest>,
    /// What plugins of its runtime look like, if that is known.
    kind: Option<Kind>,
    /// What the path that led to it says, where the manifest says nothing.
    called: Option<Box<str>>,
    of_version: Option<Box<Version>>,
    place: Place,
    refusal: Option<Box<Diagnostic>>,
    /// Whether a manifest lies in its folder.
    pub(super) is_described: bool,
    /// Whether that cannot be read, so that nothing is known but where it lies.
    is_broken: bool,
}

impl Candidate {
    /// What lies at a path: a plugin's folder, or a library.
    ///
    /// A library that a manifest beside it describes is that plugin; any other is a plugin of its own. So is a program
    /// without a manifest, if the profile takes exactly one runtime whose artifact is an executable; where programs end in
    /// `.exe`, the path may leave that out.
    ///
    /// What the library's bytes show is left to whoever asks: loading and checking open it.
    pub fn at(path: &Path, profile: &HostProfile) -> Result<(Candidate, Vec<Diagnostic>)> {
        Self::at_with(path, profile, &Kinds::installed())
    }

    /// The same with the runtimes that the caller knows of.
    pub fn at_with(path: &Path, profile: &HostProfile, kinds: &Kinds) -> Result<(Candidate, Vec<Diagnostic>)> {
        let (mut candidate, diagnostics) = Self::reached_by(path, Rules { profile, kinds, reach: &Reach::BY_PATH })?;
        candidate.refusal.take_if(|refusal| refusal.code.stage() == Stage::INSPECT);
        Ok((candidate, diagnostics))
    }

    fn reached_by(path: &Path, rules: Rules<'_>) -> Result<(Candidate, Vec<Diagnostic>)> {
        let not_there = |error| {
            Error::new(Code::LIBRARY_MISSING, "there is no plugin here")
                .because(error)
                .hint("give the path of a plugin's folder or of its library")
                .at(path)
        };
        let target = fs::canonicalize(path)
            .or_else(|error| fs::canonicalize(program::with_usual_ending(path, rules).ok_or(error)?))
            .map_err(not_there)?;
        if target.is_file() {
            return Self::at_library(path, &target, rules);
        }
        let (called, path) = (Called::by(path).unwrap_or_else(|| Called::by_own_name(&target)), target);
        Self::from_folder(&path, &called, rules)?.ok_or_else(|| {
            let inside = plugins_in(&path, rules);
            Error::new(Code::LIBRARY_MISSING, "this folder holds no plugin")
                .hint(match inside.as_slice() {
                    [] => format!("a plugin's folder holds a `{}` or a library", manifest::FILE_NAME),
                    [only] => format!("the folder `{only}` in it does: give that"),
                    several => format!("the folders {} in it do: give one of them", quoted(several)),
                })
                .at(path)
        })
    }

    /// The plugin of a library that a path leads to.
    fn at_library(path: &Path, target: &Path, rules: Rules<'_>) -> Result<(Candidate, Vec<Diagnostic>)> {
        // A manifest lies beside the link, or beside what that leads to.
        let link = artifact::without_folder_links(path);
        let places = [link.as_path(), target];
        for library in if link == target { &places[1..] } else { &places } {
            if let Some(found) = Self::described(library, rules)? {
                return Ok(found);
            }
        }
        match Self::at_program(path, target, rules)? {
            Some(program) => Ok(program),
            None => Self::from_library(path, target, rules),
        }
    }

    /// The plugin whose manifest, in the library's folder or a little above it, describes this library.
    ///
    /// A manifest that cannot be read is an error here too: without it the library would pass for a
    /// plugin that asks for nothing. So would one whose manifest does not lead to any library.
    fn described(library: &Path, rules: Rules<'_>) -> Result<Option<(Candidate, Vec<Diagnostic>)>> {
        for (above, folder) in library.ancestors().skip(1).take(artifact::HIGHEST_MANIFEST + 1).enumerate() {
            let manifest = Manifest::in_folder_of(rules.reach, folder, Some(&rules.profile.version_key));
            let with_it = |found| Self::with_manifest(found, folder, &Called::by_own_name(folder), rules);
            let found = match manifest.and_then(|found| found.map(with_it).transpose()) {
                Err(error) if above <= artifact::NEAR_MANIFEST => return Err(error),
                Ok(Some(found)) => found,
                Ok(None) | Err(_) => continue,
            };
            let own = found.0.artifact();
            let leads_nowhere = above == 0 && own.as_os_str().is_empty();
            if leads_nowhere || artifact::is_same_file(own, library) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The plugin in a folder, whose path is real; `None` if the folder holds neither a manifest nor a library.
    pub(super) fn from_folder(
        folder: &Path,
        called: &Called,
        rules: Rules<'_>,
    ) -> Result<Option<(Candidate, Vec<Diagnostic>)>> {
        let manifest = Manifest::in_folder_of(rules.reach, folder, Some(&rules.profile.version_key))?;
        Self::from_folder_with(manifest, folder, called, rules)
    }

    /// The same, of a folder whose manifest was read already.
    pub(super) fn from_folder_with(
        manifest: Option<(Manifest, Vec<Diagnostic>)>,
        folder: &Path,
        called: &Called,
        rules: Rules<'_>,
    ) -> Result<Option<(Candidate, Vec<Diagnostic>)>> {
        if let Some(found) = manifest {
            return Self::with_manifest(found, folder, called, rules).map(Some);
        }
        // Without a manifest it is a plugin of the usual runtime.
        let Some(kind) = rules.kinds.find(DEFAULT_RUNTIME) else { return Ok(None) };
        match artifact::only(folder, &called.name, kind, rules.reach) {
            Err(error) if error.code() == Code::LIBRARY_MISSING => Ok(None),
            Err(error) => Err(error),
            Ok(library) => {
                let by_library = called.is_group.then(|| called.by_library(&library));
                let library = fs::canonicalize(&library).unwrap_or(library);
                Self::undescribed(by_library.as_ref().unwrap_or(called), folder, library, rules).map(Some)
            }
        }
    }

    fn with_manifest(
        found: (Manifest, Vec<Diagnostic>),
        folder: &Path,
        called: &Called,
        rules: Rules<'_>,
    ) -> Result<(Candidate, Vec<Diagnostic>)> {
        let manifest = &found.0;
        let name = manifest.name.as_deref().unwrap_or(&called.name);
        let artifact = artifact::of_manifest(folder, manifest, name, rules);
        Self::new(called, found, folder, artifact, true, rules)
    }

    /// The plugin of a manifest that names or leads to an artifact which is known to be there.
    pub(super) fn with_artifact(
        found: (Manifest, Vec<Diagnostic>),
        artifact: PathBuf,
        folder: &Path,
        called: &Called,
        rules: Rules<'_>,
    ) -> Result<(Candidate, Vec<Diagnostic>)> {
        Self::new(called, found, folder, Ok(artifact), true, rules)
    }

    /// The plugin in a folder whose manifest cannot be read: it is refused, and called as the path says that led to it.
    ///
    /// Gives the error back if it is about anything but the manifest, or if no plugin may be called so.
    pub(super) fn with_broken_manifest(folder: &Path, called: &Called, error: Error) -> Result<Candidate> {
        if error.code().stage() != Stage::MANIFEST || manifest::check_name(&called.name).is_err() {
            return Err(error);
        }
        Ok(Candidate {
            manifest: Arc::default(),
            kind: None,
            called: Some(called.name.as_str().into()),
            of_version: None,
            place: Place::new(folder, PathBuf::new()),
            refusal: Some(Box::new(Diagnostic::from(error.plugin(&called.name)))),
            is_described: true,
            is_broken: true,
        })
    }

    /// The plugin that a library without a folder of its own is: called as the path says that led to it, and known
    /// by the real one.
    pub(super) fn from_library(path: &Path, target: &Path, rules: Rules<'_>) -> Result<(Candidate, Vec<Diagnostic>)> {
        let called = Called { name: artifact::plugin_name(&file_name(path)), version: None, is_group: false };
        Self::undescribed(&called, target, target.to_owned(), rules)
    }

    /// The plugin of a library without a manifest beside it. That is opened for the manifest inside it, so what its
    /// bytes show is known, too; what it needs, the process may have by the time that it is loaded.
    fn undescribed(
        called: &Called,
        path: &Path,
        library: PathBuf,
        rules: Rules<'_>,
    ) -> Result<(Candidate, Vec<Diagnostic>)> {
        let facts = Inspection::of(&library);
        let text = facts.as_ref().ok().and_then(|facts| facts.manifest.as_deref());
        let found = text.map(|text| embedded_manifest(text, &library, rules)).unwrap_or_default();
        let (mut candidate, diagnostics) = Self::new(called, found, path, Ok(library), false, rules)?;
        let here = Platform::current();
        // What it needs is not looked for: the process may have it by then.
        let checked = facts.and_then(|facts| match facts.platforms.contains(&here) {
            true => facts.check_anywhere(candidate.entry(rules.profile)),
            false => facts.check(here, candidate.entry(rules.profile)),
        });
        if let Err(error) = checked {
            candidate.refuse(error);
        }
        Ok((candidate, diagnostics))
    }

    fn new(
        called: &Called,
        (manifest, diagnostics): (Manifest, Vec<Diagnostic>),
        path: &Path,
        artifact: Result<PathBuf>,
        is_described: bool,
        rules: Rules<'_>,
    ) -> Result<(Candidate, Vec<Diagnostic>)> {
        let name = manifest.name.as_deref().unwrap_or(&called.name);
        manifest::check_name(name).map_err(|error| error.at(path))?;
        let kind = rules.kinds.find(manifest.runtime()).cloned();
        let (artifact, missing) = match artifact {
            Ok(artifact) => (artifact, None),
            Err(error) => (PathBuf::new(), Some(error)),
        };
        let has_manifest = is_described || manifest != Manifest::default();
        // A file that the manifest names and that is not there is missing for every host.
        let named = match &kind {
            Some(kind) => kind.named_artifact(&manifest),
            None => manifest.library.as_deref().or(manifest.executable.as_deref()),
        };
        let (broken, missing) = if named.is_some() { (missing, None) } else { (None, missing) };
        let refusal = broken
            .or_else(|| incompatibility(&manifest, kind.as_ref(), has_manifest, rules.profile))
            .or(missing)
            .map(|error| Box::new(Diagnostic::from(error.plugin(name).at(path))));
        let idle = kind.as_ref().and_then(|kind| Some((kind, kind.idle_key(&manifest)?)));
        let idle = idle.map(|(kind, key)| {
            let file = if is_described { path.join(manifest::FILE_NAME) } else { path.to_owned() };
            Diagnostic::warning(
                Code::MANIFEST_FIELD,
                format!("`{key}` means nothing for the runtime `{}`", kind.name()),
            )
            .hint(format!("remove it, or name its {} in `{}`", kind.called(), kind.artifact_key()))
            .at(file)
        });
        let diagnostics = diagnostics.into_iter().chain(idle).map(|diagnostic| diagnostic.plugin(name)).collect();
        let candidate = Candidate {
            called: manifest.name.is_none().then(|| called.name.as_str().into()),
            of_version: called.version.clone().filter(|_| manifest.version.is_none()).map(Box::new),
            place: Place::new(path, artifact),
            refusal,
            kind,
            manifest: Arc::new(manifest),
            is_described,
            is_broken: false,
        };
        Ok((candidate, diagnostics))
    }

    /// The plugin's name: the manifest's, else its folder's or library's.
    pub fn name(&self) -> &str {
        // One of them is there.
        self.manifest.name.as_deref().or(self.called.as_deref()).unwrap_or_default()
    }

    /// The plugin's version, if it says one.
    pub fn version(&self) -> Option<&Version> {
        self.manifest.version.as_ref().or(self.of_version.as_deref())
    }

    /// What the plugin says of itself; empty if it says nothing.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The plugin's folder, or its library if it has no folder of its own.
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// The runtime that brings the plugin to life, as its manifest names it.
    pub fn runtime(&self) -> &str {
        self.manifest.runtime()
    }

    /// What plugins of its runtime look like; `None` if that runtime is not known here, which is then the reason for its
    /// refusal.
    pub fn kind(&self) -> Option<&Kind> {
        self.kind.as_ref()
    }

    /// The file that the plugin consists of, whatever its runtime makes of it: a library, a program, a script. Empty if
    /// there is none, which is then the reason for its refusal.
    pub fn artifact(&self) -> &Path {
        self.place.artifact()
    }

    /// The artifact, if it is what a manifest's `library` stands for; else empty.
    pub fn library(&self) -> &Path {
        let is_program = self.kind.as_ref().is_some_and(|kind| kind.artifact() == ArtifactType::Executable);
        if is_program { Path::new("") } else { self.artifact() }
    }

    /// The file of the plugin's icon, if its manifest names one and it has a folder of its own. It need not be there, and
    /// is whatever the plugin's author put there.
    pub fn icon(&self) -> Option<PathBuf> {
        let icon = self.manifest.icon.as_ref().filter(|_| self.path() != self.artifact());
        icon.map(|icon| self.path().join(icon))
    }

    /// What tells the plugin from others, whatever names lead to it: its folder, or the library of one that no manifest
    /// describes. Two descriptions of one library are two plugins.
    pub(super) fn identity(&self) -> &Path {
        if self.is_described { self.path() } else { self.artifact() }
    }

    /// Whether a manifest lies in its folder.
    pub(super) fn is_described(&self) -> bool {
        self.is_described
    }

    /// Whether its manifest cannot be read. Nothing is known of such a plugin, so it is compared with no other.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Why this host would not take the plugin, if so.
    pub fn refusal(&self) -> Option<&Diagnostic> {
        self.refusal.as_deref()
    }

    /// Whether the plugin's version meets a requirement; one without a version meets none but `None`.
    pub fn satisfies(&self, requirement: Option<&VersionReq>) -> bool {
        match (requirement, self.version()) {
            (None, _) => true,
            (Some(requirement), Some(version)) => requirement.matches(version),
            (Some(_), None) => false,
        }
    }

    /// Whether the system's loader would take its library and the host find its entry in it, as far as the bytes of
    /// the library and of those that it needs can tell, and whether it can be loaded from its place. Of a program the
    /// platform is checked, and of any other file nothing but its place.
    ///
    /// Fails with the codes of [`Inspection::of`], [`Inspection::check`] and [`Candidate::check_place`].
    pub fn check_library(&self, profile: &HostProfile) -> Result<()> {
        let checked = match self.kind.as_ref().map(Kind::artifact) {
            Some(ArtifactType::Library) => Inspection::of(self.artifact()).and_then(|mut facts| {
                facts.set_provided(&profile.provides);
                facts.check(Platform::current(), self.entry(profile))?;
                facts.check_manifest(&self.manifest, self.entry(profile))
            }),
            Some(ArtifactType::Executable) => check_program(self.artifact()),
            Some(ArtifactType::File) | None => Ok(()),
        };
        checked.and_then(|()| self.check_place(profile)).map_err(|error| error.plugin(self.name()))
    }

    fn entry<'a>(&'a self, profile: &'a HostProfile) -> &'a str {
        self.manifest.entry.as_deref().unwrap_or(&profile.native.entry)
    }

    pub(super) fn refuse(&mut self, error: Error) {
        let error = error.plugin(self.name()).at(self.path());
        self.refusal.get_or_insert_with(|| Box::new(error.into()));
    }
}

impl Serialize for Candidate {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            name: &'a str,
            version: Option<&'a Version>,
            path: Cow<'a, str>,
            library: Cow<'a, str>,
            runtime: &'a str,
            artifact: Cow<'a, str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            refusal: Option<&'a Diagnostic>,
            manifest: &'a Manifest,
        }
        let shown = Shown {
            name: self.name(),
            version: self.version(),
            path: self.path().to_string_lossy(),
            library: self.library().to_string_lossy(),
            runtime: self.runtime(),
            artifact: self.artifact().to_string_lossy(),
            refusal: self.refusal(),
            manifest: &self.manifest,
        };
        shown.serialize(serializer)
    }
}

/// `gain 1.2.3`
impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if let Some(version) = self.version() {
            write!(f, " {version}")?;
        }
        Ok(())
    }
}

/// Where a plugin and its artifact lie: of those that lie in their folder, which nearly all do, one path says both.
#[derive(Clone, Debug)]
struct Place {
    /// Empty if there is none.
    artifact: Box<Path>,
    /// The plugin's own path, unless it is this many folders above the artifact.
    apart: Option<Box<Path>>,
    above: u8,
}

impl Place {
    fn new(path: &Path, artifact: PathBuf) -> Place {
        let above =
            artifact.ancestors().take(usize::from(u8::MAX)).position(|above| above.as_os_str() == path.as_os_str());
        let artifact = artifact.into_boxed_path();
        match above {
            Some(above) => Place { artifact, apart: None, above: above as u8 },
            None => Place { artifact, apart: Some(path.into()), above: 0 },
        }
    }

    fn path(&self) -> &Path {
        let above = || self.artifact.ancestors().nth(usize::from(self.above));
        self.apart.as_deref().or_else(above).unwrap_or(&self.artifact)
    }

    fn artifact(&self) -> &Path {
        &self.artifact
    }
}

/// Whether a program is for this platform, as far as its bytes say: a script is for any.
fn check_program(path: &Path) -> Result<()> {
    if !may_be_run(path) {
        return Err(Error::new(Code::LIBRARY_UNREADABLE, "its program may not be run by anybody")
            .hint("make it executable, `chmod +x`, and package it anew")
            .at(path));
    }
    let (platforms, here) = (inspect::platforms_of(path)?, Platform::current());
    if platforms.is_empty() || platforms.contains(&here) {
        return Ok(());
    }
    let names: Vec<String> = platforms.iter().map(ToString::to_string).collect();
    let message = format!("its program was built for {}, and this is {here}", names.join(" and "));
    Err(Error::new(Code::PLATFORM_INCOMPATIBLE, message).hint("get the build for this platform").at(path))
}

#[cfg(unix)]
fn may_be_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    // What cannot be looked at is told by whoever reads it.
    fs::metadata(path).map_or(true, |found| found.permissions().mode() & 0o111 != 0)
}

#[cfg(windows)]
fn may_be_run(_: &Path) -> bool {
    true
}

/// The manifest inside a library, where `hotshoe_add_plugin` puts a copy of it.
fn embedded_manifest(text: &str, library: &Path, rules: Rules<'_>) -> (Manifest, Vec<Diagnostic>) {
    Manifest::from_json(text.as_bytes(), Some(&rules.profile.version_key))
        .unwrap_or_else(|error| (Manifest::default(), vec![Diagnostic::from(error.at(library))]))
}

/// The folders in a folder that hold plugins, a few of them.
fn plugins_in(folder: &Path, rules: Rules<'_>) -> Vec<String> {
    const MOST_LOOKED_AT: usize = 1000;
    const MOST_SHOWN: usize = 5;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_LOOKED_AT);
    let visible = entries.filter(|entry| !artifact::is_left_out(&entry.file_name().to_string_lossy()));
    let mut folders: Vec<PathBuf> = visible.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    let holds_one =
        |folder: &&PathBuf| matches!(Candidate::from_folder(folder, &Called::by_own_name(folder), rules), Ok(Some(_)));
    folders.iter().filter(holds_one).take(MOST_SHOWN).map(|folder| brief(&file_name(folder))).collect()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What the path that led to a plugin says of it. Links in it may lead to what is called otherwise.
pub(super) struct Called {
    pub name: String,
    pub version: Option<Version>,
    /// Whether the folder may be called after what lies in it, as `lib` is: the library's name says more.
    pub is_group: bool,
}

impl Called {
    /// A folder's name and version: `gain` is called so, and so is `gain/1.2.3`. `None` of a path that ends in `..`.
    pub(super) fn by(folder: &Path) -> Option<Called> {
        let version = version_of(folder);
        let named = if version.is_some() { folder.parent().unwrap_or(folder) } else { folder };
        let name = named.file_name()?.to_string_lossy().into_owned();
        Some(Called { name, version, is_group: false })
    }

    /// What lies in the folder of a plugin of this name: a version of it, as its own name or the real one says, or a
    /// plugin of its own.
    pub(super) fn below(plugin: &str, folder: &Path, target: &Path) -> Option<Called> {
        match version_of(folder).or_else(|| version_of(target)) {
            Some(version) => Some(Called { name: plugin.to_owned(), version: Some(version), is_group: false }),
            None => Some(Called { is_group: true, ..Called::by(folder)? }),
        }
    }

    /// As a library in the folder is called.
    fn by_library(&self, library: &Path) -> Called {
        let name = artifact::plugin_name(&file_name(library));
        Called { name, version: self.version.clone(), is_group: false }
    }

    fn by_own_name(folder: &Path) -> Called {
        Called::by(folder).unwrap_or_else(|| Called { name: file_name(folder), version: None, is_group: false })
    }
}

/// What a plugin's folder says of its version: `gain/1.2.3` does, and `gain` does not.
pub(super) fn version_of(folder: &Path) -> Option<Version> {
    let name = folder.file_name()?.to_str()?;
    // Most folders are called after a plugin, and to say why that is no version takes time.
    let may_be_one = name.starts_with(|first: char| first.is_ascii_digit());
    may_be_one.then(|| version::parse(name).ok()).flatten().map(|(version, _)| version)
}
