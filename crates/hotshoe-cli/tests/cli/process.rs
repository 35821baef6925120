//! What the tool does with plugins that are programs: real ones in Go, and the module as it is installed.
//!
//! A package's tests cannot have what another package builds, so the module and its keeper are built here, by the cargo that
//! runs the tests and into the same target folder: after `cargo test --workspace` has built them already, that takes no time.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use hotshoe_testkit::{PluginTree, file_name};
use snapbox::str;

use crate::{hotshoe, json};

const AGENT: &str = r#"{"name": "agent", "runtimes": {"native": {}, "process": {
    "cookie": {"key": "ORI_PLUGIN", "value": "ori-agent-v1"}, "start_timeout": 20}}}"#;

const PLUGIN: &str = r#"{"name": "math", "version": "1.0.0", "runtime": "process", "executable": "peer",
    "process": {"arguments": ["math"]}}"#;

const INPUT: &str = r#"{"args_json": "{\"operation\": \"add\", \"a\": 2, \"b\": 3}"}"#;

const AS_AGENT: [&str; 4] = ["--host", "agent.host.json", "--runtime-folder", "runtimes"];

/// The folder with what cargo builds in this profile.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_BIN_EXE_hotshoe")).parent().unwrap().to_owned();
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "-p", "hotshoe-process", "--target-dir"]).arg(folder.parent().unwrap());
        if folder.ends_with("release") {
            build.arg("--release");
        }
        let done = build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(done.success(), "the module cannot be built");
        folder
    })
}

/// The peer of `tests/process/go`, built once.
fn peer() -> &'static Path {
    static PEER: OnceLock<PathBuf> = OnceLock::new();
    PEER.get_or_init(|| {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-peer");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/process/go");
        let build = Command::new("go")
            .args(["build", "-trimpath", "-buildvcs=false", "-o"])
            .arg(&file)
            .arg("./peer")
            .current_dir(sources)
            .status();
        assert!(build.expect("go is installed: run tools/setup.sh test").success(), "the peer cannot be built");
        file
    })
}

/// A plugin, a host that takes it, and the module.
fn math() -> PluginTree {
    let tree = PluginTree::new()
        .file("agent.host.json", AGENT)
        .file("plugins/math/plugin.json", PLUGIN)
        .file("runtimes/.keep", "");
    install(&tree.path("runtimes"));
    fs::copy(peer(), tree.path("plugins/math/peer")).unwrap();
    tree
}

fn install(runtimes: &Path) {
    fs::create_dir_all(runtimes).unwrap();
    fs::copy(built().join(file_name("hotshoe_process")), runtimes.join(file_name("hotshoe-process"))).unwrap();
    fs::copy(built().join("hotshoe-keeper"), runtimes.join("hotshoe-keeper")).unwrap();
}

fn with<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &AS_AGENT].concat()
}

#[test]
fn a_method_is_called_and_its_output_printed() {
    let tree = math();
    for plugin in [&["plugins/math"][..], &["math", "--path", "plugins"]] {
        let args = with(&[&["call"], &plugin[..1], &["Call", INPUT], &plugin[1..]].concat());
        let output = hotshoe(&tree, &args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(answer["result_json"].as_str().unwrap().contains('5'), "{answer}");
        assert!(output.stdout.iter().filter(|byte| **byte == b'\n').count() > 1, "it is easy to read");
        let output = hotshoe(&tree, &args).arg("--json").output().unwrap();
        assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 1, "{output:?}");
    }
}

#[test]
fn an_error_of_a_call_is_a_no_with_code_and_hint() {
    let tree = math();
    let args = with(&["call", "plugins/math", "Nope"]);
    let output = hotshoe(&tree, &args).arg("--json").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
    let said: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(said["diagnostics"][0]["code"], "method-unknown", "{said}");
    assert!(said["diagnostics"][0]["hint"].is_string(), "{said}");
}

#[test]
fn what_can_be_called_is_described() {
    let described = json(&math(), &with(&["describe", "plugins/math"]), 0);
    assert_eq!(described["described"]["protocol"], "go-plugin");
    assert!(!described["described"]["services"][0]["methods"].as_array().unwrap().is_empty());
}

#[test]
fn check_starts_and_stops_it() {
    assert_eq!(json(&math(), &with(&["check", "plugins/math", "--load"]), 0)["unload"], "exited: exit code 0");
}

#[test]
fn an_installed_tool_finds_the_module() {
    let tree = math().file("prefix/bin/.keep", "");
    install(&tree.path("prefix/lib/hotshoe/runtimes"));
    fs::copy(env!("CARGO_BIN_EXE_hotshoe"), tree.path("prefix/bin/hotshoe")).unwrap();
    let mut tool = Command::new(tree.path("prefix/bin/hotshoe"));
    tool.args(["check", "plugins/math", "--load", "--host", "agent.host.json"]).current_dir(tree.root());
    let output = tool.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_host_that_does_not_take_it_says_what_to_write() {
    hotshoe(&math(), &["describe", "plugins/math", "--host", "agent"]).assert().code(3).stderr_eq(str![[r#"
...
  hint: write `"runtimes": {"native": {}, "process": {}}` into the host's profile, if it is to take it
...
"#]]);
}

#[test]
fn run_goes_on_until_ctrl_c_and_stops_it_then() {
    let tree = math();
    let mut tool = Command::new(env!("CARGO_BIN_EXE_hotshoe"));
    tool.args(with(&["run", "plugins/math", "--json"])).current_dir(tree.root());
    let mut tool = tool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(tool.stderr.take().unwrap()).lines().map_while(Result::ok);
    // Kept open, for what it says at the end.
    let mut said = said.skip_while(|line| !line.contains("was loaded"));
    assert!(said.next().is_some());
    assert!(Command::new("kill").args(["-INT", &tool.id().to_string()]).status().unwrap().success());
    let output = tool.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["stopped"][0]["unload"], "exited: exit code 0");
}
