//! Where the loaders of Linux and FreeBSD look for a library: `ld.so(8)`, and musl's `load_library`.
//!
//! Owns the order of the folders, the tokens in paths and the cache of `ldconfig`. It never says whether a file that is
//! found is fit.

use std::env;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};

use super::{elf_here, remembered};
use crate::input;
use crate::platform::{self, Platform, System};

/// The deepest nesting of `include` lines in the loader's configuration.
const DEEPEST_INCLUDE: usize = 4;

/// The largest file of the loader's configuration, in bytes.
const LARGEST_FILE: u64 = 16 << 20;

/// The names of the parts of musl, all of which are its loader.
const PARTS_OF_MUSL: [&str; 8] = ["c", "pthread", "rt", "m", "dl", "util", "xnet", "c.musl-"];

/// Who asks for a library.
pub(super) struct Seeker<'a> {
    /// Its folder.
    pub(super) folder: &'a Path,
    /// Its search path, as written.
    pub(super) own: &'a [String],
    /// Whether that is a RUNPATH.
    pub(super) runpath: bool,
    /// The RPATHs of the libraries that brought it, the nearest first.
    pub(super) inherited: &'a [PathBuf],
    /// Whether musl's loader is asked.
    pub(super) musl: bool,
}

/// A folder that is searched, or a file that the cache names.
pub(super) enum Place {
    /// A folder, with those inside it that come first.
    Folder(PathBuf, Vec<PathBuf>),
    /// What `ldconfig` found.
    Cached(PathBuf),
}

impl Seeker<'_> {
    /// A name or path without tokens; those in the name of a needed library count, too.
    pub(super) fn expand(&self, text: &str) -> Vec<PathBuf> {
        if self.musl {
            let folder = self.folder.to_string_lossy();
            return vec![PathBuf::from(text.replace("${ORIGIN}", &folder).replace("$ORIGIN", &folder))];
        }
        elf_here::expand(text, self.folder)
    }

    /// Its own search path, with the tokens replaced.
    pub(super) fn own_folders(&self) -> Vec<PathBuf> {
        self.own.iter().flat_map(|path| self.expand(path)).map(or_here).collect()
    }

    /// Everywhere that a name is looked for, in order. What comes later is asked for only if nothing was found before.
    pub(super) fn places<'a>(&self, name: &'a str) -> Box<dyn Iterator<Item = Place> + 'a> {
        let environment = from_environment();
        let own = self.own_folders();
        let mut folders = if self.musl {
            [environment, own, self.inherited.to_vec()].concat()
        } else if self.runpath {
            [environment, own].concat()
        } else {
            [own, self.inherited.to_vec(), environment].concat()
        };
        if self.musl {
            folders.extend(musl_folders());
            return Box::new(first_of_each(folders).into_iter().map(|folder| Place::Folder(folder, Vec::new())));
        }
        let folder = |folder: PathBuf| {
            let inside = elf_here::capabilities().iter().map(|name| folder.join("glibc-hwcaps").join(name)).collect();
            Place::Folder(folder, inside)
        };
        let cached = iter::once_with(move || cached(name)).flatten().map(Place::Cached);
        let system = iter::once_with(system_folders).flatten().map(folder);
        Box::new(first_of_each(folders).into_iter().map(folder).chain(cached).chain(system))
    }

    /// What musl's loader takes for itself, by whatever name.
    pub(super) fn part_of_musl(&self, name: &str) -> Option<PathBuf> {
        let rest = name.strip_prefix("lib").filter(|_| self.musl)?;
        PARTS_OF_MUSL.iter().find(|part| {
            let rest = rest.strip_prefix(**part);
            rest.is_some_and(|rest| part.ends_with('-') || rest.starts_with('.'))
        })?;
        let loader = Path::new("/lib").join(format!("ld-musl-{}.so.1", Platform::current().architecture));
        loader.exists().then_some(loader)
    }
}

/// An empty part of a search path is the folder in which a program is started.
fn or_here(path: PathBuf) -> PathBuf {
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path }
}

/// The folders of `LD_LIBRARY_PATH`.
fn from_environment() -> Vec<PathBuf> {
    let Some(variable) = platform::environment("LD_LIBRARY_PATH") else { return Vec::new() };
    let variable = variable.to_string_lossy();
    let program = env::current_exe().unwrap_or_default();
    let program = program.parent().unwrap_or(Path::new("/"));
    let folders = variable.split([':', ';']).filter(|path| !path.is_empty());
    folders.flat_map(|path| elf_here::expand(path, program)).collect()
}

