//! Running the tool under strace: to see each change it makes to the disk, to kill it before one, or to
//! let one fail.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
#[cfg(target_os = "linux")]
use std::{process::Stdio, thread, time::Duration};

use hotshoe_testkit::{require, require_system, skip};

/// The system calls that change a disk, or decide about it. A call that a kernel does not have is left out
/// by the `?`.
const CHANGES: &str = "?mkdir,mkdirat,openat,write,?rename,renameat,renameat2,fsync,fdatasync,?unlink,unlinkat,?rmdir,flock,ftruncate,?chmod,fchmod,fchmodat,copy_file_range";

/// Whether this system lets a process trace another one; some containers do not.
pub fn is_allowed() -> bool {
    if !require_system(cfg!(target_os = "linux"), "strace injects the faults") || !require("strace") {
        return false;
    }
    let output = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output().expect("strace starts");
    if !output.status.success() {
        skip(String::from_utf8_lossy(&output.stderr).trim());
    }
    output.status.success()
}

/// A change to the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    MakeFolder(PathBuf),
    /// Opened to write; made if it was not there.
    Open(PathBuf),
    Write(PathBuf, Vec<u8>),
    Sync(PathBuf),
    Rename(PathBuf, PathBuf),
    Exchange(PathBuf, PathBuf),
    Remove(PathBuf),
}

/// What a command that was left to itself changed on the disk.
pub struct Trace {
    pub calls: Vec<Call>,
    lines: Vec<String>,
}

impl Trace {
    /// Runs the command, which must succeed.
    pub fn of(command: &Command) -> Trace {
        let log = tempfile::NamedTempFile::new().expect("the folder for temporary files is writable");
        // Texts whole and in hexadecimal, so that no byte of them is taken for a part of the line.
        let output = strace(
            command,
            &["-y", "-xx", "-s", "1000000", "-o", &log.path().to_string_lossy(), "-e", &format!("trace={CHANGES}")],
        );
        assert!(output.status.success(), "{output:?}");
        let text = fs::read_to_string(log.path()).expect("strace has written it");
        let folder = fs::canonicalize(command.get_current_dir().expect("it is set")).expect("it is there");
        let lines = joined(&text);
        let mut open = BTreeMap::new();
        let calls = lines.iter().filter_map(|line| call(line, &folder, &mut open)).collect();
        Trace { calls, lines }
    }

    /// How often each system call is made, without what is said on the terminal.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for line in &self.lines {
            let (name, arguments) = line.split_once('(').expect("it is a call");
            if name != "write" || !(arguments.starts_with("1<") || arguments.starts_with("2<")) {
                *counts.entry(name.to_owned()).or_default() += 1;
            }
        }
        counts
    }
}

