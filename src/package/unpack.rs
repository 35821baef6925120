//! From an archive to files.
//!
//! Owns that nothing but files and folders is made, in the folder that is given, and that they are
//! hashed on their way. The policy for paths is the one of [`super::entries`].

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use super::entries::{Kind, Policy};
use super::progress::{Progress, Watch, tell};
use super::read::{self, Entry, damaged};
use crate::error::{Code, Error, Result};
use crate::receipt::{Hasher, InstalledFile};

/// Unpacks an archive into a folder that is ours and empty; says what files it brought.
///
/// `root` is what an error names that says that nothing can be written there. `written` gets each file
/// when it is complete.
pub(super) fn unpack(
    file: &File,
    target: &Path,
    root: &Path,
    watch: Watch<'_>,
    written: &mut dyn FnMut(File),
) -> Result<Vec<InstalledFile>> {
    let total = file.metadata().map_err(damaged)?.len();
    let mut policy = Policy::of_archive(total);
    let mut files = Vec::new();
    // Shares its position with the one that is read from.
    let mut position = file.try_clone().map_err(damaged)?;
    let reader = file.try_clone().map_err(damaged)?;
    let mut step = || tell(watch, Progress::Unpacking { done: position.stream_position().map_err(damaged)?, total });
    read::each_entry(reader, &mut |entry| {
        let path = policy.admit(entry.path, entry.kind, entry.size)?;
        match entry.kind {
            Kind::Folder => create_folder(&target.join(path)).map_err(|error| cannot_write(error, root)),
            _ => {
                let (file, installed) = write_file(entry, &path, target, root, &mut step)?;
                written(file);
                files.push(installed);
                Ok(())
            }
        }
    })?;
    Ok(files)
}

/// Nothing can lie in the way of a file but the archive's own files, which the policy has compared.
fn write_file(
    entry: &mut Entry<'_>,
    path: &Path,
    target: &Path,
    root: &Path,
    step: &mut dyn FnMut() -> Result<()>,
) -> Result<(File, InstalledFile)> {
    let cannot_write = |error| cannot_write(error, root);
    let place = target.join(path);
    let create = || create_new(&place, entry.is_executable);
    let mut file = create()
        .or_else(|error| match error.kind() {
            // An archive need not name the folders that its files are in.
            io::ErrorKind::NotFound => create_folder(place.parent().unwrap_or(target)).and_then(|()| create()),
            _ => Err(error),
        })
        .map_err(cannot_write)?;
    // One byte more would show that there is more than was said.
    let mut content = entry.content.take(entry.size.saturating_add(1));
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 64 << 10];
    let mut size = 0;
    loop {
        step()?;
        let length = content.read(&mut buffer).map_err(damaged)?;
        if length == 0 {
            break;
        }
        file.write_all(&buffer[..length]).map_err(cannot_write)?;
        hasher.update(&buffer[..length]);
        size += length as u64;
    }
    if size != entry.size {
        return Err(damaged(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "a file has not the size that its header says",
        )));
    }
    let path: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    Ok((file, InstalledFile { path: path.join("/"), size, sha256: hasher.finish() }))
}

#[cfg(unix)]
pub(super) fn create_new(path: &Path, is_executable: bool) -> io::Result<File> {
    let mode = if is_executable { 0o755 } else { 0o644 };
    let mut options = OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    options.write(true).create_new(true).open(path)
}

#[cfg(windows)]
pub(super) fn create_new(path: &Path, _: bool) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Makes a folder and those that lead to it; whatever the umask is, nobody else may write in them.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    let mut folder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o755);
    folder.recursive(true).create(path)
}

/// What to do where a root cannot be written to.
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
    Error::new(Code::PACKAGE_WRITE, "the plugin cannot be installed").because(plain(error)).hint(hint).at(path)
}

/// An error without the path that a library adds: whoever reads it knows the root by another one.
fn plain(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|error| error.source()).and_then(|inner| inner.downcast_ref::<io::Error>());
    match inner.and_then(io::Error::raw_os_error) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error,
    }
}
