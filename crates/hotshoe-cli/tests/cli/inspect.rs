//! `hotshoe inspect`

use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};
use snapbox::str;

use crate::{gain, hotshoe, json};

/// A library that needs no other, whatever the compiler adds by itself, and has a build id.
fn bare(source: &str) -> Library {
    Library::c(source).arg("-nostdlib").arg("-Wl,--build-id")
}

/// A tree with `gain/libgain.so`, which needs a library that is not there.
pub fn needy() -> PluginTree {
    let absent = Library::c("int absent(void) { return 0; }\n")
        .file_name("libhotshoe_absent.so")
        .arg("-Wl,-soname,libhotshoe_absent.so")
        .build();
    let library = bare(GOOD_C_PLUGIN).arg("-Wl,--no-as-needed").arg(absent.display().to_string()).build();
    PluginTree::new().plugin("gain", "{}", &library)
}

#[test]
fn a_library_is_described_without_running_it() {
    let tree = PluginTree::new().plugin("gain", "{}", &bare(GOOD_C_PLUGIN).build());
    hotshoe(&tree, &["inspect", "gain/libgain.so"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
gain/libgain.so
  format         ELF for [..], [..] bytes
  build id       [..]
  exports 1
    harmonics_register
  needs 0

"#]])
        .stderr_eq(str![]);
}

#[test]
fn a_missing_dependency_is_a_warning_that_names_the_folders() {
    hotshoe(&needy(), &["inspect", "gain/libgain.so"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
gain/libgain.so
  format         ELF for [..], [..] bytes
  build id       [..]
  exports 1
    harmonics_register
  needs 1
    libhotshoe_absent.so     not found

"#]])
        .stderr_eq(str![[r#"
warning[dependency-missing]: the library needs `libhotshoe_absent.so`, which is not found
  in gain/libgain.so
  hint: install it, or ship it beside the plugin and link that with the search path `$ORIGIN`: it has none of its own; searched: [..]

"#]]);
}

#[test]
fn what_is_no_library_is_called_what_it_is() {
    hotshoe(&gain(), &["inspect", "gain/plugin.json"]).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the file is not a shared library but a text file [library-format]
  in gain/plugin.json
  hint: give the plugin a shared library: ELF (`.so`), Mach-O (`.dylib`) or PE (`.dll`)

"#]]);
}

#[test]
fn a_library_that_is_not_there_is_an_error() {
    hotshoe(&gain(), &["inspect", "absent.so"]).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the library cannot be read [library-unreadable]
  in absent.so
  because: No such file or directory (os error 2)
  hint: check that the file exists and that you may read it

"#]]);
}

#[test]
fn only_the_first_exports_are_shown() {
    let source: String = (10..40).map(|number| format!("void f{number}(void) {{}}\n")).collect();
    let tree = PluginTree::new().plugin("many", "{}", &bare(&source).build());
    hotshoe(&tree, &["inspect", "many/libmany.so"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
many/libmany.so
  format         ELF for [..], [..] bytes
  build id       [..]
  exports 30
    f10
    f11
    f12
    f13
    f14
    f15
    f16
    f17
    f18
    f19
    f20
    f21
    f22
    f23
    f24
    f25
    f26
    f27
    f28
    f29
    … and 10 more (--json shows all)
  needs 0

"#]])
        .stderr_eq(str![]);
    let object = json(&tree, &["inspect", "many/libmany.so"], 0);
    assert_eq!(object["inspection"]["exports"].as_array().unwrap().len(), 30);
}

#[test]
fn json_has_every_fact() {
    let facts = json(&gain(), &["inspect", "gain/libgain.so"], 0)["inspection"].take();
    assert_eq!(facts["path"], "gain/libgain.so");
    assert_eq!(facts["format"], "elf");
    assert_eq!(facts["exports"], serde_json::json!(["harmonics_register"]));
    let documented = [
        "path",
        "size",
        "format",
        "platforms",
        "name",
        "exports",
        "variables",
        "needed",
        "search_paths",
        "glibc",
        "glibc_symbols",
        "musl",
        "unique_symbols",
        "never_unloads",
        "thread_exit_functions",
        "static_tls",
        "thread_local_size",
        "executable_stack",
        "text_relocations",
        "build_id",
        "manifest",
    ];
    assert!(documented.iter().all(|field| facts.get(field).is_some()), "{facts:#}");
    assert_eq!(facts.as_object().unwrap().len(), documented.len(), "docs/tool.md lists them");

    let object = json(&needy(), &["inspect", "gain/libgain.so"], 0);
    assert_eq!(object["diagnostics"][0]["code"], "dependency-missing");
    let needed = &object["inspection"]["needed"][0];
    assert!(needed["found"].is_null() && needed["searched"].is_array(), "{object:#}");
    assert_eq!(json(&gain(), &["inspect", "gain/plugin.json"], 3)["error"]["code"], "library-format");
}
