//! The seam to the system's loader.
//!
//! Sources: dlopen(3) of POSIX.1-2024, dl_iterate_phdr(3) of glibc; LoadLibraryExW in the Windows documentation.

#![expect(unsafe_code, reason = "mapping foreign code cannot be checked by the compiler")]

#[cfg(all(unix, not(target_vendor = "apple")))]
use std::ffi::{CStr, c_int, c_void};
use std::path::Path;

use super::Address;

#[cfg(unix)]
use libloading::os::unix as imp;
#[cfg(windows)]
use libloading::os::windows as imp;

/// A handle of the system's loader.
#[derive(Debug)]
pub(super) struct Handle(std::mem::ManuallyDrop<imp::Library>);

impl Handle {
    /// Maps the library at an absolute path and runs its constructors.
    ///
    /// # Platform-specific behaviour
    /// Unix: `RTLD_NOW | RTLD_LOCAL`: every symbol is resolved at once, and none is lent to other
    /// libraries. Windows: the library's dependencies are searched in its own folder and the default
    /// folders, never in the current one.
    pub(super) fn open(path: &Path) -> Result<Handle, libloading::Error> {
        #[cfg(unix)]
        // SAFETY: running the constructors of a library that was asked for is what loading means; the
        // path is absolute, so it is that library and no other.
        let library = unsafe { imp::Library::open(Some(path), imp::RTLD_NOW | imp::RTLD_LOCAL) };
        #[cfg(windows)]
        // SAFETY: as above.
        let library = unsafe {
            imp::Library::load_with_flags(
                path,
                imp::LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | imp::LOAD_LIBRARY_SEARCH_DEFAULT_DIRS,
            )
        };
        library.map(|library| Handle(std::mem::ManuallyDrop::new(library)))
    }

    pub(super) fn symbol(&self, name: &str) -> Option<Address> {
        // SAFETY: the address is only handed on as a number; whoever calls or reads what is there
        // states its type in an unsafe block of its own.
        let symbol = unsafe { self.0.get::<Address>(name.as_bytes()) }.ok()?;
        Some(*symbol).filter(|address| !address.is_null())
    }

    pub(super) fn close(self) -> Result<(), libloading::Error> {
        std::mem::ManuallyDrop::into_inner(self.0).close()
    }
}

/// Whether the library at this path is mapped still.
///
/// Asks the loader's own list, which is locked meanwhile: what `dladdr` says of a library ends with it,
/// and another thread may be closing it.
#[cfg(all(unix, not(target_vendor = "apple")))]
pub(super) fn is_mapped(path: &Path) -> bool {
    struct Search<'a> {
        path: &'a [u8],
        found: bool,
    }

    unsafe extern "C" fn compare(info: *mut libc::dl_phdr_info, _: usize, search: *mut c_void) -> c_int {
        // SAFETY: the loader lends its entry for the time of this call, and `search` is what was passed below.
        let (name, search) = unsafe { ((*info).dlpi_name, &mut *search.cast::<Search<'_>>()) };
        // SAFETY: it is the loader's own string, which ends with NUL and stays while the list is locked.
        search.found = !name.is_null() && unsafe { CStr::from_ptr(name) }.to_bytes() == search.path;
        c_int::from(search.found)
    }

    let mut search = Search { path: path.as_os_str().as_encoded_bytes(), found: false };
    // SAFETY: the callback is called with `search` only before this returns, and never unwinds.
    unsafe { libc::dl_iterate_phdr(Some(compare), (&raw mut search).cast()) };
    search.found
}

/// Whether the library at this path is mapped still.
#[cfg(target_vendor = "apple")]
pub(super) fn is_mapped(path: &Path) -> bool {
    // SAFETY: `RTLD_NOLOAD` answers only for what is mapped already, so no constructor runs.
    unsafe { imp::Library::open(Some(path), imp::RTLD_NOW | libc::RTLD_NOLOAD) }.is_ok()
}

/// Whether the library at this path is mapped still.
#[cfg(windows)]
pub(super) fn is_mapped(path: &Path) -> bool {
    imp::Library::open_already_loaded(path).is_ok()
}

/// Kills a process that leads a group, and with it whatever it started.
#[cfg(unix)]
pub(super) fn kill_group(leader: &std::process::Child) {
    if let Ok(group) = libc::pid_t::try_from(leader.id()) {
        // SAFETY: a signal touches no memory of ours. The process was not waited for yet, so its number
        // is its own still.
        unsafe { libc::kill(-group, libc::SIGKILL) };
    }
}

/// Windows has no groups; the process itself is killed.
#[cfg(windows)]
pub(super) fn kill_group(_: &std::process::Child) {}
