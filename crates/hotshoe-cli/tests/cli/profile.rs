//! Whose plugins it is about: a host by its name or its file, installed or not.

use std::fs;
use std::path::Path;

use hotshoe_testkit::PluginTree;
use serde_json::Value;
use snapbox::str;

use crate::{gain, hotshoe, json};

const LIST: [&str; 3] = ["list", "--host", "harmonics"];

/// What `gain` is refused for, along the tree.
fn refusal(tree: &PluginTree, tool: &Path) -> String {
    let output = hotshoe(tree, &["list", "--host", "harmonics", "--path", ".", "--quick", "--json"]);
    let output = if tool == Path::new("") { output } else { other(tree, tool) };
    let output: Value = serde_json::from_slice(&output.output().unwrap().stdout).unwrap();
    output["plugins"][0]["refusal"]["message"].as_str().unwrap_or_default().to_owned()
}

/// The same by another copy of the tool.
fn other(tree: &PluginTree, tool: &Path) -> snapbox::cmd::Command {
    let command = snapbox::cmd::Command::new(tool).current_dir(tree.root()).env("XDG_DATA_DIRS", tree.path("share"));
    command.args(["list", "--host", "harmonics", "--path", ".", "--quick", "--no-index", "--json"])
}

fn of_version(version: &str) -> String {
    format!(r#"{{"name": "harmonics", "version": "{version}"}}"#)
}

#[test]
fn a_host_that_is_installed_is_known_by_its_name() {
    assert_eq!(refusal(&gain(), Path::new("")), "", "nobody knows which version the host has");
    let tree = gain().file("share/harmonics/harmonics.host.json", of_version("3.0.0"));
    assert_eq!(refusal(&tree, Path::new("")), "it asks for harmonics `>=1.2, <2`, and this is 3.0.0");
    // A file is what it is.
    let tree = tree.file("harmonics.host.json", of_version("1.5.0"));
    assert_eq!(json(&tree, &["check", "gain", "--host", "harmonics.host.json"], 0)["accepted"], true);
    assert_eq!(json(&tree, &["check", "gain", "--host", "harmonics"], 1)["accepted"], false);
    assert_eq!(json(&tree, &["check", "gain", "--host", "harmonics", "--host-version", "1.2"], 0)["accepted"], true);
}

#[test]
fn the_host_in_the_tools_own_prefix_comes_before_those_of_the_system() {
    let tree = gain()
        .file("prefix/share/harmonics/harmonics.host.json", of_version("3.0.0"))
        .file("share/harmonics/harmonics.host.json", of_version("4.0.0"))
        .file("prefix/bin/other", "");
    let tool = tree.path("prefix/bin").join(format!("hotshoe{}", std::env::consts::EXE_SUFFIX));
    fs::copy(env!("CARGO_BIN_EXE_hotshoe"), &tool).unwrap();
    assert!(refusal(&tree, &tool).ends_with("this is 3.0.0"));
    fs::remove_file(tree.path("prefix/share/harmonics/harmonics.host.json")).unwrap();
    assert!(refusal(&tree, &tool).ends_with("this is 4.0.0"));
    let relative = other(&tree, &tool).env("XDG_DATA_DIRS", "share:./share").output().unwrap();
    let relative: Value = serde_json::from_slice(&relative.stdout).unwrap();
    assert!(relative["plugins"][0].get("refusal").is_none(), "a relative folder is none of the system's: {relative}");
}

#[test]
fn an_installed_profile_that_is_broken_or_anothers_is_not_passed_over() {
    let tree = gain().file("share/harmonics/harmonics.host.json", r#"{"name": "synth"}"#);
    hotshoe(&tree, &LIST).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the profile of `harmonics` says that it is the one of `synth` [profile-invalid]
  in [..]/share/harmonics/harmonics.host.json
  hint: a host's profile is in a folder of its name, and called after it

"#]]);
    let tree = gain().file("share/harmonics/harmonics.host.json", "{");
    assert_eq!(json(&tree, &LIST, 3)["error"]["code"], "profile-invalid");
    let tree = gain().file("share/harmonics/harmonics.host.json/folder", "");
    assert_eq!(json(&tree, &LIST, 3)["error"]["code"], "profile-unreadable");
}

#[test]
fn what_was_installed_for_a_host_is_found_by_it_without_a_variable() {
    let tree = gain();
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    let installed = json(&tree, &["install", "gain-1.2.3.tar.gz", "--host", "harmonics"], 0);
    let place = tree.path("data/harmonics/plugins/gain/1.2.3");
    assert_eq!(installed["installed"][0]["path"], *place.to_string_lossy());
    let listed = json(&tree, &LIST, 0);
    assert_eq!(listed["plugins"][0]["name"], "gain");
    assert_eq!(json(&tree, &["list", "--installed", "--host", "harmonics"], 0)["installed"][0]["name"], "gain");
    assert_eq!(json(&tree, &["verify", "--installed", "--host", "harmonics"], 0)["verified"], true);
    assert_eq!(json(&tree, &["uninstall", "gain", "--host", "harmonics"], 0)["removed"][0]["name"], "gain");
    assert!(!place.exists());
}

#[test]
fn a_host_whose_profile_names_no_folder_has_none() {
    let tree = gain().file("harmonics.host.json", of_version("1.2.0"));
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    let args = ["install", "gain-1.2.3.tar.gz", "--host", "harmonics.host.json"];
    hotshoe(&tree, &args).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: HARMONICS_PLUGIN_PATH names no folder, and harmonics has none for its user's plugins [argument-invalid]
  hint: set it, or say where with --root

"#]]);
    let text = r#"{"name": "harmonics", "folders": {"user": "harmonics-2/plugins"}}"#;
    let tree = tree.file("harmonics.host.json", text);
    let installed = json(&tree, &args, 0);
    let path = installed["installed"][0]["path"].as_str().unwrap();
    assert_eq!(Path::new(path), tree.path("data/harmonics-2/plugins/gain/1.2.3"));
    assert_eq!(json(&tree, &["list", "--host", "harmonics.host.json"], 0)["plugins"][0]["name"], "gain");
    assert_eq!(json(&tree, &LIST, 0)["plugins"].as_array().unwrap().len(), 0, "the host by that name looks elsewhere");
}

#[test]
fn plugins_come_from_the_variable_before_the_users_folder() {
    let tree = gain();
    let mine = PluginTree::new().file("gain/plugin.json", r#"{"name": "gain", "version": "1.2.3"}"#);
    fs::create_dir_all(tree.path("data/harmonics/plugins")).unwrap();
    fs::rename(tree.path("gain"), tree.path("data/harmonics/plugins/gain")).unwrap();
    let output = hotshoe(&tree, &["list", "--host", "harmonics", "--quick", "--json"]);
    let output = output.env("HARMONICS_PLUGIN_PATH", mine.root()).output().unwrap();
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = object["search_path"].as_array().unwrap();
    assert_eq!(found[0], *mine.root().to_string_lossy());
    let places = ["lib/harmonics/plugins", "data/harmonics/plugins", "usr/lib/harmonics/plugins"];
    let place = |end: &str| found.iter().position(|path| path.as_str().unwrap().ends_with(end));
    let places = places.map(place);
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{found:?}");
    assert_eq!(object["plugins"].as_array().unwrap().len(), 2);
}

#[test]
fn an_unknown_key_of_a_host_is_told_once_by_whatever_reads_it() {
    let tree = gain().file("harmonics.host.json", r#"{"name": "harmonics", "telemetry": {}}"#);
    let list = ["list", "--host", "harmonics.host.json", "--path", "."];
    hotshoe(&tree, &list).assert().code(0).stderr_eq(str![[r#"
warning[profile-unknown-key]: the key `telemetry` is unknown, and means nothing here
  in harmonics.host.json
  hint: remove it, unless it is for a later version of Hotshoe

"#]]);
    let commands: [&[&str]; 4] =
        [&["check", "gain"], &["package", "gain"], &["list", "--installed", "--root", "."], &["trust", "list"]];
    for command in commands {
        let object = json(&tree, &[command, &["--host", "harmonics.host.json"]].concat(), 0);
        let codes: Vec<_> = object["diagnostics"].as_array().unwrap().iter().map(|found| &found["code"]).collect();
        assert_eq!(codes, ["profile-unknown-key"], "{command:?}");
    }
}
