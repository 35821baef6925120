//! A plugin in Rust, which uses what needs the system: memory, threads, a panic that is caught.

#[cfg(not(from_the_crate))]
compile_error!("the crate's own flags, in .cargo/config.toml, are not used");

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::panic::catch_unwind;
use std::thread;

thread_local!(static COUNT: Cell<u32> = const { Cell::new(0) });

/// Not of the plugin's interface, but of one that the crate would have for others.
#[unsafe(no_mangle)]
pub extern "C" fn gain_helper() -> u32 {
    COUNT.get()
}

#[unsafe(no_mangle)]
pub extern "C" fn harmonics_plugin_version() -> *const c_char {
    concat!(env!("HOTSHOE_PLUGIN_VERSION"), "\0").as_ptr().cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn harmonics_register(_registry: *mut c_void) {
    let values: Vec<u32> = (0..100).collect();
    let sum = thread::spawn(move || values.iter().sum::<u32>()).join();
    let caught = catch_unwind(|| COUNT.set(COUNT.get() + 1));
    assert!(sum.is_ok() && caught.is_ok());
}
