//! Shared libraries, mapped and unmapped.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hotshoe::error::Code;
use hotshoe::runtime::native::Library;
use hotshoe::runtime::{Address, Ended, Prober};
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
pub fn said(address: Address) -> u32 {
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
    assert_eq!(library.close().unwrap(), Ended::Unmapped);
    assert!(!is_mapped(&tree.library("gain")));
}

#[test]
fn a_library_that_stays_mapped_is_said_to_stay_and_why() {
    if !hotshoe_testkit::require_system(cfg!(target_os = "linux"), "only ELF marks a library so that it stays mapped") {
        return;
    }
    let tree = PluginTree::new().plugin("gain", "{}", &saying(1, &["-Wl,-z,nodelete"]));
    let Ended::Resident(reasons) = open(&tree.library("gain")).close().unwrap() else {
        panic!("it is marked NODELETE")
    };
    assert!(is_mapped(&tree.library("gain")));
    assert!(reasons.iter().any(|reason| reason.contains("NODELETE")), "{reasons:?}");

    let source = "struct S { static S &it() { static S s; return s; } int x = 0; };\n\
                  extern \"C\" void harmonics_register(int *x) { *x = S::it().x; }\n";
    let unique = Source::cpp(source).arg("-fgnu-unique").arg("-O0").build();
    let tree = PluginTree::new().plugin("gain", "{}", &unique);
    let Ended::Resident(reasons) = open(&tree.library("gain")).close().unwrap() else {
        panic!("it has a unique symbol")
    };
    assert!(reasons.iter().any(|reason| reason.contains("_ZZN1S2itEvE1s")), "the symbol is named: {reasons:?}");
}

#[test]
fn a_second_handle_elsewhere_keeps_it_mapped() {
    let tree = PluginTree::new().plugin("gain", "{}", &Source::c(GOOD_C_PLUGIN).build());
    let (first, second) = (open(&tree.library("gain")), open(&tree.library("gain")));
    assert!(matches!(first.close().unwrap(), Ended::Resident(_)));
    assert_eq!(second.close().unwrap(), Ended::Unmapped);
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
    assert!(matches!(old.close().unwrap(), Ended::Resident(_)));

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
    assert_eq!(library.close().unwrap(), Ended::Unmapped);
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
    assert_eq!(code, Code::PROBE_FAILED);
    assert!(report.contains("abort") && report.contains("boom"), "{report}");
    let (_, report) = probe("exec sleep 60").unwrap_err();
    assert!(report.contains("within 0.4 seconds"), "{report}");
    let (_, report) = probe("exit 0").unwrap_err();
    assert!(report.contains("exit status: 0"), "a constructor that exits looks like this: {report}");
    assert!(report.contains("is no prober"), "and so does a program that probes nothing: {report}");
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

/// Maps a library as code does that knows nothing of Hotshoe.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the host's own dlopen is what the test is about")]
fn mapped_by_somebody_else(path: &Path) -> *mut std::ffi::c_void {
    let path = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: a fixture without constructors.
    let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
    assert!(!handle.is_null());
    handle
}

// Windows replaces no file that is mapped.
#[cfg(unix)]
#[test]
fn a_replaced_library_is_the_new_one_also_if_the_host_itself_has_the_old_one_mapped() {
    let tree = PluginTree::new().plugin("gain", "{}", &saying(1, &[]));
    let path = tree.library("gain");
    mapped_by_somebody_else(&path);
    let same = open(&path);
    assert!(!same.is_copy(), "it is the file that was checked");
    assert!(matches!(same.close().unwrap(), Ended::Resident(_)));
    fs::copy(saying(2, &[]), tree.path("new")).unwrap();
    fs::rename(tree.path("new"), &path).unwrap();
    assert_eq!(said(open(&path).symbol(ENTRY).unwrap()), 2);
}

#[test]
fn a_replaced_library_is_the_new_one_also_if_another_library_needs_the_old_one() {
    let answering = |number| {
        Source::c(&format!(
            "int base(void) {{ return {number}; }}\nvoid harmonics_register(int *x) {{ *x = {number}; }}\n"
        ))
        .file_name("libbase.so")
        .arg("-Wl,-soname,libbase.so")
        .build()
    };
    let tree = PluginTree::new().plugin("base", "{}", &answering(1));
    let user = Source::c("int base(void);\nvoid harmonics_register(int *x) { *x = base(); }\n")
        .arg(answering(1).display().to_string())
        .arg("-Wl,-rpath,$ORIGIN/../base")
        .build();
    let tree = tree.plugin("user", "{}", &user);
    let user = open(&tree.library("user"));
    assert!(!open(&tree.library("base")).is_copy(), "both are the same file still");
    fs::copy(answering(2), tree.path("new")).unwrap();
    fs::rename(tree.path("new"), tree.library("base")).unwrap();
    assert_eq!(said(open(&tree.library("base")).symbol(ENTRY).unwrap()), 2);
    assert_eq!(said(user.symbol(ENTRY).unwrap()), 1);
}

#[test]
fn one_file_under_two_names_is_two_plugins_each_with_its_own_state_and_its_own_end() {
    let counting = Source::c("static int n;\nvoid harmonics_register(int *x) { *x = ++n; }\n").build();
    let tree = PluginTree::new().plugin("first", "{}", &counting).file("second/x", "");
    fs::hard_link(tree.library("first"), tree.library("second")).unwrap();
    let (first, second) = (open(&tree.library("first")), open(&tree.library("second")));
    let count = |library: &Library| said(library.symbol(ENTRY).unwrap());
    assert_eq!((count(&first), count(&first), count(&second)), (1, 2, 1));
    assert_eq!(second.close().unwrap(), Ended::Unmapped);
    assert_eq!(count(&first), 3);
    assert_eq!(first.close().unwrap(), Ended::Unmapped);
    assert!(!is_mapped(&tree.library("first")) && !is_mapped(&tree.library("second")));
}

#[test]
fn a_file_with_the_time_and_size_of_the_one_that_it_replaced_is_another_one() {
    let tree = PluginTree::new().plugin("gain", "{}", &saying(1, &["-Wl,-z,nodelete"]));
    let path = tree.library("gain");
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1);
    fs::File::open(&path).unwrap().set_modified(long_ago).unwrap();
    assert!(matches!(open(&path).close().unwrap(), Ended::Resident(_)));
    fs::copy(saying(2, &["-Wl,-z,nodelete"]), tree.path("new")).unwrap();
    fs::File::open(tree.path("new")).unwrap().set_modified(long_ago).unwrap();
    fs::rename(tree.path("new"), &path).unwrap();
    assert_eq!(said(open(&path).symbol(ENTRY).unwrap()), 2);
}

