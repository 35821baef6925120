//! The plugin: what it does, and what its host asks it for.

use std::convert::Infallible;
use std::ffi::{CStr, c_char, c_void};

use hotshoe_abi::plugin::{HostRef, Interface, Plugin};

/// Lets through what is positive, and a tenth of the rest.
pub fn leaky(x: f32) -> f32 {
    if x > 0.0 { x } else { x / 10.0 }
}

/// An interface of some-host, which its plugins offer. New fields go to the end.
#[repr(C)]
struct Function {
    size: usize,
    name: *const c_char,
    call: extern "C" fn(*mut c_void, f32) -> f32,
}

const FUNCTION_1: &CStr = c"org.example.some_host.function/1";

// SAFETY: it never changes.
unsafe impl Sync for Function {}

static FUNCTION: Function = Function {
    size: size_of::<Function>(),
    name: c"leaky".as_ptr(),
    call,
};

extern "C" fn call(_: *mut c_void, x: f32) -> f32 {
    leaky(x)
}

struct Leaky;

impl Plugin for Leaky {
    type Error = Infallible;
    const INTERFACES: &'static [Interface] = &[Interface::new(FUNCTION_1, &FUNCTION)];

    fn init(_host: HostRef) -> Result<Leaky, Infallible> {
        Ok(Leaky)
    }
}

hotshoe_abi::hotshoe_plugin!(Leaky);

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
