//! Unloading and reloading.

use std::path::Path;
use std::sync::Arc;

use super::Host;
use super::slots::{Begun, Change, Ending};
use crate::catalog::Candidate;
use crate::error::{Code, Error, Result};
use crate::plugin::{Plugin, Unload};
use crate::runtime::native::Replaced;

impl Host {
    /// Unloads a plugin and says truthfully what became of it. One that others depend on is busy.
    pub fn unload(&self, plugin: &Arc<Plugin>) -> Result<Unload> {
        let change = match self.begin_ending(plugin)? {
            Ending::Change(change) => change,
            Ending::Needed(dependents) => return Ok(Unload::Busy(dependents)),
        };
        let answer = plugin.unload();
        change.settle(plugin.is_loaded().then(|| plugin.clone()));
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

    /// Ends a plugin and brings what is on disk in its place to life.
    ///
    /// The new files are checked first: if they would be refused, the error says why and the old
    /// plugin lives on, as it does after [`Code::PLUGIN_IN_USE`]: something that it registered is in use,
    /// another plugin depends on it, or a library that it brings cannot be replaced while this process
    /// runs. An error after that (from the new plugin's constructors, or from `bind`) leaves none alive.
    pub fn reload(
        &self,
        plugin: &Arc<Plugin>,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let fresh = self.check_anew(plugin.path()).map_err(|error| error.plugin(plugin.name()))?;
        let needs = match fresh.manifest().dependencies.is_empty() {
            true => Vec::new(),
            false => self.load_dependencies(&self.catalog(), &fresh, &mut bind)?,
        };
        let replaced = plugin.replaced_libraries();
        if let Some(stays) = replaced.iter().find(|library| !library.stays.is_empty()) {
            return Err(keeps_old(plugin, stays));
        }
        let old = match self.begin_ending(plugin)? {
            Ending::Change(change) => change,
            Ending::Needed(dependents) => return Err(in_use(plugin, &dependents)),
        };
        match self.begin_anew(plugin, &old, &fresh, &needs) {
            Ok(new) => self.replace(plugin, &fresh, old, new, &replaced, bind),
            Err(error) => {
                old.settle(Some(plugin.clone()));
                Err(error.plugin(plugin.name()))
            }
        }
    }

    /// Takes a second slot for the new library, if the manifest names another one now.
    fn begin_anew(
        &self,
        plugin: &Plugin,
        old: &Change<'_>,
        fresh: &Candidate,
        needs: &[Arc<Plugin>],
    ) -> Result<Option<Change<'_>>> {
        if fresh.library() == plugin.library() {
            return old.will_be(fresh, needs).map(|()| None);
        }
        match self.begin(fresh, needs)? {
            Begun::Change(change) => Ok(Some(change)),
            Begun::Live(other) => Err(Error::new(
                Code::PLUGIN_IN_USE,
                format!("its new library is that of the plugin `{}`", other.candidate()),
            )
            .hint("unload that plugin first, or name another library in the manifest")
            .at(fresh.library())),
        }
    }

    fn replace(
        &self,
        plugin: &Arc<Plugin>,
        fresh: &Candidate,
        old: Change<'_>,
        new: Option<Change<'_>>,
        replaced: &[Replaced],
        bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let ended = match plugin.unload() {
            Ok(Unload::Unmapped | Unload::Resident(_)) => Ok(()),
            Ok(Unload::Busy(users)) => Err(in_use(plugin, &users)),
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            old.settle(plugin.is_loaded().then(|| plugin.clone()));
            return Err(error);
        }
        if let Some(stays) = replaced.iter().find(|library| library.is_mapped()) {
            return Err(keeps_old(plugin, stays));
        }
        let change = match new {
            None => old,
            Some(new) => new.in_place_of(old),
        };
        change.mapping();
        let plugin = self.bring_to_life(fresh, &change, Vec::new(), bind)?;
        change.settle(Some(plugin.clone()));
        Ok(plugin)
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
}

/// Whoever needs a library gets the one of its name that is mapped, so that new and old code would be mixed.
fn keeps_old(plugin: &Plugin, library: &Replaced) -> Error {
    let message = "a library that it brings was replaced, and the old one stays in this process";
    let reasons =
        if library.stays.is_empty() { "something else holds it".to_owned() } else { library.stays.join("; ") };
    Error::new(Code::PLUGIN_IN_USE, format!("{message}: {reasons}"))
        .hint("start the program again to use the new one")
        .plugin(plugin.name())
        .at(&library.path)
}

fn in_use(plugin: &Plugin, users: &[String]) -> Error {
    Error::new(Code::PLUGIN_IN_USE, format!("it cannot be unloaded: {}", users.join("; ")))
        .hint("let go of what it registered and unload what depends on it, then try again")
        .plugin(plugin.name())
        .at(plugin.path())
}