#[test]
fn a_path_in_which_the_systems_loader_would_replace_a_part_is_that_path() {
    for folder in ["$LIB", "${ORIGIN}", "$PLATFORM", "a/$LIB", "a${LIB}b", "$ORIGINAL", "$HOME"] {
        let inside = format!("{folder}/libgain.so");
        let tree = PluginTree::new().file(&inside, fs::read(saying(7, &[])).unwrap());
        let library = Library::open(&tree.path(&inside), ENTRY).unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(said(library.symbol(ENTRY).unwrap()), 7, "{folder}");
        assert_eq!(library.close().unwrap(), Ended::Unmapped);
    }
    let tree = PluginTree::new().file("gain/lib$LIB.so", fs::read(saying(7, &[])).unwrap());
    let error = Library::open(&tree.path("gain/lib$LIB.so"), ENTRY).unwrap_err();
    assert!(error.code() == Code::LOAD_FAILED && error.report().contains("`$LIB`"), "{}", error.report());
}

#[test]
fn a_symbol_is_the_librarys_own_and_never_one_of_what_it_needs() {
    let needed = Source::c("int helper(void) { return 5; }\nint table[2] = {1, 2};\n__thread int far = 1;\n")
        .file_name("libneeded.so")
        .arg("-Wl,-soname,libneeded.so")
        .build();
    let source = "int helper(void);\n__thread int own = 3;\nint data;\n\
                  void harmonics_register(int *x) { *x = helper(); }\n";
    let plugin = Source::c(source).arg(needed.display().to_string()).arg("-Wl,-rpath,$ORIGIN").build();
    let tree = PluginTree::new().plugin("gain", "{}", &plugin).file("gain/libneeded.so", fs::read(&needed).unwrap());
    let library = open(&tree.library("gain"));
    for own in [ENTRY, "data", "own"] {
        assert!(library.symbol(own).is_some(), "{own}");
    }
    for others in ["helper", "table", "far", "printf"] {
        assert!(library.symbol(others).is_none(), "{others}");
    }
}