/// Runs the command with a fault: `what` is `signal=…` or `error=…`, with `:when=…`, for each thread.
pub fn inject(command: &Command, call: &str, what: &str) -> Output {
    strace(command, &["-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &format!("inject={call}:{what}")])
}

/// Runs the command, stops it behind one of its calls, and lets it go on when `meanwhile` is done, which is told
/// the process; it is not called if the command ends before.
#[cfg(target_os = "linux")]
pub fn interrupt(command: &Command, call: &str, time: usize, meanwhile: impl FnOnce(&str)) -> Output {
    let log = tempfile::NamedTempFile::new().expect("the folder for temporary files is writable");
    let inject = format!("inject={call}:signal=STOP:when={time}");
    let trace = format!("trace={call}");
    let mut strace = traced(command, &["-o", &log.path().to_string_lossy(), "-e", &trace, "-e", &inject]);
    let mut running = strace.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("strace starts");
    let is_stopped = || fs::read_to_string(log.path()).expect("it is text").contains("--- stopped by SIGSTOP ---");
    while !is_stopped() && running.try_wait().expect("it can be waited for").is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    if is_stopped() {
        let children = format!("/proc/{0}/task/{0}/children", running.id());
        let tool = fs::read_to_string(children).expect("this system names them");
        meanwhile(tool.trim());
        // Each thread counts its calls, so others may stop it again.
        while running.try_wait().expect("it can be waited for").is_none() {
            let cont = Command::new("kill").args(["-CONT", tool.trim()]).stderr(Stdio::null()).status();
            cont.expect("kill starts");
            thread::sleep(Duration::from_millis(2));
        }
    }
    running.wait_with_output().expect("it ends")
}

fn strace(command: &Command, options: &[&str]) -> Output {
    traced(command, options).output().expect("strace starts")
}

fn traced(command: &Command, options: &[&str]) -> Command {
    let mut strace = Command::new("strace");
    strace.arg("-f").arg("-qq").args(options).arg("--").arg(command.get_program()).args(command.get_args());
    strace.current_dir(command.get_current_dir().expect("it is set"));
    strace
}

/// The calls of all threads, each in one line, in the order in which they ended, that succeeded.
fn joined(text: &str) -> Vec<String> {
    let mut begun = BTreeMap::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let (thread, call) = line.split_once(' ').expect("strace -f -o begins with the thread");
        let call = call.trim_start();
        let whole = if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            begun.insert(thread.to_owned(), start.to_owned());
            continue;
        } else if let Some((_, rest)) = call.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            begun.remove(thread).expect("it began") + rest
        } else {
            call.to_owned()
        };
        // `name(…) = result`, and not what became of a process.
        let failed = whole.rsplit_once(" = ").is_none_or(|(_, result)| result.starts_with(['-', '?']));
        if !failed && whole.starts_with(|c: char| c.is_ascii_lowercase()) {
            lines.push(whole);
        }
    }
    lines
}

/// `open` has what is open by number: the root is used by its handle, as `/proc/self/fd/5`.
fn call(line: &str, folder: &Path, open: &mut BTreeMap<String, PathBuf>) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    let arguments = arguments.trim_end().strip_suffix(')')?;
    if let Some((number, path)) = result.split_once('<').filter(|_| name == "openat") {
        let path = String::from_utf8(decoded(path.split_once('>')?.0)).ok()?;
        open.insert(number.to_owned(), path.into());
    }
    let quoted: Vec<Vec<u8>> = arguments.split('"').skip(1).step_by(2).map(decoded).collect();
    let path = |index: usize| {
        let path = std::str::from_utf8(quoted.get(index)?).ok()?;
        let Some(by_handle) = path.strip_prefix("/proc/self/fd/") else { return Some(folder.join(path)) };
        let (number, inside) = by_handle.split_once('/').unwrap_or((by_handle, ""));
        Some(open.get(number)?.join(inside))
    };
    let descriptor = || {
        let path = decoded(arguments.split_once('<')?.1.split_once('>')?.0);
        Some(PathBuf::from(String::from_utf8(path).ok()?))
    };
    match name {
        "mkdir" | "mkdirat" => Some(Call::MakeFolder(path(0)?)),
        "openat" if arguments.contains("O_CREAT") => Some(Call::Open(path(0)?)),
        "write" => Some(Call::Write(descriptor()?, quoted.into_iter().next()?)),
        "copy_file_range" => panic!("a copy that is not known here: {line}"),
        "fsync" | "fdatasync" => Some(Call::Sync(descriptor()?)),
        "renameat2" if arguments.contains("RENAME_EXCHANGE") => Some(Call::Exchange(path(0)?, path(1)?)),
        "rename" | "renameat" | "renameat2" => Some(Call::Rename(path(0)?, path(1)?)),
        // Relative to a folder that is open: strace shows which.
        "unlinkat" if !arguments.starts_with("AT_FDCWD") => {
            Some(Call::Remove(descriptor()?.join(path(0)?.file_name()?)))
        }
        "unlinkat" | "unlink" | "rmdir" => Some(Call::Remove(path(0)?)),
        _ => None,
    }
}

/// The bytes of a text in which they are written as `\x2f`.
fn decoded(text: &str) -> Vec<u8> {
    match text.strip_prefix("\\x") {
        Some(digits) => digits.split("\\x").map(|byte| u8::from_str_radix(byte, 16).expect("it is -xx")).collect(),
        None => text.as_bytes().to_vec(),
    }
}
