//! A change of a root, which is one rename whatever it does.
//!
//! Owns the root's hidden folder: the lock, what is being unpacked or removed, and versions out of
//! use. It knows places, and not what lies there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::lock::Lock;
use super::opened::Opened;
use super::progress::Watch;
use super::sync::sync_folder;
use super::unpack::{cannot_write, create_folder};
use crate::error::{Code, Error, Result};

/// The root's hidden folder, which a catalog does not look into.
const HIDDEN: &str = ".hotshoe";

/// Where versions out of use lie.
pub(super) fn aside(root: &Path) -> PathBuf {
    root.join(HIDDEN).join("aside")
}

/// The right to change a root, until it is dropped. What it leaves is the plugins, and the hidden
/// folder only if there is something in it.
pub(super) struct Change {
    opened: Opened,
    lock: Option<Lock>,
}

impl Change {
    /// Makes the root if it is not there, takes its lock, and clears what a process left that was killed.
    ///
    /// From then on the root is the folder that its path led to now, and all paths are those of [`Change::root`].
    pub(super) fn begin(root: &Path, doing: &str, watch: Watch<'_>) -> Result<Change> {
        loop {
            let opened = Opened::new(root)?;
            let hidden = opened.base().join(HIDDEN);
            let lock = refuse_link(&hidden)
                .and_then(|()| refuse_link(&aside(opened.base())))
                // What is unpacked or kept in them must stay what it is.
                .and_then(|()| opened.refuse_shared(Path::new(HIDDEN)))
                .and_then(|()| opened.refuse_shared(&aside(Path::new(""))))
                .and_then(|()| Lock::acquire(&hidden, doing, || opened.is_there(), watch))
                .map_err(|error| {
                    opened.remove_made();
                    opened.told(error)
                })?;
            // Whoever had made the root took it away, for nothing came into it.
            let Some(lock) = lock else { continue };
            if lock.is_exclusive() {
                clear(&hidden);
            }
            return Ok(Change { opened, lock: Some(lock) });
        }
    }

    /// The path by which everything in the root is read and written.
    pub(super) fn root(&self) -> &Path {
        self.opened.base()
    }

    /// How its user calls something in it.
    pub(super) fn shown(&self, path: &Path) -> PathBuf {
        self.opened.shown(path)
    }

    /// An error about something in it, for its user.
    pub(super) fn told(&self, error: Error) -> Error {
        self.opened.told(error)
    }

    /// A new folder to unpack into, which removes itself.
    pub(super) fn stage(&self) -> Result<TempDir> {
        let hidden = self.root().join(HIDDEN);
        tempfile::Builder::new().prefix(STAGING).tempdir_in(&hidden).map_err(|error| cannot_write(error, self.root()))
    }

    /// Moves a finished folder to its place at once, and makes that last.
    ///
    /// What is there is an error; or, if it may be replaced, the two are exchanged and it goes out of use,
    /// to where this returns.
    pub(super) fn publish(&self, folder: &Path, place: &Path, replace: bool) -> Result<Option<PathBuf>> {
        self.refuse_links(place)?;
        let failed = |error| cannot_write(error, place);
        let parent = place.parent().unwrap_or(place);
        create_folder(parent).map_err(failed)?;
        let replaced = match place.symlink_metadata().is_ok() {
            false => {
                fs::rename(folder, place).map_err(|error| match error.kind() {
                    io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => there(place),
                    _ => failed(error),
                })?;
                None
            }
            true if !replace => return Err(there(place)),
            true => {
                // Under its later name first: if this stops behind the exchange, the old one is not lost.
                let aside = self.slot(place)?;
                fs::rename(folder, &aside).map_err(failed)?;
                exchange(&aside, place).map_err(failed)?;
                sync_folder(aside.parent().unwrap_or(self.root())).map_err(failed)?;
                Some(aside)
            }
        };
        let inside = parent.ancestors().take_while(|folder| folder.starts_with(self.root()));
        inside.map(sync_folder).chain([self.opened.sync_made()]).collect::<io::Result<()>>().map_err(failed)?;
        Ok(replaced)
    }

    /// Takes a version out of use; returns where it is now.
    pub(super) fn set_aside(&self, place: &Path) -> Result<PathBuf> {
        self.refuse_links(place)?;
        let aside = self.slot(place)?;
        self.take(place, &aside)?;
        Ok(aside)
    }

