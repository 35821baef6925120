//! The contract between the loader and a runtime module.
//!
//! A module is a shared library `libhotshoe-<name>.so` (`.dylib`, `hotshoe-<name>.dll`) that exports one function,
//! [`ENTRY`]. It is given the [`HostTable`] and returns a constant [`ModuleTable`].
//!
//! **Draft.** This is [`REVISION`] 0: both sides must say exactly this number, and it may change with any release.
//!
//! - **Tables.** Each begins with its size and its revision; fields are only appended. A function that lies beyond the
//!   size, or is NULL, is not there: whoever asks for what it does is told `runtime-unsupported`. Look at the size
//!   before you call a function of the host, or copy its table with [`read`].
//! - **Ownership.** Nothing that one side allocated is freed by the other. What a module has to say goes through a
//!   [`Sink`], which copies it before it returns. What a function is given by pointer lives until it returns.
//! - **Unwinding.** No panic, exception or `longjmp` crosses from one side to the other, no thread ends and the process
//!   does not exit in a function of the contract. (A panic in an `extern "C" fn` ends the process: catch it before.)
//! - **Threads.** `open` and `close` of one instance never overlap with any other of its calls. All others may run on
//!   many threads at once, and so may `check`, and `open` of different instances. A function of the host may be called
//!   on any thread, also on one of the module's own.
//! - **Life.** A module is never unmapped. `shutdown` runs when the last host that uses it is freed, and not from a
//!   destructor.
//! - **Numbers.** Times are in nanoseconds of the host's monotonic clock, [`HostTable::now`]; sizes are in bytes.
//! - **Texts** are UTF-8. The host shows nothing of a module as it is: long texts are cut, what is not UTF-8 is
//!   replaced, and control characters are escaped.

mod host;
mod instance;
mod module;
mod request;
mod services;
mod sink;
mod text;

use crate::table::{self, BadTable, Table};

pub use host::{HostTable, Severity};
pub use instance::{Ended, InstanceTable};
pub use module::{ENTRY, Entry, ModuleTable, Opened};
pub use request::{Call, Encoding, Request};
pub use services::{Services, ServicesTable};
pub use sink::{Outcome, Sink, SinkTable};
pub use text::{Bytes, Text};

/// The revision of the contract that this is. 0 is a draft.
pub const REVISION: u32 = 0;

/// Copies a table of the other side, as [`table::read`] does; its revision must be [`REVISION`].
///
/// # Safety
/// As for [`table::read`].
pub unsafe fn read<T: Table>(table: *const T) -> Result<T, BadTable> {
    // SAFETY: as the caller promises.
    unsafe { table::read(table, REVISION) }
}

/// For a deadline: there is none.
pub const NO_DEADLINE: u64 = u64::MAX;

/// For the length of a text: it ends with NUL.
pub const TO_NUL: usize = usize::MAX;

/// A number that stands for something of the other side: for a request that waits for its answer, for a plugin that
/// is told of, for what is offered to it.
///
/// The host never uses one twice, and looks it up each time. So nothing happens if a module uses one that has expired.
pub type Key = u64;
