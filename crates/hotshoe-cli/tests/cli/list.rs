//! `hotshoe list`

use std::fs;
use std::process::{Command, Output};

use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, is_installed, require, skip};
use snapbox::str;

use crate::package::is_root;
use crate::{gain, hotshoe, json};

const LIST: [&str; 5] = ["list", "--host", "harmonics", "--path", "."];

/// Two versions of `gain`, `reverb` for a later host, and `mute` with a manifest that breaks off.
fn mixed() -> PluginTree {
    let library = Library::c(GOOD_C_PLUGIN).build();
    let bytes = fs::read(&library).unwrap();
    let version = |version| format!(r#"{{"name": "gain", "version": "{version}", "capabilities": ["effect:gain"]}}"#);
    PluginTree::new()
        .file("gain/1.0.0/plugin.json", version("1.0.0"))
        .file("gain/1.0.0/libgain.so", &bytes)
        .file("gain/1.1.0/plugin.json", version("1.1.0"))
        .file("gain/1.1.0/libgain.so", &bytes)
        .plugin("mute", r#"{"name": "mute""#, &library)
        .plugin("reverb", r#"{"name": "reverb", "version": "0.3.0", "harmonics_version": ">=2"}"#, &library)
}

#[test]
fn nothing_to_look_in_says_what_to_do() {
    hotshoe(&gain(), &["list", "--host", "harmonics"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
HARMONICS_PLUGIN_PATH names no folder: set it, or give --path

"#]])
        .stderr_eq(str![]);
    let args = ["list", "--host", "harmonics", "--path", ""];
    hotshoe(&gain(), &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
--path names no folder

"#]])
        .stderr_eq(str![]);
}

#[test]
fn an_empty_folder_is_said_to_be_empty() {
    hotshoe(&PluginTree::new(), &LIST)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
no plugin in .

"#]])
        .stderr_eq(str![]);
}

#[test]
fn a_folder_that_is_not_there_is_a_warning() {
    let args = ["list", "--host", "harmonics", "--path", "absent"];
    hotshoe(&gain(), &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
no plugin in absent

"#]])
        .stderr_eq(str![[r#"
warning[folder-unreadable]: this folder cannot be read: No such file or directory (os error 2)
  in absent
  hint: make it, or take it off the search path

"#]]);
}

#[test]
fn a_search_path_that_begins_too_deep_is_told_where_to_begin() {
    let args = ["list", "--host", "harmonics", "--path", "gain"];
    hotshoe(&mixed(), &args).assert().code(0).stderr_eq(str![[r#"
warning[name-mismatch]: plugin `gain`: the folder is called `1.0.0` and the plugin in it `gain`
  in [..]/gain/1.0.0
  hint: put the folder above on the search path: `[..]`
warning[name-mismatch]: plugin `gain`: the folder is called `1.1.0` and the plugin in it `gain`
  in [..]/gain/1.1.0
  hint: put the folder above on the search path: `[..]`

"#]]);
    let args = ["list", "--host", "harmonics", "--path", "~/plugins:gain/1.0.0/plugin.json"];
    hotshoe(&mixed(), &args).assert().code(0).stderr_eq(str![[r#"
warning[folder-unreadable]: this folder cannot be read: No such file or directory (os error 2)
  in ~/plugins
  hint: the shell puts no folder for a `~` in quotes: write the whole path
warning[folder-unreadable]: this folder cannot be read: Not a directory (os error 20)
  in [..]/gain/1.0.0/plugin.json
  hint: a search path holds folders: name the one that this file is in

"#]]);
}

#[test]
fn good_plugins_stand_beside_older_and_broken_ones() {
    let args = ["list", "--host", "harmonics", "--host-version", "1.2.0", "--path", "."];
    hotshoe(&mixed(), &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
  gain                 1.0.0      [..]/gain/1.0.0  effect:gain
✓ gain                 1.1.0      [..]/gain/1.1.0  effect:gain
✗ mute                            [..]/mute
✗ reverb               0.3.0      [..]/reverb

"#]])
        .stderr_eq(str![[r#"
error[manifest-syntax]: plugin `mute`: the manifest is not well-formed JSON: EOF while parsing an object at line 1 column 15
  in [..]/mute/plugin.json
  hint: the text ends at line 1, column 15 while a bracket or a quote is open: close it
error[host-incompatible]: plugin `reverb`: it asks for harmonics `>=2`, and this is 1.2.0
  in [..]/reverb
  hint: get a plugin version made for harmonics 1.2.0

"#]]);
}

#[test]
fn without_a_broken_plugin_the_answer_is_yes() {
    hotshoe(&gain(), &LIST)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
✓ gain                 1.2.3      [..]/gain

"#]])
        .stderr_eq(str![]);
}

#[test]
fn the_hosts_environment_variable_is_used_unless_a_path_is_given() {
    let (tree, empty) = (gain(), PluginTree::new());
    let with_variable = |args: &[&str]| hotshoe(&empty, args).env("HARMONICS_PLUGIN_PATH", tree.root());
    let args = ["list", "--host", "harmonics"];
    with_variable(&args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
✓ gain                 1.2.3      [..]/gain

"#]])
        .stderr_eq(str![]);
    with_variable(&LIST)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
no plugin in .

"#]])
        .stderr_eq(str![]);
    let search_path = format!("{}:{}", tree.root().display(), empty.root().display());
    hotshoe(&empty, &args).env("HARMONICS_PLUGIN_PATH", search_path).assert().code(0).stdout_eq(str![[r#"
✓ gain                 1.2.3      [..]/gain

"#]]);
}

#[test]
fn json_has_every_plugin_and_every_finding() {
    let object = json(&mixed(), &["list", "--host", "harmonics", "--host-version", "1.2.0", "--path", "."], 1);
    let names: Vec<_> = object["plugins"].as_array().unwrap().iter().map(|plugin| plugin["name"].clone()).collect();
    assert_eq!(names, ["gain", "gain", "mute", "reverb"]);
    assert_eq!(object["plugins"][2]["refusal"]["code"], "manifest-syntax");
    assert_eq!(object["plugins"][3]["refusal"]["code"], "host-incompatible");
    let codes: Vec<_> = object["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].clone()).collect();
    assert_eq!(codes, ["manifest-syntax", "host-incompatible"]);
    assert_eq!(object["search_path"], serde_json::json!(["."]));
}

/// What the tool answers to `nobody` if it is root's and this is done to it: `chmod u+s`, or `setcap`.
fn asked_by_nobody(tree: &PluginTree, makes_privileged: &str, args: &str) -> Output {
    // The tool may lie where only its builder can read. The shell copies it, for what a program with other threads
    // writes may still be open in a child of one of those, and cannot be run then.
    let script = format!(
        "rm -f hotshoe && cp '{tool}' hotshoe && chmod -R a+rX . && chmod a+rx hotshoe && {makes_privileged} && \
         exec setpriv --reuid 65534 --regid 65534 --clear-groups ./hotshoe {args}",
        tool = env!("CARGO_BIN_EXE_hotshoe"),
    );
    let environment = [("HARMONICS_PLUGIN_PATH", "."), ("HOTSHOE_TRUST", "trust.json"), ("XDG_CONFIG_HOME", "/")];
    let mut command = Command::new("sh");
    command.args(["-c", &script]).envs(environment).current_dir(tree.root());
    command.env("XDG_DATA_HOME", tree.path("data")).env("XDG_DATA_DIRS", tree.path("share")).output().unwrap()
}

#[test]
fn a_setuid_host_does_not_let_its_caller_choose_its_plugins() {
    if !require("setpriv") {
        return;
    }
    if !is_root() {
        return skip("only root can become another user");
    }
    let tree = gain();
    let listed = |makes_privileged| {
        let output = asked_by_nobody(&tree, makes_privileged, "list --host harmonics");
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (stdout, stderr) = listed("true");
    assert!(stdout.contains("gain") && stderr.is_empty(), "without more rights it is as ever: {stdout}{stderr}");
    for makes_privileged in ["chmod u+s hotshoe", "chmod g+s hotshoe"] {
        let (stdout, stderr) = listed(makes_privileged);
        assert!(!stdout.contains("gain"), "{makes_privileged}: {stdout}");
        assert!(stderr.contains("warning[environment-ignored]"), "{makes_privileged}: {stderr}");
    }
}

#[test]
fn a_setuid_host_does_not_let_its_caller_choose_its_profile_or_its_folders() {
    if !require("setpriv") {
        return;
    }
    if !is_root() {
        return skip("only root can become another user");
    }
    let profile = r#"{"name": "harmonics", "search_path_variable": "NO_SUCH_VARIABLE",
                      "folders": {"program": "mine", "user": "harmonics/plugins"}}"#;
    let tree = PluginTree::new()
        .file("data/harmonics/plugins/reverb/plugin.json", "{}")
        .file("data/harmonics/plugins/reverb/libreverb.so", "")
        .file("mine/echo/plugin.json", "{}")
        .file("mine/echo/libecho.so", "")
        .file("share/harmonics/harmonics.host.json", profile)
        .file("own.host.json", profile);
    let listed = |makes_privileged, host: &str| {
        let output = asked_by_nobody(&tree, makes_privileged, &format!("list --quick --host {host}"));
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for host in ["harmonics", "own.host.json"] {
        let (stdout, stderr) = listed("true", host);
        assert!(stdout.contains("reverb") && stdout.contains("echo") && stderr.is_empty(), "{host}: {stdout}{stderr}");
        let (stdout, stderr) = listed("chmod u+s hotshoe", host);
        assert!(!stdout.contains("reverb") && !stdout.contains("echo"), "{host}: {stdout}{stderr}");
        assert!(stderr.contains("note[environment-ignored]: the folder for the user's plugins"), "{host}: {stderr}");
    }
}

#[test]
fn a_host_with_capabilities_does_not_let_its_caller_choose_its_plugins() {
    if !require("setpriv") {
        return;
    }
    if !is_root() || !is_installed("setcap") {
        return skip("only root can give capabilities, with setcap");
    }
    let output = asked_by_nobody(&gain(), "setcap cap_net_raw+ep hotshoe", "list --host harmonics");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if stderr.contains("setcap") {
        return skip("this file system takes no capabilities");
    }
    assert!(!stdout.contains("gain") && stderr.contains("warning[environment-ignored]"), "{stdout}{stderr}");
}

#[test]
fn a_setuid_host_does_not_let_its_caller_choose_the_keys_it_trusts() {
    if !require("setpriv") {
        return;
    }
    if !is_root() {
        return skip("only root can become another user");
    }
    let tree = PluginTree::new().file("trust.json", r#"{"policy": "off"}"#);
    let listed = |makes_privileged| asked_by_nobody(&tree, makes_privileged, "trust list --host harmonics");
    assert_eq!(listed("true").status.code(), Some(0));
    let output = listed("chmod u+s hotshoe");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("the environment does not choose its trust store"), "{stderr}");
}

/// What lies about in folders of libraries: of `gain` a text in the first root, the good one in the second.
fn litter() -> (PluginTree, PluginTree) {
    let library = fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap();
    let first = PluginTree::new()
        .file("libgain.so", "/* GNU ld script */")
        .file("reverb/plugin.json", r#"{"name": "reverb", "version": "2.0.0"}"#)
        .file("reverb/libreverb.so", &library[..library.len() / 2]);
    let second = PluginTree::new()
        .file("libgain.so", &library)
        .file("reverb/plugin.json", r#"{"name": "reverb", "version": "1.0.0"}"#)
        .file("reverb/libreverb.so", &library);
    (first, second)
}

#[test]
fn a_tick_stands_only_before_what_the_host_would_load() {
    let (first, second) = litter();
    let path = format!("{}:{}", first.root().display(), second.root().display());
    hotshoe(&first, &["list", "--host", "harmonics", "--path", &path])
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
✗ gain                            [..]/libgain.so
✗ reverb               2.0.0      [..]/reverb
✓ gain                            [..]/libgain.so
✓ reverb               1.0.0      [..]/reverb

"#]])
        .stderr_eq(str![[r#"
error[library-format]: plugin `gain`: [..]linker script[..]
  in [..]/libgain.so
  hint: [..]
error[library-truncated]: plugin `reverb`: [..]
  in [..]/reverb/libreverb.so
  hint: [..]

"#]]);
}

#[test]
fn a_tick_stands_only_before_what_was_installed_if_the_host_asks_for_that() {
    let host = r#"{"name": "harmonics", "policies": {"receipt": "required"}}"#;
    let tree = gain().file("h.host.json", host);
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    hotshoe(&tree, &["install", "gain-1.2.3.tar.gz", "--root", "r"]).assert().code(0);
    let list = ["list", "--host", "h.host.json", "--path"];
    let installed = [&list[..], &["r"]].concat();
    hotshoe(&tree, &installed).assert().code(0).stderr_eq(str![]);
    let copied = [&list[..], &["."]].concat();
    hotshoe(&tree, &copied)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
✗ gain                 1.2.3      [..]/gain

"#]])
        .stderr_eq(str![[r#"
error[receipt-missing]: plugin `gain`: the host loads only what was installed, and this has no receipt
  in [..]/gain
  hint: install it with `hotshoe install`

"#]]);
    let other = Library::c("int other;\nvoid harmonics_register(void *r) { (void)r; }\n").build();
    let tree = tree.file("r/gain/1.2.3/libgain.so", fs::read(other).unwrap());
    assert_eq!(json(&tree, &installed, 1)["plugins"][0]["refusal"]["code"], "library-changed");
}

#[test]
fn a_quick_list_reads_manifests_only() {
    let (first, _) = litter();
    let object = json(&first, &["list", "--host", "harmonics", "--path", ".", "--quick"], 1);
    assert_eq!(object["plugins"][0]["refusal"]["code"], "library-format", "it was opened for its manifest anyway");
    assert_eq!(object["plugins"][1]["refusal"], serde_json::Value::Null);
    let object = json(&first, &["list", "--host", "harmonics", "--path", "."], 1);
    assert_eq!(object["plugins"][1]["refusal"]["code"], "library-truncated");
}

#[test]
fn a_folder_that_may_not_be_read_is_told_as_such_and_not_as_a_manifest() {
    if !require("setpriv") {
        return;
    }
    if !is_root() {
        return skip("only root can become another user");
    }
    let tree = ["lost+found", "nodir", "only_list", "gain/1.0.0"]
        .iter()
        .fold(gain(), |tree, folder| tree.file(&format!("{folder}/plugin.json"), "{}"));
    let closed = "chmod 0 lost+found nodir gain/1.0.0 && chmod 744 only_list && chmod 0 gain/plugin.json";
    let output = asked_by_nobody(&tree, closed, "--json list --host harmonics --path .");
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let told: Vec<(&str, &str)> = object["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            let path = found["path"].as_str().unwrap().rsplit_once("/.tmp").unwrap().1.split_once('/').unwrap().1;
            (found["code"].as_str().unwrap(), path)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("folder-unreadable", "lost+found"),
            ("folder-unreadable", "nodir"),
            ("folder-unreadable", "only_list"),
            ("manifest-unreadable", "gain/plugin.json"),
        ]
    );
}

#[test]
fn what_many_plugins_lack_is_told_in_full_once() {
    let needed = Library::c("int helper(void) { return 1; }").arg("-Wl,-soname,libabsent.so").build();
    let source = "int helper(void); void harmonics_register(void *registry) { (void)registry; helper(); }";
    let library = Library::c(source).arg(needed.display().to_string()).build();
    let tree = ["a", "b", "c"].iter().fold(PluginTree::new(), |tree, name| tree.plugin(name, "{}", &library));
    let output = hotshoe(&tree, &LIST).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.matches("searched: ").count(), 1, "{stderr}");
    assert_eq!(stderr.matches("hint: the same as above").count(), 2, "{stderr}");
}
