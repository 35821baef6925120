//! The facade that joins profile, search path, catalog and live plugins.
//!
//! Owns which plugins are alive and that each is brought to life, reloaded and ended by one thread
//! at a time. It knows nothing of what plugins register.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, ThreadId};

use crate::capability::Capability;
use crate::catalog::{Candidate, Catalog, SearchPath};
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::inspect;
use crate::platform::Platform;
use crate::plugin::{Plugin, Unload};
use crate::profile::{HostProfile, LoadPolicy, ReceiptPolicy};
use crate::receipt::{self, Digest, Receipt};
use crate::runtime::native::{Library, Prober};
use crate::version::VersionReq;

/// A program's side of its plugins. It may be used from any number of threads.
///
/// Loading takes a `bind` function: it is called once for each plugin that comes to life, on the
/// thread that loads, to hand the plugin's [`Plugin::entry`] what the program lets plugins register
/// with. If it fails, the plugin is unloaded again and the load fails with its error.
///
/// A plugin that is alive already is returned as it is. While one thread loads, reloads or unloads a
/// plugin, others that want the same plugin wait for it; a `bind` function may load other plugins,
/// but never waits: it gets [`Code::PluginBusy`] instead, so that no two threads can wait for each
/// other.
#[derive(Debug)]
pub struct Host {
    profile: HostProfile,
    roots: Mutex<Vec<PathBuf>>,
    prober: Option<Prober>,
    slots: Mutex<BTreeMap<PathBuf, Slot>>,
    settled: Condvar,
    /// How many plugins have come to life: each takes its number, so that what came later ends first.
    loads: AtomicU64,
}

#[derive(Debug)]
enum Slot {
    /// A thread is loading, reloading or unloading it.
    Changing(ThreadId),
    Live {
        plugin: Arc<Plugin>,
        order: u64,
    },
}

/// What came of loading everything.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The plugins that are alive now, in the order in which they were loaded.
    pub plugins: Vec<Arc<Plugin>>,
    /// What was noticed, one error for each plugin that could not be loaded among it.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Takes what came of one plugin, and says whether it is alive.
    fn take(&mut self, candidate: &Candidate, loaded: Result<Arc<Plugin>>) -> bool {
        let alive = loaded.is_ok();
        match loaded {
            Ok(plugin) => self.plugins.push(plugin),
            Err(error) => self.diagnostics.push(error.plugin(candidate.name()).into()),
        }
        alive
    }
}

impl Host {
    /// A host without plugins. Its search path is the profile's environment variable, behind the
    /// folders given to [`Host::add_search_root`].
    pub fn new(profile: HostProfile) -> Host {
        Host {
            profile,
            roots: Mutex::default(),
            prober: None,
            slots: Mutex::default(),
            settled: Condvar::new(),
            loads: AtomicU64::new(0),
        }
    }

    /// Has every library loaded in another process before it is loaded in this one.
    pub fn set_prober(&mut self, prober: Option<Prober>) {
        self.prober = prober;
    }

    /// What this host expects of its plugins.
    pub fn profile(&self) -> &HostProfile {
        &self.profile
    }

    /// Adds a folder to look for plugins in, before those of the environment variable.
    pub fn add_search_root(&self, root: impl Into<PathBuf>) {
        lock(&self.roots).push(root.into());
    }

    /// Where plugins are looked for.
    pub fn search_path(&self) -> SearchPath {
        let mut search_path: SearchPath = lock(&self.roots).iter().collect();
        search_path.append(SearchPath::from_environment(&self.profile));
        search_path
    }

    /// The plugins that are on the search path now. Nothing is loaded.
    pub fn catalog(&self) -> Catalog {
        Catalog::scan(&self.profile, &self.search_path())
    }

    /// Loads a plugin by name from the search path, in the highest version that the requirement
    /// allows, and before it the plugins that it depends on.
    pub fn load(
        &self,
        name: &str,
        requirement: Option<&VersionReq>,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let catalog = self.catalog();
        let wanted = catalog.find(name, requirement)?;
        self.load_dependencies(&catalog, wanted, &mut bind)?;
        self.load_candidate(wanted, bind)
    }

    /// Loads the plugin at a path, its folder or its library, and before it the plugins that it depends
    /// on, from the search path.
    pub fn load_path(&self, path: &Path, mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>) -> Result<Arc<Plugin>> {
        let (candidate, _) = Candidate::at(path, &self.profile)?;
        if !candidate.manifest().dependencies.is_empty() {
            self.load_dependencies(&self.catalog(), &candidate, &mut bind)?;
        }
        self.load_candidate(&candidate, bind)
    }

