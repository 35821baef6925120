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
use std::io;
use std::path::{Path, PathBuf};

use super::change::{self, Change, refuse_link};
use super::opened::Opened;
use super::progress::Watch;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::manifest::check_name;
use crate::receipt::{self, Difference, Receipt};
use crate::version::Version;
use serde::Serialize;

/// A folder that plugins are installed in: one of a host's search path.
///
/// Any number of threads and processes may use one at once; those that change it do so one after the
/// other.
#[derive(Clone, Debug)]
pub struct Root {
    path: PathBuf,
    /// By which it is read and written: the same, unless it is held open.
    base: PathBuf,
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
    #[serde(serialize_with = "crate::input::path_text")]
    pub path: PathBuf,
    /// Whether a host can find it: `false` for a version out of use.
    pub in_use: bool,
    /// What was noticed in its receipt, such as keys that are unknown.
    #[serde(skip)]
    pub diagnostics: Vec<Diagnostic>,
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

impl Installed {
    /// With the path by which its user knows it.
    pub(super) fn shown_by(self, change: &Change) -> Installed {
        let path = change.shown(&self.path);
        self.at(path)
    }

    /// The same, by another path.
    fn at(self, path: PathBuf) -> Installed {
        let receipt = path.join(receipt::FILE_NAME);
        let shown = |found| Diagnostic { path: Some(receipt.clone()), ..found };
        let diagnostics = self.diagnostics.into_iter().map(shown).collect();
        Installed { path, diagnostics, ..self }
    }
}

/// What installed plugins are compared by: their names, then their versions.
fn by_name_and_version(installed: &Installed) -> (String, Option<Version>, bool) {
    (installed.name.clone(), installed.version.clone(), installed.in_use)
}

/// How often what is changed meanwhile is looked at again before it is given up.
const MOST_LOOKS: usize = 100;

/// What is installed, and how it differs from its receipts.
type Compared = Vec<(Installed, Vec<Difference>)>;

impl Root {
    /// A root that need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Root {
        let path = path.into();
        Root { base: path.clone(), path }
    }

    /// The same, by the handle of who is changing it.
    pub(super) fn held(&self, change: &Change) -> Root {
        Root { path: self.path.clone(), base: change.root().to_owned() }
    }

