//! Roots that somebody else may put another folder in the place of.

use std::fs::{self, Permissions};
use std::ops::ControlFlow;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Result};
use hotshoe::package::{self, Install, Progress, Root, Watch, unwatched};
use hotshoe_testkit::{PluginTree, skip};

use crate::inspect::macho;

const MANIFEST: &str = r#"{"name": "gain", "version": "1.0.0", "library": "libgain.dylib"}"#;

fn packaged() -> (PluginTree, PathBuf) {
    let tree = PluginTree::new()
        .file("gain/plugin.json", MANIFEST)
        .file("gain/libgain.dylib", macho::universal())
        .file("gain/presets/soft.txt", "soft");
    let archive = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap().archive;
    (tree, archive)
}

/// Every file in a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in folder.read_dir().into_iter().flatten().map(|entry| entry.unwrap()) {
        match entry.file_type().unwrap().is_dir() {
            true => files.extend(self::files(&entry.path())),
            false => files.push(entry.path()),
        }
    }
    files
}

/// Moves a folder away, and puts a tree in its place whose every name is a link to `outside`.
fn swap(moved: &Path, root: &Path, outside: &Path) {
    let away = moved.with_extension("away");
    fs::rename(moved, &away).unwrap();
    fs::create_dir_all(root.join(".hotshoe")).unwrap();
    fs::create_dir_all(outside.join("content/gain/presets")).unwrap();
    let real = away.join(root.strip_prefix(moved).unwrap());
    for entry in real.join(".hotshoe").read_dir().into_iter().flatten().map(|entry| entry.unwrap()) {
        symlink(outside, root.join(".hotshoe").join(entry.file_name())).unwrap();
    }
    symlink(outside, root.join("gain")).unwrap();
}

/// Installs while `moved` is swapped at some step; how many steps there were.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "the test that needs it is for Linux"))]
fn install_swapped(moved: &str, at: usize) -> usize {
    let (tree, archive) = packaged();
    let (moved, root) = (tree.path(moved), Root::new(tree.path("a/plugins")));
    fs::create_dir_all(root.path()).unwrap();
    let outside = tree.path("outside");
    let mut step = 0;
    let watch = &mut |_: Progress<'_>| {
        if step == at {
            swap(&moved, root.path(), &outside);
        }
        step += 1;
        ControlFlow::Continue(())
    };
    let done = Install::of(&archive).into_root(&root, watch);
    assert_eq!(files(&outside), Vec::<PathBuf>::new(), "step {at}: something landed outside");
    if step > at {
        let error = done.expect_err("what was installed is not where it should be");
        assert_eq!(error.code(), Code::PACKAGE_WRITE, "step {at}: {}", error.report());
        assert!(!error.report().contains("/proc/"), "{}", error.report());
    }
    step
}

#[cfg(target_os = "linux")]
#[test]
fn a_root_that_is_swapped_for_links_while_it_is_installed_into_leads_nowhere_else() {
    for moved in ["a/plugins", "a"] {
        let steps = install_swapped(moved, usize::MAX);
        assert!(steps > 5, "{steps}");
        for at in 0..steps {
            install_swapped(moved, at);
        }
    }
}

/// What each change of a root answers, for a root in which `gain` is installed.
fn changes(root: &Root, archive: &Path) -> [Result<()>; 4] {
    [
        Install::of(archive).into_root(root, &mut unwatched).map(drop),
        root.prune(None, 1, false, &mut unwatched).map(drop),
        root.rollback("gain", Some(&"1.0.0".parse().unwrap()), &mut unwatched).map(drop),
        root.uninstall("gain", None, false, &mut unwatched).map(drop),
    ]
}

