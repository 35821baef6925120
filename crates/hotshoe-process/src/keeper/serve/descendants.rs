//! Every process below this one, and their end.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, kill_process_group, wait};

/// How long processes may take to end that were killed: those that wait for a device do not end before.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long processes are looked for that come while others are stopped.
const SEARCH: Duration = Duration::from_millis(100);

/// Kills every process below this one and waits until there is none. `ended` is readable when a child has ended.
pub(super) fn end_all(ended: &UnixStream) {
    let until = Instant::now() + PATIENCE;
    while reap() && Instant::now() < until {
        kill_below(getpid());
        // Orphans become children of this process only when their parents have ended.
        let soon = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
        let _ = poll(&mut [PollFd::new(ended, PollFlags::IN)], Some(&soon));
        drain(ended);
    }
}

/// Kills `root`, a child of this process, its group, and every process below. `root` is first: it could end in another way
/// when it sees that others end.
pub(super) fn kill_tree(root: Pid) {
    signal(&[root], Signal::STOP);
    let below = stop_below(root);
    // Whoever of the group has ended already is no error.
    let _ = kill_process_group(root, Signal::KILL);
    signal(&[root], Signal::KILL);
    signal(&below, Signal::KILL);
}

/// Kills every process below `root`. All are stopped first, so that none starts another one meanwhile.
pub(super) fn kill_below(root: Pid) {
    signal(&stop_below(root), Signal::KILL);
}

/// Kills orphans for which `is_one` holds, with every process below each.
pub(super) fn kill_orphans(is_one: impl Fn(Pid) -> bool) {
    let own = getpid().as_raw_pid();
    let orphans =
        processes().into_iter().filter(|(_, parent)| *parent == own).filter_map(|(pid, _)| Pid::from_raw(pid));
    orphans.filter(|pid| is_one(*pid)).for_each(kill_tree);
}

/// Stops every process below `root`, until there is none that runs.
fn stop_below(root: Pid) -> Vec<Pid> {
    let until = Instant::now() + SEARCH;
    let mut stopped = HashSet::new();
    while Instant::now() < until {
        let new: Vec<_> = below(root).into_iter().filter(|pid| stopped.insert(*pid)).collect();
        if new.is_empty() {
            break;
        }
        signal(&new, Signal::STOP);
    }
    stopped.into_iter().collect()
}

/// Forgets that a child has ended.
pub(super) fn drain(ended: &UnixStream) {
    let mut ended = ended;
    while ended.read(&mut [0; 64]).is_ok_and(|length| length > 0) {}
}

/// Takes leave of children that have ended; whether there are others.
fn reap() -> bool {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

fn signal(processes: &[Pid], signal: Signal) {
    for pid in processes {
        // It may have ended; one of another user cannot be ended by this one.
        let _ = kill_process(*pid, signal);
    }
}

/// The processes below `root`, as they are at this moment.
fn below(root: Pid) -> Vec<Pid> {
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for (pid, parent) in processes() {
        children.entry(parent).or_default().push(pid);
    }
    let mut found = Vec::new();
    let mut next = vec![root.as_raw_pid()];
    while let Some(parent) = next.pop() {
        let of_parent = children.remove(&parent).unwrap_or_default();
        found.extend(of_parent.iter().filter_map(|pid| Pid::from_raw(*pid)));
        next.extend(of_parent);
    }
    found
}

/// Every process that lives, with its parent.
fn processes() -> Vec<(i32, i32)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent(pid)?)))
        .collect()
}

fn parent(pid: i32) -> Option<i32> {
    // The name of the program comes before, in brackets, and may hold anything.
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let end_of_name = stat.iter().rposition(|byte| *byte == b')')?;
    let mut rest = std::str::from_utf8(stat.get(end_of_name + 1..)?).ok()?.split_ascii_whitespace();
    let state = rest.next()?;
    let parent = rest.next()?.parse().ok()?;
    // Those that have ended start nothing, and are there until their parent looks.
    (!matches!(state, "Z" | "X")).then_some(parent)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_is_found_whatever_its_program_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("a) Z 1 (b");
        fs::copy("/bin/sleep", &program).unwrap();
        let mut child = Command::new(&program).arg("60").spawn().unwrap();
        let found = below(getpid());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found.contains(&Pid::from_child(&child)));
    }
}