    fn load_dependencies(
        &self,
        catalog: &Catalog,
        wanted: &Candidate,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<()> {
        let chain = catalog.with_dependencies(wanted)?;
        let dependencies = chain.into_iter().filter(|candidate| candidate.path() != wanted.path());
        dependencies
            .map(|dependency| self.load_candidate(dependency, &mut bind))
            .try_for_each(|loaded| loaded.map(drop))
    }

    /// Loads every plugin on the search path in its highest version. A plugin that cannot be loaded is
    /// a diagnostic and never keeps the others from being loaded.
    pub fn load_all(&self, bind: impl FnMut(&Arc<Plugin>) -> Result<()>) -> Report {
        self.load_catalog(&self.catalog(), bind)
    }

    /// The same for a catalog, such as one made of another search path.
    pub fn load_catalog(&self, catalog: &Catalog, mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>) -> Report {
        let refused = catalog.candidates().iter().filter_map(|candidate| candidate.refusal().cloned());
        let mut report =
            Report { diagnostics: catalog.diagnostics().iter().cloned().chain(refused).collect(), ..Report::default() };
        let mut outcomes: BTreeMap<&Path, bool> = BTreeMap::new();
        for wanted in catalog.newest() {
            for candidate in catalog.with_dependencies(wanted).unwrap_or_default() {
                let loaded = match outcomes.get(candidate.path()) {
                    Some(loaded) => *loaded,
                    None => report.take(candidate, self.load_candidate(candidate, &mut bind)),
                };
                outcomes.insert(candidate.path(), loaded);
                if !loaded && candidate.path() != wanted.path() {
                    outcomes.insert(wanted.path(), report.take(wanted, Err(needs(wanted, candidate))));
                    break;
                }
            }
        }
        report
    }

    /// Loads a plugin that a catalog found.
    pub fn load_candidate(
        &self,
        candidate: &Candidate,
        bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        if let Some(refusal) = candidate.refusal() {
            return Err(refusal.clone().into());
        }
        match self.begin(candidate.library()).map_err(|error| error.plugin(candidate.name()))? {
            Begun::Live(plugin) => Ok(plugin),
            Begun::Change(change) => {
                let plugin = self.bring_to_life(candidate, bind)?;
                change.settle(Some(plugin.clone()));
                Ok(plugin)
            }
        }
    }

    /// Unloads a plugin and says truthfully what became of it.
    pub fn unload(&self, plugin: &Arc<Plugin>) -> Result<Unload> {
        let change = self.begin_ending(plugin)?;
        let answer = plugin.unload();
        change.settle(plugin.is_loaded().then(|| plugin.clone()));
        answer
    }

    /// Unloads every plugin, the last one first.
    pub fn unload_all(&self) -> Vec<(Arc<Plugin>, Result<Unload>)> {
        self.plugins().into_iter().rev().map(|plugin| (plugin.clone(), self.unload(&plugin))).collect()
    }

    /// Ends a plugin and brings what is on disk in its place to life.
    ///
    /// The new files are checked first: if they would be refused, the error says why and the old
    /// plugin lives on, as it does after [`Code::PluginInUse`]. An error after that (from the new
    /// plugin's constructors, or from `bind`) leaves none alive.
    pub fn reload(
        &self,
        plugin: &Arc<Plugin>,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let fresh = self.check_anew(plugin.path()).map_err(|error| error.plugin(plugin.name()))?;
        if !fresh.manifest().dependencies.is_empty() {
            self.load_dependencies(&self.catalog(), &fresh, &mut bind)?;
        }
        let change = self.begin_ending(plugin)?;
        match plugin.unload() {
            Ok(Unload::Unmapped | Unload::Resident(_)) => {}
            Ok(Unload::Busy(users)) => {
                change.settle(Some(plugin.clone()));
                return Err(in_use(plugin, &users));
            }
            Err(error) => {
                change.settle(plugin.is_loaded().then(|| plugin.clone()));
                return Err(error);
            }
        }
        let plugin = self.bring_to_life(&fresh, bind)?;
        change.settle(Some(plugin.clone()));
        Ok(plugin)
    }

    /// The live plugins, in the order in which they were loaded.
    pub fn plugins(&self) -> Vec<Arc<Plugin>> {
        let slots = lock(&self.slots);
        let mut live: Vec<(u64, Arc<Plugin>)> = slots.values().filter_map(Slot::live).collect();
        live.sort_by_key(|(order, _)| *order);
        live.into_iter().map(|(_, plugin)| plugin).collect()
    }

    /// The live plugins of a name: several, if several versions are loaded.
    pub fn named(&self, name: &str) -> Vec<Arc<Plugin>> {
        self.plugins().into_iter().filter(|plugin| plugin.name() == name).collect()
    }

    /// The live plugins under a capability.
    pub fn with_capability(&self, capability: &Capability) -> Vec<Arc<Plugin>> {
        self.plugins().into_iter().filter(|plugin| plugin.has_capability(capability)).collect()
    }

    /// What is on disk now, if it would be taken.
    fn check_anew(&self, path: &Path) -> Result<Candidate> {
        let (candidate, _) = Candidate::at(path, &self.profile)?;
        if let Some(refusal) = candidate.refusal() {
            return Err(refusal.clone().into());
        }
        self.check(&candidate)?;
        Ok(candidate)
    }

    fn check(&self, candidate: &Candidate) -> Result<()> {
        let (library, entry) = (candidate.library(), self.entry_of(candidate));
        inspect::check_before_load(library, Platform::current(), entry)?;
        if let Some(digest) = self.installed(candidate)? {
            receipt::check_library(library, digest).map_err(|error| error.at(library))?;
        }
        self.prober.as_ref().map_or(Ok(()), |prober| prober.probe(library, entry))
    }

    /// What the library must be, if this host asks for that.
    fn installed(&self, candidate: &Candidate) -> Result<Option<Digest>> {
        let policy = self.profile.policies.receipt;
        if policy == ReceiptPolicy::Off {
            return Ok(None);
        }
        let (folder, library) = (candidate.path(), candidate.library());
        let Some(receipt) = Receipt::in_folder(folder)? else {
            let missing =
                Error::new(Code::ReceiptMissing, "the host loads only what was installed, and this has no receipt")
                    .hint("install it with `hotshoe install`")
                    .at(folder);
            return if policy == ReceiptPolicy::Required { Err(missing) } else { Ok(None) };
        };
        let digest = library.strip_prefix(folder).ok().and_then(|inside| receipt.digest(inside));
        digest.map(Some).ok_or_else(|| receipt::changed("the install did not bring this library").at(library))
    }

    fn entry_of<'a>(&'a self, candidate: &'a Candidate) -> &'a str {
        candidate.manifest().entry.as_deref().unwrap_or(&self.profile.entry)
    }

    fn bring_to_life(
        &self,
        candidate: &Candidate,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let plugin = self.open(candidate).map_err(|error| error.plugin(candidate.name()))?;
        let error = match catch_unwind(AssertUnwindSafe(|| bind(&plugin))) {
            Ok(Ok(())) => return Ok(plugin),
            Ok(Err(error)) => error,
            Err(panic) => {
                if let Ok(Unload::Busy(_)) = plugin.unload() {
                    lock(&KEPT).push(plugin);
                }
                resume_unwind(panic);
            }
        };
        let error = error.plugin(candidate.name()).at(candidate.library());
        // What it registered before it failed must go with it. If that is in use already, it stays.
        match plugin.unload() {
            Ok(Unload::Busy(users)) => {
                lock(&KEPT).push(plugin);
                Err(error.hint(format!("its library stays mapped: {}", users.join("; "))))
            }
            _ => Err(error),
        }
    }

    fn open(&self, candidate: &Candidate) -> Result<Arc<Plugin>> {
        let entry = self.entry_of(candidate);
        if self.prober.is_some() {
            self.check(candidate)?;
        }
        let library = match (self.installed(candidate)?, self.profile.policies.load) {
            (Some(digest), _) => Library::open_installed(candidate.library(), entry, digest)?,
            (None, LoadPolicy::Direct) => Library::open(candidate.library(), entry)?,
            (None, LoadPolicy::Copy) => Library::open_copy(candidate.library(), entry)?,
        };
        Ok(Arc::new(Plugin::new(candidate.clone(), entry.to_owned(), library)))
    }

    /// Takes the slot of a path, waiting until nobody else changes it.
    fn begin(&self, path: &Path) -> Result<Begun<'_>> {
        let mut slots = lock(&self.slots);
        loop {
            match slots.get(path) {
                None => return Ok(Begun::Change(Change::begin(self, &mut slots, path))),
                Some(Slot::Live { plugin, .. }) => return Ok(Begun::Live(plugin.clone())),
                Some(&Slot::Changing(thread)) => slots = self.wait(slots, thread, path)?,
            }
        }
    }

