//! What of the environment may be believed.
//!
//! Owns the question whether the caller of this program has fewer rights than the program itself. It
//! knows no variable by name.

use std::env;
use std::ffi::OsString;

/// Whether this program runs with rights that its caller lacks: setuid, setgid, or with capabilities of its file.
///
/// The environment is the caller's then, and says nothing about where code or keys are taken from.
pub fn is_privileged() -> bool {
    system::is_privileged()
}

/// The value of an environment variable; none in a program that [`is_privileged`].
pub(crate) fn environment(name: &str) -> Option<OsString> {
    if is_privileged() { None } else { env::var_os(name) }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    #![expect(unsafe_code, reason = "std does not tell; /proc/self/auxv may be missing or not be readable")]

    /// Linux says it to the C library: getauxval(3), `AT_SECURE`.
    pub(super) fn is_privileged() -> bool {
        // SAFETY: it reads a value that the kernel gave the process; it takes any number.
        unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
    }
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
mod system {
    #![expect(unsafe_code, reason = "std does not tell")]

    /// issetugid(2) of macOS and the BSDs.
    pub(super) fn is_privileged() -> bool {
        // SAFETY: it takes nothing and always succeeds.
        unsafe { libc::issetugid() != 0 }
    }
}

#[cfg(windows)]
mod system {
    /// Whoever starts a program with more rights on Windows does not hand it an environment.
    pub(super) fn is_privileged() -> bool {
        false
    }
}
