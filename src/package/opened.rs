//! A root that is held open while it is changed.
//!
//! Owns which folder a root is, from the first step to the last. Whoever may write in a folder that leads to
//! the root could put another tree in its place, with links in it to anywhere. So each of these folders is
//! opened from the one before, must be ours or root's, and must not let others rename what is in it; and
//! below the root everything goes by its handle.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Code, Error, Result};

#[cfg(any(target_os = "linux", target_os = "macos"))]
use walk::Folder;

/// A root, and the handle by which it is used.
pub(super) struct Opened {
    /// As its user calls it.
    path: PathBuf,
    /// What leads to it whatever happens to its name.
    base: PathBuf,
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    folder: Folder,
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    made: usize,
}

impl Opened {
    /// Opens a root; the folders that are missing are made.
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    pub fn new(path: &Path) -> Result<Opened> {
        let folder = walk::open(path)?;
        let base = folder.base().unwrap_or_else(|| path.to_owned());
        Ok(Opened { path: path.to_owned(), base, folder })
    }

    /// Opens a root; the folders that are missing are made.
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    pub fn new(path: &Path) -> Result<Opened> {
        let made = path.ancestors().take_while(|folder| !at_least_here(folder).exists()).count();
        std::fs::create_dir_all(at_least_here(path)).map_err(|error| cannot_open(error, path))?;
        Ok(Opened { path: path.to_owned(), base: path.to_owned(), made })
    }

    /// Opens a root to look at it, whoever may write in it; `None` if it is not there.
    pub fn to_read(path: &Path) -> io::Result<Option<Opened>> {
        #[cfg(any(target_os = "linux", target_os = "macos"))]
        let opened = walk::open_to_read(path).map(|folder| {
            let base = folder.base().unwrap_or_else(|| path.to_owned());
            Opened { path: path.to_owned(), base, folder }
        });
        #[cfg(not(any(target_os = "linux", target_os = "macos")))]
        let opened =
            at_least_here(path).metadata().map(|_| Opened { path: path.to_owned(), base: path.to_owned(), made: 0 });
        match opened {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// The path by which the root is read and written.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// How its user calls something in it.
    pub fn shown(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.base).map_or_else(|_| path.to_owned(), |inside| self.path.join(inside))
    }

    /// An error about something in it, for its user.
    pub fn told(&self, error: Error) -> Error {
        match error.path().map(|path| self.shown(path)) {
            Some(path) => error.instead_at(path),
            None => error,
        }
    }

    /// Whether its path leads to it still.
    pub fn is_there(&self) -> bool {
        #[cfg(any(target_os = "linux", target_os = "macos"))]
        return self.folder.is_at(at_least_here(&self.path));
        #[cfg(not(any(target_os = "linux", target_os = "macos")))]
        true
    }

    /// Refuses if its path leads to another folder by now: what is done would not be found there.
    pub fn refuse_moved(&self) -> Result<()> {
        if !self.is_there() {
            return Err(Error::new(Code::PACKAGE_WRITE, "the folder was moved away, or another one put in its place")
                .hint("see who may write in the folders that lead to it, then do it again")
                .at(&self.path));
        }
        Ok(())
    }

    /// Refuses a folder in it, if it is there, in which somebody else may put another one in the place of ours.
    pub fn refuse_shared(&self, inside: &Path) -> Result<()> {
        #[cfg(any(target_os = "linux", target_os = "macos"))]
        return self.folder.refuse_shared(inside, &self.path.join(inside));
        #[cfg(not(any(target_os = "linux", target_os = "macos")))]
        // Who may write there is not looked at here.
        {
            let _ = inside;
            Ok(())
        }
    }

    /// Makes the folders last that were made for it.
    pub fn sync_made(&self) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "macos"))]
        self.folder.sync_made()?;
        Ok(())
    }

    /// Removes the folders that were made for it, if they are empty.
    pub fn remove_made(&self) {
        #[cfg(any(target_os = "linux", target_os = "macos"))]
        self.folder.remove_made();
        #[cfg(not(any(target_os = "linux", target_os = "macos")))]
        self.path.ancestors().take(self.made).for_each(|folder| drop(std::fs::remove_dir(folder)));
    }
}

