//! A live plugin: its state, what it registered, how it ends.
//!
//! Owns the account of what a plugin gave to its host, because everything registered has code in
//! the plugin: unmapping it while something is in use would leave dangling virtual tables.

mod lease;
mod life;
mod on_disk;
mod registration;
mod unload;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::capability::Capability;
use crate::catalog::Candidate;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result, codes};
use crate::input::brief;
use crate::manifest::Manifest;
use crate::runtime::{Address, Call, Events, Image, Instance, Services, Sink};
use crate::version::Version;

pub use lease::Lease;
pub(crate) use life::Withdrawn;
use life::{Life, NotNow};
pub(crate) use on_disk::Stamp;
pub use registration::Registration;
pub use unload::Unload;

codes! {
    PLUGIN_BUSY = "plugin-busy", LOAD, "The plugin is being loaded or unloaded at this moment.";
    PLUGIN_UNLOADED = "plugin-unloaded", LOAD, "The plugin is not loaded any more.";
    SYMBOL_MISSING = "symbol-missing", LOAD, "The plugin does not export this symbol.";
    ENTRY_FAILED = "entry-failed", BIND, "The plugin's entry function failed.";
    PLUGIN_IN_USE = "plugin-in-use", UNLOAD, "The plugin, or something that it registered, is in use.";
}

/// A plugin that was brought to life.
///
/// It may be used from any thread. It stays loaded until [`crate::host::Host::unload`] says
/// otherwise, and if nobody does, for the rest of the process.
pub struct Plugin {
    candidate: Candidate,
    diagnostics: Mutex<Vec<Diagnostic>>,
    /// Its file as it was when it was loaded, or when a reload of it last failed.
    known: Mutex<Option<Stamp>>,
    events: Events,
    life: Life,
    /// What it can be found under beside what its manifest says.
    further: Mutex<Vec<Capability>>,
}

impl Plugin {
    pub(crate) fn new(
        candidate: Candidate,
        instance: Box<dyn Instance>,
        events: Events,
        known: Option<Stamp>,
        mut diagnostics: Vec<Diagnostic>,
    ) -> Plugin {
        let noticed = instance.diagnostics().into_iter();
        diagnostics.extend(noticed.map(|found| found.plugin(candidate.name()).at(candidate.artifact())));
        let (diagnostics, life) = (Mutex::new(diagnostics), Life::new(instance));
        Plugin { candidate, diagnostics, known: Mutex::new(known), events, life, further: Mutex::default() }
    }

    pub(crate) fn candidate(&self) -> &Candidate {
        &self.candidate
    }

    /// What of it is mapped, if it is.
    pub(crate) fn image(&self) -> Option<Image> {
        self.life.ask(|instance| instance.image()).ok().flatten()
    }

    /// What is mapped and linked with it.
    pub(crate) fn linked(&self) -> Vec<Image> {
        self.life.ask(|instance| instance.linked()).unwrap_or_default()
    }

    /// What could be asked of it, if it is alive.
    pub(crate) fn ask<T>(&self, ask: impl FnOnce(&dyn Instance) -> T) -> Result<T> {
        self.life.ask(ask).map_err(|why| self.not_now(&why))
    }

