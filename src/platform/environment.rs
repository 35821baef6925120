//! What of the environment may be believed.
//!
//! Owns the question whether the caller of this program has fewer rights than the program itself. It
//! knows no variable by name.

use std::env;
use std::ffi::OsString;

use secure_execution::requires_secure_execution;

/// Whether this program runs with rights that its caller lacks: setuid, setgid, or with capabilities of its file.
///
/// The environment is the caller's then, and says nothing about where code or keys are taken from. Linux says it to the C
/// library (getauxval(3), `AT_SECURE`), macOS and the BSDs by issetugid(2); whoever starts a program with more rights on
/// Windows does not hand it an environment.
pub fn is_privileged() -> bool {
    requires_secure_execution()
}

/// The value of an environment variable; none in a program that [`is_privileged`].
pub(crate) fn environment(name: &str) -> Option<OsString> {
    if is_privileged() { None } else { env::var_os(name) }
}
