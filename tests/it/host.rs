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
    assert_eq!(host.reload(&old, |_| Ok(())).unwrap_err().code(), Code::LIBRARY_FORMAT);
    assert_eq!(said(old.entry().unwrap()), 1);
}

#[test]
fn with_private_copies_a_library_may_be_overwritten_in_place_and_reloaded() {
    let tree = PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &saying(1, &[]));
    let mut profile = harmonics();
    profile.native.load = LoadPolicy::Copy;
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
            assert_eq!(host.load("alpha", None, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_BUSY);
            assert_eq!(host.unload(plugin).unwrap_err().code(), Code::PLUGIN_BUSY);
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
                        let plugin = match host.load_path(path, |_| Ok(())) {
                            Ok(plugin) => plugin,
                            Err(error) if error.code() == Code::PLUGIN_BUSY => continue,
                            Err(error) => panic!("{}", error.report()),
                        };
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
        "base" => Err(hotshoe::error::Error::new(Code::ENTRY_FAILED, "boom")),
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
    assert_eq!(host.reload(&top, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_DEPENDENCY);
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
    host.set_prober(Some(hotshoe::runtime::Prober::new(tree.path("probe"))));
    let plugin = host.load_path(&tree.path("gain"), |_| Ok(())).unwrap();
    fs::write(tree.path("probe.no"), "").unwrap();
    replace(&tree, &saying(2, &[]));
    assert_eq!(host.reload(&plugin, |_| Ok(())).unwrap_err().code(), Code::PROBE_FAILED);
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
    assert_eq!(error.code(), Code::VERSION_INVALID);
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

/// Two plugins that count in one file: `base`, and `top`, which depends on it.
fn base_and_top() -> PluginTree {
    tree_of(&["base"]).plugin(
        "top",
        r#"{"name": "top", "version": "1.0.0", "dependencies": {"base": "1"}}"#,
        &Library::c(GOOD_C_PLUGIN).build(),
    )
}

#[test]
fn a_plugin_that_a_live_one_depends_on_is_neither_unloaded_nor_reloaded() {
    let tree = base_and_top();
    let host = host_on(tree.root());
    let top = host.load("top", None, |_| Ok(())).unwrap();
    let base = host.named("base").remove(0);
    let users = vec!["the plugin `top 1.0.0` depends on it".to_owned()];
    assert_eq!(host.unload(&base).unwrap(), Unload::Busy(users));
    let error = host.reload(&base, |_| Ok(())).unwrap_err();
    assert!(error.code() == Code::PLUGIN_IN_USE && error.message().contains("`top 1.0.0`"), "{}", error.report());
    assert!(base.is_loaded() && top.is_loaded());
    assert_eq!(host.unload(&top).unwrap(), Unload::Unmapped);
    assert_eq!(host.unload(&base).unwrap(), Unload::Unmapped);
}

#[test]
fn a_plugin_is_not_unloaded_while_the_entry_of_one_that_depends_on_it_runs() {
    let tree = base_and_top();
    let host = host_on(tree.root());
    let bind = |plugin: &Arc<hotshoe::plugin::Plugin>| {
        if plugin.name() == "top" {
            let base = host.named("base").remove(0);
            let answer = thread::scope(|scope| scope.spawn(|| host.unload(&base)).join().unwrap());
            assert!(matches!(answer.unwrap(), Unload::Busy(_)));
        }
        Ok(())
    };
    assert!(host.load("top", None, bind).is_ok());
}

#[test]
fn of_two_versions_only_the_one_that_a_plugin_depends_on_is_busy() {
    let tree = base_and_top().plugin(
        "base-2",
        r#"{"name": "base", "version": "1.5.0", "library": "libbase-2.so"}"#,
        &saying(2, &[]),
    );
    let host = host_on(tree.root());
    let old = host.load("base", Some(&version::requirement("=1.0.0").unwrap()), |_| Ok(())).unwrap();
    host.load("top", None, |_| Ok(())).unwrap();
    let new = host.load("base", Some(&version::requirement("=1.5.0").unwrap()), |_| Ok(())).unwrap();
    assert_eq!(host.unload(&old).unwrap(), Unload::Unmapped);
    assert!(matches!(host.unload(&new).unwrap(), Unload::Busy(_)));
}

#[test]
fn a_plugin_whose_library_another_one_is_linked_with_is_busy_through_any_number_of_libraries() {
    let source = "int base(void) { return 1; }\nvoid harmonics_register(int *said) { *said = base(); }\n";
    let base = Library::c(source).file_name("libbase.so").arg("-Wl,-soname,libbase.so").build();
    let linked = |with: &std::path::Path, needs: &str| {
        let source = format!("int {needs}(void);\nint over_{needs}(void) {{ return {needs}(); }}\n{GOOD_C_PLUGIN}");
        Library::c(&source).arg(with.display().to_string())
    };
    let middle = linked(&base, "base").file_name("libmiddle.so").arg("-Wl,-soname,libmiddle.so,-rpath,$ORIGIN/../base");
    let middle = middle.build();
    let top = linked(&middle, "over_base")
        .arg("-Wl,-rpath,$ORIGIN")
        .arg(format!("-Wl,-rpath-link,{}", base.parent().unwrap().display()));
    let tree = PluginTree::new()
        .plugin("base", r#"{"name": "base", "version": "1.0.0"}"#, &base)
        .plugin("top", r#"{"name": "top", "version": "1.0.0"}"#, &top.build())
        .file("top/libmiddle.so", fs::read(&middle).unwrap());
    let host = host_on(tree.root());
    for order in [["base", "top"], ["top", "base"]] {
        let load = |name| host.load_path(&tree.library(name), |_| Ok(())).unwrap_or_else(|e| panic!("{}", e.report()));
        let (first, second) = (load(order[0]), load(order[1]));
        let (base, top) = if order[0] == "base" { (first, second) } else { (second, first) };
        let users = vec!["the plugin `top 1.0.0` is linked with it".to_owned()];
        assert_eq!(host.unload(&base).unwrap(), Unload::Busy(users), "{order:?}");
        assert_eq!(host.reload(&base, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_IN_USE);
        let ended: Vec<String> = host.unload_all().into_iter().map(|(plugin, _)| plugin.name().to_owned()).collect();
        assert_eq!(ended, ["top", "base"]);
        assert!(!top.is_loaded() && !base.is_loaded());
    }
}

#[test]
fn a_reloaded_plugin_ends_after_what_was_loaded_after_it_and_before_what_it_needs() {
    let tree = tree_of(&["alpha", "beta"]);
    let host = host_on(tree.root());
    host.load_all(|_| Ok(()));
    host.reload(&host.named("alpha").remove(0), |_| Ok(())).unwrap();
    let names = |plugins: Vec<Arc<hotshoe::plugin::Plugin>>| {
        plugins.iter().map(|plugin| plugin.name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(host.plugins()), ["alpha", "beta"]);
    // Now it needs one that comes to life later.
    let tree = tree.plugin("late", r#"{"name": "late", "version": "1.0.0"}"#, &saying(1, &[]));
    let needy = r#"{"name": "alpha", "version": "1.0.0", "dependencies": {"late": "1"}}"#;
    fs::write(tree.path("alpha/plugin.json"), needy).unwrap();
    host.reload(&host.named("alpha").remove(0), |_| Ok(())).unwrap();
    let (ended, answers): (Vec<_>, Vec<_>) = host.unload_all().into_iter().unzip();
    assert_eq!(names(ended), ["beta", "alpha", "late"]);
    assert!(answers.into_iter().all(|answer| answer.unwrap() == Unload::Unmapped));
}

#[test]
fn an_entry_that_waits_for_a_thread_that_loads_everything_does_not_hang() {
    within_a_minute(|| {
        let tree = tree_of(&["inner", "outer"]);
        let host = host_on(tree.root());
        let mut found = Vec::new();
        host.load("outer", None, |_| {
            let report = thread::scope(|scope| scope.spawn(|| host.load_all(|_| Ok(()))).join().unwrap());
            assert_eq!(report.plugins.len(), 1);
            found = report.diagnostics;
            Ok(())
        })
        .unwrap();
        assert!(found.len() == 1 && found[0].code == Code::PLUGIN_BUSY, "{found:?}");
        assert_eq!(host.plugins().len(), 2);
    });
}

#[test]
fn a_withdrawal_that_waits_for_a_thread_that_loads_or_unloads_everything_does_not_hang() {
    struct Waiting(Arc<Host>);
    impl hotshoe::plugin::Registration for Waiting {
        fn what(&self) -> String {
            "a thing".to_owned()
        }
        fn withdraw(&mut self) {
            let host = self.0.clone();
            let report = thread::spawn(move || {
                assert!(host.unload_all().iter().all(|(_, answer)| answer.is_err()));
                host.load_all(|_| Ok(()))
            });
            assert_eq!(report.join().unwrap().diagnostics[0].code, Code::PLUGIN_BUSY);
        }
        fn in_use(&mut self) -> bool {
            false
        }
        fn restore(&mut self) {}
    }
    within_a_minute(|| {
        let tree = tree_of(&["gain"]);
        let host = Arc::new(host_on(tree.root()));
        let plugin = host.load("gain", None, |_| Ok(())).unwrap();
        plugin.register(|| Box::new(Waiting(host.clone()))).unwrap();
        assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
    });
}

#[test]
fn a_live_plugin_of_another_version_is_no_answer_to_a_requirement() {
    let tree = tree_of(&["gain"]);
    let host = host_on(tree.root());
    let old = host.load("gain", None, |_| Ok(())).unwrap();
    fs::write(tree.path("gain/plugin.json"), r#"{"name": "gain", "version": "2.0.0"}"#).unwrap();
    let wanted = version::requirement(">=2").unwrap();
    let error = host.load("gain", Some(&wanted), |_| Ok(())).unwrap_err();
    assert!(error.code() == Code::PLUGIN_IN_USE && error.message().contains("`gain 1.0.0`"), "{}", error.report());
    let tree = tree.plugin(
        "top",
        r#"{"name": "top", "version": "1.0.0", "dependencies": {"gain": ">=2"}}"#,
        &Library::c(GOOD_C_PLUGIN).build(),
    );
    assert_eq!(host.load("top", None, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_DEPENDENCY);
    assert_eq!(host.load_path(&tree.path("top"), |_| Ok(())).unwrap_err().code(), Code::PLUGIN_DEPENDENCY);
    assert!(host.load_all(|_| Ok(())).plugins.iter().all(|plugin| plugin.name() != "top"));
    host.reload(&old, |_| Ok(())).unwrap();
    assert!(host.load("top", None, |_| Ok(())).is_ok());
}

#[test]
fn a_version_that_cannot_be_loaded_does_not_hide_the_next_one() {
    let good = saying(1, &[]);
    let cut = fs::read(&good).unwrap()[..900].to_vec();
    for bad in [cut, b"a text".to_vec(), b"\x7fELF and no more".to_vec()] {
        let tree = PluginTree::new()
            .plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &good)
            .file("gain-2/plugin.json", r#"{"name": "gain", "version": "2.0.0", "library": "libgain.so"}"#)
            .file("gain-2/libgain.so", bad);
        let host = host_on(tree.root());
        let report = host.load_all(|_| Ok(()));
        assert_eq!(
            report.plugins.iter().map(|plugin| plugin.version().unwrap().to_string()).collect::<Vec<_>>(),
            ["1.0.0"]
        );
        assert!(
            report.diagnostics.iter().any(|found| found.to_string().contains("gain-2")),
            "{:?}",
            report.diagnostics
        );
        let host = host_on(tree.root());
        let plugin = host.load("gain", None, |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(said(plugin.entry().unwrap()), 1);
        assert!(plugin.diagnostics().iter().any(|found| found.to_string().contains("gain-2")));
    }
}

#[test]
fn a_version_whose_entry_fails_is_told_and_no_older_one_is_taken_for_it() {
    let tree = tree_of(&["gain"]).plugin(
        "gain-2",
        r#"{"name": "gain", "version": "2.0.0", "library": "libgain-2.so"}"#,
        &saying(2, &[]),
    );
    let host = host_on(tree.root());
    let fails = |_: &Arc<hotshoe::plugin::Plugin>| Err(hotshoe::error::Error::new(Code::ENTRY_FAILED, "boom"));
    assert_eq!(host.load("gain", None, fails).unwrap_err().code(), Code::ENTRY_FAILED);
    assert!(host.load_all(fails).plugins.is_empty() && host.plugins().is_empty());
}

#[test]
fn a_plugin_on_too_deep_a_chain_is_a_finding_of_loading_everything() {
    let library = Library::c(GOOD_C_PLUGIN).build();
    let mut tree = PluginTree::new().plugin("p0", r#"{"name": "p0", "version": "1.0.0"}"#, &library);
    for number in 1..70 {
        let before = number - 1;
        let manifest = format!(r#"{{"name": "p{number}", "version": "1.0.0", "dependencies": {{"p{before}": "1"}}}}"#);
        tree = tree.plugin(&format!("p{number}"), &manifest, &library);
    }
    let report = host_on(tree.root()).load_all(|_| Ok(()));
    let told = |number| report.diagnostics.iter().any(|found| found.plugin.as_deref() == Some(&format!("p{number}")));
    let alive = |number| report.plugins.iter().any(|plugin| plugin.name() == format!("p{number}"));
    assert!((0..70).all(|number| alive(number) != told(number)), "{:?}", report.diagnostics);
}

#[test]
fn a_reload_to_a_library_that_is_another_plugins_leaves_both_as_they_are() {
    let tree = tree_of(&["alpha", "beta"]).file("alpha/libother.so", fs::read(saying(2, &[])).unwrap());
    let host = host_on(tree.root());
    host.load_all(|_| Ok(()));
    let alpha = host.named("alpha").remove(0);
    let other = host.load_path(&tree.path("alpha/libother.so"), |_| Ok(())).unwrap();
    fs::write(tree.path("alpha/plugin.json"), r#"{"name": "alpha", "version": "2.0.0", "library": "libother.so"}"#)
        .unwrap();
    assert_eq!(host.reload(&alpha, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_IN_USE);
    assert!(alpha.is_loaded() && other.is_loaded());
    host.unload(&other).unwrap();
    let alpha = host.reload(&alpha, |_| Ok(())).unwrap();
    assert_eq!((said(alpha.entry().unwrap()), host.plugins()[0].name()), (2, "alpha"));
    assert_eq!(host.plugins().len(), 2);
}

// Windows has no modes, and no paths in libraries.
#[cfg(unix)]
#[test]
fn a_private_copy_keeps_the_shape_of_the_plugins_folder_and_nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let needed = |name: &str| {
        let source = format!("unsigned {name}(void) {{ return 20; }}\n");
        Library::c(&source).file_name(&format!("lib{name}.so")).arg(format!("-Wl,-soname,lib{name}.so")).build()
    };
    let (inner, common) = (needed("inner"), needed("common"));
    let source =
        "unsigned inner(void), common(void);\nvoid harmonics_register(unsigned *x) { *x = inner() + common(); }\n";
    let library = Library::c(source).arg(inner.display().to_string()).arg(common.display().to_string());
    let library = library.arg("-Wl,-rpath,$ORIGIN/../deps:$ORIGIN/../../common").build();
    let tree = PluginTree::new()
        .file("gain/plugin.json", r#"{"name": "gain", "version": "1.0.0", "library": "lib/libgain.so"}"#)
        .file("gain/lib/libgain.so", fs::read(library).unwrap())
        .file("gain/deps/libinner.so", fs::read(inner).unwrap())
        .file("common/libcommon.so", fs::read(common).unwrap());
    fs::set_permissions(tree.path("gain/lib/libgain.so"), PermissionsExt::from_mode(0o777)).unwrap();
    let mut profile = harmonics();
    profile.native.load = LoadPolicy::Copy;
    let host = Host::new(profile);
    let plugin = host.load_path(&tree.path("gain"), |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
    assert_eq!(said(plugin.entry().unwrap()), 40);
    let copy = plugin.mapped().unwrap();
    assert!(copy.ends_with("gain/lib/libgain.so"), "{}", copy.display());
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&copy), 0o600);
    assert!(copy.ancestors().skip(1).take(4).all(|folder| mode(folder) == 0o700));
}

#[test]
fn copies_of_many_libraries_in_one_root_are_as_many_files() {
    let library = fs::read(saying(1, &[])).unwrap();
    let tree = (0..40).fold(PluginTree::new(), |tree, number| tree.file(&format!("libq{number}.so"), &library));
    let mut profile = harmonics();
    profile.native.load = LoadPolicy::Copy;
    profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
    let host = Host::new(profile);
    host.add_search_root(tree.root());
    let report = host.load_all(|_| Ok(()));
    assert_eq!(report.plugins.len(), 40);
    for plugin in report.plugins {
        assert_eq!(fs::read_dir(plugin.mapped().unwrap().parent().unwrap()).unwrap().count(), 1);
    }
}

/// A plugin that says 100 times its number plus that of a library that it brings.
fn bringing(number: u32, name: &str, arguments: &[&str], dependency: &[&str]) -> (Vec<u8>, Vec<u8>) {
    let source = format!("unsigned dep(void) {{ return {number}; }}\n");
    let dep = Library::c(&source).file_name(name).arg(format!("-Wl,-soname,{name}"));
    let dep = dependency.iter().fold(dep, |library, argument| library.arg(*argument)).build();
    let source =
        format!("unsigned dep(void);\nvoid harmonics_register(unsigned *said) {{ *said = {number} * 100 + dep(); }}\n");
    let plugin = Library::c(&source).arg(dep.display().to_string()).arg("-Wl,-rpath,$ORIGIN");
    let plugin = arguments.iter().fold(plugin, |library, argument| library.arg(*argument)).build();
    (fs::read(plugin).unwrap(), fs::read(dep).unwrap())
}

#[test]
fn a_reload_gives_the_new_code_of_what_the_plugin_brings_or_is_refused_while_the_old_one_lives() {
    let never = ["-Wl,-z,nodelete"];
    let mut rounds = 0;
    let put = |tree: &PluginTree, name: &str, bytes: &[u8]| {
        fs::write(tree.path("new"), bytes).unwrap();
        fs::rename(tree.path("new"), tree.path(&format!("gain/{name}"))).unwrap();
    };
    for (arguments, dependency, copied) in [
        (&[][..], &[][..], false),
        (&[], &[], true),
        (&never[..], &[], false),
        (&never, &[], true),
        (&[], &never[..], false),
    ] {
        for with_main in [true, false] {
            // What stays mapped is given to whoever needs that name.
            rounds += 1;
            let dep = format!("libdep{rounds}.so");
            let (old, old_dep) = bringing(1, &dep, arguments, dependency);
            let (new, new_dep) = bringing(2, &dep, arguments, dependency);
            let tree = PluginTree::new()
                .file("gain/plugin.json", r#"{"name": "gain", "version": "1.0.0"}"#)
                .file("gain/libgain.so", &old)
                .file(&format!("gain/{dep}"), &old_dep);
            let mut profile = harmonics();
            profile.native.load = if copied { LoadPolicy::Copy } else { LoadPolicy::Direct };
            let host = Host::new(profile);
            let plugin = host.load_path(&tree.path("gain"), |_| Ok(())).unwrap();
            assert_eq!(said(plugin.entry().unwrap()), 101);
            put(&tree, &dep, &new_dep);
            if with_main {
                put(&tree, "libgain.so", &new);
            }
            let stays = !arguments.is_empty() || !dependency.is_empty();
            let beside = host.reload(&plugin, |_| Ok(())).expect_err("both would have one library");
            assert_eq!(beside.code(), Code::RELOAD_NOT_BESIDE, "{}", beside.report());
            assert_eq!(said(plugin.entry().unwrap()), 101, "nothing was touched");
            match host.replace(&plugin, |_| Ok(())) {
                Ok(plugin) => {
                    assert!(!stays, "the old library is mapped still");
                    assert_eq!(said(plugin.entry().unwrap()), if with_main { 202 } else { 102 });
                    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
                }
                Err(error) => {
                    assert!(stays && error.code() == Code::PLUGIN_IN_USE, "{}", error.report());
                    assert!(error.report().contains(&dep) && error.report().contains("NODELETE"), "{}", error.report());
                    assert_eq!(said(plugin.entry().unwrap()), 101, "the old one lives on");
                }
            }
        }
    }
}

#[test]
fn a_plugin_that_gets_anothers_library_instead_of_its_own_is_told() {
    let codec = |number: u32, more: &str| {
        let source = format!("unsigned codec(void) {{ return {number}; }}\n{more}\n");
        Library::c(&source).file_name("libcodec.so.1").arg("-Wl,-soname,libcodec.so.1").build()
    };
    let user = |codec: &std::path::Path, function: &str| {
        let source =
            format!("unsigned {function}(void);\nvoid harmonics_register(unsigned *x) {{ *x = {function}(); }}\n");
        Library::c(&source).arg(codec.display().to_string()).arg("-Wl,-rpath,$ORIGIN").build()
    };
    let (one, two) = (codec(1, ""), codec(2, "unsigned extra(void) { return 22; }"));
    let tree = PluginTree::new()
        .plugin("alpha", r#"{"name": "alpha", "version": "1.0.0"}"#, &user(&one, "codec"))
        .file("alpha/libcodec.so.1", fs::read(&one).unwrap())
        .plugin("beta", r#"{"name": "beta", "version": "1.0.0"}"#, &user(&two, "codec"))
        .file("beta/libcodec.so.1", fs::read(&two).unwrap())
        .plugin("gamma", r#"{"name": "gamma", "version": "1.0.0"}"#, &user(&two, "extra"))
        .file("gamma/libcodec.so.1", fs::read(&two).unwrap());
    let report = host_on(tree.root()).load_all(|_| Ok(()));
    let found: Vec<String> = report.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(report.plugins.len(), 2, "{found:?}");
    assert!(report.plugins[0].diagnostics().is_empty(), "the first one has its own");
    let [gamma, beta] = &report.diagnostics[..] else { panic!("{found:?}") };
    assert_eq!((beta.code, beta.plugin.as_deref()), (Code::LIBRARY_SHADOWED, Some("beta")));
    assert!(beta.message.contains("alpha/libcodec.so.1"), "{beta}");
    assert_eq!((gamma.code, gamma.plugin.as_deref()), (Code::LOAD_FAILED, Some("gamma")));
    assert!(gamma.hint.as_ref().unwrap().contains("alpha/libcodec.so.1"), "{gamma}");
}
