//! An archive that is taken is one that every tool takes for the same.
//!
//! Held against GNU tar, bsdtar (libarchive), Python's `tarfile` and `zipfile`, and Info-ZIP's
//! `unzip`. Where they disagree, or where one of them complains, the archive must be refused.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use ::tar::EntryType;
use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, ZipWriter};
use hotshoe::error::Code;
use hotshoe::package;
use hotshoe_testkit::{PluginTree, require};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::archive::trees::{Files, byte, changed, files};
use crate::archive::zip::{Zip, Zipped};
use crate::archive::{Tar, gzip, record, zstd};

/// The other tools, in one process that lists archive after archive.
struct Tools {
    tree: PluginTree,
    _process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// None if one of them is missing and need not be there.
fn tools() -> Option<&'static Mutex<Tools>> {
    static TOOLS: OnceLock<Option<Mutex<Tools>>> = OnceLock::new();
    let start = || {
        if !["python3", "tar", "bsdtar", "unzip", "zstd"].into_iter().all(require) {
            return None;
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/differential.py");
        let mut process =
            Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let questions = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Some(Mutex::new(Tools { tree: PluginTree::new(), _process: process, questions, answers }))
    };
    TOOLS.get_or_init(start).as_ref()
}

type Tree = BTreeMap<String, Value>;

impl Tools {
    /// What each tool takes an archive for, and what we do; none if we refuse it.
    fn list(&mut self, bytes: &[u8]) -> Option<(Tree, BTreeMap<String, Value>)> {
        let archive = self.tree.path("archive");
        fs::write(&archive, bytes).unwrap();
        let ours = match package::list(&archive) {
            Ok(contents) => tree(&contents),
            Err(error) => {
                let codes = [Code::ARCHIVE_REFUSED, Code::ARCHIVE_UNREADABLE];
                assert!(codes.contains(&error.code()), "{}", error.report());
                return None;
            }
        };
        writeln!(self.questions, "{}", archive.display()).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        Some((ours, serde_json::from_str(&answer).unwrap()))
    }
}

/// What is listed, and the folders above it.
fn tree(contents: &[package::Content]) -> Tree {
    let mut tree: Tree =
        contents.iter().map(|content| (content.path.clone(), json!([content.size, content.sha256]))).collect();
    assert_eq!(tree.len(), contents.len(), "a path is listed twice");
    for content in contents {
        for (end, _) in content.path.match_indices('/') {
            tree.entry(content.path[..end].to_owned()).or_insert_with(|| json!([0, null]));
        }
    }
    tree
}

/// Holds an archive against the tools; returns what it holds, if it is taken.
fn agrees(tools: &Mutex<Tools>, bytes: &[u8]) -> Result<Option<Tree>, TestCaseError> {
    let mut tools = tools.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let Some((ours, theirs)) = tools.list(bytes) else { return Ok(None) };
    for (tool, theirs) in theirs {
        if theirs != json!(ours) {
            let kept = std::env::temp_dir().join(format!("hotshoe-{tool}-disagrees"));
            fs::write(&kept, bytes).unwrap();
            let text = format!("{tool} disagrees about {}:\nours: {}\nits:  {theirs}", kept.display(), json!(ours));
            return Err(TestCaseError::fail(text));
        }
    }
    Ok(Some(ours))
}

/// An archive; those that disagree are kept in a file, and need not be printed.
#[derive(Clone)]
struct Archive(Vec<u8>);

impl Debug for Archive {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "an archive of {} bytes", self.0.len())
    }
}

#[derive(Clone, Copy, Debug)]
enum Made {
    Gnu,
    Pax,
    Stored,
    Deflated,
}

