//! `hotshoe new`: what it makes, and what it refuses. Whether that builds is for tests/templates.

use std::fs;
use std::path::Path;

use hotshoe_testkit::{PluginTree, require};
use snapbox::cmd::Command;
use snapbox::str;

use crate::{hotshoe, json};

/// The tool on a machine where git knows nobody, in the year 2031.
fn new(tree: &PluginTree, args: &[&str]) -> Command {
    let args = [&["new"], args].concat();
    hotshoe(tree, &args)
        .env("SOURCE_DATE_EPOCH", "1924992000")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_CEILING_DIRECTORIES", "/")
}

fn read(tree: &PluginTree, path: &str) -> String {
    fs::read_to_string(tree.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What lies in the tree, also what is hidden.
fn names(tree: &PluginTree) -> Vec<String> {
    let entries = fs::read_dir(tree.root()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn alone_it_lists_the_templates() {
    let tree = PluginTree::new();
    new(&tree, &[])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
plugin-cpp   a plugin in C++
plugin-c     a plugin in C
plugin-rust  a plugin in Rust
host-cpp     a program in C++ that takes plugins in C++
host-c       a program in C that takes plugins in C, C++ and Rust
host-rust    a program in Rust that takes plugins in C, C++ and Rust
make one with  hotshoe new <template> <name>

"#]])
        .stderr_eq(str![]);
    let object = json(&tree, &["new"], 0);
    assert_eq!(object["templates"].as_array().unwrap().len(), 6);
    assert_eq!(object["templates"][0]["name"], "plugin-cpp");
    assert!(names(&tree).is_empty());
}

#[test]
fn a_project_is_made_and_the_next_commands_are_told() {
    let tree = PluginTree::new();
    new(&tree, &["plugin-cpp", "my_gain", "--host", "mixer-2", "--author", "Ada Byron"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
made my_gain in my_gain, a plugin in C++
  .clang-format
  .github/workflows/plugin.yml
  .gitignore
  .gitlab-ci.yml
  CMakeLists.txt
  CMakePresets.json
  LICENSE
  README.md
  ci/install-hotshoe.sh
  cmake/HotshoeAddPlugin.cmake
  src/leaky.hpp
  src/my_gain.cpp
  tests/leaky.cpp
It registers nothing yet: put the header of mixer-2 into include/, and use it in src/my_gain.cpp.
Next:
  cd my_gain
  cmake --workflow --preset package
  git init

"#]])
        .stderr_eq(str![]);
    assert_eq!(names(&tree), ["my_gain"]);
    snapbox::assert_data_eq!(
        read(&tree, "my_gain/src/my_gain.cpp"),
        str![[r#"
// The entry: what the host calls when it loads the plugin.
#include "leaky.hpp"

// A stand-in for what the host hands over: include the host's header, and take its type instead.
struct Registry;

extern "C" void mixer_2_register(Registry& registry) {
  // Here the plugin offers its function in the host's words, for example
  //   registry.add("leaky", my_gain::leaky);
  static_cast<void>(registry);
}

"#]]
    );
    let lists = read(&tree, "my_gain/CMakeLists.txt");
    assert!(lists.contains("hotshoe_add_plugin(my_gain\n  HOST mixer-2\n  DESCRIPTION"), "{lists}");
    assert!(lists.contains("  LICENSE \"MIT\"\n  AUTHORS \"Ada Byron\"\n"), "{lists}");
    assert!(read(&tree, "my_gain/LICENSE").contains("Copyright (c) 2031 Ada Byron\n"));
    assert!(read(&tree, "my_gain/README.md").contains("\nMIXER_2_PLUGIN_PATH=$PWD/"));
}

#[cfg(unix)]
#[test]
fn everybody_may_read_a_project_who_may_read_other_new_folders() {
    use std::os::unix::fs::PermissionsExt;
    let tree = PluginTree::new();
    new(&tree, &["host-c", "mixer", "--defaults"]).assert().code(0);
    fs::create_dir(tree.path("other")).unwrap();
    let mode = |path| fs::metadata(tree.path(path)).unwrap().permissions().mode();
    assert_eq!(mode("mixer"), mode("other"));
}

#[test]
fn a_host_in_a_file_comes_along_with_what_it_has_for_its_plugins() {
    let profile = r#"{"name": "Mixer", "version": "0.4.2", "entry": "mixer_main", "search_path_variable": "MIX"}"#;
    let tree = PluginTree::new()
        .file("mixer/this.json", profile)
        .file("mixer/templates/plugin-c/src/my_plugin.c", "/* my-plugin of Mixer */\n")
        .file("mixer/templates/plugin-c/include/mixer/mixer.h", "/* Mixer */\n");
    let object = json(&tree, &["new", "plugin-c", "gain", "--host", "mixer/this.json", "--defaults"], 0);
    let files = object["project"]["files"].as_array().unwrap();
    for file in ["Mixer.host.json", "include/mixer/mixer.h", "src/gain.c", "cmake/HotshoeAddPlugin.cmake"] {
        assert!(files.iter().any(|found| found == file), "{file}: {object:#}");
    }
    assert_eq!(read(&tree, "gain/Mixer.host.json"), profile);
    assert_eq!(read(&tree, "gain/src/gain.c"), "/* gain of Mixer */\n");
    assert!(read(&tree, "gain/CMakeLists.txt").contains("  HOST Mixer.host.json\n  HOST_VERSION \">=0.4,<0.5\"\n"));
    assert!(read(&tree, "gain/README.md").contains("\nMIX=$PWD/"));
}

#[test]
fn a_plugin_that_registers_nothing_yet_says_what_it_needs() {
    let needs = |tree: &PluginTree, template, host| {
        let project = format!("{template}-{}", names(tree).len());
        json(tree, &["new", template, &project, "--host", host, "--defaults"], 0)["project"]["needs"].clone()
    };
    let tree = PluginTree::new()
        .file("bare/mixer.host.json", r#"{"name": "mixer"}"#)
        .file("whole/mixer.host.json", r#"{"name": "mixer"}"#)
        .file("whole/templates/plugin-rust/src/lib.rs", "")
        .file("header/mixer.host.json", r#"{"name": "mixer"}"#)
        .file("header/templates/plugin-rust/include/mixer.h", "");
    let in_rust = "say in src/lib.rs what mixer hands over, and use it";
    assert_eq!(needs(&tree, "plugin-rust", "mixer"), in_rust);
    assert_eq!(needs(&tree, "plugin-rust", "bare/mixer.host.json"), in_rust);
    assert_eq!(needs(&tree, "plugin-rust", "header/mixer.host.json"), in_rust);
    assert!(needs(&tree, "plugin-rust", "whole/mixer.host.json").is_null());
    let installed = "install harmonics, or put its headers into include/";
    assert_eq!(needs(&tree, "plugin-cpp", "harmonics"), installed);
    let in_c = needs(&tree, "plugin-c", "harmonics");
    assert!(in_c.as_str().unwrap().starts_with("put the header of harmonics into include/"), "{in_c}");
}

#[test]
fn a_language_that_the_host_brings_nothing_for_is_refused() {
    let tree = PluginTree::new()
        .file("mixer.host.json", r#"{"name": "mixer"}"#)
        .file("templates/plugin-cpp/src/my_plugin.cpp", "");
    new(&tree, &["plugin-c", "gain", "--host", "mixer.host.json", "--defaults"])
        .assert()
        .code(3)
        .stdout_eq(str![])
        .stderr_eq(str![[r#"
error: this host brings plugin-cpp only, and nothing for `plugin-c` [argument-invalid]
  in templates
  hint: make one of those; `--host mixer` makes a plugin that does not know its header

"#]]);
    assert!(!tree.path("gain").exists());
    new(&tree, &["plugin-cpp", "gain", "--host", "mixer.host.json", "--defaults"]).assert().code(0);
    new(&tree, &["plugin-c", "bare", "--host", "mixer", "--defaults"]).assert().code(0);
}

#[test]
fn the_licence_is_the_one_that_was_asked_for() {
    let tree = PluginTree::new();
    let make = |name, license| {
        new(&tree, &["plugin-rust", name, "--host", "mixer", "--license", license, "--defaults"]).assert().code(0);
        assert!(read(&tree, &format!("{name}/Cargo.toml")).contains(&format!("\nlicense = \"{license}\"\n")));
    };
    make("a1", "Apache-2.0");
    assert!(read(&tree, "a1/LICENSE").contains("Apache License"));
    make("b1", "MIT OR Apache-2.0");
    assert!(read(&tree, "b1/LICENSE-MIT").contains("Copyright (c) 2031 The authors of b1\n"));
    make("c1", "BSD-2-Clause");
    assert!(!tree.path("c1/LICENSE").exists());
}

#[test]
fn nothing_is_written_over() {
    let tree = PluginTree::new().file("gain/notes.txt", "mine").file("file", "mine");
    let args = ["plugin-cpp", "gain", "--host", "mixer", "--defaults"];
    new(&tree, &args).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is a folder already, and it is not empty [project-exists]
  in gain
  hint: choose another name, or another folder with --output

"#]]);
    new(&tree, &[&args[..], &["--output", "file"]].concat()).assert().code(3).stderr_eq(str![[r#"
error: there is something else already [project-exists]
  in file
  because: Not a directory (os error 20)
  hint: choose another name, or another folder with --output

"#]]);
    let mut left = names(&tree);
    left.sort();
    assert_eq!(left, ["file", "gain"]);
    assert_eq!(fs::read_dir(tree.path("gain")).unwrap().count(), 1);
    assert_eq!(read(&tree, "file"), "mine");

    fs::create_dir(tree.path("empty")).unwrap();
    new(&tree, &[&args[..], &["--output", "empty"]].concat()).assert().code(0);
    assert!(tree.path("empty/CMakeLists.txt").is_file());
}

#[test]
fn a_host_must_be_named_where_nobody_can_be_asked() {
    let tree = PluginTree::new();
    let expected = str![[r#"
error: nobody knows which host the plugin is for [argument-invalid]
  hint: name it with --host, or give its <name>.host.json

"#]];
    new(&tree, &["plugin-c", "gain", "--defaults"]).assert().code(3).stdout_eq(str![]).stderr_eq(expected.clone());
    new(&tree, &["plugin-c", "gain"]).assert().code(3).stdout_eq(str![]).stderr_eq(expected);
    new(&tree, &["host-c", "mixer", "--host", "other"]).assert().code(3).stderr_eq(str![[r#"
error: a host has no host of its own [argument-invalid]
  hint: leave out --host

"#]]);
    assert_eq!(json(&tree, &["new", "plugin-c", "gain"], 3)["error"]["code"], "argument-invalid");
}

#[test]
fn on_a_terminal_it_asks_for_what_it_cannot_derive() {
    if !require("script") {
        return;
    }
    let tree = PluginTree::new();
    let tool = format!("{} new plugin-c gain", env!("CARGO_BIN_EXE_hotshoe"));
    let output = Command::new("script")
        .args(["-qec", &tool, "/dev/null"])
        .current_dir(tree.root())
        .stdin("mixer-2\nAda Byron\n")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_CEILING_DIRECTORIES", "/")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("Which host is it for") && said.contains("Who makes it"), "{said}");
    assert!(read(&tree, "gain/CMakeLists.txt").contains("  HOST mixer-2\n"));
    assert!(read(&tree, "gain/LICENSE").contains(" Ada Byron\n"));
}

#[test]
fn a_name_must_do_as_an_identifier_too() {
    let tree = PluginTree::new();
    for name in ["", "2gain", "a.b", "a b", "../gain", "gäin", "class", "Test", "std", "con", &"a".repeat(65)] {
        new(&tree, &["plugin-cpp", name, "--host", "mixer", "--defaults"]).assert().code(3);
        assert!(names(&tree).is_empty(), "{name:?}");
    }
    new(&tree, &["plugin-cpp", "2gain", "--host", "mixer"]).assert().code(3).stderr_eq(str![[r#"
error: `2gain` cannot name a project [manifest-field]
  hint: use at most 64 letters, digits, `_` and `-`, starting with a letter, and no word of C, C++, Rust or CMake

"#]]);
    new(&tree, &["plugin-cpp", "class", "--host", "mixer"]).assert().code(3).stderr_eq(str![[r#"
error: `class` cannot name a project, for it means something else to a compiler or to CMake [manifest-field]
  hint: use at most 64 letters, digits, `_` and `-`, starting with a letter, and no word of C, C++, Rust or CMake

"#]]);
    new(&tree, &["plugin-go", "gain", "--host", "mixer"]).assert().code(3).stderr_eq(str![[r#"
error: there is no template `plugin-go` [argument-invalid]
  hint: there are plugin-cpp, plugin-c, plugin-rust, host-cpp, host-c, host-rust

"#]]);
    new(&tree, &["plugin-cpp"]).assert().code(2);
    let travis = ["plugin-cpp", "gain", "--host", "mixer", "--ci", "travis"];
    new(&tree, &travis).assert().code(2).stderr_eq(str![[r#"
error: invalid value 'travis' for '--ci <SYSTEM>': it is not github, gitlab, forgejo or none

For more information, try '--help'.

"#]]);
}

#[test]
fn a_project_is_whole_or_not_there() {
    let tree = PluginTree::new().file("file", "");
    let error = json(&tree, &["new", "host-c", "mixer", "--output", "file/mixer", "--defaults"], 3);
    assert_eq!(error["error"]["code"], "project-exists");
    assert_eq!(names(&tree), ["file"]);
    assert!(Path::new(&tree.path("file")).is_file());
}