    fn begin_ending(&self, plugin: &Arc<Plugin>) -> Result<Change<'_>> {
        let path = plugin.library();
        let mut slots = lock(&self.slots);
        loop {
            match slots.get(path) {
                Some(Slot::Live { plugin: live, .. }) if Arc::ptr_eq(live, plugin) => {
                    return Ok(Change::begin(self, &mut slots, path));
                }
                Some(&Slot::Changing(thread)) => {
                    slots = self.wait(slots, thread, path).map_err(|error| error.plugin(plugin.name()))?;
                }
                _ => {
                    return Err(Error::new(Code::PluginUnloaded, "it is not loaded in this host any more")
                        .hint("load it again and use the plugin that this returns")
                        .plugin(plugin.name())
                        .at(path));
                }
            }
        }
    }

    fn wait<'a>(&self, slots: Slots<'a>, changer: ThreadId, path: &Path) -> Result<Slots<'a>> {
        if CHANGES.get() == 0 {
            return Ok(self.settled.wait(slots).unwrap_or_else(|poisoned| poisoned.into_inner()));
        }
        let message = match changer == thread::current().id() {
            true => "this very thread is loading or unloading it",
            false => "another thread is loading or unloading it, and waiting for that here could last for ever",
        };
        Err(Error::new(Code::PluginBusy, message).hint("do it after the plugin's entry has returned").at(path))
    }
}

