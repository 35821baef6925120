//! The seam to the system's loader.
//!
//! Sources: dlopen(3) of POSIX.1-2024, dl_iterate_phdr(3) of glibc; LoadLibraryExW in the Windows documentation.

#![expect(unsafe_code, reason = "mapping foreign code cannot be checked by the compiler")]

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Address;
use super::Image;
use crate::platform;

#[cfg(unix)]
use libloading::os::unix as imp;
#[cfg(windows)]
use libloading::os::windows as imp;

/// A handle of the system's loader.
#[derive(Debug)]
pub(super) struct Handle {
    library: std::mem::ManuallyDrop<imp::Library>,
    image: Image,
    name: PathBuf,
    #[cfg(all(unix, not(target_vendor = "apple")))]
    addresses: std::ops::Range<usize>,
    was_mapped: bool,
}

impl Handle {
    /// Maps the library at an absolute path and runs its constructors.
    ///
    /// # Platform-specific behaviour
    /// Unix: `RTLD_NOW | RTLD_LOCAL`: every symbol is resolved at once, and none is lent to other
    /// libraries. Windows: the library's dependencies are searched in its own folder and the default
    /// folders, never in the current one.
    #[cfg(all(unix, not(target_vendor = "apple")))]
    pub(super) fn open(path: &Path) -> Result<Handle, libloading::Error> {
        let before = Image::all();
        // SAFETY: running the constructors of a library that was asked for is what loading means; the
        // path is absolute, so it is that library and no other.
        let library = unsafe { imp::Library::open(Some(path), imp::RTLD_NOW | imp::RTLD_LOCAL) }?;
        let raw = library.into_raw();
        // SAFETY: the handle was taken out of a library just now.
        let library = std::mem::ManuallyDrop::new(unsafe { imp::Library::from_raw(raw) });
        let image = Image::of(raw).ok_or(libloading::Error::DlOpenUnknown)?;
        let ((addresses, name), was_mapped) = (image.place(), before.contains(&image));
        Ok(Handle { library, image, name, addresses, was_mapped })
    }

    /// The same on macOS, where a symbol is looked up in this library only, as it is elsewhere.
    #[cfg(target_vendor = "apple")]
    pub(super) fn open(path: &Path) -> Result<Handle, libloading::Error> {
        let was_mapped = is_open(path);
        // SAFETY: as above.
        let library = unsafe { imp::Library::open(Some(path), imp::RTLD_NOW | imp::RTLD_LOCAL | libc::RTLD_FIRST) }?;
        Ok(Handle {
            library: std::mem::ManuallyDrop::new(library),
            image: Image::at(path),
            name: path.to_owned(),
            was_mapped,
        })
    }

    /// The same on Windows.
    #[cfg(windows)]
    pub(super) fn open(path: &Path) -> Result<Handle, libloading::Error> {
        let was_mapped = is_open(path);
        let flags = imp::LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | imp::LOAD_LIBRARY_SEARCH_DEFAULT_DIRS;
        // SAFETY: as above.
        let library = unsafe { imp::Library::load_with_flags(path, flags) }?;
        Ok(Handle {
            library: std::mem::ManuallyDrop::new(library),
            image: Image::at(path),
            name: path.to_owned(),
            was_mapped,
        })
    }

    pub(super) fn symbol(&self, name: &str) -> Option<Address> {
        // SAFETY: the address is only handed on as a number; whoever calls or reads what is there
        // states its type in an unsafe block of its own.
        let symbol = unsafe { self.library.get::<Address>(name.as_bytes()) }.ok()?;
        Some(*symbol).filter(|address| !address.is_null())
    }

    /// Whether an address is surely of this library, and not of one that it needs, in which the system's
    /// loader looks for symbols, too.
    #[cfg(all(unix, not(target_vendor = "apple")))]
    pub(super) fn owns(&self, address: Address) -> bool {
        self.addresses.contains(&(address as usize))
    }

    /// The system's loader looks nowhere else here.
    #[cfg(not(all(unix, not(target_vendor = "apple"))))]
    pub(super) fn owns(&self, _: Address) -> bool {
        true
    }

    pub(super) fn image(&self) -> &Image {
        &self.image
    }

    /// The name by which the loader found it first.
    pub(super) fn name(&self) -> &Path {
        &self.name
    }

    /// Whether it had been mapped before it was opened, by whomever. If another thread unmapped what was in its place
    /// meanwhile, that was something else.
    pub(super) fn was_mapped(&self) -> bool {
        self.was_mapped
    }

