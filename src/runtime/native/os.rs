//! The seam to the system's loader.
//!
//! Sources: dlopen(3) of POSIX.1-2017 and of glibc; LoadLibraryExW in the Windows documentation.

#![expect(unsafe_code, reason = "mapping foreign code cannot be checked by the compiler")]

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
        Some(symbol.into_raw() as Address).filter(|address| !address.is_null())
    }

    pub(super) fn close(self) -> Result<(), libloading::Error> {
        std::mem::ManuallyDrop::into_inner(self.0).close()
    }
}

/// Whether the library at this path is mapped, whoever mapped it.
pub(super) fn is_mapped(path: &Path) -> bool {
    #[cfg(unix)]
    {
        // SAFETY: RTLD_NOLOAD never maps anything, so no code runs; the handle it may return is a
        // second one, and dropping it gives just that one back.
        unsafe { imp::Library::open(Some(path), imp::RTLD_NOW | RTLD_NOLOAD) }.is_ok()
    }
    #[cfg(windows)]
    {
        imp::Library::open_already_loaded(path).is_ok()
    }
}

/// From `<dlfcn.h>`; POSIX does not know it, but every system here has it.
#[cfg(unix)]
const RTLD_NOLOAD: std::ffi::c_int = if cfg!(target_vendor = "apple") {
    0x10
} else if cfg!(target_os = "freebsd") {
    0x2000
} else {
    0x4
};
