//! Loading: which candidates, in which order, and each checked, mapped and bound.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Arc;

use super::slots::{Begun, CandidateState, Change};
use super::{Host, KEPT, Report, callback, lock};
use crate::catalog::{Candidate, Catalog, check_installed};
use crate::diagnostics::{Diagnostic, Severity};
use crate::error::{Code, Error, Result};
use crate::plugin::{Plugin, Stamp, Unload};
use crate::runtime::{Events, Request, Runtime, Withheld};
use crate::version::VersionReq;

impl Host {
    /// Loads a plugin by name from the search path, in the highest version that the requirement
    /// allows, and before it the plugins that it depends on.
    ///
    /// If that version cannot be loaded, the next one is taken, unless it was its entry that failed.
    /// [`Plugin::diagnostics`] tells what was passed over.
    pub fn load(
        &self,
        name: &str,
        requirement: Option<&VersionReq>,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let catalog = self.catalog();
        catalog.find(name, requirement)?;
        let mut passed: Vec<Error> = Vec::new();
        for candidate in catalog.ranked(name, requirement) {
            let refused = Cell::new(false);
            let mut bind =
                |plugin: &Arc<Plugin>| bind(plugin).inspect_err(|_| refused.set(plugin.path() == candidate.path()));
            let notes = || passed.iter().map(passed_over).collect();
            let loaded = self
                .load_dependencies(&catalog, candidate, &mut bind)
                .and_then(|needs| self.load_one(candidate, &needs, notes, &mut bind));
            match loaded {
                Ok(plugin) => return answers(plugin, requirement),
                Err(error) if refused.get() || error.code() == Code::PLUGIN_BUSY => return Err(error),
                Err(error) => passed.push(error),
            }
        }
        Err(passed.into_iter().next().expect("the best one was tried"))
    }

    /// Loads the plugin at a path, its folder or its library, and before it the plugins that it depends
    /// on, from the search path.
    pub fn load_path(&self, path: &Path, mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>) -> Result<Arc<Plugin>> {
        let (candidate, _) = Candidate::at_with(path, &self.profile, &self.kinds())?;
        let needs = match candidate.manifest().dependencies.is_empty() {
            true => Vec::new(),
            false => self.load_dependencies(&self.catalog(), &candidate, &mut bind)?,
        };
        self.load_one(&candidate, &needs, Vec::new, bind)
    }

