//! Loading, reloading and unloading by a host, from one thread and from many.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use hotshoe::capability::Capability;
use hotshoe::error::Code;
use hotshoe::host::Host;
use hotshoe::plugin::Unload;
use hotshoe::profile::LoadPolicy;
use hotshoe::version;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, file_name};

use crate::native::{said, saying};
use crate::{harmonics, host_on};

fn tree_of(names: &[&str]) -> PluginTree {
    let library = Library::c(GOOD_C_PLUGIN).build();
    names.iter().fold(PluginTree::new(), |tree, name| {
        let manifest = format!(r#"{{"name": "{name}", "version": "1.0.0", "capabilities": ["layer:{name}"]}}"#);
        tree.plugin(name, &manifest, &library)
    })
}

/// Fails instead of hanging.
fn within_a_minute(test: impl FnOnce() + Send + 'static) {
    let (done, waiting) = mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    if waiting.recv_timeout(Duration::from_secs(60)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("it hangs");
    }
    thread.join().expect("the test passed");
}

#[test]
fn a_plugin_is_bound_once_however_often_it_is_loaded() {
    let tree = tree_of(&["gain"]);
    let host = host_on(tree.root());
    let bound = AtomicUsize::new(0);
    let bind = |_: &Arc<_>| {
        bound.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    let first = host.load("gain", None, bind).unwrap();
    let second = host.load_path(&tree.path("gain"), bind).unwrap();
    let third = host.load_path(&tree.library("gain"), bind).unwrap();
    assert!(Arc::ptr_eq(&first, &second) && Arc::ptr_eq(&first, &third));
    assert_eq!(bound.into_inner(), 1);
}

#[test]
fn live_plugins_are_found_by_name_version_and_capability() {
    let tree = tree_of(&["gain", "mute"]).file("gain/x", "").plugin(
        "gain-2",
        &format!(r#"{{"name": "gain", "version": "2.0.0", "library": "{}"}}"#, file_name("gain-2")),
        &saying(2, &[]),
    );
    let host = host_on(tree.root());
    let old = host.load("gain", Some(&version::requirement("1").unwrap()), |_| Ok(())).unwrap();
    let new = host.load("gain", None, |_| Ok(())).unwrap();
    host.load("mute", None, |_| Ok(())).unwrap();
    assert_eq!((old.version().unwrap().major, new.version().unwrap().major), (1, 2), "side by side");
    assert_eq!(host.named("gain").len(), 2);
    assert_eq!(host.with_capability(&Capability::new("layer:mute").unwrap()).len(), 1);
    let ended: Vec<Unload> = host.unload_all().into_iter().map(|(_, answer)| answer.unwrap()).collect();
    assert_eq!(ended, [Unload::Unmapped, Unload::Unmapped, Unload::Unmapped]);
}

#[test]
fn a_plugin_is_loaded_after_what_it_depends_on() {
    let tree = tree_of(&["base"]).plugin(
        "alpha",
        r#"{"name": "alpha", "version": "1.0.0", "dependencies": {"base": "1"}}"#,
        &Library::c(GOOD_C_PLUGIN).build(),
    );
    let mut order = Vec::new();
    host_on(tree.root())
        .load("alpha", None, |plugin| {
            order.push(plugin.name().to_owned());
            Ok(())
        })
        .unwrap();
    assert_eq!(order, ["base", "alpha"]);
}

#[test]
fn a_reload_gives_the_new_behaviour() {
    if !hotshoe_testkit::require_system(cfg!(unix), "Windows replaces no file that is mapped") {
        return;
    }
    let tree = PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &saying(1, &[]));
    let host = host_on(tree.root());
    let old = host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(said(old.entry().unwrap()), 1);
    fs::copy(saying(2, &[]), tree.path("new")).unwrap();
    fs::rename(tree.path("new"), tree.library("gain")).unwrap();
    fs::write(tree.path("gain/plugin.json"), r#"{"name": "gain", "version": "1.1.0"}"#).unwrap();
    let new = host.reload(&old, |_| Ok(())).unwrap();
    assert_eq!(said(new.entry().unwrap()), 2);
    assert_eq!(new.version().unwrap().to_string(), "1.1.0");
    assert!(!old.is_loaded());
}

#[test]
fn a_reload_of_something_broken_leaves_the_old_plugin_alive() {
    if !hotshoe_testkit::require_system(cfg!(unix), "Windows replaces no file that is mapped") {
        return;
    }
    let tree = PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &saying(1, &[]));
    let host = host_on(tree.root());
    let old = host.load("gain", None, |_| Ok(())).unwrap();
    fs::write(tree.path("new"), "not a library").unwrap();
    fs::rename(tree.path("new"), tree.library("gain")).unwrap();
    assert_eq!(host.reload(&old, |_| Ok(())).unwrap_err().code(), Code::LibraryFormat);
    assert_eq!(said(old.entry().unwrap()), 1);
}

#[test]
fn with_private_copies_a_library_may_be_overwritten_in_place_and_reloaded() {
    let tree = PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &saying(1, &[]));
    let mut profile = harmonics();
    profile.policies.load = LoadPolicy::Copy;
    let host = Host::new(profile);
    let old = host.load_path(&tree.path("gain"), |_| Ok(())).unwrap();
    fs::copy(saying(2, &[]), tree.library("gain")).unwrap();
    assert_eq!(said(old.entry().unwrap()), 1);
    let new = host.reload(&old, |_| Ok(())).unwrap();
    assert_eq!(said(new.entry().unwrap()), 2);
}

#[test]
fn a_plugin_that_loads_itself_or_another_never_hangs() {
    within_a_minute(|| {
        let tree = tree_of(&["alpha", "beta"]);
        let host = host_on(tree.root());
        let mut inner = None;
        host.load("alpha", None, |plugin| {
            assert_eq!(host.load("alpha", None, |_| Ok(())).unwrap_err().code(), Code::PluginBusy);
            assert_eq!(host.unload(plugin).unwrap_err().code(), Code::PluginBusy);
            inner = Some(host.load("beta", None, |_| Ok(())).unwrap());
            Ok(())
        })
        .unwrap();
        assert!(inner.unwrap().is_loaded());
    });
}

#[test]
fn two_plugins_that_load_each_other_from_two_threads_never_hang() {
    within_a_minute(|| {
        let tree = tree_of(&["alpha", "beta"]);
        let host = host_on(tree.root());
        for _ in 0..200 {
            let cross = |first: &'static str, second: &'static str| {
                let host = &host;
                move || {
                    let _ = host.load(first, None, |_| {
                        thread::yield_now();
                        host.load(second, None, |_| Ok(())).map(drop)
                    });
                }
            };
            thread::scope(|scope| {
                scope.spawn(cross("alpha", "beta"));
                scope.spawn(cross("beta", "alpha"));
            });
            host.unload_all();
        }
    });
}

#[test]
fn eight_threads_load_reload_and_unload_the_same_plugin_and_none_hangs() {
    within_a_minute(|| {
        let tree = tree_of(&["gain"]);
        let host = host_on(tree.root());
        let path = tree.path("gain");
        thread::scope(|scope| {
            for number in 0..8 {
                let (host, path) = (&host, &path);
                scope.spawn(move || {
                    for round in 0..150 {
                        let plugin =
                            host.load_path(path, |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
                        // Another thread may have ended it meanwhile; that is an answer too.
                        match (number + round) % 3 {
                            0 => drop(host.reload(&plugin, |_| Ok(()))),
                            _ => drop(host.unload(&plugin)),
                        }
                    }
                });
            }
        });
        host.unload_all();
        assert!(!crate::is_mapped(&tree.library("gain").canonicalize().unwrap()));
    });
}

/// Replaces a library by another, as linkers and installers do.
fn replace(tree: &PluginTree, library: &std::path::Path) {
    fs::copy(library, tree.path("new")).unwrap();
    fs::rename(tree.path("new"), tree.library("gain")).unwrap();
}

#[test]
fn a_replaced_library_is_the_new_one_whoever_has_the_old_one_mapped() {
    if !hotshoe_testkit::require_system(cfg!(unix), "Windows replaces no file that is mapped") {
        return;
    }
    let manifest = r#"{"name": "gain", "version": "1.0.0"}"#;
    let says = |host: &Host| {
        let plugin = host.load("gain", None, |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
        said(plugin.entry().unwrap())
    };
    // By a host that is gone.
    let tree = PluginTree::new().plugin("gain", manifest, &saying(1, &[]));
    assert_eq!(says(&host_on(tree.root())), 1);
    replace(&tree, &saying(2, &[]));
    assert_eq!(says(&host_on(tree.root())), 2);
    // By another host that is there.
    let tree = PluginTree::new().plugin("gain", manifest, &saying(1, &[]));
    let (one, two) = (host_on(tree.root()), host_on(tree.root()));
    assert_eq!(says(&one), 1);
    replace(&tree, &saying(2, &[]));
    assert_eq!(says(&two), 2);
}

#[test]
fn a_plugin_whose_dependency_failed_is_not_loaded_by_any_way() {
    let tree = tree_of(&["base"]).plugin(
        "top",
        r#"{"name": "top", "version": "1.0.0", "dependencies": {"base": "1"}}"#,
        &Library::c(GOOD_C_PLUGIN).build(),
    );
    let host = host_on(tree.root());
    let fails = |plugin: &Arc<hotshoe::plugin::Plugin>| match plugin.name() {
        "base" => Err(hotshoe::error::Error::new(Code::EntryFailed, "boom")),
        _ => Ok(()),
    };
    let report = host.load_all(fails);
    let codes: Vec<&str> = report.diagnostics.iter().map(|found| found.code.as_str()).collect();
    assert!(report.plugins.is_empty(), "{:?}", report.plugins);
    assert_eq!(codes, ["entry-failed", "plugin-dependency"]);
    assert!(host.load("top", None, fails).is_err() && host.load_path(&tree.path("top"), fails).is_err());
    let top = host.load_path(&tree.path("top"), |_| Ok(())).unwrap();
    assert_eq!(host.named("base").len(), 1);
    fs::remove_dir_all(tree.path("base")).unwrap();
    assert_eq!(host.reload(&top, |_| Ok(())).unwrap_err().code(), Code::PluginDependency);
    assert!(top.is_loaded());
}

#[test]
fn a_chain_of_a_thousand_plugins_is_told_in_time() {
    within_a_minute(|| {
        let library = Library::c(GOOD_C_PLUGIN).build();
        let mut tree = PluginTree::new().plugin("p0", r#"{"name": "p0", "version": "1.0.0"}"#, &library);
        for number in 1..1000 {
            let before = number - 1;
            let manifest =
                format!(r#"{{"name": "p{number}", "version": "1.0.0", "dependencies": {{"p{before}": "1"}}}}"#);
            let library = format!("p{number}/{}", file_name(&format!("p{number}")));
            tree = tree.file(&format!("p{number}/plugin.json"), manifest).file(&library, "");
        }
        let catalog = host_on(tree.root()).catalog();
        let top = catalog.find("p999", None).unwrap();
        assert_eq!(catalog.with_dependencies(top).unwrap().len(), 1000);
    });
}

#[test]
fn a_reload_that_a_probe_would_refuse_leaves_the_old_plugin_alive() {
    if !hotshoe_testkit::require_system(cfg!(unix), "the prober of this test is a shell script") {
        return;
    }
    let tree = tree_of(&["gain"]).file("probe", "#!/bin/sh\ntest -e \"$0.no\" || exit 42\n");
    #[cfg(unix)]
    fs::set_permissions(tree.path("probe"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut host = host_on(tree.root());
    host.set_prober(Some(hotshoe::runtime::native::Prober::new(tree.path("probe"))));
    let plugin = host.load_path(&tree.path("gain"), |_| Ok(())).unwrap();
    fs::write(tree.path("probe.no"), "").unwrap();
    replace(&tree, &saying(2, &[]));
    assert_eq!(host.reload(&plugin, |_| Ok(())).unwrap_err().code(), Code::ProbeFailed);
    assert!(plugin.is_loaded());
}

#[test]
fn a_folder_without_a_manifest_and_its_library_are_one_plugin() {
    let tree = PluginTree::new().file(&format!("gain/{}", file_name("gain")), fs::read(saying(1, &[])).unwrap());
    let host = host_on(tree.root());
    let folder = host.load_path(&tree.path("gain"), |_| Ok(())).unwrap();
    let library = host.load_path(&tree.library("gain"), |_| Ok(())).unwrap();
    assert!(Arc::ptr_eq(&folder, &library));
    assert_eq!(host.unload(&folder).unwrap(), Unload::Unmapped);
}

#[test]
fn a_broken_manifest_is_not_bypassed_by_the_librarys_path() {
    let tree = PluginTree::new().plugin("gain", r#"{"version": "x"}"#, &saying(1, &[]));
    let error = host_on(tree.root()).load_path(&tree.library("gain"), |_| Ok(())).unwrap_err();
    assert_eq!(error.code(), Code::VersionInvalid);
}

#[test]
fn a_bind_that_panics_takes_back_what_was_registered() {
    let tree = tree_of(&["gain"]);
    let host = host_on(tree.root());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = host.load("gain", None, |_| panic!("in the host's own code"));
    }));
    assert!(panicked.is_err() && host.plugins().is_empty());
    assert!(!crate::is_mapped(&tree.library("gain").canonicalize().unwrap()));
}
