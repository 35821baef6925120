//! What a program is told of its plugins without asking, and what it may forbid.

use std::cell::Cell;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Weak};

use super::Host;
use super::callback::{self, Callback, Panicked};
use crate::catalog::{Candidate, Catalog};
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result, codes};
use crate::input::printable;
use crate::plugin::{Plugin, Unload};
use crate::runtime::{Hears, HostLog};

codes! {
    PLUGIN_VETOED = "plugin-vetoed", LOAD, "The host's filter does not let the plugin be loaded.";
}

/// Says why a plugin is not to be loaded, or nothing. See [`Host::set_filter`].
pub type Filter = dyn Fn(&Candidate) -> Result<()> + Send + Sync;

/// Is told of a finding. See [`Host::set_log`].
pub type Log = dyn Fn(&Diagnostic) + Send + Sync;

/// Is told what happened to a plugin. See [`Host::set_listener`].
pub type Listener = dyn Fn(&Event<'_>) + Send + Sync;

/// What happened to a plugin of a host.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// It was loaded and bound.
    Loaded(&'a Arc<Plugin>),
    /// It was unloaded, and this became of it.
    Unloaded(&'a Arc<Plugin>, &'a Unload),
    /// It took the place of an older one, which has ended.
    Reloaded {
        /// The one that is alive now.
        plugin: &'a Arc<Plugin>,
        /// The one that has ended.
        old: &'a Arc<Plugin>,
    },
    /// It could not be loaded or reloaded, or would not be, for this reason.
    Refused {
        /// Its name.
        name: &'a str,
        /// Its folder, or its artifact if it has no folder of its own.
        path: &'a Path,
        /// Why.
        why: &'a Diagnostic,
    },
    /// It has ended by itself, for this reason in its runtime's words. It stays loaded until it is unloaded.
    Ended(&'a Arc<Plugin>, &'a str),
}

impl Event<'_> {
    /// The plugin it is about, if that was alive.
    pub fn plugin(&self) -> Option<&Arc<Plugin>> {
        match self {
            Event::Loaded(plugin) | Event::Unloaded(plugin, _) | Event::Ended(plugin, _) => Some(plugin),
            Event::Reloaded { plugin, .. } => Some(plugin),
            Event::Refused { .. } => None,
        }
    }

    /// The name of the plugin it is about.
    pub fn name(&self) -> &str {
        match self {
            Event::Refused { name, .. } => name,
            _ => self.plugin().map_or("", |plugin| plugin.name()),
        }
    }

    /// The plugin's folder, or its artifact if it has no folder of its own.
    pub fn path(&self) -> &Path {
        match self {
            Event::Refused { path, .. } => path,
            _ => self.plugin().map_or(Path::new(""), |plugin| plugin.path()),
        }
    }
}

/// ``the plugin `gain 1.0.0` was loaded``: one line, of which no part can pass for more.
impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Event::Loaded(plugin) => format!("the plugin `{}` was loaded", plugin.candidate()),
            Event::Unloaded(plugin, unload) => format!("the plugin `{}` was unloaded: {unload}", plugin.candidate()),
            Event::Reloaded { plugin, old } => {
                format!("the plugin `{}` took the place of `{}`", plugin.candidate(), old.candidate())
            }
            Event::Refused { name, why, .. } => format!("the plugin `{name}` was not loaded: {}", why.message),
            Event::Ended(plugin, reason) => {
                format!("the plugin `{}` has ended by itself: {reason}", plugin.candidate())
            }
        };
        f.write_str(&printable(&said))
    }
}

/// What a host calls of its program. Runtimes may tell of ends on threads of their own, so it is shared with them.
#[derive(Debug, Default)]
pub(super) struct Watch {
    filter: Callback<Filter>,
    log: Callback<Log>,
    listener: Callback<Listener>,
}

impl Watch {
    /// Calls nobody any more, once this returns.
    pub(super) fn end(&self) {
        self.filter.set(None);
        self.listener.set(None);
        self.log.set(None);
    }

    pub(super) fn has_filter(&self) -> bool {
        self.filter.is_set()
    }

    pub(super) fn tell(&self, event: &Event<'_>) {
        let _ = self.listener.call(|listener| listener(event));
    }

    pub(super) fn log(&self, found: &Diagnostic) {
        if self.log.is_set() {
            let mut found = found.clone();
            found.message = printable(&found.message);
            found.hint = found.hint.as_deref().map(printable);
            found.plugin = found.plugin.as_deref().map(printable);
            let _ = self.log.call(|log| log(&found));
        }
    }

    /// Whether the program's filter lets a plugin in.
    fn check(&self, candidate: &Candidate) -> Result<()> {
        let why = match self.filter.call(|filter| filter(candidate)) {
            None | Some(Ok(Ok(()))) => return Ok(()),
            Some(Ok(Err(why))) => printable(&Diagnostic::from(why).message),
            Some(Err(Panicked)) => "the filter panicked".to_owned(),
        };
        Err(Error::new(Code::PLUGIN_VETOED, "the host does not let it be loaded")
            .because(why)
            .plugin(candidate.name())
            .at(candidate.path()))
    }

