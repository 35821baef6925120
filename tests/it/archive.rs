//! Archives that somebody else made: every format and layout that is taken, and every trick that is not.

mod compressed;
mod tar;
pub(crate) mod trees;
pub(crate) mod zip;

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use ::tar::{EntryType, Header};
use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;
use flate2::Compression;
use flate2::write::GzEncoder;
use hotshoe::error::{Code, Result};
use hotshoe::package::{self, Installed};
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};
use proptest::prelude::*;

const MANIFEST: &str = r#"{"name": "gain", "version": "1.2.3"}"#;
const FILE: EntryType = EntryType::Regular;

/// A tar whose headers hold what they are given, checked by nobody.
#[derive(Default)]
pub(crate) struct Tar(Vec<u8>);

impl Tar {
    /// One with a good plugin in it.
    pub(crate) fn good() -> Tar {
        Tar::default().file("gain/plugin.json", MANIFEST).file("gain/libgain.so", "code")
    }

    pub(crate) fn file(self, path: &str, content: &str) -> Tar {
        self.entry(path, FILE, content.as_bytes())
    }

    pub(crate) fn entry(self, path: &str, kind: EntryType, content: &[u8]) -> Tar {
        self.header(path, kind, content.len() as u64, |_| {}).bytes(content)
    }

    pub(crate) fn header(mut self, path: &str, kind: EntryType, size: u64, change: impl Fn(&mut Header)) -> Tar {
        let mut header = Header::new_ustar();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(size);
        change(&mut header);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self
    }

    pub(crate) fn bytes(mut self, content: &[u8]) -> Tar {
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    /// A PAX header for the next entry.
    pub(crate) fn pax(self, records: &str) -> Tar {
        self.entry("pax", EntryType::XHeader, records.as_bytes())
    }

    /// The tar with its end mark.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// A PAX record, with its own length in front.
pub(crate) fn record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let length = (1..).find(|length: &usize| length.to_string().len() + rest.len() == *length);
    format!("{}{rest}", length.expect("there is one"))
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 1).unwrap()
}

