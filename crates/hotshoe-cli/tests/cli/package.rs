//! `hotshoe package`

use std::fs;
use std::process::Command;

use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, require};
use snapbox::str;

use crate::inspect::needy;
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
  gain/plugin.json
  gain/libgain.so
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
fn what_the_host_would_not_take_is_not_packaged() {
    let refused = |tree: &PluginTree, host: &str| {
        let said = json(tree, &["package", "gain", "--output", "dist", "--host", host], 3)["error"].take();
        assert!(!tree.path("dist").exists());
        let checked = json(tree, &["check", "gain", "--host", host], 1)["diagnostics"].take();
        let checked = checked.as_array().unwrap().iter().find(|found| found["severity"] == "error").unwrap();
        assert_eq!((&said["code"], &said["message"]), (&checked["code"], &checked["message"]));
        said["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(&gain(), "harmonic"), "entry-missing");
    let manifest = r#"{"name": "gain", "version": "1.2.3"}"#;
    assert_eq!(refused(&needy().file("gain/plugin.json", manifest), "harmonics"), "dependency-missing");
    let elsewhere = r#"{"name": "gain", "version": "1.2.3", "platforms": ["windows-x86_64"]}"#;
    assert_eq!(refused(&gain().file("gain/plugin.json", elsewhere), "harmonics"), "platform-incompatible");
    let other = r#"{"name": "gain", "version": "1.2.3", "abi": {"stdlib": "libc++"}}"#;
    let tree = gain().file("gain/plugin.json", other);
    let tree = tree.file("h.host.json", r#"{"name": "harmonics", "abi": {"stdlib": "libstdc++"}}"#);
    assert_eq!(refused(&tree, "h.host.json"), "abi-incompatible");
    hotshoe(&gain(), &["package", "gain", "--output", "dist", "--host", "harmonics"]).assert().code(0);
}

#[test]
fn a_plugin_for_another_machine_is_packaged_if_the_host_could_take_it_there() {
    let compiler = "aarch64-linux-gnu-gcc";
    if !require(compiler) {
        return;
    }
    let manifest = r#"{"name": "gain", "version": "1.2.3", "platforms": ["linux-aarch64"]}"#;
    let library = Library::c(GOOD_C_PLUGIN).compiler(compiler).build();
    let tree = PluginTree::new().plugin("gain", manifest, &library);
    hotshoe(&tree, &["package", "gain", "--host", "harmonics"]).assert().code(0).stderr_eq(str![]);
    assert_eq!(json(&tree, &["package", "gain", "--host", "mixer"], 3)["error"]["code"], "entry-missing");
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
    assert_eq!(package["entries"], serde_json::json!(["gain/", "gain/plugin.json", "gain/libgain.so"]));
    let checksum = fs::read_to_string(tree.path("dist/gain-1.2.3.tar.gz.sha256")).unwrap();
    assert_eq!(checksum, format!("{}  gain-1.2.3.tar.gz\n", package["sha256"].as_str().unwrap()));
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

#[test]
fn an_archive_is_called_as_it_is_asked_for() {
    let tree = gain();
    let platform = hotshoe_platform();
    hotshoe(&tree, &["package", "gain", "--name", "{name}_{os}-{arch}", "--level", "1"]).assert().code(0).stdout_eq(
        format!("made ./gain_{platform}.tar.gz, [..] bytes\n  gain/\n  gain/plugin.json\n  gain/libgain.so\n"),
    );
    hotshoe(&tree, &["package", "gain", "--name", "{name}-{platform}"]).assert().code(2).stderr_eq(str![[r#"
error: invalid value '{name}-{platform}' for '--name <PATTERN>': `{platform}` stands for nothing in an archive's name; there are {name}, {version}, {system}, {os} and {arch}

Usage: hotshoe package [OPTIONS] <FOLDER>

For more information, try '--help'.

"#]]);
    hotshoe(&tree, &["package", "gain", "--name", "../{name}"]).assert().code(2).stderr_eq(str![[r#"
error: invalid value '../{name}' for '--name <PATTERN>': the archive's name `../gain` holds a character that cannot stand in a file name; an archive's name is a file name; choose its folder with `--output`

Usage: hotshoe package [OPTIONS] <FOLDER>

For more information, try '--help'.

"#]]);
    hotshoe(&tree, &["package", "gain", "--level", "19"]).assert().code(2).stderr_eq(str![[r#"
error: invalid value '19' for '--level <NUMBER>': there is no level 19 of compression for `tar.gz`; choose one from 1, the fastest, to 9, the smallest

Usage: hotshoe package [OPTIONS] <FOLDER>

For more information, try '--help'.

"#]]);
    hotshoe(&tree, &["package", "gain", "--level", "high"]).assert().code(2).stdout_eq(str![]);
}

/// What this machine is, in Hotshoe's words.
fn hotshoe_platform() -> String {
    hotshoe::platform::Platform::current().to_string()
}

/// Runs the tool in a shell, after what changes the surroundings, and gives back the archive's bytes.
fn made_in(tree: &PluginTree, before: &str, format: &str) -> Vec<u8> {
    let script =
        format!("{before}; exec {} package gain --output dist --format {format}", env!("CARGO_BIN_EXE_hotshoe"));
    let output = Command::new("sh").args(["-c", &script]).current_dir(tree.root()).output().unwrap();
    assert!(output.status.success(), "{script}: {output:?}");
    fs::read(tree.path("dist").join(format!("gain-1.2.3.{format}"))).unwrap()
}

#[test]
fn surroundings_do_not_change_the_bytes_and_source_date_epoch_does() {
    let tree = gain().file("gain/presets/noise.bin", noise(3 << 20));
    for format in ["tar.gz", "tar.zst", "zip"] {
        let usual = made_in(&tree, "unset SOURCE_DATE_EPOCH", format);
        for before in [
            "umask 077",
            "umask 000",
            "export TZ=Asia/Kathmandu",
            "export LC_ALL=C LANG=tr_TR.UTF-8",
            "find gain -exec touch -d 2020-01-01 {} +",
            "find gain -type f -exec chmod 600 {} +; chmod 700 gain gain/presets",
            "find gain -name '*.so' -exec chmod 777 {} +",
        ] {
            let before = format!("unset SOURCE_DATE_EPOCH; {before}");
            assert!(made_in(&tree, &before, format) == usual, "`{before}` changes the {format}");
        }
        let later = made_in(&tree, "export SOURCE_DATE_EPOCH=1700000000", format);
        assert!(later != usual && later.len().abs_diff(usual.len()) < 1024, "{format}");
        assert!(later == made_in(&tree, "export SOURCE_DATE_EPOCH=1700000000 TZ=UTC-5", format));
    }
    hotshoe(&tree, &["package", "gain"]).env("SOURCE_DATE_EPOCH", "soon").assert().code(3).stderr_eq(str![[r#"
error: the archive cannot be written [package-write]
  in ./gain-1.2.3.tar.gz
  because: SOURCE_DATE_EPOCH is not a number of seconds

"#]]);
}

/// `taskset` leaves the tool one core of those that there are.
#[test]
fn the_number_of_cores_does_not_change_the_bytes() {
    if !hotshoe_testkit::require("taskset") {
        return;
    }
    let tree = gain().file("gain/presets/noise.bin", noise(3 << 20));
    for format in ["tar.gz", "tar.zst", "zip"] {
        let (all, one) = (made_in(&tree, ":", format), made_in(&tree, "taskset -p -c 0 $$ > /dev/null", format));
        assert!(all == one, "{format}");
    }
}

#[test]
fn another_user_makes_the_same_bytes() {
    if !hotshoe_testkit::require("setpriv") {
        return;
    }
    if !is_root() {
        hotshoe_testkit::skip("only root can become another user");
        return;
    }
    let tree = gain();
    let mine = made_in(&tree, ":", "tar.gz");
    fs::remove_dir_all(tree.path("dist")).unwrap();
    // The tool may lie where only its builder can read.
    fs::copy(env!("CARGO_BIN_EXE_hotshoe"), tree.path("hotshoe")).unwrap();
    let open = "chmod -R a+rX . && mkdir -m 777 dist";
    let script = format!(
        "{open} && exec setpriv --reuid 65534 --regid 65534 --clear-groups ./hotshoe package gain --output dist"
    );
    let output = Command::new("sh").args(["-c", &script]).current_dir(tree.root()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let archive = tree.path("dist/gain-1.2.3.tar.gz");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::uid(&fs::metadata(&archive).unwrap()), 65534);
    assert!(fs::read(archive).unwrap() == mine);
}

pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// Bytes that compress a little, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(1_u32), next).map(|state| (state >> 24) as u8 & 0x3f).take(length).collect()
}
