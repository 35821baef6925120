//! Reloading: a new plugin in the place of an old one, with a way back or without.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use super::slots::{Begun, Change, Ending};
use super::{Event, Host, callback};
use crate::catalog::Candidate;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result, codes};
use crate::plugin::{Plugin, Stamp, Unload, Withdrawn};
use crate::runtime::Ended;

codes! {
    RELOAD_NOT_BESIDE = "reload-not-beside", UNLOAD, "The old and the new plugin cannot both be in one process.";
}

impl Host {
    /// Brings what is on disk in a plugin's place to life, and then ends the plugin.
    ///
    /// If anything fails on the way, the plugin lives on as if nothing had been asked, and the error says why: its new
    /// files would be refused, `bind` failed, another plugin depends on it, or something that it registered is in use
    /// ([`Code::PLUGIN_IN_USE`]). While `bind` runs, what the old plugin registered is withdrawn. The new one uses a
    /// private copy of its files.
    ///
    /// [`Code::RELOAD_NOT_BESIDE`] says that both cannot be in one process at a time, before anything is touched; then
    /// [`Host::replace`] can help. If the old code stays mapped, the new plugin's diagnostics say so.
    pub fn reload(&self, plugin: &Arc<Plugin>, bind: impl FnMut(&Arc<Plugin>) -> Result<()>) -> Result<Arc<Plugin>> {
        let file = Stamp::of(plugin.artifact());
        self.told(plugin, file, self.reload_beside(plugin, bind))
    }

    fn reload_beside(
        &self,
        plugin: &Arc<Plugin>,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let (fresh, needs) = self.fresh(plugin, &mut bind)?;
        let reasons = plugin.ask(|instance| instance.not_beside(&self.request(&fresh)))?;
        if !reasons.is_empty() {
            return Err(not_beside(plugin, &reasons));
        }
        self.exchange(plugin, &fresh, &needs, |change, withdrawn| {
            change.mapping();
            let new = match self.bring_to_life(&fresh, change, Vec::new(), true, bind) {
                Ok(new) => new,
                Err(error) => {
                    withdrawn.restore();
                    return Err(error);
                }
            };
            match withdrawn.end() {
                Ok(Ended::Resident(reasons)) => new.notice(stays(plugin, &reasons)),
                Ok(_) => {}
                Err(error) => new.notice(error.plugin(plugin.name()).into()),
            }
            Ok(new)
        })
    }

    /// Ends a plugin and then brings what is on disk in its place to life.
    ///
    /// This does where [`Host::reload`] answers [`Code::RELOAD_NOT_BESIDE`], and there is no way back: the new files
    /// are checked first, and if they would be refused, or the plugin is in use, it lives on; but an error after its
    /// end, from the new plugin's constructors or from `bind`, leaves none alive.
    pub fn replace(&self, plugin: &Arc<Plugin>, bind: impl FnMut(&Arc<Plugin>) -> Result<()>) -> Result<Arc<Plugin>> {
        let file = Stamp::of(plugin.artifact());
        let ended = Cell::new(None);
        let answer = self.end_and_load(plugin, &ended, bind);
        if let (Err(_), Some(ended)) = (&answer, ended.take()) {
            self.watch.tell(&Event::Unloaded(plugin, &Unload::from(ended)));
        }
        self.told(plugin, file, answer)
    }

    fn end_and_load(
        &self,
        plugin: &Arc<Plugin>,
        ended: &Cell<Option<Ended>>,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let (fresh, needs) = self.fresh(plugin, &mut bind)?;
        let named = |error: Error| error.plugin(plugin.name());
        let may_follow = plugin.ask(|instance| instance.replacing(plugin.path()))?.map_err(named)?;
        self.exchange(plugin, &fresh, &needs, |change, withdrawn| {
            ended.set(Some(withdrawn.end().map_err(named)?));
            may_follow().map_err(named)?;
            change.mapping();
            self.bring_to_life(&fresh, change, Vec::new(), false, bind)
        })
    }

    /// Tells what came of a reload, for which the file was looked at before.
    fn told(&self, old: &Arc<Plugin>, file: Option<Stamp>, answer: Result<Arc<Plugin>>) -> Result<Arc<Plugin>> {
        match answer {
            Ok(plugin) => {
                self.came(&plugin, Some(old));
                Ok(plugin)
            }
            Err(error) => {
                if ![Code::PLUGIN_IN_USE, Code::PLUGIN_BUSY, Code::RELOAD_NOT_BESIDE].contains(&error.code()) {
                    old.reload_failed(file);
                }
                Err(self.refused(old.candidate(), error))
            }
        }
    }

