//! What is installed in a root: receipts, several versions, and how each goes out of use again.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Error, Result};
use hotshoe::host::Host;
use hotshoe::package::{self, Install, Installed, Outcome, Progress, Root, unwatched};
use hotshoe::profile::ReceiptPolicy;
use hotshoe::receipt::{self, Difference, Digest, Receipt};
use hotshoe::version::Version;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};

use crate::host_on;

/// Archives of a plugin in some versions, in a folder that removes itself, beside a root.
struct Shop {
    tree: PluginTree,
    library: PathBuf,
}

impl Shop {
    fn new() -> Shop {
        Shop { tree: PluginTree::new(), library: Library::c(GOOD_C_PLUGIN).build() }
    }

    /// An archive of `gain` in a version; `build` tells builds of one version apart.
    fn gain(&self, version: &str, build: &str) -> PathBuf {
        let folder = self.tree.path(&format!("src-{version}-{build}/gain"));
        fs::create_dir_all(folder.join("presets")).unwrap();
        fs::copy(&self.library, folder.join("libgain.so")).unwrap();
        fs::write(folder.join("plugin.json"), format!(r#"{{"name": "gain", "version": "{version}"}}"#)).unwrap();
        fs::write(folder.join("presets/soft.txt"), build).unwrap();
        package::make(&folder, &self.tree.path(&format!("dist-{build}")), None).unwrap().archive
    }

    fn root(&self) -> Root {
        Root::new(self.tree.path("plugins"))
    }

    fn install(&self, version: &str) -> Installed {
        package::install(&self.gain(version, "a"), self.root().path()).unwrap().plugins[0].0.clone()
    }

    /// Everything under the root, by path, with folders ending in `/`.
    fn content(&self) -> Vec<String> {
        content(self.root().path())
    }

    /// The version that a host would load.
    fn loaded(&self) -> String {
        let host = host_on(self.root().path());
        let plugin = host.load("gain", None, |_| Ok(())).unwrap();
        let version = plugin.version().unwrap().to_string();
        host.unload(&plugin).unwrap();
        version
    }
}

fn content(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut unread = vec![folder.to_owned()];
    while let Some(next) = unread.pop() {
        for entry in next.read_dir().into_iter().flatten().map(|entry| entry.unwrap()) {
            let path = entry.path();
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            if entry.file_type().unwrap().is_dir() {
                found.push(name + "/");
                unread.push(path);
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn versions(installed: &[Installed]) -> Vec<String> {
    installed.iter().map(|found| found.version.as_ref().unwrap().to_string()).collect()
}

fn uninstall(root: &Root, name: &str) -> Result<Vec<Installed>> {
    root.uninstall(name, None, false, &mut unwatched)
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> Code {
    result.unwrap_err().code()
}

#[test]
fn an_install_leaves_the_plugin_its_receipt_and_nothing_else() {
    let shop = Shop::new();
    let archive = shop.gain("1.0.0", "a");
    let done = Install::of(&archive).into_root(&shop.root(), &mut unwatched).unwrap().plugins;
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].1, Outcome::Installed);
    let expected = [
        "gain/",
        "gain/1.0.0/",
        "gain/1.0.0/.hotshoe-receipt.json",
        "gain/1.0.0/libgain.so",
        "gain/1.0.0/plugin.json",
        "gain/1.0.0/presets/",
        "gain/1.0.0/presets/soft.txt",
    ];
    assert_eq!(shop.content(), expected);

    let receipt = Receipt::in_folder(&done[0].0.path).unwrap().unwrap();
    assert_eq!((receipt.name.as_str(), receipt.version), ("gain", Some(version("1.0.0"))));
    assert_eq!(receipt.archive.file, "gain-1.0.0.tar.gz");
    assert_eq!(receipt.archive.size, fs::metadata(&archive).unwrap().len());
    assert_eq!(receipt.archive.sha256, Digest::of_file(&archive).unwrap());
    let paths: Vec<&str> = receipt.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["libgain.so", "plugin.json", "presets/soft.txt"]);
    for file in &receipt.files {
        let path = done[0].0.path.join(&file.path);
        assert_eq!(file.sha256, Digest::of_file(&path).unwrap());
        assert_eq!(file.size, fs::metadata(path).unwrap().len());
    }
}

#[test]
fn the_digest_is_the_one_that_everybody_computes() {
    // FIPS 180-4, the example "abc".
    let digest = Digest::of(&mut &b"abc"[..]).unwrap();
    let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest.to_string(), text);
    assert_eq!(text.to_uppercase().parse::<Digest>().unwrap(), digest);
    for wrong in ["", "ba78", &text[1..], &format!("{text}0"), &text.replace('b', "g"), "é".repeat(32).as_str()] {
        assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
    }
}

#[test]
fn the_same_archive_again_is_there_already() {
    let shop = Shop::new();
    let first = shop.install("1.0.0");
    let before = fs::metadata(first.path.join(receipt::FILE_NAME)).unwrap().modified().unwrap();
    let done = Install::of(&shop.gain("1.0.0", "a")).into_root(&shop.root(), &mut unwatched).unwrap().plugins;
    assert_eq!(done, [(first.clone(), Outcome::Present)]);
    assert_eq!(fs::metadata(first.path.join(receipt::FILE_NAME)).unwrap().modified().unwrap(), before);
}

#[test]
fn another_build_of_a_version_is_refused_and_replaces_it_on_request() {
    let shop = Shop::new();
    let first = shop.install("1.0.0");
    let other = shop.gain("1.0.0", "b");
    assert_eq!(code(package::install(&other, shop.root().path())), Code::ALREADY_INSTALLED);
    assert_eq!(fs::read_to_string(first.path.join("presets/soft.txt")).unwrap(), "a");

    let done = Install::of(&other).replace(true).into_root(&shop.root(), &mut unwatched).unwrap().plugins;
    assert_eq!(done, [(first.clone(), Outcome::Replaced)]);
    assert_eq!(fs::read_to_string(first.path.join("presets/soft.txt")).unwrap(), "b");
    let (installed, _) = shop.root().installed().unwrap();
    assert_eq!(installed.iter().map(|found| found.in_use).collect::<Vec<_>>(), [false, true]);
    assert_eq!(fs::read_to_string(installed[0].path.join("presets/soft.txt")).unwrap(), "a", "it is kept");
}

#[test]
fn versions_lie_side_by_side_and_the_highest_is_loaded_until_a_rollback() {
    let shop = Shop::new();
    for version in ["1.0.0", "1.10.0", "1.9.0"] {
        shop.install(version);
    }
    assert_eq!(shop.loaded(), "1.10.0");
    let (used, aside) = shop.root().rollback("gain", None, &mut unwatched).unwrap();
    assert_eq!((used.version.unwrap(), versions(&aside)), (version("1.9.0"), vec!["1.10.0".to_owned()]));
    assert_eq!(shop.loaded(), "1.9.0");

    let (_, aside) = shop.root().rollback("gain", Some(&version("1.0.0")), &mut unwatched).unwrap();
    assert_eq!(versions(&aside), ["1.9.0"]);
    assert_eq!(shop.loaded(), "1.0.0");
    assert_eq!(code(shop.root().rollback("gain", None, &mut unwatched)), Code::NOT_INSTALLED);

    let (used, aside) = shop.root().rollback("gain", Some(&version("1.10.0")), &mut unwatched).unwrap();
    assert!(used.in_use && used.path.ends_with("gain/1.10.0") && aside.is_empty());
    assert_eq!(shop.loaded(), "1.10.0");
}

#[test]
fn a_version_that_was_rolled_back_is_installed_again() {
    let shop = Shop::new();
    shop.install("1.0.0");
    shop.install("2.0.0");
    shop.root().rollback("gain", None, &mut unwatched).unwrap();
    shop.install("2.0.0");
    assert_eq!(shop.loaded(), "2.0.0");
}

#[test]
fn a_flat_plugin_is_upgraded_in_its_place_and_rolled_back() {
    let shop = Shop::new();
    let flat = |version| {
        let archive = shop.gain(version, "a");
        let install = Install::of(&archive).flat(true);
        install.into_root(&shop.root(), &mut unwatched).map(|done| done.plugins)
    };
    let done = flat("1.0.0").unwrap();
    assert_eq!((done[0].0.path.clone(), done[0].1), (shop.tree.path("plugins/gain"), Outcome::Installed));
    assert_eq!(flat("2.0.0").unwrap()[0].1, Outcome::Replaced);
    assert_eq!(shop.loaded(), "2.0.0");
    let (used, aside) = shop.root().rollback("gain", None, &mut unwatched).unwrap();
    assert_eq!((used.version.unwrap(), versions(&aside)), (version("1.0.0"), vec!["2.0.0".to_owned()]));
    assert_eq!(shop.loaded(), "1.0.0");
    assert_eq!(uninstall(&shop.root(), "gain").unwrap().len(), 2);
    assert!(shop.content().is_empty(), "{:?}", shop.content());
}

#[test]
fn flat_and_versions_are_not_mixed() {
    let shop = Shop::new();
    shop.install("1.0.0");
    let flat = |version| {
        let archive = shop.gain(version, "a");
        let install = Install::of(&archive).flat(true);
        install.into_root(&shop.root(), &mut unwatched).map(|done| done.plugins)
    };
    assert_eq!(code(flat("2.0.0")), Code::ALREADY_INSTALLED);
    uninstall(&shop.root(), "gain").unwrap();
    flat("1.0.0").unwrap();
    assert_eq!(code(package::install(&shop.gain("2.0.0", "a"), shop.root().path())), Code::ALREADY_INSTALLED);
    assert_eq!(shop.loaded(), "1.0.0");
}

#[test]
fn uninstalling_leaves_nothing_of_a_plugin_and_everything_of_others() {
    let shop = Shop::new();
    shop.install("1.0.0");
    shop.install("2.0.0");
    fs::create_dir_all(shop.tree.path("plugins/other")).unwrap();
    let removed = shop.root().uninstall("gain", Some(&version("2.0.0")), false, &mut unwatched).unwrap();
    assert_eq!(versions(&removed), ["2.0.0"]);
    assert_eq!(shop.loaded(), "1.0.0");
    assert_eq!(versions(&uninstall(&shop.root(), "gain").unwrap()), ["1.0.0"]);
    assert_eq!(shop.content(), ["other/"]);
    assert_eq!(code(uninstall(&shop.root(), "gain")), Code::NOT_INSTALLED);
    assert_eq!(code(uninstall(&shop.root(), "other")), Code::NOT_INSTALLED);
    assert_eq!(code(uninstall(&shop.root(), "../plugins")), Code::MANIFEST_FIELD);
}

#[test]
fn what_was_changed_is_seen_and_not_thrown_away() {
    let shop = Shop::new();
    let installed = shop.install("1.0.0").path;
    fs::write(installed.join("presets/soft.txt"), "b").unwrap();
    fs::write(installed.join("presets/mine.txt"), "mine").unwrap();
    fs::remove_file(installed.join("plugin.json")).unwrap();
    fs::create_dir(installed.join("__pycache__")).unwrap();
    fs::write(installed.join("__pycache__/gain.pyc"), "").unwrap();
    let verified = shop.root().verify(None).unwrap();
    let expected = [
        Difference::Missing("plugin.json".into()),
        Difference::Changed("presets/soft.txt".into()),
        Difference::Added("presets/mine.txt".into()),
    ];
    assert_eq!(verified[0].1, expected);
    assert_eq!(code(uninstall(&shop.root(), "gain")), Code::INSTALLED_CHANGED);
    let archive = shop.gain("1.0.0", "a");
    let again = Install::of(&archive);
    assert_eq!(code(again.into_root(&shop.root(), &mut unwatched)), Code::INSTALLED_CHANGED);
    assert!(installed.join("presets/mine.txt").exists());

    assert_eq!(again.replace(true).into_root(&shop.root(), &mut unwatched).unwrap().plugins[0].1, Outcome::Replaced);
    assert_eq!(shop.root().verify(Some("gain")).unwrap()[0].1, []);
    let (installed, _) = shop.root().installed().unwrap();
    assert_eq!(fs::read_to_string(installed[0].path.join("presets/mine.txt")).unwrap(), "mine");
    assert_eq!(shop.root().prune(None, 1, false, &mut unwatched).unwrap(), [], "it was changed");
    shop.root().uninstall("gain", None, true, &mut unwatched).unwrap();
    assert!(shop.content().is_empty());
}

#[test]
fn a_changed_size_a_link_and_a_folder_are_changes_too() {
    let shop = Shop::new();
    let installed = shop.install("1.0.0").path;
    let soft = installed.join("presets/soft.txt");
    let difference = || shop.root().verify(Some("gain")).unwrap()[0].1.clone();
    fs::write(&soft, "").unwrap();
    assert_eq!(difference(), [Difference::Changed("presets/soft.txt".into())]);
    fs::remove_file(&soft).unwrap();
    fs::create_dir(&soft).unwrap();
    assert_eq!(difference(), [Difference::Changed("presets/soft.txt".into())]);
    fs::remove_dir(&soft).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../plugin.json", &soft).unwrap();
    #[cfg(unix)]
    assert_eq!(difference(), [Difference::Changed("presets/soft.txt".into())]);
    assert_eq!(code(shop.root().verify(Some("mute"))), Code::NOT_INSTALLED);
}

#[test]
fn pruning_keeps_what_is_asked_for_and_says_first_what_it_would_do() {
    let shop = Shop::new();
    for version in ["1.0.0", "2.0.0", "3.0.0", "4.0.0"] {
        shop.install(version);
    }
    shop.root().rollback("gain", None, &mut unwatched).unwrap();
    let would = shop.root().prune(Some("gain"), 2, true, &mut unwatched).unwrap();
    assert_eq!(versions(&would), ["1.0.0", "4.0.0"]);
    assert_eq!(shop.root().installed().unwrap().0.len(), 4);
    assert_eq!(shop.root().prune(None, 2, false, &mut unwatched).unwrap(), would);
    assert_eq!(versions(&shop.root().installed().unwrap().0), ["2.0.0", "3.0.0"]);
    assert_eq!(shop.loaded(), "3.0.0");
    assert!(!shop.tree.path("plugins/.hotshoe").exists());
}

#[test]
fn a_receipt_that_points_outside_or_is_damaged_harms_nothing() {
    let shop = Shop::new();
    let installed = shop.install("1.0.0").path;
    let file = installed.join(receipt::FILE_NAME);
    let good = fs::read_to_string(&file).unwrap();
    fs::write(shop.tree.path("plugins/outside"), "mine").unwrap();
    let outside = shop.tree.path("plugins/outside").to_string_lossy().into_owned();
    for bad in [
        String::new(),
        good[..good.len() / 2].to_owned(),
        good.replace("\"receipt\": 1", "\"receipt\": 2"),
        good.replace("libgain.so", "../../outside"),
        good.replace("libgain.so", &outside),
        good.replace("\"gain\"", "\"../gain\""),
        good.replace("\"size\"", "\"sizes\""),
        "[".repeat(100_000),
        format!(r#"[1, "gain", null, 0, {{"file": "x", "size": 1, "sha256": "{}"}}, null, []]"#, "0".repeat(64)),
    ] {
        fs::write(&file, &bad).unwrap();
        let (installed, damaged) = shop.root().installed().unwrap();
        assert!(installed.is_empty());
        assert_eq!(damaged.iter().map(Error::code).collect::<Vec<_>>(), [Code::RECEIPT_INVALID], "{bad}");
        assert_eq!(code(shop.root().verify(None)), Code::RECEIPT_INVALID);
        assert_eq!(code(uninstall(&shop.root(), "gain")), Code::RECEIPT_INVALID);
    }
    assert!(shop.tree.path("plugins/outside").exists());
    fs::remove_file(&file).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
    #[cfg(unix)]
    assert_eq!(code(shop.root().verify(None)), Code::RECEIPT_INVALID);

    let done =
        Install::of(&shop.gain("1.0.0", "a")).replace(true).into_root(&shop.root(), &mut unwatched).unwrap().plugins;
    assert_eq!(done[0].1, Outcome::Replaced);
    assert_eq!(shop.root().verify(None).unwrap()[0].1, []);
}

// Links need a privilege on Windows.
#[cfg(unix)]
#[test]
fn nothing_is_installed_or_removed_through_a_link() {
    let shop = Shop::new();
    let outside = shop.tree.path("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::create_dir_all(shop.root().path()).unwrap();
    let archive = shop.gain("1.0.0", "a");
    for link in ["gain", ".hotshoe"] {
        let link = shop.root().path().join(link);
        std::os::unix::fs::symlink(&outside, &link).unwrap();
        assert_eq!(code(package::install(&archive, shop.root().path())), Code::PACKAGE_WRITE, "{}", link.display());
        fs::remove_file(link).unwrap();
    }
    assert!(content(&outside).is_empty());

    // What is installed elsewhere and linked here is not uninstalled here.
    package::install(&archive, &outside).unwrap();
    std::os::unix::fs::symlink(outside.join("gain"), shop.root().path().join("gain")).unwrap();
    assert_eq!(code(uninstall(&shop.root(), "gain")), Code::NOT_INSTALLED);
    assert!(outside.join("gain/1.0.0/plugin.json").exists());
}

// Links need a privilege on Windows.
#[cfg(unix)]
#[test]
fn what_squats_on_a_name_of_ours_is_not_followed_and_not_overwritten() {
    let shop = Shop::new();
    let outside = shop.tree.path("outside");
    package::install(&shop.gain("1.0.0", "a"), &outside).unwrap();
    let before = content(&outside);
    let hidden = shop.tree.path("plugins/.hotshoe");
    let archive = shop.gain("2.0.0", "a");
    let install = || package::install(&archive, shop.root().path());

    fs::create_dir_all(&hidden).unwrap();
    std::os::unix::fs::symlink(outside.join("gain"), hidden.join("aside")).unwrap();
    assert_eq!(code(install()), Code::PACKAGE_WRITE);
    assert_eq!(code(shop.root().prune(None, 1, false, &mut unwatched)), Code::PACKAGE_WRITE);
    fs::remove_dir_all(&hidden).unwrap();

    fs::create_dir(&hidden).unwrap();
    std::os::unix::fs::symlink(outside.join("gain/1.0.0/plugin.json"), hidden.join("lock")).unwrap();
    assert_eq!(code(install()), Code::PACKAGE_WRITE);
    fs::remove_dir_all(&hidden).unwrap();

    fs::create_dir_all(hidden.join("lock")).unwrap();
    assert_eq!(code(install()), Code::PACKAGE_WRITE);
    fs::remove_dir_all(&hidden).unwrap();

    fs::create_dir(&hidden).unwrap();
    fs::hard_link(outside.join("gain/1.0.0/plugin.json"), hidden.join("lock")).unwrap();
    assert_eq!(code(install()), Code::PACKAGE_WRITE);
    fs::remove_dir_all(&hidden).unwrap();

    // A link that looks like something left behind is removed, and not what it leads to.
    fs::create_dir(&hidden).unwrap();
    std::os::unix::fs::symlink(&outside, hidden.join("staging-squat")).unwrap();
    fs::write(shop.tree.path("plugins/gain"), "in the way").unwrap();
    assert_eq!(code(install()), Code::PACKAGE_WRITE);
    fs::remove_file(shop.tree.path("plugins/gain")).unwrap();
    install().unwrap();
    assert_eq!(content(&outside), before);
}

#[test]
fn what_others_install_and_remove_meanwhile_is_not_told_as_changed() {
    let shop = Shop::new();
    shop.install("1.0.0");
    let archive = shop.gain("2.0.0", "a");
    let is_done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..40 {
                package::install(&archive, shop.root().path()).unwrap();
                shop.root().uninstall("gain", Some(&version("2.0.0")), false, &mut unwatched).unwrap();
            }
            is_done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        while !is_done.load(std::sync::atomic::Ordering::Relaxed) {
            for (found, differences) in shop.root().verify(None).unwrap() {
                assert_eq!(differences, [], "{found}");
            }
        }
    });
}

#[test]
fn what_a_killed_process_left_is_cleared_by_the_next() {
    let shop = Shop::new();
    fs::create_dir_all(shop.tree.path("plugins/.hotshoe/staging-left/content/gain")).unwrap();
    fs::write(shop.tree.path("plugins/.hotshoe/staging-left/content/gain/plugin.json"), "{").unwrap();
    fs::write(shop.tree.path("plugins/.hotshoe/lock"), "process 1: died\n").unwrap();
    shop.install("1.0.0");
    assert!(!shop.tree.path("plugins/.hotshoe").exists());
}

#[test]
fn who_watches_can_stop_it_anywhere_and_nothing_is_left() {
    let shop = Shop::new();
    let archive = shop.gain("1.0.0", "a");
    let mut steps = 0;
    let count = &mut |_: Progress<'_>| {
        steps += 1;
        ControlFlow::Continue(())
    };
    Install::of(&archive).into_root(&Root::new(shop.tree.path("counted")), count).unwrap();
    assert!(steps > 5, "{steps}");
    for stop in 0..steps {
        let mut step = 0;
        let watch = &mut |_: Progress<'_>| {
            step += 1;
            if step > stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let root = Root::new(shop.tree.path("new/plugins"));
        assert_eq!(code(Install::of(&archive).into_root(&root, watch)), Code::CANCELLED, "{stop} of {steps}");
        assert!(!shop.tree.path("new").exists(), "{:?}", content(&shop.tree.path("new")));
    }
}

#[test]
fn an_archive_that_changes_while_it_is_read_is_refused() {
    let shop = Shop::new();
    let archive = shop.gain("1.0.0", "a");
    let mut bad = fs::read(&archive).unwrap();
    // In the header of the gzip: it unpacks to the same, and still it is another archive.
    bad[9] ^= 1;
    let mut swapped = false;
    let watch = &mut |progress: Progress<'_>| {
        if matches!(progress, Progress::Unpacking { .. }) && !swapped {
            swapped = true;
            fs::write(&archive, &bad).unwrap();
        }
        ControlFlow::Continue(())
    };
    assert_eq!(code(Install::of(&archive).into_root(&shop.root(), watch)), Code::ARCHIVE_UNREADABLE);
    assert!(!shop.root().path().exists());
}

// Links need a privilege on Windows.
#[cfg(unix)]
#[test]
fn a_root_may_be_a_link() {
    let shop = Shop::new();
    let archive = shop.gain("1.0.0", "a");
    fs::create_dir(shop.tree.path("real")).unwrap();
    std::os::unix::fs::symlink("real", shop.root().path()).unwrap();
    package::install(&archive, shop.root().path()).unwrap();
    assert!(shop.tree.path("real/gain/1.0.0/plugin.json").exists());
    assert_eq!(shop.loaded(), "1.0.0");
    assert_eq!(uninstall(&shop.root(), "gain").unwrap().len(), 1);
    assert!(content(&shop.tree.path("real")).is_empty());
    assert!(shop.tree.path("real").exists(), "it was there before");
}

#[test]
fn the_clock_may_be_wrong() {
    let shop = Shop::new();
    let installed = shop.install("1.0.0").path;
    let file = installed.join(receipt::FILE_NAME);
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(1 << 40);
    for path in [&file, &installed.join("libgain.so")] {
        fs::File::options().write(true).open(path).unwrap().set_modified(later).unwrap();
    }
    let text = fs::read_to_string(&file).unwrap();
    let stamp = text.lines().find(|line| line.contains("installed_at")).unwrap();
    fs::write(&file, text.replace(stamp, "  \"installed_at\": 18446744073709551615,")).unwrap();
    assert_eq!(shop.root().verify(None).unwrap()[0].1, []);
    shop.install("2.0.0");
    assert_eq!(shop.loaded(), "2.0.0");
}

/// A host that loads only what was installed.
fn strict(shop: &Shop, policy: ReceiptPolicy) -> Host {
    let mut profile = host_on(shop.root().path()).profile().clone();
    profile.policies.receipt = policy;
    let host = Host::new(profile);
    host.add_search_root(shop.root().path());
    host
}

#[test]
fn a_host_that_asks_for_receipts_refuses_an_edited_library() {
    let shop = Shop::new();
    let installed = shop.install("1.0.0").path;
    let host = strict(&shop, ReceiptPolicy::Required);
    let load = || {
        let plugin = host.load("gain", None, |_| Ok(()))?;
        assert_ne!(plugin.library(), plugin.mapped().unwrap(), "a private copy is mapped");
        host.unload(&plugin)
    };
    load().unwrap();

    let library = installed.join("libgain.so");
    let good = fs::read(&library).unwrap();
    let mut edited = good.clone();
    // Behind everything that the system's loader looks at.
    *edited.last_mut().unwrap() ^= 1;
    fs::write(&library, &edited).unwrap();
    assert_eq!(code(load()), Code::LIBRARY_CHANGED);
    fs::write(&library, &good).unwrap();
    load().unwrap();

    fs::write(installed.join("plugin.json"), r#"{"name": "gain", "version": "1.0.0", "library": "other.so"}"#).unwrap();
    fs::write(installed.join("other.so"), &good).unwrap();
    assert_eq!(code(load()), Code::LIBRARY_CHANGED, "the install did not bring it");
    fs::write(installed.join(receipt::FILE_NAME), "{").unwrap();
    assert_eq!(code(load()), Code::RECEIPT_INVALID);
    fs::remove_file(installed.join(receipt::FILE_NAME)).unwrap();
    assert_eq!(code(load()), Code::RECEIPT_MISSING);
}

#[test]
fn a_receipt_is_only_asked_for_if_the_host_wants_it() {
    let shop = Shop::new();
    let installed = shop.install("1.0.0").path;
    let load = |policy| strict(&shop, policy).load("gain", None, |_| Ok(())).map(drop);
    fs::write(installed.join("libgain.so"), [fs::read(&shop.library).unwrap(), vec![0]].concat()).unwrap();
    load(ReceiptPolicy::Off).unwrap();
    assert_eq!(code(load(ReceiptPolicy::IfPresent)), Code::LIBRARY_CHANGED);
    fs::remove_file(installed.join(receipt::FILE_NAME)).unwrap();
    load(ReceiptPolicy::IfPresent).unwrap();
    assert_eq!(code(load(ReceiptPolicy::Required)), Code::RECEIPT_MISSING);
    let bare = shop.tree.path("plugins/libbare.so");
    fs::copy(&shop.library, &bare).unwrap();
    let host = strict(&shop, ReceiptPolicy::Required);
    assert_eq!(code(host.load_path(&bare, |_| Ok(()))), Code::RECEIPT_MISSING);
}

#[test]
fn an_older_version_takes_a_flat_place_only_when_it_is_asked_for() {
    let shop = Shop::new();
    let (old, new) = (shop.gain("1.0.0", "a"), shop.gain("2.0.0", "a"));
    let flat = |archive| Install::of(archive).flat(true);
    flat(&new).into_root(&shop.root(), &mut unwatched).unwrap();
    let refused = flat(&old).into_root(&shop.root(), &mut unwatched).unwrap_err();
    assert_eq!(refused.code(), Code::ALREADY_INSTALLED);
    assert!(refused.message().contains("2.0.0"), "{}", refused.report());
    assert_eq!(shop.loaded(), "2.0.0");
    let done = flat(&old).replace(true).into_root(&shop.root(), &mut unwatched).unwrap();
    assert_eq!((done.plugins[0].1, shop.loaded().as_str()), (Outcome::Replaced, "1.0.0"));
}

/// As on a file system that takes names which differ in case for one: `GAIN` is found, and is `gain`'s.
#[test]
fn another_plugin_of_nearly_the_same_name_is_not_replaced_without_being_asked() {
    let shop = Shop::new();
    let install = |version| {
        let archive = shop.gain(version, "a");
        Install::of(&archive).flat(true).into_root(&shop.root(), &mut unwatched)
    };
    let installed = install("1.0.0").unwrap().plugins[0].0.path.clone();
    let receipt = installed.join(receipt::FILE_NAME);
    let text = fs::read_to_string(&receipt).unwrap();
    fs::write(&receipt, text.replacen("\"gain\"", "\"Gain\"", 1)).unwrap();
    assert_eq!(install("2.0.0").unwrap_err().code(), Code::ALREADY_INSTALLED);
    assert_eq!(shop.loaded(), "1.0.0");
}

#[test]
fn a_receipt_that_says_more_than_is_known_here_is_one() {
    let shop = Shop::new();
    let installed = shop.install("1.0.0").path;
    let file = installed.join(receipt::FILE_NAME);
    let text = fs::read_to_string(&file).unwrap();
    let more = "\"later\": {\"more\": [1]},";
    // In the receipt, in its archive, and in each of its files.
    let text = text.replacen('{', &format!("{{{more}"), 1).replace("\"size\":", &format!("{more} \"size\":"));
    fs::write(&file, text).unwrap();
    let (known, damaged) = shop.root().installed().unwrap();
    assert_eq!((versions(&known), damaged.len()), (vec!["1.0.0".to_owned()], 0));
    assert_eq!(shop.root().verify(None).unwrap()[0].1, []);
    strict(&shop, ReceiptPolicy::Required).load("gain", None, |_| Ok(())).unwrap();
}
