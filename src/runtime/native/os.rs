//! The seam to the system's loader.
//!
//! Sources: dlopen(3) and dladdr(3) of POSIX.1-2024 and of glibc; LoadLibraryExW in the Windows documentation.

#![expect(unsafe_code, reason = "mapping foreign code cannot be checked by the compiler")]

#[cfg(unix)]
use std::ffi::CStr;
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

/// Whether the library at this path is mapped still, with this address in it.
///
/// Unix asks what is at the address, which costs no system call; another library that was mapped
/// there meanwhile has another path.
#[cfg(unix)]
pub(super) fn is_mapped(path: &Path, address: usize) -> bool {
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::uninit();
    // SAFETY: dladdr compares the address with the mapped libraries and never follows it.
    if unsafe { libc::dladdr(address as Address, found.as_mut_ptr()) } == 0 {
        return false;
    }
    // SAFETY: it succeeded, so it wrote the structure.
    let name = unsafe { found.assume_init() }.dli_fname;
    // SAFETY: it is the loader's own string, which ends with NUL, and is compared at once.
    !name.is_null() && unsafe { CStr::from_ptr(name) }.to_bytes() == path.as_os_str().as_encoded_bytes()
}

/// Whether the library at this path is mapped still.
#[cfg(windows)]
pub(super) fn is_mapped(path: &Path, _: usize) -> bool {
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
