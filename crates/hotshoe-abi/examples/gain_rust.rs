//! A plugin of the contract in Rust, with the interfaces of `tests/fixtures/contract/filter.h`: hosts in C and C++ run it.

#![expect(unsafe_code, reason = "its functions are called by C")]

use std::ffi::{CStr, CString, c_char, c_double, c_void};

use hotshoe_abi::plugin::{HostRef, Interface, Offered, Plugin};

struct Gain {
    factor: f64,
    folder: CString,
    /// What the host lets through, if it says so.
    limit: Option<Offered>,
}

/// org.example.filter/1
#[repr(C)]
struct Filter {
    size: usize,
    filter: unsafe extern "C" fn(*const c_void, c_double) -> c_double,
    folder: unsafe extern "C" fn(*const c_void) -> *const c_char,
}

/// org.example.limit/1
#[repr(C)]
struct Limit {
    size: usize,
    limited: Option<unsafe extern "C" fn(*mut c_void, c_double) -> c_double>,
}

static FILTER: Filter = Filter { size: size_of::<Filter>(), filter, folder };

unsafe extern "C" fn filter(gain: *const c_void, input: c_double) -> c_double {
    // SAFETY: the host passes the instance.
    let gain = unsafe { &*gain.cast::<Gain>() };
    let output = gain.factor * input;
    let Some(limit) = gain.limit else { return output };
    // SAFETY: the host's table of this name is such a one.
    let table = unsafe { &*limit.table.cast::<Limit>() };
    match table.limited {
        // SAFETY: its function, with its instance.
        Some(limited) if table.size >= size_of::<Limit>() => unsafe { limited(limit.instance, output) },
        _ => output,
    }
}

unsafe extern "C" fn folder(gain: *const c_void) -> *const c_char {
    // SAFETY: the host passes the instance.
    unsafe { &*gain.cast::<Gain>() }.folder.as_ptr()
}

impl Plugin for Gain {
    type Error = &'static str;
    const INTERFACES: &'static [Interface] = &[Interface::new(c"org.example.filter/1", &FILTER)];

    fn init(host: HostRef) -> Result<Gain, &'static str> {
        if host.interface(c"org.example.nothing/1").is_some() {
            return Err("nothing was offered");
        }
        let folder: &CStr = host.folder();
        Ok(Gain { factor: 2.0, folder: folder.to_owned(), limit: host.interface(c"org.example.limit/1") })
    }
}

hotshoe_abi::hotshoe_plugin!(Gain, name: "gain_rust", version: "1.2.3");
