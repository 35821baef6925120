//! Trees of files that a test makes up, and what becomes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};
use std::path::Path;

use hotshoe::package::Format;
use proptest::sample::{Index, select};

use super::*;

/// Files by their paths; what they hold need not be printed.
#[derive(Clone)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl Debug for Files {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.debug_map().entries(self.0.iter().map(|(path, content)| (path, content.len()))).finish()
    }
}

/// A path of a few parts that are safe everywhere.
fn path() -> impl Strategy<Value = String> {
    let part = select(vec!["a", "b", "C", "lib d.so", "\u{e9}\u{4e2d}", "-x", ".e", "n\u{304}", "$f'", "&"]);
    let long = "[g-z]{60,99}".prop_map(|name| name);
    prop::collection::vec(prop_oneof![9 => part.prop_map(str::to_owned), 1 => long], 1..4)
        .prop_map(|parts| format!("gain/{}", parts.join("/")))
}

/// Some, none of which is a folder of another.
pub(crate) fn files() -> impl Strategy<Value = Files> {
    let content = prop_oneof![Just(Vec::new()), prop::collection::vec(any::<u8>(), 0..2000), Just(vec![b'x'; 512])];
    prop::collection::btree_map(path(), content, 0..8).prop_map(|mut files| {
        let paths: Vec<String> = files.keys().map(|path| format!("{path}/")).collect();
        files.retain(|path, _| !paths.iter().any(|other| path.starts_with(other)));
        let mut folded = BTreeSet::new();
        files.retain(|path, _| path.chars().count() <= 240 && folded.insert(path.to_lowercase()));
        Files(files)
    })
}

/// Replaces bytes, and mends the checksums of headers that would show it.
pub(crate) fn changed(mut tar: Vec<u8>, changes: &[(Index, u8, u8)]) -> Vec<u8> {
    let headers: Vec<usize> =
        (0..tar.len()).step_by(512).filter(|start| tar.get(start + 257..start + 262) == Some(b"ustar")).collect();
    for (header, place, byte) in changes {
        let start = headers[header.index(headers.len())];
        // Of the places in a header, those that are seldom empty, and the prefix's first bytes.
        let place = [0, 5, 99, 100, 106, 107, 108, 124, 125, 134, 135, 136, 147, 156, 157, 257, 263, 264, 329, 345]
            .get(usize::from(*place) % 24)
            .map_or(usize::from(*place) * 2, |place| *place);
        tar[start + place] = *byte;
        let block = &mut tar[start..start + 512];
        let sum: u32 = block[..148].iter().chain(&block[156..]).map(|byte| u32::from(*byte)).sum::<u32>() + 256;
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    tar
}

pub(crate) fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![select(b"\0 /.+-0123456789LKSxgV\x80\xff".to_vec()), any::<u8>()]
}

/// The files under a folder, by their paths in it, with whether they may be run.
fn content(folder: &Path, prefix: &str, found: &mut BTreeMap<String, (Vec<u8>, bool)>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.path() {
            path if path.is_dir() => content(&path, &format!("{name}/"), found),
            path => {
                let bytes = fs::read(&path).unwrap();
                found.insert(name, (bytes, is_executable(&path)));
            }
        }
    }
    found.remove(".hotshoe-receipt.json");
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o100 != 0
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
}

#[cfg(windows)]
fn is_executable(_: &Path) -> bool {
    false
}

#[cfg(windows)]
fn make_executable(_: &Path) {}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_folder_holds_is_what_is_installed(files in files(), format in select(&Format::ALL[..])) {
        let library = Library::c(GOOD_C_PLUGIN).build();
        let mut tree = PluginTree::new().plugin("gain", MANIFEST, &library);
        for (index, (path, bytes)) in files.0.iter().enumerate() {
            tree = tree.file(path, bytes);
            // A library is no program, whatever its mode.
            if index % 2 == 0 && !path.ends_with(".so") {
                make_executable(&tree.path(path));
            }
        }
        let made = crate::make::make_as(format, &tree.path("gain"), &tree.path("dist")).unwrap();
        let installed = &package::install(&made.archive, &tree.path("plugins")).unwrap().plugins[0].0;
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        content(&tree.path("gain"), "", &mut before);
        before.iter_mut().filter(|(path, _)| path.ends_with(".so")).for_each(|(_, (_, is_program))| *is_program = false);
        content(&installed.path, "", &mut after);
        prop_assert!(before == after, "{:?}\n{:?}", before.keys(), after.keys());
    }
}
