//! Where the loaders of Linux and FreeBSD look for a library: `ld.so(8)`, and musl's `load_library`.
//!
//! Owns the order of the folders. It never says whether a file that is found is fit.

use std::env;
use std::iter;
use std::path::{Path, PathBuf};

use super::{ldconfig, machine};
use crate::input;
use crate::platform::{self, Platform, System};

/// The largest file that names musl's folders, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// The names of the parts of musl, all of which are its loader.
const PARTS_OF_MUSL: [&str; 8] = ["c", "pthread", "rt", "m", "dl", "util", "xnet", "c.musl-"];

/// The library whose dependencies are looked for, as far as the search depends on it.
pub(in crate::inspect) struct Requester<'a> {
    /// Its folder.
    pub(in crate::inspect) folder: &'a Path,
    /// Its search path, as written.
    pub(in crate::inspect) own: &'a [String],
    /// Whether that is a RUNPATH.
    pub(in crate::inspect) runpath: bool,
    /// The RPATHs of the libraries that need it, the nearest first.
    pub(in crate::inspect) inherited: &'a [PathBuf],
    /// Whether musl's loader is asked.
    pub(in crate::inspect) musl: bool,
}

/// A folder that is searched, or a file that the cache names.
pub(in crate::inspect) enum Location {
    /// A folder, with those inside it that come first.
    Folder(PathBuf, Vec<PathBuf>),
    /// What `ldconfig` found.
    Cached(PathBuf),
}

impl Requester<'_> {
    /// A name or path without tokens; those in the name of a needed library count, too.
    pub(in crate::inspect) fn expand(&self, text: &str) -> Vec<PathBuf> {
        if self.musl {
            let folder = self.folder.to_string_lossy();
            return vec![PathBuf::from(text.replace("${ORIGIN}", &folder).replace("$ORIGIN", &folder))];
        }
        machine::expand_tokens(text, self.folder)
    }

    /// Its own search path, with the tokens replaced.
    pub(in crate::inspect) fn own_folders(&self) -> Vec<PathBuf> {
        self.own.iter().flat_map(|path| self.expand(path)).map(or_here).collect()
    }

    /// Everywhere that a name is looked for, in order. What comes later is asked for only if nothing was found before.
    pub(in crate::inspect) fn locations<'a>(&self, name: &'a str) -> Box<dyn Iterator<Item = Location> + 'a> {
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
            return Box::new(
                without_duplicates(folders).into_iter().map(|folder| Location::Folder(folder, Vec::new())),
            );
        }
        let folder = |folder: PathBuf| {
            let inside = machine::hwcaps().iter().map(|name| folder.join("glibc-hwcaps").join(name)).collect();
            Location::Folder(folder, inside)
        };
        let cached = iter::once_with(move || ldconfig::cached(name)).flatten().map(Location::Cached);
        let system = iter::once_with(system_folders).flatten().map(folder);
        Box::new(without_duplicates(folders).into_iter().map(folder).chain(cached).chain(system))
    }

    /// What musl's loader takes for itself, by whatever name.
    pub(in crate::inspect) fn part_of_musl(&self, name: &str) -> Option<PathBuf> {
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
    folders.flat_map(|path| machine::expand_tokens(path, program)).collect()
}

/// The folders that glibc and FreeBSD search without being told.
pub(in crate::inspect) fn system_folders() -> Vec<PathBuf> {
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

pub(in crate::inspect) fn without_duplicates(folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::with_capacity(folders.len());
    for folder in folders {
        if !kept.contains(&folder) {
            kept.push(folder);
        }
    }
    kept
}