    pub(super) fn close(self) -> Result<(), libloading::Error> {
        std::mem::ManuallyDrop::into_inner(self.library).close()
    }
}

/// Whether the library at this path is mapped.
#[cfg(target_vendor = "apple")]
pub(super) fn is_open(path: &Path) -> bool {
    // SAFETY: `RTLD_NOLOAD` answers only for what is mapped already, so no constructor runs.
    unsafe { imp::Library::open(Some(path), imp::RTLD_NOW | libc::RTLD_NOLOAD) }.is_ok()
}

/// Whether the library at this path is mapped.
#[cfg(windows)]
pub(super) fn is_open(path: &Path) -> bool {
    imp::Library::open_already_loaded(path).is_ok()
}

/// Whether a library of this name is mapped.
#[cfg(unix)]
pub(super) fn has_mapped(name: &str) -> bool {
    // SAFETY: `RTLD_NOLOAD` answers only for what is mapped already, so no constructor runs.
    unsafe { imp::Library::open(Some(name), imp::RTLD_NOW | libc::RTLD_NOLOAD) }.is_ok()
}

/// On Windows nobody asks.
#[cfg(windows)]
pub(super) fn has_mapped(_: &str) -> bool {
    false
}

/// Whether the program, or a library that it was started with, exports a symbol.
#[cfg(unix)]
pub(super) fn program_exports(symbol: &str) -> bool {
    // SAFETY: nothing is done with what lies at the address.
    unsafe { imp::Library::this().get::<Address>(symbol.as_bytes()) }.is_ok()
}

/// On Windows nobody asks.
#[cfg(windows)]
pub(super) fn program_exports(_: &str) -> bool {
    false
}

/// What the system's loader replaces in a path, in words.
pub(super) const TOKENS: &str = "`$ORIGIN`, `$LIB` or `$PLATFORM`";

/// Whether the system's loader would put something else in the place of a part of a path.
///
/// glibc and FreeBSD replace `$ORIGIN`, `${LIB}` and the like also in what dlopen is given.
pub(super) fn expands(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    let names: [&[u8]; 5] = [b"ORIGIN", b"LIB", b"PLATFORM", b"OSNAME", b"OSREL"];
    let is_token = |rest: &[u8]| {
        let rest = rest.strip_prefix(b"{").unwrap_or(rest);
        names.iter().any(|name| rest.starts_with(name))
    };
    cfg!(unix) && text.split(|byte| *byte == b'$').skip(1).any(is_token)
}

/// A name in which the system's loader replaces nothing.
pub(super) fn without_tokens(name: &OsStr) -> OsString {
    match expands(Path::new(name)) {
        true => name.to_string_lossy().replace('$', "_").into(),
        false => name.to_owned(),
    }
}

/// The folder for temporary files. The caller of a program with more rights does not choose it.
pub(in crate::runtime) fn temporary() -> PathBuf {
    if cfg!(unix) && platform::is_privileged() { "/tmp".into() } else { std::env::temp_dir() }
}

/// Has a function called when the process ends in the usual way.
#[cfg(unix)]
pub(super) fn at_exit(function: extern "C" fn()) {
    // SAFETY: the function lives as long as this library does, which glibc takes into account.
    unsafe { libc::atexit(function) };
}

/// On Windows what is mapped cannot be removed; the next process does it.
#[cfg(windows)]
pub(super) fn at_exit(_: extern "C" fn()) {}

/// Whether a path is a folder that this user has made, and no link.
#[cfg(unix)]
pub(super) fn is_own_folder(path: &Path) -> bool {
    // SAFETY: it only returns a number.
    let user = unsafe { libc::geteuid() };
    path.symlink_metadata().is_ok_and(|found| found.is_dir() && std::os::unix::fs::MetadataExt::uid(&found) == user)
}

/// The folder for temporary files is each user's own on Windows.
#[cfg(windows)]
pub(super) fn is_own_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

/// Kills a process that leads a group, and with it whatever it started.
#[cfg(unix)]
pub(in crate::runtime) fn kill_group(leader: &std::process::Child) {
    if let Ok(group) = libc::pid_t::try_from(leader.id()) {
        // SAFETY: a signal touches no memory of ours. The process was not waited for yet, so its number
        // is its own still.
        unsafe { libc::kill(-group, libc::SIGKILL) };
    }
}

/// Windows has no groups; the process itself is killed.
#[cfg(windows)]
pub(in crate::runtime) fn kill_group(_: &std::process::Child) {}