/// The folders that glibc and FreeBSD search without being told.
pub(super) fn system_folders() -> Vec<PathBuf> {
    if Platform::current().system == System::FreeBsd {
        return ["/lib", "/usr/lib", "/usr/local/lib"].map(PathBuf::from).to_vec();
    }
    let multiarch = platform::multiarch();
    let own = [format!("/lib/{multiarch}"), format!("/usr/lib/{multiarch}")].map(PathBuf::from);
    match own[0].is_dir() || own[1].is_dir() {
        true => [own.to_vec(), ["/lib", "/usr/lib"].map(PathBuf::from).to_vec()].concat(),
        false => ["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(PathBuf::from).to_vec(),
    }
}

/// Those that musl searches, which a file may name instead.
fn musl_folders() -> Vec<PathBuf> {
    let file = format!("/etc/ld-musl-{}.path", Platform::current().architecture);
    match input::read(Path::new(&file), LARGEST_FILE) {
        Ok(text) => {
            let text = String::from_utf8_lossy(&text).into_owned();
            text.split([':', '\n']).filter(|path| !path.is_empty()).map(PathBuf::from).collect()
        }
        Err(_) => ["/lib", "/usr/local/lib", "/usr/lib"].map(PathBuf::from).to_vec(),
    }
}

/// The files that the cache of `ldconfig` has for a name. Without a cache, the loader knows its own folders only.
fn cached(name: &str) -> Vec<PathBuf> {
    remembered::cached(name, || read_cache(name))
}

fn read_cache(name: &str) -> Vec<PathBuf> {
    const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
    let cache = input::read(Path::new("/etc/ld.so.cache"), LARGEST_FILE).unwrap_or_default();
    // An older table may stand before this one.
    let Some(start) = cache.windows(MAGIC.len()).position(|window| window == MAGIC) else { return Vec::new() };
    let cache = &cache[start..];
    let word = |at: usize| Some(u32::from_ne_bytes(cache.get(at..at + 4)?.try_into().ok()?) as usize);
    let count = word(MAGIC.len()).unwrap_or(0).min(cache.len() / 24);
    let text = |offset: usize| super::names::string(cache, offset as u64);
    let entries = (0..count).filter_map(|index| Some((word(48 + 24 * index + 4)?, word(48 + 24 * index + 8)?)));
    let of_this_name = entries.filter(|(key, _)| {
        let rest = cache.get(*key..).and_then(|rest| rest.strip_prefix(name.as_bytes()));
        rest.is_some_and(|rest| rest.first() == Some(&0))
    });
    let paths = of_this_name.filter_map(|(_, value)| text(value)).map(PathBuf::from);
    paths.filter(|path| elf_here::is_capable(path)).collect()
}

/// The folders of an `ld.so.conf`: one in a line, or `include` and a pattern with `*` in the file name.
pub(super) fn configured() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if Platform::current().system == System::Linux {
        read_configuration(Path::new("/etc/ld.so.conf"), DEEPEST_INCLUDE, &mut folders);
    }
    first_of_each(folders)
}

fn read_configuration(file: &Path, depth: usize, folders: &mut Vec<PathBuf>) {
    let text = input::read(file, 1 << 20).unwrap_or_default();
    for line in String::from_utf8_lossy(&text).lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        match line.strip_prefix("include").map(str::trim) {
            Some(pattern) if depth > 0 => {
                let base = file.parent().unwrap_or(Path::new("/"));
                matching(&base.join(pattern)).iter().for_each(|file| read_configuration(file, depth - 1, folders));
            }
            None if line.starts_with('/') => folders.push(PathBuf::from(line)),
            _ => {}
        }
    }
}

/// The files that a pattern with one `*` in its file name stands for, in order.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let name = pattern.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some((start, end)) = name.split_once('*') else { return vec![pattern.to_owned()] };
    let entries = pattern.parent().and_then(|folder| fs::read_dir(folder).ok());
    let names = entries.into_iter().flatten().flatten().filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
    });
    let mut files: Vec<PathBuf> = names.map(|entry| entry.path()).collect();
    files.sort();
    files
}

pub(super) fn first_of_each(folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::with_capacity(folders.len());
    for folder in folders {
        if !kept.contains(&folder) {
            kept.push(folder);
        }
    }
    kept
}
