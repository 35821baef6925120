//! File systems from which no code may be mapped, as administrators mount `/tmp` and `/home`.

use std::process::Output;

use hotshoe_testkit::{PluginTree, is_installed, skip};

use crate::package::is_root;
use crate::{gain, hotshoe};

/// What the tool says where `m` is a file system of that kind, seen by this process only; `None` where no test can make
/// one. `first` is done in it before.
fn on_noexec(tree: &PluginTree, first: &str, args: &str) -> Option<Output> {
    if !is_installed("unshare") {
        skip("unshare is not installed");
        return None;
    }
    let script =
        format!("mount -t tmpfs -o noexec none m || exit 77\n{first}\nexec '{}' {args}", env!("CARGO_BIN_EXE_hotshoe"));
    let script_file = tree.path("script");
    std::fs::write(&script_file, script).unwrap();
    let kind = if is_root() { "-m" } else { "-rm" };
    let mut command = std::process::Command::new("unshare");
    command.args([kind, "sh", "script"]).current_dir(tree.root()).env("TMPDIR", tree.root());
    let output = command.output().expect("unshare starts");
    if output.status.code() == Some(77) || String::from_utf8_lossy(&output.stderr).starts_with("unshare: ") {
        skip("this system does not let the test mount anything");
        return None;
    }
    Some(output)
}

#[test]
fn a_plugin_on_a_file_system_without_code_is_told_as_that() {
    let tree = gain().file("m/.keep", "");
    for says_no in
        ["check m/gain --host harmonics", "check m/gain --host harmonics --load", "list --host harmonics --path m"]
    {
        let Some(output) = on_noexec(&tree, "cp -r gain m", says_no) else { return };
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{says_no}: {stderr}");
        assert!(stderr.contains("its file system is mounted `noexec`"), "{says_no}: {stderr}");
    }
    hotshoe(&tree, &["check", "gain", "--host", "harmonics", "--load"]).assert().code(0);
}

#[test]
fn a_folder_for_temporary_files_without_code_is_told_as_that() {
    let tree = gain().file("m/.keep", "").file("h.host.json", r#"{"name": "harmonics", "policies": {"load": "copy"}}"#);
    let load = "check gain --host h.host.json --load";
    let Some(output) = on_noexec(&tree, "export TMPDIR=$PWD/m", load) else { return };
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("the folder for temporary files is mounted `noexec`"), "{stderr}");
    assert!(stderr.contains("`TMPDIR`"), "{stderr}");
    let output = on_noexec(&tree, "", load).expect("it was possible just now");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