    /// Loads what a plugin depends on, and returns those that it names itself.
    pub(super) fn load_dependencies(
        &self,
        catalog: &Catalog,
        wanted: &Candidate,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Vec<Arc<Plugin>>> {
        let mut loaded = Vec::new();
        for dependency in catalog.with_dependencies(wanted)? {
            if dependency.path() != wanted.path() {
                let needs = needs_of(dependency, &loaded)?;
                loaded.push(self.load_one(dependency, &needs, Vec::new, &mut bind)?);
            }
        }
        needs_of(wanted, &loaded)
    }

    /// Loads every plugin on the search path in its highest version. A plugin that cannot be loaded is
    /// a diagnostic and never keeps the others from being loaded. If there is another one of its name,
    /// that is loaded instead, unless it was its entry that failed.
    pub fn load_all(&self, bind: impl FnMut(&Arc<Plugin>) -> Result<()>) -> Report {
        self.load_filtered(&self.catalog(), bind)
    }

    /// The same for a catalog, such as one made of another search path.
    pub fn load_catalog(&self, catalog: &Catalog, bind: impl FnMut(&Arc<Plugin>) -> Result<()>) -> Report {
        if !self.watch.has_filter() {
            return self.load_filtered(catalog, bind);
        }
        let mut catalog = catalog.clone();
        self.filter(&mut catalog);
        self.load_filtered(&catalog, bind)
    }

    fn load_filtered(&self, catalog: &Catalog, mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>) -> Report {
        // From within a callback nothing is loaded, and telling of it could go on for ever.
        for candidate in catalog.candidates().iter().filter(|_| !callback::is_inside()) {
            if let Some(refusal) = candidate.refusal() {
                self.refuse(candidate, refusal);
            }
        }
        let refused = catalog.candidates().iter().filter_map(|candidate| candidate.refusal().cloned());
        let diagnostics = catalog.diagnostics().iter().cloned().chain(refused).collect();
        let mut all = LoadAll { host: self, catalog, report: Report::default(), outcomes: BTreeMap::new() };
        all.report.diagnostics = diagnostics;
        for best in catalog.newest() {
            for wanted in catalog.ranked(best.name(), None) {
                let refused = Cell::new(false);
                let mut bind =
                    |plugin: &Arc<Plugin>| bind(plugin).inspect_err(|_| refused.set(plugin.path() == wanted.path()));
                if all.load(wanted, &mut bind) || refused.get() {
                    break;
                }
            }
        }
        let noticed = all.report.plugins.iter().flat_map(|plugin| plugin.diagnostics().to_vec());
        let noticed: Vec<Diagnostic> = noticed.collect();
        all.report.diagnostics.extend(noticed);
        all.report
    }

    /// Loads a plugin that a catalog found, and not what it depends on.
    pub fn load_candidate(
        &self,
        candidate: &Candidate,
        bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        self.load_one(candidate, &[], Vec::new, bind)
    }

    fn load_one(
        &self,
        candidate: &Candidate,
        needs: &[Arc<Plugin>],
        notes: impl FnOnce() -> Vec<Diagnostic>,
        bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let loaded = self.load_new(candidate, needs, notes, bind);
        if let Ok((plugin, true)) = &loaded {
            self.came(plugin, None);
        }
        loaded.map(|(plugin, _)| plugin).map_err(|error| self.refused(candidate, error))
    }

    /// A plugin, and whether it came to life just now.
    fn load_new(
        &self,
        candidate: &Candidate,
        needs: &[Arc<Plugin>],
        notes: impl FnOnce() -> Vec<Diagnostic>,
        bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<(Arc<Plugin>, bool)> {
        callback::check_outside().map_err(|error| error.plugin(candidate.name()).at(candidate.path()))?;
        if let Some(refusal) = candidate.refusal() {
            return Err(refusal.clone().into());
        }
        let begin = || self.begin(candidate, needs, None).map_err(|error| error.plugin(candidate.name()));
        if matches!(self.state(candidate), CandidateState::Loaded | CandidateState::Ended)
            && let Begun::Live(plugin) = begin()?
        {
            return Ok((plugin, false));
        }
        // Before it is begun, for then others may wait.
        self.admit(candidate)?;
        match begin()? {
            Begun::Live(plugin) => Ok((plugin, false)),
            Begun::Change(change) => {
                let plugin = self.bring_to_life(candidate, &change, notes(), false, bind)?;
                change.settle(plugin.clone());
                Ok((plugin, true))
            }
        }
    }

    /// Checks what can be known of a plugin without running it.
    pub(super) fn check(&self, candidate: &Candidate) -> Result<()> {
        let runtime = self.runtime_of(candidate)?;
        self.compare(&*runtime, candidate)?;
        runtime.check(&self.request(candidate))
    }

    /// Compares a plugin with the receipt of its install, unless its runtime does so. Returns what is odd about that.
    fn compare(&self, runtime: &dyn Runtime, candidate: &Candidate) -> Result<Vec<Diagnostic>> {
        let compares = runtime.compares_receipts();
        let compare = || check_installed(candidate.path(), candidate.artifact(), &self.profile);
        Ok(if compares { None } else { compare()? }.unwrap_or_default())
    }

    /// What is asked of a plugin's runtime.
    pub(super) fn request<'a>(&'a self, candidate: &'a Candidate) -> Request<'a> {
        Request {
            artifact: candidate.artifact(),
            folder: candidate.path(),
            entry: candidate.manifest().entry.as_deref(),
            manifest: candidate.manifest(),
            profile: &self.profile,
            prober: self.prober.as_ref(),
            offers: &self.offers,
            beside: false,
        }
    }

    /// Opens a plugin and binds it. If binding fails, what it registered goes with it.
    pub(super) fn bring_to_life(
        &self,
        candidate: &Candidate,
        change: &Change<'_>,
        notes: Vec<Diagnostic>,
        beside: bool,
        mut bind: impl FnMut(&Arc<Plugin>) -> Result<()>,
    ) -> Result<Arc<Plugin>> {
        let withheld = Withheld::begin();
        let opened = self.open(candidate, notes, beside);
        change.running();
        drop(withheld); // Nobody waits any more, so the log may be told what the runtime said meanwhile.
        let about = |error: Error| error.plugin(candidate.name()).at(candidate.path());
        let plugin = opened.map_err(about)?;
        if let Some(reason) = plugin.why_ended() {
            // There is nothing to bind, and whoever got it could do no more than unload it.
            let _ = self.take_back(&plugin);
            return Err(Error::new(
                Code::PLUGIN_ENDED,
                format!("it has ended by itself as soon as it was opened: {reason}"),
            )
            .hint("see what the reason says, and load it again")
            .plugin(candidate.name())
            .at(candidate.artifact()));
        }
        let error = match catch_unwind(AssertUnwindSafe(|| bind(&plugin))) {
            Ok(Ok(())) => return Ok(plugin),
            Ok(Err(error)) => error,
            Err(panic) => {
                let _ = self.take_back(&plugin);
                resume_unwind(panic);
            }
        };
        let error = error.plugin(candidate.name()).at(candidate.artifact());
        match self.take_back(&plugin) {
            Some(users) => Err(error.hint(format!("its library stays mapped: {}", users.join("; ")))),
            None => Err(error),
        }
    }

    /// Ends a plugin whose entry failed. If something of it is in use already, it stays, for these reasons.
    fn take_back(&self, plugin: &Arc<Plugin>) -> Option<Vec<String>> {
        let mut users = self.dependents(plugin);
        if users.is_empty() {
            users = match plugin.unload() {
                Ok(Unload::Busy(users)) => users,
                Ok(_) => Vec::new(),
                Err(error) => vec![error.message().to_owned()],
            };
        }
        if users.is_empty() {
            return None;
        }
        lock(&KEPT).push(plugin.clone());
        Some(users)
    }

    fn open(&self, candidate: &Candidate, mut notes: Vec<Diagnostic>, beside: bool) -> Result<Arc<Plugin>> {
        let runtime = self.runtime_of(candidate)?;
        notes.extend(self.compare(&*runtime, candidate)?);
        let request = Request { beside, ..self.request(candidate) };
        let events = Events::with_log(self.runtime_log().about(candidate.name(), candidate.path()));
        let file = Stamp::of(candidate.artifact());
        let instance = runtime.open(&request, &events)?;
        Ok(Arc::new(Plugin::new(candidate.clone(), instance, events, file, notes)))
    }
}

/// Loading everything: each candidate once, after what it depends on.
struct LoadAll<'a> {
    host: &'a Host,
    catalog: &'a Catalog,
    report: Report,
    /// What came of each candidate, by its path.
    outcomes: BTreeMap<&'a Path, Option<Arc<Plugin>>>,
}

impl<'a> LoadAll<'a> {
    /// Loads a candidate and what it depends on, and says whether it is alive.
    fn load(&mut self, wanted: &'a Candidate, bind: &mut impl FnMut(&Arc<Plugin>) -> Result<()>) -> bool {
        let chain = match self.catalog.with_dependencies(wanted) {
            Ok(chain) => chain,
            Err(error) => return self.take(wanted, Err(error)),
        };
        for candidate in chain {
            let alive = match self.outcomes.get(candidate.path()) {
                Some(outcome) => outcome.is_some(),
                None => {
                    let needs = needs_of(candidate, &self.report.plugins);
                    let loaded = needs.and_then(|needs| self.host.load_one(candidate, &needs, Vec::new, &mut *bind));
                    self.take(candidate, loaded)
                }
            };
            if !alive && candidate.path() != wanted.path() {
                return self.take(wanted, Err(lacks(wanted, candidate)));
            }
        }
        self.outcomes[wanted.path()].is_some()
    }

