//! How files are reached: by their whole path, or from a folder that is open.
//!
//! Owns what the system is asked of a file by its name. The way to a folder is looked up for each name below it, unless
//! that is asked for from the folder: of thousands of plugins in one root this is a tenth of the time.

use std::fs;
use std::io::Result;
use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;

use crate::input;

/// From where files are reached. It may be used by any thread.
#[derive(Debug)]
pub(crate) struct Reach {
    /// What lies below it is asked for from there, and all else by its path.
    #[cfg(unix)]
    folder: Option<(PathBuf, fs::File)>,
}

/// What the system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub is_file: bool,
    pub is_link: bool,
    /// Device, inode, size in bytes, and the times of the last change of content and of status, in nanoseconds of Unix
    /// time. None on Windows: there a file's number is told by an open file only, and opening costs more than reading then.
    pub identity: Option<[u64; 5]>,
}

impl Reach {
    /// All files by their paths.
    pub const BY_PATH: Reach = Reach {
        #[cfg(unix)]
        folder: None,
    };

    /// Reads a regular file of at most `limit` bytes, as [`input::read`] does.
    pub fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>> {
        input::read_opened(self.open(path)?, limit)
    }

    /// Whether a path leads to a regular file.
    pub fn is_file(&self, path: &Path) -> bool {
        self.status(path).is_ok_and(|status| status.is_file)
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io::Result;
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
    use nix::sys::stat::{FileStat, Mode, SFlag, fstatat};

    use super::{Reach, Status};

    impl Reach {
        /// What lies below a folder from there; if it cannot be opened, by its path.
        pub fn below(folder: &Path) -> Reach {
            let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
            // Of the root of the file system there is nothing to spare.
            let is_top = folder.as_os_str().as_bytes().ends_with(b"/");
            let opened = if is_top { None } else { openat(AT_FDCWD, folder, flags, Mode::empty()).ok() };
            Reach { folder: opened.map(|opened| (folder.to_owned(), opened.into())) }
        }

        /// Opens for reading, without waiting for anybody.
        pub(super) fn open(&self, path: &Path) -> Result<File> {
            let (folder, path) = self.way(path);
            let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
            Ok(openat(folder, path, flags, Mode::empty())?.into())
        }

        /// Of what a path leads to.
        pub fn status(&self, path: &Path) -> Result<Status> {
            self.ask(path, AtFlags::empty())
        }

        /// Of what stands at a path, be it a link.
        pub fn status_here(&self, path: &Path) -> Result<Status> {
            self.ask(path, AtFlags::AT_SYMLINK_NOFOLLOW)
        }

        fn ask(&self, path: &Path, flags: AtFlags) -> Result<Status> {
            let (folder, path) = self.way(path);
            Ok(Status::of(&fstatat(folder, path, flags)?))
        }

        /// The folder from which a path begins, and the rest of it.
        fn way<'a>(&'a self, path: &'a Path) -> (BorrowedFd<'a>, &'a Path) {
            let below = self.folder.as_ref().and_then(|(from, folder)| {
                let rest = path.as_os_str().as_bytes().strip_prefix(from.as_os_str().as_bytes())?;
                let rest = rest.strip_prefix(b"/").filter(|rest| !rest.is_empty() && !rest.starts_with(b"/"))?;
                Some((folder.as_fd(), Path::new(OsStr::from_bytes(rest))))
            });
            below.unwrap_or((AT_FDCWD, path))
        }
    }

    impl Status {
        #[expect(clippy::unnecessary_cast, clippy::useless_conversion, reason = "the types differ between systems")]
        fn of(found: &FileStat) -> Status {
            let time = |seconds: i64, nanoseconds: i64| {
                u64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?.checked_add(u64::try_from(nanoseconds).ok()?)
            };
            let changed = || {
                let content = time(found.st_mtime.into(), found.st_mtime_nsec.into())?;
                Some((content, time(found.st_ctime.into(), found.st_ctime_nsec.into())?))
            };
            let kind = SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT;
            Status {
                is_file: kind == SFlag::S_IFREG,
                is_link: kind == SFlag::S_IFLNK,
                identity: changed().map(|(content, status)| {
                    [found.st_dev as u64, found.st_ino as u64, found.st_size as u64, content, status]
                }),
            }
        }
    }
}

#[cfg(windows)]
impl Reach {
    /// All files by their paths: this system has no other way.
    pub fn below(_: &Path) -> Reach {
        Reach::BY_PATH
    }

    fn open(&self, path: &Path) -> Result<fs::File> {
        fs::File::open(path)
    }

    /// Of what a path leads to.
    pub fn status(&self, path: &Path) -> Result<Status> {
        Ok(Status::of(&fs::metadata(path)?))
    }

    /// Of what stands at a path, be it a link.
    pub fn status_here(&self, path: &Path) -> Result<Status> {
        Ok(Status::of(&fs::symlink_metadata(path)?))
    }
}

#[cfg(windows)]
impl Status {
    fn of(found: &fs::Metadata) -> Status {
        Status { is_file: found.is_file(), is_link: found.is_symlink(), identity: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_whatever_way_it_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        let (root, beside) = (folder.path().join("root"), folder.path().join("root-of-others"));
        for folder in [&root, &beside] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("plugin.json"), folder.file_name().unwrap().as_encoded_bytes()).unwrap();
        }
        let reach = Reach::below(&root);
        for path in
            [root.join("plugin.json"), beside.join("plugin.json"), root.clone(), root.join("missing"), "".into()]
        {
            assert_eq!(reach.read(&path, 64).ok(), Reach::BY_PATH.read(&path, 64).ok(), "{path:?}");
            assert_eq!(reach.is_file(&path), path.is_file(), "{path:?}");
            assert_eq!(reach.status(&path).ok(), Reach::BY_PATH.status(&path).ok(), "{path:?}");
            assert_eq!(reach.status_here(&path).ok(), Reach::BY_PATH.status_here(&path).ok(), "{path:?}");
        }
        assert_eq!(reach.read(&beside.join("plugin.json"), 64).unwrap(), b"root-of-others");
        assert_eq!(reach.read(&root.join("plugin.json"), 3).unwrap_err().kind(), std::io::ErrorKind::FileTooLarge);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_as_by_their_paths_and_a_pipe_stops_nobody() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let (root, elsewhere) = (folder.path().join("root"), folder.path().join("elsewhere"));
        fs::create_dir(&root).unwrap();
        fs::write(&elsewhere, "elsewhere").unwrap();
        symlink("../elsewhere", root.join("link")).unwrap();
        nix::unistd::mkfifo(&root.join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let reach = Reach::below(&root);
        assert_eq!(reach.read(&root.join("link"), 64).unwrap(), b"elsewhere");
        assert!(reach.is_file(&root.join("link")));
        assert!(reach.status_here(&root.join("link")).unwrap().is_link);
        assert_eq!(reach.status(&root.join("link")).unwrap(), Reach::BY_PATH.status(&elsewhere).unwrap());
        assert_eq!(reach.read(&root.join("pipe"), 64).unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    }
}
