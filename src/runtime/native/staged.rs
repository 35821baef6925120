//! Private copies of libraries.
//!
//! A copy stands in a folder with the shape of the plugin's, so that what the library finds relative to
//! itself is found still. All copies of a process are in one folder of its own, which goes when the process
//! ends; what one left that was killed is swept by the next that makes a copy.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use super::os;
use crate::error::{Code, Error, Result};
use crate::input;
use crate::inspect::Inspection;
use crate::receipt::{self, Receipt};

/// How the folders of processes start.
const PREFIX: &str = "hotshoe-copies-";

/// The file in such a folder that its process keeps locked.
const LOCK: &str = "lock";

/// A folder with a copy of a library and links to its neighbours; it goes with the value.
#[derive(Debug)]
pub(super) struct Staged {
    library: PathBuf,
    folder: TempDir,
}

impl Staged {
    /// Copies a library that belongs to a plugin: a folder, or the library itself.
    pub(super) fn new(library: &Path, plugin: &Path) -> Result<Staged> {
        Self::stage(library, plugin).map_err(|error| failed(error, library))
    }

    fn stage(library: &Path, plugin: &Path) -> io::Result<Staged> {
        let top = if plugin == library { library.parent().unwrap_or(library) } else { plugin };
        let (folder, target) = top_folder(top)?;
        match library.strip_prefix(plugin).ok().and_then(Path::parent) {
            Some(inside) => shape(plugin, inside, &target, library)?,
            None => link_all(beside(library), &target)?,
        }
        for reached in reached_by(library, top) {
            let inside = reached.strip_prefix(top.parent().unwrap_or(top)).unwrap_or(&reached);
            let place = folder.path().join(inside);
            if place.symlink_metadata().is_err() {
                link(&reached, &place)?;
            }
        }
        let library = Self::copied(library, top, &target)?;
        Ok(Staged { library, folder })
    }

    fn copied(file: &Path, top: &Path, target: &Path) -> io::Result<PathBuf> {
        let place = target.join(file.strip_prefix(top).map_err(io::Error::other)?);
        copy(&mut input::open(file)?.0, &place)?;
        Ok(place)
    }

    /// Copies what an install brought, and nothing else: each library, after which the copy is compared with
    /// what was installed, and links to other files.
    pub(super) fn installed(library: &Path, plugin: &Path, receipt: &Receipt) -> Result<Staged> {
        let (folder, target) = top_folder(plugin).map_err(|error| failed(error, library))?;
        for file in &receipt.files {
            let (source, place) = (plugin.join(&file.path), target.join(&file.path));
            let within = place.parent().unwrap_or(&target);
            make_folders(within).map_err(|error| failed(error, &source))?;
            if receipt::is_library(&source) || source == library {
                let (mut opened, _) = input::open(&source).map_err(|error| receipt::cannot_read(error).at(&source))?;
                copy(&mut opened, &place).map_err(|error| failed(error, &source))?;
                receipt::check_library(&place, file.sha256).map_err(|error| error.at(&source))?;
            } else if source.exists() {
                link(&source, &place).map_err(|error| failed(error, &source))?;
            }
        }
        let inside = library.strip_prefix(plugin).unwrap_or(library);
        Ok(Staged { library: target.join(inside), folder })
    }

    /// Leaves the copy until the process ends.
    pub(super) fn keep(self) {
        let _ = self.folder.keep();
    }

    /// Where everything of the copy is.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn library(&self) -> &Path {
        &self.library
    }
}

fn failed(error: io::Error, library: &Path) -> Error {
    Error::new(Code::LOAD_FAILED, "no private copy of the library could be made")
        .because(error)
        .hint("see that the folder for temporary files can be written")
        .at(library)
}

/// A new folder, and in it one that is called like the plugin's, for a plugin may look at that.
fn top_folder(top: &Path) -> io::Result<(TempDir, PathBuf)> {
    let folder = private_folder()?;
    let target = folder.path().join(os::without_tokens(top.file_name().unwrap_or("plugin".as_ref())));
    make_folders(&target)?;
    Ok((folder, target))
}

