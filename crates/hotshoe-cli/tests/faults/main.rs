//! What an install survives: being killed at any step, a full or failing disk, a power cut, and others that
//! install at the same time.
//!
//! The steps are the system calls of the real tool: strace kills it before each of them, or lets one
//! fail. So no step is forgotten, and the tool is the one that is shipped.

mod disk;
mod strace;
#[cfg(target_os = "linux")]
mod swapped;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use hotshoe::catalog::{Catalog, SearchPath};
use hotshoe::package::{self, Root};
use hotshoe::profile::HostProfile;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};
use serde_json::Value;

use strace::Trace;

/// A root with `gain` 1.0.0 installed, and archives of that and of 1.1.0 beside it.
struct Shop {
    tree: PluginTree,
    flat: bool,
}

impl Shop {
    fn new(flat: bool) -> Shop {
        let mut tree = PluginTree::new();
        let library = Library::c(GOOD_C_PLUGIN).build();
        for version in ["1.0.0", "1.1.0"] {
            tree = tree
                .plugin("gain", &format!(r#"{{"name": "gain", "version": "{version}"}}"#), &library)
                .file("gain/presets/soft.txt", version);
            package::make(&tree.path("gain"), tree.root(), None).expect("it is a good plugin");
        }
        fs::remove_dir_all(tree.path("gain")).expect("it was made above");
        let shop = Shop { tree, flat };
        assert!(shop.tool(&shop.install("1.0.0")).status.success());
        // As it was: each test begins with a copy of this.
        copy(&shop.root(), &shop.tree.path("before"));
        shop
    }

    fn root(&self) -> PathBuf {
        self.tree.path("plugins")
    }

    fn install(&self, version: &str) -> Vec<String> {
        let mut args = vec!["install".to_owned(), format!("gain-{version}.tar.gz"), "--json".to_owned()];
        args.extend(["--root".to_owned(), "plugins".to_owned()]);
        args.extend(self.flat.then(|| "--flat".to_owned()));
        args
    }

    fn command(&self, program: &str, args: &[String]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.tree.root()).args(args).stdin(Stdio::null());
        command
    }

    fn tool(&self, args: &[String]) -> Output {
        self.command(TOOL, args).output().expect("the tool starts")
    }

    /// The root as it was before the install of 1.1.0.
    fn begin_again(&self) {
        fs::remove_dir_all(self.root()).expect("it is ours");
        copy(&self.tree.path("before"), &self.root());
    }

    /// The versions that a host sees, after a look that each is whole.
    fn seen(&self, what: &str) -> Vec<String> {
        seen(&self.root(), what)
    }
}

const TOOL: &str = env!("CARGO_BIN_EXE_hotshoe");

/// The versions that a host sees in a root; each of them must be whole.
fn seen(root: &Path, what: &str) -> Vec<String> {
    let catalog = Catalog::scan(&HostProfile::named("harmonics").expect("a name"), &SearchPath::from_iter([root]));
    assert!(catalog.diagnostics().is_empty(), "{what}: {:?}", catalog.diagnostics());
    assert!(catalog.candidates().iter().all(|found| found.refusal().is_none()), "{what}");
    let verified = Root::new(root).verify(None).unwrap_or_else(|error| panic!("{what}: {}", error.report()));
    for (found, differences) in &verified {
        assert!(differences.is_empty(), "{what}: {found}: {differences:?}");
    }
    let versions = catalog.candidates().iter().map(|found| found.version().expect("it has one").to_string());
    let versions: Vec<String> = versions.collect();
    assert_eq!(versions.len(), verified.len(), "{what}: each was installed");
    versions
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("it is new");
    for entry in fs::read_dir(from).expect("it is there").map(|entry| entry.expect("readable")) {
        let target = to.join(entry.file_name());
        match entry.file_type().expect("it has one").is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("it can be copied")),
        }
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

/// What may be seen after an install of 1.1.0 that did not end.
fn may_be_seen(flat: bool) -> [Vec<String>; 2] {
    let version = |text: &str| text.to_owned();
    match flat {
        true => [vec![version("1.0.0")], vec![version("1.1.0")]],
        false => [vec![version("1.0.0")], vec![version("1.0.0"), version("1.1.0")]],
    }
}

/// What there is in a root, without what was kept out of use.
fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn killed_before_any_system_call_it_leaves_the_old_or_the_new_and_the_next_install_heals() {
    if !strace::is_allowed() {
        return;
    }
    for flat in [false, true] {
        let shop = Shop::new(flat);
        let whole = Trace::of(&shop.command(TOOL, &shop.install("1.1.0")));
        let mut killed = 0;
        let mut outcomes = std::collections::BTreeSet::new();
        for (call, times) in whole.counts() {
            for time in 1..=times {
                shop.begin_again();
                let command = shop.command(TOOL, &shop.install("1.1.0"));
                let output = strace::inject(&command, &call, &format!("signal=KILL:when={time}"));
                // The tool's threads each count their own calls, so the last counts may be beyond all.
                killed += usize::from(!output.status.success());
                let what = format!("killed before {call} number {time}, flat: {flat}");
                let seen = shop.seen(&what);
                assert!(may_be_seen(flat).contains(&seen), "{what}: {seen:?}");
                outcomes.insert(seen);

                let output = shop.tool(&shop.install("1.1.0"));
                assert!(output.status.success(), "{what}: {output:?}");
                assert_eq!(shop.seen(&what), may_be_seen(flat)[1], "{what}");
                if !flat {
                    assert_eq!(names(&shop.root()), ["gain"], "{what}: something is left behind");
                }
            }
        }
        assert!(killed > 40, "only {killed} steps were met");
        assert_eq!(outcomes.len(), 2, "killed before the change and behind it");
    }
}

#[test]
fn a_disk_that_is_full_failing_or_read_only_changes_nothing() {
    if !strace::is_allowed() {
        return;
    }
    let faults = [
        ("write", &["ENOSPC", "EDQUOT", "EIO"][..]),
        ("fsync", &["EIO", "ENOSPC"]),
        ("mkdir", &["EROFS", "ENOSPC", "EACCES"]),
        ("rename", &["EXDEV", "EROFS", "ENOSPC"]),
        ("renameat2", &["EXDEV", "ENOSPC"]),
    ];
    for flat in [false, true] {
        let shop = Shop::new(flat);
        let counts = Trace::of(&shop.command(TOOL, &shop.install("1.1.0"))).counts();
        let mut met = 0;
        for (call, errors) in faults {
            for (error, time) in errors
                .iter()
                .flat_map(|error| (1..=counts.get(call).copied().unwrap_or(0)).map(move |time| (error, time)))
            {
                shop.begin_again();
                let command = shop.command(TOOL, &shop.install("1.1.0"));
                let output = strace::inject(&command, call, &format!("error={error}:when={time}"));
                let what = format!("{error} of {call} number {time}, flat: {flat}");
                let seen = shop.seen(&what);
                if output.status.success() {
                    // Such as the line that says who holds the lock, which nothing depends on.
                    assert_eq!(seen, may_be_seen(flat)[1], "{what}");
                    continue;
                }
                met += 1;
                assert_eq!(output.status.code(), Some(3), "{what}: {output:?}");
                assert_eq!(json(&output)["error"]["code"], "package-write", "{what}");
                assert!(json(&output)["error"]["hint"].is_string(), "{what}");
                // If only the last sync fails, the new one is there, and may be lost by a power cut.
                assert!(may_be_seen(flat).contains(&seen), "{what}: {seen:?}");
                if call != "fsync" {
                    assert_eq!(seen, may_be_seen(flat)[0], "{what}");
                }
                assert!(shop.tool(&shop.install("1.1.0")).status.success(), "{what}");
                assert_eq!(shop.seen(&what), may_be_seen(flat)[1], "{what}");
            }
        }
        assert!(met > 20, "only {met} faults were met");
    }
}

#[test]
fn a_power_cut_at_any_moment_leaves_the_old_or_the_new_whole() {
    if !strace::is_allowed() {
        return;
    }
    for flat in [false, true] {
        let shop = Shop::new(flat);
        let trace = Trace::of(&shop.command(TOOL, &shop.install("1.1.0")));
        let mut disk = disk::Disk::of(&shop.tree.path("before"), &shop.root());
        let mut outcomes = std::collections::BTreeSet::new();
        for (number, call) in trace.calls.iter().enumerate() {
            disk.apply(call);
            for loss in disk::Loss::ALL {
                let root = shop.tree.path("cut");
                disk.write(loss, &root);
                let what = format!("{loss:?} after call {number}, {call:?}, flat: {flat}");
                let seen = seen(&root, &what);
                assert!(may_be_seen(flat).contains(&seen), "{what}: {seen:?}");
                fs::remove_dir_all(root).expect("it is ours");
                outcomes.insert(seen);
            }
        }
        assert_eq!(outcomes.len(), 2, "cut before the change and behind it");
        // Once the tool has said that it is installed, it is.
        for loss in disk::Loss::ALL {
            let root = shop.tree.path("end");
            disk.write(loss, &root);
            assert_eq!(seen(&root, "at the end"), may_be_seen(flat)[1], "{loss:?} at the end");
            fs::remove_dir_all(root).expect("it is ours");
        }
    }
}

#[test]
fn a_power_cut_in_a_rollback_loses_no_version() {
    if !strace::is_allowed() {
        return;
    }
    for flat in [false, true] {
        let shop = Shop::new(flat);
        assert!(shop.tool(&shop.install("1.1.0")).status.success());
        fs::remove_dir_all(shop.tree.path("before")).expect("it is ours");
        copy(&shop.root(), &shop.tree.path("before"));
        let rollback = ["rollback", "gain", "--root", "plugins"].map(str::to_owned);
        let trace = Trace::of(&shop.command(TOOL, &rollback));
        let mut disk = disk::Disk::of(&shop.tree.path("before"), &shop.root());
        let mut last = Vec::new();
        for (number, call) in trace.calls.iter().enumerate() {
            disk.apply(call);
            for loss in disk::Loss::ALL {
                let root = shop.tree.path("cut");
                disk.write(loss, &root);
                let what = format!("{loss:?} after call {number}, {call:?}, flat: {flat}");
                last = seen(&root, &what);
                assert!(!last.is_empty(), "{what}");
                let (known, damaged) = Root::new(&root).installed().expect("it is readable");
                assert!(damaged.is_empty(), "{what}: {damaged:?}");
                for version in ["1.0.0", "1.1.0"] {
                    let is_there =
                        known.iter().any(|found| found.version.as_ref().is_some_and(|v| v.to_string() == version));
                    assert!(is_there, "{version} is lost: {what}");
                }
                fs::remove_dir_all(root).expect("it is ours");
            }
        }
        assert_eq!(last, ["1.0.0"], "flat: {flat}");
    }
}

#[test]
fn fifty_processes_install_the_same_plugin_at_once_and_one_does_the_work() {
    let shop = Shop::new(false);
    let install = || shop.command(TOOL, &shop.install("1.1.0")).stdout(Stdio::piped()).spawn().expect("it starts");
    let children: Vec<_> = (0..50).map(|_| install()).collect();
    let mut outcomes = std::collections::BTreeMap::<String, usize>::new();
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{output:?}");
        let outcome = json(&output)["installed"][0]["outcome"].as_str().expect("it has one").to_owned();
        *outcomes.entry(outcome).or_default() += 1;
    }
    assert_eq!(outcomes, [("installed".to_owned(), 1), ("present".to_owned(), 49)].into());
    assert_eq!(shop.seen("fifty"), ["1.0.0", "1.1.0"]);
    assert_eq!(names(&shop.root()), ["gain"]);
}

