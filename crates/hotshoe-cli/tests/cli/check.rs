//! `hotshoe check`

use std::fs;

use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, require};
use snapbox::str;

use crate::inspect::needy;
use crate::{GAIN, gain, hotshoe, json};

pub const CHECK: [&str; 4] = ["check", "gain", "--host", "harmonics"];
pub const LOAD: [&str; 5] = ["check", "gain", "--host", "harmonics", "--load"];

pub fn with_library(library: &Library) -> PluginTree {
    PluginTree::new().plugin("gain", GAIN, &library.build())
}

#[test]
fn a_good_plugin_is_taken() {
    hotshoe(&gain(), &CHECK)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
yes: harmonics takes gain 1.2.3

"#]])
        .stderr_eq(str![]);
    let host = ["check", "gain", "--host", "harmonics", "--host-version", "1.4.0"];
    hotshoe(&gain(), &host)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
yes: harmonics 1.4.0 takes gain 1.2.3

"#]])
        .stderr_eq(str![]);
}

#[test]
fn a_library_may_be_named_instead_of_its_folder() {
    let args = ["check", "gain/libgain.so", "--host", "harmonics"];
    hotshoe(&gain(), &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
yes: harmonics takes gain 1.2.3

"#]])
        .stderr_eq(str![]);
}

#[test]
fn a_host_of_another_version_does_not_take_it() {
    let args = ["check", "gain", "--host", "harmonics", "--host-version", "2.0.0"];
    hotshoe(&gain(), &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics 2.0.0 does not take gain 1.2.3

"#]])
        .stderr_eq(str![[r#"
error[host-incompatible]: plugin `gain`: it asks for harmonics `>=1.2, <2`, and this is 2.0.0
  in [..]/gain
  hint: get a plugin version made for harmonics 2.0.0

"#]]);
}

#[test]
fn a_library_without_the_entry_is_not_taken_and_the_hint_says_why() {
    let library = Library::cpp("void harmonics_register(void *) {}\n");
    hotshoe(&with_library(&library), &CHECK).assert().code(1).stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]]).stderr_eq(str![[r#"
error[entry-missing]: plugin `gain`: the library does not export `harmonics_register`
  in [..]/gain/libgain.so
  hint: it exports the C++ function `_Z18harmonics_registerPv`: `extern "C"` is missing from the declaration of `harmonics_register`

"#]]);
    let library = Library::c("static void harmonics_register(void *r) { (void)r; }\n").arg("-Wno-unused-function");
    hotshoe(&with_library(&library), &CHECK)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]])
        .stderr_eq(str![[r#"
error[entry-missing]: plugin `gain`: the library does not export `harmonics_register`
  in [..]/gain/libgain.so
  hint: it defines `harmonics_register`, and hides it: declare `harmonics_register` as `extern "C"` with default visibility, and not `static`

"#]]);
}

/// A library that exports nothing, as one is that `hotshoe_add_plugin` links and that lacks the entry.
fn hiding(library: Library) -> PluginTree {
    with_library(&library.arg("-fvisibility=hidden"))
}

#[test]
fn what_an_export_list_hides_is_named_as_long_as_it_is_not_stripped() {
    let hint = |tree: &PluginTree| json(tree, &CHECK, 1)["diagnostics"][0]["hint"].as_str().unwrap().to_owned();
    let typo = "void harmonic_register(void *r) { (void)r; }\nvoid other(void) {}\n";
    snapbox::assert_data_eq!(
        hint(&hiding(Library::c(typo))),
        str![[
            r#"it defines `harmonic_register`, which is not the entry and so is hidden: declare `harmonics_register` as `extern "C"` with default visibility; the name follows from the host's, `harmonics`: see that this is the host"#
        ]]
    );
    snapbox::assert_data_eq!(
        hint(&hiding(Library::c(typo).arg("-s"))),
        str![[
            r#"nothing in it is called alike: declare `harmonics_register` as `extern "C"` with default visibility, in Rust `#[unsafe(no_mangle)] pub extern "C"`; the name follows from the host's, `harmonics`: see that this is the host"#
        ]]
    );
    let mangled = "void harmonics_register(void *) {}\n";
    snapbox::assert_data_eq!(
        hint(&hiding(Library::cpp(mangled))),
        str![[
            r#"it defines the C++ function `_Z18harmonics_registerPv`: `extern "C"` is missing from the declaration of `harmonics_register`"#
        ]]
    );
    let mangled_typo = "void harmonic_register(void *) {}\nvoid other() {}\n";
    snapbox::assert_data_eq!(
        hint(&hiding(Library::cpp(mangled_typo))),
        str![[
            r#"it defines `_Z17harmonic_registerPv`, which is not the entry and so is hidden: declare `harmonics_register` as `extern "C"` with default visibility; the name follows from the host's, `harmonics`: see that this is the host"#
        ]]
    );
    let hidden = "__attribute__((visibility(\"hidden\"))) void harmonics_register(void *r) { (void)r; }\n";
    snapbox::assert_data_eq!(
        hint(&hiding(Library::c(hidden))),
        str![[
            r#"it defines `harmonics_register`, and hides it: declare `harmonics_register` as `extern "C"` with default visibility, and not `static`"#
        ]]
    );
    let rust =
        "void start(void) {}\n__asm__(\".section .comment; .string \\\"rustc version 1.89.0\\\"; .previous\");\n";
    snapbox::assert_data_eq!(
        hint(&hiding(Library::c(rust))),
        str![[
            r#"nothing in it is called alike: declare `#[unsafe(no_mangle)] pub extern "C" fn harmonics_register`; the name follows from the host's, `harmonics`: see that this is the host"#
        ]]
    );
}

#[test]
fn a_missing_dependency_is_said_once() {
    hotshoe(&needy(), &CHECK)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics does not take gain

"#]])
        .stderr_eq(str![[r#"
error[dependency-missing]: plugin `gain`: the library needs `libhotshoe_absent.so`, which is not found
  in [..]/gain/libgain.so
  hint: install it, or ship it beside the plugin and link that with the search path `$ORIGIN`: it has none of its own; searched: [..]

"#]]);
}

#[test]
fn a_manifest_that_cannot_be_read_is_a_no() {
    let tree = gain().file("gain/plugin.json", r#"{"name": "gain", "version": "1.2"#);
    hotshoe(&tree, &CHECK)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics does not take gain

"#]])
        .stderr_eq(str![[r#"
error[manifest-syntax]: the manifest is not well-formed JSON: EOF while parsing a string at line 1 column [..]
  in [..]/gain/plugin.json
  hint: the text ends at line 1, column 32 while a bracket or a quote is open: close it

"#]]);
    let object = json(&tree, &CHECK, 1);
    assert_eq!((&object["accepted"], &object["diagnostics"][0]["code"]), (&false.into(), &"manifest-syntax".into()));
}

#[test]
fn a_warning_does_not_keep_a_plugin_out() {
    let tree = gain().file("gain/plugin.json", r#"{"version": 1.2}"#);
    hotshoe(&tree, &CHECK)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
yes: harmonics takes gain 1.2.0

"#]])
        .stderr_eq(str![[r#"
warning[manifest-version-short]: plugin `gain`: `version` is the number `1.2`; it is read as `1.2.0`
  in [..]/gain/plugin.json
  hint: write "version": "1.2.0"

"#]]);
}

#[test]
fn loading_says_what_became_of_the_library() {
    hotshoe(&gain(), &LOAD)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
yes: harmonics takes gain 1.2.3
  loaded and unloaded: unmapped

"#]])
        .stderr_eq(str![]);
    let resident = Library::c(GOOD_C_PLUGIN).arg("-Wl,-z,nodelete");
    hotshoe(&with_library(&resident), &LOAD)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
yes: harmonics takes gain 1.2.3
  loaded and unloaded: resident: it asks never to be unloaded (`DF_1_NODELETE`)

"#]])
        .stderr_eq(str![[r#"
warning[library-resident]: the library asks never to be unloaded (`DF_1_NODELETE`)
  in [..]/gain/libgain.so
  hint: link it without `-z nodelete`

"#]]);
}

#[test]
fn what_is_still_to_be_installed_needs_no_receipt() {
    let host = r#"{"name": "harmonics", "policies": {"receipt": "required"}}"#;
    let tree = gain().file("h.host.json", host);
    for load in [&[][..], &["--load"]] {
        let args = [&["check", "gain", "--host", "h.host.json"], load].concat();
        hotshoe(&tree, &args).assert().code(0).stderr_eq(str![[r#"
note[receipt-missing]: plugin `gain`: the host loads only what was installed, and this is not yet
  in [..]/gain
  hint: `hotshoe install` of its archive writes the receipt

"#]]);
    }
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    hotshoe(&tree, &["install", "gain-1.2.3.tar.gz", "--root", "r"]).assert().code(0);
    let args = ["check", "r/gain/1.2.3", "--host", "h.host.json", "--load"];
    hotshoe(&tree, &args).assert().code(0).stderr_eq(str![]);
    let other = Library::c("int other;\nvoid harmonics_register(void *r) { (void)r; }\n").build();
    let tree = tree.file("r/gain/1.2.3/libgain.so", fs::read(other).unwrap());
    for args in [&args, &args[..4]] {
        assert_eq!(json(&tree, args, 1)["diagnostics"][0]["code"], "library-changed");
    }
}

#[test]
fn a_constructor_that_throws_does_not_take_the_tool_with_it() {
    let source = "#include <stdexcept>\n\
                  struct Camera { Camera() { throw std::runtime_error(\"no camera\"); } } camera;\n\
                  extern \"C\" void harmonics_register(void *) {}\n";
    let tree = with_library(&Library::cpp(source));
    hotshoe(&tree, &LOAD).assert().code(1).stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]]).stderr_eq(str![[r#"
error[probe-failed]: plugin `gain`: loading it ended another process: signal 6 (abort): an exception was thrown and not caught
  in [..]/gain/libgain.so
  hint: look at its constructors and global objects: one that throws, exits or waits does this

"#]]);
    assert_eq!(json(&tree, &LOAD, 1)["diagnostics"][0]["code"], "probe-failed");
    hotshoe(&tree, &CHECK).assert().code(0);
}

#[test]
fn a_constructor_that_exits_is_not_taken_for_a_success() {
    let source = "#include <stdlib.h>\n\
                  __attribute__((constructor)) static void early(void) { exit(0); }\n\
                  void harmonics_register(void *registry) { (void)registry; }\n";
    hotshoe(&with_library(&Library::c(source)), &LOAD)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]])
        .stderr_eq(str![[r#"
error[probe-failed]: plugin `gain`: loading it ended another process: exit status: 0
  in [..]/gain/libgain.so
  hint: either one of its constructors calls `exit`, or `[..]` is no prober: give the host the path of the tool `hotshoe`

"#]]);
}

#[test]
fn a_destructor_that_crashes_is_found_out() {
    let source = "#include <stdlib.h>\n\
                  __attribute__((destructor)) static void late(void) { abort(); }\n\
                  void harmonics_register(void *registry) { (void)registry; }\n";
    hotshoe(&with_library(&Library::c(source)), &LOAD)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]])
        .stderr_eq(str![[r#"
error[probe-failed]: plugin `gain`: loading it ended another process: signal 6 (abort)
  in [..]/gain/libgain.so
  hint: look at its constructors and global objects: one that throws, exits or waits does this

"#]]);
}

#[test]
fn what_the_systems_loader_refuses_is_told_in_its_words() {
    let source = "void nowhere(void);\nvoid harmonics_register(void *r) { (void)r; nowhere(); }\n";
    hotshoe(&with_library(&Library::c(source)), &LOAD).assert().code(1).stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]]).stderr_eq(str![[r#"
error[load-failed]: plugin `gain`: the system's loader refused the library: dlopen failed: [..]/gain/libgain.so: undefined symbol: nowhere
  in [..]/gain/libgain.so
  hint: link the library that defines the symbol; if it is the host's own, the host must export it

"#]]);
}

#[test]
fn what_cannot_be_shipped_is_refused_and_all_of_it_named() {
    let library =
        Library::c(GOOD_C_PLUGIN).arg("-Wl,-z,nodelete").arg("-Wl,-z,execstack").arg("-Wl,-rpath,/opt/x:$ORIGIN:lib");
    let tree = with_library(&library);
    hotshoe(&tree, &CHECK).assert().code(0);
    hotshoe(&tree, &[&CHECK[..], &["--portable"]].concat())
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]])
        .stderr_eq(str![[r#"
error[library-resident]: plugin `gain`: the library asks never to be unloaded (`DF_1_NODELETE`)
  in [..]/gain/libgain.so
  hint: link it without `-z nodelete`
error[library-executable-stack]: plugin `gain`: the library makes stacks executable
  in [..]/gain/libgain.so
  hint: link it with `-z noexecstack`; glibc 2.41 and later refuse it
error[library-absolute-path]: plugin `gain`: the library looks for what it needs in `/opt/x`
  in [..]/gain/libgain.so
  hint: use `$ORIGIN` (on macOS `@loader_path`) so that it works on other machines
error[library-absolute-path]: plugin `gain`: the library looks for what it needs in `lib`
  in [..]/gain/libgain.so
  hint: use `$ORIGIN` (on macOS `@loader_path`) so that it works on other machines

"#]]);
    let allowed = ["--portable", "--build-path", "/opt/x", "--build-path=lib"];
    let object = json(&tree, &[&CHECK[..], &allowed].concat(), 1);
    let codes: Vec<&str> =
        object["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["library-resident", "library-executable-stack"], "{object:#}");
    hotshoe(&gain(), &[&CHECK[..], &["--portable"]].concat()).assert().code(0).stderr_eq(str![]);
}

#[test]
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), ignore = "only glibc has these versions")]
fn symbols_of_a_newer_glibc_are_named() {
    let source = "int pipe2(int *, int); int getentropy(void *, unsigned long);\n\
                  void harmonics_register(void *r) { pipe2(r, 0); getentropy(r, 1); }\n";
    let tree = with_library(&Library::c(source));
    let limit = |version| [&CHECK[..], &["--portable", "--glibc-max", version]].concat();
    hotshoe(&tree, &limit("2.25")).assert().code(0).stderr_eq(str![]);
    hotshoe(&tree, &limit("2.8"))
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]])
        .stderr_eq(str![[r#"
error[library-glibc]: plugin `gain`: the library needs glibc 2.25, newer than 2.8: `getentropy` of 2.25, `pipe2` of 2.9
  in [..]/gain/libgain.so
  hint: build it on a system with glibc 2.8 or in a container of one, or do without the symbols

"#]]);
    hotshoe(&tree, &limit("2.10"))
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]])
        .stderr_eq(str![[r#"
error[library-glibc]: plugin `gain`: the library needs glibc 2.25, newer than 2.10: `getentropy` of 2.25
  in [..]/gain/libgain.so
  hint: build it on a system with glibc 2.10 or in a container of one, or do without the symbols

"#]]);
    hotshoe(&tree, &limit("new")).assert().code(2).stdout_eq(str![]).stderr_eq(str![[r#"
error: invalid value 'new' for '--glibc-max <VERSION>': `new` is not a version of glibc
[..]
For more information, try '--help'.

"#]]);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "an ELF file of this kind comes from a linker on Linux")]
fn a_plugin_for_another_machine_is_checked_as_far_as_it_can_be() {
    let compiler = "aarch64-linux-gnu-gcc";
    if !require(compiler) {
        return;
    }
    let any = [&CHECK[..], &["--any-platform", "--portable"]].concat();
    let tree = with_library(&Library::c(GOOD_C_PLUGIN).compiler(compiler));
    hotshoe(&tree, &CHECK).assert().code(1);
    hotshoe(&tree, &any).assert().code(0).stderr_eq(str![]);
    let tree = tree.file("gain/plugin.json", r#"{"version": "1.2.3", "platforms": ["linux-aarch64"]}"#);
    hotshoe(&tree, &any).assert().code(0).stderr_eq(str![]);
    let tree = with_library(&Library::c("void start(void) {}\n").compiler(compiler));
    hotshoe(&tree, &any)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: harmonics does not take gain 1.2.3

"#]])
        .stderr_eq(str![[r#"
error[entry-missing]: plugin `gain`: the library does not export `harmonics_register`
  in [..]/gain/libgain.so
  hint: nothing in it is called alike: declare `harmonics_register` as `extern "C"` with default visibility, in Rust `#[unsafe(no_mangle)] pub extern "C"`; the name follows from the host's, `harmonics`: see that this is the host

"#]]);
}

#[test]
fn a_folder_above_plugins_is_told_with_them() {
    let tree = PluginTree::new().plugin("root/gain/1.0.0", GAIN, &Library::c(GOOD_C_PLUGIN).build()).plugin(
        "root/gain/1.1.0",
        GAIN,
        &Library::c(GOOD_C_PLUGIN).build(),
    );
    let said = |tree: &PluginTree| json(tree, &["check", "root/gain", "--host", "harmonics"], 3)["error"].take();
    assert_eq!(said(&tree)["hint"], "the folders `1.0.0`, `1.1.0` in it do: give one of them");
    fs::remove_dir_all(tree.path("root/gain/1.0.0")).unwrap();
    assert_eq!(said(&tree)["hint"], "the folder `1.1.0` in it does: give that");
}

#[test]
fn a_library_that_lies_beside_the_plugin_is_found_by_its_own_search_path_only() {
    let hint = |search_path: &str| {
        let absent =
            Library::c("int absent(void) { return 0; }\n").file_name("libabsent.so").arg("-Wl,-soname,libabsent.so");
        let absent = absent.build();
        let source = "int absent(void);\nvoid harmonics_register(void *r) { (void)r; absent(); }\n";
        let library = Library::c(source).arg(absent.display().to_string());
        let tree = with_library(&library.arg(search_path));
        let said = json(&tree, &CHECK, 1)["diagnostics"].take();
        let said = said.as_array().unwrap().iter().find(|found| found["code"] == "dependency-missing").unwrap();
        said["hint"].as_str().unwrap().split("; searched").next().unwrap().to_owned()
    };
    snapbox::assert_data_eq!(hint("-Wl,-rpath,$ORIGIN"), str!["install it, or ship it beside the plugin"]);
    snapbox::assert_data_eq!(
        hint("-Wl,-rpath,/opt/x:/opt/y"),
        str![
            "install it, or ship it beside the plugin and link that with the search path `$ORIGIN`: its own is `/opt/x:/opt/y`"
        ]
    );
    snapbox::assert_data_eq!(
        hint("-O2"),
        str![
            "install it, or ship it beside the plugin and link that with the search path `$ORIGIN`: it has none of its own"
        ]
    );
}

#[test]
fn a_plugin_that_is_linked_with_its_hosts_own_library_is_taken() {
    let tree = needy().file("harmonics.host.json", r#"{"name": "harmonics", "provides": ["libhotshoe_*.so"]}"#);
    let by_profile = ["check", "gain", "--host", "harmonics.host.json"];
    hotshoe(&tree, &by_profile).assert().success().stdout_eq(str![[r#"
yes: harmonics takes gain
  the host's own, which are not here: libhotshoe_absent.so

"#]]);
    let by_option = [CHECK.as_slice(), &["--host-provides", "libhotshoe_absent.so", "--load"]].concat();
    hotshoe(&tree, &by_option).assert().success().stdout_eq(str![[r#"
yes: harmonics takes gain
  the host's own, which are not here: libhotshoe_absent.so
  not loaded: that needs the libraries of the host, which are not here

"#]]);
    let another = [CHECK.as_slice(), &["--host-provides", "libother.so"]].concat();
    assert_eq!(json(&tree, &another, 1)["accepted"], false);
    let package = ["package", "gain", "--host", "harmonics.host.json"];
    let tree = tree.file("gain/plugin.json", r#"{"name": "gain", "version": "1.0.0"}"#);
    hotshoe(&tree, &package).assert().success();
}

#[test]
fn a_plugin_for_which_a_running_program_has_no_room_says_how_to_mend_it() {
    let source = "__attribute__((tls_model(\"initial-exec\"))) __thread char b[100000];\n\
        void harmonics_register(void *r) { (void)r; b[0] = 1; }\n";
    let tree = with_library(&Library::c(source));
    let found = json(&tree, &CHECK, 0)["diagnostics"][0].take();
    assert_eq!(found["code"], "library-static-tls", "{found:#}");
    let refused = json(&tree, &LOAD, 1)["diagnostics"].take();
    let refused = refused.as_array().unwrap().iter().find(|found| found["severity"] == "error").unwrap();
    assert!(refused["hint"].as_str().unwrap().contains("optional_static_tls"), "{refused:#}");
}

#[test]
fn nothing_to_check_is_an_error() {
    let args = ["check", "absent", "--host", "harmonics"];
    hotshoe(&gain(), &args).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is no plugin here [library-missing]
  in absent
  because: No such file or directory (os error 2)
  hint: give the path of a plugin's folder or of its library

"#]]);
    let args = ["check", ".", "--host", "harmonics"];
    hotshoe(&gain(), &args).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: this folder holds no plugin [library-missing]
  in [..]
  hint: the folder `gain` in it does: give that

"#]]);
}

#[test]
fn a_host_may_be_a_file() {
    let tree = gain().file("mixer.host.json", r#"{"name": "mixer", "version": "3.0.0", "entry": "mixer_main"}"#);
    let args = ["check", "gain", "--host", "mixer.host.json"];
    hotshoe(&tree, &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: mixer 3.0.0 does not take gain 1.2.3

"#]])
        .stderr_eq(str![[r#"
warning[manifest-unknown-key]: plugin `gain`: the key `harmonics_version` is unknown, and there is no `mixer_version`
  in [..]/gain/plugin.json
  hint: write `mixer_version` if that is meant; unknown keys are kept and mean nothing
error[entry-missing]: plugin `gain`: the library does not export `mixer_main`
  in [..]/gain/libgain.so
  hint: nothing in it is called alike: declare `mixer_main` as `extern "C"` with default visibility, in Rust `#[unsafe(no_mangle)] pub extern "C"`

"#]]);
    let tree = tree.file("bad.host.json", r#"{"name": "mixer", "entrey": "mixer_main"}"#);
    let args = ["check", "gain", "--host", "bad.host.json"];
    hotshoe(&tree, &args).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the host profile is not valid [profile-invalid]
  in bad.host.json
  because: the key `entrey` is unknown, and is nearly `entry`
  hint: compare it with schema/host.schema.json

"#]]);
    let args = ["check", "gain", "--host", "absent.host.json"];
    hotshoe(&tree, &args).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the host profile cannot be read [profile-unreadable]
  in absent.host.json
  because: No such file or directory (os error 2)
  hint: give the name of a host, or the path of its <name>.host.json

"#]]);
}

#[test]
fn json_has_the_plugin_and_the_verdict() {
    let object = json(&gain(), &LOAD, 0);
    assert_eq!((&object["accepted"], &object["unload"]), (&true.into(), &"unmapped".into()), "{object:#}");
    let plugin = &object["plugin"];
    assert_eq!((&plugin["name"], &plugin["version"]), (&"gain".into(), &"1.2.3".into()), "{object:#}");
    assert_eq!(plugin["manifest"]["host_version"], ">=1.2, <2");
    assert!(plugin["path"].is_string() && plugin["library"].is_string() && plugin.get("refusal").is_none());
    assert!(json(&gain(), &CHECK, 0).get("unload").is_none(), "it was not loaded");

    let object = json(&gain(), &["check", "gain", "--host", "harmonics", "--host-version", "2.0.0"], 1);
    assert_eq!(
        (&object["accepted"], &object["plugin"]["refusal"]["code"]),
        (&false.into(), &"host-incompatible".into())
    );
    assert_eq!(json(&gain(), &["check", "absent", "--host", "harmonics"], 3)["error"]["code"], "library-missing");
}

/// `top`, which depends on `base` and is loaded after it only.
fn top() -> PluginTree {
    let base = r#"{"name": "base", "version": "1.2.0"}"#;
    let top = r#"{"name": "top", "version": "1.0.0", "dependencies": {"base": "1"}}"#;
    let library = fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap();
    PluginTree::new()
        .file("root/top/plugin.json", top)
        .file("root/top/libtop.so", &library)
        .file("root/base/plugin.json", base)
        .file("root/base/libbase.so", &library)
        .file("empty/x", "")
}

#[test]
fn what_a_plugin_depends_on_is_looked_for_beside_it_and_missed_with_a_warning() {
    let tree = top();
    let check = ["check", "root/top", "--host", "harmonics", "--load"];
    let found = json(&tree, &check, 0);
    assert_eq!((&found["diagnostics"], found["unload"].is_string()), (&serde_json::json!([]), true), "{found:#}");

    fs::remove_dir_all(tree.path("root/base")).unwrap();
    hotshoe(&tree, &check[..4]).assert().code(0).stderr_eq(str![[r#"
warning[plugin-dependency]: plugin `top`: it needs the plugin `base` `^1`: no usable plugin `base` matches `^1`
  in [..]/root/top
  hint: where it is not, the host refuses this plugin; `--path` says where the host's plugins will be

"#]]);
    assert_eq!(json(&tree, &check, 0)["accepted"], true, "it can be built alone");
}

#[test]
fn with_path_it_must_be_there() {
    let tree = top();
    let check = |path: &str, code| json(&tree, &["check", "root/top", "--host", "harmonics", "--path", path], code);
    assert_eq!(check("root", 0)["diagnostics"], serde_json::json!([]));
    let missing = check("empty", 1);
    let found = &missing["diagnostics"][0];
    assert_eq!((&found["code"], &found["severity"]), (&"plugin-dependency".into(), &"error".into()));

    // One that cannot be used is none.
    let tree = tree.file("root/base/plugin.json", r#"{"name": "base", "version": "2.0.0"}"#);
    let check = ["check", "root/top", "--host", "harmonics", "--path", "root"];
    assert_eq!(json(&tree, &check, 1)["accepted"], false);
    let tree = tree.file("root/base/plugin.json", r#"{"name": "base", "version": "1.0.0"}"#);
    assert_eq!(json(&tree, &check, 0)["accepted"], true);
    let tree = tree.file("root/base/libbase.so", "no library");
    assert_eq!(json(&tree, &check, 1)["accepted"], false);
}

#[test]
fn what_is_installed_in_a_version_has_its_root_above_that() {
    let tree = top();
    for (name, version) in [("top", "1.0.0"), ("base", "1.2.0")] {
        fs::create_dir_all(tree.path(&format!("plugins/{name}"))).unwrap();
        fs::rename(tree.path(&format!("root/{name}")), tree.path(&format!("plugins/{name}/{version}"))).unwrap();
    }
    let found = json(&tree, &["check", "plugins/top/1.0.0", "--host", "harmonics"], 0);
    assert_eq!(found["diagnostics"], serde_json::json!([]), "{found:#}");
}
