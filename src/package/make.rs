//! From a plugin's folder to an archive.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use serde::Serialize;
use tar::{EntryType, Header};

use super::entries::Policy;
use super::library;
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
    /// The archive: `<name>-<version>.tar.gz`.
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
    Inspection::of(&library(folder, &manifest, &name)?)?;

    let entries = content(folder, &name)?;
    let archive = output.join(format!("{name}-{version}.tar.gz"));
    let size = write(&archive, &entries)
        .map_err(|error| Error::new(Code::PackageWrite, "the archive cannot be written").because(error).at(&archive))?;
    let entries = entries.into_iter().map(|entry| entry.name).collect();
    Ok(Package { name, version, archive, size, entries })
}

/// A file or folder to archive.
struct Entry {
    /// Its path in the archive, with `/`; a folder's ends with one.
    name: String,
    source: PathBuf,
    is_folder: bool,
}

/// The folder and everything in it, sorted by path.
fn content(folder: &Path, name: &str) -> Result<Vec<Entry>> {
    let mut entries = vec![Entry { name: format!("{name}/"), source: folder.to_owned(), is_folder: true }];
    let mut policy = Policy::default();
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
    policy.admit(name.as_bytes(), if metadata.is_file() { metadata.len() } else { 0 }).map_err(|error| {
        Error::new(Code::PackageSource, "this cannot stand in an archive")
            .because(error)
            .hint("rename or remove it")
            .at(&source)
    })?;
    Ok(Entry { name, source, is_folder: metadata.is_dir() })
}

/// Writes the archive beside its place and moves it there at once; returns its size.
fn write(archive: &Path, entries: &[Entry]) -> io::Result<u64> {
    let folder = archive.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".hotshoe-").tempfile_in(folder)?;
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(file.as_file_mut(), Compression::best());
    let mut builder = tar::Builder::new(gzip);
    let time = source_date()?;
    for entry in entries {
        append(&mut builder, entry, time)?;
    }
    builder.into_inner()?.finish()?.flush()?;
    set_readable(file.as_file())?;
    file.as_file().sync_all()?;
    let file = file.persist(archive)?;
    sync_folder(folder)?;
    Ok(file.metadata()?.len())
}

fn append<W: Write>(builder: &mut tar::Builder<W>, entry: &Entry, time: u64) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mtime(time);
    if entry.is_folder {
        header.set_entry_type(EntryType::Directory);
        header.set_mode(0o755);
        header.set_size(0);
        return builder.append_data(&mut header, &entry.name, io::empty());
    }
    let file = File::open(&entry.source)?;
    let metadata = file.metadata()?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(if is_executable(&metadata) { 0o755 } else { 0o644 });
    header.set_size(metadata.len());
    builder.append_data(&mut header, &entry.name, file)
}

/// See <https://reproducible-builds.org/specs/source-date-epoch/>.
fn source_date() -> io::Result<u64> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(0) };
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    seconds.ok_or_else(|| io::Error::other("SOURCE_DATE_EPOCH is not a number of seconds"))
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0
}

#[cfg(windows)]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

/// Temporary files are private; an archive is for everybody.
#[cfg(unix)]
fn set_readable(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

#[cfg(windows)]
fn set_readable(_: &File) -> io::Result<()> {
    Ok(())
}

/// Makes a rename in a folder last; Windows offers nothing for it.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
