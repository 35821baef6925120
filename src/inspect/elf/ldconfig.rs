//! What `ldconfig` knows of the system's libraries: its configuration, `/etc/ld.so.conf`, and its cache,
//! `/etc/ld.so.cache`.
//!
//! Owns the formats of both, as `ldconfig(8)` and `dl-cache.h` of glibc have them.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, glob_with};

use super::machine;
use crate::input;
use crate::inspect::{memory, names};
use crate::platform::{Platform, System};

/// The largest cache, in bytes.
const LARGEST_CACHE: u64 = 16 << 20;

/// The largest file of the configuration, in bytes.
const LARGEST_CONFIGURATION: u64 = 1 << 20;

/// The deepest nesting of `include` lines in the configuration.
const DEEPEST_INCLUDE: usize = 4;

/// The most files that a pattern of an `include` line stands for.
const MOST_INCLUDED: usize = 1000;

/// The format of the cache, with which its newer table begins.
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";

/// The bytes of the newer table before its first entry, and of each entry.
const HEADER_SIZE: usize = 48;
const ENTRY_SIZE: usize = 24;

/// The files that the cache has for a name. Without a cache, the loader knows its own folders only.
pub(super) fn cached(name: &str) -> Vec<PathBuf> {
    memory::cached(name, || read_cache(name))
}

fn read_cache(name: &str) -> Vec<PathBuf> {
    let cache = input::read(Path::new("/etc/ld.so.cache"), LARGEST_CACHE).unwrap_or_default();
    // An older table may stand before this one.
    let Some(start) = cache.windows(MAGIC.len()).position(|window| window == MAGIC) else { return Vec::new() };
    let cache = &cache[start..];
    let word = |at: usize| Some(u32::from_ne_bytes(cache.get(at..at + 4)?.try_into().ok()?) as usize);
    let count = word(MAGIC.len()).unwrap_or(0).min(cache.len() / ENTRY_SIZE);
    let entries = (0..count).filter_map(|index| {
        let entry = HEADER_SIZE + ENTRY_SIZE * index;
        Some((word(entry + 4)?, word(entry + 8)?))
    });
    let of_this_name = entries.filter(|(key, _)| {
        let rest = cache.get(*key..).and_then(|rest| rest.strip_prefix(name.as_bytes()));
        rest.is_some_and(|rest| rest.first() == Some(&0))
    });
    let paths = of_this_name.filter_map(|(_, value)| names::string(cache, value as u64)).map(PathBuf::from);
    paths.filter(|path| machine::is_for_this_processor(path)).collect()
}

/// The folders that the configuration names, in its order; some may stand twice.
pub(in crate::inspect) fn configured_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if Platform::current().system == System::Linux {
        read_configuration(Path::new("/etc/ld.so.conf"), DEEPEST_INCLUDE, &mut folders);
    }
    folders
}

/// Reads a file with a folder on each line, or `include` and patterns of further such files.
fn read_configuration(file: &Path, depth: usize, folders: &mut Vec<PathBuf>) {
    let text = input::read(file, LARGEST_CONFIGURATION).unwrap_or_default();
    for line in String::from_utf8_lossy(&text).lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        match line.strip_prefix("include").filter(|rest| rest.starts_with(char::is_whitespace)) {
            Some(patterns) if depth > 0 => {
                let folder = file.parent().unwrap_or(Path::new("/"));
                for included in patterns.split_whitespace().flat_map(|pattern| matching(&folder.join(pattern))) {
                    read_configuration(&included, depth - 1, folders);
                }
            }
            None if line.starts_with('/') => folders.push(PathBuf::from(line)),
            _ => {}
        }
    }
}

/// The files that a pattern stands for, by name, as `glob(3)` finds them.
fn matching(pattern: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    // Two stars are one to `glob(3)`; to the library they are any number of folders.
    let pattern = pattern.to_string_lossy().replace("**", "*");
    let options =
        MatchOptions { require_literal_separator: true, require_literal_leading_dot: true, ..MatchOptions::new() };
    glob_with(&pattern, options).into_iter().flatten().filter_map(Result::ok).take(MOST_INCLUDED)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_configuration_is_read_with_the_files_that_its_patterns_name() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir_all(folder.path().join("parts")).unwrap();
        write(
            "ld.so.conf",
            "# ours\n/first # the first\ninclude parts/*.conf  parts/x?\nincluded/is/a/folder\n\n/last\n",
        );
        write("parts/b.conf", "/b\n");
        write("parts/a.conf", "\t/a\ninclude /nowhere/*\n");
        write("parts/.hidden.conf", "/hidden\n");
        write("parts/x1", "/x1\ninclude ../ld.so.conf\n");
        let mut folders = Vec::new();
        read_configuration(&folder.path().join("ld.so.conf"), 1, &mut folders);
        assert_eq!(folders, ["/first", "/a", "/b", "/x1", "/last"].map(PathBuf::from));
    }

    #[test]
    fn files_that_include_each_other_end() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("loop.conf"), "/a\ninclude *\n").unwrap();
        let mut folders = Vec::new();
        read_configuration(&folder.path().join("loop.conf"), DEEPEST_INCLUDE, &mut folders);
        assert_eq!(folders.len(), DEEPEST_INCLUDE + 1);
    }
}
