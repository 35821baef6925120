//! Which plugins are alive, and which thread changes which.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::thread::{self, ThreadId};

use super::{Host, lock};
use crate::capability::{Capability, Index};
use crate::catalog::Candidate;
use crate::error::{Code, Error, Result};
use crate::plugin::Plugin;
use crate::runtime::Image;

/// What is alive or being changed, by the library's path.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: BTreeMap<PathBuf, Slot>,
    /// What the plugins can be found under; those that are being changed, too, until that is settled.
    pub(super) capabilities: Index<Arc<Plugin>>,
}

#[derive(Debug)]
enum Slot {
    /// A thread is loading, reloading or unloading it.
    Changing {
        thread: ThreadId,
        stage: Stage,
        candidate: Box<Candidate>,
    },
    Live {
        plugin: Arc<Plugin>,
        order: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The system's loader is at work, which ends by itself.
    Mapping,
    /// Code of the host or the plugin runs. It may wait for any thread, so none may wait for it.
    Running,
}

impl Slots {
    /// The live plugins with their numbers, in the order in which they were loaded.
    pub(super) fn in_order(&self) -> Vec<(u64, Arc<Plugin>)> {
        let mut live: Vec<(u64, Arc<Plugin>)> = self.slots.values().filter_map(Slot::live).collect();
        live.sort_by_key(|(order, _)| *order);
        live
    }

    /// What would break if a plugin went: the others that depend on it, by their manifests or because
    /// their libraries are among those `linked` with its library.
    pub(super) fn dependents(&self, plugin: &Plugin, linked: &[Image]) -> Vec<String> {
        let others = || self.slots.iter().filter(|(path, _)| path.as_path() != plugin.artifact()).map(|(_, slot)| slot);
        let asking = others().filter(|slot| self.depends(slot, plugin));
        let mut dependents: Vec<String> =
            asking.map(|slot| format!("the plugin `{}` depends on it", slot.candidate())).collect();
        let linked = others().filter(|slot| !self.depends(slot, plugin) && slot.is_one_of(linked));
        dependents.extend(linked.map(|slot| format!("the plugin `{}` is linked with it", slot.candidate())));
        dependents
    }

    /// Whether a plugin's manifest asks for another one, and no better one was there when it was loaded.
    fn depends(&self, slot: &Slot, plugin: &Plugin) -> bool {
        let Some(requirement) = slot.candidate().manifest().dependencies.get(plugin.name()) else { return false };
        let order = slot.live().map_or(u64::MAX, |(order, _)| order);
        let is_better = |(before, other): (u64, Arc<Plugin>)| {
            before < order
                && other.name() == plugin.name()
                && other.version() > plugin.version()
                && other.candidate().satisfies(Some(requirement))
        };
        plugin.candidate().satisfies(Some(requirement)) && !self.slots.values().filter_map(Slot::live).any(is_better)
    }

    /// The live plugins of a name, in the order in which they were loaded.
    pub(super) fn named(&self, name: &str) -> Vec<Arc<Plugin>> {
        self.in_order().into_iter().map(|(_, plugin)| plugin).filter(|plugin| plugin.name() == name).collect()
    }

    /// What is at other paths and has the capability, or will have it once it is loaded.
    pub(super) fn other_with(&self, capability: &Capability, paths: &[&Path]) -> Option<&Candidate> {
        let others = self.slots.iter().filter(|(path, _)| !paths.contains(&path.as_path()));
        others.map(|(_, slot)| slot).find(|slot| slot.has(capability)).map(Slot::candidate)
    }

    /// The place of a plugin that is alive, in the order in which they were loaded.
    pub(super) fn place(&self, plugin: &Arc<Plugin>) -> Option<u64> {
        match self.slots.get(plugin.artifact()) {
            Some(Slot::Live { plugin: live, order }) if Arc::ptr_eq(live, plugin) => Some(*order),
            _ => None,
        }
    }

    fn is_live(&self, plugin: &Arc<Plugin>) -> bool {
        self.place(plugin).is_some()
    }
}

impl Slot {
    fn live(&self) -> Option<(u64, Arc<Plugin>)> {
        match self {
            Slot::Live { plugin, order } => Some((*order, plugin.clone())),
            Slot::Changing { .. } => None,
        }
    }

    fn candidate(&self) -> &Candidate {
        match self {
            Slot::Live { plugin, .. } => plugin.candidate(),
            Slot::Changing { candidate, .. } => candidate,
        }
    }

    fn has(&self, capability: &Capability) -> bool {
        match self {
            Slot::Live { plugin, .. } => plugin.has_capability(capability),
            Slot::Changing { candidate, .. } => candidate.manifest().capabilities.contains(capability),
        }
    }

