//! The keeper as its host sees it.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, absolute};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, getpid, pidfd_open, pidfd_send_signal};

use super::link::{Life, Link, Unstarted};
use super::wire::{Launched, Request, Text};
use super::{Exit, Launch, OnExit, Signal};
use crate::executable::{Program, to_file};
use crate::failure::{Failure, Result, codes};
use crate::folder::PrivateFolder;

/// How long the keeper may take until it is there.
const THERE_WITHIN: Duration = Duration::from_secs(10);

/// How long a program may take to be executed: it may lie on a slow network.
const EXECUTED_WITHIN: Duration = Duration::from_secs(30);

/// How long the keeper may take to end, with all plugins.
const ENDED_WITHIN: Duration = Duration::from_secs(5);

/// The keeper of a host. All of it may be called on many threads at once. Dropping it ends all plugins at once.
pub struct Keeper {
    link: Arc<Link>,
    guard: Child,
    guard_pidfd: OwnedFd,
}

impl Keeper {
    /// Starts the program `hotshoe-keeper`. It removes the private folder when the host is gone.
    ///
    /// # Errors
    /// [`codes::KEEPER`] if it is not there or does not answer.
    pub fn start(program: &Path, private: &PrivateFolder) -> Result<Keeper> {
        let (socket, keepers) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
            .map_err(|error| unusable(program, &error.into()))?;
        // Nothing else may be done to the command: std then starts it by `posix_spawn`, which runs nothing of ours in the
        // child.
        let guard = Command::new(program)
            .arg("guard")
            .arg(private.path())
            .env_clear()
            .stdin(keepers)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| unusable(program, &error))?;
        let guard_pidfd = pidfd_open(Pid::from_child(&guard), PidfdFlags::empty())
            .map_err(|error| unusable(program, &error.into()))?;
        let keeper = Keeper { link: Arc::new(Link::new(socket)), guard, guard_pidfd };
        keeper.greet().map_err(|error| unusable(program, &error))?;
        Ok(keeper)
    }

    /// Says who the host is, and waits for the answer.
    fn greet(&self) -> io::Result<()> {
        let host = pidfd_open(getpid(), PidfdFlags::empty())?;
        self.link.send(&Request::Hello, vec![host])?;
        let until = Instant::now() + THERE_WITHIN;
        self.link.wait_for_keeper(until).map(drop).ok_or(io::ErrorKind::TimedOut.into())
    }

    /// Starts a process. If it does not start, `on_exit` is not called.
    ///
    /// # Errors
    /// [`codes::START`] if the program cannot be executed, [`codes::KEEPER`] if the keeper is dead.
    pub fn launch(&self, launch: Launch, on_exit: OnExit) -> Result<Process> {
        let (refused, on_exit) = match self.attempt(&launch, &launch.program, on_exit)? {
            Attempt::Runs(process) => return Ok(process),
            Attempt::Refused(refused, on_exit) => (refused, on_exit),
        };
        // Some systems do not execute what lies in memory.
        if let (Program::Sealed { copy, .. }, Some(private), Some(on_exit)) =
            (&launch.program, &launch.private, on_exit)
            && refused.errno == Errno::ACCESS.raw_os_error()
        {
            let file = to_file(copy, private).map_err(|error| unstarted(&launch, &error.to_string(), 0))?;
            return match self.attempt(&launch, &Program::Path(file), on_exit)? {
                Attempt::Runs(process) => Ok(process),
                Attempt::Refused(refused, _) => Err(unstarted(&launch, &refused.what, refused.errno)),
            };
        }
        Err(unstarted(&launch, &refused.what, refused.errno))
    }

    /// What becomes readable when [`Keeper::ready`] has something to do.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.link.socket()
    }

    /// Reads what the keeper reports, without waiting for it, and calls the `on_exit` of processes that have ended. False:
    /// the keeper is dead, all processes with it, and each `on_exit` was called.
    pub fn ready(&self) -> Result<bool> {
        Ok(self.link.ready())
    }

    /// Whether it was heard that it is dead: nothing can be started by it any more.
    pub fn is_dead(&self) -> bool {
        self.link.is_dead()
    }

    /// The process of the keeper itself, the parent of all plugins.
    pub fn pid(&self) -> u32 {
        self.link.keeper().unwrap_or_default()
    }

    fn attempt(&self, launch: &Launch, program: &Program, on_exit: OnExit) -> Result<Attempt> {
        let (ours, theirs) = pipes(program).map_err(|error| unstarted(launch, &error.to_string(), 0))?;
        let (id, life) = self.link.expect(on_exit);
        let request = request(id, launch, program).map_err(|error| unstarted(launch, &error.to_string(), 0));
        let sent =
            request.and_then(|request| self.link.send(&request, theirs).map_err(|error| dead(&error.to_string())));
        if let Err(failure) = sent {
            self.link.forget(id);
            return Err(failure);
        }
        let process = |pid, pidfd| {
            let (input, output, errors) = ours;
            Process {
                pid,
                output,
                errors,
                input: Mutex::new(Some(input)),
                pidfd,
                id,
                link: self.link.clone(),
                life: life.clone(),
            }
        };
        match self.link.wait(Instant::now() + EXECUTED_WITHIN, || life.take_started()) {
            Some(Ok((pid, Some(pidfd)))) => Ok(Attempt::Runs(process(pid, pidfd))),
            Some(Err(refused)) => Ok(Attempt::Refused(refused, life.take_on_exit())),
            other => {
                self.link.forget(id);
                if self.link.is_dead() {
                    return Err(dead("it has ended"));
                }
                // It could not be stopped without its pidfd, or it would start when nobody waits for it any more.
                let _ = self.link.send(&Request::Signal { id, kill: true }, Vec::new());
                let why = if other.is_some() { "the host may open no more files" } else { "it takes too long" };
                Err(unstarted(launch, why, 0))
            }
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let _ = self.link.send(&Request::End, Vec::new());
        let patience = Timespec { tv_sec: ENDED_WITHIN.as_secs() as i64, tv_nsec: 0 };
        let ended = poll(&mut [PollFd::new(&self.guard_pidfd, PollFlags::IN)], Some(&patience));
        if !ended.is_ok_and(|ended| ended > 0) {
            // The keeper ends everything when the guard is gone.
            let _ = pidfd_send_signal(&self.guard_pidfd, rustix::process::Signal::KILL);
        }
        // If the host takes leave of all its children by itself, there is none any more.
        let _ = self.guard.wait();
        self.link.ready();
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").field("pid", &self.pid()).finish_non_exhaustive()
    }
}

