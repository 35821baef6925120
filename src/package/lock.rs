//! That one process at a time changes a root.
//!
//! The lock is the operating system's, on an open file, so it ends with its process however that
//! ends. On a file system without locks there is none; what is published never overwrites anything.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::progress::{Progress, Watch, tell};
use super::unpack::create_folder;
use crate::error::{Code, Error, Result};

/// How long a folder may be there and not be there by turns.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a lock that is held is tried again, and how often whoever waits is told for whom.
const PAUSE: Duration = Duration::from_millis(20);
const TOLD: Duration = Duration::from_millis(100);

/// The right to change a root. It ends with the value, and the lock's file with it.
pub(super) struct Lock {
    path: PathBuf,
    /// `None` where the file system has no locks.
    file: Option<File>,
}

impl Lock {
    /// Takes the lock of a folder, which is made if it is not there, or waits for it.
    ///
    /// `doing` is what others are told who wait. `None` if the folder around it was taken away meanwhile, as
    /// `is_there` says.
    pub(super) fn acquire(
        folder: &Path,
        doing: &str,
        is_there: impl Fn() -> bool,
        watch: Watch<'_>,
    ) -> Result<Option<Lock>> {
        let path = folder.join("lock");
        let cannot = |error: io::Error| {
            let kind = error.kind();
            Error::new(Code::PACKAGE_WRITE, "nothing can be written here")
                .because(error)
                .hint(match kind {
                    io::ErrorKind::NotADirectory => {
                        "a file stands where the folder would be: choose another with `--root`"
                    }
                    _ => "see that the folder is yours to write in",
                })
                .at(folder)
        };
        let began = Instant::now();
        let mut told = Duration::ZERO;
        loop {
            let file = match open(folder, &path) {
                Err(error) if is_in_flux(&error) && !is_there() => return Ok(None),
                // Whoever held the lock took the empty folder away just now, or makes it at this moment.
                Err(error) if is_in_flux(&error) && began.elapsed() < PATIENCE => {
                    thread::sleep(Duration::from_millis(1));
                    continue;
                }
                opened => opened.map_err(cannot)?,
            };
            refuse_other_name(&file, &path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => {
                    say(&file, doing);
                    return Ok(Some(Lock { path, file: Some(file) }));
                }
                // It is the file of a lock that ended in between.
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(_)) => return Ok(Some(Lock { path, file: None })),
            }
            if began.elapsed() >= told {
                told = began.elapsed() + TOLD;
                tell(watch, Progress::Waiting { holder: &holder(&path) })?;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Whether nobody else can change the root now.
    pub(super) fn is_exclusive(&self) -> bool {
        self.file.is_some()
    }
}

impl Drop for Lock {
    /// Removes the file while it is locked: others see that theirs is not the one at its place. On Windows it is
    /// closed first, and stays if another process has it open.
    fn drop(&mut self) {
        if self.is_exclusive() {
            if cfg!(windows) {
                self.file = None;
            }
            // If it stays behind, the next one takes it.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Whether a folder is said to be there and not to be there by two calls in a row.
fn is_in_flux(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists)
}

fn open(folder: &Path, path: &Path) -> io::Result<File> {
    create_folder(folder)?;
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    // Others may read and write it, but not remove it: FILE_SHARE_READ and FILE_SHARE_WRITE, without FILE_SHARE_DELETE.
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 1 | 2);
    options.read(true).write(true).create(true).truncate(false).open(path)
}

/// Refuses a file that has another name, too: nothing of somebody's is written over.
#[cfg(unix)]
fn refuse_other_name(file: &File, path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    match file.metadata().is_ok_and(|metadata| metadata.nlink() > 1) {
        true => Err(Error::new(Code::PACKAGE_WRITE, "the lock is a hard link to another file")
            .hint("remove it; if you did not make it, see who may write in this folder")
            .at(path)),
        false => Ok(()),
    }
}

#[cfg(windows)]
fn refuse_other_name(_: &File, _: &Path) -> Result<()> {
    Ok(())
}

/// Tells those who wait what is done; nothing depends on it, so it may fail.
fn say(mut file: &File, doing: &str) {
    let line = format!("process {}: {doing}\n", std::process::id());
    drop(file.set_len(0).and_then(|()| file.write_all(line.as_bytes())));
}

/// What the process that holds the lock says it does.
fn holder(path: &Path) -> String {
    let text = crate::input::read(path, 4096).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    match text.trim() {
        "" => "another process".to_owned(),
        line => crate::input::brief(line),
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(ours), Ok(there)) = (file.metadata(), path.symlink_metadata()) else { return false };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

/// On Windows a file cannot be removed while one has it open who does not share that: see [`open`].
#[cfg(windows)]
fn is_at(_: &File, _: &Path) -> bool {
    true
}
