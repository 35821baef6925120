//! A live plugin: its state, what it registered, how it ends.
//!
//! Owns the account of what a plugin gave to its host, because everything registered has code in
//! the plugin: unmapping it while something is in use would leave dangling virtual tables.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use crate::capability::Capability;
use crate::catalog::Candidate;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::Manifest;
use crate::runtime::native::{Address, Library, Residency};
use crate::version::Version;

/// Something that a plugin registered with its host, and how to take it out again.
///
/// Unloading first withdraws every registration, so that nobody can get hold of it any more, and
/// then asks whether one is in use. If so, all are restored and the plugin stays; if not, all are
/// dropped and the library is closed. The methods are called on the thread that unloads, never two
/// at once for one plugin; they must not use the same plugin, and must not panic.
pub trait Registration: Send {
    /// What it is, for the one who asks why a plugin is busy: ``activation `relu6` ``.
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
    state: Mutex<State>,
}

enum State {
    Live { library: Library, registrations: Vec<Box<dyn Registration>> },
    Ending,
    Ended,
}

impl Plugin {
    pub(crate) fn new(candidate: Candidate, entry_symbol: String, library: Library) -> Plugin {
        let state = Mutex::new(State::Live { library, registrations: Vec::new() });
        Plugin { candidate, entry_symbol, state }
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
        match &*self.state() {
            State::Live { library, .. } => Some(library.mapped().to_owned()),
            _ => None,
        }
    }

    /// Whether it can be found under a capability.
    pub fn has_capability(&self, capability: &Capability) -> bool {
        self.manifest().capabilities.contains(capability)
    }

    /// Whether it is loaded.
    pub fn is_loaded(&self) -> bool {
        matches!(&*self.state(), State::Live { .. })
    }

    /// Where its entry is: a C function whose parameters are the host's affair.
    pub fn entry(&self) -> Result<Address> {
        self.symbol(&self.entry_symbol)
    }

    /// Where one of its exported symbols is. The address is good until the plugin is unloaded.
    pub fn symbol(&self, name: &str) -> Result<Address> {
        let address = match &*self.state() {
            State::Live { library, .. } => Some(library.symbol(name)),
            State::Ending | State::Ended => None,
        };
        let Some(address) = address else { return Err(self.not_live()) };
        address.ok_or_else(|| {
            Error::new(Code::SymbolMissing, format!("it does not export `{}`", brief(name)))
                .hint("list what it exports with `hotshoe inspect`")
                .plugin(self.name())
                .at(self.library())
        })
    }

    /// Takes note of something that the plugin gave to its host, also long after it was loaded.
    ///
    /// `registration` is made only if the plugin is loaded, so that a refusal drops nothing.
    pub fn register(&self, registration: impl FnOnce() -> Box<dyn Registration>) -> Result<()> {
        if let State::Live { registrations, .. } = &mut *self.state() {
            registrations.push(registration());
            return Ok(());
        }
        Err(self.not_live())
    }

    /// What it registered, in that order.
    pub fn registered(&self) -> Vec<String> {
        match &*self.state() {
            State::Live { registrations, .. } => registrations.iter().map(|r| r.what()).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn unload(&self) -> Result<Unload> {
        // Without the lock, for the registrations call the host, which may be calling us.
        let (library, mut registrations) = match std::mem::replace(&mut *self.state(), State::Ending) {
            State::Live { library, registrations } => (library, registrations),
            other => {
                *self.state() = other;
                return Err(self.not_live());
            }
        };
        let users = withdraw(&mut registrations);
        if !users.is_empty() {
            *self.state() = State::Live { library, registrations };
            return Ok(Unload::Busy(users));
        }
        // Last in, first out: what came later may build on what came before.
        while registrations.pop().is_some() {}
        let closed = library.close();
        *self.state() = State::Ended;
        match closed.map_err(|error| error.plugin(self.name()))? {
            Residency::Unmapped => Ok(Unload::Unmapped),
            Residency::Resident(reasons) => Ok(Unload::Resident(reasons)),
        }
    }

    fn not_live(&self) -> Error {
        let error = match &*self.state() {
            State::Ending => Error::new(Code::PluginBusy, "it is being unloaded at this moment")
                .hint("use it before, or load it again afterwards"),
            _ => Error::new(Code::PluginUnloaded, "it is not loaded any more")
                .hint("load it again and use the plugin that this returns"),
        };
        error.plugin(self.name()).at(self.path())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs while it is held.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Withdraws all; if one is in use, restores all and says what is in use.
fn withdraw(registrations: &mut [Box<dyn Registration>]) -> Vec<String> {
    for registration in registrations.iter_mut().rev() {
        registration.withdraw();
    }
    let in_use = registrations.iter_mut().filter_map(|r| r.in_use().then(|| format!("{} is in use", r.what())));
    let users: Vec<String> = in_use.collect();
    if !users.is_empty() {
        for registration in registrations {
            registration.restore();
        }
    }
    users
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plugin({} in {})", self.candidate, self.path().display())
    }
}
