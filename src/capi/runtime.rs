//! The runtimes of a host beside that of shared libraries.

use std::ffi::c_char;
use std::sync::Arc;

use super::boundary::required;
use super::error::{fallible, hotshoe_error};
use super::host::{adding_folder, hotshoe_host};
use super::plugin::hotshoe_function;
use crate::host::Host;
use crate::runtime::module::{Entry, ModuleRuntime};

/// Adds a runtime that is linked into the program, in place of one of its name. It is used for the plugins that name
/// it, if the host's profile lists it among its `runtimes`.
///
/// `entry`: the module's hotshoe_runtime_module, as `hotshoe/runtime.h` declares it, cast to this type.
/// Errors: `runtime-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_add_runtime(
    host: *const hotshoe_host,
    entry: hotshoe_function,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let host = unsafe { required(host, "host")? };
        let null = std::ptr::null();
        // SAFETY: a reference or null.
        let entry = unsafe { required(entry.as_ref().map_or(null, std::ptr::from_ref), "entry")? };
        // SAFETY: the header asks for a function of this type.
        let entry = unsafe { std::mem::transmute::<unsafe extern "C" fn(), Entry>(*entry) };
        // SAFETY: as above; what the function does is for the contract in `runtime.h`.
        host.host().add_runtime(Arc::new(unsafe { ModuleRuntime::linked(entry)? }));
        Ok(())
    })
}

/// Adds a folder to look for the modules of runtimes in, before `hotshoe/runtimes/` beside the installed libhotshoe.
///
/// `folder`: absolute. A module in it is refused with `runtime-untrusted` when a plugin needs it, if anybody but root and
/// this user may write to it or to a folder above it. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_add_runtime_folder(
    host: *const hotshoe_host,
    folder: *const c_char,
    folder_length: usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and strings.
    unsafe { adding_folder(host, (folder, folder_length, "folder"), Host::add_runtime_folder) }
}