fn made(Files(files): &Files, made: Made) -> Vec<u8> {
    match made {
        Made::Gnu => {
            let mut builder = ::tar::Builder::new(Vec::new());
            for (path, content) in files {
                let mut header = ::tar::Header::new_gnu();
                header.set_entry_type(EntryType::Regular);
                header.set_mode(0o644);
                header.set_size(content.len() as u64);
                builder.append_data(&mut header, path, &content[..]).unwrap();
            }
            builder.into_inner().unwrap()
        }
        Made::Pax => files
            .iter()
            .fold(Tar::default(), |tar, (path, content)| {
                let records = record("path", path) + &record("size", &content.len().to_string());
                tar.pax(&records).entry("short", EntryType::Regular, content)
            })
            .end(),
        Made::Stored | Made::Deflated => {
            let method = if let Made::Stored = made { CompressionMethod::Stored } else { CompressionMethod::Deflated };
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            for (path, content) in files {
                writer.start_file(path.as_str(), SimpleFileOptions::default().compression_method(method)).unwrap();
                writer.write_all(content).unwrap();
            }
            writer.finish().unwrap().into_inner()
        }
    }
}

/// One that is taken, and seldom one that is odd.
fn mostly<T: Clone + Debug + 'static>(taken: Vec<T>, odd: Vec<T>) -> impl Strategy<Value = T> {
    prop_oneof![12 => select(taken), 1 => select(odd)]
}

/// A tar in which a name, a size, a kind and a format come in every way there is.
fn odd_tar() -> impl Strategy<Value = Archive> {
    let kinds = mostly(b"0\0".to_vec(), b"7S125xgLK".to_vec());
    let names = mostly(vec!["gain/a", "gain/b/c", "./gain/d"], vec!["gain/e/", "gain//f", "gain/./g", "gain"]);
    let good = vec!["", "", "15 path=gain/p\n", "9 size=4\n", "11 size=004\n", "15 mtime=999999\n", "14 atime=-1.5\n"];
    let odd =
        vec!["9 size=0\n", "12 uid=root\n", "20 mtime=1e99999999\n", "12 comment=\n", "24 SCHILY.xattr.user=\n\0\n"];
    let pax = mostly(good, odd);
    let long =
        mostly(vec![None, None, Some("gain/long\0")], vec![Some("gain/long"), Some("gain/\0x"), Some("gain/x/\0")]);
    let gnu = any::<bool>();
    let entry = (kinds, names, pax, long, gnu);
    prop::collection::vec(entry, 1..4).prop_map(|entries| {
        let entries = entries.into_iter().enumerate();
        let tar = entries.fold(Tar::good(), |mut tar, (index, (kind, name, pax, long, gnu))| {
            let name = &name.replacen("gain/", &format!("gain/{index}"), 1);
            if !pax.is_empty() {
                tar = tar.pax(pax);
            }
            if let Some(long) = long {
                tar = tar.entry("././@LongLink", EntryType::GNULongName, long.as_bytes());
            }
            let content: &[u8] = if b"0\x007S".contains(&kind) { b"text" } else { b"" };
            tar.header(name, EntryType::Regular, content.len() as u64, |header| {
                header.as_mut_bytes()[156] = kind;
                if gnu {
                    header.as_mut_bytes()[257..265].copy_from_slice(b"ustar  \0");
                }
            })
            .bytes(content)
        });
        Archive(tar.end())
    })
}

