//! Which Hotshoe it is.

use std::ffi::{CStr, c_char};

/// The version of the library, for example "0.1.0". Lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn hotshoe_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => panic!("a version holds no NUL"),
    };
    VERSION.as_ptr()
}