#[test]
fn where_there_are_no_locks_processes_still_do_not_harm_each_other() {
    if !strace::is_allowed() {
        return;
    }
    let shop = Shop::new(false);
    thread::scope(|scope| {
        let install = || {
            let command = shop.command(TOOL, &shop.install("1.1.0"));
            let output = strace::inject(&command, "flock", "error=ENOLCK");
            assert!(output.status.success(), "{output:?}");
            json(&output)["installed"][0]["outcome"].as_str().expect("it has one").to_owned()
        };
        let installs: Vec<_> = (0..10).map(|_| scope.spawn(install)).collect();
        let outcomes: Vec<String> = installs.into_iter().map(|install| install.join().expect("it passes")).collect();
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "installed").count(), 1, "{outcomes:?}");
    });
    assert_eq!(shop.seen("without locks"), ["1.0.0", "1.1.0"]);
}

#[test]
fn a_lock_that_is_held_for_long_is_named() {
    let shop = Shop::new(false);
    fs::create_dir(shop.tree.path("plugins/.hotshoe")).expect("it is new");
    let path = shop.tree.path("plugins/.hotshoe/lock");
    let lock = fs::File::create(&path).expect("it is new");
    fs::write(&path, "process 4711: install reverb-2.0.0.tar.gz\n").expect("it is ours");
    lock.lock().expect("this file system has locks");
    let began = Instant::now();
    let child = shop.command(TOOL, &shop.install("1.1.0")).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn();
    thread::sleep(Duration::from_millis(6500));
    assert_eq!(shop.seen("waiting"), ["1.0.0"]);
    drop(lock);
    let output = child.expect("it starts").wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    assert!(began.elapsed() > Duration::from_secs(6));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "waiting for process 4711: install reverb-2.0.0.tar.gz\n");
    assert_eq!(shop.seen("afterwards"), ["1.0.0", "1.1.0"]);
}

