//! Where the answer to one request goes.

use super::{Bytes, Key, Severity, Text};
use crate::table::Table;

/// What came of a call to the other side. Functions return it as an int32_t; any other number means FAILED.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Ok = 0,
    /// It is not done. A module says why with `fail` of the sink, before it returns this.
    Failed = 1,
    /// It cannot be done here at all: `runtime-unsupported`.
    Unsupported = 2,
    /// It was not done, or not to its end, since nobody wants it any more: `call-cancelled`.
    Cancelled = 3,
    /// The same, since its time is over: `call-deadline`.
    Deadline = 4,
    /// The key has expired: whoever waited for this has gone on.
    Closed = 5,
    /// What was given cannot be right, such as a text that must be UTF-8 and is not.
    Invalid = 6,
}

impl Outcome {
    /// What a function of the other side returned.
    pub const fn from_raw(returned: i32) -> Outcome {
        match returned {
            0 => Outcome::Ok,
            2 => Outcome::Unsupported,
            3 => Outcome::Cancelled,
            4 => Outcome::Deadline,
            5 => Outcome::Closed,
            6 => Outcome::Invalid,
            _ => Outcome::Failed,
        }
    }
}

/// What a sink can do. All of its functions return an outcome: OK, or why it was refused. When that is CANCELLED, DEADLINE
/// or CLOSED, there is no use in going on.
///
/// `output`, `progress` and `status` may be called on the thread only that the function runs on which was given the sink:
/// what other threads of a module have found they leave to that one. The others may be called on any thread. When the
/// function has returned, nothing happens any more but that they return CLOSED.
///
/// They may run code of the host, which may fire a cancel token, or call the same plugin again: hold no lock that
/// `cancel` or `call` need.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SinkTable {
    /// The size of this table in bytes.
    pub size: usize,
    /// HOTSHOE_RUNTIME_REVISION.
    pub revision: u32,
    /// A result, or one of several in their order: in the encoding of the call. Copied before it returns.
    pub output: Option<unsafe extern "C" fn(sink: Key, output: Bytes) -> i32>,
    /// How far it is: `done` of `total`, in any unit; a `total` of 0 is not known.
    pub progress: Option<unsafe extern "C" fn(sink: Key, done: u64, total: u64) -> i32>,
    /// What it is doing, in a few words. For `close`: one of the reasons for what it returns.
    pub status: Option<unsafe extern "C" fn(sink: Key, text: Text) -> i32>,
    /// Why it fails; then return FAILED. The first one counts. `code`: the module's name, a hyphen and more of a-z, 0-9
    /// and hyphens, at most 64 bytes, and always the same for the same kind of failure: `echo-syntax`; or one that all
    /// share: `call-failed`, `call-too-large`, `method-unknown`, `plugin-exited`. `message`: one sentence, with the
    /// offending value in backticks. `hint`: what to do next, or none.
    pub fail: Option<unsafe extern "C" fn(sink: Key, code: Text, message: Text, hint: Text) -> i32>,
    /// Something worth knowing that does not stop `open`. `severity` is a hotshoe_runtime_severity; else as `fail`.
    pub diagnose: Option<unsafe extern "C" fn(sink: Key, severity: i32, code: Text, message: Text, hint: Text) -> i32>,
    /// OK while somebody waits for the answer; else CANCELLED, DEADLINE or CLOSED. Cheap enough to be asked in a loop.
    pub stopped: Option<unsafe extern "C" fn(sink: Key) -> i32>,
}

// SAFETY: it begins as a table must, and all of it may be zero.
unsafe impl Table for SinkTable {}

/// Where the answer to one request goes. It is good until the function returns that it was given to.
///
/// The key is also the name of the request: a call's is what `cancel`, `send` and `finish` are given.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Sink {
    /// What it can do; lives as long as the process.
    pub(super) table: *const SinkTable,
    /// Which request it is.
    pub(super) key: Key,
}

// SAFETY: its functions may be called on any thread, and its table never changes.
unsafe impl Send for Sink {}
// SAFETY: as above.
unsafe impl Sync for Sink {}

impl Sink {
    /// # Safety
    /// `table` is what [`Sink::table`] may return, lives for ever, and its functions may be called as it says.
    pub const unsafe fn new(table: *const SinkTable, key: Key) -> Sink {
        Sink { table, key }
    }

    /// Which request it is.
    pub const fn key(self) -> Key {
        self.key
    }

    /// What it can do; `None` if the table cannot be right.
    pub fn table(self) -> Option<SinkTable> {
        // SAFETY: as whoever made it promised.
        unsafe { super::read(self.table) }.ok()
    }

    /// A result, or one of several.
    pub fn output(self, output: &[u8]) -> Outcome {
        // SAFETY: the bytes live until it returns.
        self.call(|table| table.output.map(|output_of| unsafe { output_of(self.key, output.into()) }))
    }

    /// How far it is. A `total` of 0 is not known.
    pub fn progress(self, done: u64, total: u64) -> Outcome {
        // SAFETY: it takes any numbers.
        self.call(|table| table.progress.map(|progress| unsafe { progress(self.key, done, total) }))
    }

    /// What it is doing.
    pub fn status(self, text: &str) -> Outcome {
        // SAFETY: the text lives until it returns.
        self.call(|table| table.status.map(|status| unsafe { status(self.key, text.into()) }))
    }

    /// Why it fails. Returns FAILED, for the function to return.
    pub fn fail(self, code: &str, message: &str, hint: &str) -> Outcome {
        // SAFETY: the texts live until it returns.
        let say = |fail: unsafe extern "C" fn(Key, Text, Text, Text) -> i32| unsafe {
            fail(self.key, code.into(), message.into(), hint.into())
        };
        self.call(|table| table.fail.map(say));
        Outcome::Failed
    }

    /// Something worth knowing that does not stop it.
    pub fn diagnose(self, severity: Severity, code: &str, message: &str, hint: &str) -> Outcome {
        let say = |diagnose: unsafe extern "C" fn(Key, i32, Text, Text, Text) -> i32| {
            // SAFETY: the texts live until it returns.
            unsafe { diagnose(self.key, severity as i32, code.into(), message.into(), hint.into()) }
        };
        self.call(|table| table.diagnose.map(say))
    }

    /// [`Outcome::Ok`] while somebody waits for the answer.
    pub fn stopped(self) -> Outcome {
        // SAFETY: it takes any number.
        self.call(|table| table.stopped.map(|stopped| unsafe { stopped(self.key) }))
    }

    fn call(self, function: impl FnOnce(&SinkTable) -> Option<i32>) -> Outcome {
        self.table().as_ref().and_then(function).map_or(Outcome::Unsupported, Outcome::from_raw)
    }
}