    /// Takes back what it registered, or says what is in use.
    pub(crate) fn withdraw(&self) -> Result<Result<Withdrawn<'_>, Vec<String>>> {
        match self.life.withdraw() {
            Ok(withdrawn) => Ok(Ok(withdrawn)),
            Err(NotNow::InUse(users)) => Ok(Err(users)),
            Err(why) => Err(self.not_now(&why)),
        }
    }

    /// Where its runtime tells what happens to it.
    pub(crate) fn events(&self) -> &Events {
        &self.events
    }

    pub(crate) fn notice(&self, found: Diagnostic) {
        self.noticed().push(found);
    }

    fn noticed(&self) -> MutexGuard<'_, Vec<Diagnostic>> {
        // Nothing that can panic runs while it is held.
        self.diagnostics.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Takes note of something else that it can be found under.
    pub(crate) fn add_capability(&self, capability: Capability) {
        if !self.has_capability(&capability) {
            self.further().push(capability);
        }
    }

    fn further(&self) -> MutexGuard<'_, Vec<Capability>> {
        // Nothing that can panic runs while it is held.
        self.further.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Takes note that a reload of what its file was then has failed.
    pub(crate) fn reload_failed(&self, file: Option<Stamp>) {
        *self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = file;
    }

    /// The plugin's name.
    pub fn name(&self) -> &str {
        self.candidate.name()
    }

    /// The plugin's version, if it says one.
    pub fn version(&self) -> Option<&Version> {
        self.candidate.version()
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        self.candidate.manifest()
    }

    /// Its folder, or its library if it has no folder of its own.
    pub fn path(&self) -> &Path {
        self.candidate.path()
    }

    /// The file that it consists of, whatever its runtime makes of it.
    pub fn artifact(&self) -> &Path {
        self.candidate.artifact()
    }

    /// What brought it to life.
    pub fn runtime(&self) -> &str {
        self.candidate.runtime()
    }

    /// Its library; empty if it is none.
    pub fn library(&self) -> &Path {
        self.candidate.library()
    }

    /// The file that is in use: its library, or a private copy; `None` once it is unloaded.
    pub fn mapped(&self) -> Option<PathBuf> {
        self.life.ask(|instance| instance.in_use()).ok().flatten()
    }

    /// What was noticed while it was loaded: better candidates that could not be loaded, among others.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.noticed().clone()
    }

    /// What it can be found under: what its manifest says, then what the host registered for it.
    pub fn capabilities(&self) -> Vec<Capability> {
        self.manifest().capabilities.iter().chain(self.further().iter()).cloned().collect()
    }

    /// Whether it can be found under a capability.
    pub fn has_capability(&self, capability: &Capability) -> bool {
        self.manifest().capabilities.contains(capability) || self.further().contains(capability)
    }

    /// Whether it is loaded.
    pub fn is_loaded(&self) -> bool {
        self.life.is_live()
    }

    /// Whether its artifact is another file now than when it was loaded, so that a reload would bring something new. One
    /// that is not there is none. After a reload that failed for a reason of the new files, it is compared with those;
    /// not after [`Code::PLUGIN_IN_USE`], [`Code::PLUGIN_BUSY`] and [`Code::RELOAD_NOT_BESIDE`], which say to try again.
    pub fn is_changed(&self) -> bool {
        let now = Stamp::of(self.artifact());
        now.is_some() && now != *self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Why it has ended by itself, if it has: a process can. It stays loaded until it is unloaded.
    pub fn why_ended(&self) -> Option<String> {
        self.events.why_ended()
    }

    /// Where its entry is: a C function whose parameters are the host's affair.
    pub fn entry(&self) -> Result<Address> {
        self.found(self.ask(|instance| instance.entry())?, || "it does not export its entry".to_owned())
    }

    /// Where one of its exported symbols is. The address is good until the plugin is unloaded.
    pub fn symbol(&self, name: &str) -> Result<Address> {
        let missing = || format!("it does not export `{}`", brief(name));
        self.found(self.ask(|instance| instance.symbol(name))?, missing)
    }

    fn found(&self, answer: Result<Option<Address>>, missing: impl FnOnce() -> String) -> Result<Address> {
        answer.map_err(|error| self.about(error))?.ok_or_else(|| {
            let hint = "list what it exports with `hotshoe inspect`";
            self.about(Error::new(Code::SYMBOL_MISSING, missing()).hint(hint))
        })
    }

    /// Where the table of an interface is, in exactly this revision; `None` if the plugin does not offer it. The
    /// address is good until the plugin is unloaded.
    pub fn interface(&self, id: &str, revision: u32) -> Result<Option<Address>> {
        self.ask(|instance| instance.interface(id, revision))?.map_err(|error| self.about(error))
    }

    /// What the functions of its interfaces are given first. The address is good until the plugin is unloaded.
    pub fn instance(&self) -> Result<Address> {
        self.ask(|instance| instance.instance())
    }

    /// Calls a method, and returns when it has ended. Meanwhile the plugin cannot be unloaded.
    ///
    /// Fails as [`Instance::call`] does, and with [`Code::PLUGIN_UNLOADED`] or [`Code::PLUGIN_BUSY`].
    pub fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
        call.check().map_err(|error| self.about(error))?;
        let called = self.life.call(|instance| instance.call(call, sink)).map_err(|why| self.not_now(&why))?;
        called.map_err(|error| self.about(error))
    }

    /// Gives more input to a call that is going on, by its [`Call::id`].
    pub fn send(&self, call: u64, input: &[u8]) -> Result<()> {
        let sent = self.life.call(|instance| instance.send(call, input)).map_err(|why| self.not_now(&why))?;
        sent.map_err(|error| self.about(error))
    }

    /// Says that a call gets no more input.
    pub fn finish(&self, call: u64) -> Result<()> {
        self.ask(|instance| instance.finish(call))?.map_err(|error| self.about(error))
    }

    /// What it says of its interfaces and methods, as JSON.
    pub fn describe(&self) -> Result<serde_json::Value> {
        self.ask(|instance| instance.describe())?.map_err(|error| self.about(error))
    }

    /// Whether it can serve calls; if it cannot, the error says why.
    pub fn health(&self) -> Result<()> {
        if let Some(reason) = self.why_ended() {
            return Err(self.about(Error::new(Code::PLUGIN_ENDED, format!("it has ended by itself: {reason}"))));
        }
        self.ask(|instance| instance.health())?.map_err(|error| self.about(error))
    }

    /// Lets it call the host.
    pub fn offer(&self, services: Arc<dyn Services>) -> Result<()> {
        self.ask(|instance| instance.offer(services))?.map_err(|error| self.about(error))
    }

    /// Takes note of something that the plugin gave to its host, also long after it was loaded.
    ///
    /// `registration` is made only if the plugin is loaded, so that a refusal drops nothing. Meanwhile
    /// the plugin cannot be unloaded: that is [`Code::PLUGIN_BUSY`].
    pub fn register(&self, registration: impl FnOnce() -> Box<dyn Registration>) -> Result<()> {
        self.life.register(registration).map_err(|why| self.not_now(&why))
    }

    /// What it registered, in that order.
    pub fn registered(&self) -> Vec<String> {
        self.life.registered()
    }

    pub(crate) fn unload(&self) -> Result<Unload> {
        match self.withdraw()? {
            Ok(withdrawn) => withdrawn.end().map(Unload::from).map_err(|error| error.plugin(self.name())),
            Err(users) => Ok(Unload::Busy(users)),
        }
    }

    fn not_now(&self, why: &NotNow) -> Error {
        let error = match why {
            NotNow::Ending => Error::new(Code::PLUGIN_BUSY, "it is being unloaded at this moment")
                .hint("use it before, or load it again afterwards"),
            NotNow::Ended => Error::new(Code::PLUGIN_UNLOADED, "it is not loaded any more")
                .hint("load it again and use the plugin that this returns"),
            NotNow::Registering => Error::new(Code::PLUGIN_BUSY, "it is registering something at this moment")
                .hint("unload it again afterwards"),
            NotNow::InUse(users) => Error::new(Code::PLUGIN_IN_USE, users.join("; ")).hint("try again afterwards"),
        };
        error.plugin(self.name()).at(self.path())
    }

    fn about(&self, error: Error) -> Error {
        error.plugin(self.name()).at(self.artifact())
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plugin({} in {})", self.candidate, self.path().display())
    }
}
