//! A live plugin: its state, what it registered, how it ends.
//!
//! Owns the account of what a plugin gave to its host, because everything registered has code in
//! the plugin: unmapping it while something is in use would leave dangling virtual tables.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use crate::capability::Capability;
use crate::catalog::Candidate;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result, codes};
use crate::input::brief;
use crate::manifest::Manifest;
use crate::runtime::native::{Address, Image, Library, Replaced, Residency};
use crate::version::Version;

codes! {
    PLUGIN_BUSY = "plugin-busy", LOAD, "The plugin is being loaded or unloaded at this moment.";
    PLUGIN_UNLOADED = "plugin-unloaded", LOAD, "The plugin is not loaded any more.";
    SYMBOL_MISSING = "symbol-missing", LOAD, "The plugin does not export this symbol.";
    ENTRY_FAILED = "entry-failed", BIND, "The plugin's entry function failed.";
    PLUGIN_IN_USE = "plugin-in-use", UNLOAD, "The plugin, or something that it registered, is in use.";
}

/// Something that a plugin registered with its host, and how to take it out again.
///
/// Unloading first withdraws every registration, so that nobody can get hold of it any more, and
/// then asks whether one is in use. If so, all are restored and the plugin stays; if not, all are
/// dropped and the library is closed. The methods are called on the thread that unloads, never two
/// at once for one plugin; they must not use the same plugin, and must not panic.
pub trait Registration: Send {
    /// What it is, for the one who asks why a plugin is busy: ``activation `relu6` ``. It is asked once.
    fn what(&self) -> String;
    /// Takes it out of the host's hands.
    fn withdraw(&mut self);
    /// Whether someone beside the registry holds it; asked after [`Registration::withdraw`].
    fn in_use(&mut self) -> bool;
    /// Puts it back.
    fn restore(&mut self);
}

/// The answer to "unload this plugin".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unload {
    /// Its library is not mapped any more.
    Unmapped,
    /// Nothing of it is used any more, but its library stays mapped, for these reasons.
    Resident(Vec<String>),
    /// These things of it are in use; the plugin lives on as if nothing had been asked.
    Busy(Vec<String>),
}

/// `unmapped`, ``resident: the library is marked NODELETE``, ``busy: activation `relu6` is in use``
impl fmt::Display for Unload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unload::Unmapped => f.write_str("unmapped"),
            Unload::Resident(reasons) => write!(f, "resident: {}", reasons.join("; ")),
            Unload::Busy(users) => write!(f, "busy: {}", users.join("; ")),
        }
    }
}

/// A plugin that was brought to life.
///
/// It may be used from any thread. It stays loaded until [`crate::host::Host::unload`] says
/// otherwise, and if nobody does, for the rest of the process.
pub struct Plugin {
    candidate: Candidate,
    entry_symbol: String,
    diagnostics: Vec<Diagnostic>,
    state: Mutex<State>,
}

enum State {
    Live(Box<Live>),
    Ending,
    Ended,
}

struct Live {
    library: Library,
    registrations: Vec<Registered>,
    /// How many threads are making a registration at this moment.
    registering: usize,
}

/// A registration, and what it said it is.
struct Registered {
    what: String,
    registration: Box<dyn Registration>,
}

impl Plugin {
    pub(crate) fn new(
        candidate: Candidate,
        entry_symbol: String,
        library: Library,
        diagnostics: Vec<Diagnostic>,
    ) -> Plugin {
        let state = Mutex::new(State::Live(Box::new(Live { library, registrations: Vec::new(), registering: 0 })));
        Plugin { candidate, entry_symbol, diagnostics, state }
    }

    pub(crate) fn candidate(&self) -> &Candidate {
        &self.candidate
    }

    /// What of it is mapped, if it is.
    pub(crate) fn image(&self) -> Option<Image> {
        self.library_if_live(|library| library.image().clone())
    }

    /// The libraries that are mapped and linked with its library.
    pub(crate) fn needed_by(&self) -> Vec<Image> {
        self.image().map(|image| image.needed_by()).unwrap_or_default()
    }

    /// The libraries that it brought and that are other files by now.
    pub(crate) fn replaced_libraries(&self) -> Vec<Replaced> {
        match &*self.state() {
            State::Live(live) => live.library.replaced(self.path()),
            State::Ending | State::Ended => Vec::new(),
        }
    }