    fn ended(&self, plugin: &Arc<Plugin>, reason: &str) {
        self.log(
            &Diagnostic::warning(Code::PLUGIN_ENDED, format!("it has ended by itself: {reason}"))
                .plugin(plugin.name())
                .at(plugin.path()),
        );
        self.tell(&Event::Ended(plugin, reason));
    }
}

thread_local! {
    /// Whether a line of a runtime is being told on this thread.
    static IS_TELLING: Cell<bool> = const { Cell::new(false) };
}

/// What runtimes say. A log that calls a plugin, which says something, would be told of that for ever.
impl Hears for Watch {
    fn hear(&self, found: &Diagnostic) {
        if !IS_TELLING.replace(true) {
            self.log(found);
            IS_TELLING.set(false);
        }
    }
}

/// Functions that belong to one host. They are called on whatever thread something happens, also one of a runtime's,
/// on several at once, and never under a lock of Hotshoe's.
///
/// In them everything may be asked. Whatever loads, reloads or unloads a plugin, of this host or another, is
/// [`Code::PLUGIN_BUSY`] there. A panic in one goes no further.
///
/// Setting another function, or none, waits until no call of the one before is going on, unless it is done from within
/// such a function. Without any, nothing is said or printed.
impl Host {
    /// Asks this function before a plugin is loaded or reloaded, or one that it depends on. If it fails, the plugin is
    /// refused as [`Code::PLUGIN_VETOED`], and the next best one of its name is taken. It may be asked more than once,
    /// and is not asked of a plugin that is alive.
    pub fn set_filter(&self, filter: Option<Arc<Filter>>) {
        self.watch.filter.set(filter);
    }

    /// Tells this function of findings: why plugins are refused, what is noticed when they are loaded, that they ended
    /// by themselves, and as [`Code::RUNTIME_LOG`] what their runtimes have to say. Texts are short and hold no control
    /// characters. What is said because of its own calls of plugins, it is not told.
    pub fn set_log(&self, log: Option<Arc<Log>>) {
        self.watch.log.set(log);
    }

    /// Tells this function what happens to plugins, after it has happened.
    pub fn set_listener(&self, listener: Option<Arc<Listener>>) {
        self.watch.listener.set(listener);
    }

    /// Whether this thread is in a callback, or in the midst of changing a plugin of this host, so that the host cannot
    /// end. The log is told, for nobody else can be.
    #[cfg(feature = "capi")]
    pub(crate) fn must_stay(&self) -> bool {
        let Err(error) = callback::check_outside().and_then(|()| self.check_unchanging()) else { return false };
        // Not again from a log that does it, too.
        if callback::depth() <= 1 {
            self.watch.log(&Diagnostic::from(&error.because("the host was to be freed, and stays")));
        }
        true
    }

    /// Tells the log of what the program did wrong, and yet was done.
    #[cfg(feature = "capi")]
    pub(crate) fn note(&self, found: &Diagnostic) {
        self.watch.log(found);
    }

    /// Where runtimes write what they have to say.
    pub(super) fn runtime_log(&self) -> HostLog {
        HostLog::new(&self.watch)
    }

    /// Whether the filter lets a plugin in.
    pub(super) fn admit(&self, candidate: &Candidate) -> Result<()> {
        self.watch.check(candidate)
    }

    /// Refuses what the filter does not let in, so that others are taken. From within a callback nothing is asked.
    pub(super) fn filter(&self, catalog: &mut Catalog) {
        if self.watch.has_filter() && !callback::is_inside() {
            catalog.refuse_those(|candidate| self.admit(candidate));
        }
    }

    /// Tells that a plugin is alive, and has it told should that end by itself.
    pub(super) fn came(&self, plugin: &Arc<Plugin>, old: Option<&Arc<Plugin>>) {
        self.notice_taken(plugin, |_| true);
        for found in plugin.diagnostics() {
            self.watch.log(&found);
        }
        self.watch.tell(&match old {
            None => Event::Loaded(plugin),
            Some(old) => Event::Reloaded { plugin, old },
        });
        let (watch, weak) = (self.watch.clone(), Arc::downgrade(plugin));
        plugin.events().listen(move |reason| tell_end(&watch, &weak, reason));
    }

    /// Tells that a plugin was refused. That another thread is at it is no refusal.
    pub(super) fn refused(&self, candidate: &Candidate, error: Error) -> Error {
        if error.code() != Code::PLUGIN_BUSY {
            self.refuse(candidate, &Diagnostic::from(&error));
        }
        error
    }

    pub(super) fn refuse(&self, candidate: &Candidate, why: &Diagnostic) {
        self.watch.log(why);
        self.watch.tell(&Event::Refused { name: candidate.name(), path: candidate.path(), why });
    }
}

/// A plugin that is being ended is not told to have ended by itself.
fn tell_end(watch: &Watch, plugin: &Weak<Plugin>, reason: &str) {
    if let Some(plugin) = plugin.upgrade().filter(|plugin| plugin.is_loaded()) {
        watch.ended(&plugin, reason);
    }
}
