//! Which live plugin is found under a capability.

use std::sync::Arc;

use super::slots::Slots;
use super::{Host, lock};
use crate::capability::{Capability, CapabilityPolicy};
use crate::catalog::Candidate;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::plugin::{Lease, Plugin};

/// What is looked for among the live plugins of a host: a capability.
///
/// ```
/// use hotshoe::capability::CapabilityPolicy;
/// use hotshoe::host::Lookup;
/// let _ = Lookup::of("backend:python"); // as the host's profile says
/// let _ = Lookup::of("backend:python").by(CapabilityPolicy::Last);
/// let _ = Lookup::of("My Python Backend").or_name();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    text: &'a str,
    policy: Option<CapabilityPolicy>,
    names: bool,
}

impl<'a> Lookup<'a> {
    /// A capability, by its text.
    pub fn of(text: &'a str) -> Lookup<'a> {
        Lookup { text, policy: None, names: false }
    }

    /// Which one is meant if several have it, whatever the host's profile says.
    pub fn by(self, policy: CapabilityPolicy) -> Lookup<'a> {
        Lookup { policy: Some(policy), ..self }
    }

    /// A plugin of this name is meant, too, where none has such a capability.
    pub fn or_name(self) -> Lookup<'a> {
        Lookup { names: true, ..self }
    }
}

impl<'a> From<&'a str> for Lookup<'a> {
    fn from(text: &'a str) -> Lookup<'a> {
        Lookup::of(text)
    }
}

