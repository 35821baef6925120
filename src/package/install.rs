//! From an archive to a plugin's folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use tempfile::TempDir;

use super::entries::{Kind, Policy};
use super::library;
use super::read::{self, Entry, damaged};
use super::write::sync_folder;
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
/// archive that is refused leaves nothing behind. It is a tar, plain or in gzip or zstd, or a zip, and
/// its bytes say which, not its name. It must hold one plugin: a folder, or the content of one. Only files and folders are unpacked, with the modes 644 and 755.
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
    input::open(archive).map(|(file, _)| file).map_err(unreadable)
}

fn unpack(file: File, target: &Path) -> Result<()> {
    let mut policy = Policy::of_archive(file.metadata().map_err(damaged)?.len());
    read::each_entry(file, &mut |entry| {
        let path = target.join(policy.admit(entry.path, entry.kind, entry.size)?);
        match entry.kind {
            Kind::Folder => fs::create_dir_all(&path).map_err(|error| cannot_unpack(error, target)),
            _ => write_file(entry, &path, target),
        }
    })
}

fn cannot_unpack(error: io::Error, target: &Path) -> Error {
    let root = target.parent().unwrap_or(target);
    Error::new(Code::PackageWrite, "the plugin cannot be installed").because(error).at(root)
}

/// The folder it goes to is ours and new, so nothing can lie in the way but the archive's own files.
fn write_file(entry: &mut Entry<'_>, path: &Path, target: &Path) -> Result<()> {
    let cannot_unpack = |error| cannot_unpack(error, target);
    fs::create_dir_all(path.parent().unwrap_or(target)).map_err(cannot_unpack)?;
    let mut file = create_new(path, entry.is_executable).map_err(cannot_unpack)?;
    // One byte more would show that there is more than was said.
    let mut content = entry.content.take(entry.size.saturating_add(1));
    let mut buffer = vec![0; 64 << 10];
    let mut written = 0;
    loop {
        let length = content.read(&mut buffer).map_err(damaged)?;
        if length == 0 {
            break;
        }
        file.write_all(&buffer[..length]).map_err(cannot_unpack)?;
        written += length as u64;
    }
    if written != entry.size {
        return Err(damaged(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "a file has not the size that its header says",
        )));
    }
    file.sync_all().map_err(cannot_unpack)
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
