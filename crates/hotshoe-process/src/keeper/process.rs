//! What is started, and how it ends.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::executable::Program;
use crate::settings::Limits;

/// What is started, and with what.
#[derive(Debug)]
pub struct Launch {
    /// The program.
    pub program: Program,
    /// Its arguments, without its name.
    pub arguments: Vec<OsString>,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// The folder that it works in.
    pub folder: PathBuf,
    /// The part of the private folder that is its own, and is removed when it has ended.
    pub private: Option<PathBuf>,
    /// What it may use at most.
    pub limits: Limits,
}

/// What is done when a process has ended. It runs once, on whatever thread hears of it, which is one that waits for the
/// keeper, perhaps for another process: it must be quick. It may run before [`Keeper::launch`](super::Keeper::launch) has
/// returned.
pub type OnExit = Box<dyn FnOnce(&Exit) + Send>;

/// How the group of a process is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// By asking, with SIGTERM.
    Term,
    /// At once, with every process below it.
    Kill,
}

/// How a process has ended. Neither code nor signal: nobody knows, for its keeper has died, and it with the keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// What it has returned.
    pub code: Option<i32>,
    /// The signal that has ended it.
    pub signal: Option<i32>,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => write!(f, "exit code {code}"),
            (None, Some(signal)) => write!(f, "killed by signal {signal}"),
            (None, None) => write!(f, "the keeper has died"),
        }
    }
}