    fn is_one_of(&self, images: &[Image]) -> bool {
        matches!(self, Slot::Live { plugin, .. } if plugin.image().is_some_and(|image| images.contains(&image)))
    }
}

thread_local! {
    /// How many plugins this thread is changing; one that changes any never waits for another.
    static CHANGES: Cell<u32> = const { Cell::new(0) };
}

pub(super) enum Begun<'a> {
    Live(Arc<Plugin>),
    Change(Change<'a>),
}

/// What the owner of a plugin may do next.
pub(super) enum Ending<'a> {
    Change(Change<'a>),
    /// These depend on it.
    Needed(Vec<String>),
}

/// What a host does with a candidate at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CandidateState {
    /// It is not loaded.
    NotLoaded,
    /// A thread is loading, reloading or unloading it.
    Loading,
    /// It is loaded.
    Loaded,
    /// It is loaded, and has ended by itself: unload or reload it.
    Ended,
}

impl Host {
    /// What this host does with a candidate at this moment. Another thread may change that a moment later.
    pub fn state(&self, candidate: &Candidate) -> CandidateState {
        let slots = lock(&self.slots);
        let slot = slots.slots.get(candidate.artifact()).filter(|slot| slot.candidate().path() == candidate.path());
        match slot {
            None => CandidateState::NotLoaded,
            Some(Slot::Changing { .. }) => CandidateState::Loading,
            Some(Slot::Live { plugin, .. }) if plugin.why_ended().is_some() => CandidateState::Ended,
            Some(Slot::Live { .. }) => CandidateState::Loaded,
        }
    }

    /// Takes the slot of a plugin that is to be loaded, unless it is alive. Those that it needs must be
    /// alive still; from now on they cannot go before it.
    ///
    /// `instead_of`: the plugin whose place it takes, if there is one.
    pub(super) fn begin(
        &self,
        candidate: &Candidate,
        needs: &[Arc<Plugin>],
        instead_of: Option<&Plugin>,
    ) -> Result<Begun<'_>> {
        let path = candidate.artifact();
        let mut slots = lock(&self.slots);
        loop {
            match slots.slots.get(path) {
                None => {
                    if let Some(gone) = needs.iter().find(|needed| !slots.is_live(needed)) {
                        return Err(unloaded_meanwhile(gone).at(candidate.path()));
                    }
                    self.check_capabilities(&slots, candidate, instead_of)?;
                    return Ok(Begun::Change(Change::begin(self, &mut slots, candidate, Stage::Mapping)));
                }
                Some(Slot::Live { plugin, .. }) => return Ok(Begun::Live(plugin.clone())),
                Some(&Slot::Changing { thread, stage, .. }) => slots = self.wait(slots, thread, stage, path)?,
            }
        }
    }

    /// Refuses what this thread cannot do while it changes a plugin: code of the host or the plugin calls then.
    #[cfg(feature = "capi")]
    pub(super) fn check_unchanging(&self) -> Result<()> {
        let here = thread::current().id();
        let is_here = |slot: &&Slot| matches!(slot, Slot::Changing { thread, .. } if *thread == here);
        match lock(&self.slots).slots.values().find(is_here) {
            None => Ok(()),
            Some(slot) => Err(Error::new(Code::PLUGIN_BUSY, "this very thread is loading or unloading it")
                .hint("do it after that has returned")
                .plugin(slot.candidate().name())
                .at(slot.candidate().path())),
        }
    }

    /// The plugins that would break if this one went.
    pub(super) fn dependents(&self, plugin: &Plugin) -> Vec<String> {
        let linked = plugin.linked();
        lock(&self.slots).dependents(plugin, &linked)
    }

    /// Takes the slot of a plugin that is to end, unless others depend on it.
    pub(super) fn begin_ending(&self, plugin: &Arc<Plugin>) -> Result<Ending<'_>> {
        super::callback::check_outside().map_err(|error| error.plugin(plugin.name()).at(plugin.path()))?;
        let (path, linked) = (plugin.artifact(), plugin.linked());
        let mut slots = lock(&self.slots);
        loop {
            match slots.slots.get(path) {
                Some(Slot::Live { plugin: live, .. }) if Arc::ptr_eq(live, plugin) => {
                    let dependents = slots.dependents(plugin, &linked);
                    if !dependents.is_empty() {
                        return Ok(Ending::Needed(dependents));
                    }
                    let change = Change::begin(self, &mut slots, plugin.candidate(), Stage::Running);
                    return Ok(Ending::Change(change));
                }
                Some(&Slot::Changing { thread, stage, .. }) => {
                    slots = self.wait(slots, thread, stage, path).map_err(|error| error.plugin(plugin.name()))?;
                }
                _ => {
                    return Err(Error::new(Code::PLUGIN_UNLOADED, "it is not loaded in this host any more")
                        .hint("load it again and use the plugin that this returns")
                        .plugin(plugin.name())
                        .at(path));
                }
            }
        }
    }

    fn wait<'a>(
        &self,
        slots: MutexGuard<'a, Slots>,
        changer: ThreadId,
        stage: Stage,
        path: &Path,
    ) -> Result<MutexGuard<'a, Slots>> {
        if CHANGES.get() == 0 && stage == Stage::Mapping {
            return Ok(self.settled.wait(slots).unwrap_or_else(|poisoned| poisoned.into_inner()));
        }
        let message = match changer == thread::current().id() {
            true => "this very thread is loading or unloading it",
            false => "another thread is loading or unloading it, and waiting for that here could last for ever",
        };
        Err(Error::new(Code::PLUGIN_BUSY, message).hint("do it after the plugin's entry has returned").at(path))
    }
}

