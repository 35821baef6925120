//! Who listens, as Linux tells it.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use rustix::process::Pid;

use super::{Attempt, Stream, refused};

mod listener;
mod processes;

/// Connects to the socket `inside` of `folder`, if it is one of ours and a process of the group listens.
pub(super) fn connect(address: &str, folder: &Path, inside: &Path, process_group: u32) -> Result<Stream, Attempt> {
    let socket = open(address, folder, inside)?;
    let attempt = |error: Errno| Attempt::of(&error.into(), address);
    let status = rustix::fs::fstat(&socket).map_err(attempt)?;
    if FileType::from_raw_mode(status.st_mode) != FileType::Socket {
        return Err(Attempt::Never(refused(address, "is not a socket")));
    }
    let user = rustix::process::geteuid().as_raw();
    if status.st_uid != user {
        return Err(Attempt::Never(refused(address, "belongs to another user")));
    }
    // By its descriptor: whatever is at the path by now, this is what was checked.
    let path = format!("/proc/self/fd/{}", socket.as_raw_fd());
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let stream = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).map_err(attempt)?;
    rustix::net::connect(&stream, &SocketAddrUnix::new(path).map_err(attempt)?).map_err(attempt)?;
    let stream = UnixStream::from(stream);
    if !is_of_group(&stream, process_group) {
        return Err(Attempt::Never(refused(address, "belongs to another program")));
    }
    Ok(Stream::Unix(stream))
}

/// Whether the other end is a process of this user and of the group.
pub(super) fn is_of_group(stream: &UnixStream, process_group: u32) -> bool {
    let user = rustix::process::geteuid();
    rustix::net::sockopt::socket_peercred(stream)
        .is_ok_and(|peer| peer.uid == user && processes::belongs(peer.pid.as_raw_nonzero().get(), process_group))
}

// Part by part, and no part may be a link.
fn open(address: &str, folder: &Path, inside: &Path) -> Result<OwnedFd, Attempt> {
    let attempt = |error: Errno| match error {
        Errno::LOOP | Errno::NOTDIR => Attempt::Never(refused(address, "leads through a link or a file")),
        other => Attempt::of(&other.into(), address),
    };
    let is_folder = OFlags::PATH | OFlags::CLOEXEC | OFlags::DIRECTORY;
    let mut at = rustix::fs::openat(CWD, folder, is_folder, Mode::empty()).map_err(attempt)?;
    let mut parts = inside.components().peekable();
    while let Some(part) = parts.next() {
        let kind = if parts.peek().is_some() { is_folder } else { OFlags::PATH | OFlags::CLOEXEC };
        at = rustix::fs::openat(&at, part.as_os_str(), kind | OFlags::NOFOLLOW, Mode::empty()).map_err(attempt)?;
    }
    Ok(at)
}

/// The sockets that a connection to the address may reach, if all of them are of processes of the group.
pub(super) fn listeners(address: SocketAddr, process_group: u32) -> Result<Vec<u64>, Attempt> {
    let text = address.to_string();
    let found = listener::listening(address).map_err(|error| unknown(&text, &error))?;
    if found.is_empty() {
        return Err(Attempt::NotYet("nobody listens there".to_owned()));
    }
    let owned = processes::sockets(process_group).map_err(|error| unknown(&text, &error))?;
    if found.iter().all(|inode| owned.contains(inode)) {
        return Ok(found);
    }
    // It may have ended between the two looks.
    let again = listener::listening(address).map_err(|error| unknown(&text, &error))?;
    if again != found {
        return Err(Attempt::NotYet("nobody listens there any more".to_owned()));
    }
    Err(Attempt::Never(refused(&text, "belongs to another program")))
}

fn unknown(address: &str, error: &io::Error) -> Attempt {
    Attempt::Never(
        refused(address, &format!("cannot be checked: who listens is not told ({error})"))
            .hint("hosts that take plugins on ports need /proc; plugins on unix sockets do not"),
    )
}

/// Whether there is still a process of the group.
pub(super) fn lives(process_group: u32) -> bool {
    let group = i32::try_from(process_group).ok().and_then(Pid::from_raw);
    group.is_none_or(|group| rustix::process::test_kill_process_group(group) != Err(Errno::SRCH))
}
