//! `hotshoe.passes/1`: what a plugin offers to the pipeline of its host, and what a pass is given.
//!
//! **Threads.** All functions may be called by several threads at once, each with a context of its own. A [`Hook`] is used by
//! the thread that was called, until it returns.

mod export;

use core::ffi::{CStr, c_char, c_void};

pub use export::HookRef;

use crate::context::Context;
use crate::table::InterfaceTable;

/// The id of the interface.
pub const ID: &CStr = c"hotshoe.passes/1";

/// What a pass returns when it is done.
pub const HOOK_DONE: i32 = 0;

/// What a hook returns that the plugin does not have.
pub const HOOK_MISSING: i32 = -1;

/// What a pass, or a step, is given by its host: lent for the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Hook {
    /// The size of this table in bytes. All that is in revision 1 is there; ask for what may be added later.
    pub size: usize,
    /// What the passes and steps of a run share, for the functions of `hotshoe.context/1`. Never NULL.
    pub context: *mut Context,
    /// Why it fails, in one sentence, and what to do about it, or NULL. The first reason counts, and only if something other
    /// than HOTSHOE_HOOK_DONE is returned.
    pub fail: unsafe extern "C" fn(hook: *const Hook, message: *const c_char, hint: *const c_char),
    /// What it returns, where something is returned: the context or NULL. Anything else is told as `pass-return`. It is
    /// compared and never looked at.
    pub returns: unsafe extern "C" fn(hook: *const Hook, what: *const c_void),
    /// How far it has got: `done` of `total`.
    pub progress: unsafe extern "C" fn(hook: *const Hook, done: u64, total: u64),
    /// Whether the host wants it to be given up: then it should fail soon.
    pub is_cancelled: unsafe extern "C" fn(hook: *const Hook) -> bool,
}

/// The passes of a plugin: the table of `hotshoe.passes/1`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Passes {
    /// The size of this table in bytes.
    pub size: usize,
    /// How many passes there are. It is asked at the begin of each run, and may be more the next time.
    pub count: Option<unsafe extern "C" fn(instance: *mut c_void) -> u32>,
    /// The name of a pass, below the count. It lives until the instance ends.
    pub name: Option<unsafe extern "C" fn(instance: *mut c_void, index: u32) -> *const c_char>,
    /// The stage that a pass is for, such as `lower`; NULL for a pass that runs in every stage. It lives until the instance
    /// ends. NULL for the function: none is for one stage.
    pub stage: Option<unsafe extern "C" fn(instance: *mut c_void, index: u32) -> *const c_char>,
    /// Runs a pass. Returns HOTSHOE_HOOK_DONE; anything else means that it failed, after it said why with `fail` of the hook.
    pub run: Option<unsafe extern "C" fn(instance: *mut c_void, index: u32, hook: *const Hook) -> i32>,
}

// SAFETY: it begins with its size, and all of it may be zero.
unsafe impl InterfaceTable for Passes {}
// SAFETY: it never changes, and its functions may be called by any thread.
unsafe impl Send for Passes {}
// SAFETY: as above.
unsafe impl Sync for Passes {}