    fn take(&mut self, candidate: &'a Candidate, loaded: Result<Arc<Plugin>>) -> bool {
        let alive = self.report.take(candidate, loaded);
        self.outcomes.insert(candidate.path(), alive);
        self.outcomes[candidate.path()].is_some()
    }
}

/// Those of the loaded plugins that a candidate's manifest asks for.
fn needs_of(candidate: &Candidate, loaded: &[Arc<Plugin>]) -> Result<Vec<Arc<Plugin>>> {
    let dependencies = candidate.manifest().dependencies.iter();
    let find = |(name, requirement): (&String, &VersionReq)| {
        let mut named = loaded.iter().filter(|plugin| plugin.name() == name);
        let fit = named.clone().filter(|plugin| plugin.candidate().satisfies(Some(requirement)));
        let best = fit.max_by(|first, second| first.version().cmp(&second.version()));
        best.cloned().ok_or_else(|| stale_dependency(candidate, name, requirement, named.next_back()))
    };
    dependencies.map(find).collect()
}

/// A plugin that is alive answers a request only in the version that was asked for.
fn answers(plugin: Arc<Plugin>, requirement: Option<&VersionReq>) -> Result<Arc<Plugin>> {
    match requirement {
        Some(wanted) if !plugin.candidate().satisfies(Some(wanted)) => {
            let message = format!("`{}` is loaded, and `{wanted}` was asked for", plugin.candidate());
            Err(Error::new(Code::PLUGIN_IN_USE, message)
                .hint("another version lies in its place by now: reload it, or unload it first")
                .plugin(plugin.name())
                .at(plugin.path()))
        }
        _ => Ok(plugin),
    }
}

/// What was passed over is no error for whoever got another one.
fn passed_over(error: &Error) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..Diagnostic::from(error) }
}

fn stale_dependency(candidate: &Candidate, name: &str, wanted: &VersionReq, alive: Option<&Arc<Plugin>>) -> Error {
    let alive =
        alive.map_or_else(|| "it is not loaded".to_owned(), |plugin| format!("`{}` is loaded", plugin.candidate()));
    Error::new(Code::PLUGIN_DEPENDENCY, format!("it needs the plugin `{name}` `{wanted}`, and {alive}"))
        .hint("reload that one first")
        .plugin(candidate.name())
        .at(candidate.path())
}

fn lacks(plugin: &Candidate, missing: &Candidate) -> Error {
    Error::new(Code::PLUGIN_DEPENDENCY, format!("it needs the plugin `{missing}`, which could not be loaded"))
        .hint("mend that one first")
        .at(plugin.path())
}
