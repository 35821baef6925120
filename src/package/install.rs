//! From an archive to a plugin's folder.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use super::archive::{Archive, Source};
use super::change::{Change, there};
use super::entries::folded;
use super::layout::{self, Part};
use super::progress::{Progress, Watch, tell, unwatched};
use super::root::{Installed, Root, refuse_changed};
use super::signature::Signature;
use super::sync::{sync_all, sync_early};
use super::trust::TrustStore;
use super::unpack::{cannot_write, create_folder, create_new, unpack};
use super::verdict::Verdict;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::Kinds;
use crate::receipt::{self, InstalledFile, Origin, Receipt, Signer};
use crate::version::Version;

/// How an archive is installed.
///
/// ```no_run
/// use hotshoe::package::{Install, Root, unwatched};
/// let done = Install::of("gain-1.2.3.tar.gz".as_ref()).into_root(&Root::new("plugins"), &mut unwatched)?;
/// println!("{}", done.plugins[0].0.path.display());
/// # Ok::<(), hotshoe::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Install<'a> {
    archive: &'a Path,
    trust: &'a [TrustStore],
    require_signature: bool,
    flat: bool,
    replace: bool,
    kinds: Option<&'a Kinds>,
}

/// What an install did about a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was not there, and is now.
    Installed,
    /// It was there already, with the same files, and is as it was installed.
    Present,
    /// It took the place of what was there, which is out of use now.
    Replaced,
}

/// What an install did, and what must be known of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InstallReport {
    /// Each plugin of the archive, and what was done about it.
    pub plugins: Vec<(Installed, Outcome)>,
    /// The signature, if it was verified.
    pub signature: Option<Signature>,
    /// What its user must be told: that nobody signed the archive, or that the signature was not verified.
    pub diagnostics: Vec<Diagnostic>,
}

/// Installs an archive into `<root>/<name>/<version>`, beside other versions of the plugin; the short form of
/// [`Install`], without a trust store: tell the user the report's diagnostics.
pub fn install(archive: &Path, root: &Path) -> Result<InstallReport> {
    Install::of(archive).into_root(&Root::new(root), &mut unwatched)
}

impl<'a> Install<'a> {
    /// Of an archive: a tar, plain or in gzip or zstd, or a zip. Its bytes say which, not its name.
    pub fn of(archive: &'a Path) -> Install<'a> {
        Install { archive, trust: &[], require_signature: false, flat: false, replace: false, kinds: None }
    }

    /// Only if this trust store says that its signature is good, or that it needs none.
    ///
    /// Nothing is unpacked before the signature was verified. Without a trust store no key is known: a signature
    /// that is none is refused, and one that is, or that there is none, is told in [`InstallReport::diagnostics`].
    pub fn trust(self, trust: Option<&'a TrustStore>) -> Install<'a> {
        self.trust_any(trust.map_or(&[], std::slice::from_ref))
    }

    /// The same for several, of which it must be good for one: see [`TrustStore::of_user`].
    pub fn trust_any(self, trust: &'a [TrustStore]) -> Install<'a> {
        Install { trust, ..self }
    }

    /// Only if its signature is verified, whatever the policy of the trust store; without one, never.
    pub fn require_signature(self, require_signature: bool) -> Install<'a> {
        Install { require_signature, ..self }
    }

    /// Into `<root>/<name>` instead, for hosts that do not look for versions. A newer version takes the
    /// place of the one that is there, which goes out of use.
    pub fn flat(self, flat: bool) -> Install<'a> {
        Install { flat, ..self }
    }

    /// Also where another build of the same version lies, or one that was changed since; what was there
    /// goes out of use.
    pub fn replace(self, replace: bool) -> Install<'a> {
        Install { replace, ..self }
    }