#[test]
fn a_lock_is_waited_for_no_longer_than_its_timeout() {
    let shop = Shop::new(false);
    fs::create_dir(shop.tree.path("plugins/.hotshoe")).expect("it is new");
    let path = shop.tree.path("plugins/.hotshoe/lock");
    let lock = fs::File::create(&path).expect("it is new");
    fs::write(&path, "process 4711: install reverb-2.0.0.tar.gz\n").expect("it is ours");
    lock.lock().expect("this file system has locks");
    let began = Instant::now();
    for args in [["install", "gain-1.1.0.tar.gz"], ["uninstall", "gain"], ["rollback", "gain"], ["prune", "gain"]] {
        let args: Vec<String> =
            args.into_iter().chain(["--root", "plugins", "--timeout", "0", "--json"]).map(str::to_owned).collect();
        let output = shop.tool(&args);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let error = &json(&output)["error"];
        assert_eq!(error["code"], "cancelled", "{error}");
        assert!(error.to_string().contains("process 4711: install reverb-2.0.0.tar.gz"), "{error}");
    }
    assert!(began.elapsed() < Duration::from_secs(4));
    drop(lock);
    assert_eq!(shop.seen("afterwards"), ["1.0.0"]);
}

#[test]
fn ctrl_c_leaves_no_trace() {
    if !strace::is_allowed() {
        return;
    }
    let shop = Shop::new(false);
    let writes = Trace::of(&shop.command(TOOL, &shop.install("1.1.0"))).counts()["write"];
    let mut stopped = 0;
    for time in 1..=writes {
        shop.begin_again();
        let command = shop.command(TOOL, &shop.install("1.1.0"));
        let output = strace::inject(&command, "write", &format!("signal=INT:when={time}"));
        if output.status.success() {
            continue; // It came too late.
        }
        stopped += 1;
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert_eq!(json(&output)["error"]["code"], "cancelled");
        assert_eq!(shop.seen("stopped"), ["1.0.0"]);
        assert_eq!(names(&shop.root()), ["gain"]);
    }
    assert!(stopped > 0, "it never came in time");
}

