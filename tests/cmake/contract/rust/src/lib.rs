use std::ffi::{c_double, c_void};

use hotshoe_abi::plugin::{HostRef, Interface, Plugin};

struct Gain(f64);

#[repr(C)]
struct Filter {
    size: usize,
    filter: extern "C" fn(*const c_void, c_double) -> c_double,
}

extern "C" fn filter(gain: *const c_void, input: c_double) -> c_double {
    // SAFETY: the host passes the instance.
    unsafe { &*gain.cast::<Gain>() }.0 * input
}

static FILTER: Filter = Filter { size: size_of::<Filter>(), filter };

impl Plugin for Gain {
    type Error = &'static str;
    const INTERFACES: &'static [Interface] = &[Interface::new(c"org.example.filter/1", &FILTER)];

    fn init(_host: HostRef) -> Result<Gain, &'static str> {
        Ok(Gain(2.0))
    }
}

hotshoe_abi::hotshoe_plugin!(Gain);
