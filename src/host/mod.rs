//! The facade that joins profile, search path, catalog and live plugins.
//!
//! Owns which plugins are alive and that each is brought to life, reloaded and ended by one thread
//! at a time. It knows nothing of what plugins register.

mod callback;
mod capabilities;
mod load;
pub(crate) mod reload;
mod run;
mod runtimes;
mod slots;
pub(crate) mod watch;

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use crate::capability::Capability;
use crate::catalog::{Candidate, Catalog, SearchPath};
use crate::diagnostics::Diagnostic;
use crate::error::Result;
use crate::interface::InterfaceId;
use crate::plugin::{Plugin, Unload};
use crate::profile::HostProfile;
use crate::runtime::{Offer, Offers, Prober};

pub use capabilities::Lookup;
use runtimes::Runtimes;
pub use slots::CandidateState;
use slots::{Ending, Slots};
use watch::Watch;
pub use watch::{Event, Filter, Listener, Log};

/// A program's side of its plugins. It may be used from any number of threads.
///
/// Loading takes a `bind` function: it is called once for each plugin that comes to life, on the
/// thread that loads, to hand the plugin's [`Plugin::entry`] what the program lets plugins register
/// with. If it fails, the plugin is unloaded again and the load fails with its error.
///
/// A plugin that is alive already is returned as it is. While the system's loader maps a plugin,
/// other threads that want it wait. Nobody waits while code of the host or the plugin runs, which is
/// in `bind` and while a plugin ends: that code may be waiting for the very thread that asks. The
/// answer is [`Code::PLUGIN_BUSY`](crate::error::Code::PLUGIN_BUSY) then.
#[derive(Debug)]
pub struct Host {
    profile: HostProfile,
    roots: Mutex<SearchPath>,
    runtimes: Mutex<Runtimes>,
    prober: Option<Prober>,
    offers: Arc<Offers>,
    watch: Arc<Watch>,
    slots: Mutex<Slots>,
    settled: Condvar,
    /// How many plugins have come to life: each takes its number, so that what came later ends first.
    loads: AtomicU64,
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
    /// Takes what came of one plugin, and returns it if it is alive.
    fn take(&mut self, candidate: &Candidate, loaded: Result<Arc<Plugin>>) -> Option<Arc<Plugin>> {
        match loaded {
            Ok(plugin) => {
                self.plugins.push(plugin.clone());
                Some(plugin)
            }
            Err(error) => {
                self.diagnostics.push(error.plugin(candidate.name()).into());
                None
            }
        }
    }
}

impl Host {
    /// A host without plugins. It looks for them in the folders given to [`Host::add_search_root`], then along
    /// [`SearchPath::of_host`].
    pub fn new(profile: HostProfile) -> Host {
        Host {
            profile,
            roots: Mutex::default(),
            runtimes: Mutex::default(),
            prober: None,
            offers: Arc::default(),
            watch: Arc::default(),
            slots: Mutex::default(),
            settled: Condvar::new(),
            loads: AtomicU64::new(0),
        }
    }

    /// Has every library loaded in another process before it is loaded in this one.
    pub fn set_prober(&mut self, prober: Option<Prober>) {
        self.prober = prober;
    }

    /// Offers an interface to the plugins that are brought to life from now on: one that asks its host for `id`, such as
    /// `org.example.log/1`, gets the table and its instance, if its runtime passes tables on. Those of the contract of
    /// `hotshoe/plugin.h` do. An interface is offered once, and cannot be taken back; those that Hotshoe itself defines are
    /// offered already.
    ///
    /// Fails with [`Code::INTERFACE_INVALID`](crate::error::Code::INTERFACE_INVALID).
    pub fn offer_interface(&self, id: &str, offer: Offer) -> Result<()> {
        self.offers.add(InterfaceId::new(id)?, offer)
    }

    /// What this host expects of its plugins.
    pub fn profile(&self) -> &HostProfile {
        &self.profile
    }