    /// What is on disk in a plugin's place, checked, and the plugins that it needs, loaded.
    fn fresh(
        &self,
        plugin: &Arc<Plugin>,
        bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<(Candidate, Vec<Arc<Plugin>>)> {
        callback::check_outside().map_err(|error| error.plugin(plugin.name()).at(plugin.path()))?;
        let fresh = self.check_anew(plugin.path()).map_err(|error| error.plugin(plugin.name()))?;
        let needs = match fresh.manifest().dependencies.is_empty() {
            true => Vec::new(),
            false => self.load_dependencies(&self.catalog(), &fresh, bind)?,
        };
        Ok((fresh, needs))
    }

    /// Puts another plugin in the place of one that nobody uses. What is alive afterwards is the new one, the old one,
    /// or none.
    fn exchange(
        &self,
        plugin: &Arc<Plugin>,
        fresh: &Candidate,
        needs: &[Arc<Plugin>],
        exchange: impl FnOnce(&Change<'_>, Withdrawn<'_>) -> Result<Arc<Plugin>>,
    ) -> Result<Arc<Plugin>> {
        let old = match self.begin_ending(plugin)? {
            Ending::Change(change) => change,
            Ending::Needed(dependents) => return Err(in_use(plugin, &dependents)),
        };
        // Whatever fails from here on, and be it by a panic, `old` keeps what is alive still.
        let new = self.begin_anew(plugin, &old, fresh, needs).map_err(|error| error.plugin(plugin.name()))?;
        let withdrawn = plugin.withdraw()?.map_err(|users| in_use(plugin, &users))?;
        let alive = exchange(new.as_ref().unwrap_or(&old), withdrawn)?;
        let change = match new {
            None => old,
            Some(new) => new.in_place_of(old),
        };
        change.settle(alive.clone());
        Ok(alive)
    }

    /// Takes a second slot for the new library, if the manifest names another one now.
    fn begin_anew(
        &self,
        plugin: &Plugin,
        old: &Change<'_>,
        fresh: &Candidate,
        needs: &[Arc<Plugin>],
    ) -> Result<Option<Change<'_>>> {
        if fresh.artifact() == plugin.artifact() {
            return old.will_be(fresh, needs).map(|()| None);
        }
        match self.begin(fresh, needs, Some(plugin))? {
            Begun::Change(change) => Ok(Some(change)),
            Begun::Live(other) => Err(Error::new(
                Code::PLUGIN_IN_USE,
                format!("its new library is that of the plugin `{}`", other.candidate()),
            )
            .hint("unload that plugin first, or name another library in the manifest")
            .at(fresh.artifact())),
        }
    }

    /// What is on disk now, if it would be taken.
    fn check_anew(&self, path: &Path) -> Result<Candidate> {
        let (candidate, _) = Candidate::at_with(path, &self.profile, &self.kinds())?;
        if let Some(refusal) = candidate.refusal() {
            return Err(refusal.clone().into());
        }
        self.admit(&candidate)?;
        self.check(&candidate).map_err(|error| error.at(path))?;
        Ok(candidate)
    }
}

fn not_beside(plugin: &Plugin, reasons: &[String]) -> Error {
    let message = format!("the old and the new one cannot both be in this process: {}", reasons.join("; "));
    Error::new(Code::RELOAD_NOT_BESIDE, message)
        .hint("replace it, which ends the old one first and knows no way back, or start the program again")
        .plugin(plugin.name())
        .at(plugin.path())
}

fn stays(plugin: &Plugin, reasons: &[String]) -> Diagnostic {
    Diagnostic::note(Code::LIBRARY_RESIDENT, format!("the old library stays mapped: {}", reasons.join("; ")))
        .plugin(plugin.name())
        .at(plugin.artifact())
}

fn in_use(plugin: &Plugin, users: &[String]) -> Error {
    Error::new(Code::PLUGIN_IN_USE, format!("it cannot be unloaded: {}", users.join("; ")))
        .hint("let go of what it registered and unload what depends on it, then try again")
        .plugin(plugin.name())
        .at(plugin.path())
}
