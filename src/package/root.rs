//! A folder that plugins are installed in, and what is in it.
//!
//! Owns where an installed plugin lies, and that each change is one rename: whoever looks sees the
//! old or the new, never something in between. What no host should see lies in the root's hidden
//! folder: the lock, what is being unpacked, and versions out of use.
//!
//! ```text
//! <root>/<name>/<version>/       a version in use, beside others
//! <root>/<name>/                 a plugin installed flat
//! <root>/.hotshoe/staging-…/     being unpacked, or being removed
//! <root>/.hotshoe/aside/…/       a version out of use
//! ```

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::TempDir;

use super::lock::Lock;
use super::progress::Watch;
use super::write::sync_folder;
use crate::error::{Code, Error, Result};
use crate::manifest::check_name;
use crate::receipt::{Difference, Receipt};
use crate::version::Version;

/// The root's hidden folder, which a catalog does not look into.
const HIDDEN: &str = ".hotshoe";

/// A folder that plugins are installed in: one of a host's search path.
///
/// Any number of threads and processes may use one at once; those that change it do so one after the
/// other.
#[derive(Clone, Debug)]
pub struct Root {
    path: PathBuf,
}

/// A plugin that was installed, in one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Installed {
    /// The plugin's name.
    pub name: String,
    /// The plugin's version, if it says one.
    pub version: Option<Version>,
    /// Its folder.
    pub path: PathBuf,
    /// Whether a host can find it: `false` for a version out of use.
    pub in_use: bool,
}

/// The name, and the version behind a space.
impl fmt::Display for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{} {version}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// What installed plugins are compared by: their names, then their versions.
fn by_name_and_version(installed: &Installed) -> (String, Option<Version>, bool) {
    (installed.name.clone(), installed.version.clone(), installed.in_use)
}