#[test]
fn a_library_that_leaves_threads_or_functions_behind_is_never_unmapped() {
    let openmp = "int n;\nvoid harmonics_register(int *x) {\n#pragma omp parallel num_threads(2)\n{\n#pragma omp atomic\n\
                  n++;\n}\n*x = n; }\n";
    let key = "#include <pthread.h>\nstatic void end(void *p) { (void)p; }\n\
               void harmonics_register(int *x) { pthread_key_t key; *x = pthread_key_create(&key, end) + 2; }\n";
    let signal = "#include <signal.h>\nstatic void got(int n) { (void)n; }\n\
                  void harmonics_register(int *x) { *x = (signal(SIGUSR2, got) == SIG_ERR) + 2; }\n";
    for (source, arguments, words) in [
        (openmp, vec!["-fopenmp"], "OpenMP"),
        (key, vec![], "pthread_key_create"),
        (signal, vec!["-Wl,--hash-style=sysv"], "signal"),
    ] {
        let plugin = arguments.iter().fold(Source::c(source), |library, argument| library.arg(*argument)).build();
        let tree = PluginTree::new().plugin("gain", "{}", &plugin);
        for copied in [false, true] {
            let path = tree.library("gain");
            let library = if copied { Library::open_copy(&path, ENTRY).unwrap() } else { open(&path) };
            let mapped = library.mapped().to_owned();
            assert_eq!(said(library.symbol(ENTRY).unwrap()), 2);
            let Ended::Resident(reasons) = library.close().unwrap() else { panic!("{words}: it was unmapped") };
            assert!(reasons.iter().any(|reason| reason.contains(words)), "{reasons:?}");
            assert!(is_mapped(&mapped));
        }
    }
}

/// Runs a test of this file again, in a process of its own that has its own folder for temporary files.
fn in_another_process(test: &str, temporary: &Path, library: &Path, how: &str) -> std::process::ExitStatus {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test]).env("TMPDIR", temporary);
    command.env("HOTSHOE_TESTS_COPY", library).env("HOTSHOE_TESTS_END", how);
    command.output().unwrap().status
}

/// Makes a copy and ends without closing it, if [`in_another_process`] asks for that.
#[test]
fn a_copy_is_made_and_left() {
    let Some(library) = std::env::var_os("HOTSHOE_TESTS_COPY") else { return };
    let library = Library::open_copy(Path::new(&library), ENTRY).unwrap();
    assert!(library.mapped().starts_with(std::env::temp_dir()));
    std::mem::forget(library);
    if std::env::var("HOTSHOE_TESTS_END").as_deref() == Ok("killed") {
        std::process::abort();
    }
}

#[test]
fn nothing_is_left_of_private_copies_when_a_process_ends_and_the_next_sweeps_what_a_killed_one_left() {
    let tree = PluginTree::new().plugin("gain", "{}", &saying(1, &[])).file("temporary/other", "");
    let temporary = tree.path("temporary");
    let run = |how| in_another_process("native::a_copy_is_made_and_left", &temporary, &tree.library("gain"), how);
    let left = || fs::read_dir(&temporary).unwrap().count() - 1;
    assert!(run("usual").success());
    assert_eq!(left(), 0);
    assert!(!run("killed").success());
    assert_eq!(left(), 1);
    assert!(run("usual").success());
    assert_eq!(left(), 0);
}

#[test]
fn too_much_thread_local_data_is_told_in_words() {
    let source = "__attribute__((tls_model(\"initial-exec\"))) __thread char big[100000];\n\
                  void harmonics_register(void *x) { (void)x; big[0] = 1; }\n";
    let tree = PluginTree::new().plugin("gain", "{}", &Source::c(source).build());
    let error = Library::open(&tree.library("gain"), ENTRY).unwrap_err();
    assert!(error.code() == Code::LOAD_FAILED && error.report().contains("-ftls-model"), "{}", error.report());
}

