//! From a plugin's folder to an archive.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::entries::{Kind, Policy};
use super::library;
use super::write::{Format, write};
use crate::catalog::check_host_version;
use crate::error::{Code, Error, Result};
use crate::inspect::Inspection;
use crate::manifest::Manifest;
use crate::profile::HostProfile;
use crate::version::Version;

/// An archive that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Package {
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: Version,
    /// The archive: `<name>-<version>.` and its format.
    pub archive: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// What it holds, in its order.
    pub entries: Vec<String>,
}

/// Makes `<output>/<name>-<version>.tar.gz` of a plugin's folder.
///
/// The plugin must say its name and version, its library must be a shared library, and if a host is
/// given and its version known, that version must be one that the plugin asks for. Files and folders go in by
/// name, with the modes 644 and 755, no owner, and the time of `SOURCE_DATE_EPOCH`, else 1970: the
/// same folder gives the same bytes. An archive of that name is replaced, at once and only when the
/// new one is complete.
pub fn make(folder: &Path, output: &Path, host: Option<&HostProfile>) -> Result<Package> {
    make_as(Format::TarGz, folder, output, host)
}

/// As [`make`], in another format: `<output>/<name>-<version>.<format>`.
pub fn make_as(format: Format, folder: &Path, output: &Path, host: Option<&HostProfile>) -> Result<Package> {
    if !folder.is_dir() {
        return Err(Error::new(Code::PackageSource, "there is no such folder")
            .hint("give the plugin's folder: the one with its plugin.json and its library")
            .at(folder));
    }
    let manifest =
        Manifest::in_folder(folder, host.map(|host| host.version_key.as_str()))?.map(|(manifest, _)| manifest);
    let manifest = manifest.unwrap_or_default();
    if let Some(host) = host {
        check_host_version(&manifest, host).map_err(|error| error.at(folder))?;
    }
    let missing = |what: &str| {
        Error::new(Code::PackageSource, format!("the plugin does not say its {what}"))
            .hint(format!("add `{what}` to plugin.json in the folder"))
            .at(folder)
    };
    let name = manifest.name.clone().ok_or_else(|| missing("name"))?;
    let version = manifest.version.clone().ok_or_else(|| missing("version"))?;
    let library = library(folder, &manifest, &name)?;
    if manifest.runtime() == "native" {
        Inspection::of(&library)?;
    }

    let entries = content(folder, &name)?;
    let archive = output.join(format!("{name}-{version}.{}", format.as_str()));
    let size = write(&archive, format, &entries)
        .map_err(|error| Error::new(Code::PackageWrite, "the archive cannot be written").because(error).at(&archive))?;
    let entries = entries.into_iter().map(|entry| entry.name).collect();
    Ok(Package { name, version, archive, size, entries })
}

/// A file or folder to archive.
pub(super) struct Entry {
    /// Its path in the archive, with `/`; a folder's ends with one.
    pub name: String,
    pub source: PathBuf,
    pub is_folder: bool,
}

/// The folder and everything in it, sorted by path.
fn content(folder: &Path, name: &str) -> Result<Vec<Entry>> {
    let mut entries = vec![Entry { name: format!("{name}/"), source: folder.to_owned(), is_folder: true }];
    let mut policy = Policy::new();
    let mut unread = vec![(folder.to_owned(), format!("{name}/"))];
    while let Some((folder, prefix)) = unread.pop() {
        let unreadable =
            |error: io::Error| Error::new(Code::PackageSource, "the folder cannot be read").because(error).at(&folder);
        for found in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry(&found.map_err(unreadable)?, &prefix, &mut policy)?;
            if entry.is_folder {
                unread.push((entry.source.clone(), entry.name.clone()));
            }
            entries.push(entry);
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn entry(found: &fs::DirEntry, prefix: &str, policy: &mut Policy) -> Result<Entry> {
    let source = found.path();
    let metadata = found
        .metadata()
        .map_err(|error| Error::new(Code::PackageSource, "the file cannot be read").because(error).at(&source))?;
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(Error::new(Code::PackageSource, "only files and folders can be packaged")
            .hint("replace the link or device by a file")
            .at(source));
    }
    let mut name = format!("{prefix}{}", found.file_name().to_string_lossy());
    if metadata.is_dir() {
        name.push('/');
    }
    // What could not be installed is not packaged.
    let (kind, size) = if metadata.is_dir() { (Kind::Folder, 0) } else { (Kind::File, metadata.len()) };
    policy.admit(name.as_bytes(), kind, size).map_err(|error| {
        Error::new(Code::PackageSource, "this cannot stand in an archive")
            .because(error)
            .hint("rename or remove it")
            .at(&source)
    })?;
    Ok(Entry { name, source, is_folder: metadata.is_dir() })
}