    /// Adds a folder to look for plugins in, before those of the environment variable and of the profile.
    pub fn add_search_root(&self, root: impl Into<PathBuf>) {
        let root: PathBuf = root.into();
        lock(&self.roots).push(root);
    }

    /// Adds a folder that need not be there: as long as it is not, nothing is said of it.
    pub fn add_optional_search_root(&self, root: impl Into<PathBuf>) {
        let root: PathBuf = root.into();
        lock(&self.roots).push_optional(root);
    }

    /// Where plugins are looked for.
    pub fn search_path(&self) -> SearchPath {
        let mut search_path = lock(&self.roots).clone();
        search_path.append(SearchPath::of_host(&self.profile));
        search_path
    }

    /// The plugins that are on the search path now. Nothing is loaded. What the filter does not let in is refused.
    pub fn catalog(&self) -> Catalog {
        let mut catalog = Catalog::scan_with(&self.profile, &self.kinds(), &self.search_path());
        self.filter(&mut catalog);
        catalog
    }

    /// Unloads a plugin and says truthfully what became of it. One that others depend on is busy.
    pub fn unload(&self, plugin: &Arc<Plugin>) -> Result<Unload> {
        let answer = match self.begin_ending(plugin)? {
            Ending::Change(_change) => plugin.unload(),
            Ending::Needed(dependents) => Ok(Unload::Busy(dependents)),
        };
        match &answer {
            Ok(Unload::Busy(_)) => {}
            Ok(ended) => self.watch.tell(&Event::Unloaded(plugin, ended)),
            Err(error) => self.watch.log(&Diagnostic::from(error)),
        }
        answer
    }

    /// Unloads every plugin: each before what it depends on, else the last one first.
    pub fn unload_all(&self) -> Vec<(Arc<Plugin>, Result<Unload>)> {
        let mut waiting = self.plugins();
        let mut ended = Vec::new();
        while !waiting.is_empty() {
            // If each is needed by another, there is no right order, and the answers say so.
            let next = waiting.iter().rposition(|plugin| self.dependents(plugin).is_empty());
            let plugin = waiting.remove(next.unwrap_or(waiting.len() - 1));
            let answer = self.unload(&plugin);
            ended.push((plugin, answer));
        }
        ended
    }

    /// The live plugins, in the order in which they were loaded.
    pub fn plugins(&self) -> Vec<Arc<Plugin>> {
        lock(&self.slots).in_order().into_iter().map(|(_, plugin)| plugin).collect()
    }

    /// The live plugins of a name: several, if several versions are loaded.
    pub fn named(&self, name: &str) -> Vec<Arc<Plugin>> {
        lock(&self.slots).named(name)
    }

    /// The live plugins under a capability, in the order in which they were loaded.
    pub fn with_capability(&self, capability: &Capability) -> Vec<Arc<Plugin>> {
        self.plugins().into_iter().filter(|plugin| plugin.has_capability(capability)).collect()
    }
}

/// The plugins that nobody can unload any more: those of hosts that are gone, and those whose entry
/// failed after something they had registered was in use. What they registered may be, so it is never
/// dropped.
static KEPT: Mutex<Vec<Arc<Plugin>>> = Mutex::new(Vec::new());

impl Drop for Host {
    fn drop(&mut self) {
        self.watch.end();
        let (mut kept, mut plugins) = (Vec::new(), self.plugins());
        while let Some(plugin) = plugins.pop() {
            // With a process behind it nothing is pulled away, and nobody could end that later.
            let may_end =
                plugin.registered().is_empty() && plugin.ask(|instance| !instance.has_lent()).unwrap_or(false);
            if !may_end || !matches!(self.unload(&plugin), Ok(answer) if !matches!(answer, Unload::Busy(_))) {
                kept.push(plugin);
            }
        }
        lock(&KEPT).extend(kept);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that can panic runs while one of these is held.
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
