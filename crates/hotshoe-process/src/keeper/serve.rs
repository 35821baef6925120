//! The keeper's own side: what the program `hotshoe-keeper` does.
//!
//! It is three programs in one file, each of one thread:
//!
//! - `guard <folder>` is what a host starts. It starts the keeper, waits for its end, and then ends what is left.
//! - `serve <folder> <pid of the guard>` is the keeper: it starts programs for the host, and when the host or the guard is
//!   gone it ends all of them.
//! - `exec …` is what a process of a plugin is until it executes the plugin's program.
//!
//! Guard and keeper are both subreapers: whatever a plugin starts, and however it hides it, becomes a child of the keeper
//! when its parent ends, and of the guard when the keeper does. So one of the two may be killed.

mod descendants;
mod guard;
mod keeping;
mod launcher;
mod plugins;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, set_child_subreaper, setrlimit};
use signal_hook::consts::{SIGALRM, SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

/// What the program is called where processes are listed.
const NAME: &str = "hotshoe-keeper";

/// The program that runs; it stays what it is when its file is replaced.
const ITSELF: &str = "/proc/self/exe";

/// What `hotshoe-keeper` does.
pub fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let arguments: Vec<OsString> = arguments.collect();
    let result = match (verb.to_str(), arguments.as_slice()) {
        (Some("guard"), [folder]) => guard::run(folder.as_ref()),
        (Some("serve"), [folder, guard]) => keeping::run(folder.as_ref(), guard),
        (Some("exec"), arguments) => launcher::run(arguments),
        _ => {
            eprintln!("{NAME} is the parent of a program's plugins, and is started by that program only");
            return ExitCode::from(2);
        }
    };
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Makes this process one that plugins can be left to: it inherits orphans, no signal but KILL ends it, and nothing that
/// the host has open stays open in it. Returns what is readable when a child has ended.
fn settle() -> io::Result<UnixStream> {
    set_child_subreaper(Some(Pid::INIT))?;
    env::set_current_dir("/")?;
    close_inherited()?;
    let (ended, end) = UnixStream::pair()?;
    ended.set_nonblocking(true)?;
    signal_hook::low_level::pipe::register(SIGCHLD, end)?;
    for signal in [SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2] {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    // A host may have started this in a thread that takes no signals.
    nix::sys::signal::SigSet::empty().thread_set_mask()?;
    Ok(ended)
}

/// Closes what the host has left open for every program that it starts.
fn close_inherited() -> io::Result<()> {
    let open = fs::read_dir("/proc/self/fd")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    for descriptor in open.collect::<Vec<_>>().into_iter().filter(|number| *number > 2) {
        // The one that the folder was read with is closed by now.
        let _ = nix::unistd::close(descriptor);
    }
    Ok(())
}

/// Lets this process have as many open files as it may, and returns how many it could have until now.
fn raise_open_files() -> Option<u64> {
    let is = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: is.maximum, maximum: is.maximum });
    is.current
}
