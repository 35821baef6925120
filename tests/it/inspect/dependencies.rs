//! What the loader would make of the libraries that a plugin needs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::{ENTRY, facts, refusal};
use hotshoe::error::{Code, Error, Result};
use hotshoe::platform::Platform;
use hotshoe::runtime::native::Library as Loaded;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, require};

const NEEDY: &str = "void tables(void); void harmonics_register(void *r) { (void)r; tables(); }";

/// A library with a name of its own, so that no test meets another one's.
fn tables(name: &str) -> PathBuf {
    Library::c("void tables(void) {}").arg(format!("-Wl,-soname,{name}")).file_name(name).build()
}

fn needy(dependency: &Path, search_path: &str) -> PathBuf {
    let plugin = Library::c(NEEDY).arg(dependency.display().to_string());
    plugin.arg(format!("-Wl,-rpath,{search_path}")).build()
}

fn check(plugin: &Path) -> Result<()> {
    facts(plugin).check(Platform::current(), ENTRY)
}

/// What the check says, which must be what the system's loader says.
fn told(plugin: &Path) -> Option<Error> {
    let checked = check(plugin);
    let loaded = Loaded::open_copy(plugin, ENTRY);
    assert_eq!(checked.is_ok(), loaded.is_ok(), "{checked:?}, and loading: {:?}", loaded.err());
    checked.err()
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "the rules are those of glibc's loader")]
fn tokens_in_a_search_path_are_what_they_are_to_the_loader() {
    let lib = if Path::new("/lib/x86_64-linux-gnu/libc.so.6").exists() { "lib/x86_64-linux-gnu" } else { "lib64" };
    let each = [
        ("libtokens1.so", "$ORIGIN/$LIB", lib),
        ("libtokens2.so", "${ORIGIN}/${LIB}", lib),
        ("libtokens3.so", "$ORIGIN/sub", "sub"),
        ("libtokens4.so", "$ORIGIN/$PLATFORM", "x86_64"),
        ("libtokens5.so", "$ORIGIN/$PLATFORM", "haswell"),
        ("libtokens6.so", "$ORIGIN/sub", "sub/glibc-hwcaps/x86-64-v2"),
        ("libtokens7.so", "$ORIGIN/sub", "sub/glibc-hwcaps/x86-64-v9"),
        ("libtokens8.so", "$ORIGIN/$LIBRARY", lib),
    ];
    let mut found = 0;
    for (name, search_path, folder) in each {
        let dependency = tables(name);
        let tree = PluginTree::new().plugin("gain", "{}", &needy(&dependency, search_path));
        let tree = tree.file(&format!("gain/{folder}/{name}"), fs::read(&dependency).unwrap());
        found += usize::from(told(&tree.library("gain")).is_none());
    }
    assert!(found >= 3, "{found}");
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "the rules are those of glibc's loader")]
fn a_needed_name_with_a_token_is_a_path() {
    let dependency = Library::c("void tables(void) {}").arg("-Wl,-soname,$ORIGIN/sub/libtokens9.so");
    let dependency = dependency.file_name("libtokens9.so").build();
    let tree = PluginTree::new().plugin("gain", "{}", &needy(&dependency, "$ORIGIN"));
    assert_eq!(told(&tree.library("gain")).unwrap().code(), Code::DEPENDENCY_MISSING);
    let tree = tree.file("gain/sub/libtokens9.so", fs::read(dependency).unwrap());
    assert!(told(&tree.library("gain")).is_none());
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "the rules are those of glibc's loader")]
fn what_a_dependency_needs_is_looked_for_too() {
    let deep = tables("libdeep1.so");
    let middle = Library::c("void tables(void); void scales(void) { tables(); }").arg(deep.display().to_string());
    let middle = middle.arg("-Wl,-soname,libmiddle1.so").file_name("libmiddle1.so");
    let plugin = |middle: &Path, tags: &str| {
        let plugin = "void scales(void); void harmonics_register(void *r) { (void)r; scales(); }";
        let plugin = Library::c(plugin).arg(middle.display().to_string()).arg("-Wl,-rpath,$ORIGIN").arg(tags);
        let tree = PluginTree::new().plugin("gain", "{}", &plugin.build());
        tree.file(&format!("gain/{}", middle.file_name().unwrap().to_string_lossy()), fs::read(middle).unwrap())
    };
    let middle = middle.build();
    let tree = plugin(&middle, "-Wl,--enable-new-dtags");
    let error = told(&tree.library("gain")).unwrap();
    assert_eq!(error.code(), Code::DEPENDENCY_MISSING);
    assert!(error.message().contains("needs `libmiddle1.so`, which needs `libdeep1.so`"), "{error}");
    // A RUNPATH is for the library itself; an RPATH serves what it brings, too.
    let tree = tree.file("gain/libdeep1.so", fs::read(&deep).unwrap());
    assert!(told(&tree.library("gain")).is_some());
    let old = plugin(&middle, "-Wl,--disable-new-dtags").file("gain/libdeep1.so", fs::read(&deep).unwrap());
    assert!(told(&old.library("gain")).is_none());
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "the rules are those of glibc's loader")]
fn a_needed_version_that_is_not_here_is_refused_with_both_versions() {
    let library = |version: &str| {
        let script = PluginTree::new().file("map", format!("{version} {{ global: tables; }};"));
        let library = Library::c("void tables(void) {}").arg("-Wl,-soname,libversions1.so");
        let script = script.path("map").display().to_string();
        library.arg(format!("-Wl,--version-script={script}")).file_name("libversions1.so").build()
    };
    let (newer, older) = (library("TABLES_1.10"), library("TABLES_1.9"));
    let tree = PluginTree::new().plugin("gain", "{}", &needy(&newer, "$ORIGIN"));
    let tree = tree.file("gain/libversions1.so", fs::read(older).unwrap());
    let error = told(&tree.library("gain")).unwrap();
    assert_eq!(error.code(), Code::LIBRARY_GLIBC);
    for part in ["`TABLES_1.10` of `libversions1.so`", "goes up to `TABLES_1.9`"] {
        assert!(error.message().contains(part), "{error}");
    }
    let tree = tree.file("gain/libversions1.so", fs::read(newer).unwrap());
    assert!(check(&tree.library("gain")).is_ok());
}

