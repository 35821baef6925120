//! From an archive to a plugin's folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Serialize;
use tar::{Entry, EntryType, PaxExtensions};
use tempfile::TempDir;

use super::LARGEST_CONTENT;
use super::entries::Policy;
use super::library;
use super::make::sync_folder;
use crate::error::{Code, Error, Result};
use crate::input;
use crate::manifest::{self, Manifest, check_name};
use crate::version::Version;

/// A plugin that was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Installed {
    /// The plugin's name.
    pub name: String,
    /// The plugin's version, if it says one.
    pub version: Option<Version>,
    /// Its folder: `<root>/<name>/<version>`, or `<root>/<name>` without a version.
    pub path: PathBuf,
}

/// Installs an archive into `<root>/<name>/<version>`, beside other versions of the plugin.
///
/// Everything is unpacked and checked in a hidden folder of the root first, and appears at once; an
/// archive that is refused leaves nothing behind. It must hold one plugin: a folder, or the content
/// of one. Only files and folders are unpacked, with the modes 644 and 755.
pub fn install(archive: &Path, root: &Path) -> Result<Installed> {
    let cannot_write =
        |error: io::Error| Error::new(Code::PackageWrite, "the plugin cannot be installed").because(error).at(root);
    let file = open(archive)?;
    fs::create_dir_all(root).map_err(cannot_write)?;
    let staging = tempfile::Builder::new().prefix(".hotshoe-").tempdir_in(root).map_err(cannot_write)?;
    unpack(file, staging.path()).map_err(|error| error.at(archive))?;
    let plugin = the_plugin(&staging).map_err(|error| error.at(archive))?;

    let mut path = root.join(&plugin.name);
    refuse_hidden(&path)?;
    if let Some(version) = &plugin.version {
        fs::create_dir_all(&path).map_err(cannot_write)?;
        path.push(version.to_string());
    }
    publish(&plugin.folder, &path)?;
    Ok(Installed { name: plugin.name, version: plugin.version, path })
}

fn open(archive: &Path) -> Result<File> {
    let unreadable = |error: io::Error| {
        Error::new(Code::ArchiveUnreadable, "the archive cannot be read")
            .because(error)
            .hint("check that the file exists and that you may read it")
            .at(archive)
    };
    let (mut file, _) = input::open(archive).map_err(unreadable)?;
    let mut start = [0; 1];
    let length = file.read(&mut start).map_err(unreadable)?;
    // What a browser or `curl` saves when there is no archive at an address is a page that says so.
    if length == 1 && start == *b"<" {
        return Err(Error::new(Code::ArchiveUnreadable, "the archive is an HTML page")
            .hint("a failed download leaves such a page behind: fetch the archive again")
            .at(archive));
    }
    file.rewind().map_err(unreadable)?;
    Ok(file)
}

fn unpack(file: File, target: &Path) -> Result<()> {
    let unreadable = |error: io::Error| {
        Error::new(Code::ArchiveUnreadable, "the archive is damaged, or no gzipped tar")
            .because(error)
            .hint("fetch it again")
    };
    // Reading stops at the cap too: what tar takes for padding never ends otherwise.
    let mut archive = tar::Archive::new(GzDecoder::new(file).take(LARGEST_CONTENT + (1 << 30)));
    let mut policy = Policy::default();
    let mut long_name = None;
    // Raw, for tar would read names of any length into memory before anybody could object.
    for entry in archive.entries().map_err(unreadable)?.raw(true) {
        let mut entry = entry.map_err(unreadable)?;
        let kind = entry.header().entry_type();
        if let Some(name) = extension(&mut entry, kind)? {
            long_name = name.or(long_name);
            continue;
        }
        let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
        let path = policy.admit(&name, entry.size())?;
        match kind {
            EntryType::Directory => fs::create_dir_all(target.join(path)),
            EntryType::Regular => write_file(&mut entry, &target.join(path)),
            other => {
                return Err(refuse(&format!("the entry `{}` is neither file nor folder: {other:?}", path.display())));
            }
        }
        .map_err(unreadable)?;
    }
    Ok(())
}

fn refuse(problem: &str) -> Error {
    Error::new(Code::ArchiveRefused, problem)
        .hint("do not install it; ask its author for an archive made by `hotshoe package`")
}

