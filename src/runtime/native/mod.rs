//! Shared libraries: the only place where Hotshoe maps foreign code into the process.
//!
//! Owns mapping, symbols and truthful unmapping. It knows files and symbols; it never knows what a
//! plugin registers or who calls it. Everything that can be known without running code is checked
//! by [`crate::inspect`] before, because a library's constructors run inside [`Library::open`].

#[cfg(any(target_os = "linux", target_os = "android"))]
mod bundled;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod bundled_unsupported;
pub(crate) mod codes;
pub(crate) mod context;
mod contract;
mod hooks;
mod identity;
#[cfg(all(unix, not(target_vendor = "apple")))]
mod image;
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
mod image_unsupported;
mod instance;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod maps;
pub(in crate::runtime) mod os;
pub(crate) mod passed;
mod staged;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::error::{Code, Error, Result};
use crate::inspect::{self, Inspection, Sanitizer};
use crate::platform::{self, Platform};
use crate::receipt::Receipt;
use crate::runtime::{Address, Ended};

#[cfg(any(target_os = "linux", target_os = "android"))]
use bundled::Replaced;
#[cfg(any(target_os = "linux", target_os = "android"))]
use bundled::{mapped_already, shadowed};
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use bundled_unsupported::Replaced;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use bundled_unsupported::{mapped_already, shadowed};
pub(in crate::runtime) use identity::FileIdentity;
#[cfg(all(unix, not(target_vendor = "apple")))]
use image::Image;
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
use image_unsupported::Image;
pub use instance::Native;
use staged::Staged;

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
    /// Its number among the files that are mapped from their own places.
    serial: Option<u64>,
    /// Why it must never be unmapped.
    leftovers: Vec<String>,
    shadowed: Vec<Shadowed>,
}

/// A library that another one needs and does not get, for the loader has one of that name already.
#[derive(Clone, Debug)]
struct Shadowed {
    /// The name.
    name: String,
    /// What it gets.
    taken: PathBuf,
}