// Windows has no umask.
#[cfg(unix)]
#[test]
fn a_umask_is_respected_and_does_no_harm() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::new(false);
    for (umask, mode) in [("077", 0o600), ("000", 0o644), ("022", 0o644)] {
        shop.begin_again();
        let script = format!("umask {umask} && exec \"$0\" \"$@\"");
        let args = [vec!["-c".to_owned(), script, TOOL.to_owned()], shop.install("1.1.0")].concat();
        assert!(shop.command("sh", &args).output().expect("it starts").status.success());
        assert_eq!(shop.seen(umask), ["1.0.0", "1.1.0"]);
        let file = shop.tree.path("plugins/gain/1.1.0/plugin.json");
        assert_eq!(fs::metadata(file).expect("it is there").permissions().mode() & 0o777, mode, "{umask}");
    }
}

#[test]
fn a_file_system_that_cannot_exchange_folders_still_upgrades_a_flat_plugin() {
    if !strace::is_allowed() {
        return;
    }
    let shop = Shop::new(true);
    let command = shop.command(TOOL, &shop.install("1.1.0"));
    let output = strace::inject(&command, "renameat2", "error=EINVAL");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(shop.seen("in two steps"), ["1.1.0"]);
}

#[test]
fn a_file_system_that_cannot_sync_still_takes_an_install() {
    if !strace::is_allowed() {
        return;
    }
    for (flat, error) in [(false, "EINVAL"), (true, "EBADF"), (false, "EOPNOTSUPP"), (true, "ENOSYS")] {
        let shop = Shop::new(flat);
        let output = strace::inject(&shop.command(TOOL, &shop.install("1.1.0")), "fsync", &format!("error={error}"));
        assert!(output.status.success(), "{error}: {output:?}");
        assert_eq!(shop.seen(error), may_be_seen(flat)[1], "{error}");
    }
}