#[track_caller]
fn refused(root: &Root, archive: &Path, place: &Path) {
    for change in changes(root, archive) {
        let error = change.expect_err("somebody else may move it");
        assert_eq!((error.code(), error.path()), (Code::PACKAGE_WRITE, Some(place)), "{}", error.report());
    }
    assert!(root.path().join("gain/1.0.0/plugin.json").exists());
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_root_that_others_may_move_is_refused() {
    let (tree, archive) = packaged();
    let folder = fs::canonicalize(tree.root()).unwrap().join("shared");
    let root = Root::new(folder.join("plugins"));
    fs::create_dir(&folder).unwrap();
    package::install(&archive, root.path()).unwrap();
    for place in [folder.as_path(), root.path()] {
        set_mode(place, 0o777);
        refused(&root, &archive, place);
        // In such a folder nobody moves what is another's.
        set_mode(place, 0o1777);
        changes(&root, &archive)[0].as_ref().unwrap();
        package::install(&archive, root.path()).unwrap();
        // A user's own group, as many systems make one for each.
        set_mode(place, 0o775);
        package::install(&archive, root.path()).unwrap();
    }
    // A root that is not there yet is not made.
    set_mode(&folder, 0o777);
    assert_eq!(package::install(&archive, &folder.join("new/plugins")).unwrap_err().code(), Code::PACKAGE_WRITE);
    assert!(!folder.join("new").exists());
}

/// In the hidden folder, what is being unpacked is exchanged for a link: only who may write there can do that.
#[test]
fn a_hidden_folder_that_others_may_write_in_is_refused() {
    let (tree, archive) = packaged();
    let root = Root::new(fs::canonicalize(tree.root()).unwrap().join("plugins"));
    package::install(&archive, root.path()).unwrap();
    let (hidden, outside) = (root.path().join(".hotshoe"), tree.path("outside"));
    fs::create_dir_all(outside.join("content")).unwrap();
    // So that it is not there already.
    fs::write(root.path().join("gain/1.0.0/presets/soft.txt"), "softer").unwrap();
    let install = |watch: Watch<'_>| Install::of(&archive).replace(true).into_root(&root, watch);
    let swap = &mut |progress: Progress<'_>| {
        if matches!(progress, Progress::Unpacking { .. }) && !tree.path("away").exists() {
            let staging = hidden.read_dir().unwrap().map(|entry| entry.unwrap().path());
            let staging = staging.into_iter().find(|path| path.to_string_lossy().contains("staging-")).unwrap();
            fs::rename(&staging, tree.path("away")).unwrap();
            symlink(&outside, staging).unwrap();
        }
        ControlFlow::Continue(())
    };
    for place in [hidden.clone(), hidden.join("aside")] {
        fs::create_dir(&place).unwrap();
        set_mode(&place, 0o777);
        drop(install(&mut *swap));
        assert_eq!(files(&outside), Vec::<PathBuf>::new(), "something landed outside");
        refused(&root, &archive, &place);
        set_mode(&place, 0o755);
    }
    install(&mut unwatched).unwrap();
    assert!(!tree.path("away").exists(), "nothing was unpacked while others might write there");
}

#[test]
fn a_root_that_belongs_to_somebody_else_or_that_a_strangers_link_leads_to_is_refused() {
    let (tree, archive) = packaged();
    let folder = fs::canonicalize(tree.root()).unwrap().join("theirs");
    let root = Root::new(folder.join("plugins"));
    fs::create_dir(&folder).unwrap();
    if fs::metadata(&folder).unwrap().uid() != 0 {
        skip("only root gives a folder to another user");
        return;
    }
    package::install(&archive, root.path()).unwrap();
    for place in [folder.as_path(), root.path()] {
        chown(place, Some(12345), None).unwrap();
        refused(&root, &archive, place);
        chown(place, Some(0), None).unwrap();
        set_mode(place, 0o775);
        chown(place, None, Some(12345)).unwrap();
        refused(&root, &archive, place);
        chown(place, None, Some(0)).unwrap();
    }
    let link = fs::canonicalize(tree.root()).unwrap().join("link");
    symlink("theirs/plugins", &link).unwrap();
    package::install(&archive, &link).unwrap();
    lchown(&link, Some(12345), None).unwrap();
    refused(&Root::new(&link), &archive, &link);
}
