//! Mach-O files. No linker for macOS can be expected where these tests run, so they are put together
//! here byte by byte, after Apple's `mach-o/loader.h`. They show that the reader follows the format;
//! they do not show what Apple's linker makes of it.

use hotshoe::error::Code;
use hotshoe::inspect::{Format, Inspection, check_before_load};
use hotshoe::platform::Platform;
use hotshoe_testkit::PluginTree;

const X86_64: u32 = 0x0100_0007;
const ARM64: u32 = 0x0100_000c;
const BUNDLE: u32 = 8;

#[test]
fn a_thin_library_is_read_on_any_system() {
    let tree = PluginTree::new().file("libgain.dylib", thin(ARM64, BUNDLE));
    let path = tree.path("libgain.dylib");
    let facts = Inspection::of(&path).unwrap();
    assert_eq!((facts.format, facts.name.as_deref()), (Format::MachO, Some("@rpath/libgain.dylib")));
    assert_eq!(facts.platforms, [platform("macos-aarch64")]);
    assert_eq!(facts.exports, ["harmonics_register"]);
    assert_eq!(facts.needed[0].name, "/usr/lib/libSystem.B.dylib");
    assert_eq!(facts.search_paths, ["@loader_path"]);
    assert_eq!(facts.build_id.as_deref(), Some("07070707070707070707070707070707"));
    assert_eq!(facts.manifest.as_deref(), Some("{\"a\": 1}"));
    assert_eq!(serde_json::to_value(&facts).unwrap()["format"], "macho");
    check_before_load(&path, platform("macos-aarch64"), "harmonics_register").unwrap();
    let error = check_before_load(&path, platform("macos-x86_64"), "harmonics_register").unwrap_err();
    assert_eq!(error.code(), Code::LIBRARY_WRONG_ARCHITECTURE);
    let error = check_before_load(&path, platform("linux-aarch64"), "harmonics_register").unwrap_err();
    assert_eq!(error.code(), Code::LIBRARY_WRONG_SYSTEM);
}

#[test]
fn a_universal_library_serves_each_of_its_architectures() {
    let tree = PluginTree::new().file("libgain.dylib", universal());
    let path = tree.path("libgain.dylib");
    let facts = Inspection::of(&path).unwrap();
    assert_eq!(facts.platforms, [platform("macos-x86_64"), platform("macos-aarch64")]);
    for name in ["macos-x86_64", "macos-aarch64"] {
        check_before_load(&path, platform(name), "harmonics_register").unwrap();
    }
    let error = check_before_load(&path, platform("macos-x86_64"), "harmonics_start").unwrap_err();
    assert_eq!(error.code(), Code::ENTRY_MISSING);
    assert!(error.hint_text().unwrap().contains("`harmonics_register`"));
}

#[test]
fn a_truncated_or_executable_one_is_refused() {
    for whole in [thin(ARM64, BUNDLE), universal()] {
        for end in 1..whole.len() {
            let tree = PluginTree::new().file("libgain.dylib", &whole[..end]);
            let path = tree.path("libgain.dylib");
            let error = check_before_load(&path, platform("macos-aarch64"), "harmonics_register").unwrap_err();
            assert!(
                matches!(error.code(), Code::LIBRARY_TRUNCATED | Code::LIBRARY_FORMAT),
                "{end}: {}",
                error.report()
            );
        }
    }
    let tree = PluginTree::new().file("gain", thin(ARM64, 2));
    let error = Inspection::of(&tree.path("gain")).unwrap_err();
    assert_eq!(error.code(), Code::LIBRARY_FORMAT);
    assert!(error.message().ends_with("an executable"));
}

/// A trie whose branches meet again: 2^40 paths and no name. It must be given up soon.
#[test]
fn an_endless_exports_trie_is_given_up() {
    let mut trie = Vec::new();
    for level in 1..=40u16 {
        // The next node begins ten bytes on; its offset is a number in two groups of seven bits.
        let next = [0x80 | (10 * level % 128) as u8, (10 * level / 128) as u8];
        trie.extend([&[0, 2, b'a', 0], next.as_slice(), &[b'b', 0], &next].concat());
    }
    trie.extend([0, 0]);
    let tree = PluginTree::new().file("libgain.dylib", with_trie(ARM64, BUNDLE, &trie));
    assert!(Inspection::of(&tree.path("libgain.dylib")).unwrap().exports.is_empty());
}