/// `libcodec.so.1` from `/plugins/a/libcodec.so.1`
impl fmt::Display for Shadowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` from `{}`", self.name, self.taken.display())
    }
}

/// What is to be mapped.
#[derive(Clone, Copy, Debug)]
struct Request<'a> {
    /// The library.
    pub library: &'a Path,
    /// The folder of its plugin, or the library once more.
    pub plugin: &'a Path,
    /// The symbol that it must export.
    pub entry: &'a str,
}

/// What is checked before every load: [`inspect::check_before_load`], and that the program has the sanitizer that the
/// library was compiled with. Where it is missing, the start of that would end the process.
fn check_before_load(path: &Path, entry: &str) -> Result<Metadata> {
    let (metadata, sanitizer) = inspect::before_load(path, Platform::current(), entry)?;
    match sanitizer.filter(|sanitizer| !os::has_mapped(sanitizer.library()) && !may_begin_late(sanitizer)) {
        Some(missing) => Err(missing.refusal().at(path)),
        None => Ok(metadata),
    }
}

/// Whether a sanitizer may begin in a running program, as the environment says. Two of one kind never get on: a
/// program may have another compiler's in itself.
fn may_begin_late(sanitizer: &Sanitizer) -> bool {
    let options = platform::environment("ASAN_OPTIONS").unwrap_or_default();
    sanitizer.may_begin_late(&options.to_string_lossy()) && !os::program_exports(sanitizer.symbol())
}

/// The files that are mapped from their own places, by any host.
static MAPPED: Mutex<BTreeMap<Image, MappedFile>> = Mutex::new(BTreeMap::new());

/// The number of the next one.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// What was checked and then mapped. It is kept while it is mapped, also without a handle.
#[derive(Debug)]
struct MappedFile {
    path: PathBuf,
    identity: FileIdentity,
    /// The loader's own name for it. With another one it is another library, in the place of one that is gone.
    name: PathBuf,
    /// Tells it from what was in its place before: that may be closed by a thread that has not taken note of it yet.
    serial: u64,
    /// How many handles of ours it has.
    handles: usize,
}

impl Library {
    /// Checks and maps a library, and runs its constructors. `entry` must be among its exports.
    ///
    /// An absolute `path` is needed, so that no system folder is searched instead. A private copy is mapped
    /// if somebody in this process has another file mapped from this path, or this file under another name:
    /// the system's loader would answer with what is there. May be called from any thread.
    pub fn open(path: &Path, entry: &str) -> Result<Library> {
        Self::load(Request { library: path, plugin: path, entry })
    }

    /// The same for a private copy, so that the file itself may be overwritten while it is in use.
    ///
    /// The copy lies in a temporary folder beside links to what it needs and finds beside itself.
    pub fn open_copy(path: &Path, entry: &str) -> Result<Library> {
        Self::load_copy(Request { library: path, plugin: path, entry })
    }

    /// Maps a plugin's library, or a private copy as [`Library::open`] does.
    fn load(request: Request<'_>) -> Result<Library> {
        let path = request.library;
        let metadata = check_before_load(path, request.entry)?;
        if os::expands(path) {
            return Self::load_copy(request);
        }
        let mut library =
            Self::map(path.to_owned(), None).map_err(|error| explain(error, path, path, request.entry))?;
        library.serial = library.note_opened(FileIdentity::new(&metadata));
        if library.serial.is_some() {
            return Ok(library);
        }
        // It was mapped before, so nothing of it has run just now.
        library.handle.close().map_err(|reason| not_closed(reason, path))?;
        Self::load_copy(request)
    }

    /// Maps a private copy of a plugin's library, in a folder with the shape of the plugin's.
    fn load_copy(request: Request<'_>) -> Result<Library> {
        Self::map_copy(request, Staged::new(request.library, request.plugin)?)
    }

    /// Maps private copies of all libraries that an install brought, if they are what it brought. So what is
    /// mapped is what was compared, whatever happens to the files meanwhile.
    fn load_installed(request: Request<'_>, receipt: &Receipt) -> Result<Library> {
        Self::map_copy(request, Staged::installed(request.library, request.plugin, receipt)?)
    }

    fn map_copy(request: Request<'_>, copy: Staged) -> Result<Library> {
        let mapped = copy.library().to_owned();
        if os::expands(&mapped) {
            return Err(Error::new(
                Code::LOAD_FAILED,
                format!("the system's loader would replace {} in the path", os::TOKENS),
            )
            .hint("give the file or folder, or the folder for temporary files, a name without it")
            .at(request.library));
        }
        check_before_load(&mapped, request.entry)?;
        Self::map(mapped.clone(), Some(copy)).map_err(|error| explain(error, &mapped, request.library, request.entry))
    }

    fn map(mapped: PathBuf, copy: Option<Staged>) -> Result<Library> {
        let handle = os::Handle::open(&mapped).map_err(|reason| {
            Error::new(Code::LOAD_FAILED, "the system's loader refused the library").because(reason)
        })?;
        // Read now, for another file may lie there when it is closed.
        let facts = if handle.image().leaves_nothing_behind() { None } else { Inspection::of(&mapped).ok() };
        let leftovers = facts.as_ref().map(Inspection::must_stay_mapped).unwrap_or_default();
        let shadowed = facts.as_ref().map(shadowed).unwrap_or_default();
        Ok(Library { handle, mapped, copy, serial: None, leftovers, shadowed })
    }

    /// Where a symbol is that the library itself exports, if it does.
    pub fn symbol(&self, name: &str) -> Option<Address> {
        let address = self.handle.symbol(name)?;
        // What is thread-local or absolute lies elsewhere: its file tells.
        let is_own = || Inspection::of(&self.mapped).is_ok_and(|facts| facts.exports_symbol(name));
        (self.handle.owns(address) || is_own()).then_some(address)
    }

    /// What is mapped by it.
    fn image(&self) -> &Image {
        self.handle.image()
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
    /// virtual table in it. That is for the caller to know; [`crate::plugin`] keeps account. A library that
    /// may leave threads behind, or functions that somebody calls later, is never unmapped.
    pub fn close(self) -> Result<Ended> {
        let Library { handle, mapped, copy, serial, leftovers, .. } = self;
        let (image, name) = (handle.image().clone(), handle.name().to_owned());
        if !leftovers.is_empty() {
            if let Some(copy) = copy {
                copy.keep();
            }
            note_closed(&image, serial, true);
            return Ok(Ended::Resident(leftovers));
        }
        handle.close().map_err(|reason| not_closed(reason, &mapped))?;
        let stays = image.is_mapped_as(&name);
        note_closed(&image, serial, stays);
        Ok(if stays { Ended::Resident(why_resident(&mapped, &image)) } else { Ended::Unmapped })
    }

    /// Takes note of a handle and returns the number of what is mapped; `None` if that is another file than the one
    /// that was checked, or the same one from another path.
    fn note_opened(&self, identity: FileIdentity) -> Option<u64> {
        let (image, name) = (self.handle.image(), self.handle.name());
        let mut files = mapped();
        let known = files.get_mut(image).filter(|known| self.handle.was_mapped() && known.name == name);
        match known {
            Some(known) if known.path == self.mapped && known.identity == identity => {
                known.handles += 1;
                return Some(known.serial);
            }
            Some(_) => return None,
            None if self.handle.was_mapped() && !is_file(image, &self.mapped) => return None,
            None => {}
        }
        let serial = NEXT.fetch_add(1, Ordering::Relaxed);
        let (path, name) = (self.mapped.clone(), name.to_owned());
        files.insert(image.clone(), MappedFile { path, identity, name, serial, handles: 1 });
        Some(serial)
    }
}

/// Whether what somebody else has mapped is the file at this path. If nobody knows, it is not.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_file(image: &Image, path: &Path) -> bool {
    maps::is_file(image, path).unwrap_or(false)
}

/// Only Linux says which file is behind a mapping.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_file(_: &Image, _: &Path) -> bool {
    true
}

fn not_closed(reason: libloading::Error, path: &Path) -> Error {
    Error::new(Code::LOAD_FAILED, "the system's loader could not close the library").because(reason).at(path)
}

/// Takes note that one handle less is open. The file is forgotten with the last one, unless it stays mapped.
fn note_closed(image: &Image, serial: Option<u64>, stays: bool) {
    let mut mapped = mapped();
    if let Some(known) = mapped.get_mut(image).filter(|known| Some(known.serial) == serial) {
        known.handles -= 1;
        if known.handles == 0 && !stays {
            mapped.remove(image);
        }
    }
}

fn mapped() -> MutexGuard<'static, BTreeMap<Image, MappedFile>> {
    MAPPED.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Why a library is mapped still after the last handle of ours was closed.
fn why_resident(library: &Path, image: &Image) -> Vec<String> {
    let users = users(image);
    if !users.is_empty() {
        return users.iter().map(|user| format!("`{}` is linked with it", user.display())).collect();
    }
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

#[cfg(all(unix, not(target_vendor = "apple")))]
fn users(image: &Image) -> Vec<PathBuf> {
    image.users().into_iter().map(|user| user.path).collect()
}

/// Nobody says so here.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn users(_: &Image) -> Vec<PathBuf> {
    Vec::new()
}

/// Replaces the system's words, which can be misleading, by what inspecting the library shows.
fn explain(refused: Error, mapped: &Path, path: &Path, entry: &str) -> Error {
    let facts = Inspection::of(path);
    if let Err(known) = facts.as_ref().map_or(Ok(()), |facts| facts.check(Platform::current(), entry)) {
        return known.because(refused.causes().next().unwrap_or_default());
    }
    let said = refused.causes().collect::<String>();
    let meaning = facts.as_ref().ok().and_then(|facts| facts.meaning_of_refusal(&said));
    let others = facts.map(|facts| shadowed(&facts)).unwrap_or_default();
    let hint = meaning.unwrap_or_else(|| what_to_do(&said, mapped, path, &others));
    refused.at(path).hint(hint)
}

/// What to do about words of the system's loader.
fn what_to_do(said: &str, mapped: &Path, path: &Path, shadowed: &[Shadowed]) -> String {
    // glibc and FreeBSD, then musl and macOS.
    if ["ndefined symbol", "ymbol not found"].iter().any(|words| said.contains(words)) {
        return match shadowed {
            [first, ..] => {
                format!("it gets {first}, not its own: give its own another SONAME, or link that statically")
            }
            // So glibc names the version that a symbol is needed in.
            [] if said.contains(", version ") => {
                "the library that should define it is another one here than where the plugin was built: install a \
                 plugin that was built for this system"
                    .to_owned()
            }
            [] => {
                "link the library that defines the symbol; if it is the host's own, the host must export it".to_owned()
            }
        };
    }
    let temporary = os::temporary();
    // A copy is gone by now, and its folder is not.
    let is_copy = mapped != path;
    match platform::forbids_code(if is_copy { &temporary } else { mapped }) {
        true if is_copy => {
            "the folder for temporary files is mounted `noexec`, so that no private copy can be loaded from it: choose \
             another one with `TMPDIR`"
        }
        true => "its file system is mounted `noexec`: nothing on it can be loaded; install the plugin elsewhere",
        false => "see what it needs with `hotshoe inspect`",
    }
    .to_owned()
}
