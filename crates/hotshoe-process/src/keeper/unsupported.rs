//! The keeper on systems that have none yet.

use std::convert::Infallible;
use std::path::Path;
use std::time::Instant;

use super::{Exit, Launch, OnExit, Signal};
use crate::failure::{Failure, Result, codes};
use crate::folder::PrivateFolder;

/// The keeper of a host; there is none.
#[derive(Debug)]
pub struct Keeper(Infallible);

impl Keeper {
    /// An error: there is no keeper for this system.
    pub fn start(_program: &Path, _private: &PrivateFolder) -> Result<Keeper> {
        let message = "plugins that are programs are not started on this system yet";
        Err(Failure::new(codes::KEEPER, message).hint("use the plugin as a library, or on Linux"))
    }

    /// Starts a process.
    pub fn launch(&self, _launch: Launch, _on_exit: OnExit) -> Result<Process> {
        match self.0 {}
    }

    /// Reads what the keeper reports.
    pub fn ready(&self) -> Result<bool> {
        match self.0 {}
    }
}

/// A process that the keeper has started; there is none.
#[derive(Debug)]
pub struct Process(Infallible);

impl Process {
    /// Ends it and its group.
    pub fn end_group(&self, _signal: Signal) {
        match self.0 {}
    }

    /// How it has ended, if it has.
    pub fn exit(&self) -> Option<Exit> {
        match self.0 {}
    }

    /// Waits for its end.
    pub fn wait(&self, _until: Instant) -> Option<Exit> {
        match self.0 {}
    }
}

/// The program `hotshoe-keeper`.
pub mod serve {
    use std::process::ExitCode;

    /// Says that there is nothing to do.
    pub fn main() -> ExitCode {
        eprintln!("hotshoe-keeper does nothing on this system yet");
        ExitCode::from(2)
    }
}
