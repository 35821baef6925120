//! All that the platforms built, held against the plan, and made into what is uploaded.
//!
//! Owns that a release is whole: it is made in a folder that nobody sees, and appears when nothing is
//! missing. What is in its place is replaced only if it is a release, and goes when the new one is there.

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{self, SecretKey, TrustStore};
use hotshoe::receipt::Digest;
use hotshoe::version::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::digests::Digests;
use super::entry::entry;
use super::examine::{Examined, examine};
use super::plan::{Plan, PlannedArchive, PlannedPlatform};
use super::sbom::sbom;
use super::tag;
use crate::codes::{RELEASE_INVALID, RELEASE_REFUSED};

/// The file in a release's folder that says what belongs to it.
pub const RELEASE_FILE: &str = "release.json";

/// The folder in it with the files to upload.
pub const ASSETS: &str = "assets";

/// The file in it with what its page says.
const NOTES: &str = "notes.md";

/// A release that is whole.
#[derive(Debug, Serialize, Deserialize)]
pub struct Release {
    /// The tag, if there is one.
    pub tag: Option<String>,
    /// Whether its version is a pre-release.
    pub prerelease: bool,
    /// What its page says.
    pub notes: String,
    /// The files to upload.
    pub files: Vec<ReleaseFile>,
}

/// A file of a release.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReleaseFile {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest, in hexadecimal digits.
    pub sha256: String,
}

/// A release, or what is wrong with what was built.
pub enum Collected {
    /// It is whole, and lies in the folder that was asked for.
    Whole(Release),
    /// Nothing was written.
    Refused(Vec<Diagnostic>),
}

/// Holds what lies in `dist` against the plan; makes `output` of it.
///
/// Each platform's archives are taken from the folder in `dist` that is called after it, and must be those that its
/// job told apart from them, if `digests` are known.
pub fn collect(
    dist: &Path,
    plan: &Plan,
    digests: Option<&Digests>,
    tag: Option<&str>,
    key: Option<&SecretKey>,
    output: &Path,
) -> Result<Collected> {
    refuse_foreign(output)?;
    let mut findings = tag.map_or(Ok(Vec::new()), |tag| of_another_version(plan, tag))?;
    let mut archives = Vec::new();
    for platform in &plan.platforms {
        let folder = dist.join(&platform.id);
        for planned in &platform.archives {
            let found = look(planned, platform, &folder).and_then(|(path, archive)| {
                digests.map_or(Ok(()), |digests| digests.check(&platform.id, &planned.file, archive.sha256))?;
                Ok((path, archive))
            });
            match found {
                Ok(archive) => archives.push(archive),
                Err(error) => findings.push(error.into()),
            }
        }
    }
    if !findings.is_empty() {
        return Ok(Collected::Refused(findings));
    }

    make(&archives, plan, tag, key, output).map(Collected::Whole)
}

