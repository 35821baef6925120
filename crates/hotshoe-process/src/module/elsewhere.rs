//! What the loader calls on systems whose processes this runtime cannot start yet: all of it says so.

#![expect(unsafe_code, reason = "the loader calls it through a C interface")]

use hotshoe_abi::runtime::{self as abi, HostTable, Key, ModuleTable, Opened, Request, Sink};

use crate::failure::codes;

static MODULE: ModuleTable = ModuleTable {
    size: size_of::<ModuleTable>(),
    revision: abi::REVISION,
    name: c"process".as_ptr(),
    open: Some(open),
    check: Some(check),
    shutdown: None,
};

/// The one function that the module exports.
#[unsafe(no_mangle)]
pub extern "C" fn hotshoe_runtime_module(_host: *const HostTable) -> *const ModuleTable {
    &MODULE
}

extern "C" fn open(_request: *const Request, _events: Key, sink: Sink, _opened: *mut Opened) -> i32 {
    refuse(sink)
}

extern "C" fn check(_request: *const Request, sink: Sink) -> i32 {
    refuse(sink)
}

fn refuse(sink: Sink) -> i32 {
    let message = "the runtime `process` starts no plugins on this system yet";
    sink.fail(codes::KEEPER, message, "use it on Linux, or a plugin of another runtime") as i32
}