    /// Removes a version: it is gone at once, its files one by one afterwards.
    pub(super) fn remove(&self, place: &Path) -> Result<()> {
        self.refuse_links(place)?;
        let staging = self.stage()?;
        self.take(place, &staging.path().join("removed"))?;
        staging.close().map_err(|error| cannot_write(error, place))
    }

    /// Moves a folder out of its place, and the folder around it if that is empty then. It lasts in its new
    /// place before it is gone from the old one.
    fn take(&self, place: &Path, to: &Path) -> Result<()> {
        let failed = |error| cannot_write(error, place);
        fs::rename(place, to).map_err(failed)?;
        sync_folder(to.parent().unwrap_or(self.root())).map_err(failed)?;
        let Some(parent) = place.parent() else { return Ok(()) };
        sync_folder(parent).map_err(failed)?;
        if parent != self.root() && fs::remove_dir(parent).is_ok() {
            parent.parent().map_or(Ok(()), sync_folder).map_err(failed)?;
        }
        Ok(())
    }

    /// A place among the versions out of use that is free, in a folder that lasts.
    fn slot(&self, place: &Path) -> Result<PathBuf> {
        let aside = aside(self.root());
        let failed = |error| cannot_write(error, &aside);
        create_folder(&aside).map_err(failed)?;
        [&self.root().join(HIDDEN), self.root()].into_iter().try_for_each(sync_folder).map_err(failed)?;
        let inside: Vec<_> =
            place.strip_prefix(self.root()).unwrap_or(place).iter().map(|part| part.to_string_lossy()).collect();
        let stem = inside.join("-");
        let slot =
            (1..).map(|number| aside.join(format!("{stem}-{number}"))).find(|slot| slot.symlink_metadata().is_err());
        slot.ok_or_else(|| failed(io::ErrorKind::AlreadyExists.into()))
    }

    /// Refuses a place that a link leads to: it would lie outside of the root; and any, if the root was moved.
    fn refuse_links(&self, place: &Path) -> Result<()> {
        self.opened.refuse_moved()?;
        let mut path = self.root().to_owned();
        for part in place.strip_prefix(self.root()).unwrap_or(Path::new("")) {
            path.push(part);
            refuse_link(&path)?;
        }
        Ok(())
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        let is_exclusive = self.lock.as_ref().is_some_and(Lock::is_exclusive);
        let hidden = self.root().join(HIDDEN);
        if is_exclusive {
            // Only what is empty goes; that they are not, is no failure.
            drop(fs::remove_dir(hidden.join("aside")));
        }
        self.lock = None;
        if is_exclusive {
            drop(fs::remove_dir(hidden));
            self.opened.remove_made();
        }
    }
}

/// Refuses what is there and no real folder: a link would lead out of the root.
pub(super) fn refuse_link(path: &Path) -> Result<()> {
    match path.symlink_metadata().is_ok_and(|metadata| !metadata.is_dir()) {
        true => Err(Error::new(Code::PACKAGE_WRITE, "this is in the way, and is no folder").hint("remove it").at(path)),
        false => Ok(()),
    }
}

const STAGING: &str = "staging-";

/// Removes what a process was unpacking or removing when it was killed. What cannot be removed is in
/// nobody's way.
fn clear(hidden: &Path) {
    for entry in hidden.read_dir().into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(STAGING.as_bytes()) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

pub(super) fn there(place: &Path) -> Error {
    Error::new(Code::ALREADY_INSTALLED, "another plugin lies here already, or another build of this version")
        .hint("compare them; `--replace` puts the new one in its place and keeps the old one out of use")
        .at(place)
}

/// Exchanges two folders at once. A file system that cannot do that does it in two steps, between
/// which neither is at the place.
fn exchange(aside: &Path, place: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, aside, CWD, place, RenameFlags::EXCHANGE) {
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {}
            result => return Ok(result?),
        }
    }
    let mut between = aside.as_os_str().to_owned();
    between.push("-old");
    fs::rename(place, &between)?;
    if let Err(error) = fs::rename(aside, place) {
        fs::rename(&between, place)?;
        return Err(error);
    }
    fs::rename(&between, aside)
}
