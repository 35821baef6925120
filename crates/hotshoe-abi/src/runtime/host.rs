//! What a module may ask of the host at any time.

use super::{Key, Text};
use crate::table::Table;

/// How much a finding matters.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Note = 0,
    /// It works, but somebody should mend it.
    Warning = 1,
    /// Something cannot be used.
    Error = 2,
}

/// The host's functions. The table lives as long as the process and never changes: keep the pointer. All may be called
/// on any thread at any time, from the moment in which the module gets it; after `shutdown` they still do no harm.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HostTable {
    /// The size of this table in bytes.
    pub size: usize,
    /// HOTSHOE_RUNTIME_REVISION.
    pub revision: u32,
    /// What time it is: nanoseconds of a clock that is never set, on which all deadlines are. It may stand still while
    /// the machine sleeps, and begins anywhere: only differences mean something.
    pub now: Option<unsafe extern "C" fn() -> u64>,
    /// Says that a plugin has ended without having been asked to, and why, in one sentence. `events` is what `open` was
    /// given for it. The first end counts; from then on nothing of it is called but `close`, which is called as for any
    /// other. Calls that are going on return by themselves. Returns OK or CLOSED.
    pub ended: Option<unsafe extern "C" fn(events: Key, reason: Text) -> i32>,
    /// A line for the host's log. `events`: of the plugin that it is about, or 0 if it is about none. `severity` is a
    /// hotshoe_runtime_severity. Returns OK, also if nobody reads it; CLOSED or INVALID.
    pub log: Option<unsafe extern "C" fn(events: Key, severity: i32, text: Text) -> i32>,
}

// SAFETY: it begins as a table must, and all of it may be zero.
unsafe impl Table for HostTable {}
