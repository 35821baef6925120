//! The runtimes of a host beside that of shared libraries.

use std::ffi::c_char;
use std::sync::Arc;

use super::boundary::{required, text};
use super::error::{fallible, hotshoe_error};
use super::host::{adding_folder, hotshoe_host};
use super::plugin::hotshoe_function;
use crate::error::Result;
use crate::host::Host;
use crate::manifest::Kind;
use crate::runtime::module::{Entry, ModuleRuntime};

/// Adds a runtime that is linked into the program, in place of one of its name. It is used for the plugins that name
/// it, if the host's profile lists it among its `runtimes`. What such plugins look like must be said by a
/// `<name>.runtime.json` in a folder of runtimes: hotshoe_host_add_described_runtime needs no file.
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
        let (host, runtime) = unsafe { (required(host, "host")?, linked(entry)?) };
        host.host().add_runtime(Arc::new(runtime));
        Ok(())
    })
}

/// Adds a runtime that is linked into the program, as hotshoe_host_add_runtime does, and says what its plugins look
/// like, so that no file is needed for that.
///
/// `description`: the text of a `<name>.runtime.json`, read before this returns. What is odd about it the host's log is
/// told. Errors: `runtime-invalid`; `runtime-kind` if the text is none, or describes another runtime. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_add_described_runtime(
    host: *const hotshoe_host,
    entry: hotshoe_function,
    description: *const c_char,
    description_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (host, description) =
            unsafe { (required(host, "host")?, text(description, description_length, "description")?) };
        let (kind, findings) = Kind::from_json(description.as_bytes())?;
        // SAFETY: the header asks for a function of this type.
        let runtime = unsafe { linked(entry)? };
        host.host().add_described_runtime(Arc::new(runtime), kind)?;
        findings.iter().for_each(|found| host.host().note(found));
        Ok(())
    })
}

/// # Safety
/// The function is NULL or a module's.
unsafe fn linked(entry: hotshoe_function) -> Result<ModuleRuntime> {
    let null = std::ptr::null();
    // SAFETY: a reference or null.
    let entry = unsafe { required(entry.as_ref().map_or(null, std::ptr::from_ref), "entry")? };
    // SAFETY: the header asks for a function of this type.
    let entry = unsafe { std::mem::transmute::<unsafe extern "C" fn(), Entry>(*entry) };
    // SAFETY: as above; what the function does is for the contract in `runtime.h`.
    unsafe { ModuleRuntime::linked(entry) }
}

/// Adds a folder to look for the modules of runtimes in, before `hotshoe/runtimes/` beside the installed libhotshoe.
///
/// `folder`: absolute. A module in it is refused with `runtime-untrusted` when a plugin needs it, if anybody but root and
/// this user may write to it or to a folder above it. On Windows nobody is asked who may: name only folders that
/// administrators alone write to. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_add_runtime_folder(
    host: *const hotshoe_host,
    folder: *const c_char,
    folder_length: usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and strings.
    unsafe { adding_folder(host, (folder, folder_length, "folder"), Host::add_runtime_folder) }
}
