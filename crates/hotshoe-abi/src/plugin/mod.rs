//! The contract between a plugin that is a shared library and a host that knows nothing of it but this.
//!
//! Such a plugin exports one function, [`ENTRY`], which returns its [`Descriptor`]. The host calls `init`, and asks for
//! tables of functions by name: `org.example.filter/1` is the interface `org.example.filter` in its revision 1. What such
//! a table holds is between those who call it and those who write it; Hotshoe knows that it begins with its size.
//!
//! **Revisions.** This is [`REVISION`] 1, which stays as it is but for fields at the ends of tables. A host asks for the newest
//! revision that it knows, and takes an older one: a plugin that was built with revision 1 works in every later host. One
//! that is to work in older hosts as well as use what is new asks what its host says.
//!
//! - **Tables.** Each begins with its size; fields are only appended. One that lies beyond the size, or is NULL, is not
//!   there. What cannot grow so is another revision of the interface, with a name of its own.
//! - **Instances.** A library is mapped once and may serve several hosts of one process: what belongs to one of them
//!   hangs on the instance that `init` gives, and on no global variable.
//! - **Ownership.** Nothing that one side allocated is freed by the other. What a function is given by pointer lives until
//!   it returns, if nothing else is said. What a plugin returns of [`Descriptor::get_interface`] lives until `shutdown`
//!   returns.
//! - **Unwinding.** No panic, exception or `longjmp` crosses from one side to the other.
//! - **Threads.** `init` and `shutdown` of one instance never overlap with anything else of it. `get_interface` may be
//!   called by many threads at once, and so may the functions of [`Host`]. For an interface its own page says it.
//! - **Texts** end with NUL and are UTF-8; a path is as the system spells it.

mod export;

use core::ffi::{CStr, c_char, c_void};

#[doc(hidden)]
pub use export::with_nul;
pub use export::{HostRef, Interface, Offered, Plugin};

use crate::table::Table;

/// The revision of the contract that this is. 0 was a draft, which no host takes.
pub const REVISION: u32 = 1;

/// The name of the function that a plugin exports. Its type is [`Entry`].
pub const ENTRY: &CStr = c"hotshoe_descriptor";

/// The longest name of an interface, with its revision, in bytes without the NUL.
pub const LONGEST_ID: usize = 255;

/// The function that a plugin exports, `hotshoe_descriptor`.
///
/// `newest` is the newest revision that the host knows. It returns the plugin's descriptor of this revision or an older
/// one, or NULL if it has none: for one `newest` the same constant each time. It does nothing else. [any thread]
pub type Entry = unsafe extern "C" fn(newest: u32) -> *const Descriptor;

/// What a plugin is and does. It never changes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// The size of this table in bytes.
    pub size: usize,
    /// The revision of the contract that it was built with: HOTSHOE_PLUGIN_REVISION.
    pub revision: u32,
    /// The plugin's name, as its manifest has it.
    pub name: *const c_char,
    /// Its version, as its manifest has it; may be NULL.
    pub version: *const c_char,
    /// Makes an instance: what the other functions are given. Returns 0; anything else means that it failed, after it
    /// said why with `fail` of the host. `host` lives until `shutdown` of the instance returns, or where `init` fails,
    /// until that returns. May be NULL: then the instance is NULL. [any thread; for several hosts at once]
    pub init: Option<unsafe extern "C" fn(host: *const Host, instance: *mut *mut c_void) -> i32>,
    /// The table of an interface, or NULL if the plugin does not have it. Its address is the same each time. The first
    /// parameter of the functions in it is the instance, unless the interface says otherwise. [any thread]
    pub get_interface: Option<unsafe extern "C" fn(instance: *mut c_void, id: *const c_char) -> *const c_void>,
    /// Ends an instance. Nothing of it is called any more. May be NULL. Where a host ends without unloading its plugins,
    /// it is not called.
    pub shutdown: Option<unsafe extern "C" fn(instance: *mut c_void)>,
}

// SAFETY: it begins as a table must, and all of it may be zero.
unsafe impl Table for Descriptor {}
// SAFETY: it never changes, and its functions say themselves on which threads they may be called.
unsafe impl Send for Descriptor {}
// SAFETY: as above.
unsafe impl Sync for Descriptor {}

/// What a host gives to a plugin. Each instance has its own.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// The size of this table in bytes.
    pub size: usize,
    /// The revision that the plugin's descriptor says.
    pub revision: u32,
    /// The folder of the plugin, where its files are, also when a private copy of its library is mapped; of a library
    /// without a folder of its own the one in which it lies.
    pub folder: *const c_char,
    /// The table of an interface that the host offers to its plugins, or NULL. `instance` is set to what the functions in
    /// it are given first, or to NULL; it may be NULL itself. Both are good until `shutdown` returns, and the same each
    /// time. [any thread]
    pub get_interface:
        Option<unsafe extern "C" fn(host: *const Host, id: *const c_char, instance: *mut *mut c_void) -> *const c_void>,
    /// Why `init` fails, in one sentence, and what to do about it, or NULL. The first reason counts. After `init` it does
    /// nothing. [the thread that `init` runs on]
    pub fail: Option<unsafe extern "C" fn(host: *const Host, message: *const c_char, hint: *const c_char)>,
}

// SAFETY: it begins as a table must, and all of it may be zero.
unsafe impl Table for Host {}
// SAFETY: it never changes, and its functions say themselves on which threads they may be called.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}