    /// The path by which it is read and written.
    pub(super) fn base(&self) -> &Path {
        &self.base
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
            Ok(Some(receipt)) => {
                let diagnostics = receipt.diagnostics().to_vec();
                let Receipt { name, version, .. } = receipt;
                installed.push(Installed { name, version, path, in_use, diagnostics });
                true
            }
            Err(error) => {
                damaged.push(error);
                true
            }
        };
        for folder in folders(&self.base).map_err(|error| self.unreadable(error))? {
            if !add(folder.clone(), true) {
                for inside in folders(&folder).map_err(|error| self.unreadable(error))? {
                    add(inside, true);
                }
            }
        }
        let aside = change::aside(&self.base);
        refuse_link(&aside)?;
        for folder in folders(&aside).map_err(|error| self.unreadable(error))? {
            add(folder, false);
        }
        installed.sort_by_key(by_name_and_version);
        Ok((installed, damaged))
    }

    /// Compares what is installed with its receipts: every plugin in use, or those of a name.
    ///
    /// All of it is read in the folder that the root is now, whatever its path leads to before the end; what others
    /// install or remove meanwhile is looked at again.
    pub fn verify(&self, name: Option<&str>) -> Result<Vec<(Installed, Vec<Difference>)>> {
        let Some(opened) = Opened::to_read(&self.path).map_err(|error| self.unreadable(error))? else {
            return self.compare(name).map(Option::unwrap_or_default);
        };
        let root = Root { path: self.path.clone(), base: opened.base().to_owned() };
        let mut looks = 0;
        let verified = loop {
            if let Some(verified) = root.compare(name).map_err(|error| opened.told(error))? {
                break verified;
            }
            looks += 1;
            if looks == MOST_LOOKS {
                return Err(self.unreadable(io::Error::other("others change what is in it all the time")));
            }
        };
        if !opened.is_there() {
            return Err(self.unreadable(io::Error::other("it was moved away, or another one put in its place")));
        }
        let shown = |found: Installed| {
            let path = opened.shown(&found.path);
            found.at(path)
        };
        Ok(verified.into_iter().map(|(found, differences)| (shown(found), differences)).collect())
    }

    /// `None` if one of them was changed by an install or its like in the middle of it.
    fn compare(&self, name: Option<&str>) -> Result<Option<Compared>> {
        let (installed, damaged) = self.installed()?;
        let aside = change::aside(&self.base);
        let is_aside = |error: &Error| error.path().is_some_and(|path| path.starts_with(&aside));
        if let Some(error) = damaged.into_iter().find(|error| !is_aside(error)) {
            return Err(error);
        }
        let mut verified = Vec::new();
        for found in installed.into_iter().filter(|found| found.in_use && name.is_none_or(|name| name == found.name)) {
            let Some(receipt) = Receipt::in_folder(&found.path)? else { return Ok(None) };
            let differences = receipt.differences(&found.path);
            let is_as_it_was = differences.as_ref().is_ok_and(Vec::is_empty);
            if !is_as_it_was && Receipt::in_folder(&found.path)?.as_ref() != Some(&receipt) {
                return Ok(None);
            }
            verified.push((found, differences?));
        }
        match name {
            Some(name) if verified.is_empty() => Err(self.not_installed(name, None)),
            _ => Ok(Some(verified)),
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
        self.changed(&format!("uninstall {name}"), watch, |root, change| root.remove(change, name, version, force))
    }

    fn remove(&self, change: &Change, name: &str, version: Option<&Version>, force: bool) -> Result<Vec<Installed>> {
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
        let all =
            |root: &Root, change: &Change| root.put_back(change, name, to).map(|(used, aside)| [vec![used], aside]);
        let mut all =
            self.changed(&format!("roll back {name}"), watch, |root, change| Ok(all(root, change)?.concat()))?;
        Ok((all.remove(0), all))
    }

    fn put_back(&self, change: &Change, name: &str, to: Option<&Version>) -> Result<(Installed, Vec<Installed>)> {
        let known = self.of_name(name)?;
        let in_use = || known.iter().filter(|found| found.in_use);
        let current = in_use().next_back().ok_or_else(|| self.not_installed(name, None))?;
        let is_flat = current.path.parent() != Some(&self.base.join(name));
        let mut target = match to {
            Some(version) => known.iter().rev().find(|found| found.version.as_ref() == Some(version)),
            None => known.iter().rev().find(|found| found.version < current.version && (is_flat || found.in_use)),
        }
        .cloned()
        .ok_or_else(|| match to {
            Some(_) => self.not_installed(name, to),
            None => self.nothing_before(current, &known),
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
        match dry_run {
            true => self.old(name, keep),
            false => self.changed("prune", watch, |root, change| {
                let old = root.old(name, keep)?;
                old.iter().try_for_each(|found| change.remove(&found.path))?;
                Ok(old)
            }),
        }
    }

    fn old(&self, name: Option<&str>, keep: usize) -> Result<Vec<Installed>> {
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
        Ok(pruned)
    }

    /// Changes it while it is held open, and says of what as its user calls it.
    fn changed(
        &self,
        doing: &str,
        watch: Watch<'_>,
        change_it: impl FnOnce(&Root, &Change) -> Result<Vec<Installed>>,
    ) -> Result<Vec<Installed>> {
        let change = Change::begin(&self.path, doing, watch)?;
        let done = change_it(&self.held(&change), &change).map_err(|error| change.told(error))?;
        Ok(done.into_iter().map(|found| found.shown_by(&change)).collect())
    }

    /// Where a version of a plugin goes.
    pub(super) fn place(&self, name: &str, version: Option<&Version>, shelf: Option<&str>, flat: bool) -> PathBuf {
        let shelf = shelf.map_or_else(|| self.base.clone(), |shelf| self.base.join(shelf));
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
        match damaged.into_iter().find(|error| error.path().is_some_and(|path| path.starts_with(self.base.join(name))))
        {
            Some(error) => Err(error),
            None => Ok(found),
        }
    }

    fn unreadable(&self, error: io::Error) -> Error {
        Error::new(Code::FOLDER_UNREADABLE, "the folder of installed plugins cannot be read")
            .because(error)
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
            Err(Error::new(Code::INSTALLED_CHANGED, format!("it is not as it was installed: {first}{more}"))
                .hint(format!(
                    "save what is of use, then do it again with `{anyway}`; `hotshoe verify --installed` lists all"
                ))
                .plugin(&receipt.name)
                .at(folder))
        }
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
