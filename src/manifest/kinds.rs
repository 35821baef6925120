//! The kinds of plugins that are known: those built in, those that a program brings, and those whose
//! `<name>.runtime.json` lies in a folder of runtimes.
//!
//! Owns which folders are looked through, and that this is done only when a plugin names a runtime that is not built in.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::kind::{Kind, is_runtime_name};
use crate::diagnostics::Diagnostic;
use crate::error::Code;
use crate::platform;

/// The kinds of plugins that are known. Cheap to clone; may be used by any thread.
///
/// ```
/// use hotshoe::manifest::Kinds;
/// let kinds = Kinds::built_in();
/// assert!(kinds.find("native").is_some_and(|kind| kind.is_platform_bound()));
/// assert!(kinds.find("../../lua").is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Kinds(Arc<Sources>);

/// What was brought, and the folders, and what was read of them once that was needed.
#[derive(Debug, Default)]
struct Sources {
    brought: Vec<Kind>,
    named: Vec<PathBuf>,
    /// Whether those of this installation come behind them. Where they are is asked only when it matters.
    has_installed: bool,
    found: OnceLock<Found>,
}

#[derive(Debug, Default)]
struct Found {
    kinds: Vec<Kind>,
    diagnostics: Vec<Diagnostic>,
}

/// The most files of a folder that are read, by the order of their names.
const MOST_FILES: usize = 256;

impl Kinds {
    /// Those that are built in.
    pub fn built_in() -> Kinds {
        Kinds::default()
    }

    /// Those that are built in, and those in the folder of the installed runtimes: `hotshoe/runtimes/` beside this
    /// library, or in the library folder of the same prefix as this program.
    pub fn installed() -> Kinds {
        Kinds(Arc::new(Sources { has_installed: true, ..Sources::default() }))
    }

    /// These, and those in further folders, which need not exist. What is found first is used: such folders come before
    /// that of the installed runtimes.
    pub fn with_folders(&self, folders: impl IntoIterator<Item = PathBuf>) -> Kinds {
        let named = self.0.named.iter().cloned().chain(folders).collect();
        Kinds(Arc::new(Sources { named, ..self.unread() }))
    }

    /// These, and those that a program brings itself, with runtimes that are linked into it: see [`Kind::from_json`]. They
    /// come before what is found in folders; nothing changes about one that is built in.
    pub fn with_kinds(&self, kinds: impl IntoIterator<Item = Kind>) -> Kinds {
        let brought = self.0.brought.iter().cloned().chain(kinds).collect();
        Kinds(Arc::new(Sources { brought, ..self.unread() }))
    }

    /// The same sources, of which nothing was read.
    fn unread(&self) -> Sources {
        let Sources { brought, named, has_installed, .. } = &*self.0;
        Sources {
            brought: brought.clone(),
            named: named.clone(),
            has_installed: *has_installed,
            found: OnceLock::new(),
        }
    }

    /// The kind of a runtime.
    pub fn find(&self, runtime: &str) -> Option<&Kind> {
        let known = self.at_hand().find(|kind| kind.name() == runtime);
        let found = || self.found().kinds.iter().find(|kind| kind.name() == runtime);
        // A folder is not looked through for what cannot be in it.
        known.or_else(|| if is_runtime_name(runtime) { found() } else { None })
    }

    /// All of them, those that are built in first, and each once.
    pub fn all(&self) -> impl Iterator<Item = &Kind> {
        let known = self.at_hand().enumerate();
        let is_first = |place: usize, kind: &Kind| self.at_hand().take(place).all(|other| other.name() != kind.name());
        let known = known.filter(move |(place, kind)| is_first(*place, kind)).map(|(_, kind)| kind);
        known.chain(&self.found().kinds)
    }

    /// Those for which no file is read.
    fn at_hand(&self) -> impl Iterator<Item = &Kind> {
        Kind::built_in().iter().chain(&self.0.brought)
    }

    /// The folders that are looked through, first one first.
    pub fn folders(&self) -> Vec<PathBuf> {
        let installed = if self.0.has_installed { platform::runtime_folders() } else { Vec::new() };
        self.0.named.iter().cloned().chain(installed).collect()
    }

    /// What is wrong in those folders; none while they have not been looked through.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.0.found.get().map_or(&[], |found| &found.diagnostics)
    }

    fn found(&self) -> &Found {
        self.0.found.get_or_init(|| {
            let mut found = Found::default();
            self.folders().iter().for_each(|folder| found.read_folder(folder, self));
            found
        })
    }
}

impl Found {
    fn read_folder(&mut self, folder: &Path, kinds: &Kinds) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            // A program may be called as the folder of the runtimes is.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return,
            Err(error) => {
                let warning = Diagnostic::warning(Code::RUNTIME_KIND, format!("this folder cannot be read: {error}"));
                self.diagnostics.push(warning.hint("see that you may read it").at(folder));
                return;
            }
        };
        let paths = entries.flatten().map(|entry| entry.path());
        let is_kind = |path: &PathBuf| path.to_string_lossy().ends_with(Kind::FILE_SUFFIX);
        let mut files: Vec<PathBuf> = paths.filter(is_kind).collect();
        files.sort();
        if let Some(passed) = files.len().checked_sub(MOST_FILES).filter(|passed| *passed > 0) {
            let message =
                format!("more than {MOST_FILES} runtimes are described here, and the last {passed} are not read");
            let warning = Diagnostic::warning(Code::RUNTIME_KIND, message);
            self.diagnostics.push(warning.hint("move those that are needed into a folder of their own").at(folder));
            files.truncate(MOST_FILES);
        }
        files.iter().for_each(|file| self.read_file(file, kinds));
    }

    fn read_file(&mut self, file: &Path, kinds: &Kinds) {
        let (kind, findings) = match Kind::from_file(file) {
            Ok(read) => read,
            Err(error) => return self.diagnostics.push(Diagnostic::from(error)),
        };
        self.diagnostics.extend(findings);
        // The description of a runtime that is built in, or linked in, may lie beside its module, and is the same.
        if kinds.at_hand().any(|known| known.name() == kind.name()) {
            return;
        }
        match self.kinds.iter().find(|known| known.name() == kind.name()) {
            None => self.kinds.push(kind),
            Some(first) => {
                let first = first.file().unwrap_or(Path::new("")).display();
                let message = format!("the runtime `{}` is described twice; {first} counts", kind.name());
                let note = Diagnostic::note(Code::RUNTIME_KIND, message).hint("remove the one that is not meant");
                self.diagnostics.push(note.at(file));
            }
        }
    }
}