#[test]
fn a_prober_that_cannot_be_started_is_not_the_plugins_fault() {
    let library = Source::c(GOOD_C_PLUGIN).build();
    let error = Prober::new("/no/such/program").probe(&library, ENTRY).unwrap_err();
    assert_eq!(error.code(), Code::PROBE_FAILED);
    assert!(
        error.report().contains("/no/such/program") && !error.report().contains("constructors"),
        "{}",
        error.report()
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_plugin_with_a_sanitizer_that_the_host_lacks_is_refused_and_the_host_goes_on() {
    let sanitized = Source::c(GOOD_C_PLUGIN).compiler("gcc").arg("-fsanitize=address");
    if !hotshoe_testkit::require("gcc") {
        return;
    }
    // The start of the sanitizer would end this process.
    for open in [Library::open, Library::open_copy] {
        let error = open(&sanitized.build(), ENTRY).unwrap_err();
        assert_eq!(error.code(), Code::LIBRARY_SANITIZER);
        assert!(error.report().contains("LD_PRELOAD=libasan.so"), "{}", error.report());
    }
    // A library that is only called a little like one.
    let helper = Source::c("int helper(void) { return 1; }\n").file_name("libasana.so").arg("-Wl,-soname,libasana.so");
    let source = "int helper(void);\nvoid harmonics_register(int *x) { *x = helper(); }\n";
    let plugin = Source::c(source).arg(helper.build().display().to_string()).arg("-Wl,-rpath,$ORIGIN").build();
    let tree = PluginTree::new().plugin("gain", "{}", &plugin);
    let tree = tree.file("gain/libasana.so", fs::read(helper.build()).unwrap());
    assert_eq!(said(open(&tree.library("gain")).symbol(ENTRY).unwrap()), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_plugin_whose_compiler_leaves_the_sanitizer_to_the_host_is_not_said_to_be_linked_wrongly() {
    if !hotshoe_testkit::require("clang") {
        return;
    }
    let sanitized = Source::c(GOOD_C_PLUGIN).compiler("clang").arg("-fsanitize=address").build();
    let error = Library::open(&sanitized, ENTRY).unwrap_err();
    assert!(error.hint_text().unwrap().starts_with("build the host with it"), "{}", error.report());
}

/// Where one library was, another may be a moment later.
#[test]
fn a_library_that_is_gone_is_unmapped_also_if_another_thread_maps_one_in_its_place() {
    let names: Vec<String> = (0..8).map(|number| format!("p{number}")).collect();
    let good = Source::c(&format!("int more;\n{GOOD_C_PLUGIN}")).build();
    let tree = names.iter().fold(PluginTree::new(), |tree, name| tree.plugin(name, "{}", &good));
    std::thread::scope(|scope| {
        for name in &names {
            let path = tree.library(name);
            scope.spawn(move || {
                for _ in 0..400 {
                    let library = open(&path);
                    assert!(!library.is_copy(), "nobody else has it");
                    assert_eq!(library.close().unwrap(), Ended::Unmapped);
                }
            });
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_symbol_that_another_system_has_is_not_said_to_be_linked_wrongly() {
    // Beside the libraries that are kept between runs, for those are told apart by their arguments.
    let versions = std::env::temp_dir().join("hotshoe-testkit/v1.map");
    fs::create_dir_all(versions.parent().unwrap()).unwrap();
    fs::write(&versions, "V1 { global: *; };").unwrap();
    let helper = |source: &str| {
        let map = format!("-Wl,--version-script={}", versions.display());
        Source::c(source).file_name("libhelper.so").arg("-Wl,-soname,libhelper.so").arg(map).build()
    };
    let there = helper("int old(void) { return 1; }\nint new(void) { return 2; }\n");
    let source = "int new(void);\nvoid harmonics_register(int *x) { *x = new(); }\n";
    let plugin = Source::c(source).arg(there.display().to_string()).arg("-Wl,-rpath,$ORIGIN").build();
    let here = fs::read(helper("int old(void) { return 1; }\n")).unwrap();
    let tree = PluginTree::new().plugin("gain", "{}", &plugin).file("gain/libhelper.so", here);
    let error = Library::open(&tree.library("gain"), ENTRY).unwrap_err();
    assert_eq!(error.code(), Code::LOAD_FAILED);
    assert!(error.hint_text().unwrap().contains("where the plugin was built"), "{}", error.report());
}
