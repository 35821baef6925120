//! Which runtime brings a plugin to life: one that the host has, or a module that is opened when it is first needed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Host, lock};
use crate::catalog::Candidate;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::Kinds;
use crate::runtime::module::ModuleRuntime;
use crate::runtime::{self, Runtime};

/// The runtimes that a host has, by name, and where it looks for others.
#[derive(Debug)]
pub(super) struct Runtimes {
    known: BTreeMap<String, Arc<dyn Runtime>>,
    folders: Vec<PathBuf>,
}

impl Default for Runtimes {
    fn default() -> Runtimes {
        let known = runtime::builtin().into_iter().map(|runtime| (runtime.name().to_owned(), runtime)).collect();
        Runtimes { known, folders: Vec::new() }
    }
}

impl Host {
    /// Adds a runtime that is linked into the program, in place of one of its name. It is used if the profile lists it.
    pub fn add_runtime(&self, runtime: Arc<dyn Runtime>) {
        let name = runtime.name().to_owned(); // Without the lock as well, for it is the runtime's code.
        runtime.log_to(&self.runtime_log());
        let before = lock(&self.runtimes).known.insert(name, runtime);
        drop(before); // Without the lock, for it may shut a module down.
    }

    /// Adds a folder to look for the modules of runtimes in, before the one beside the installed libhotshoe. It must be
    /// absolute, and nobody but root and this user may write to it; that is checked when a module is opened.
    pub fn add_runtime_folder(&self, folder: impl Into<PathBuf>) {
        let folder = folder.into();
        lock(&self.runtimes).folders.push(folder);
    }

    /// What the plugins of the runtimes look like that can be here.
    pub(super) fn kinds(&self) -> Kinds {
        let folders = lock(&self.runtimes).folders.clone();
        Kinds::installed().with_folders(folders)
    }

    /// The runtime of a plugin, among those that the profile lists.
    pub(super) fn runtime_of(&self, candidate: &Candidate) -> Result<Arc<dyn Runtime>> {
        let name = candidate.manifest().runtime();
        if !self.profile.takes_runtime(name) {
            return Err(Error::new(Code::MANIFEST_RUNTIME, format!("this host takes no runtime `{}`", brief(name)))
                .hint("list it among the `runtimes` of the host's profile")
                .at(candidate.path()));
        }
        let (known, folders) = {
            let runtimes = lock(&self.runtimes);
            (runtimes.known.get(name).cloned(), runtimes.folders.clone())
        };
        if let Some(known) = known {
            return Ok(known);
        }
        // Without the lock, for code of the module runs. A module that two threads open is one all the same.
        let module: Arc<dyn Runtime> = Arc::new(ModuleRuntime::open(name, &folders)?);
        module.log_to(&self.runtime_log());
        Ok(lock(&self.runtimes).known.entry(name.to_owned()).or_insert(module).clone())
    }
}