/// Makes the release where nobody looks, and puts it in its place.
fn make(
    archives: &[(PathBuf, Examined)],
    plan: &Plan,
    tag: Option<&str>,
    key: Option<&SecretKey>,
    output: &Path,
) -> Result<Release> {
    let cannot_write =
        |error: io::Error| Error::new(Code::PACKAGE_WRITE, "the release cannot be written").because(error).at(output);
    // `.` has no parent in its name.
    let place = if output.exists() { output.canonicalize().map_err(cannot_write)? } else { output.to_owned() };
    let beside = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(beside).map_err(cannot_write)?;
    let staging = tempfile::Builder::new().prefix(".hotshoe-release-").tempdir_in(beside).map_err(cannot_write)?;
    // A folder in that one, because that one is nobody else's to read.
    let whole = staging.path().join("release");
    let assets = whole.join(ASSETS);
    fs::create_dir_all(&assets).map_err(cannot_write)?;
    for (path, archive) in archives {
        let file = &archive.planned.file;
        fs::copy(path, assets.join(file)).map_err(cannot_write)?;
        // What was examined is what is signed.
        if Digest::of_file(&assets.join(file)).map_err(cannot_write)? != archive.sha256 {
            return Err(Error::new(RELEASE_REFUSED, format!("`{file}` was changed while it was looked at"))
                .hint("see what else writes there, then do it again")
                .at(path));
        }
        write_json(&assets.join(format!("{file}.cdx.json")), &sbom(archive)).map_err(cannot_write)?;
        if let Some(key) = key {
            package::sign(&assets.join(file), key)?;
            package::verify(&assets.join(file), &TrustStore::of_keys([key.public().clone()])?)?;
        }
    }
    let archives: Vec<&Examined> = archives.iter().map(|(_, archive)| archive).collect();
    let key = key.map(|key| key.public().id().to_string());
    for plugin in &plan.plugins {
        let its: Vec<&Examined> = of_plugin(&archives, &plugin.name).collect();
        let file = assets.join(format!("{}-{}.entry.json", plugin.name, plugin.version));
        write_json(&file, &entry(&plugin.name, &plugin.version, &its, key.as_deref())).map_err(cannot_write)?;
    }
    let release = Release {
        tag: tag.map(str::to_owned),
        prerelease: plan.plugins.iter().any(|plugin| !plugin.version.pre.is_empty()),
        notes: notes(plan, &archives, key.as_deref()),
        files: sums(&assets).map_err(cannot_write)?,
    };
    fs::write(whole.join(NOTES), &release.notes).map_err(cannot_write)?;
    write_json(&whole.join(RELEASE_FILE), &json!(release)).map_err(cannot_write)?;
    replace(&place, &whole, staging).map_err(cannot_write)?;
    Ok(release)
}

/// Exchanges what is in a place, if anything, for a folder in `staging`, in which the old one then goes.
fn replace(place: &Path, whole: &Path, staging: TempDir) -> io::Result<()> {
    let old = staging.path().join("old");
    let is_there = place.exists();
    if is_there {
        fs::rename(place, &old)?;
    }
    if let Err(error) = fs::rename(whole, place) {
        if is_there && fs::rename(&old, place).is_err() {
            // It is the only copy.
            let _ = staging.keep();
        }
        return Err(error);
    }
    staging.close()
}

fn of_plugin<'a>(archives: &[&'a Examined], name: &str) -> impl Iterator<Item = &'a Examined> {
    archives.iter().copied().filter(move |archive| archive.planned.plugin == name)
}

/// The plugins whose version is not the tag's.
fn of_another_version(plan: &Plan, tag: &str) -> Result<Vec<Diagnostic>> {
    let version: Version = tag::version(tag)?;
    let others = plan.plugins.iter().filter(|plugin| plugin.version != version);
    let finding = |message| Diagnostic::from(Error::new(RELEASE_REFUSED, message));
    Ok(others
        .map(|plugin| {
            finding(format!("the tag is `{tag}`, and the plugin's version is `{}`", plugin.version))
                .hint("give the commit the tag of the plugin's version, or mend the version")
                .plugin(&plugin.name)
        })
        .collect())
}

/// One planned archive in the folder of its platform, with its checksum.
fn look(planned: &PlannedArchive, platform: &PlannedPlatform, folder: &Path) -> Result<(PathBuf, Examined)> {
    let refused =
        |message: String, hint: String| Error::new(RELEASE_REFUSED, message).hint(hint).plugin(&planned.plugin);
    let file = |name: &str| {
        let path = folder.join(name);
        is_own(folder, &path).then_some(path).ok_or_else(|| {
            let id = &platform.id;
            let hint = match folder.with_file_name(name).is_file() {
                true => format!("it is beside this folder, and belongs into it: build with `--output <dist>/{id}`"),
                false => format!("look at the job that builds `{id}`; it makes and uploads this file"),
            };
            refused(format!("`{name}` is missing"), hint).at(folder)
        })
    };
    let path = file(&planned.file)?;
    let sum = format!("{}.sha256", planned.file);
    let sum = file(&sum)?;
    let said = fs::read_to_string(&sum).map_err(|error| {
        Error::new(RELEASE_INVALID, "the checksum cannot be read").because(error).hint("build it again").at(&sum)
    })?;
    let examined = examine(&path, planned, platform)?;
    if said != format!("{}  {}\n", examined.sha256, planned.file) {
        let message = format!("`{}` is not what was built: its checksum differs", planned.file);
        return Err(refused(message, "build it again; something changed it on its way".to_owned()));
    }
    Ok((path, examined))
}

