//! The processes of plugins: how they are started, and what is done when one ends.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, WaitStatus, getpid, kill_process_group, pidfd_open, wait};

use super::super::wire::{Launched, Outgoing, Report};
use super::{descendants, launcher};
use crate::folder;

/// The processes that live, by the numbers that the host has given them.
#[derive(Debug)]
pub(super) struct Plugins {
    living: BTreeMap<u64, Plugin>,
    /// How many open files the host may have.
    open_files: Option<u64>,
}

#[derive(Debug)]
struct Plugin {
    pid: Pid,
    private: Option<PathBuf>,
    start: Start,
}

/// How far the start of a process is.
#[derive(Debug)]
enum Start {
    /// The launcher executes the program, or writes why it cannot.
    Executing { report: OwnedFd },
    /// The program runs.
    Done,
    /// It could not be executed; the launcher ends.
    Failed,
}

impl Plugins {
    /// None so far.
    pub(super) fn new(open_files: Option<u64>) -> Plugins {
        Plugins { living: BTreeMap::new(), open_files }
    }

    /// Starts a program; what comes of it is reported later.
    pub(super) fn launch(
        &mut self,
        launched: Launched,
        descriptors: Vec<OwnedFd>,
        to: &mut Outgoing,
    ) -> io::Result<()> {
        let id = launched.id;
        let private = launched.private.as_ref().map(|path| PathBuf::from(OsString::from(path.clone())));
        match spawn(launched, descriptors, self.open_files) {
            Ok((pid, report)) => {
                self.living.insert(id, Plugin { pid, private, start: Start::Executing { report } });
                Ok(())
            }
            Err(error) => failed(id, "no process can be made", &error, to),
        }
    }

    /// What is readable when the start of a process is over, each with its number.
    pub(super) fn starting(&self) -> impl Iterator<Item = (u64, BorrowedFd<'_>)> {
        self.living.iter().filter_map(|(id, plugin)| match &plugin.start {
            Start::Executing { report } => Some((*id, report.as_fd())),
            _ => None,
        })
    }

    /// Reports what has come of the start of a process.
    pub(super) fn started(&mut self, id: u64, to: &mut Outgoing) -> io::Result<()> {
        let Some(plugin) = self.living.get_mut(&id) else { return Ok(()) };
        let Start::Executing { report } = std::mem::replace(&mut plugin.start, Start::Done) else { return Ok(()) };
        let mut text = Vec::new();
        File::from(report).read_to_end(&mut text)?;
        if let Some((number, what)) = text.split_first_chunk() {
            plugin.start = Start::Failed;
            let error = io::Error::from_raw_os_error(i32::from_le_bytes(*number));
            return failed(id, &String::from_utf8_lossy(what), &error, to);
        }
        match pidfd_open(plugin.pid, PidfdFlags::empty()) {
            Ok(pidfd) => to.push(&Report::Started { id, pid: plugin.pid.as_raw_pid().unsigned_abs() }, vec![pidfd]),
            Err(error) => {
                descendants::kill_tree(plugin.pid);
                plugin.start = Start::Failed;
                failed(id, "it cannot be watched", &error.into(), to)
            }
        }
    }

    /// Asks the group of a process to end, or kills it with everything below.
    pub(super) fn signal(&self, id: u64, kill: bool) {
        let Some(plugin) = self.living.get(&id) else { return };
        if kill {
            descendants::kill_tree(plugin.pid);
        } else {
            // Whoever of the group has ended already is no error.
            let _ = kill_process_group(plugin.pid, Signal::TERM);
        }
    }

    /// Takes leave of every child that has ended, and reports those that were plugins.
    pub(super) fn reap(&mut self, to: &mut Outgoing) -> io::Result<()> {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let id = self.living.iter().find(|(_, plugin)| plugin.pid == pid).map(|(id, _)| *id);
            if let Some(id) = id {
                self.ended(id, status, to)?;
            }
        }
        Ok(())
    }

    /// Ends what a plugin has left, and reports how it has ended.
    fn ended(&mut self, id: u64, status: WaitStatus, to: &mut Outgoing) -> io::Result<()> {
        self.started(id, to)?;
        let Some(plugin) = self.living.remove(&id) else { return Ok(()) };
        // The number of a group is nobody else's as long as somebody is in it.
        let _ = kill_process_group(plugin.pid, Signal::KILL);
        if self.living.is_empty() {
            // Nobody is left to whom these could belong.
            descendants::kill_below(getpid());
        }
        if let Some(private) = plugin.private {
            self.kill_orphans_of(&private);
            folder::remove(&private);
        }
        if matches!(plugin.start, Start::Failed) {
            return Ok(());
        }
        let (code, signal) = (status.exit_status(), status.terminating_signal());
        to.push(&Report::Exited { id, code, signal }, Vec::new())
    }

    /// Kills what a plugin has started that has left its group, while others live: it is known by its environment, which has
    /// the private folder of that plugin. What hides from that as well ends with the last plugin.
    fn kill_orphans_of(&self, private: &Path) {
        let is_plugin = |pid| self.living.values().any(|plugin| plugin.pid == pid);
        descendants::kill_orphans(|pid| !is_plugin(pid) && is_named(private, pid));
    }
}

/// Whether a process was started with a variable that names a folder.
fn is_named(folder: &Path, pid: Pid) -> bool {
    let variables = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    variables.split(|byte| *byte == 0).any(|variable| {
        let value = variable.splitn(2, |byte| *byte == b'=').nth(1).unwrap_or_default();
        Path::new(OsStr::from_bytes(value)).starts_with(folder)
    })
}

fn failed(id: u64, what: &str, error: &io::Error, to: &mut Outgoing) -> io::Result<()> {
    let errno = error.raw_os_error().unwrap_or(0);
    let what = if errno == 0 { what.to_owned() } else { format!("{what}: {error}") };
    to.push(&Report::Failed { id, what, errno }, Vec::new())
}

/// Starts a process that becomes the program: it, and what ends when it is the program or says why it is not.
fn spawn(launched: Launched, descriptors: Vec<OwnedFd>, open_files: Option<u64>) -> io::Result<(Pid, OwnedFd)> {
    let mut descriptors = descriptors.into_iter();
    let mut next =
        || descriptors.next().ok_or_else(|| io::Error::from_raw_os_error(rustix::io::Errno::MFILE.raw_os_error()));
    let (input, output, errors) = (next()?, next()?, next()?);
    let program = if launched.sealed { Some(next()?) } else { None };
    let (report, write) = pipe_with(PipeFlags::CLOEXEC)?;
    let mut command = launcher::command(launched, &write, program.as_ref(), open_files)?;
    let child = command.stdin(input).stdout(output).stderr(errors).spawn()?;
    Ok((Pid::from_child(&child), report))
}
