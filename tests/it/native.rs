//! Shared libraries, mapped and unmapped.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hotshoe::error::Code;
use hotshoe::runtime::native::{Library, Prober, Residency};
use hotshoe_testkit::{GOOD_C_PLUGIN, Library as Source, PluginTree, file_name};

use crate::is_mapped;

const ENTRY: &str = "harmonics_register";

/// A plugin that says a number, and stays mapped if it is asked to.
pub fn saying(number: u32, arguments: &[&str]) -> PathBuf {
    let source = format!("void harmonics_register(unsigned *said) {{ *said = {number}; }}\n");
    arguments.iter().fold(Source::c(&source), |library, argument| library.arg(*argument)).build()
}

/// What the plugin's entry says.
#[expect(unsafe_code, reason = "calling a plugin is what the test is about")]
pub fn said(address: hotshoe::runtime::native::Address) -> u32 {
    let mut number = 0;
    // SAFETY: the fixture's entry has this type.
    let entry: extern "C" fn(&mut u32) = unsafe { std::mem::transmute(address) };
    entry(&mut number);
    number
}

fn open(path: &Path) -> Library {
    Library::open(path, ENTRY).unwrap_or_else(|error| panic!("{}", error.report()))
}

#[test]
fn closing_the_last_handle_unmaps_the_library() {
    let tree = PluginTree::new().plugin("gain", "{}", &Source::c(GOOD_C_PLUGIN).build());
    let library = open(&tree.library("gain"));
    assert!(is_mapped(&tree.library("gain")));
    assert_eq!(library.close().unwrap(), Residency::Unmapped);
    assert!(!is_mapped(&tree.library("gain")));
}

#[test]
fn a_library_that_stays_mapped_is_said_to_stay_and_why() {
    if !hotshoe_testkit::require_system(cfg!(target_os = "linux"), "only ELF marks a library so that it stays mapped") {
        return;
    }
    let tree = PluginTree::new().plugin("gain", "{}", &saying(1, &["-Wl,-z,nodelete"]));
    let Residency::Resident(reasons) = open(&tree.library("gain")).close().unwrap() else {
        panic!("it is marked NODELETE")
    };
    assert!(is_mapped(&tree.library("gain")));
    assert!(reasons.iter().any(|reason| reason.contains("NODELETE")), "{reasons:?}");

    let source = "struct S { static S &it() { static S s; return s; } int x = 0; };\n\
                  extern \"C\" void harmonics_register(int *x) { *x = S::it().x; }\n";
    let unique = Source::cpp(source).arg("-fgnu-unique").arg("-O0").build();
    let tree = PluginTree::new().plugin("gain", "{}", &unique);
    let Residency::Resident(reasons) = open(&tree.library("gain")).close().unwrap() else {
        panic!("it has a unique symbol")
    };
    assert!(reasons.iter().any(|reason| reason.contains("_ZZN1S2itEvE1s")), "the symbol is named: {reasons:?}");
}

#[test]
fn a_second_handle_elsewhere_keeps_it_mapped() {
    let tree = PluginTree::new().plugin("gain", "{}", &Source::c(GOOD_C_PLUGIN).build());
    let (first, second) = (open(&tree.library("gain")), open(&tree.library("gain")));
    assert!(matches!(first.close().unwrap(), Residency::Resident(_)));
    assert_eq!(second.close().unwrap(), Residency::Unmapped);
}

#[test]
fn a_replaced_library_is_the_new_one_even_while_the_old_one_stays_mapped() {
    if !hotshoe_testkit::require_system(cfg!(target_os = "linux"), "only ELF marks a library so that it stays mapped") {
        return;
    }
    let tree = PluginTree::new().plugin("gain", "{}", &saying(1, &["-Wl,-z,nodelete"]));
    let path = tree.library("gain");
    let old = open(&path);
    assert_eq!(said(old.symbol(ENTRY).unwrap()), 1);
    assert!(matches!(old.close().unwrap(), Residency::Resident(_)));

    let same = open(&path);
    assert!(!same.is_copy(), "nothing changed, so nothing is copied");
    same.close().unwrap();

    fs::copy(saying(2, &[]), tree.path("new")).unwrap();
    fs::rename(tree.path("new"), &path).unwrap();
    let new = open(&path);
    assert_eq!(said(new.symbol(ENTRY).unwrap()), 2, "dlopen alone would answer with the old code");
}

