//! `hotshoe package`

use snapbox::str;

use crate::{gain, hotshoe, json};

#[test]
fn an_archive_is_made_and_its_content_listed() {
    let tree = gain().file("gain/presets/soft.txt", "soft");
    hotshoe(&tree, &["package", "gain"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
made ./gain-1.2.3.tar.gz, [..] bytes
  gain/
  gain/libgain.so
  gain/plugin.json
  gain/presets/
  gain/presets/soft.txt

"#]])
        .stderr_eq(str![]);
    assert!(tree.path("gain-1.2.3.tar.gz").is_file());
}

#[test]
fn a_manifest_without_a_version_is_not_packaged() {
    let tree = gain().file("gain/plugin.json", r#"{"name": "gain"}"#);
    hotshoe(&tree, &["package", "gain"]).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the plugin does not say its version [package-source]
  in gain
  hint: add `version` to plugin.json in the folder

"#]]);
}

#[test]
fn a_plugin_for_another_host_version_is_not_packaged() {
    let tree = gain();
    let args = ["package", "gain", "--output", "dist", "--host", "harmonics", "--host-version", "2.0.0"];
    hotshoe(&tree, &args).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: it asks for harmonics `>=1.2, <2`, and this is 2.0.0 [host-incompatible]
  in gain
  hint: get a plugin version made for harmonics 2.0.0

"#]]);
    assert!(!tree.path("dist").exists());
}

#[test]
fn a_folder_that_is_not_there_is_called_so() {
    hotshoe(&gain(), &["package", "absent"]).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is no such folder [package-source]
  in absent
  hint: give the plugin's folder: the one with its plugin.json and its library

"#]]);
}

#[test]
fn json_has_the_archive() {
    let tree = gain();
    let package = json(&tree, &["package", "gain", "--output", "dist"], 0)["package"].take();
    assert_eq!((&package["name"], &package["version"]), (&"gain".into(), &"1.2.3".into()));
    assert_eq!(package["archive"], "dist/gain-1.2.3.tar.gz");
    assert_eq!(package["size"], tree.path("dist/gain-1.2.3.tar.gz").metadata().unwrap().len());
    assert_eq!(package["entries"], serde_json::json!(["gain/", "gain/libgain.so", "gain/plugin.json"]));
    assert_eq!(json(&tree, &["package", "absent"], 3)["error"]["stage"], "package");
}

#[test]
fn the_format_is_chosen_and_a_wrong_one_is_a_wrong_command_line() {
    let tree = gain();
    for format in ["tar.gz", "tar.zst", "zip"] {
        hotshoe(&tree, &["package", "gain", "--format", format]).assert().code(0);
        assert!(tree.path(&format!("gain-1.2.3.{format}")).is_file());
    }
    hotshoe(&tree, &["package", "gain", "--format", "rar"]).assert().code(2).stdout_eq(str![]);
}