fn unloaded_meanwhile(plugin: &Plugin) -> Error {
    Error::new(Code::PLUGIN_BUSY, format!("it needs the plugin `{}`, which another thread unloads", plugin.candidate()))
        .hint("load it again")
}

/// The right to change what is alive at a path. If it is dropped unsettled, also by a panic, what was alive before is
/// still, unless it has ended meanwhile.
pub(super) struct Change<'a> {
    host: &'a Host,
    path: PathBuf,
    /// The plugin that was alive there before.
    before: Option<Arc<Plugin>>,
    outcome: Option<Arc<Plugin>>,
    /// Its number. One that takes its place takes it over, for others may have been loaded after it that build on it.
    order: Option<u64>,
}

impl<'a> Change<'a> {
    fn begin(host: &'a Host, slots: &mut Slots, candidate: &Candidate, stage: Stage) -> Change<'a> {
        CHANGES.set(CHANGES.get() + 1);
        let (path, thread) = (candidate.artifact().to_owned(), thread::current().id());
        let changing = Slot::Changing { thread, stage, candidate: Box::new(candidate.clone()) };
        let before = slots.slots.insert(path.clone(), changing);
        let (order, before) = before.and_then(|slot| slot.live()).unzip();
        Change { host, path, before, outcome: None, order }
    }

    /// What is to come may depend on other plugins than what was there.
    pub(super) fn will_be(&self, fresh: &Candidate, needs: &[Arc<Plugin>]) -> Result<()> {
        let mut slots = lock(&self.host.slots);
        if let Some(gone) = needs.iter().find(|needed| !slots.is_live(needed)) {
            return Err(unloaded_meanwhile(gone).at(fresh.path()));
        }
        self.host.check_capabilities(&slots, fresh, self.before.as_deref())?;
        if let Some(Slot::Changing { candidate, .. }) = slots.slots.get_mut(&self.path) {
            **candidate = fresh.clone();
        }
        Ok(())
    }

    /// From now on code of the host or the plugin runs.
    pub(super) fn running(&self) {
        self.enter(Stage::Running);
    }

    /// From now on the system's loader is at work.
    pub(super) fn mapping(&self) {
        self.enter(Stage::Mapping);
    }

    fn enter(&self, now: Stage) {
        if let Some(Slot::Changing { stage, .. }) = lock(&self.host.slots).slots.get_mut(&self.path) {
            *stage = now;
        }
        self.host.settled.notify_all();
    }

    /// From now on this one is alive there.
    pub(super) fn settle(mut self, alive: Arc<Plugin>) {
        self.outcome = Some(alive);
    }

    /// Takes over the number of a plugin that had another library.
    pub(super) fn in_place_of(mut self, mut old: Change<'_>) -> Self {
        // Taken from it, so that what it could be found under stays until this one is settled.
        self.order = old.order.take();
        self
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        CHANGES.set(CHANGES.get() - 1);
        let alive = self.outcome.take().or_else(|| self.before.take_if(|before| before.is_loaded()));
        let mut slots = lock(&self.host.slots);
        slots.slots.remove(&self.path);
        if let Some(order) = self.order {
            slots.capabilities.withdraw(order);
        }
        if let Some(plugin) = alive {
            let order = self.order.unwrap_or_else(|| self.host.loads.fetch_add(1, Ordering::Relaxed));
            for capability in plugin.capabilities() {
                slots.capabilities.register(capability, order, plugin.clone());
            }
            slots.slots.insert(plugin.artifact().to_owned(), Slot::Live { plugin, order });
        }
        self.host.settled.notify_all();
    }
}
