//! Which runtime brings a plugin to life: one that the host has, or a module that is opened when it is first needed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Host, lock};
use crate::catalog::Candidate;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::{Kind, Kinds};
use crate::runtime::module::ModuleRuntime;
use crate::runtime::{self, Runtime};

/// The runtimes that a host has, by name, and where it looks for others.
#[derive(Debug)]
pub(super) struct Runtimes {
    known: BTreeMap<String, Arc<dyn Runtime>>,
    folders: Vec<PathBuf>,
    /// What the plugins of those look like that came with the program.
    kinds: Vec<Kind>,
}

impl Default for Runtimes {
    fn default() -> Runtimes {
        let known = runtime::builtin().into_iter().map(|runtime| (runtime.name().to_owned(), runtime)).collect();
        Runtimes { known, folders: Vec::new(), kinds: Vec::new() }
    }
}

impl Host {
    /// Adds a runtime that is linked into the program, in place of one of its name. It is used if the profile lists it,
    /// for plugins of which a `<name>.runtime.json` in a folder of runtimes says what they look like.
    pub fn add_runtime(&self, runtime: Arc<dyn Runtime>) {
        let name = runtime.name().to_owned(); // Without the lock as well, for it is the runtime's code.
        runtime.log_to(&self.runtime_log());
        let before = lock(&self.runtimes).known.insert(name, runtime);
        drop(before); // Without the lock, for it may shut a module down.
    }

    /// Adds such a runtime, and says what its plugins look like, so that no `<name>.runtime.json` is needed for it: see
    /// [`Kind::from_json`]. About a runtime that is built in, such as `process`, that is known already.
    ///
    /// Fails with [`Code::RUNTIME_KIND`] if it describes another runtime.
    pub fn add_described_runtime(&self, runtime: Arc<dyn Runtime>, kind: Kind) -> Result<()> {
        if kind.name() != runtime.name() {
            let (described, name) = (kind.name(), brief(runtime.name()));
            return Err(Error::new(
                Code::RUNTIME_KIND,
                format!("it describes the runtime `{described}`, and not `{name}`"),
            )
            .hint("add the runtime with its own description"));
        }
        {
            let kinds = &mut lock(&self.runtimes).kinds;
            kinds.retain(|known| known.name() != kind.name());
            kinds.push(kind);
        }
        self.add_runtime(runtime);
        Ok(())
    }

    /// Adds a folder to look for the modules of runtimes in, before the one beside the installed libhotshoe. It must be
    /// absolute, and nobody but root and this user may write to it; that is checked when a module is opened, and not on
    /// Windows, where the program must see to it.
    pub fn add_runtime_folder(&self, folder: impl Into<PathBuf>) {
        let folder = folder.into();
        lock(&self.runtimes).folders.push(folder);
    }

    /// What the plugins of the runtimes look like that can be here.
    pub(super) fn kinds(&self) -> Kinds {
        let (kinds, folders) = {
            let runtimes = lock(&self.runtimes);
            (runtimes.kinds.clone(), runtimes.folders.clone())
        };
        Kinds::installed().with_kinds(kinds).with_folders(folders)
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