/// Reads what an entry says of the next one, if it is of that kind: perhaps its name.
///
/// GNU's `L` holds a name, POSIX's `x` records of which one may be `path`; see tar(5) and pax(1). What
/// they say of sizes is refused, for programs disagree on what it means.
fn extension<R: Read>(entry: &mut Entry<'_, R>, kind: EntryType) -> Result<Option<Option<Vec<u8>>>> {
    const LARGEST: u64 = 64 << 10;
    if !(kind.is_gnu_longname() || kind.is_pax_local_extensions() || kind.is_pax_global_extensions()) {
        return Ok(None);
    }
    if entry.size() > LARGEST {
        return Err(refuse("an entry has a name or attributes of more than 64 KiB"));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|error| refuse("an entry's name cannot be read").because(error))?;
    if kind.is_gnu_longname() {
        bytes.truncate(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
        return Ok(Some(Some(bytes)));
    }
    let mut name = None;
    for record in PaxExtensions::new(&bytes) {
        let record = record.map_err(|error| refuse("an entry has malformed attributes").because(error))?;
        match record.key_bytes() {
            b"path" if kind.is_pax_local_extensions() => name = Some(record.value_bytes().to_owned()),
            b"path" | b"linkpath" | b"size" => return Err(refuse("an entry's attributes contradict its header")),
            key if key.starts_with(b"GNU.sparse") => return Err(refuse("an entry is a sparse file")),
            _ => {}
        }
    }
    Ok(Some(name))
}

/// The folder it goes to is ours and new, so nothing can lie in the way but the archive's own files.
fn write_file<R: Read>(entry: &mut Entry<'_, R>, path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let is_executable = entry.header().mode()? & 0o100 != 0;
    let mut file = create_new(path, is_executable)?;
    let written = io::copy(entry, &mut file)?;
    if written != entry.size() {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file is shorter than its header says"));
    }
    file.flush()?;
    file.sync_all()
}

#[cfg(unix)]
fn create_new(path: &Path, is_executable: bool) -> io::Result<File> {
    let mode = if is_executable { 0o755 } else { 0o644 };
    let mut options = OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    options.write(true).create_new(true).open(path)
}

#[cfg(windows)]
fn create_new(path: &Path, _: bool) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

struct Unpacked {
    name: String,
    version: Option<Version>,
    folder: PathBuf,
}

/// The one plugin in the staging folder: its only folder, or the staging folder itself.
fn the_plugin(staging: &TempDir) -> Result<Unpacked> {
    let refused = |message: &str| {
        Error::new(Code::ArchiveRefused, message)
            .hint("an archive holds one folder, with a plugin.json and a library in it")
    };
    let unreadable = |error: io::Error| refused("what it holds cannot be read").because(error);
    let tops: Vec<PathBuf> =
        fs::read_dir(staging.path()).and_then(|tops| tops.map(|top| Ok(top?.path())).collect()).map_err(unreadable)?;
    let bare = staging.path().join(manifest::FILE_NAME).is_file();
    let folder = match tops.as_slice() {
        [] => return Err(refused("it is empty")),
        [top] if top.is_dir() => top.clone(),
        _ if bare => staging.path().to_owned(),
        _ => return Err(refused("it holds several things at its top, and no plugin.json")),
    };
    let manifest = Manifest::in_folder(&folder, None)?.map(|(manifest, _)| manifest).unwrap_or_default();
    let name = match (manifest.name.clone(), folder.components().next_back()) {
        (Some(name), _) => name,
        (None, Some(Component::Normal(name))) if !bare => name.to_string_lossy().into_owned(),
        _ => return Err(refused("nothing in it says the plugin's name")),
    };
    check_name(&name).map_err(|error| refused("its name is not safe").because(error))?;
    library(&folder, &manifest, &name).map_err(|error| refused("there is no library in it").because(error))?;
    Ok(Unpacked { name, version: manifest.version, folder })
}

/// A plugin that lies in `<root>/<name>` itself hides versions beneath it.
fn refuse_hidden(path: &Path) -> Result<()> {
    if !path.join(manifest::FILE_NAME).exists() && library(path, &Manifest::default(), &file_name(path)).is_err() {
        return Ok(());
    }
    Err(Error::new(Code::AlreadyInstalled, "a plugin of this name lies here without a folder for its version")
        .hint("move it into a folder called after its version, or remove it")
        .at(path))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Moves a finished folder to its place at once, and makes that last.
fn publish(folder: &Path, path: &Path) -> Result<()> {
    let cannot_write =
        |error: io::Error| Error::new(Code::PackageWrite, "the plugin cannot be installed").because(error).at(path);
    if path.exists() {
        return Err(Error::new(Code::AlreadyInstalled, "this version is installed already")
            .hint("remove the folder first, if it is to be replaced")
            .at(path));
    }
    set_mode(folder).map_err(cannot_write)?;
    fs::rename(folder, path).map_err(cannot_write)?;
    path.parent().map_or(Ok(()), sync_folder).map_err(cannot_write)
}

/// A temporary folder is private; an installed plugin is for everybody.
#[cfg(unix)]
fn set_mode(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))
}

#[cfg(windows)]
fn set_mode(_: &Path) -> io::Result<()> {
    Ok(())
}
