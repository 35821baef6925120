//! Where the system's loader would find what a library needs.
//!
//! Owns the search rules of the three systems and applies those of the running one only: where
//! another machine looks cannot be known here. It never looks into what it finds beyond the headers.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::elf::ldconfig;
use super::elf::search::{Location, Requester, without_duplicates};
use super::memory::{self, Verdict};
use super::source::Source;
use super::{Inspection, Needed, dependency, format};
use crate::error::Code;
use crate::platform::{Platform, System};

/// What a library takes over from those that need it: where else its own dependencies are looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Inherited {
    /// The folder of the plugin, in which Windows looks for everything that it brings.
    pub(super) root: Option<PathBuf>,
    /// Their own search paths, the nearest first, where the system's loader goes by them.
    pub(super) paths: Vec<PathBuf>,
}

/// Looks for everything that the library needs, if it is for this platform. Returns what those libraries take over.
pub(super) fn find(facts: &mut Inspection, inherited: &Inherited) -> Inherited {
    if !facts.platforms.contains(&Platform::current()) {
        return inherited.clone();
    }
    let folder = std::path::absolute(&facts.path).ok();
    let folder = folder.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
    let root = inherited.root.clone().unwrap_or_else(|| folder.clone());
    let search_paths = facts.search_paths.clone();
    let paths = match Platform::current().system {
        System::Windows => {
            let folders = windows_folders(&root);
            facts.needed.iter_mut().for_each(|needed| look_in_windows(needed, &folders));
            Vec::new()
        }
        System::MacOs => {
            let own = search_paths.iter().map(|path| at_loader(path, &folder));
            let paths: Vec<PathBuf> = own.chain(inherited.paths.iter().cloned()).collect();
            facts.needed.iter_mut().for_each(|needed| look_on_macos(needed, &folder, &paths));
            paths
        }
        System::Linux | System::FreeBsd => {
            let (own, runpath, musl) = (search_paths.as_slice(), facts.runpath, facts.musl);
            let requester = Requester { folder: &folder, own, runpath, inherited: &inherited.paths, musl };
            facts.needed.iter_mut().for_each(|needed| look_for_elf(needed, &requester));
            let own = if runpath && !musl { Vec::new() } else { requester.own_folders() };
            [own, inherited.paths.clone()].concat()
        }
    };
    Inherited { root: Some(root), paths }
}

fn look_for_elf(needed: &mut Needed, requester: &Requester<'_>) {
    let names = requester.expand(&needed.name);
    needed.found = requester.part_of_musl(&needed.name);
    if needed.found.is_none() && names.iter().any(|name| name.to_string_lossy().contains('/')) {
        look_at(needed, names);
    } else if needed.found.is_none() {
        look_in_locations(needed, requester);
    }
    if needed.found.is_none() {
        needed.found = loaded_in_process(&needed.name);
    }
}

fn look_in_locations(needed: &mut Needed, requester: &Requester<'_>) {
    let name = needed.name.clone();
    for location in requester.locations(&name) {
        let candidates = match location {
            Location::Cached(path) => vec![path],
            Location::Folder(folder, inside) => {
                if !needed.searched.contains(&folder) {
                    needed.searched.push(folder.clone());
                }
                inside.into_iter().chain([folder]).map(|folder| folder.join(&name)).collect()
            }
        };
        if candidates.iter().any(|candidate| try_candidate(needed, candidate)) {
            return;
        }
    }
    let configured = if requester.musl { Vec::new() } else { without_duplicates(ldconfig::configured_folders()) };
    for folder in configured {
        let file = folder.join(&needed.name);
        if needed.broken.is_none() && judge(&file) == Verdict::Usable {
            needed.broken = Some(format!("{} is not in the loader's cache: run `ldconfig`", file.display()));
        }
        if !needed.searched.contains(&folder) {
            needed.searched.push(folder);
        }
    }
}