    /// With these runtimes, instead of [`Kinds::installed`]: which file of a plugin must be there, its runtime says.
    pub fn kinds(self, kinds: &'a Kinds) -> Install<'a> {
        Install { kinds: Some(kinds), ..self }
    }

    /// Installs it, and says what was done about each plugin in it.
    ///
    /// The archive is copied first, to where nobody else can change it: what is verified is what is unpacked.
    /// Everything is unpacked and checked in a hidden folder of the root, and appears at once; an archive that
    /// is refused leaves nothing behind. Only files and folders are unpacked, with the modes
    /// 644 and 755 less the umask. Several processes may install at once: they do it one after the other,
    /// and what the first one did is there for the next.
    pub fn into_root(self, root: &Root, watch: Watch<'_>) -> Result<InstallReport> {
        let source = Source::open(self.archive)?;
        let change = Change::begin(root.path(), &format!("install {}", self.file_name()), watch)?;
        let report =
            self.into_held(&root.held(&change), &change, &source, watch).map_err(|error| change.told(error))?;
        let shown = |(installed, outcome): (Installed, Outcome)| (installed.shown_by(&change), outcome);
        Ok(InstallReport { plugins: report.plugins.into_iter().map(shown).collect(), ..report })
    }

    fn known(&self) -> Kinds {
        self.kinds.cloned().unwrap_or_else(Kinds::installed)
    }

    fn file_name(&self) -> String {
        self.archive.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Into a root that is held open.
    fn into_held(self, root: &Root, change: &Change, source: &Source<'_>, watch: Watch<'_>) -> Result<InstallReport> {
        let cannot_write = |error| cannot_write(error, root.base());
        let staging = change.stage()?;
        let copy = tempfile::tempfile_in(staging.path()).map_err(cannot_write)?;
        let Archive { mut file, size, sha256 } = source.copy(copy, watch, cannot_write)?;
        let origin = Origin { file: self.file_name(), size, sha256 };
        let verdict = Verdict::of(self.archive, &mut file, self.trust, self.require_signature)?;
        if let Some(present) = self.present(root, &origin, &verdict)? {
            return Ok(present);
        }
        let folder = staging.path().join("content");
        create_folder(&folder).map_err(cannot_write)?;
        let files = sync_early(
            |written| unpack(&file, &folder, root.base(), watch, written).map_err(|error| error.at(self.archive)),
            cannot_write,
        )?;
        source.refuse_changed()?;
        let file_stem = self.archive.file_stem().unwrap_or_default().to_string_lossy();
        let parts = layout::parts(&folder, &file_stem, &self.known()).map_err(|error| error.at(self.archive))?;
        let mut signature = None;
        for part in &parts {
            signature = verdict.admit(part).map_err(|error| error.at(self.archive))?;
            let receipt = receipt(part, &files, &folder, &origin, signature);
            finish(&part.folder, &receipt).map_err(cannot_write)?;
        }
        tell(watch, Progress::Unpacking { done: size, total: size })?;
        match self.publish(root, change, &parts) {
            // Where there are no locks, another process may have been faster.
            Err(error) if error.code() == Code::ALREADY_INSTALLED => match self.present(root, &origin, &verdict)? {
                Some(present) => Ok(present),
                None => Err(error),
            },
            done => Ok(report(done?, &verdict, signature)),
        }
    }

    /// The plugins that were installed from the same archive before, if they are in their places still and
    /// as they were.
    fn present(&self, root: &Root, origin: &Origin, verdict: &Verdict) -> Result<Option<InstallReport>> {
        let mut present = Vec::new();
        let mut signature = None;
        for found in root.installed()?.0.into_iter().filter(|found| found.in_use) {
            let receipt = Receipt::in_folder(&found.path)?;
            if !receipt.is_some_and(|receipt| receipt.archive.sha256 == origin.sha256) {
                continue;
            }
            // Of a distribution the rest may be missing, if it was stopped half-way.
            if layout::is_on_shelf(&found.path, root.base()) {
                return Ok(None);
            }
            match refuse_changed(&found.path, "--replace") {
                Err(_) if self.replace => return Ok(None),
                Err(error) => return Err(error),
                Ok(()) => {}
            }
            // Who installed it before may have trusted others.
            let part = layout::installed(&found.path, &found.name, &self.known())?;
            signature = verdict.admit(&part).map_err(|error| error.at(self.archive))?;
            present.push((found, Outcome::Present));
        }
        Ok((!present.is_empty()).then(|| report(present, verdict, signature)))
    }

    fn publish(&self, root: &Root, change: &Change, parts: &[Part]) -> Result<Vec<(Installed, Outcome)>> {
        // Each must have a place before the first one takes its own.
        let places = parts.iter().map(|part| self.place(root, part).map_err(|error| error.plugin(&part.name)));
        let places: Vec<(PathBuf, Outcome)> = places.collect::<Result<_>>()?;
        let publish = |(part, (path, outcome)): (&Part, (PathBuf, Outcome))| {
            if outcome != Outcome::Present {
                change
                    .publish(&part.folder, &path, outcome == Outcome::Replaced)
                    .map_err(|error| error.plugin(&part.name))?;
            }
            let (name, version) = (part.name.clone(), part.version.clone());
            Ok((Installed { name, version, path, in_use: true, diagnostics: Vec::new() }, outcome))
        };
        parts.iter().zip(places).map(publish).collect()
    }

    /// Where a part goes, and what is to be done there.
    fn place(&self, root: &Root, part: &Part) -> Result<(PathBuf, Outcome)> {
        // A host that has shelves does not look for versions on them.
        let flat = self.flat || part.shelf.is_some();
        let place = root.place(&part.name, part.version.as_ref(), part.shelf, flat);
        refuse_alias(&shelf_of(root, part), &part.name)?;
        refuse_hidden(root, &place)?;
        if !place.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Ok((place, Outcome::Installed));
        }
        let receipt = Receipt::in_folder(&place).ok().flatten();
        let ours = Receipt::in_folder(&part.folder)?;
        let is_same = receipt.as_ref().map(|receipt| &receipt.files) == ours.as_ref().map(|ours| &ours.files);
        // Where `Gain` and `gain` are one folder, what lies there may be another plugin.
        let before = receipt.filter(|receipt| receipt.name == part.name).map(|receipt| receipt.version);
        let is_other_version = before.as_ref().is_some_and(|before| *before != part.version);
        if let Some(newer) = before.flatten().filter(|before| Some(before) > part.version.as_ref() && !self.replace) {
            return Err(downgrade(&newer, &place));
        }
        if !is_same && !is_other_version {
            return if self.replace { Ok((place, Outcome::Replaced)) } else { Err(there(&place)) };
        }
        match refuse_changed(&place, "--replace") {
            Err(error) if !self.replace => Err(error),
            Ok(()) if is_same => Ok((place, Outcome::Present)),
            _ => Ok((place, Outcome::Replaced)),
        }
    }
}

fn report(plugins: Vec<(Installed, Outcome)>, verdict: &Verdict, signature: Option<&Signature>) -> InstallReport {
    InstallReport { plugins, signature: signature.cloned(), diagnostics: verdict.diagnostics() }
}

/// What is left in the folder of a part; `files` are those of the archive, which was unpacked to `content`.
fn receipt(
    part: &Part,
    files: &[InstalledFile],
    content: &Path,
    origin: &Origin,
    signature: Option<&Signature>,
) -> Receipt {
    let inside = part.folder.strip_prefix(content).unwrap_or(Path::new(""));
    let of_part = |file: &InstalledFile| {
        let path = Path::new(&file.path).strip_prefix(inside).ok()?;
        Some(InstalledFile { path: path.to_string_lossy().replace('\\', "/"), ..file.clone() })
    };
    let mut files: Vec<InstalledFile> = files.iter().filter_map(of_part).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let installed_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let signed_by =
        signature.map(|signature| Signer { key: signature.key.to_string(), comment: signature.key_comment.clone() });
    Receipt::of_install((part.name.clone(), part.version.clone()), installed_at, origin.clone(), signed_by, files)
}

/// Writes the receipt, and makes everything last.
fn finish(folder: &Path, receipt: &Receipt) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(receipt)?;
    text.push(b'\n');
    create_new(&folder.join(receipt::FILE_NAME), false)?.write_all(&text)?;
    sync_all(folder)
}