/// Whether a file is one of a job's own: a link could lead to what another job built.
fn is_own(folder: &Path, path: &Path) -> bool {
    let is = |path: &Path, right: fn(&FileType) -> bool| {
        path.symlink_metadata().is_ok_and(|metadata| right(&metadata.file_type()))
    };
    is(folder, FileType::is_dir) && is(path, FileType::is_file)
}

/// Writes SHA256SUMS of all files; says what there is, that file included.
fn sums(assets: &Path) -> io::Result<Vec<ReleaseFile>> {
    let read = |name: String| -> io::Result<ReleaseFile> {
        let path = assets.join(&name);
        Ok(ReleaseFile { size: path.metadata()?.len(), sha256: Digest::of_file(&path)?.to_string(), name })
    };
    let names = fs::read_dir(assets)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<io::Result<Vec<String>>>()?;
    names.sort();
    let mut files = names.into_iter().map(read).collect::<io::Result<Vec<_>>>()?;
    let mut text = String::new();
    for file in &files {
        text.push_str(&format!("{}  {}\n", file.sha256, file.name));
    }
    fs::write(assets.join("SHA256SUMS"), text)?;
    files.push(read("SHA256SUMS".to_owned())?);
    Ok(files)
}

fn notes(plan: &Plan, archives: &[&Examined], key: Option<&str>) -> String {
    let mut text = String::new();
    for plugin in &plan.plugins {
        text.push_str(&format!("## {} {}\n\n", plugin.name, plugin.version));
        text.push_str("| platform | archive | SHA-256 |\n|---|---|---|\n");
        for archive in of_plugin(archives, &plugin.name) {
            let (platform, file, sha256) = (&archive.platform, &archive.planned.file, archive.sha256);
            text.push_str(&format!("| {platform} | `{file}` | `{sha256}` |\n"));
        }
        text.push('\n');
    }
    if let Some(key) = key {
        text.push_str(&format!("Signed with the key {key}: `hotshoe verify <archive> --key <the author's .pub>`\n\n"));
        text.push_str("Trust the key once: `hotshoe trust add <the author's .pub> --host <host>`. Then install an archive, with its `.minisig` beside it: `hotshoe install <archive> --host <host> --require-signature`.");
    } else {
        text.push_str("Install one with `hotshoe install <archive> --host <host>`. Nobody signed it.");
    }
    text.push_str(" `SHA256SUMS` has the checksum of each file.\n");
    text
}

/// A folder that is no release is not replaced by one.
///
/// Fails with [`Code::PACKAGE_WRITE`].
pub fn refuse_foreign(output: &Path) -> Result<()> {
    let is_empty = || fs::read_dir(output).is_ok_and(|mut entries| entries.next().is_none());
    match !output.exists() || is_empty() || is_release(output) {
        true => Ok(()),
        false => Err(Error::new(Code::PACKAGE_WRITE, "there is something else than a release")
            .hint("choose another folder with `--output`, or remove this one")
            .at(output)),
    }
}

/// Whether a folder holds a release, and nothing that somebody could miss.
fn is_release(folder: &Path) -> bool {
    let text = fs::read_to_string(folder.join(RELEASE_FILE)).unwrap_or_default();
    let all = |folder: &Path, is_its: fn(&fs::DirEntry, FileType) -> bool| {
        let is_its = |entry: io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| entry.file_type().is_ok_and(|kind| is_its(&entry, kind)))
        };
        fs::read_dir(folder).is_ok_and(|mut entries| entries.all(is_its))
    };
    serde_json::from_str::<Release>(&text).is_ok()
        && all(folder, |entry, kind| match entry.file_name().to_str() {
            Some(RELEASE_FILE | NOTES) => kind.is_file(),
            Some(ASSETS) => kind.is_dir(),
            _ => false,
        })
        && all(&folder.join(ASSETS), |_, kind| kind.is_file())
}

fn write_json(path: &Path, value: &Value) -> io::Result<()> {
    fs::write(path, format!("{value:#}\n"))
}
