//! The plugin: what it does, and the entry that its host calls.

use std::ffi::{c_char, c_int};

/// Lets through what is positive, and a tenth of the rest.
pub extern "C" fn leaky(x: f32) -> f32 {
    if x > 0.0 { x } else { x / 10.0 }
}

/// What my-host hands over: `my_host_registry` of its header my_host/plugin.h.
#[repr(C)]
pub struct Registry {
    add: extern "C" fn(*mut Registry, *const c_char, extern "C" fn(f32) -> f32) -> c_int,
}

/// The entry: what my-host calls when it loads the plugin. Nothing may panic through it.
///
/// # Safety
///
/// Only the host calls it, with its registry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn some_host_register(registry: *mut Registry) {
    // SAFETY: the host's registry is good until this returns.
    let add = unsafe { (*registry).add };
    add(registry, c"leaky".as_ptr(), leaky);
}

#[cfg(test)]
mod tests {
    use super::leaky;

    #[test]
    fn leaky_lets_a_tenth_of_the_rest_through() {
        assert_eq!(leaky(2.0), 2.0);
        assert_eq!(leaky(0.0), 0.0);
        assert!((leaky(-2.0) + 0.2).abs() < 1e-6);
    }
}
