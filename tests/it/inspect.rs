//! What a user can learn about a library before any of its code runs.

mod dependencies;
mod hostile;
mod leftovers;
pub(crate) mod macho;

use std::fs;
use std::path::Path;

use hotshoe::error::{Code, Error};
use hotshoe::inspect::{Format, Inspection, check_before_load};
use hotshoe::platform::Platform;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, require};

const ENTRY: &str = "harmonics_register";

/// A C++ plugin with most of what there is to find.
const RICH_PLUGIN: &str = r#"
#include <string>
struct Registry { inline static int count = 0; };
thread_local std::string last;
__attribute__((section(".hotshoe"), used)) static const char manifest[] = "{\"name\": \"rich\"}";
extern "C" int harmonics_answer = 42;
extern "C" void harmonics_register(void *) { last = "x"; ++Registry::count; }
"#;

fn facts(path: &Path) -> Inspection {
    Inspection::of(path).unwrap_or_else(|error| panic!("{}", error.report()))
}

fn refusal(path: &Path) -> Error {
    let error = check_before_load(path, Platform::current(), ENTRY).expect_err("it is refused");
    assert_eq!(error.path(), Some(path), "{}", error.report());
    assert!(error.hint_text().is_some(), "no hint: {}", error.report());
    error
}

fn refused_bytes(bytes: &[u8]) -> Error {
    let tree = PluginTree::new().file("libplugin.so", bytes);
    refusal(&tree.path("libplugin.so"))
}