/// The libraries of a newer system, by a version in the file that no system has yet.
#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "the rules are those of glibc's loader")]
fn a_library_from_a_newer_system_is_refused_with_both_versions() {
    let source = "#include <stdio.h>\nvoid harmonics_register(void *r) { (void)r; puts(\"x\"); }";
    let mut bytes = fs::read(Library::c(source).build()).unwrap();
    replace(&mut bytes, b"GLIBC_2.2.5\0", b"GLIBC_2.9.9\0");
    replace(&mut bytes, &elf_hash("GLIBC_2.2.5").to_le_bytes(), &elf_hash("GLIBC_2.9.9").to_le_bytes());
    let tree = PluginTree::new().file("libgain.so", bytes);
    let error = told(&tree.path("libgain.so")).unwrap();
    assert_eq!(error.code(), Code::LIBRARY_GLIBC);
    assert!(error.message().contains("`GLIBC_2.9.9` of `libc.so.6`"), "{error}");
    assert!(error.message().contains("goes up to `GLIBC_2."), "{error}");
    assert!(!error.hint_text().unwrap().contains("link the library"), "{error:?}");
}

fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(old)).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|at| bytes[at..at + new.len()].copy_from_slice(new));
}

fn elf_hash(name: &str) -> u32 {
    name.bytes().fold(0, |hash: u32, byte| {
        let hash = (hash << 4).wrapping_add(byte.into());
        (hash ^ ((hash & 0xf000_0000) >> 24)) & 0x0fff_ffff
    })
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "the rules are those of glibc's loader")]
fn a_plugin_for_musl_is_refused_by_a_host_with_glibc() {
    if !require("musl-gcc") {
        return;
    }
    let source = "int puts(const char *); void harmonics_register(void *r) { (void)r; puts(\"x\"); }";
    let library = Library::c(source).compiler("musl-gcc").build();
    for error in [refusal(&library), told(&library).unwrap()] {
        assert_eq!(error.code(), Code::LIBRARY_WRONG_SYSTEM);
        assert!(error.message().contains("musl instead of glibc"), "{error}");
    }
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "the rules are those of glibc's loader")]
fn a_linker_script_in_a_librarys_place_is_called_that() {
    let dependency = tables("libscript1.so");
    let tree = PluginTree::new().plugin("gain", "{}", &needy(&dependency, "$ORIGIN/first:$ORIGIN/second"));
    let tree = tree.file("gain/first/libscript1.so", "/* GNU ld script */\nINPUT ( libm.so.6 )");
    // The loader goes no further, though the right one follows.
    let tree = tree.file("gain/second/libscript1.so", fs::read(dependency).unwrap());
    let error = told(&tree.library("gain")).unwrap();
    assert_eq!(error.code(), Code::DEPENDENCY_MISSING);
    assert!(error.message().contains("cannot be taken"), "{error}");
    assert!(error.hint_text().unwrap().contains("a linker script"), "{error:?}");
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "the rules are those of glibc's loader")]
fn what_the_host_provides_is_not_missed() {
    let core = tables("libcore-of-the-host.so.1");
    let plugin = needy(&core, "$ORIGIN");
    let mut found = facts(&plugin);
    assert_eq!(found.check(Platform::current(), ENTRY).unwrap_err().code(), Code::DEPENDENCY_MISSING);
    for (pattern, matches) in [
        ("libcore-of-the-host.so.1", true),
        ("libcore-*.so.*", true),
        ("libcore-of-the-host.so", false),
        ("*core*", true),
        ("lib*host.so", false),
    ] {
        found.set_provided(&[pattern.to_owned()]);
        assert_eq!(found.check(Platform::current(), ENTRY).is_ok(), matches, "{pattern}");
        assert_eq!(found.provided().count(), usize::from(matches), "{pattern}");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "what it is compared with is the loader of Linux")]