    fn library_if_live<T>(&self, ask: impl FnOnce(&Library) -> T) -> Option<T> {
        match &*self.state() {
            State::Live(live) => Some(ask(&live.library)),
            State::Ending | State::Ended => None,
        }
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

    /// Its library.
    pub fn library(&self) -> &Path {
        self.candidate.library()
    }

    /// The file that is mapped: its library, or a private copy; `None` once it is unloaded.
    pub fn mapped(&self) -> Option<PathBuf> {
        self.library_if_live(|library| library.mapped().to_owned())
    }

    /// What was noticed while it was loaded: better candidates that could not be loaded, among others.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Whether it can be found under a capability.
    pub fn has_capability(&self, capability: &Capability) -> bool {
        self.manifest().capabilities.contains(capability)
    }

    /// Whether it is loaded.
    pub fn is_loaded(&self) -> bool {
        matches!(&*self.state(), State::Live(_))
    }

    /// Where its entry is: a C function whose parameters are the host's affair.
    pub fn entry(&self) -> Result<Address> {
        self.symbol(&self.entry_symbol)
    }

    /// Where one of its exported symbols is. The address is good until the plugin is unloaded.
    pub fn symbol(&self, name: &str) -> Result<Address> {
        let Some(address) = self.library_if_live(|library| library.symbol(name)) else { return Err(self.not_live()) };
        address.ok_or_else(|| {
            Error::new(Code::SYMBOL_MISSING, format!("it does not export `{}`", brief(name)))
                .hint("list what it exports with `hotshoe inspect`")
                .plugin(self.name())
                .at(self.library())
        })
    }

    /// Takes note of something that the plugin gave to its host, also long after it was loaded.
    ///
    /// `registration` is made only if the plugin is loaded, so that a refusal drops nothing. Meanwhile
    /// the plugin cannot be unloaded: that is [`Code::PLUGIN_BUSY`].
    pub fn register(&self, registration: impl FnOnce() -> Box<dyn Registration>) -> Result<()> {
        let Some(registering) = Registering::begin(self) else { return Err(self.not_live()) };
        // Without the lock, for this is the host's code, which may use the plugin.
        let registration = registration();
        registering.end(Registered { what: registration.what(), registration });
        Ok(())
    }

    /// What it registered, in that order.
    pub fn registered(&self) -> Vec<String> {
        match &*self.state() {
            State::Live(live) => live.registrations.iter().map(|registered| registered.what.clone()).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn unload(&self) -> Result<Unload> {
        // Without the lock, for the registrations call the host, which may be calling us.
        let mut live = self.begin_ending()?;
        let users = withdraw(&mut live.registrations);
        if !users.is_empty() {
            *self.state() = State::Live(live);
            return Ok(Unload::Busy(users));
        }
        // Last in, first out: what came later may build on what came before.
        while live.registrations.pop().is_some() {}
        let closed = live.library.close();
        *self.state() = State::Ended;
        match closed.map_err(|error| error.plugin(self.name()))? {
            Residency::Unmapped => Ok(Unload::Unmapped),
            Residency::Resident(reasons) => Ok(Unload::Resident(reasons)),
        }
    }

    fn begin_ending(&self) -> Result<Box<Live>> {
        let mut state = self.state();
        if let State::Live(live) = &*state
            && live.registering > 0
        {
            return Err(Error::new(Code::PLUGIN_BUSY, "it is registering something at this moment")
                .hint("unload it again afterwards")
                .plugin(self.name())
                .at(self.path()));
        }
        match std::mem::replace(&mut *state, State::Ending) {
            State::Live(live) => Ok(live),
            other => {
                *state = other;
                drop(state);
                Err(self.not_live())
            }
        }
    }

    fn not_live(&self) -> Error {
        let error = match &*self.state() {
            State::Ending => Error::new(Code::PLUGIN_BUSY, "it is being unloaded at this moment")
                .hint("use it before, or load it again afterwards"),
            _ => Error::new(Code::PLUGIN_UNLOADED, "it is not loaded any more")
                .hint("load it again and use the plugin that this returns"),
        };
        error.plugin(self.name()).at(self.path())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs while it is held.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The time in which a registration is made: the plugin stays as it is.
struct Registering<'a>(&'a Plugin);

impl<'a> Registering<'a> {
    fn begin(plugin: &'a Plugin) -> Option<Registering<'a>> {
        match &mut *plugin.state() {
            State::Live(live) => live.registering += 1,
            _ => return None,
        }
        Some(Registering(plugin))
    }

    fn end(self, registered: Registered) {
        if let State::Live(live) = &mut *self.0.state() {
            live.registrations.push(registered);
        }
    }
}

impl Drop for Registering<'_> {
    fn drop(&mut self) {
        if let State::Live(live) = &mut *self.0.state() {
            live.registering -= 1;
        }
    }
}

/// Withdraws all; if one is in use, restores all and says what is in use.
fn withdraw(registrations: &mut [Registered]) -> Vec<String> {
    for registered in registrations.iter_mut().rev() {
        registered.registration.withdraw();
    }
    let in_use = |registered: &mut Registered| {
        registered.registration.in_use().then(|| format!("{} is in use", registered.what))
    };
    let users: Vec<String> = registrations.iter_mut().filter_map(in_use).collect();
    if !users.is_empty() {
        for registered in registrations {
            registered.registration.restore();
        }
    }
    users
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plugin({} in {})", self.candidate, self.path().display())
    }
}
