//! The catalog index, as `hotshoe list` makes and uses it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use hotshoe_testkit::{PluginTree, require, require_system, skip};

use crate::package::is_root;

const TOOL: &str = env!("CARGO_BIN_EXE_hotshoe");

/// As many plugins as an index is made for, in folders of either layout, which nobody has changed for two seconds.
fn many() -> PluginTree {
    let tree = (0..64).fold(PluginTree::new(), |tree, number| {
        let manifest = format!(r#"{{"name": "gain{number}", "version": "1.0.0", "library": "libgain.so"}}"#);
        let folder = format!("root/gain{number}{}", if number % 2 == 0 { "/1.0.0" } else { "" });
        tree.file(&format!("{folder}/plugin.json"), manifest).file(&format!("{folder}/libgain.so"), "")
    });
    thread::sleep(Duration::from_millis(2100));
    tree
}

/// What it lists, with a cache folder of the tree's.
fn list(tree: &PluginTree, program: &str, args: &[&str]) -> String {
    let mut command = Command::new(program);
    command.current_dir(tree.root()).args(args).args(["--path", "root", "--quick", "--json"]).stdin(Stdio::null());
    let output = command.env("XDG_CACHE_HOME", tree.path("cache")).output().expect("the tool starts");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success(), "{:?}", output.status);
    String::from_utf8(output.stdout).expect("it is JSON")
}

const LIST: [&str; 3] = ["list", "--host", "harmonics"];

fn indexes(tree: &PluginTree) -> usize {
    fs::read_dir(tree.path("cache/hotshoe/catalog")).map_or(0, |files| files.count())
}

#[test]
fn the_second_start_opens_no_manifest() {
    if !require_system(cfg!(target_os = "linux"), "strace shows what is opened") || !require("strace") {
        return;
    }
    let tree = many();
    let trace = tree.path("trace");
    let opened = || {
        let strace = ["-f", "-qq", "-e", "trace=openat,open", "-o"];
        let args = [&strace[..], &[trace.to_str().expect("a path"), TOOL], &LIST].concat();
        let listed = list(&tree, "strace", &args);
        (listed, fs::read_to_string(&trace).expect("a trace").matches("plugin.json").count())
    };
    let traced = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output().expect("strace starts");
    if !traced.status.success() {
        return skip(String::from_utf8_lossy(&traced.stderr).trim());
    }
    let (first, cold) = opened();
    let (second, warm) = opened();
    assert_eq!((cold, warm, indexes(&tree)), (64, 0, 1));
    assert_eq!(first, second);
    fs::write(tree.path("root/gain7/plugin.json"), r#"{"name": "gain7", "version": "2.0.0"}"#).expect("a manifest");
    let (third, changed) = opened();
    assert_eq!(changed, 1, "only what has changed is read");
    assert!(third.contains("2.0.0"));
}

#[test]
fn nothing_is_kept_if_nobody_wants_it() {
    let tree = many().file("harmonics.host.json", r#"{"name": "harmonics", "policies": {"index": "off"}}"#);
    let listed = list(&tree, TOOL, &["list", "--host", "harmonics", "--no-index"]);
    list(&tree, TOOL, &["list", "--host", "harmonics.host.json"]);
    assert!(!tree.path("cache").exists(), "something was written");
    assert_eq!(list(&tree, TOOL, &LIST), listed);
    assert_eq!(indexes(&tree), usize::from(cfg!(unix)), "an index is made where nobody forbids it");
}

#[test]
fn without_a_cache_folder_it_lists_as_ever() {
    let tree = many();
    let listed = list(&tree, TOOL, &LIST);
    for (name, value) in
        [("XDG_CACHE_HOME", "relative"), ("XDG_CACHE_HOME", "/proc/nowhere"), ("HOME", "/proc/nowhere")]
    {
        let mut command = Command::new(TOOL);
        command.args(LIST).args(["--path", "root", "--quick", "--json"]).current_dir(tree.root()).stdin(Stdio::null());
        let command = command.env_remove("HOME").env_remove("XDG_CACHE_HOME").env(name, value);
        let output = command.output().expect("the tool starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), listed, "{name}={value}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}={value}");
        assert!(!tree.path("relative").exists(), "a relative path is none");
    }
}

#[test]
fn a_setuid_host_keeps_nothing_where_its_caller_says() {
    if !require("setpriv") {
        return;
    }
    if !is_root() {
        return skip("only root can become another user");
    }
    let tree = many();
    let listed = |makes_privileged: &str| {
        let script = format!(
            "rm -rf hotshoe cache && cp '{TOOL}' hotshoe && mkdir cache && chmod 777 cache && chmod -R a+rX . && \
             chmod a+rx hotshoe && {makes_privileged} && exec setpriv --reuid 65534 --regid 65534 --clear-groups \
             ./hotshoe list --host harmonics --path root --quick --json"
        );
        let mut command = Command::new("sh");
        let command = command.args(["-c", &script]).current_dir(tree.root()).env("XDG_CACHE_HOME", tree.path("cache"));
        let output = command.stdin(Stdio::null()).output().expect("a shell");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        is_empty(&tree.path("cache"))
    };
    assert!(!listed("sleep 2.1"), "without more rights it is as ever");
    assert!(listed("sleep 2.1 && chmod u+s hotshoe"), "its caller chose where it writes");
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("a folder").next().is_none()
}
