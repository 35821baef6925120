//! What was written stays, also when the power goes.
//!
//! Owns when files and folders are synced, and on how many threads. It never writes, and never renames.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use crate::error::{Error, Result};

/// Makes large files last while the next ones are unpacked, so that the end has less to wait for.
pub(super) fn sync_early<T>(
    unpack: impl FnOnce(&mut dyn FnMut(File)) -> Result<T>,
    failed: impl FnOnce(io::Error) -> Error,
) -> Result<T> {
    const LARGE: u64 = 256 << 10;
    const MOST_OPEN: usize = 64;
    let (sender, files) = mpsc::sync_channel(MOST_OPEN);
    thread::scope(|scope| {
        // An error is told once only: whoever syncs the file later would not hear of it.
        let synced = scope.spawn(|| files.into_iter().try_for_each(|file: File| as_far_as_it_can(file.sync_data())));
        let unpacked = unpack(&mut |file| {
            if file.metadata().is_ok_and(|metadata| metadata.len() >= LARGE) {
                // Whatever there is no time for now is synced at the end.
                let _ = sender.try_send(file);
            }
        });
        drop(sender);
        let synced = synced.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")));
        let unpacked = unpacked?;
        synced.map(|()| unpacked).map_err(failed)
    })
}

/// Makes a folder and everything in it last.
///
/// Several threads ask at once, because a file system answers many such requests with one write of its
/// journal. Of very many files it is cheaper to ask for all that it has not written yet.
pub(super) fn sync_all(folder: &Path) -> io::Result<()> {
    const THREADS: usize = 8;
    #[cfg(target_os = "linux")]
    const MANY: usize = 500;
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let mut read = 0;
    while read < folders.len() {
        for entry in folders[read].read_dir()? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
        read += 1;
    }
    #[cfg(target_os = "linux")]
    if files.len() > MANY {
        return as_far_as_it_can(rustix::fs::syncfs(File::open(folder)?).map_err(io::Error::from));
    }
    thread::scope(|scope| {
        let parts = files.chunks(files.len().div_ceil(THREADS).max(1));
        let syncs: Vec<_> = parts.map(|part| scope.spawn(move || part.iter().try_for_each(sync_file))).collect();
        syncs.into_iter().try_for_each(|sync| sync.join().map_err(|_| io::Error::other("a thread panicked"))?)
    })?;
    folders.iter().try_for_each(|folder| sync_folder(folder))
}

fn sync_file(path: &PathBuf) -> io::Result<()> {
    // Windows makes only what may be written last.
    as_far_as_it_can(OpenOptions::new().write(true).open(path)?.sync_all())
}

/// Makes a rename in a folder last; Windows offers nothing for it.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { sync_folder_file(&File::open(folder)?) } else { Ok(()) }
}

/// The same for a folder that is open.
pub(super) fn sync_folder_file(folder: &File) -> io::Result<()> {
    as_far_as_it_can(folder.sync_all())
}

/// Some file systems, of networks and in user space, cannot sync a folder, or nothing at all; they say so by one of
/// these. What can be had there was done.
fn as_far_as_it_can(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error) if cannot(&error) => Ok(()),
        synced => synced,
    }
}

#[cfg(unix)]
fn cannot(error: &io::Error) -> bool {
    let codes = [libc::EINVAL, libc::EBADF, libc::ENOSYS, libc::ENOTSUP, libc::EOPNOTSUPP];
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

#[cfg(not(unix))]
fn cannot(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
}