/// Whether the search ends with this file: it is taken, or the loader fails with it.
fn try_candidate(needed: &mut Needed, candidate: &Path) -> bool {
    match judge(candidate) {
        Verdict::Skipped => false,
        Verdict::Usable => {
            needed.found = Some(candidate.to_owned());
            true
        }
        Verdict::Broken(why) => {
            needed.broken = Some(format!("the loader finds {} and fails with it: {why}", candidate.display()));
            true
        }
    }
}

/// Names without `@` are full paths; those of the system are in a cache instead of files.
fn look_on_macos(needed: &mut Needed, folder: &Path, search_paths: &[PathBuf]) {
    let name = needed.name.clone();
    if let Some(rest) = name.strip_prefix("@rpath/") {
        look_at(needed, search_paths.iter().map(|path| path.join(rest)).collect());
    } else if !name.starts_with("/usr/lib/") && !name.starts_with("/System/") {
        look_at(needed, vec![at_loader(&name, folder)]);
    }
}

fn look_in_windows(needed: &mut Needed, folders: &[PathBuf]) {
    // These are names of interfaces, which no file has.
    let name = needed.name.to_ascii_lowercase();
    if !name.starts_with("api-ms-") && !name.starts_with("ext-ms-") {
        let files: Vec<PathBuf> = folders.iter().map(|folder| folder.join(&name)).collect();
        look_at(needed, files);
    }
}

fn look_at(needed: &mut Needed, candidates: Vec<PathBuf>) {
    needed.searched.extend(candidates.iter().filter_map(|path| path.parent().map(Path::to_owned)));
    candidates.iter().any(|candidate| try_candidate(needed, candidate));
}

/// Libraries for another processor are passed over; what is no library ends the search of glibc.
fn judge(path: &Path) -> Verdict {
    memory::verdict(path, || read(path))
}

fn read(path: &Path) -> Verdict {
    let here = Platform::current();
    let Ok(source) = Source::open(path) else { return Verdict::Skipped };
    let headers = format::open(source.all(), here).map(|library| library.headers());
    let refused = headers.and_then(|headers| headers.refuse(source.size(), here));
    match refused {
        Ok(()) => Verdict::Usable,
        Err(error) => match (here.system, error.code()) {
            (System::Linux | System::FreeBsd, Code::LIBRARY_FORMAT | Code::LIBRARY_TRUNCATED) => {
                Verdict::Broken(error.message().to_owned())
            }
            _ => Verdict::Skipped,
        },
    }
}

fn at_loader(path: &str, folder: &Path) -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let program = program.parent().unwrap_or(Path::new(""));
    match (path.strip_prefix("@loader_path"), path.strip_prefix("@executable_path")) {
        (Some(rest), _) => folder.join(rest.trim_start_matches('/')),
        (_, Some(rest)) => program.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(path),
    }
}

/// A library of this name that the process has loaded already: the name of its file, or what it calls itself.
pub(super) fn loaded_in_process(name: &str) -> Option<PathBuf> {
    let stem = name.split(".so").next().unwrap_or(name);
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let paths = maps.lines().filter_map(|line| line.find('/').map(|start| Path::new(&line[start..])));
    let mut loaded: Vec<&Path> =
        paths.filter(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(stem))).collect();
    loaded.dedup();
    let is_it = |path: &&Path| {
        let is_named = path.file_name().is_some_and(|file| file == name);
        is_named || dependency::open(path).is_some_and(|facts| facts.name.as_deref() == Some(name))
    };
    loaded.into_iter().find(is_it).map(Path::to_owned)
}

/// `LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS`, with which the loader is called: the
/// plugin's folder, the program's, the system's. `PATH` is not among them.
fn windows_folders(plugin: &Path) -> Vec<PathBuf> {
    let root = env::var_os("SystemRoot").unwrap_or_else(|| OsString::from(r"C:\Windows"));
    let program = env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned()));
    let folders = [Some(plugin.to_owned()), program, Some(Path::new(&root).join("System32"))];
    without_duplicates(folders.into_iter().flatten().collect())
}