/// A relative path ends in an empty one, which means here.
fn at_least_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

fn cannot_open(error: io::Error, path: &Path) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::NotADirectory => "a file stands where the folder would be: choose another with `--root`",
        _ => "see that the folder is yours to write in",
    };
    Error::new(Code::PACKAGE_WRITE, "nothing can be written here").because(error).hint(hint).at(path)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod walk {
    use std::collections::VecDeque;
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Component, Path, PathBuf};

    use rustix::fs::{
        AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, mkdirat, openat, readlinkat, statat, unlinkat,
    };
    use rustix::io::Errno;

    use super::super::sync::sync_folder_file;
    use super::{at_least_here, cannot_open};
    use crate::error::{Code, Error, Result};
    use crate::platform::Owners;

    /// As many links as Linux follows.
    const MOST_LINKS: usize = 40;

    /// An open folder, and those that were made on the way to it.
    pub(super) struct Folder {
        handle: OwnedFd,
        made: Vec<(OwnedFd, OsString)>,
    }

    impl Folder {
        /// A path that leads to it by its handle, where the system has one.
        pub fn base(&self) -> Option<PathBuf> {
            let path = PathBuf::from(format!("/proc/self/fd/{}", self.handle.as_raw_fd()));
            self.is_at(&path).then_some(path)
        }

        pub fn is_at(&self, path: &Path) -> bool {
            let (Ok(ours), Ok(there)) = (fstat(&self.handle), path.metadata()) else { return false };
            #[expect(clippy::unnecessary_cast, reason = "the types differ between systems")]
            let ours = (ours.st_dev as u64, ours.st_ino as u64);
            ours == (there.dev(), there.ino())
        }

        pub fn refuse_shared(&self, inside: &Path, shown: &Path) -> Result<()> {
            match openat(&self.handle, inside, FOLDER, Mode::empty()) {
                Ok(folder) => Trusted::new().judge(&folder, shown),
                Err(Errno::NOENT) => Ok(()),
                Err(error) => Err(cannot_open(error.into(), shown)),
            }
        }

        pub fn sync_made(&self) -> io::Result<()> {
            for (parent, _) in &self.made {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
                sync_folder_file(&File::from(openat(parent, ".", flags, Mode::empty())?))?;
            }
            Ok(())
        }

        pub fn remove_made(&self) {
            for (parent, name) in self.made.iter().rev() {
                // Only what is empty goes; that it is not, is no failure.
                let _ = unlinkat(parent, name, AtFlags::REMOVEDIR);
            }
        }
    }

    /// Opens a folder from the top down, link by link; what is missing is made.
    pub(super) fn open(path: &Path) -> Result<Folder> {
        let absolute = std::path::absolute(at_least_here(path)).map_err(|error| cannot_open(error, path))?;
        let trust = Trusted::new();
        let mut way = parts(&absolute);
        let mut folder = Folder { handle: top(path)?, made: Vec::new() };
        let mut links = 0;
        // Where we are, for words.
        let mut place = PathBuf::from("/");
        trust.judge(&folder.handle, &place)?;
        while let Some(part) = way.pop_front() {
            let failed = |error: Errno, folder: &Folder| {
                folder.remove_made();
                cannot_open(error.into(), path)
            };
            let found = match find(&mut folder, &part) {
                Ok(found) => found,
                Err(error) => return Err(failed(error, &folder)),
            };
            if FileType::from_raw_mode(found.st_mode) == FileType::Symlink {
                links += 1;
                let target = readlinkat(&folder.handle, &part, Vec::new());
                let target = match target {
                    Ok(target) if links <= MOST_LINKS => PathBuf::from(OsString::from_vec(target.into_bytes())),
                    Ok(_) => return Err(failed(Errno::LOOP, &folder)),
                    Err(error) => return Err(failed(error, &folder)),
                };
                trust.judge_link(&found, &place.join(&part))?;
                if target.is_absolute() {
                    (folder.handle, place) = (top(path)?, PathBuf::from("/"));
                }
                parts(&target).into_iter().rev().for_each(|part| way.push_front(part));
                continue;
            }
            folder.handle = match openat(&folder.handle, &part, FOLDER, Mode::empty()) {
                Ok(handle) => handle,
                Err(error) => return Err(failed(error, &folder)),
            };
            place = if part == ".." { place.parent().unwrap_or(&place).to_owned() } else { place.join(&part) };
            trust.judge(&folder.handle, &place).inspect_err(|_| folder.remove_made())?;
        }
        Ok(folder)
    }

    /// Opens a folder as any program does.
    pub(super) fn open_to_read(path: &Path) -> io::Result<Folder> {
        let handle = openat(CWD, at_least_here(path), FOLDER.difference(OFlags::NOFOLLOW), Mode::empty())?;
        Ok(Folder { handle, made: Vec::new() })
    }

    /// To go on from it needs no right to read it, where the system has a way to say so.
    #[cfg(target_os = "linux")]
    const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
    #[cfg(target_os = "macos")]
    const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

    fn top(path: &Path) -> Result<OwnedFd> {
        openat(CWD, "/", FOLDER, Mode::empty()).map_err(|error| cannot_open(error.into(), path))
    }

    /// What stands under a name; a folder is made if nothing does.
    fn find(folder: &mut Folder, part: &OsStr) -> rustix::io::Result<Stat> {
        let look = |folder: &Folder| statat(&folder.handle, part, AtFlags::SYMLINK_NOFOLLOW);
        match look(folder) {
            Err(Errno::NOENT) => {}
            found => return found,
        }
        match mkdirat(&folder.handle, part, Mode::from_raw_mode(0o755)) {
            Ok(()) => {
                let parent = openat(&folder.handle, ".", FOLDER, Mode::empty())?;
                folder.made.push((parent, part.to_owned()));
            }
            // Another process was faster.
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error),
        }
        look(folder)
    }

    fn parts(path: &Path) -> VecDeque<OsString> {
        let is_step = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
        path.components().filter(is_step).map(|part| part.as_os_str().to_owned()).collect()
    }

    /// Who may own a folder that leads to a root, and who may write in it.
    struct Trusted {
        owners: Owners,
        groups: Vec<u32>,
    }

    impl Trusted {
        fn new() -> Trusted {
            use rustix::process::{getegid, getgroups};
            let mut groups: Vec<u32> =
                getgroups().unwrap_or_default().into_iter().map(|group| group.as_raw()).collect();
            groups.extend([0, getegid().as_raw()]);
            Trusted { owners: Owners::new(), groups }
        }

        /// Refuses a folder in which somebody else may put another one in the place of the next.
        fn judge(&self, folder: &OwnedFd, place: &Path) -> Result<()> {
            let found = fstat(folder).map_err(|error| cannot_open(error.into(), place))?;
            let mode = Mode::from_raw_mode(found.st_mode);
            let is_sticky = mode.contains(Mode::SVTX);
            let by_group = mode.contains(Mode::WGRP) && !self.groups.contains(&found.st_gid);
            let problem = if !self.owners.contain(found.st_uid) {
                format!("it belongs to the user {}", found.st_uid)
            } else if mode.contains(Mode::WOTH) && !is_sticky {
                "every user may rename what is in it".to_owned()
            } else if by_group && !is_sticky {
                format!("the group {} may rename what is in it", found.st_gid)
            } else {
                return Ok(());
            };
            Err(unsafe_folder(&problem, place))
        }

        /// Refuses a link of somebody else.
        fn judge_link(&self, link: &Stat, place: &Path) -> Result<()> {
            match self.owners.contain(link.st_uid) {
                true => Ok(()),
                false => Err(unsafe_folder(&format!("it is a link of the user {}", link.st_uid), place)),
            }
        }
    }

    fn unsafe_folder(problem: &str, place: &Path) -> Error {
        Error::new(
            Code::PACKAGE_WRITE,
            format!("somebody else may put another folder in the place of this one: {problem}"),
        )
        .hint("take the right to write away from others: `chmod go-w <folder>`; or choose a folder of your own")
        .at(place)
    }
}