/// What has come of one attempt to start a process.
enum Attempt {
    Runs(Process),
    Refused(Unstarted, Option<OnExit>),
}

/// A process that the keeper has started. Dropping it does not end it.
pub struct Process {
    /// Its number. It may be another's once this one has ended: signals are sent by [`Process::end_group`] or
    /// [`Process::pidfd`].
    pub pid: u32,
    /// Its standard output; reading does not block.
    pub output: OwnedFd,
    /// Its standard error; reading does not block.
    pub errors: OwnedFd,
    input: Mutex<Option<OwnedFd>>,
    pidfd: OwnedFd,
    id: u64,
    link: Arc<Link>,
    life: Arc<Life>,
}

impl Process {
    /// The socket that is its standard input, for the first who asks; dropping it ends the input. Writing blocks.
    pub fn take_input(&self) -> Option<OwnedFd> {
        self.input.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Ends it and its group; one that has ended is left alone.
    pub fn end_group(&self, signal: Signal) {
        if self.exit().is_some() {
            return;
        }
        let kill = signal == Signal::Kill;
        if self.link.send(&Request::Signal { id: self.id, kill }, Vec::new()).is_err() && kill {
            let _ = pidfd_send_signal(&self.pidfd, rustix::process::Signal::KILL);
        }
    }

    /// How it has ended, if that was heard of.
    pub fn exit(&self) -> Option<Exit> {
        self.life.exit()
    }

    /// Waits for its end, until then at most.
    pub fn wait(&self, until: Instant) -> Option<Exit> {
        self.link.wait(until, || self.life.exit())
    }

    /// What stands for the process and for no other, and is readable when it has ended.
    pub fn pidfd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("pid", &self.pid).field("exit", &self.exit()).finish_non_exhaustive()
    }
}

/// The host's ends of the pipes.
type Ours = (OwnedFd, OwnedFd, OwnedFd);

fn pipes(program: &Program) -> io::Result<(Ours, Vec<OwnedFd>)> {
    // A socket raises no signal when nobody reads it any more, if that is asked for; a pipe does.
    let (stdin, input) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    let (output, stdout) = pipe_with(PipeFlags::CLOEXEC)?;
    let (errors, stderr) = pipe_with(PipeFlags::CLOEXEC)?;
    for end in [&output, &errors] {
        fcntl_setfl(end, fcntl_getfl(end)? | OFlags::NONBLOCK)?;
    }
    let mut theirs = vec![stdin, stdout, stderr];
    if let Program::Sealed { copy, .. } = program {
        theirs.push(copy.try_clone()?);
    }
    Ok(((input, output, errors), theirs))
}

fn request(id: u64, launch: &Launch, program: &Program) -> io::Result<Request> {
    // The keeper works in another folder than the host.
    let text = |path: &Path| Ok::<_, io::Error>(Text::from(absolute(path)?.as_os_str()));
    let variables = launch.environment.iter();
    Ok(Request::Launch(Launched {
        id,
        program: text(program.path())?,
        sealed: matches!(program, Program::Sealed { .. }),
        arguments: launch.arguments.iter().map(|argument| Text::from(argument.as_os_str())).collect(),
        environment: variables.map(|(name, value)| (name.as_os_str().into(), value.as_os_str().into())).collect(),
        folder: text(&launch.folder)?,
        private: launch.private.as_deref().map(text).transpose()?,
        memory: launch.limits.memory,
        files: launch.limits.files,
        processor_time: launch.limits.processor_time,
    }))
}

fn unusable(program: &Path, error: &io::Error) -> Failure {
    let message = format!("`{}`, the parent of all plugins, cannot be used: {error}", program.display());
    Failure::new(codes::KEEPER, message)
        .hint("install `hotshoe-keeper` beside the runtime's library, both of one version")
}

fn dead(why: &str) -> Failure {
    Failure::new(codes::KEEPER, format!("the parent of all plugins starts nothing any more: {why}"))
        .hint("load the plugin again")
}

fn unstarted(launch: &Launch, what: &str, errno: i32) -> Failure {
    let path = launch.program.path().display();
    let hint = match Errno::from_raw_os_error(errno) {
        Errno::NOENT => "check that the program is there, and what its first line names if it is a script",
        Errno::ACCESS => "make it executable with `chmod +x`, and check that its file system is not mounted `noexec`",
        Errno::TXTBSY => "somebody still writes the program: try again when that is done",
        Errno::NOEXEC => "build the program for this system and processor; a script begins with `#!`",
        Errno::MFILE | Errno::NFILE | Errno::AGAIN | Errno::NOMEM => "close files and processes, or raise their limits",
        Errno::TOOBIG => "give it fewer arguments and environment variables",
        _ => "try it by hand, with the same arguments",
    };
    Failure::new(codes::START, format!("`{path}` was not started: {what}")).hint(hint)
}
