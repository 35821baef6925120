//! How far an operation is, for whoever watches it and may stop it.

use std::ops::ControlFlow;

use crate::error::{Code, Error, Result};

/// How far an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The archive is read and its signature and digest are checked, in bytes.
    Checking {
        /// How much was read.
        done: u64,
        /// How much there is.
        total: u64,
    },
    /// An archive is made, in bytes of what goes in.
    Packing {
        /// How much was read.
        done: u64,
        /// How much there is.
        total: u64,
    },
    /// The archive is unpacked, in bytes of the archive.
    Unpacking {
        /// How much was read.
        done: u64,
        /// How much there is.
        total: u64,
    },
    /// Another process changes the same folder, and is waited for.
    Waiting {
        /// What that process does, if it says so: `process 4711: install gain-1.2.3.tar.gz`.
        holder: &'a str,
    },
}

/// Is told how far an operation is, several times each second and on the thread that does the work.
/// If it breaks, the operation stops with [`Code::CANCELLED`] and leaves no trace.
pub type Watch<'a> = &'a mut dyn FnMut(Progress<'_>) -> ControlFlow<()>;

/// Lets an operation go on to its end.
pub fn unwatched(_: Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Tells the one who watches, and stops if that one says so.
pub(super) fn tell(watch: Watch<'_>, progress: Progress<'_>) -> Result<()> {
    match watch(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::new(Code::CANCELLED, "it was stopped; nothing was changed")),
    }
}
