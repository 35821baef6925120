//! Where the system's loader would find what a library needs.
//!
//! Owns the search rules of the three systems and applies those of the running one only: where
//! another machine looks cannot be known here. It never looks into what it finds beyond the headers.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::source::Source;
use super::{Inspection, Needed, format};
use crate::platform::{self, Architecture, Platform, System};

/// The deepest nesting of `include` lines in the loader's configuration.
const DEEPEST_INCLUDE: usize = 4;

/// Looks for everything that the library needs, if it is for this platform.
pub(super) fn find(facts: &mut Inspection) {
    if !facts.platforms.contains(&Platform::current()) {
        return;
    }
    let folder = std::path::absolute(&facts.path).ok();
    let folder = folder.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
    let look: Box<dyn Fn(&mut Needed)> = match Platform::current().system {
        System::Windows => {
            let folders = windows_folders(&folder);
            Box::new(move |needed| look_in_windows(needed, &folders))
        }
        System::MacOs => {
            let paths = facts.search_paths.clone();
            Box::new(move |needed| look_on_macos(needed, &folder, &paths))
        }
        System::Linux | System::FreeBsd => {
            let folders = elf_folders(&folder, &facts.search_paths, facts.runpath);
            Box::new(move |needed| look_for_elf(needed, &folders))
        }
    };
    facts.needed.iter_mut().for_each(look);
}

fn look_for_elf(needed: &mut Needed, folders: &[PathBuf]) {
    if needed.name.contains('/') {
        return look_at(needed, [PathBuf::from(&needed.name)]);
    }
    look_in(needed, folders);
    needed.found = needed.found.take().or_else(|| in_this_process(&needed.name));
}

/// Names without `@` are full paths; those of the system are in a cache instead of files.
fn look_on_macos(needed: &mut Needed, folder: &Path, search_paths: &[String]) {
    let name = needed.name.clone();
    let here = |text: &str| at_loader(text, folder);
    if let Some(rest) = name.strip_prefix("@rpath/") {
        let candidates: Vec<PathBuf> = search_paths.iter().map(|path| here(path).join(rest)).collect();
        look_at(needed, candidates);
    } else if !name.starts_with("/usr/lib/") && !name.starts_with("/System/") {
        look_at(needed, [here(&name)]);
    }
}

fn look_in_windows(needed: &mut Needed, folders: &[PathBuf]) {
    // These are names of interfaces, which no file has.
    let name = needed.name.to_ascii_lowercase();
    if !name.starts_with("api-ms-") && !name.starts_with("ext-ms-") {
        look_in(needed, folders);
    }
}

fn look_in(needed: &mut Needed, folders: &[PathBuf]) {
    needed.found = folders.iter().map(|folder| folder.join(&needed.name)).find(|path| is_usable(path));
    needed.searched = folders.to_vec();
}

fn look_at(needed: &mut Needed, candidates: impl IntoIterator<Item = PathBuf>) {
    for candidate in candidates {
        needed.searched.extend(candidate.parent().map(Path::to_owned));
        if needed.found.is_none() && is_usable(&candidate) {
            needed.found = Some(candidate);
        }
    }
}

/// Whether the loader would take a file: others of the same name are passed over.
fn is_usable(path: &Path) -> bool {
    let Ok(source) = Source::open(path) else { return false };
    let here = Platform::current();
    format::open(source.all(), here).is_ok_and(|library| library.shape().refuse(source.size(), here).is_ok())
}

/// `ld.so(8)`: RPATH, `LD_LIBRARY_PATH`, RUNPATH, the configured folders, the default ones.
fn elf_folders(folder: &Path, search_paths: &[String], runpath: bool) -> Vec<PathBuf> {
    let own: Vec<PathBuf> = search_paths.iter().map(|path| at_origin(path, folder)).collect();
    let environment = platform::environment("LD_LIBRARY_PATH").unwrap_or_default();
    let environment = environment.to_string_lossy();
    let environment = environment.split([':', ';']).filter(|path| !path.is_empty()).map(PathBuf::from);
    let mut folders: Vec<PathBuf> =
        if runpath { environment.chain(own).collect() } else { own.into_iter().chain(environment).collect() };
    configured(Path::new("/etc/ld.so.conf"), DEEPEST_INCLUDE, &mut folders);
    let multiarch = multiarch();
    let defaults = [format!("/lib/{multiarch}"), format!("/usr/lib/{multiarch}")];
    folders.extend(defaults.into_iter().map(PathBuf::from));
    folders.extend(["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(PathBuf::from));
    first_of_each(folders)
}

fn at_origin(path: &str, folder: &Path) -> PathBuf {
    let folder = folder.to_string_lossy();
    PathBuf::from(path.replace("${ORIGIN}", &folder).replace("$ORIGIN", &folder))
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

/// The folders of an `ld.so.conf`: one in a line, or `include` and a pattern with `*` in the file name.
fn configured(file: &Path, depth: usize, folders: &mut Vec<PathBuf>) {
    let text = crate::input::read(file, 1 << 20).unwrap_or_default();
    for line in String::from_utf8_lossy(&text).lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        match line.strip_prefix("include").map(str::trim) {
            Some(pattern) if depth > 0 => {
                let base = file.parent().unwrap_or(Path::new("/"));
                matching(&base.join(pattern)).iter().for_each(|file| configured(file, depth - 1, folders));
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

/// A library of this name, or of this name and a version, that the process has loaded already.
fn in_this_process(name: &str) -> Option<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let paths = maps.lines().filter_map(|line| line.find('/').map(|start| Path::new(&line[start..])));
    let mut loaded = paths.filter(|path| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        file.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    loaded.next().map(Path::to_owned)
}

/// The default order of `LoadLibraryEx` with the flags that the loader uses, then `PATH`.
fn windows_folders(folder: &Path) -> Vec<PathBuf> {
    let root = env::var_os("SystemRoot").unwrap_or_else(|| OsString::from(r"C:\Windows"));
    let mut folders = vec![folder.to_owned(), Path::new(&root).join("System32")];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    first_of_each(folders)
}

fn first_of_each(folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::with_capacity(folders.len());
    for folder in folders {
        if !kept.contains(&folder) {
            kept.push(folder);
        }
    }
    kept
}

/// The name of this platform in the folder names of Debian and its relatives.
fn multiarch() -> &'static str {
    match Platform::current().architecture {
        Architecture::X86_64 => "x86_64-linux-gnu",
        Architecture::Aarch64 => "aarch64-linux-gnu",
        Architecture::X86 => "i386-linux-gnu",
        Architecture::Arm => "arm-linux-gnueabihf",
        Architecture::Riscv64 => "riscv64-linux-gnu",
        Architecture::PowerPc64 => "powerpc64le-linux-gnu",
        Architecture::S390x => "s390x-linux-gnu",
    }
}
