//! Shared libraries: the only place where Hotshoe maps foreign code into the process.
//!
//! Owns mapping, symbols and truthful unmapping. It knows files and symbols; it never knows what a
//! plugin registers or who calls it. Everything that can be known without running code is checked
//! by [`crate::inspect`] before, because a library's constructors run inside [`Library::open`].

mod identity;
mod os;
mod probe;
mod staged;

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use crate::error::{Code, Error, Result};
use crate::inspect::{self, Inspection};
use crate::platform::Platform;
use crate::receipt::{self, Digest};

use identity::FileIdentity;
pub use probe::Prober;
use staged::Staged;

/// The address of a symbol in a loaded library; meaningless once the library is unmapped.
pub type Address = *const c_void;

/// What became of a library that was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Residency {
    /// It is not mapped any more.
    Unmapped,
    /// It is still mapped, for these reasons.
    Resident(Vec<String>),
}

/// A mapped shared library.
///
/// Dropping it leaves it mapped for the rest of the process: only [`Library::close`] unmaps, so that
/// code still in use is never pulled away by accident.
#[derive(Debug)]
pub struct Library {
    handle: os::Handle,
    /// What was mapped: the plugin's own file, or the private copy.
    mapped: PathBuf,
    copy: Option<Staged>,
}

/// The files that are mapped from their own places, by any host, with how many handles of ours each
/// has. As long as one is mapped, the system's loader answers its path with its code, whatever lies
/// there by now.
static MAPPED: Mutex<BTreeMap<PathBuf, (FileIdentity, usize)>> = Mutex::new(BTreeMap::new());

impl Library {
    /// Checks and maps a library, and runs its constructors. `entry` must be among its exports.
    ///
    /// An absolute `path` is needed, so that no system folder is searched instead. If another file is
    /// still mapped from this path, a private copy is mapped. May be called from any thread.
    pub fn open(path: &Path, entry: &str) -> Result<Library> {
        let metadata = inspect::check_before_load(path, Platform::current(), entry)?;
        if !note_mapped(path, FileIdentity::new(path, &metadata)) {
            return Self::open_copy(path, entry);
        }
        Self::map(path.to_owned(), None).map_err(|error| {
            note_closed(path, false);
            explain(error, path, entry)
        })
    }

    /// The same for a private copy, so that the file itself may be overwritten while it is in use.
    ///
    /// The copy lies in a temporary folder beside links to everything else in the plugin's folder, so
    /// that what the library finds relative to itself is found still.
    pub fn open_copy(path: &Path, entry: &str) -> Result<Library> {
        Self::map_copy(path, entry, Staged::new(path)?)
    }

    /// The same, if the copy has this digest: so what is mapped is what was compared, whatever happens to
    /// the file meanwhile.
    pub fn open_installed(path: &Path, entry: &str, digest: Digest) -> Result<Library> {
        let copy = Staged::new(path)?;
        receipt::check_library(copy.library(), digest).map_err(|error| error.at(path))?;
        Self::map_copy(path, entry, copy)
    }

    fn map_copy(path: &Path, entry: &str, copy: Staged) -> Result<Library> {
        let mapped = copy.library().to_owned();
        inspect::check_before_load(&mapped, Platform::current(), entry)?;
        Self::map(mapped, Some(copy)).map_err(|error| explain(error, path, entry))
    }

    fn map(mapped: PathBuf, copy: Option<Staged>) -> Result<Library> {
        let handle = os::Handle::open(&mapped).map_err(|reason| {
            Error::new(Code::LoadFailed, "the system's loader refused the library").because(reason)
        })?;
        Ok(Library { handle, mapped, copy })
    }

    /// Where an exported symbol is, if there is one.
    pub fn symbol(&self, name: &str) -> Option<Address> {
        self.handle.symbol(name)
    }

    /// The file that is mapped.
    pub fn mapped(&self) -> &Path {
        &self.mapped
    }

    /// Whether it is a private copy that is mapped.
    pub fn is_copy(&self) -> bool {
        self.copy.is_some()
    }

    /// Closes the library and finds out whether it is really gone.
    ///
    /// Nothing of the library may be in use: no thread in its code, no object with a destructor or a
    /// virtual table in it. That is for the caller to know; [`crate::plugin`] keeps account.
    pub fn close(self) -> Result<Residency> {
        let Library { handle, mapped, copy } = self;
        handle.close().map_err(|reason| {
            Error::new(Code::LoadFailed, "the system's loader could not close the library").because(reason).at(&mapped)
        })?;
        let stays = os::is_mapped(&mapped);
        if copy.is_none() {
            note_closed(&mapped, stays);
        }
        Ok(if stays { Residency::Resident(why_resident(&mapped)) } else { Residency::Unmapped })
    }
}

/// Takes note that a file is to be mapped; `false` if another one is mapped from its path.
fn note_mapped(path: &Path, identity: FileIdentity) -> bool {
    let mut mapped = mapped();
    let (known, handles) = mapped.entry(path.to_owned()).or_insert_with(|| (identity.clone(), 0));
    if *known != identity {
        return false;
    }
    *handles += 1;
    true
}

/// Takes note that one handle less is open. The file is forgotten with the last one, unless it stays mapped.
fn note_closed(path: &Path, stays: bool) {
    let mut mapped = mapped();
    if let Some((_, handles)) = mapped.get_mut(path) {
        *handles -= 1;
        if *handles == 0 && !stays {
            mapped.remove(path);
        }
    }
}

fn mapped() -> MutexGuard<'static, BTreeMap<PathBuf, (FileIdentity, usize)>> {
    MAPPED.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Why a library is mapped still after the last handle of ours was closed.
fn why_resident(library: &Path) -> Vec<String> {
    let Ok(facts) = Inspection::of(library) else { return vec!["it cannot be inspected any more".to_owned()] };
    let mut reasons = facts.residency_reasons();
    if reasons.is_empty() && facts.exports.len() > 1 {
        let count = facts.exports.len();
        reasons.push(format!("it exports {count} symbols, to which libraries that were loaded with it may be bound: export the entry only"));
    }
    if reasons.is_empty() {
        reasons.push(
            "something else holds it: another library or a second handle, or thread-local data with destructors"
                .to_owned(),
        );
    }
    reasons
}

/// Replaces the system's words, which can be misleading, by what inspecting the library shows.
fn explain(refused: Error, path: &Path, entry: &str) -> Error {
    match Inspection::of(path).and_then(|facts| facts.check(Platform::current(), entry).map(|()| facts)) {
        Err(known) => known.because(refused.causes().next().unwrap_or_default()),
        Ok(facts) => {
            let said = refused.causes().collect::<String>();
            if let Some(meaning) = facts.meaning_of_refusal(&said) {
                return refused.at(path).hint(meaning);
            }
            // glibc and FreeBSD, then musl and macOS.
            let symbol = ["ndefined symbol", "ymbol not found"].iter().any(|words| said.contains(words));
            refused.at(path).hint(match symbol {
                true => "link the library that defines the symbol; if it is the host's own, the host must export it",
                false => "see what it needs with `hotshoe inspect`",
            })
        }
    }
}
