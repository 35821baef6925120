//! Files that somebody cut or changed: refused or read, but never a panic, a hang or an endless
//! allocation.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use hotshoe::error::Code;
use hotshoe::inspect::{Inspection, check_before_load};
use hotshoe::platform::Platform;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};

use super::{ENTRY, RICH_PLUGIN, macho, windows_library};

const MUTATIONS: u32 = 20_000;

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn every_truncation_of_a_plugin_is_refused_or_harmless() {
    let whole = fs::read(Library::cpp(RICH_PLUGIN).build()).unwrap();
    let mapped = end_of_mapped_bytes(&whole);
    let tree = PluginTree::new();
    let path = tree.path("libplugin.so");
    for end in (0..whole.len()).step_by(16) {
        fs::write(&path, &whole[..end]).unwrap();
        let result = check_before_load(&path, Platform::current(), ENTRY);
        let _ = Inspection::of(&path);
        match result {
            Ok(_) => assert!(end >= mapped, "{end} of {} bytes pass, {mapped} are mapped", whole.len()),
            Err(error) => {
                let code = error.code();
                assert!(matches!(code, Code::LIBRARY_TRUNCATED | Code::LIBRARY_FORMAT), "{end}: {}", error.report());
            }
        }
    }
    fs::write(&path, &whole[..mapped - 1]).unwrap();
    let error = check_before_load(&path, Platform::current(), ENTRY).unwrap_err();
    assert_eq!(error.code(), Code::LIBRARY_TRUNCATED);
    assert!(error.message().contains(&format!("`{mapped}`")), "{error}");
    assert!(error.message().contains(&format!("`{}`", mapped - 1)), "{error}");
}

/// Read independently of the code under test, from the layout of a 64-bit little-endian ELF file.
fn end_of_mapped_bytes(elf: &[u8]) -> usize {
    let number =
        |at: usize, size: usize| elf[at..at + size].iter().rev().fold(0, |sum, byte| sum << 8 | *byte as usize);
    let (table, count) = (number(0x20, 8), number(0x38, 2));
    let segments = (0..count).map(|index| table + 56 * index).filter(|at| number(*at, 4) == 1);
    segments.map(|at| number(at + 8, 8) + number(at + 32, 8)).max().unwrap()
}

#[test]
fn a_changed_elf_file_never_panics() {
    let library = Library::c(GOOD_C_PLUGIN).build();
    change_and_read(&fs::read(library).unwrap(), Platform::current());
}

#[test]
fn a_changed_pe_file_never_panics() {
    let Some(library) = windows_library() else { return };
    change_and_read(&fs::read(library).unwrap(), "windows-x86_64".parse().unwrap());
}

#[test]
fn a_changed_macho_file_never_panics() {
    change_and_read(&macho::universal(), "macos-aarch64".parse().unwrap());
}

/// Changes up to four bytes at a time, half of them in the headers.
fn change_and_read(whole: &[u8], platform: Platform) {
    let tree = PluginTree::new().file("library", whole);
    let path = tree.path("library");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..MUTATIONS {
        let changes: Vec<usize> = (0..1 + random.below(4)).map(|_| random.place(whole.len())).collect();
        for at in &changes {
            put(&path, *at, random.byte());
        }
        let _ = check_before_load(&path, platform, ENTRY);
        let _ = Inspection::of(&path).map(|facts| (facts.findings(), facts.check(platform, ENTRY).is_ok()));
        for at in &changes {
            put(&path, *at, whole[*at]);
        }
    }
}

fn put(path: &Path, at: usize, byte: u8) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(&[byte]).unwrap();
}

/// xorshift64: the same changes in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn place(&mut self, end: usize) -> usize {
        let end = if self.below(2) == 0 { end.min(1024) } else { end };
        self.below(end)
    }

    /// Extremes are as likely as anything else.
    fn byte(&mut self) -> u8 {
        match self.next() % 4 {
            0 => 0,
            1 => 0xff,
            _ => self.next() as u8,
        }
    }
}