/// What live plugins can be found under. It is true at any moment: what a plugin has goes when it is unloaded, and what
/// is loaded in its place by a reload has its place among the others, too.
impl Host {
    /// The live plugin with a capability; of several the one that the lookup's policy or the profile's says. As long as
    /// the lease lives, it cannot be unloaded.
    ///
    /// Fails with [`Code::PLUGIN_BUSY`] while the one that is meant is being unloaded or reloaded, and with
    /// [`Code::CAPABILITY_TAKEN`] if several have it and only one may.
    pub fn find<'a>(&self, lookup: impl Into<Lookup<'a>>) -> Result<Option<Lease>> {
        let lookup = lookup.into();
        let policy = lookup.policy.unwrap_or(self.profile.policies.capabilities);
        let chosen = {
            let slots = lock(&self.slots);
            let holders = slots.capabilities.holders(lookup.text).cloned();
            match policy.choose(holders) {
                Ok(None) if lookup.names => policy.choose(slots.named(lookup.text)),
                chosen => chosen,
            }
            .map_err(|several| taken(&brief(lookup.text), several.first.candidate(), several.second.candidate()))?
        };
        chosen.map(|plugin| plugin.lease().map_err(|_| being_changed(&plugin))).transpose()
    }

    /// Has a live plugin, or one that is being bound, found under a capability that its manifest does not name, as long as
    /// it lives. Its place among others that have it is that of its load.
    ///
    /// Fails with [`Code::PLUGIN_UNLOADED`], [`Code::PLUGIN_BUSY`], and with [`Code::CAPABILITY_TAKEN`] where the
    /// profile's policy is [`CapabilityPolicy::Fail`].
    pub fn register_capability(&self, plugin: &Arc<Plugin>, capability: Capability) -> Result<()> {
        let _lease = plugin.lease()?; // It cannot go meanwhile.
        {
            let mut slots = lock(&self.slots);
            self.check_untaken(&slots, &capability, plugin.candidate(), None)?;
            plugin.add_capability(capability.clone());
            let Some(place) = slots.place(plugin) else { return Ok(()) };
            slots.capabilities.register(capability.clone(), place, plugin.clone());
        }
        self.notice_taken(plugin, |with| *with == capability).iter().for_each(|found| self.watch.log(found));
        Ok(())
    }

    /// Every capability that a live plugin has, by its text, with those that have it in the order in which they were
    /// loaded.
    pub fn capabilities(&self) -> Vec<(Capability, Vec<Arc<Plugin>>)> {
        let slots = lock(&self.slots);
        slots
            .capabilities
            .list()
            .map(|(capability, holders)| (capability.clone(), holders.cloned().collect()))
            .collect()
    }

    /// A warning for each live plugin that has a capability under which another one is found, as
    /// [`Code::CAPABILITY_TAKEN`]. Each is also among what was noticed when the later of both was loaded.
    pub fn capability_diagnostics(&self) -> Vec<Diagnostic> {
        self.taken(|_, _, _| true)
    }

    /// Has a plugin that just came to life say what it shares with others, and returns that.
    pub(super) fn notice_taken(&self, plugin: &Arc<Plugin>, is_new: impl Fn(&Capability) -> bool) -> Vec<Diagnostic> {
        let is_about = |one: &Arc<Plugin>| Arc::ptr_eq(one, plugin);
        let told = self.taken(|with, found, other| is_new(with) && (is_about(found) || is_about(other)));
        told.iter().for_each(|found| plugin.notice(found.clone()));
        told
    }

    /// What there is to say where a capability's other holders are not found.
    fn taken(&self, is_wanted: impl Fn(&Capability, &Arc<Plugin>, &Arc<Plugin>) -> bool) -> Vec<Diagnostic> {
        let policy = match self.profile.policies.capabilities {
            CapabilityPolicy::Fail => CapabilityPolicy::First,
            policy => policy,
        };
        let mut told = Vec::new();
        for (capability, holders) in lock(&self.slots).capabilities.list() {
            let holders: Vec<&Arc<Plugin>> = holders.collect();
            let Ok(Some(&found)) = policy.choose(&holders) else { continue };
            let others = holders.iter().filter(|other| !Arc::ptr_eq(other, found));
            for other in others.filter(|other| is_wanted(capability, found, other)) {
                told.push(not_found_by(capability, found, other));
            }
        }
        told
    }

    /// Refuses what a host does not take whose capabilities only one plugin may have.
    pub(super) fn check_capabilities(
        &self,
        slots: &Slots,
        candidate: &Candidate,
        instead_of: Option<&Plugin>,
    ) -> Result<()> {
        let capabilities = &candidate.manifest().capabilities;
        capabilities.iter().try_for_each(|capability| self.check_untaken(slots, capability, candidate, instead_of))
    }

    fn check_untaken(
        &self,
        slots: &Slots,
        capability: &Capability,
        candidate: &Candidate,
        instead_of: Option<&Plugin>,
    ) -> Result<()> {
        if self.profile.policies.capabilities != CapabilityPolicy::Fail {
            return Ok(());
        }
        let mut paths = vec![candidate.artifact()];
        paths.extend(instead_of.map(Plugin::artifact));
        match slots.other_with(capability, &paths) {
            None => Ok(()),
            Some(other) => {
                Err(taken(capability.as_str(), other, candidate).plugin(candidate.name()).at(candidate.path()))
            }
        }
    }
}

fn taken(text: &str, first: &Candidate, second: &Candidate) -> Error {
    let message =
        format!("the plugins `{first}` and `{second}` both have the capability `{text}`, which one alone may have");
    Error::new(Code::CAPABILITY_TAKEN, message).hint("unload or remove one of them")
}

fn not_found_by(capability: &Capability, found: &Plugin, other: &Plugin) -> Diagnostic {
    let (found_is, other_is) = (found.candidate(), other.candidate());
    let message =
        format!("`{other_is}` has the capability `{capability}`, under which the plugin `{found_is}` is found");
    Diagnostic::warning(Code::CAPABILITY_TAKEN, message)
        .hint("remove one of them, or ask for the other one by its name")
        .plugin(other.name())
        .at(other.path())
}

fn being_changed(plugin: &Plugin) -> Error {
    Error::new(Code::PLUGIN_BUSY, "it is being unloaded or reloaded at this moment")
        .hint("ask again a moment later")
        .plugin(plugin.name())
        .at(plugin.path())
}