#[test]
fn a_good_plugin_passes_both_checks() {
    let library = Library::c(GOOD_C_PLUGIN).build();
    check_before_load(&library, Platform::current(), ENTRY).unwrap();
    facts(&library).check(Platform::current(), ENTRY).unwrap();
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn the_facts_of_a_cpp_plugin_are_all_there() {
    let id = "-Wl,--build-id=0x0123456789abcdef";
    let library =
        Library::cpp(RICH_PLUGIN).arg("-Wl,-soname,librich.so.1").arg(id).arg("-Wl,-rpath,$ORIGIN/lib").build();
    let facts = facts(&library);
    assert_eq!((facts.format, facts.platforms.as_slice()), (Format::Elf, [Platform::current()].as_slice()));
    assert_eq!(facts.name.as_deref(), Some("librich.so.1"));
    assert_eq!(facts.size, fs::metadata(&library).unwrap().len());
    assert!(facts.exports_symbol(ENTRY) && facts.exports_symbol("harmonics_answer"));
    assert!(!facts.exports_symbol("__cxa_finalize"), "an import is no export");
    assert!(facts.exports.is_sorted());
    assert_eq!(facts.search_paths, ["$ORIGIN/lib"]);
    assert_eq!(facts.build_id.as_deref(), Some("0123456789abcdef"));
    assert_eq!(facts.manifest.as_deref(), Some(r#"{"name": "rich"}"#));
    assert!(!facts.executable_stack && !facts.text_relocations && !facts.never_unloads);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn needed_libraries_are_found_where_the_loader_finds_them() {
    let facts = facts(&Library::cpp(RICH_PLUGIN).build());
    let names: Vec<&str> = facts.needed.iter().map(|needed| needed.name.as_str()).collect();
    assert!(names.iter().any(|name| name.starts_with("libstdc++.so")), "{names:?}");
    assert!(facts.needed.iter().all(|needed| needed.found.as_ref().is_some_and(|path| path.is_file())), "{facts:#?}");
    assert_eq!(facts.missing().count(), 0);
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "only glibc has these versions")]
fn the_newest_glibc_version_is_told() {
    // 2.9 must not pass for newer than 2.14.
    let source = "#include <string.h>\n#include <fcntl.h>\n#include <unistd.h>\n\
        int pipe2(int *, int); void harmonics_register(void *r) { memcpy(r, (char *)r + 9, (unsigned long)r); pipe2(r, 0); }";
    let facts = facts(&Library::c(source).arg("-fno-builtin").build());
    let glibc = facts.glibc.expect("memcpy is versioned");
    let minor: u32 = glibc.strip_prefix("2.").and_then(|minor| minor.parse().ok()).expect("it is a version");
    assert!(minor >= 14, "{glibc}");
    let symbols: Vec<_> =
        facts.glibc_symbols.iter().map(|needed| (needed.name.as_str(), needed.version.to_string())).collect();
    assert!(symbols.contains(&("memcpy", "2.14".to_owned())), "{symbols:?}");
    assert!(symbols.contains(&("pipe2", "2.9".to_owned())), "{symbols:?}");
    assert_eq!(facts.glibc_symbols[0].version.to_string(), glibc, "the newest comes first");
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "only glibc has these versions")]
fn a_file_that_only_a_newer_glibc_reads_needs_that() {
    // The linker marks such a file with a version that no symbol has.
    let source = "int puts(const char *); static int x; int *p = &x;\
        void harmonics_register(void *r) { (void)r; puts(\"x\"); }";
    let facts = facts(&Library::c(source).arg("-Wl,-z,pack-relative-relocs").build());
    assert_eq!(facts.glibc.as_deref(), Some("2.36"), "{:?}", facts.glibc_symbols);
    assert!(facts.glibc_symbols.iter().any(|needed| needed.name == "GLIBC_ABI_DT_RELR"), "{:?}", facts.glibc_symbols);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn a_library_for_musl_is_told_from_one_for_glibc() {
    if !require("musl-gcc") {
        return;
    }
    let source = "int puts(const char *); void harmonics_register(void *r) { (void)r; puts(\"x\"); }";
    let small = facts(&Library::c(source).compiler("musl-gcc").build());
    assert!(small.musl && small.glibc.is_none() && small.glibc_symbols.is_empty(), "{small:?}");
    assert!(!facts(&Library::c(source).build()).musl);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn a_library_that_is_needed_by_its_path_is_a_fixed_path() {
    let dependency = Library::c("void tables(void) {}").file_name("libtables.so").build();
    let source = "void tables(void); void harmonics_register(void *r) { (void)r; tables(); }";
    let plugin = facts(&Library::c(source).arg(dependency.display().to_string()).build());
    let findings = plugin.findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].code, Code::LIBRARY_ABSOLUTE_PATH);
    assert!(findings[0].message.contains(&*dependency.to_string_lossy()), "{}", findings[0].message);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn what_keeps_a_library_mapped_is_told() {
    if !require("g++") {
        return;
    }
    let unique = facts(&Library::cpp(RICH_PLUGIN).compiler("g++").arg("-fgnu-unique").build());
    assert!(unique.unique_symbols.iter().any(|symbol| symbol.contains("count")), "{:?}", unique.unique_symbols);
    assert!(unique.thread_exit_functions);
    assert_eq!(unique.residency_reasons().len(), 2, "{:?}", unique.residency_reasons());
    let plain = facts(&Library::c(GOOD_C_PLUGIN).build());
    assert_eq!(plain.residency_reasons(), [""; 0]);
    let nodelete = facts(&Library::c(GOOD_C_PLUGIN).arg("-Wl,-z,nodelete").build());
    assert!(nodelete.never_unloads);
    assert!(nodelete.residency_reasons()[0].contains("DF_1_NODELETE"));
    assert_eq!(nodelete.findings()[0].code, Code::LIBRARY_RESIDENT);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn an_executable_stack_and_a_fixed_search_path_are_findings() {
    let library = Library::c(GOOD_C_PLUGIN).arg("-Wl,-z,execstack").arg("-Wl,-rpath,/opt/harmonics").build();
    let facts = facts(&library);
    assert!(facts.executable_stack);
    let codes: Vec<Code> = facts.findings().iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::LIBRARY_EXECUTABLE_STACK, Code::LIBRARY_ABSOLUTE_PATH]);
    assert!(facts.findings().iter().all(|finding| finding.path.as_deref() == Some(&*library)));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn a_missing_dependency_is_named_with_the_folders_searched() {
    let dependency = Library::c("void tables(void) {}").file_name("libtables.so").build();
    let source = "void tables(void); void harmonics_register(void *r) { tables(); }";
    let plugin = Library::c(source).arg(dependency.display().to_string()).arg("-Wl,-rpath,$ORIGIN/private");
    let plugin = plugin.arg("-Wl,-soname,libneedy.so").build();
    let with_name =
        Library::c("void tables(void) {}").arg("-Wl,-soname,libtables.so").file_name("libtables.so").build();
    let tree = PluginTree::new().plugin("by-path", "{}", &plugin);
    assert_eq!(facts(&tree.library("by-path")).missing().count(), 0, "a path is looked at as it is");

    let plugin = Library::c(source).arg(with_name.display().to_string()).arg("-Wl,-rpath,$ORIGIN/private").build();
    let tree = PluginTree::new().plugin("needy", "{}", &plugin);
    let error = facts(&tree.library("needy")).check(Platform::current(), ENTRY).unwrap_err();
    assert_eq!(error.code(), Code::DEPENDENCY_MISSING);
    assert!(error.message().contains("`libtables.so`"));
    let hint = error.hint_text().unwrap();
    assert!(hint.contains("needy/private") && hint.contains("/usr/lib"), "{hint}");
    check_before_load(&tree.library("needy"), Platform::current(), ENTRY).unwrap();

    let tree = tree.file("needy/private/libtables.so", "not a library");
    assert_eq!(facts(&tree.library("needy")).missing().count(), 1, "the loader would pass over it too");
    let tree = tree.file("needy/private/libtables.so", fs::read(with_name).unwrap());
    let found = facts(&tree.library("needy")).needed[0].found.clone().unwrap();
    assert_eq!(found, tree.path("needy/private/libtables.so"));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn another_architecture_is_named() {
    if !require("aarch64-linux-gnu-gcc") {
        return;
    }
    let library = Library::c(GOOD_C_PLUGIN).compiler("aarch64-linux-gnu-gcc").build();
    let facts = facts(&library);
    assert_eq!(facts.platforms, ["linux-aarch64".parse().unwrap()]);
    assert!(facts.exports_symbol(ENTRY));
    assert!(facts.needed.iter().all(|needed| needed.found.is_none() && needed.searched.is_empty()));
    check_before_load(&library, "linux-aarch64".parse().unwrap(), ENTRY).unwrap();
    let error = check_before_load(&library, "linux-x86_64".parse().unwrap(), ENTRY).unwrap_err();
    assert_eq!(error.code(), Code::LIBRARY_WRONG_ARCHITECTURE);
    assert!(error.message().contains("`linux-aarch64`") && error.message().contains("`linux-x86_64`"), "{error}");
}

#[test]
fn a_windows_library_is_read_on_any_system() {
    let Some(library) = windows_library() else { return };
    let facts = facts(&library);
    assert_eq!((facts.format, facts.name.as_deref()), (Format::Pe, Some("gain.dll")));
    assert_eq!(facts.platforms, ["windows-x86_64".parse().unwrap()]);
    assert_eq!(facts.exports, [ENTRY]);
    assert!(facts.needed.iter().any(|needed| needed.name.eq_ignore_ascii_case("kernel32.dll")), "{:?}", facts.needed);
    assert_eq!(facts.manifest.as_deref(), Some("{}"));
    check_before_load(&library, "windows-x86_64".parse().unwrap(), ENTRY).unwrap();
    let error = check_before_load(&library, "linux-x86_64".parse().unwrap(), ENTRY).unwrap_err();
    assert_eq!(error.code(), Code::LIBRARY_WRONG_SYSTEM);
    assert!(error.message().contains("`windows-x86_64`") && error.message().contains("`linux-x86_64`"), "{error}");
}

fn windows_library() -> Option<std::path::PathBuf> {
    let manifest = "__attribute__((section(\".hotshoe\"), used)) static const char manifest[] = \"{}\";\n";
    let export = "__declspec(dllexport) ";
    let library = Library::c(&format!("{manifest}{export}{GOOD_C_PLUGIN}")).compiler("x86_64-w64-mingw32-gcc");
    require("x86_64-w64-mingw32-gcc").then(|| library.file_name("gain.dll").build())
}

#[test]
fn a_windows_library_for_a_processor_without_a_name_here_says_which() {
    let Some(library) = windows_library() else { return };
    let good = fs::read(library).unwrap();
    let header = u32::from_le_bytes(good[0x3c..0x40].try_into().unwrap()) as usize;
    let tree = PluginTree::new();
    for (machine, words) in [
        (0xa641_u16, "ARM64EC on Windows"),
        (0x5064, "64-bit RISC-V on Windows"),
        (0x1234, "a processor with the number 0x1234 (Machine) on Windows"),
    ] {
        let mut bytes = good.clone();
        bytes[header + 4..header + 6].copy_from_slice(&machine.to_le_bytes());
        let path = tree.path("other.dll");
        fs::write(&path, bytes).unwrap();
        let facts = facts(&path);
        assert_eq!((facts.platforms.len(), facts.built_for()), (0, words.to_owned()));
        let codes = [Code::LIBRARY_WRONG_ARCHITECTURE, Code::LIBRARY_WRONG_SYSTEM];
        for (platform, code) in ["windows-x86_64", "linux-x86_64"].into_iter().zip(codes) {
            let error = check_before_load(&path, platform.parse().unwrap(), ENTRY).unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.message().contains(words), "{error}");
            assert!(error.message().contains(&format!("instead of `{platform}`")), "{error}");
        }
    }
}

#[test]
fn an_assembly_for_dotnet_is_called_that() {
    let Some(library) = windows_library() else { return };
    let mut bytes = fs::read(library).unwrap();
    // The data directories of a PE32+: the exports, and what makes it an assembly.
    let directories = u32::from_le_bytes(bytes[0x3c..0x40].try_into().unwrap()) as usize + 24 + 112;
    bytes[directories..directories + 8].fill(0);
    let managed = directories + 14 * 8;
    bytes[managed..managed + 8].copy_from_slice(&[0, 0x10, 0, 0, 72, 0, 0, 0]);
    let tree = PluginTree::new().file("net.dll", bytes);
    let path = tree.path("net.dll");
    let windows = "windows-x86_64".parse().unwrap();
    for error in [Inspection::of(&path).unwrap_err(), check_before_load(&path, windows, ENTRY).unwrap_err()] {
        assert!(error.message().contains("an assembly for .NET"), "{error}");
    }
}

#[test]
fn files_that_are_no_libraries_are_called_what_they_are() {
    let of = |bytes: &[u8]| {
        let error = refused_bytes(bytes);
        assert_eq!(error.code(), Code::LIBRARY_FORMAT);
        error.message().to_owned()
    };
    assert!(of(b"").contains("is empty"));
    assert!(of(b"<!DOCTYPE html><html>404</html>").contains("HTML"));
    assert!(of(b"#!/bin/sh\nexit 0\n").contains("a script"));
    assert!(of(b"version https://git-lfs.github.com/spec/v1\n").contains("Git LFS"));
    assert!(of(b"just some words\n").contains("a text file"));
    for script in [
        "INPUT(libm.so.6)",
        "/* GNU ld script */\nGROUP ( a )",
        "OUTPUT_FORMAT(elf64-x86-64)\nGROUP ( a )",
        "/* of ours */ INPUT ( a )",
        "GROUP ( a )",
    ] {
        assert!(of(script.as_bytes()).contains("a linker script"), "{script}");
    }
    assert!(of(b"/* a comment */ int main(void);\n").contains("a text file"));
    assert!(of(b"\0\x05\x16\x07\0\x02\0\0Mac OS X").contains("AppleDouble"));
    assert!(of(b"!<arch>\n").contains("a static library"));
    assert!(of(b"\x01\x02\x03").contains("3 bytes"));
    assert!(of(b"\xca\xfe\xba\xbe\0\0\0\x41class").contains("Java"));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn executables_and_object_files_are_refused() {
    let source = format!("{GOOD_C_PLUGIN}int main(void) {{ return 0; }}\n");
    let kinds = [
        (["-fPIE", "-pie"], "a position-independent executable"),
        (["-fno-pie", "-no-pie"], "an executable"),
        (["-fPIC", "-c"], "an object file"),
    ];
    for (args, what) in kinds {
        let error = refusal(&Library::c(&source).instead_of_shared(&args).build());
        assert_eq!(error.code(), Code::LIBRARY_FORMAT);
        assert!(error.message().ends_with(what), "{error}");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn debug_information_that_was_split_off_is_called_that() {
    if !require("objcopy") {
        return;
    }
    let library = Library::c(GOOD_C_PLUGIN).arg("-g").build();
    let debug = library.with_extension("debug.so");
    let status = std::process::Command::new("objcopy").arg("--only-keep-debug").args([&library, &debug]).status();
    assert!(status.unwrap().success());
    let error = refusal(&debug);
    assert_eq!(error.code(), Code::LIBRARY_FORMAT);
    assert!(error.message().contains("debug information"), "{error}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn a_library_that_may_not_be_loaded_by_a_running_program_is_refused() {
    let library = Library::c(GOOD_C_PLUGIN).arg("-Wl,-z,nodlopen").build();
    for error in [refusal(&library), facts(&library).check(Platform::current(), ENTRY).unwrap_err()] {
        assert_eq!(error.code(), Code::LIBRARY_FORMAT);
        assert!(error.message().contains("`DF_1_NOOPEN`"), "{error}");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn a_library_for_another_system_is_not_called_one_for_another_processor() {
    let good = fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap();
    for (abi, name) in [(6, "Solaris"), (2, "NetBSD"), (200, "number 200")] {
        let mut bytes = good.clone();
        bytes[7] = abi;
        let error = refused_bytes(&bytes);
        assert_eq!(error.code(), Code::LIBRARY_WRONG_SYSTEM);
        assert!(error.message().contains("operating system") && error.message().contains(name), "{error}");
    }
    let mut bytes = good.clone();
    bytes[8] = 5;
    assert!(refused_bytes(&bytes).message().contains("version 5 of the ELF interface"));
    // A note tells what the header does not.
    for (owner, name) in [("FreeBSD", "freebsd-"), ("Android", "Android"), ("OpenBSD", "OpenBSD")] {
        let note = format!(
            "__asm__(\".section .note.tag,\\\"a\\\",@note\\n.long 8,4,1\\n.asciz \\\"{owner}\\\"\\n.balign 4\\n.long 1\\n.text\");"
        );
        let error = refusal(&Library::c(&format!("{note}\n{GOOD_C_PLUGIN}")).build());
        assert_eq!(error.code(), Code::LIBRARY_WRONG_SYSTEM, "{owner}: {error}");
        assert!(error.message().contains(name), "{owner}: {error}");
    }
    let mut bytes = good;
    bytes[18] = 2;
    let error = refused_bytes(&bytes);
    assert_eq!(error.code(), Code::LIBRARY_WRONG_ARCHITECTURE);
    assert!(error.message().contains("SPARC"), "{error}");
}

#[test]
fn a_folder_or_nothing_is_unreadable() {
    let tree = PluginTree::new();
    assert_eq!(refusal(tree.root()).code(), Code::LIBRARY_UNREADABLE);
    assert_eq!(refusal(&tree.path("libnone.so")).code(), Code::LIBRARY_UNREADABLE);
}

#[test]
fn a_missing_entry_comes_with_its_look_alikes() {
    let source = "void harmonics_regster(void) {} void harmonics_start(void) {} void unrelated(void) {}";
    let error = refusal(&Library::c(source).build());
    assert_eq!(error.code(), Code::ENTRY_MISSING);
    assert!(error.message().contains("`harmonics_register`"));
    let hint = error.hint_text().unwrap();
    assert!(hint.contains("extern \"C\"") && hint.contains("`harmonics_regster`"), "{hint}");
    assert!(!hint.contains("unrelated"), "{hint}");
    let hidden = Library::c(GOOD_C_PLUGIN).arg("-fvisibility=hidden").build();
    assert!(refusal(&hidden).hint_text().unwrap().contains("default visibility"));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn an_entry_that_is_a_variable_is_refused_and_never_called() {
    let assembled = |section: &str| {
        format!(
            "__asm__(\".section {section}\\n.globl harmonics_register\\nharmonics_register:\\n.byte 0xc3\\n.text\");"
        )
    };
    let variables = [
        "struct { int version; const char *name; } harmonics_register = { 1, \"x\" };".to_owned(),
        "const char harmonics_register[] = \"x\";".to_owned(),
        "__thread int harmonics_register = 1;".to_owned(),
        "int harmonics_register;".to_owned(),
        assembled(".data"),
        "__asm__(\".globl harmonics_register\\n.set harmonics_register, 0x1234\");".to_owned(),
    ];
    for source in &variables {
        let library = Library::c(source).build();
        for error in [refusal(&library), facts(&library).check(Platform::current(), ENTRY).unwrap_err()] {
            assert_eq!(error.code(), Code::ENTRY_MISSING, "{source}");
            let words = "exports `harmonics_register` as data, not as a function";
            assert!(error.message().contains(words), "{source}: {error}");
        }
    }
    let functions = [
        assembled(".text"),
        "static void f(void *r) { (void)r; } static void *pick(void) { return (void *)f; }\
         void harmonics_register(void *) __attribute__((ifunc(\"pick\")));"
            .to_owned(),
        "void f(void *r) { (void)r; } void harmonics_register(void *) __attribute__((alias(\"f\"), weak));".to_owned(),
    ];
    for source in &functions {
        let library = Library::c(source).build();
        check_before_load(&library, Platform::current(), ENTRY).unwrap();
        facts(&library).check(Platform::current(), ENTRY).unwrap();
    }
}

#[test]
fn a_windows_entry_that_is_a_variable_is_refused() {
    if !require("x86_64-w64-mingw32-gcc") {
        return;
    }
    let windows = "windows-x86_64".parse().unwrap();
    let source = "__declspec(dllexport) int harmonics_register = 1;";
    let library = Library::c(source).compiler("x86_64-w64-mingw32-gcc").file_name("gain.dll").build();
    for error in
        [check_before_load(&library, windows, ENTRY).unwrap_err(), facts(&library).check_anywhere(ENTRY).unwrap_err()]
    {
        assert_eq!(error.code(), Code::ENTRY_MISSING);
        assert!(error.message().contains("as data"), "{error}");
    }
    // What another library defines is taken at its word.
    let forward = "__asm__(\".section .drectve\\n.ascii \\\" -export:harmonics_register=kernel32.Sleep\\\"\\n.text\");";
    let library = Library::c(forward).compiler("x86_64-w64-mingw32-gcc").file_name("gain.dll").build();
    check_before_load(&library, windows, ENTRY).unwrap();
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn a_missing_extern_c_is_recognised() {
    let error = refusal(&Library::cpp(GOOD_C_PLUGIN).build());
    assert_eq!(error.code(), Code::ENTRY_MISSING);
    let hint = error.hint_text().unwrap();
    assert!(hint.contains("`_Z18harmonics_registerPv`") && hint.contains("`extern \"C\"` is missing"), "{hint}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn the_entry_is_found_by_either_hash_table_and_without_section_headers() {
    let many: String = (0..500).map(|n| format!("void f{n}(void) {{}}\n")).collect();
    for style in ["sysv", "gnu", "both"] {
        let library = Library::c(&format!("{many}{GOOD_C_PLUGIN}")).arg(format!("-Wl,--hash-style={style}")).build();
        let mut bytes = fs::read(library).unwrap();
        // e_shoff, e_shnum and e_shstrndx of a 64-bit file.
        bytes[0x28..0x30].fill(0);
        bytes[0x3c..0x40].fill(0);
        let tree = PluginTree::new().file("libplugin.so", bytes);
        let path = tree.path("libplugin.so");
        check_before_load(&path, Platform::current(), ENTRY).unwrap();
        for missing in ["f500", "harmonics_registe", "", "harmonics_register\0"] {
            let error = check_before_load(&path, Platform::current(), missing).unwrap_err();
            assert_eq!(error.code(), Code::ENTRY_MISSING, "{style}: {missing}");
        }
        let facts = facts(&path);
        assert!((0..500).all(|n| facts.exports_symbol(&format!("f{n}"))), "{style}: {:?}", facts.exports);
    }
}