/// A zip whose two directories say the same odd things.
fn odd_zip() -> impl Strategy<Value = Archive> {
    let names = mostly(vec!["gain/a", "gain/b/", "gain/\u{e9}"], vec!["gain//f", "gain\\g", "gain/h\0i", "gain/j/."]);
    let modes = mostly(vec![0, 0o100_644, 0o100_000, 0o100_755, 0o644], vec![0o040_755, 0o120_777, 0o060_666]);
    let flags = mostly(vec![1 << 11, 1 << 11 | 2, 1 << 11 | 6], vec![0, 1, 1 << 3, 1 << 4, 1 << 12]);
    let times = &b"UT\x05\x00\x03abcd"[..];
    let owner = b"ux\x0b\x00\x01\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00";
    let extras =
        mostly(vec![b"", times, owner], vec![b"\x01\x00\x00\x00", b"\x0a\x00\x04\x00\0\0\0\0", b"\0\0\0\0", b"\0"]);
    let dos = mostly(vec![0, 0x20], vec![0x10, 0x08]);
    let entry = (names, modes, flags, extras, any::<bool>(), dos, 0..5);
    prop::collection::vec(entry, 1..4).prop_map(|entries| {
        let files: Vec<Zipped> = entries
            .into_iter()
            .enumerate()
            .map(|(index, (name, mode, flags, extra, is_deflated, dos, sizes))| {
                let name = &name.replacen('/', &format!("/{index}"), 1);
                let content: &[u8] = if name.ends_with('/') { b"" } else { b"some text" };
                let file = if is_deflated { Zipped::deflated(name, content) } else { Zipped::stored(name, content) };
                let mut file = file.mode(mode).both(|says| {
                    says.flags = flags;
                    says.extra = extra.to_owned();
                });
                file.attributes |= dos;
                let (size, packed) = (file.central.size.into(), file.central.packed.into());
                match sizes {
                    0 => file.wide(size, packed),
                    1 => file.with_descriptor(false),
                    2 => file.with_descriptor(true),
                    _ => file,
                }
            })
            .collect();
        Archive(Zip::of(&files).bytes())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn what_writers_make_is_what_every_tool_reads(
        files in files(),
        kind in select(vec![Made::Gnu, Made::Pax, Made::Stored, Made::Deflated]),
        pack in select(vec![<[u8]>::to_vec as fn(&[u8]) -> Vec<u8>, gzip, zstd]),
    ) {
        let Some(tools) = tools() else { return Ok(()) };
        let bytes = made(&files, kind);
        let is_zip = matches!(kind, Made::Stored | Made::Deflated);
        // An empty tar is not told from anything else, and libarchive reads an empty zip only seeking.
        prop_assume!(!files.0.is_empty());
        let listed = agrees(tools, &if is_zip { bytes } else { pack(&bytes) })?;
        let listed = listed.ok_or_else(|| TestCaseError::fail("it is not taken"))?;
        for (path, content) in &files.0 {
            prop_assert_eq!(&listed[path][0], &json!(content.len()), "{}", path);
        }
    }

    #[test]
    fn a_tar_with_changed_headers_is_refused_or_every_tool_reads_the_same(
        files in files(),
        kind in select(vec![Made::Gnu, Made::Pax]),
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), byte()), 1..3),
    ) {
        let Some(tools) = tools() else { return Ok(()) };
        prop_assume!(!files.0.is_empty());
        agrees(tools, &gzip(&changed(made(&files, kind), &changes)))?;
    }

    #[test]
    fn an_odd_tar_is_refused_or_every_tool_reads_the_same(tar in odd_tar()) {
        let Some(tools) = tools() else { return Ok(()) };
        agrees(tools, &tar.0)?;
    }

    #[test]
    fn an_odd_zip_is_refused_or_every_tool_reads_the_same(zip in odd_zip()) {
        let Some(tools) = tools() else { return Ok(()) };
        agrees(tools, &zip.0)?;
    }

    #[test]
    fn a_zip_with_changed_bytes_is_refused_or_every_tool_reads_the_same(
        files in files(),
        kind in select(vec![Made::Stored, Made::Deflated]),
        changes in prop::collection::vec((any::<Index>(), byte()), 1..3),
    ) {
        let Some(tools) = tools() else { return Ok(()) };
        prop_assume!(!files.0.is_empty());
        let mut bytes = made(&files, kind);
        // Elsewhere, the checksums show it.
        let directory = bytes.windows(4).position(|part| part == b"PK\x01\x02").unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len() - directory);
            bytes[directory + place] = byte;
        }
        agrees(tools, &bytes)?;
    }
}
