//! What can be checked on systems that do not tell who listens.

use std::net::SocketAddr;
use std::path::Path;

use super::{Attempt, Stream};

/// Connects to the socket `inside` of `folder`.
#[cfg(unix)]
pub(super) fn connect(address: &str, folder: &Path, inside: &Path, _process_group: u32) -> Result<Stream, Attempt> {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let mut path = folder.to_owned();
    for part in inside.components() {
        path.push(part);
        let metadata = path.symlink_metadata().map_err(|error| Attempt::of(&error, address))?;
        if metadata.is_symlink() {
            return Err(Attempt::Never(super::refused(address, "is a link")));
        }
        if path.ends_with(inside) && !metadata.file_type().is_socket() {
            return Err(Attempt::Never(super::refused(address, "is not a socket")));
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(Attempt::Never(super::refused(address, "belongs to another user")));
        }
    }
    let stream = std::os::unix::net::UnixStream::connect(&path).map_err(|error| Attempt::of(&error, address))?;
    stream.set_nonblocking(true).map_err(|error| Attempt::of(&error, address))?;
    Ok(Stream::Unix(stream))
}

/// Connects to the socket `inside` of `folder`; there are none.
#[cfg(not(unix))]
pub(super) fn connect(address: &str, _folder: &Path, _inside: &Path, _process_group: u32) -> Result<Stream, Attempt> {
    Err(Attempt::Never(super::refused(address, "is a unix socket, and this system has none")))
}

/// Whether the other end is of the group: not known. It has reached into the private folder.
#[cfg(unix)]
pub(super) fn is_of_group(_stream: &std::os::unix::net::UnixStream, _process_group: u32) -> bool {
    true
}

/// Which listeners a connection may reach: they are not known.
pub(super) fn listeners(_address: SocketAddr, _process_group: u32) -> Result<(), Attempt> {
    Ok(())
}

/// Whether there is still a process of the group.
#[cfg(unix)]
pub(super) fn lives(process_group: u32) -> bool {
    i32::try_from(process_group)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .is_none_or(|group| rustix::process::test_kill_process_group(group) != Err(rustix::io::Errno::SRCH))
}

/// Whether there is still a process of the group; not known.
#[cfg(not(unix))]
pub(super) fn lives(_process_group: u32) -> bool {
    true
}