/// Makes a folder that nobody else can look into.
fn make_folders(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// What a library's own search path leads to in the folder of its plugin, or in the one above.
fn reached_by(library: &Path, top: &Path) -> Vec<PathBuf> {
    let Ok(facts) = Inspection::of(library) else { return Vec::new() };
    let start = library.parent().unwrap_or(top);
    let own = facts.search_paths.iter().flat_map(|paths| paths.split(':'));
    let relative = own.filter_map(|path| {
        let starts = ["$ORIGIN/", "${ORIGIN}/", "@loader_path/"];
        starts.iter().find_map(|origin| path.strip_prefix(origin))
    });
    let above = top.parent().unwrap_or(top);
    let first_in = |path: &Path, folder: &Path| Some(folder.join(path.strip_prefix(folder).ok()?.iter().next()?));
    let reached = relative.filter_map(|path| {
        let path = without_dots(&start.join(path));
        first_in(&path, top).or_else(|| first_in(&path, above))
    });
    reached.filter(|path| path.exists()).collect()
}

/// A path without `.` and `..`, as if no folder in it were a link.
pub(super) fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// Makes the folders from a plugin's own to its library's, each with links to what else is in it.
fn shape(plugin: &Path, inside: &Path, target: &Path, library: &Path) -> io::Result<()> {
    let (mut source, mut target) = (plugin.to_owned(), target.to_owned());
    for next in inside.iter() {
        link_all(others(&source, next)?, &target)?;
        (source, target) = (source.join(next), target.join(next));
        make_folders(&target)?;
    }
    link_all(others(&source, library.file_name().unwrap_or_default())?, &target)
}

/// What is in a folder, but one.
fn others(folder: &Path, but: &std::ffi::OsStr) -> io::Result<Vec<PathBuf>> {
    let entries: io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
    Ok(entries?.into_iter().filter(|entry| entry.file_name() != but).map(|entry| entry.path()).collect())
}

/// What leads from a library without a folder of its own to the libraries that it brings and that lie beside it, or below.
fn beside(library: &Path) -> Vec<PathBuf> {
    let (Some(folder), Ok(facts)) = (library.parent(), Inspection::of(library)) else { return Vec::new() };
    let first = |path: PathBuf| Some(folder.join(without_dots(&path).strip_prefix(folder).ok()?.iter().next()?));
    let mut all: Vec<PathBuf> =
        facts.transitive_dependencies().filter_map(first).filter(|path| path != library).collect();
    all.sort();
    all.dedup();
    all
}

fn link_all(sources: Vec<PathBuf>, folder: &Path) -> io::Result<()> {
    sources.iter().try_for_each(|source| link(source, &folder.join(source.file_name().unwrap_or_default())))
}

/// Copies a file so that nobody else can change or read the copy, whatever the file allows.
fn copy(source: &mut File, target: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut target = options.open(target)?;
    io::copy(source, &mut target).map(drop)
}

#[cfg(unix)]
fn link(source: &Path, target: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(source, target)
}

/// Links need a privilege on Windows, so files are copied; folders are left where they are.
#[cfg(windows)]
fn link(source: &Path, target: &Path) -> io::Result<()> {
    if source.is_file() { fs::copy(source, target).map(drop) } else { Ok(()) }
}

/// The folder of this process in a folder for temporary files. The lock is held as long as the process lives.
#[derive(Debug)]
struct OfProcess {
    process: u32,
    parent: PathBuf,
    folder: PathBuf,
    _lock: File,
}

static OF_PROCESS: Mutex<Vec<OfProcess>> = Mutex::new(Vec::new());

/// A new folder for one copy.
fn private_folder() -> io::Result<TempDir> {
    let parent = os::temporary();
    let mut all = OF_PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    let known = all.iter().find(|of| of.process == process && of.parent == parent && of.folder.is_dir());
    let folder = match known {
        Some(known) => known.folder.clone(),
        None => {
            sweep(&parent);
            if all.is_empty() {
                os::at_exit(remove_copies);
            }
            all.push(OfProcess::new(parent, process)?);
            all.last().expect("pushed just now").folder.clone()
        }
    };
    drop(all);
    temporary("", &folder)
}

/// A new folder that nobody else can look into.
fn temporary(prefix: &str, parent: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(parent)
}

impl OfProcess {
    /// Makes the folder under another name first, so that nobody sweeps it before it is locked.
    fn new(parent: PathBuf, process: u32) -> io::Result<OfProcess> {
        let made = temporary(".hotshoe-", &parent)?;
        let lock = File::create_new(made.path().join(LOCK))?;
        let _ = lock.try_lock(); // A file system without locks: then nothing is swept there either.
        let unique = made.path().file_name().unwrap_or_default().to_string_lossy();
        let folder = parent.join(format!("{PREFIX}{process}-{}", unique.trim_start_matches(".hotshoe-")));
        fs::rename(made.path(), &folder)?;
        let _ = made.keep();
        Ok(OfProcess { process, parent, folder, _lock: lock })
    }
}

/// Removes what processes left that are gone. It is no loss if that fails.
fn sweep(parent: &Path) {
    let folders = fs::read_dir(parent).into_iter().flatten().flatten();
    let ours = folders.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    for folder in ours.map(|entry| entry.path()).filter(|folder| os::is_own_folder(folder)) {
        // Whoever holds the lock lives, also if its number means another process here.
        let lock = File::open(folder.join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Removes the copies of this process at its end. A child that was forked leaves those of its parent.
extern "C" fn remove_copies() {
    let Ok(all) = OF_PROCESS.try_lock() else { return };
    for of in all.iter().filter(|of| of.process == std::process::id()) {
        let _ = fs::remove_dir_all(&of.folder);
    }
}
