//! What can be done with a live plugin.

use core::ffi::c_void;

use super::{Bytes, Call, Key, Services, Sink, Text};
use crate::table::Table;

/// How a plugin has ended. Functions take it as an int32_t; any other number is refused.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its code is not mapped into this process any more.
    Unmapped = 0,
    /// Its code stays mapped; each `status` said a reason.
    Resident = 1,
    /// Its process has ended; `status` said how: "exit code 0", "killed by signal 9".
    Exited = 2,
    /// The runtime has let go of it; nothing more can be said.
    Released = 3,
}

impl Ended {
    /// What the other side said; `None` if there is no such.
    pub const fn from_raw(said: i32) -> Option<Ended> {
        Some(match said {
            0 => Ended::Unmapped,
            1 => Ended::Resident,
            2 => Ended::Exited,
            3 => Ended::Released,
            _ => return None,
        })
    }
}

/// What can be done with a live plugin. `instance` is always what `open` wrote. All functions but `cancel` return an
/// outcome: OK, UNSUPPORTED, or FAILED after they have said why to `fail` of the sink.
///
/// All but `close` may run on many threads at once, and `close` runs when all others have returned.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct InstanceTable {
    /// The size of this table in bytes.
    pub size: usize,
    /// HOTSHOE_RUNTIME_REVISION.
    pub revision: u32,
    /// Ends the plugin and frees the instance, whatever it returns: nothing of it is called any more. Writes a
    /// hotshoe_runtime_ended to `ended`, and says the reasons to `status`. Also called for one that has said itself that
    /// it has ended. Must not be NULL. [any thread, when all others have returned]
    pub close: Option<unsafe extern "C" fn(instance: *mut c_void, sink: Sink, ended: *mut i32) -> i32>,
    /// Calls the plugin. Each result goes to `output` while it runs; it returns when the call is over: OK, FAILED,
    /// CANCELLED once `stopped` says so or `cancel` was called, DEADLINE as soon as that has passed.
    ///
    /// The host cannot end a call from outside: whoever waits for one waits until this returns. A module that does not
    /// heed the deadline keeps its caller waiting. [any thread]
    pub call: Option<unsafe extern "C" fn(instance: *mut c_void, call: *const Call, sink: Sink) -> i32>,
    /// Says that nobody wants a call any more: `call` is the key of its sink. It comes at most once for each; before the
    /// call has begun, perhaps, so a call asks `stopped` once it could be found; and perhaps on a thread that is in a
    /// function of its sink. It only makes `call` return soon, and returns at once itself: the caller of `call` does not
    /// get away before. NULL: `stopped` is asked. [any thread]
    pub cancel: Option<unsafe extern "C" fn(instance: *mut c_void, call: Key)>,
    /// Gives a running call one more piece of its input, in its encoding: `call` is the key of its sink, which may not
    /// have been seen yet, or not any more: CLOSED then. It waits as long as the plugin cannot take it. [any thread]
    pub send: Option<unsafe extern "C" fn(instance: *mut c_void, call: Key, input: Bytes, sink: Sink) -> i32>,
    /// Says that a call gets no more input. As `send`. [any thread]
    pub finish: Option<unsafe extern "C" fn(instance: *mut c_void, call: Key, sink: Sink) -> i32>,
    /// Where something is that the plugin exports under a name: `address` is what was found, or NULL if there is no such.
    /// It is good until `close`. [any thread]
    pub symbol:
        Option<unsafe extern "C" fn(instance: *mut c_void, name: Text, sink: Sink, address: *mut *const c_void) -> i32>,
    /// Where an interface of the plugin is, in exactly this revision: `address` is a table of functions whose type `id`
    /// says, or NULL if there is no such. It is good until `close`. [any thread]
    pub interface_table: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            id: Text,
            revision: u32,
            sink: Sink,
            address: *mut *const c_void,
        ) -> i32,
    >,
    /// What can be called: a JSON object, to `output`. [any thread]
    pub describe: Option<unsafe extern "C" fn(instance: *mut c_void, sink: Sink) -> i32>,
    /// Whether it could take a call now: OK, or FAILED with the reason. It answers at once. [any thread]
    pub health: Option<unsafe extern "C" fn(instance: *mut c_void, sink: Sink) -> i32>,
    /// What the host serves to the plugin, until `close`. It may be offered anew: then that is what the plugin calls.
    /// [any thread]
    pub offer: Option<unsafe extern "C" fn(instance: *mut c_void, services: Services, sink: Sink) -> i32>,
}

// SAFETY: it begins as a table must, and all of it may be zero.
unsafe impl Table for InstanceTable {}