fn a_good_plugin_passes_with_all_that_it_brings() {
    assert!(told(&Library::c(GOOD_C_PLUGIN).build()).is_none());
    let cpp = "#include <string>\n#include <thread>\n\
        extern \"C\" void harmonics_register(void *r) { std::thread([] {}).join(); *(std::string *)r += \"x\"; }";
    assert!(told(&Library::cpp(cpp).build()).is_none());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the rules are those of musl's loader")]
fn a_library_for_musl_is_looked_for_where_musls_loader_does() {
    if !require("musl-gcc") {
        return;
    }
    let dependency = Library::c("void tables(void) {}").compiler("musl-gcc").file_name("libnowhere.so");
    let dependency = dependency.arg("-Wl,-soname,libnowhere.so").build();
    let plugin = Library::c(NEEDY).compiler("musl-gcc").arg(dependency.display().to_string()).build();
    let file = format!("/etc/ld-musl-{}.path", Platform::current().architecture);
    let folders = fs::read_to_string(file).unwrap_or("/lib:/usr/local/lib:/usr/lib".to_owned());
    let folders: Vec<PathBuf> = folders.split([':', '\n']).filter(|path| !path.is_empty()).map(PathBuf::from).collect();
    let facts = facts(&plugin);
    let missing = facts.missing().find(|needed| needed.name == "libnowhere.so").expect("it is not there");
    // Cargo sets it for tests.
    let environment: Vec<PathBuf> = env::var_os("LD_LIBRARY_PATH").iter().flat_map(env::split_paths).collect();
    let own: Vec<&PathBuf> = missing.searched.iter().filter(|folder| !environment.contains(folder)).collect();
    assert_eq!(own, folders.iter().collect::<Vec<_>>(), "and none of glibc's, nor of its cache");
}