fn downgrade(newer: &Version, place: &Path) -> Error {
    Error::new(
        Code::ALREADY_INSTALLED,
        format!("the newer version {newer} lies here, and this one would take its place"),
    )
    .hint("`--replace` does that, and keeps the newer one out of use")
    .at(place)
}

/// The folder that a part's own folder goes into.
fn shelf_of(root: &Root, part: &Part) -> PathBuf {
    part.shelf.map_or_else(|| root.base().to_owned(), |shelf| root.base().join(shelf))
}

/// A name that is found in a folder, and is none of its entries, is another one's on this file system: `Gain` where
/// `gain` is installed.
fn refuse_alias(folder: &Path, name: &str) -> Result<()> {
    let place = folder.join(name);
    if place.symlink_metadata().is_err() {
        return Ok(());
    }
    let names = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.file_name());
    match alias(name, names.map(|name| name.to_string_lossy().into_owned())) {
        Some(other) => Err(Error::new(
            Code::ALREADY_INSTALLED,
            format!("`{}` lies here, and on this file system `{name}` is the same name", brief(&other)),
        )
        .hint("these are two plugins: install this one into another folder, or uninstall the other one")
        .at(place)),
        None => Ok(()),
    }
}

/// The entry of a folder that is meant by a name, if it is called otherwise. Accents may be encoded otherwise: macOS
/// does that to a name when it is made.
fn alias(name: &str, entries: impl Iterator<Item = String>) -> Option<String> {
    let mut other = None;
    for entry in entries {
        if entry.nfd().eq(name.nfd()) {
            return None;
        }
        if folded(&entry) == folded(name) {
            other = Some(entry);
        }
    }
    other
}

/// A plugin that lies in `<root>/<name>` itself hides versions beneath it, and the other way round.
fn refuse_hidden(root: &Root, place: &Path) -> Result<()> {
    let is_plugin = |folder: &Path| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        layout::holds_plugin(folder, &name)
    };
    let above = place.parent().filter(|above| *above != root.base());
    if let Some(above) = above.filter(|above| is_plugin(above)) {
        return Err(Error::new(
            Code::ALREADY_INSTALLED,
            "a plugin of this name lies here without a folder for its version",
        )
        .hint("install it the same way with `--flat`; or move it into a folder called after its version, or remove it")
        .at(above));
    }
    if above.is_none() && place.is_dir() && !is_plugin(place) {
        return Err(Error::new(
            Code::ALREADY_INSTALLED,
            "versions of this plugin, or other things, lie here side by side",
        )
        .hint("install it the same way, without `--flat`; or remove them")
        .at(place));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::alias;

    #[test]
    fn a_name_that_differs_in_case_is_another_plugins_and_one_that_differs_in_encoding_is_not() {
        let entries = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().into_iter();
        assert_eq!(alias("Gain", entries(&["gain", "reverb"])), Some("gain".to_owned()));
        assert_eq!(alias("STRASSE", entries(&["straße"])), Some("straße".to_owned()));
        assert_eq!(alias("gain", entries(&["Gain", "gain"])), None, "on this one they are two");
        assert_eq!(alias("\u{e9}cho", entries(&["e\u{301}cho"])), None);
    }
}
