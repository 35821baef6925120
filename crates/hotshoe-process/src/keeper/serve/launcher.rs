//! What a process of a plugin is until it executes the plugin's program: it ends with the keeper, has its limits, and none
//! of the host's peculiarities.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::iter;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Resource, Rlimit, Signal, getppid, getrlimit, set_parent_process_death_signal, setrlimit};

use super::super::wire::Launched;
use super::{ITSELF, NAME};

/// How long a program is waited for that somebody still writes.
const WRITTEN_WITHIN: Duration = Duration::from_millis(1000);

/// The command that starts what was asked for. `report` is written when that fails, and ends when it does not; it and
/// `program` must stay open until the command was spawned. `open_files` is how many a plugin without a limit may have.
pub(super) fn command(
    launched: Launched,
    report: &OwnedFd,
    program: Option<&OwnedFd>,
    open_files: Option<u64>,
) -> io::Result<Command> {
    let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let mut command = Command::new(ITSELF);
    command.arg0(NAME).arg("exec").arg(std::process::id().to_string());
    command.arg(report.as_raw_fd().to_string()).arg(number(program.map(|program| program.as_raw_fd() as u64)));
    command.arg(number(launched.memory)).arg(number(launched.files)).arg(number(launched.processor_time));
    command.arg(number(open_files)).arg(OsString::from(launched.folder));
    command.arg(OsString::from(launched.program)).args(launched.arguments.into_iter().map(OsString::from));
    let environment = launched.environment.into_iter();
    command.env_clear().envs(environment.map(|(name, value)| (OsString::from(name), OsString::from(value))));
    command.process_group(0);
    // Nothing else is started meanwhile: this program has one thread.
    for descriptor in [Some(report), program].into_iter().flatten() {
        fcntl_setfd(descriptor, FdFlags::empty())?;
    }
    Ok(command)
}

/// Becomes the program. It returns only if that fails, and has reported it then.
pub(super) fn run(arguments: &[OsString]) -> io::Result<()> {
    let text = |at: usize| arguments.get(at).and_then(|argument| argument.to_str()).ok_or(io::ErrorKind::InvalidInput);
    let mut report = own(text(1)?, OpenOptions::new().write(true))?;
    let (what, error) = become_program(arguments);
    report.write_all(&error.raw_os_error().unwrap_or(0).to_le_bytes())?;
    report.write_all(what.as_bytes())?;
    Err(error)
}

/// What failed, and why.
fn become_program(arguments: &[OsString]) -> (&'static str, io::Error) {
    let [keeper, _, sealed, memory, files, processor_time, open_files, folder, program, rest @ ..] = arguments else {
        return ("the keeper was called in a wrong way", io::ErrorKind::InvalidInput.into());
    };
    if let Err(error) = end_with(keeper) {
        return ("the keeper has ended", error);
    }
    if let Err(error) = forget_signals() {
        return ("signals could not be reset", error);
    }
    // The keeper may have more open files than the host, and a plugin not.
    let files = if files == "-" { open_files } else { files };
    for (resource, value) in [(Resource::Data, memory), (Resource::Nofile, files), (Resource::Cpu, processor_time)] {
        if let Err(error) = limit(resource, value) {
            return ("a limit could not be set", error);
        }
    }
    if let Err(error) = env::set_current_dir(folder) {
        return ("its folder cannot be entered", error);
    }
    ("it cannot be executed", execute(sealed, program, rest))
}

/// Ends this process, and the program that it becomes, with the keeper.
fn end_with(keeper: &OsStr) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let parent = getppid().map(|pid| pid.as_raw_pid().to_string());
    if parent.as_deref().map(OsStr::new) == Some(keeper) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
}

/// Ignores no signal: that would last over the execution, and is the host's. What has a handler is reset then.
fn forget_signals() -> io::Result<()> {
    let status = fs::read_to_string("/proc/self/status")?;
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or_default();
    let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap_or(0);
    for signal in (1..=64).filter(|signal| ignored & (1 << (signal - 1)) != 0) {
        // Some belong to the C library, which says no.
        let _ = signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)));
    }
    Ok(())
}

/// Sets a limit, or as much of it as this process may.
fn limit(resource: Resource, value: &OsStr) -> io::Result<()> {
    let Some(wanted) = value.to_str().and_then(|value| value.parse::<u64>().ok()) else { return Ok(()) };
    let possible = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    // A program may catch the signal that says that its processor time is over; it gets some to end well.
    let more = if matches!(resource, Resource::Cpu) { 2 } else { 0 };
    let maximum = wanted.saturating_add(more).min(possible);
    Ok(setrlimit(resource, Rlimit { current: Some(wanted.min(maximum)), maximum: Some(maximum) })?)
}

/// Executes the program. A program that somebody has open for writing, perhaps only a child of the process that has
/// written it, is tried again.
fn execute(sealed: &OsStr, program: &OsStr, arguments: &[OsString]) -> io::Error {
    let copy = match sealed.to_str() {
        None | Some("-") => None,
        Some(number) => match own(number, OpenOptions::new().read(true)) {
            Ok(copy) => Some(copy),
            Err(error) => return error,
        },
    };
    let path = copy.as_ref().map(|copy| format!("/proc/self/fd/{}", copy.as_raw_fd()).into());
    let text = |text: &OsStr| CString::new(text.as_bytes());
    let named =
        iter::once(program).chain(arguments.iter().map(OsString::as_os_str)).map(text).collect::<Result<Vec<_>, _>>();
    let (path, named) = match (text(path.as_ref().map_or(program, OsString::as_os_str)), named) {
        (Ok(path), Ok(named)) => (path, named),
        (Err(error), _) | (_, Err(error)) => return error.into(),
    };
    let until = Instant::now() + WRITTEN_WITHIN;
    loop {
        let Err(error) = nix::unistd::execv(&path, &named);
        if error != nix::errno::Errno::ETXTBSY || Instant::now() > until {
            return error.into();
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Takes over a descriptor that was left open for this process, so that the program does not get it.
fn own(number: &str, how: &OpenOptions) -> io::Result<File> {
    let file = how.open(format!("/proc/self/fd/{number}"))?;
    nix::unistd::close(number.parse::<i32>().map_err(|_| io::ErrorKind::InvalidInput)?)?;
    Ok(file)
}
