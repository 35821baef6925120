//! Who could put something else in the place of a file.
//!
//! Owns the way to a file, link by link. It opens nothing: whoever uses what is found here goes by the path that it
//! returns, in which nobody else can change anything.

#[cfg(all(feature = "package", any(target_os = "linux", target_os = "macos")))]
pub(crate) use way::Owners;
pub(crate) use way::trusted_file;

/// Why a file is not what was asked for.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It, or what leads to it, cannot be looked at.
    Unreadable(std::io::Error),
    /// Somebody else could change this file or folder, or what is in it.
    #[cfg_attr(windows, expect(dead_code, reason = "nobody is asked there"))]
    Untrusted {
        /// The file, or a folder or link that leads to it.
        place: std::path::PathBuf,
        /// Who may do what.
        why: String,
    },
}

#[cfg(unix)]
mod way {
    use std::collections::VecDeque;
    use std::ffi::OsString;
    use std::fs::Metadata;
    use std::io::{Error, ErrorKind};
    use std::os::unix::fs::MetadataExt;
    use std::path::{Component, Path, PathBuf};

    use super::Refused;

    /// As many links as Linux follows.
    const MOST_LINKS: usize = 40;

    /// Whose files are trusted: root's, and those of the user that this program runs as.
    pub(crate) struct Owners {
        user: u32,
        unmapped: Option<u32>,
    }

    impl Owners {
        pub(crate) fn new() -> Owners {
            Owners { user: nix::unistd::geteuid().as_raw(), unmapped: unmapped() }
        }

        pub(crate) fn contain(&self, user: u32) -> bool {
            user == 0 || user == self.user || Some(user) == self.unmapped
        }
    }

    /// Where a file really is, if nobody but root and this user could change it or put another one in its place.
    ///
    /// All folders that lead to it must be theirs, and so must links. None may be one that the group or others write in.
    /// Of a sticky folder such as `/tmp` that is true all the same if it is further up: what is theirs in it nobody
    /// else can rename.
    pub(crate) fn trusted_file(path: &Path) -> Result<PathBuf, Refused> {
        let owners = Owners::new();
        let absolute = std::path::absolute(path).map_err(Refused::Unreadable)?;
        let mut way = parts(&absolute);
        let mut place = PathBuf::from("/");
        let mut links = 0;
        judge(&place, &place.symlink_metadata().map_err(Refused::Unreadable)?, &owners, way.len())?;
        while let Some(part) = way.pop_front() {
            if part == ".." {
                place.pop();
                continue;
            }
            let next = place.join(&part);
            let found = next.symlink_metadata().map_err(Refused::Unreadable)?;
            judge(&next, &found, &owners, way.len())?;
            if !found.is_symlink() {
                place = next;
                continue;
            }
            links += 1;
            if links > MOST_LINKS {
                return Err(Refused::Unreadable(Error::new(ErrorKind::InvalidInput, "too many links lead to it")));
            }
            let target = next.read_link().map_err(Refused::Unreadable)?;
            if target.is_absolute() {
                place = PathBuf::from("/");
            }
            parts(&target).into_iter().rev().for_each(|part| way.push_front(part));
        }
        match place.is_file() {
            true => Ok(place),
            false => Err(Refused::Unreadable(Error::new(ErrorKind::InvalidInput, "it is not a regular file"))),
        }
    }

    fn parts(path: &Path) -> VecDeque<OsString> {
        let is_step = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
        path.components().filter(is_step).map(|part| part.as_os_str().to_owned()).collect()
    }

    /// Judges what stands so many steps before the end of the way.
    fn judge(place: &Path, found: &Metadata, owners: &Owners, steps: usize) -> Result<(), Refused> {
        let is_sticky_on_the_way = found.is_dir() && found.mode() & 0o1000 != 0 && steps > 1;
        let why = if !owners.contain(found.uid()) {
            format!("it belongs to the user {}", found.uid())
        } else if found.is_symlink() || is_sticky_on_the_way {
            return Ok(());
        } else if found.mode() & 0o002 != 0 {
            "every user may write to it".to_owned()
        } else if found.mode() & 0o020 != 0 {
            format!("the group {} may write to it", found.gid())
        } else {
            return Ok(());
        };
        Err(Refused::Untrusted { place: place.to_owned(), why })
    }

    /// In a container without root's rights, whom the files of all other users seem to belong to, root's among
    /// them: nobody can say whose they are.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn unmapped() -> Option<u32> {
        let map = std::fs::read_to_string("/proc/self/uid_map").ok()?;
        let is_whole = map.split_whitespace().eq(["0", "0", "4294967295"]);
        let nobody = || std::fs::read_to_string("/proc/sys/kernel/overflowuid").ok()?.trim().parse().ok();
        if is_whole { None } else { nobody() }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn unmapped() -> Option<u32> {
        None
    }
}

/// Windows is not asked who may write where.
#[cfg(windows)]
mod way {
    use std::io::{Error, ErrorKind};
    use std::path::{Path, PathBuf};

    use super::Refused;

    pub(crate) fn trusted_file(path: &Path) -> Result<PathBuf, Refused> {
        match std::fs::metadata(path).map_err(Refused::Unreadable)?.is_file() {
            true => std::path::absolute(path).map_err(Refused::Unreadable),
            false => Err(Refused::Unreadable(Error::new(ErrorKind::InvalidInput, "it is not a regular file"))),
        }
    }
}