#[test]
fn a_private_copy_survives_overwriting_and_finds_its_neighbours() {
    let name = file_name("helper");
    // Windows looks beside a library anyway, and its linker lets these options pass.
    let (named, beside) = match cfg!(target_os = "macos") {
        true => (format!("-Wl,-install_name,@rpath/{name}"), "-Wl,-rpath,@loader_path"),
        false => (format!("-Wl,-soname,{name}"), "-Wl,-rpath,$ORIGIN"),
    };
    let helper = Source::c("unsigned helper(void) { return 40; }\n").file_name(&name).arg(named).build();
    let source = "unsigned helper(void);\nvoid harmonics_register(unsigned *said) { *said = helper() + 2; }\n";
    let plugin = Source::c(source).arg(helper.display().to_string()).arg(beside).build();
    let tree = PluginTree::new().plugin("gain", "{}", &plugin).file(&format!("gain/{name}"), fs::read(helper).unwrap());
    let library = Library::open_copy(&tree.library("gain"), ENTRY).unwrap();
    let copy = library.mapped().to_owned();
    fs::write(tree.library("gain"), b"overwritten in place").unwrap();
    assert_eq!(said(library.symbol(ENTRY).unwrap()), 42);
    assert_eq!(library.close().unwrap(), Residency::Unmapped);
    assert!(!copy.exists(), "the copy goes with the library");
}

/// Stands for the tool: a shell script that does what its first argument stands for.
fn prober(script: &str) -> (PluginTree, Prober) {
    let tree = PluginTree::new().file("probe", format!("#!/bin/sh\n{script}\n"));
    #[cfg(unix)]
    fs::set_permissions(tree.path("probe"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let prober = Prober::new(tree.path("probe")).patience(Duration::from_millis(400));
    (tree, prober)
}

#[test]
fn a_probe_tells_how_another_process_fared() {
    if !hotshoe_testkit::require_system(cfg!(unix), "the prober of this test is a shell script") {
        return;
    }
    let library = Source::c(GOOD_C_PLUGIN).build();
    let probe = |script| {
        let (_tree, prober) = prober(script);
        prober.probe(&library, ENTRY).map_err(|error| (error.code(), error.report()))
    };
    assert!(probe("exit 42").is_ok());
    let (code, report) = probe("echo boom >&2; kill -ABRT $$").unwrap_err();
    assert_eq!(code, Code::ProbeFailed);
    assert!(report.contains("abort") && report.contains("boom"), "{report}");
    let (_, report) = probe("exec sleep 60").unwrap_err();
    assert!(report.contains("within 0.4 seconds"), "{report}");
    let (_, report) = probe("exit 0").unwrap_err();
    assert!(report.contains("exit status: 0"), "a constructor that exits looks like this: {report}");
}

#[test]
fn a_library_is_probed_again_only_after_it_changed() {
    if !hotshoe_testkit::require_system(cfg!(unix), "the prober of this test is a shell script") {
        return;
    }
    let tree = PluginTree::new().plugin("gain", "{}", &Source::c(GOOD_C_PLUGIN).build());
    let (probes, prober) = prober("echo x >> \"$0.count\"; exit 42");
    let count = || fs::read_to_string(probes.path("probe.count")).unwrap_or_default().lines().count();
    prober.probe(&tree.library("gain"), ENTRY).unwrap();
    prober.probe(&tree.library("gain"), ENTRY).unwrap();
    assert_eq!(count(), 1);
    fs::write(tree.library("gain"), "changed").unwrap();
    prober.probe(&tree.library("gain"), ENTRY).unwrap();
    assert_eq!(count(), 2);
}