#[test]
fn a_mac_entry_that_is_a_variable_is_refused() {
    // The flags of a terminal and its address: in `__DATA`, and thread-local; then one in code and one of another library.
    let each: [(&[u8], bool); 4] =
        [(&[0, 0x88, 0x08], false), (&[1, 0x10], false), (&[0, 0x10], true), (&[8, 1, 0], true)];
    for (information, is_function) in each {
        let mut trie = [&[0, 1], b"_harmonics_register\0\x17".as_slice()].concat();
        trie.push(information.len() as u8);
        trie.extend(information);
        trie.push(0);
        let mut file = with_trie(ARM64, BUNDLE, &trie);
        let data = file.windows(7).position(|bytes| bytes == b"__DATA\0").unwrap();
        // What the segment may be at first (`initprot`): readable and writable.
        file[data + 52] = 3;
        let tree = PluginTree::new().file("libgain.dylib", file);
        let path = tree.path("libgain.dylib");
        let quick = check_before_load(&path, platform("macos-aarch64"), "harmonics_register").map(drop);
        let whole = Inspection::of(&path).unwrap().check_anywhere("harmonics_register");
        for checked in [quick, whole] {
            let words = checked.err().map(|error| error.message().to_owned());
            let told = words.as_ref().is_some_and(|words| words.contains("as data, not as a function"));
            assert_eq!((words.is_none(), told), (is_function, !is_function), "{information:?}: {words:?}");
        }
    }
}

fn platform(name: &str) -> Platform {
    name.parse().unwrap()
}

/// A universal library for x86_64 and arm64.
pub(crate) fn universal() -> Vec<u8> {
    let parts = [(X86_64, thin(X86_64, BUNDLE)), (ARM64, thin(ARM64, BUNDLE))];
    let mut file: Vec<u8> = [0xcafe_babe_u32, 2].iter().flat_map(|word| word.to_be_bytes()).collect();
    let mut offset = 64;
    for (cpu, part) in &parts {
        file.extend([*cpu, 0, offset, part.len() as u32, 3].iter().flat_map(|word| word.to_be_bytes()));
        offset += part.len() as u32;
    }
    file.resize(64, 0);
    parts.iter().for_each(|(_, part)| file.extend(part));
    file
}

/// A library that exports `_harmonics_register` and embeds the manifest `{"a": 1}`.
pub(super) fn thin(cpu: u32, kind: u32) -> Vec<u8> {
    let mut trie = vec![0, 1];
    trie.extend(b"_harmonics_register\0\x17");
    trie.extend([2, 0, 0x10, 0]);
    with_trie(cpu, kind, &trie)
}

fn with_trie(cpu: u32, kind: u32, trie: &[u8]) -> Vec<u8> {
    let manifest = b"{\"a\": 1}\0\0\0\0\0\0\0\0";
    let (data, linkedit) = (0x400_u64, 0x410_u64);
    let commands = [
        segment("__TEXT", 0, data, &[]),
        segment("__DATA", data, manifest.len() as u64, &[("__hotshoe", data, manifest.len() as u64)]),
        segment("__LINKEDIT", linkedit, trie.len() as u64, &[]),
        command(0x8000_0033, &words(&[linkedit as u32, trie.len() as u32])),
        named_library(0xd, "@rpath/libgain.dylib"),
        named_library(0xc, "/usr/lib/libSystem.B.dylib"),
        command(0x8000_001c, &[words(&[12]), text("@loader_path")].concat()),
        command(0x1b, &[7; 16]),
    ];
    let bytes = commands.concat();
    let mut file = words(&[0xfeed_facf, cpu, 0, kind, commands.len() as u32, bytes.len() as u32, 0, 0]);
    file.extend(bytes);
    file.resize(data as usize, 0);
    file.extend(manifest);
    file.extend(trie);
    file
}

fn segment(name: &str, offset: u64, size: u64, sections: &[(&str, u64, u64)]) -> Vec<u8> {
    let mut body = fixed(name);
    body.extend([offset, size, offset, size].iter().flat_map(|value| value.to_le_bytes()));
    body.extend(words(&[7, 7, sections.len() as u32, 0]));
    for (section, offset, size) in sections {
        body.extend([fixed(section), fixed(name)].concat());
        body.extend([*offset, *size].iter().flat_map(|value| value.to_le_bytes()));
        body.extend(words(&[*offset as u32, 0, 0, 0, 0, 0, 0, 0]));
    }
    command(0x19, &body)
}

fn named_library(kind: u32, name: &str) -> Vec<u8> {
    command(kind, &[words(&[24, 0, 0, 0]), text(name)].concat())
}

fn command(kind: u32, body: &[u8]) -> Vec<u8> {
    let mut command = words(&[kind, body.len() as u32 + 8]);
    command.extend(body);
    command
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A name in sixteen bytes.
fn fixed(name: &str) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.resize(16, 0);
    bytes
}

/// A name that ends in NUL, padded to eight bytes.
fn text(name: &str) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.resize((bytes.len() / 8 + 1) * 8, 0);
    bytes
}