impl Root {
    /// A root that need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Root {
        Root { path: path.into() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every plugin that Hotshoe installed here, by name and version, also those out of use.
    ///
    /// A folder without a receipt is not Hotshoe's; one with a damaged receipt is an error in the
    /// second list, and hides no other.
    pub fn installed(&self) -> Result<(Vec<Installed>, Vec<Error>)> {
        let (mut installed, mut damaged) = (Vec::new(), Vec::new());
        let mut add = |path: PathBuf, in_use: bool| match Receipt::in_folder(&path) {
            Ok(None) => false,
            Ok(Some(Receipt { name, version, .. })) => {
                installed.push(Installed { name, version, path, in_use });
                true
            }
            Err(error) => {
                damaged.push(error);
                true
            }
        };
        for folder in folders(&self.path).map_err(|error| self.unreadable(error))? {
            if !add(folder.clone(), true) {
                for inside in folders(&folder).map_err(|error| self.unreadable(error))? {
                    add(inside, true);
                }
            }
        }
        refuse_link(&self.aside())?;
        for folder in folders(&self.aside()).map_err(|error| self.unreadable(error))? {
            add(folder, false);
        }
        installed.sort_by_key(by_name_and_version);
        Ok((installed, damaged))
    }

    /// Compares what is installed with its receipts: every plugin in use, or those of a name.
    pub fn verify(&self, name: Option<&str>) -> Result<Vec<(Installed, Vec<Difference>)>> {
        let (installed, damaged) = self.installed()?;
        let is_aside = |error: &Error| error.path().is_some_and(|path| path.starts_with(self.aside()));
        if let Some(error) = damaged.into_iter().find(|error| !is_aside(error)) {
            return Err(error);
        }
        let wanted = installed.into_iter().filter(|found| found.in_use && name.is_none_or(|name| name == found.name));
        let verified: Vec<_> = wanted
            .map(|found| {
                let receipt = Receipt::in_folder(&found.path)?.ok_or_else(|| self.not_installed(&found.name, None))?;
                let differences = receipt.differences(&found.path)?;
                Ok((found, differences))
            })
            .collect::<Result<_>>()?;
        match name {
            Some(name) if verified.is_empty() => Err(self.not_installed(name, None)),
            _ => Ok(verified),
        }
    }

    /// Removes a version of a plugin, or all of them; returns what was removed.
    ///
    /// A plugin whose files are not as they were installed is only removed by `force`: what was changed
    /// would be lost.
    pub fn uninstall(
        &self,
        name: &str,
        version: Option<&Version>,
        force: bool,
        watch: Watch<'_>,
    ) -> Result<Vec<Installed>> {
        let change = Change::begin(self, &format!("uninstall {name}"), watch)?;
        let found: Vec<Installed> = self
            .of_name(name)?
            .into_iter()
            .filter(|found| version.is_none_or(|version| found.version.as_ref() == Some(version)))
            .collect();
        if found.is_empty() {
            return Err(self.not_installed(name, version));
        }
        for installed in found.iter().filter(|found| found.in_use && !force) {
            refuse_changed(&installed.path, "--force")?;
        }
        found.iter().try_for_each(|installed| change.remove(&installed.path))?;
        Ok(found)
    }

    /// Puts the version before the highest one in use again, or a given one; returns it, and what is out
    /// of use now.
    ///
    /// What goes out of use is kept until [`Root::prune`], and comes back by a rollback to its version.
    pub fn rollback(&self, name: &str, to: Option<&Version>, watch: Watch<'_>) -> Result<(Installed, Vec<Installed>)> {
        let change = Change::begin(self, &format!("roll back {name}"), watch)?;
        let known = self.of_name(name)?;
        let in_use = || known.iter().filter(|found| found.in_use);
        let current = in_use().next_back().ok_or_else(|| self.not_installed(name, None))?;
        let is_flat = current.path.parent() != Some(&self.path.join(name));
        let mut target = match to {
            Some(version) => known.iter().rev().find(|found| found.version.as_ref() == Some(version)),
            None => known.iter().rev().find(|found| found.version < current.version && (is_flat || found.in_use)),
        }
        .cloned()
        .ok_or_else(|| match to {
            Some(_) => self.not_installed(name, to),
            None => Error::new(Code::NotInstalled, "there is no version before this one")
                .hint("install the version that is wanted; `hotshoe list --installed` shows what there is")
                .plugin(name)
                .at(&current.path),
        })?;
        let higher: Vec<Installed> = in_use().filter(|found| found.version > target.version).cloned().collect();
        if !target.in_use {
            let place = match is_flat {
                true => current.path.clone(),
                false => self.place(name, target.version.as_ref(), None, false),
            };
            let replaced = change.publish(&target.path, &place, is_flat)?;
            target = Installed { path: place, in_use: true, ..target };
            if let Some(path) = replaced {
                return Ok((target, vec![Installed { path, in_use: false, ..current.clone() }]));
            }
        }
        let mut aside = Vec::new();
        for found in higher.into_iter().rev() {
            let path = change.set_aside(&found.path)?;
            aside.push(Installed { path, in_use: false, ..found });
        }
        Ok((target, aside))
    }

    /// Removes versions out of use, and all but the highest `keep` of each plugin that are in use, or
    /// only says which these are; returns them.
    ///
    /// Versions whose files are not as they were installed stay.
    pub fn prune(&self, name: Option<&str>, keep: usize, dry_run: bool, watch: Watch<'_>) -> Result<Vec<Installed>> {
        let change = match dry_run {
            true => None,
            false => Some(Change::begin(self, "prune", watch)?),
        };
        let (installed, _) = self.installed()?;
        let mut kept = std::collections::HashMap::<String, usize>::new();
        let mut pruned = Vec::new();
        for found in installed.into_iter().rev().filter(|found| name.is_none_or(|name| name == found.name)) {
            let kept = kept.entry(found.name.clone()).or_default();
            *kept += usize::from(found.in_use);
            let is_old = !found.in_use || *kept > keep.max(1);
            if is_old && refuse_changed(&found.path, "").is_ok() {
                pruned.push(found);
            }
        }
        pruned.reverse();
        if let Some(change) = change {
            pruned.iter().try_for_each(|found| change.remove(&found.path))?;
        }
        Ok(pruned)
    }

    /// Where a version of a plugin goes.
    pub(super) fn place(&self, name: &str, version: Option<&Version>, shelf: Option<&str>, flat: bool) -> PathBuf {
        let shelf = shelf.map_or_else(|| self.path.clone(), |shelf| self.path.join(shelf));
        match version {
            Some(version) if !flat => shelf.join(name).join(version.to_string()),
            _ => shelf.join(name),
        }
    }

    /// Every version of a plugin, from the lowest to the highest; of a version that is there twice the
    /// one in use is the last.
    fn of_name(&self, name: &str) -> Result<Vec<Installed>> {
        check_name(name)?;
        let (installed, damaged) = self.installed()?;
        let found: Vec<Installed> = installed.into_iter().filter(|found| found.name == name).collect();
        match damaged.into_iter().find(|error| error.path().is_some_and(|path| path.starts_with(self.path.join(name))))
        {
            Some(error) => Err(error),
            None => Ok(found),
        }
    }

    fn aside(&self) -> PathBuf {
        self.path.join(HIDDEN).join("aside")
    }

    fn unreadable(&self, error: io::Error) -> Error {
        Error::new(Code::FolderUnreadable, "the folder of installed plugins cannot be read")
            .because(error)
            .at(&self.path)
    }

    fn not_installed(&self, name: &str, version: Option<&Version>) -> Error {
        let version = version.map(|version| format!(" {version}")).unwrap_or_default();
        Error::new(Code::NotInstalled, format!("`{name}{version}` was not installed here by Hotshoe"))
            .hint("see what was with `hotshoe list --installed`; a folder that was copied here is removed by hand")
            .at(&self.path)
    }
}

/// Refuses if files of an installed plugin are not as they were installed; `anyway` is what the tool
/// takes to do it nevertheless.
pub(super) fn refuse_changed(folder: &Path, anyway: &str) -> Result<()> {
    let Some(receipt) = Receipt::in_folder(folder)? else { return Ok(()) };
    match receipt.differences(folder)?.as_slice() {
        [] => Ok(()),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            Err(Error::new(Code::InstalledChanged, format!("it is not as it was installed: {first}{more}"))
                .hint(format!(
                    "save what is of use, then do it again with `{anyway}`; `hotshoe verify --installed` lists all"
                ))
                .plugin(&receipt.name)
                .at(folder))
        }
    }
}

