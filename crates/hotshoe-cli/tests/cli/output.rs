//! How answers leave the tool: paths that are no text, terminals that obey, and readers that go away.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::process::{Command, Output, Stdio};

use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};
use serde_json::Value;

use crate::{GAIN, gain};

fn tool(tree: &PluginTree) -> Command {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_hotshoe"));
    tool.current_dir(tree.root()).env("XDG_CONFIG_HOME", tree.path("config")).env_remove("HARMONICS_PLUGIN_PATH");
    tool.env("XDG_DATA_HOME", tree.path("data")).env("XDG_DATA_DIRS", tree.path("share"));
    tool
}

/// A tree with a plugin in the root `caf\xe9`, which is Latin-1 and not UTF-8.
fn latin_1() -> (PluginTree, &'static OsStr) {
    let tree = gain();
    #[cfg(unix)]
    let root = std::os::unix::ffi::OsStrExt::from_bytes(b"caf\xe9");
    #[cfg(not(unix))]
    let root = OsStr::new("of no use: there, no path is of bytes");
    fs::create_dir(tree.root().join(root)).unwrap();
    fs::rename(tree.path("gain"), tree.root().join(root).join("gain")).unwrap();
    fs::create_dir(tree.root().join(root).join("broken")).unwrap();
    fs::write(tree.root().join(root).join("broken/plugin.json"), "{").unwrap();
    (tree, root)
}

fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn a_root_that_is_not_utf_8_is_listed_in_json() {
    if !hotshoe_testkit::require_system(cfg!(target_os = "linux"), "only there a path may be any bytes") {
        return;
    }
    let (tree, root) = latin_1();
    let output = tool(&tree).args(["--json", "list", "--host", "harmonics", "--path"]).arg(root).output().unwrap();
    let object = object(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(object["search_path"], serde_json::json!(["caf\u{fffd}"]));
    assert_eq!((&object["plugins"][0]["name"], &object["plugins"][1]["name"]), (&"broken".into(), &"gain".into()));
    let path = object["plugins"][1]["path"].as_str().unwrap();
    assert!(path.ends_with("/caf\u{fffd}/gain"), "{path}");
    let path = object["diagnostics"][0]["path"].as_str().unwrap();
    assert!(path.ends_with("/caf\u{fffd}/broken/plugin.json"), "{path}");
}

#[test]
fn no_verb_fails_because_a_path_is_not_utf_8() {
    if !hotshoe_testkit::require_system(cfg!(target_os = "linux"), "only there a path may be any bytes") {
        return;
    }
    let (tree, root) = latin_1();
    let path = |inside: &str| tree.root().join(root).join(inside).into_os_string();
    let of =
        |words: &[&str], path| words.iter().map(|word| OsStr::new(word).to_owned()).chain([path]).collect::<Vec<_>>();
    let calls = [
        (of(&["inspect"], path("gain/libgain.so")), 0),
        (of(&["check", "--host", "harmonics"], path("gain")), 0),
        (of(&["check", "--host", "harmonics"], path("broken")), 1),
        (of(&["check", "--host", "harmonics"], path("absent")), 3),
        (of(&["package", "gain", "--output"], path("dist")), 3),
        (of(&["package", "--output", "dist"], path("gain")), 0),
        (of(&["install", "dist/gain-1.2.3.tar.gz", "--root"], path("plugins")), 0),
        (of(&["list", "--installed", "--root"], path("plugins")), 0),
        (of(&["verify", "--installed", "--root"], path("plugins")), 0),
        (of(&["prune", "--root"], path("plugins")), 0),
        (of(&["uninstall", "gain", "--root"], path("plugins")), 0),
        (of(&["key", "new", "--no-password", "--output"], path("anna")), 0),
        (of(&["trust", "list", "--trust"], path("trust.json")), 0),
        (of(&["new", "--defaults", "plugin-c", "mine", "--host", "harmonics", "--output"], path("mine")), 0),
    ];
    for (call, code) in calls {
        let output = tool(&tree).arg("--json").args(&call).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{call:?}: {output:?}");
        assert!(!output.stdout.windows(11).any(|text| text == b"unprintable"), "{call:?}: {output:?}");
        object(&output);
    }
}

/// Clears the screen, names the window, turns the line around, and adds a line of its own.
const HOSTILE: &str = "x\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}\u{9b}31m\nerror - all is lost";

#[test]
fn nothing_in_a_name_commands_the_terminal_or_adds_a_line() {
    if !hotshoe_testkit::require_system(cfg!(unix), "its names have no such characters") {
        return;
    }
    let library = Library::c(GOOD_C_PLUGIN).build();
    let tree = PluginTree::new()
        .plugin(&format!("{HOSTILE}/gain"), GAIN, &library)
        .file(&format!("{HOSTILE}/broken/plugin.json"), "{");
    for json in [&["--json"][..], &[]] {
        let mut tool = tool(&tree);
        tool.args(json).args(["list", "--host", "harmonics", "--path"]).arg(HOSTILE).env("CLICOLOR_FORCE", "1");
        let output = tool.output().unwrap();
        for stream in [&output.stdout, &output.stderr] {
            let text = String::from_utf8(stream.clone()).unwrap();
            let left = ["\u{1b}[2J", "\u{1b}]", "\u{7}", "\u{202e}", "\u{9b}"].iter().find(|bad| text.contains(**bad));
            assert_eq!(left, None, "{text:?}");
            assert!(!text.lines().any(|line| line.starts_with("error - all is lost")), "{text:?}");
        }
        if !json.is_empty() {
            let path = object(&output)["search_path"][0].clone();
            assert_eq!(path, HOSTILE, "JSON says it as it is, in escapes");
        }
    }
}

/// What a manifest says is part of a message, and what a folder is called is part of an answer.
#[test]
fn no_text_of_others_passes_for_an_error_of_ours() {
    if !hotshoe_testkit::require_system(cfg!(unix), "its names have no such characters") {
        return;
    }
    let library = Library::c(GOOD_C_PLUGIN).build();
    let forged = r#"{"name": "gain", "version": "1.0.0", "platforms": ["x\nerror: all is lost"]}"#;
    let tree = PluginTree::new().plugin("gain", forged, &library).file("a\nerror: all is lost/gain.so", "");
    let folder = "a\nerror: all is lost";
    fs::copy(&library, tree.path(folder).join("gain.so")).unwrap();
    let commands: [&[&str]; 4] = [
        &["check", "gain", "--host", "harmonics"],
        &["list", "--host", "harmonics", "--path", "."],
        &["list", "--installed", "--root", folder],
        &["inspect", &format!("{folder}/gain.so")],
    ];
    for args in commands {
        let output = tool(&tree).args(args).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains("error: all is lost"), "{args:?}: {text}");
        assert!(!text.lines().any(|line| line.starts_with("error: all is lost")), "{args:?}: {text}");
    }
}

#[test]
fn an_answer_that_does_not_fit_is_an_error() {
    if !hotshoe_testkit::require_system(cfg!(target_os = "linux"), "no other has /dev/full") {
        return;
    }
    for args in
        [&["--json", "list", "--host", "harmonics", "--path", "."][..], &["inspect", "gain/libgain.so"], &["--help"]]
    {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = tool(&gain()).args(args).stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{args:?}: {stderr}");
        assert!(
            stderr.starts_with("error: the answer cannot be written: No space left on device"),
            "{args:?}: {stderr}"
        );
    }
}

#[test]
fn a_reader_that_has_read_enough_ends_the_tool_quietly() {
    let many =
        (0..1000).fold(gain(), |tree, number| tree.file(&format!("p{number}/plugin.json"), r#"{"library": "x.so"}"#));
    for args in [&["--json"][..], &[]] {
        let mut tool = tool(&many);
        tool.args(args).args(["list", "--quick", "--host", "harmonics", "--path", "."]);
        let mut running = tool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = running.stdout.take().unwrap();
        out.read_exact(&mut [0; 100]).unwrap();
        drop(out);
        let output = running.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(!stderr.contains("panic") && !stderr.contains("cannot be written"), "{stderr}");
    }
}