fn in_use(plugin: &Plugin, users: &[String]) -> Error {
    Error::new(Code::PluginInUse, format!("it cannot be unloaded: {}", users.join("; ")))
        .hint("let go of what it registered, then try again")
        .plugin(plugin.name())
        .at(plugin.path())
}

fn needs(plugin: &Candidate, missing: &Candidate) -> Error {
    Error::new(Code::PluginDependency, format!("it needs the plugin `{missing}`, which could not be loaded"))
        .hint("mend that one first")
        .at(plugin.path())
}

/// The plugins that nobody can unload any more: those of hosts that are gone, and those whose entry
/// failed after something they had registered was in use. What they registered may be, so it is never
/// dropped.
static KEPT: Mutex<Vec<Arc<Plugin>>> = Mutex::new(Vec::new());

impl Drop for Host {
    fn drop(&mut self) {
        lock(&KEPT).extend(self.plugins());
    }
}

type Slots<'a> = MutexGuard<'a, BTreeMap<PathBuf, Slot>>;

impl Slot {
    fn live(&self) -> Option<(u64, Arc<Plugin>)> {
        match self {
            Slot::Live { plugin, order } => Some((*order, plugin.clone())),
            Slot::Changing(_) => None,
        }
    }
}

thread_local! {
    /// How many plugins this thread is changing; one that changes any never waits for another.
    static CHANGES: Cell<u32> = const { Cell::new(0) };
}

enum Begun<'a> {
    Live(Arc<Plugin>),
    Change(Change<'a>),
}

/// The right to change what is alive at a path. If it is dropped unsettled, nothing is.
struct Change<'a> {
    host: &'a Host,
    path: PathBuf,
    outcome: Option<Arc<Plugin>>,
    before: Option<(u64, Arc<Plugin>)>,
}

impl<'a> Change<'a> {
    fn begin(host: &'a Host, slots: &mut Slots<'_>, path: &Path) -> Change<'a> {
        CHANGES.set(CHANGES.get() + 1);
        let before = slots.insert(path.to_owned(), Slot::Changing(thread::current().id()));
        Change { host, path: path.to_owned(), outcome: None, before: before.as_ref().and_then(Slot::live) }
    }

    fn settle(mut self, outcome: Option<Arc<Plugin>>) {
        self.outcome = outcome;
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        CHANGES.set(CHANGES.get() - 1);
        let mut slots = lock(&self.host.slots);
        match self.outcome.take() {
            None => drop(slots.remove(&self.path)),
            Some(plugin) => {
                let unchanged = self.before.take().filter(|(_, before)| Arc::ptr_eq(before, &plugin));
                let next = || self.host.loads.fetch_add(1, Ordering::Relaxed);
                let order = unchanged.map_or_else(next, |(order, _)| order);
                slots.remove(&self.path);
                slots.insert(plugin.library().to_owned(), Slot::Live { plugin, order });
            }
        }
        self.host.settled.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that can panic runs while one of these is held.
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
