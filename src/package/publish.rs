//! Files that appear complete and at once, and stay: archives, checksums, signatures, keys, trust stores.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::sync::sync_folder;

/// Who may read a file.
#[derive(Clone, Copy)]
pub(super) enum Readers {
    Owner,
    Everybody,
}

/// Writes a file that is not there yet; `AlreadyExists` if it is.
pub(super) fn create(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    write(path, text, readers)?.persist_noclobber(path)?;
    sync_folder(folder(path))
}

/// Writes a file that everybody may read, in place of what is there.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    into_place(write(path, text, Readers::Everybody)?, path)
}

fn write(path: &Path, text: &str, readers: Readers) -> io::Result<NamedTempFile> {
    let mut file = beside(path)?;
    file.write_all(text.as_bytes())?;
    finish(file.as_file(), readers)?;
    Ok(file)
}

/// A new file in the folder of another, which is made if it is not there.
pub(super) fn beside(path: &Path) -> io::Result<NamedTempFile> {
    fs::create_dir_all(folder(path))?;
    tempfile::Builder::new().prefix(".hotshoe-").tempfile_in(folder(path))
}

/// Makes what was written last, before its name is known.
pub(super) fn finish(file: &File, readers: Readers) -> io::Result<()> {
    set_readers(file, readers)?;
    file.sync_all()
}

/// Moves a finished file to its place, in place of what is there.
pub(super) fn into_place(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path)?;
    sync_folder(folder(path))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn set_readers(file: &File, readers: Readers) -> io::Result<()> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Everybody => 0o644,
    };
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))
}

/// A file has the readers of its folder.
#[cfg(windows)]
fn set_readers(_: &File, _: Readers) -> io::Result<()> {
    Ok(())
}
