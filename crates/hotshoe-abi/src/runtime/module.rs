//! What a module exports.

use core::ffi::{CStr, c_char, c_void};

use super::{HostTable, InstanceTable, Key, Request, Sink};
use crate::table::Table;

/// The name of the function that a module exports. Its type is [`Entry`].
pub const ENTRY: &CStr = c"hotshoe_runtime_module";

/// The function that a module exports, `hotshoe_runtime_module`.
///
/// It is called once in a process, before anything else of the module, and never at the same time on two threads. It
/// returns a table that lives as long as the process and never changes; NULL if it cannot work with this host. Do no
/// more in it than keep the pointer: what is expensive belongs into the first `open`.
pub type Entry = unsafe extern "C" fn(host: *const HostTable) -> *const ModuleTable;

/// What a module is and does.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ModuleTable {
    /// The size of this table in bytes.
    pub size: usize,
    /// HOTSHOE_RUNTIME_REVISION.
    pub revision: u32,
    /// The runtime's name, the one in the name of the file: a-z, then a-z, 0-9 and hyphens, 32 bytes at most. Ends with
    /// NUL.
    pub name: *const c_char,
    /// Brings a plugin to life. Writes both parts of `opened` and returns OK, or writes nothing and returns FAILED.
    ///
    /// `request` lives until it returns: copy what is needed later. `events` names the plugin towards the host; good
    /// until `close` of the instance returns. Must not be NULL. [any thread; for several plugins at once]
    pub open:
        Option<unsafe extern "C" fn(request: *const Request, events: Key, sink: Sink, opened: *mut Opened) -> i32>,
    /// Whether a plugin could be opened, as far as that can be told without running any of it: OK, or FAILED with a
    /// reason. NULL: there is nothing that could be told. [any thread]
    pub check: Option<unsafe extern "C" fn(request: *const Request, sink: Sink) -> i32>,
    /// Lets go of everything: processes, threads, files. All instances are closed. Runs once, when the last host that
    /// used the module is freed. A host that is made later may open plugins again; then it runs once more after that.
    /// May be NULL. [never at the same time as anything else of the module]
    pub shutdown: Option<unsafe extern "C" fn()>,
}

// SAFETY: it begins as a table must, and all of it may be zero.
unsafe impl Table for ModuleTable {}
// SAFETY: it never changes, and its functions say themselves on which threads they may be called.
unsafe impl Send for ModuleTable {}
// SAFETY: as above.
unsafe impl Sync for ModuleTable {}

/// What `open` returns: a live plugin.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    /// What the functions of the table are given; the module's own, and the host never looks into it. May be NULL.
    pub instance: *mut c_void,
    /// What can be done with it; lives as long as the process and never changes. Several instances may have one table.
    pub table: *const InstanceTable,
}