fn zipped(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in entries {
        writer.start_file(*path, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn good_zip() -> Vec<u8> {
    zipped(&[("gain/plugin.json", MANIFEST), ("gain/libgain.so", "code")])
}

fn install(tree: &PluginTree, bytes: &[u8]) -> Result<Installed> {
    fs::write(tree.path("archive.tar.gz"), bytes).unwrap();
    let done = package::install(&tree.path("archive.tar.gz"), &tree.path("plugins"))?;
    Ok(done.plugins[0].0.clone())
}

#[track_caller]
fn installs(bytes: &[u8]) -> (PluginTree, PathBuf) {
    let tree = PluginTree::new();
    let installed = install(&tree, bytes).unwrap_or_else(|error| panic!("{}", error.report()));
    assert!(installed.path.ends_with("plugins/gain/1.2.3"), "{}", installed.path.display());
    assert_eq!(fs::read_to_string(installed.path.join("libgain.so")).unwrap(), "code");
    (tree, installed.path)
}

/// Says no with this code, and has nothing written: not in the root, not beside it.
#[track_caller]
fn stops(code: Code, bytes: &[u8]) {
    let tree = PluginTree::new();
    let error = install(&tree, bytes).expect_err("it is not installed");
    assert_eq!(error.code(), code, "{}", error.report());
    let listed = package::list(&tree.path("archive.tar.gz"));
    if let Err(error) = listed {
        assert_eq!(error.code(), code, "listing says otherwise: {}", error.report());
    }
    assert!(!tree.path("plugins").exists(), "something is left behind");
    assert_eq!(fs::read_dir(tree.path(".")).unwrap().count(), 1, "something stands beside the archive");
}

#[track_caller]
fn refused(bytes: &[u8]) {
    stops(Code::ARCHIVE_REFUSED, bytes);
}

#[track_caller]
fn unreadable(bytes: &[u8]) {
    stops(Code::ARCHIVE_UNREADABLE, bytes);
}

#[test]
fn every_format_installs_whatever_its_name() {
    let tar = Tar::good().end();
    for bytes in [gzip(&tar), zstd(&tar), tar, good_zip()] {
        installs(&bytes);
    }
}

#[test]
fn one_top_folder_or_none_is_a_plugin_and_two_are_not() {
    let entries = [("./plugin.json", MANIFEST), ("./libgain.so", "code")];
    let bare = entries
        .iter()
        .fold(Tar::default().entry("./", EntryType::Directory, b""), |tar, (path, content)| tar.file(path, content));
    installs(&zstd(&bare.end()));
    installs(&zipped(&[("plugin.json", MANIFEST), ("libgain.so", "code")]));
    refused(&Tar::good().file("mute/plugin.json", "{}").end());
    refused(&gzip(&Tar::default().end()));
    refused(&zipped(&[]));
}

#[test]
fn a_path_that_leaves_its_folder_is_refused() {
    for path in ["../x", "gain/../../x", "/x", "//host/share/x", "C:x", "C:\\x", "\\\\host\\share\\x", "gain\\..\\x"] {
        refused(&Tar::good().file(path, "").end());
        refused(&zipped(&[("gain/plugin.json", MANIFEST), (path, "")]));
    }
}

#[test]
fn a_name_that_some_system_does_not_take_is_refused() {
    let long = format!("gain/{}", vec!["a".repeat(60); 4].join("/"));
    for path in ["gain/con", "gain/LPT1.txt", "gain/a:stream", "gain/a.", "gain/a ", "gain/./a", "gain//a", &long] {
        refused(&Tar::good().pax(&record("path", path)).file("gain/a", "").end());
        refused(&zipped(&[("gain/plugin.json", MANIFEST), (path, "")]));
    }
    refused(&Tar::good().header("gain/a", FILE, 0, |header| header.as_old_mut().name[5] = 0xff).end());
}

#[test]
fn paths_that_are_one_file_somewhere_are_refused() {
    let pairs =
        [("gain/a", "gain/a"), ("gain/a", "gain/A"), ("a/b", "A/c"), ("gain/\u{e9}", "gain/e\u{301}"), ("ß", "SS")];
    for (one, two) in pairs {
        refused(&Tar::good().file(one, "").file(two, "").end());
    }
    refused(&Tar::good().file("gain/a", "").file("gain/a/b", "").end());
    refused(&Tar::good().file("gain/a/b", "").file("gain/a", "").end());
    let mut twice = zipped(&[("gain/plugin.json", MANIFEST), ("gain/plugin.jsox", "{}")]);
    replace(&mut twice, b"plugin.jsox", b"plugin.json");
    refused(&twice);
}

#[test]
fn what_is_neither_file_nor_folder_is_refused() {
    let kinds = [EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo, EntryType::GNUSparse];
    for kind in kinds.into_iter().chain([EntryType::Continuous, EntryType::new(b'Z')]) {
        refused(&Tar::good().entry("gain/x", kind, b"").end());
    }
    let link = || Tar::good().header("gain/x", EntryType::Symlink, 0, |header| header.set_link_name("..").unwrap());
    refused(&link().end());
    refused(&link().file("gain/x/written", "through").end());
    refused(&link().header("gain/x", EntryType::Directory, 0, |header| header.set_mode(0o777)).end());
    refused(&Tar::good().pax("22 GNU.sparse.major=1\n").file("gain/a", "").end());
    refused(&Tar::good().entry("gain/folder/", EntryType::Directory, b"content").end());

    let mut linked = ZipWriter::new(Cursor::new(good_zip()));
    linked.add_symlink("gain/x", "..", SimpleFileOptions::default()).unwrap();
    refused(linked.finish().unwrap().get_ref());
}

#[test]
fn contradicting_headers_are_refused() {
    refused(&Tar::good().pax("9 size=0\n").file("gain/a", "xyz").end());
    refused(&Tar::good().pax("15 path=gain/b\n").pax("15 path=gain/c\n").file("gain/a", "").end());
    refused(&Tar::good().pax("15 path=gain/b\n15 path=gain/c\n").file("gain/a", "").end());
    refused(&Tar::good().entry("g", EntryType::XGlobalHeader, b"15 path=gain/b\n").end());
    for malformed in ["x", "9 size=0", "99 size=0\n", "+9 size=0\n", "9 size 0\n", "0 a=b\n", "10 size=-1\n"] {
        refused(&Tar::good().pax(malformed).file("gain/a", "").end());
    }
    refused(&Tar::good().pax("15 path=gain/b\n").end());
    installs(
        &Tar::default()
            .file("gain/plugin.json", MANIFEST)
            .pax(&record("path", "gain/libgain.so"))
            .file("x", "code")
            .end(),
    );
    let git = Tar::default().entry("g", EntryType::XGlobalHeader, b"13 comment=1\n").0;
    installs(&[git, Tar::good().end()].concat());
}

/// Replaces the last place where `old` stands.
fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    let place = bytes.windows(old.len()).rposition(|part| part == old).expect("it is there");
    bytes[place..place + old.len()].copy_from_slice(new);
}

#[test]
fn a_zip_whose_two_directories_differ_is_refused() {
    let mut renamed = good_zip();
    replace(&mut renamed, b"gain/libgain.so", b"gain/libgain.sp");
    refused(&renamed);
    refused(&[b"PK\x03\x04 something in front".as_slice(), &good_zip()].concat());
    refused(&[good_zip(), b"behind".to_vec()].concat());
}

#[test]
fn modes_do_not_survive_but_for_the_right_to_run() {
    let set = |mode| move |header: &mut Header| header.set_mode(mode);
    let tar = Tar::good().header("gain/run", FILE, 0, set(0o7777)).header("gain/all", FILE, 0, set(0o6666));
    let (_tree, folder) = installs(&gzip(&tar.end()));
    #[cfg(unix)]
    for (name, mode) in [("run", 0o755), ("all", 0o644)] {
        let permissions = fs::metadata(folder.join(name)).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o7777, mode, "{name}");
    }
    assert!(folder.join("run").exists());
}

/// CVE-2022-36114.
#[test]
fn a_bomb_is_refused() {
    let large = vec![0; 65 << 20];
    refused(&gzip(&Tar::good().entry("gain/a", FILE, &large).end()));
    refused(&zstd(&Tar::good().entry("gain/a", FILE, &large).end()));
    refused(&gzip(&[Tar::good().end(), large].concat()));
}

#[test]
fn more_entries_than_an_archive_may_hold_are_refused() {
    let folders = |many: usize| {
        let mut tar = Tar(Vec::with_capacity((many + 2) * 512));
        for index in 0..many {
            tar = tar.entry(&format!("gain/{index}"), EntryType::Directory, b"");
        }
        zstd(&tar.end())
    };
    let tree = PluginTree::new();
    let archive = tree.path("archive.tar.zst");
    // Each stands in one folder more, which is none of them.
    fs::write(&archive, folders(99_999)).unwrap();
    assert_eq!(package::list(&archive).unwrap().len(), 99_999);
    fs::write(&archive, folders(100_000)).unwrap();
    assert_eq!(package::list(&archive).unwrap_err().code(), Code::ARCHIVE_REFUSED);
}

/// 3,300 files, each with thirty folders of its own around it.
#[test]
fn folders_that_only_paths_name_are_counted_too() {
    let nested = |many: usize| {
        let file = |tar: Tar, index| tar.file(&format!("gain/{index}{}/f", "/d".repeat(29)), "");
        zstd(&(0..many).fold(Tar::good(), file).end())
    };
    let tree = PluginTree::new();
    let archive = tree.path("archive.tar.zst");
    fs::write(&archive, nested(3_200)).unwrap();
    assert_eq!(package::list(&archive).unwrap().len(), 3_202);
    fs::write(&archive, nested(3_300)).unwrap();
    assert_eq!(package::list(&archive).unwrap_err().code(), Code::ARCHIVE_REFUSED);
}

#[test]
fn a_size_that_cannot_be_is_refused() {
    for size in [1 << 63, 5 << 30] {
        refused(&Tar::good().header("gain/a", FILE, size, |_| {}).end());
    }
    let negative = |header: &mut Header| header.as_old_mut().size = [0xff; 12];
    refused(&Tar::good().header("gain/a", FILE, 0, negative).end());
}

#[test]
fn an_archive_that_goes_on_behind_its_end_is_refused() {
    let good = Tar::good().end();
    refused(&[gzip(&good), gzip(&good)].concat());
    refused(&[gzip(&good), b"x".to_vec()].concat());
    refused(&[zstd(&good), zstd(&good)].concat());
    refused(&[good.clone(), good.clone()].concat());
    refused(&gzip(&[good.clone(), Tar::good().end()].concat()));
    installs(&[good, vec![0; 9 * 1024]].concat());
}

#[test]
fn an_archive_that_ends_too_early_is_unreadable() {
    let whole = Tar::good();
    unreadable(&whole.0);
    unreadable(&gzip(&whole.0));
    unreadable(&whole.0[..700]);
    for bytes in [zstd(&Tar::good().end()), good_zip()] {
        for end in (0..bytes.len()).step_by(7) {
            unreadable(&bytes[..end]);
        }
    }
}

#[test]
fn a_page_or_any_other_file_is_no_archive() {
    for text in ["<!DOCTYPE html>", "\n <html>", "\u{feff}<html>", "", "not found", "\u{1f}"] {
        unreadable(text.as_bytes());
    }
}

#[test]
fn an_archive_cannot_bring_a_receipt() {
    refused(&Tar::good().file("gain/.hotshoe-receipt.json", "{}").end());
    refused(&zipped(&[("plugin.json", MANIFEST), (".Hotshoe-Receipt.json", "{}")]));
}

/// An archive, with some of its bytes replaced: as it is, or before it was compressed.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let tar = || Tar::good().pax(&record("path", "gain/a")).file("gain/x", "text").end();
    let archives = prop::sample::select(vec![gzip(&tar()), zstd(&tar()), good_zip(), tar()]);
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6);
    let outside = (archives, changes).prop_map(|(mut bytes, changes)| {
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    });
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), trees::byte()), 1..4);
    let compress = prop::sample::select(vec![gzip as fn(&[u8]) -> Vec<u8>, zstd]);
    let inside = (compress, changes).prop_map(move |(compress, changes)| compress(&trees::changed(tar(), &changes)));
    prop_oneof![outside, inside]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_archive_installs_or_leaves_nothing_and_never_leaves_its_root(bytes in damaged()) {
        let tree = PluginTree::new();
        let installed = install(&tree, &bytes);
        let left = fs::read_dir(tree.path("plugins")).map_or(0, |left| left.count());
        prop_assert_eq!(left, usize::from(installed.is_ok()), "{:?}", installed);
        prop_assert_eq!(fs::read_dir(tree.path(".")).unwrap().count(), 1 + left);
    }
}
