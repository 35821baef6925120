//! Roots whose path leads to another folder from some system call on: what changes a root goes on in the one
//! that it opened, or stops.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hotshoe::package;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};

use crate::strace;
use crate::{TOOL, copy, seen};

/// Everything that changes a root, where `gain` 0.9.0 and 1.1.0 are in use, and 1.0.0 is not.
const CHANGES: [&[&str]; 6] = [
    &["install", "gain-1.2.0.tar.gz"],
    &["install", "other/gain-1.1.0.tar.gz", "--replace"],
    &["uninstall", "gain@0.9.0"],
    &["rollback", "gain"],
    &["rollback", "gain@1.0.0"],
    &["prune"],
];

struct Shop {
    tree: PluginTree,
}

impl Shop {
    fn new() -> Shop {
        let mut tree = PluginTree::new();
        let library = Library::c(GOOD_C_PLUGIN).build();
        for (version, output) in [("0.9.0", ""), ("1.0.0", ""), ("1.1.0", ""), ("1.2.0", ""), ("1.1.0", "other")] {
            tree = tree
                .plugin("gain", &format!(r#"{{"name": "gain", "version": "{version}"}}"#), &library)
                .file("gain/presets/soft.txt", format!("{version} {output}"));
            package::make(&tree.path("gain"), &tree.path(output), None).expect("it is a good plugin");
        }
        let shop = Shop { tree };
        for args in [["install", "gain-0.9.0.tar.gz"], ["install", "gain-1.0.0.tar.gz"], ["rollback", "gain"]] {
            assert!(shop.command(&args).output().expect("the tool starts").status.success());
        }
        assert!(shop.command(&["install", "gain-1.1.0.tar.gz"]).output().expect("the tool starts").status.success());
        copy(&shop.tree.path("a"), &shop.tree.path("before"));
        shop
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(TOOL);
        command.current_dir(self.tree.root()).args(args).args(["--json", "--root", "a/plugins"]);
        command
    }

    fn begin_again(&self) {
        for folder in ["a", "away", "outside"] {
            drop(fs::remove_dir_all(self.tree.path(folder)));
        }
        copy(&self.tree.path("before"), &self.tree.path("a"));
    }

    /// Whether a process has opened the root.
    fn is_open_in(&self, process: &str) -> bool {
        let root = fs::canonicalize(self.tree.path("a/plugins")).expect("it is there");
        let open = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
        open.into_iter().any(|file| fs::read_link(file.path()).is_ok_and(|path| path == root))
    }

    /// Moves the folder that leads to the root away. What its path leads to then looks the same, and is elsewhere.
    fn swap(&self) {
        fs::rename(self.tree.path("a"), self.tree.path("away")).expect("it is there");
        copy(&self.tree.path("away/plugins"), &self.tree.path("outside"));
        fs::create_dir(self.tree.path("a")).expect("it was moved away");
        symlink(self.tree.path("outside"), self.tree.path("a/plugins")).expect("nothing is there");
    }
}

/// Every file with what it holds, and every folder.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut unread = vec![folder.to_owned()];
    while let Some(folder) = unread.pop() {
        for entry in fs::read_dir(&folder).expect("it is there").map(|entry| entry.expect("readable")) {
            let is_folder = entry.file_type().expect("it has one").is_dir();
            found.insert(entry.path(), if is_folder { Vec::new() } else { fs::read(entry.path()).expect("readable") });
            unread.extend(is_folder.then(|| entry.path()));
        }
    }
    found
}

/// How a change looks at what is there, and changes it.
const CALLS: [&str; 10] =
    ["statx", "mkdir", "mkdirat", "rename", "renameat2", "unlinkat", "rmdir", "fsync", "flock", "write"];

/// Runs a command once for each of some calls, with the root swapped behind that; how often it was swapped.
fn swapped_behind_each_call(
    shop: &Shop,
    args: &[&str],
    calls: &[&str],
    mut swap: impl FnMut(),
    mut judge: impl FnMut(&Output, &str),
) -> usize {
    let mut swapped = 0;
    for call in calls {
        for time in 1.. {
            shop.begin_again();
            let (mut is_met, mut is_swapped) = (false, false);
            let output = strace::interrupt(&shop.command(args), call, time, |tool| {
                is_met = true;
                is_swapped = shop.is_open_in(tool);
                if is_swapped {
                    shop.swap();
                    swap();
                }
            });
            if !is_met {
                break;
            }
            if is_swapped {
                swapped += 1;
                let what = format!("{args:?}, swapped behind {call} number {time}: {output:?}");
                assert!(!String::from_utf8_lossy(&output.stdout).contains("/proc/"), "{what}");
                judge(&output, &what);
            }
        }
    }
    swapped
}

fn says(output: &Output, code: &str) -> bool {
    String::from_utf8_lossy(&output.stdout).contains(&format!(r#""code": "{code}""#))
}

#[test]
fn a_root_that_is_swapped_behind_any_system_call_of_a_change_leads_nowhere_else() {
    if !strace::is_allowed() {
        return;
    }
    let shop = Shop::new();
    for args in CHANGES {
        let before = RefCell::new(BTreeMap::new());
        let mut stopped = 0;
        let look = || drop(before.replace(content(&shop.tree.path("outside"))));
        let swapped = swapped_behind_each_call(&shop, args, &CALLS, look, |output, what| {
            assert!(content(&shop.tree.path("outside")) == *before.borrow(), "something was changed elsewhere: {what}");
            assert!(!seen(&shop.tree.path("away/plugins"), what).is_empty(), "{what}");
            assert!(output.status.success() || says(output, "package-write"), "{what}");
            stopped += usize::from(!output.status.success());
        });
        assert!(swapped > 15 && stopped > 3, "{args:?}: {swapped} swaps, {stopped} of them seen");
    }
}

#[test]
fn a_root_that_is_swapped_while_it_is_verified_is_no_answer_about_the_other_one() {
    if !strace::is_allowed() {
        return;
    }
    let shop = Shop::new();
    let other = || fs::write(shop.tree.path("outside/gain/1.1.0/presets/soft.txt"), "another").expect("it is ours");
    let swapped = swapped_behind_each_call(&shop, &["verify", "--installed"], &["openat"], other, |output, what| {
        assert!(output.status.success() || says(output, "folder-unreadable"), "{what}");
    });
    assert!(swapped > 10, "{swapped} swaps");
}
