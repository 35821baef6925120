//! What the tool says, a file for each verb: words, JSON and exit codes, with real plugins.
//!
//! The snapshots are in the tests. `SNAPSHOTS=overwrite cargo test -p hotshoe-cli` writes them anew.

mod check;
mod command_line;
mod index;
mod inspect;
mod install;
mod key;
mod list;
mod new;
#[cfg(target_os = "linux")]
mod noexec;
mod output;
mod package;
mod probe;
#[cfg(target_os = "linux")]
mod process;
mod profile;
mod python;
mod run;
mod runtimes;
mod sanitizer;
mod sign;
mod trust;
mod verify;

use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};
use serde_json::Value;
use snapbox::cmd::Command;

/// What the plugin `gain` says of itself.
const GAIN: &str = r#"{"name": "gain", "version": "1.2.3", "harmonics_version": ">=1.2,<2"}"#;

/// A folder with the good plugin `gain` in it.
fn gain() -> PluginTree {
    PluginTree::new().plugin("gain", GAIN, &Library::c(GOOD_C_PLUGIN).build())
}

/// The tool, in a folder, and with nothing of the environment that could change what it says.
fn hotshoe(tree: &PluginTree, args: &[&str]) -> Command {
    let variables = ["HARMONICS_PLUGIN_PATH", "SOURCE_DATE_EPOCH", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"];
    let command = Command::new(env!("CARGO_BIN_EXE_hotshoe")).current_dir(tree.root()).args(args).stdin("");
    let command = variables.iter().fold(command, |command, variable| command.env_remove(variable));
    let keys = ["HOTSHOE_TRUST", "HOTSHOE_KEY", "HOTSHOE_KEY_PASSWORD"];
    let command = keys.iter().fold(command, |command, variable| command.env_remove(variable));
    let folders = [("CACHE_HOME", "cache"), ("CONFIG_HOME", "config"), ("DATA_HOME", "data"), ("DATA_DIRS", "share")];
    let command = folders
        .iter()
        .fold(command, |command, (variable, folder)| command.env(format!("XDG_{variable}"), tree.path(folder)));
    command.env("COLUMNS", "100")
}

/// The object that the tool prints with `--json`, after a look at what all of them have in common.
fn json(tree: &PluginTree, args: &[&str], code: i32) -> Value {
    let output = hotshoe(tree, args).arg("--json").output().expect("the tool starts");
    let object: Value = serde_json::from_slice(&output.stdout).expect("it is one JSON value");
    assert_eq!(output.status.code(), Some(code), "{object:#}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "everything is in the object");
    assert_eq!(object["format"], 1, "{object:#}");
    let diagnostics = object["diagnostics"].as_array().expect("every answer has them");
    assert!(diagnostics.iter().all(is_finding), "{object:#}");
    assert_eq!(object.get("error").is_some(), code == 3, "{object:#}");
    if let Some(error) = object.get("error") {
        assert!(is_finding(error) && error["stage"].is_string(), "{object:#}");
    }
    object
}

/// `severity`, `code` and `message` are always there.
fn is_finding(value: &Value) -> bool {
    ["severity", "code", "message"].iter().all(|field| value[field].is_string())
}
