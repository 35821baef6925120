//! The plugin: what it does, and the entry that its host calls.

use std::ffi::c_void;

/// Lets through what is positive, and a tenth of the rest.
pub extern "C" fn leaky(x: f32) -> f32 {
    if x > 0.0 { x } else { x / 10.0 }
}

/// The entry: what the host calls when it loads the plugin.
///
/// What the host hands over is described by its C header. Here the plugin offers its function in the host's words;
/// nothing may panic through it.
///
/// # Safety
///
/// Only the host calls it, with its registry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn some_host_register(registry: *mut c_void) {
    let _ = (registry, leaky);
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