/// Refuses what is there and no real folder: a link would lead out of the root.
fn refuse_link(path: &Path) -> Result<()> {
    match path.symlink_metadata().is_ok_and(|metadata| !metadata.is_dir()) {
        true => Err(Error::new(Code::PackageWrite, "this is in the way, and is no folder").hint("remove it").at(path)),
        false => Ok(()),
    }
}

/// The real folders in a folder, by name, without hidden ones; none if it is not there. Links are not
/// followed, so nothing outside is ever taken for something installed.
fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() && !entry.file_name().as_encoded_bytes().starts_with(b".") {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}

/// The right to change a root, until it is dropped. What it leaves is the plugins, and the hidden
/// folder only if there is something in it.
pub(super) struct Change<'a> {
    root: &'a Root,
    lock: Option<Lock>,
    /// How many of the folders that lead to it were made for this.
    made: usize,
}

impl<'a> Change<'a> {
    /// Makes the root if it is not there, takes its lock, and clears what a process left that was killed.
    pub(super) fn begin(root: &'a Root, doing: &str, watch: Watch<'_>) -> Result<Change<'a>> {
        let made = root.path.ancestors().take_while(|folder| !at_least_here(folder).exists()).count();
        let hidden = root.path.join(HIDDEN);
        refuse_link(&hidden)?;
        let lock = Lock::acquire(&hidden, doing, watch)?;
        if lock.is_exclusive() {
            clear(&hidden);
        }
        Ok(Change { root, lock: Some(lock), made })
    }

    /// A new folder to unpack into, which removes itself.
    pub(super) fn stage(&self) -> Result<TempDir> {
        let hidden = self.root.path.join(HIDDEN);
        tempfile::Builder::new()
            .prefix(STAGING)
            .tempdir_in(&hidden)
            .map_err(|error| cannot_write(error, &self.root.path))
    }

    /// Moves a finished folder to its place at once, and makes that last.
    ///
    /// What is there is an error; or, if it may be replaced, the two are exchanged and it goes out of use,
    /// to where this returns.
    pub(super) fn publish(&self, folder: &Path, place: &Path, replace: bool) -> Result<Option<PathBuf>> {
        self.refuse_links(place)?;
        let failed = |error| cannot_write(error, place);
        let parent = place.parent().unwrap_or(place);
        fs::create_dir_all(parent).map_err(failed)?;
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
                sync_folder(&self.root.aside()).map_err(failed)?;
                Some(aside)
            }
        };
        let inside = parent.ancestors().take_while(|folder| folder.starts_with(&self.root.path));
        let made = self.root.path.ancestors().skip(1).take(self.made);
        inside.chain(made).try_for_each(|folder| sync_folder(at_least_here(folder))).map_err(failed)?;
        Ok(replaced)
    }

    /// Takes a version out of use; returns where it is now.
    pub(super) fn set_aside(&self, place: &Path) -> Result<PathBuf> {
        self.refuse_links(place)?;
        let aside = self.slot(place)?;
        self.take(place, &aside)?;
        sync_folder(&self.root.aside()).map_err(|error| cannot_write(error, place))?;
        Ok(aside)
    }

    /// Removes a version: it is gone at once, its files one by one afterwards.
    pub(super) fn remove(&self, place: &Path) -> Result<()> {
        self.refuse_links(place)?;
        let staging = self.stage()?;
        self.take(place, &staging.path().join("removed"))?;
        staging.close().map_err(|error| cannot_write(error, place))
    }

    /// Moves a folder out of its place, and the folder around it if that is empty then.
    fn take(&self, place: &Path, to: &Path) -> Result<()> {
        let failed = |error| cannot_write(error, place);
        fs::rename(place, to).map_err(failed)?;
        let Some(parent) = place.parent() else { return Ok(()) };
        sync_folder(parent).map_err(failed)?;
        if parent != self.root.path && fs::remove_dir(parent).is_ok() {
            parent.parent().map_or(Ok(()), sync_folder).map_err(failed)?;
        }
        Ok(())
    }

    /// A place among the versions out of use that is free.
    fn slot(&self, place: &Path) -> Result<PathBuf> {
        let aside = self.root.aside();
        let failed = |error| cannot_write(error, &aside);
        fs::create_dir_all(&aside).map_err(failed)?;
        let inside: Vec<_> =
            place.strip_prefix(&self.root.path).unwrap_or(place).iter().map(|part| part.to_string_lossy()).collect();
        let stem = inside.join("-");
        let slot =
            (1..).map(|number| aside.join(format!("{stem}-{number}"))).find(|slot| slot.symlink_metadata().is_err());
        slot.ok_or_else(|| failed(io::ErrorKind::AlreadyExists.into()))
    }

    /// Refuses a place that a link leads to: it would lie outside of the root.
    fn refuse_links(&self, place: &Path) -> Result<()> {
        let mut path = self.root.path.clone();
        for part in place.strip_prefix(&self.root.path).unwrap_or(Path::new("")) {
            path.push(part);
            if path.symlink_metadata().is_ok_and(|metadata| !metadata.is_dir()) {
                return Err(Error::new(Code::PackageWrite, "this is in the way, and is no folder")
                    .hint("remove it")
                    .at(path));
            }
        }
        Ok(())
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        let is_exclusive = self.lock.as_ref().is_some_and(Lock::is_exclusive);
        let hidden = self.root.path.join(HIDDEN);
        if is_exclusive {
            // Only what is empty goes; that they are not, is no failure.
            drop(fs::remove_dir(hidden.join("aside")));
        }
        self.lock = None;
        if is_exclusive {
            drop(fs::remove_dir(hidden));
            self.root.path.ancestors().take(self.made).for_each(|folder| drop(fs::remove_dir(folder)));
        }
    }
}

/// A relative path ends in an empty one, which means here.
fn at_least_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
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

pub(super) fn cannot_write(error: io::Error, path: &Path) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, then do it again; `hotshoe prune` removes old versions"
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            "choose another folder with `--root`, or ask who owns this one"
        }
        io::ErrorKind::CrossesDevices => "the folder of one plugin is a file system of its own: unmount it",
        _ => "what was there before is there still",
    };
    Error::new(Code::PackageWrite, "the plugin cannot be installed").because(error).hint(hint).at(path)
}

pub(super) fn there(place: &Path) -> Error {
    Error::new(Code::AlreadyInstalled, "another plugin lies here already, or another build of this version")
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
