//! Which live plugin is found by what it can do, also while plugins come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use hotshoe::capability::{Capability, CapabilityPolicy};
use hotshoe::error::Code;
use hotshoe::host::{Host, Lookup};
use hotshoe::plugin::{Plugin, Unload};
use hotshoe_testkit::PluginTree;
use serde_json::json;

use crate::native::{said, saying};
use crate::{harmonics, host_on, memory};

const PYTHON: &str = "backend:python";

/// A tree with these plugins, all of which are backends.
fn backends(names: &[&str]) -> PluginTree {
    names.iter().fold(PluginTree::new(), |tree, name| {
        let says = json!({"says": name}).to_string();
        let manifest = memory::manifest(name, json!({"version": "1.0.0", "capabilities": [PYTHON]}));
        tree.file(&format!("{name}/plugin.json"), manifest).file(&memory::artifact(name), says)
    })
}

fn host_with(policy: CapabilityPolicy, tree: &PluginTree) -> Host {
    let mut profile = harmonics();
    profile.policies.capabilities = policy;
    memory::host_with(profile, tree).0
}

/// The name of the plugin that is found.
fn found<'a>(host: &Host, lookup: impl Into<Lookup<'a>>) -> Option<String> {
    host.find(lookup).unwrap().map(|lease| lease.plugin().name().to_owned())
}

fn load(host: &Host, name: &str) -> Arc<Plugin> {
    host.load(name, None, |_| Ok(())).unwrap()
}

#[test]
fn of_several_the_first_is_found_and_a_warning_names_the_tag_and_both() {
    let tree = backends(&["snake", "viper"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    let report = host.load_all(|_| Ok(()));
    assert_eq!(report.plugins.len(), 2, "the other one stays loaded");
    let told: Vec<_> = report.diagnostics.iter().filter(|found| found.code == Code::CAPABILITY_TAKEN).collect();
    let [told] = told[..] else { panic!("{:?}", report.diagnostics) };
    for word in [PYTHON, "`snake 1.0.0`", "`viper 1.0.0`"] {
        assert!(told.message.contains(word), "{told}");
    }
    assert_eq!(told.plugin.as_deref(), Some("viper"));
    assert_eq!(report.plugins[1].diagnostics(), std::slice::from_ref(told), "the plugin tells it, too");
    assert_eq!(host.capability_diagnostics(), std::slice::from_ref(told), "and the host at any time");
    assert_eq!(found(&host, PYTHON).as_deref(), Some("snake"));
    assert_eq!(found(&host, "backend:fmu"), None);
    assert_eq!(host.unload(&report.plugins[0]).unwrap(), Unload::Unmapped);
    assert_eq!(host.capability_diagnostics(), []);
    assert_eq!(found(&host, PYTHON).as_deref(), Some("viper"));
}

#[test]
fn the_profile_or_the_lookup_says_which_one_is_meant() {
    let tree = backends(&["snake", "viper", "adder"]);
    let host = host_with(CapabilityPolicy::Last, &tree);
    for name in ["snake", "viper", "adder"] {
        load(&host, name);
    }
    assert_eq!(found(&host, PYTHON).as_deref(), Some("adder"));
    assert_eq!(found(&host, Lookup::of(PYTHON).by(CapabilityPolicy::First)).as_deref(), Some("snake"));
    let error = host.find(Lookup::of(PYTHON).by(CapabilityPolicy::Fail)).unwrap_err();
    assert_eq!(error.code(), Code::CAPABILITY_TAKEN);
    for word in [PYTHON, "`snake 1.0.0`", "`viper 1.0.0`"] {
        assert!(error.message().contains(word), "{error}");
    }
    let [(capability, holders)] = &host.capabilities()[..] else { panic!("{:?}", host.capabilities()) };
    let names: Vec<_> = holders.iter().map(|plugin| plugin.name()).collect();
    assert_eq!((capability.as_str(), &names[..]), (PYTHON, &["snake", "viper", "adder"][..]));
}

#[test]
fn where_one_alone_may_have_a_capability_a_second_one_is_not_loaded() {
    let tree = backends(&["snake", "viper"]);
    let host = host_with(CapabilityPolicy::Fail, &tree);
    let report = host.load_all(|_| Ok(()));
    assert_eq!(report.plugins.len(), 1);
    let told = report.diagnostics.iter().find(|found| found.code == Code::CAPABILITY_TAKEN).expect("it is told");
    assert_eq!(told.plugin.as_deref(), Some("viper"));
    // One may take its own place.
    let snake = host.reload(&report.plugins[0], |_| Ok(())).unwrap();
    assert_eq!(found(&host, PYTHON).as_deref(), Some("snake"));
    host.unload(&snake).unwrap();
    let viper = load(&host, "viper");
    let python = || Capability::new(PYTHON).unwrap();
    assert_eq!(host.load("snake", None, |_| Ok(())).unwrap_err().code(), Code::CAPABILITY_TAKEN);
    host.register_capability(&viper, python()).unwrap();
    host.register_capability(&viper, Capability::new("backend:fmu").unwrap()).unwrap();
    assert_eq!(found(&host, "backend:fmu").as_deref(), Some("viper"));
}

#[test]
fn a_plugin_is_found_by_its_name_only_on_request() {
    let tree = backends(&["snake", "viper"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    host.load_all(|_| Ok(()));
    assert_eq!(found(&host, "viper"), None);
    assert_eq!(found(&host, Lookup::of("viper").or_name()).as_deref(), Some("viper"));
    assert_eq!(found(&host, Lookup::of("adder").or_name()), None);
    assert_eq!(found(&host, Lookup::of(PYTHON).or_name()).as_deref(), Some("snake"));
}

#[test]
fn after_a_reload_the_new_one_has_the_same_place() {
    let tree = backends(&["snake", "viper"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    let old = host.load_all(|_| Ok(())).plugins[0].clone();
    let new = host.reload(&old, |_| Ok(())).unwrap();
    assert!(Arc::ptr_eq(host.find(PYTHON).unwrap().unwrap().plugin(), &new));
    assert!(new.diagnostics().iter().any(|found| found.code == Code::CAPABILITY_TAKEN), "the new one tells it, too");
    // It has another artifact, and a capability less.
    let less = json!({"version": "1.1.0", "library": "other.memory", "capabilities": ["backend:fmu"]});
    std::fs::write(tree.path("snake/plugin.json"), memory::manifest("snake", less)).unwrap();
    std::fs::write(tree.path("snake/other.memory"), "{}").unwrap();
    let newer = host.replace(&new, |_| Ok(())).unwrap();
    assert_eq!(newer.artifact(), tree.path("snake/other.memory"));
    assert_eq!(found(&host, PYTHON).as_deref(), Some("viper"));
    assert!(Arc::ptr_eq(host.find("backend:fmu").unwrap().unwrap().plugin(), &newer));
}

#[test]
fn what_is_registered_while_a_plugin_lives_goes_with_it() {
    let tree = backends(&["snake", "viper"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    let tag = || Capability::new("compile:own").unwrap();
    let snake = host.load("snake", None, |plugin| host.register_capability(plugin, tag())).unwrap();
    assert!(snake.has_capability(&tag()));
    assert_eq!(found(&host, "compile:own").as_deref(), Some("snake"), "it was registered while it was bound");
    let viper = load(&host, "viper");
    host.register_capability(&viper, tag()).unwrap();
    let told = viper.diagnostics();
    assert_eq!(told.iter().filter(|found| found.message.contains("compile:own")).count(), 1, "{told:?}");
    assert_eq!(found(&host, "compile:own").as_deref(), Some("snake"));
    host.unload(&snake).unwrap();
    assert_eq!(found(&host, "compile:own").as_deref(), Some("viper"));
    assert_eq!(host.register_capability(&snake, tag()).unwrap_err().code(), Code::PLUGIN_UNLOADED);
    host.unload(&viper).unwrap();
    assert_eq!(found(&host, "compile:own"), None);
    let again = load(&host, "viper");
    assert!(!again.has_capability(&tag()), "a new one begins anew");
}

#[test]
fn the_reserved_tags_are_known_and_others_are_as_good() {
    for tag in ["backend:python", "backend:fmu", "runtime:emulation", "runtime:fmu", "compile:post-dataflow"] {
        assert!(Capability::new(tag).unwrap().meaning().is_some(), "{tag}");
    }
    let unknown = Capability::new("backend:moon").unwrap();
    assert_eq!(unknown.meaning(), None);
    let tree = backends(&["snake"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    let snake = load(&host, "snake");
    host.register_capability(&snake, unknown).unwrap();
    assert_eq!(found(&host, "backend:moon").as_deref(), Some("snake"));
}

#[test]
fn a_plugin_that_was_found_is_busy_until_it_is_let_go() {
    let tree = backends(&["snake"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    let snake = load(&host, "snake");
    let (one, two) = (host.find(PYTHON).unwrap().unwrap(), snake.lease().unwrap());
    assert_eq!(host.unload(&snake).unwrap(), Unload::Busy(vec!["2 leases of it are held".to_owned()]));
    assert_eq!(host.reload(&snake, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_IN_USE);
    assert_eq!(host.replace(&snake, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_IN_USE);
    assert_eq!(found(&host, PYTHON).as_deref(), Some("snake"), "it is as it was");
    drop(one);
    assert_eq!(host.unload(&snake).unwrap(), Unload::Busy(vec!["somebody holds a lease of it".to_owned()]));
    thread::spawn(move || drop(two)).join().unwrap();
    assert_eq!(host.unload(&snake).unwrap(), Unload::Unmapped);
    assert_eq!(snake.lease().unwrap_err().code(), Code::PLUGIN_UNLOADED);
}

#[test]
fn while_the_one_that_is_meant_is_changed_the_answer_is_busy_and_no_other_one() {
    let tree = backends(&["snake", "viper"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    let snake = host.load_all(|_| Ok(())).plugins[0].clone();
    let mut asked = false;
    host.reload(&snake, |_| {
        asked = true;
        assert_eq!(host.find(PYTHON).unwrap_err().code(), Code::PLUGIN_BUSY);
        Ok(())
    })
    .unwrap();
    assert!(asked);
}

/// Looks up what another thread unloads and reloads, from eight threads, and uses what is found.
fn look_up_while_it_changes(host: &Host, name: &str, times: usize, used: impl Fn(&Arc<Plugin>) + Sync) {
    let (done, finds) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    match host.find(PYTHON) {
                        Ok(Some(lease)) => {
                            assert!(lease.plugin().is_loaded());
                            used(lease.plugin());
                            assert!(lease.plugin().is_loaded(), "it stays as long as it is leased");
                            drop(lease);
                            finds.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok(None) => {}
                        Err(error) => assert_eq!(error.code(), Code::PLUGIN_BUSY, "{}", error.report()),
                    }
                }
            });
        }
        let (mut changes, mut plugin) = (0, load(host, name));
        while changes < times || finds.load(Ordering::Relaxed) < times {
            let is_to_reload = changes % 2 == 0;
            match is_to_reload.then(|| host.reload(&plugin, |_| Ok(()))) {
                Some(Ok(new)) => (plugin, changes) = (new, changes + 1),
                Some(Err(error)) => assert_eq!(error.code(), Code::PLUGIN_IN_USE, "{}", error.report()),
                None => match host.unload(&plugin).unwrap() {
                    Unload::Busy(_) => {}
                    _ => (plugin, changes) = (load(host, name), changes + 1),
                },
            }
            thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn eight_threads_look_up_what_is_unloaded_and_reloaded_meanwhile() {
    let tree = backends(&["snake"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    look_up_while_it_changes(&host, "snake", 100, |plugin| assert_eq!(memory::call(plugin, "say").unwrap(), "snake"));
    assert!(host.unload_all().into_iter().all(|(_, ended)| ended.unwrap() == Unload::Unmapped));
}

#[test]
fn constant_lookups_do_not_keep_a_plugin_for_ever() {
    let tree = backends(&["snake"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    let (done, leased) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if let Ok(Some(_lease)) = host.find(PYTHON) {
                        leased.fetch_add(1, Ordering::Relaxed);
                        // So that of eight threads one has a lease at any moment.
                        thread::sleep(Duration::from_millis(2));
                    }
                }
            });
        }
        for _ in 0..10 {
            let (plugin, before) = (load(&host, "snake"), leased.load(Ordering::Relaxed));
            while leased.load(Ordering::Relaxed) < before + 8 {
                thread::yield_now();
            }
            let tries = (1..=20).find(|_| !matches!(host.unload(&plugin).unwrap(), Unload::Busy(_)));
            done.store(tries.is_none(), Ordering::Relaxed);
            assert!(tries.is_some(), "it was busy all the time");
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_lease_that_is_asked_for_while_another_one_is_held_comes_also_during_an_unload() {
    let tree = backends(&["snake"]);
    let host = host_with(CapabilityPolicy::First, &tree);
    let snake = load(&host, "snake");
    let first = snake.lease().unwrap();
    thread::scope(|scope| {
        let unload = scope.spawn(|| host.unload(&snake).unwrap());
        while !unload.is_finished() {
            drop(snake.lease().unwrap());
        }
        assert!(matches!(unload.join().unwrap(), Unload::Busy(_)));
    });
    drop((first, snake.lease().unwrap()));
    assert_eq!(host.unload(&snake).unwrap(), Unload::Unmapped);
}

#[test]
fn the_code_of_a_library_that_was_found_is_never_pulled_away() {
    let manifest = json!({"name": "snake", "version": "1.0.0", "capabilities": [PYTHON]}).to_string();
    let tree = PluginTree::new().plugin("snake", &manifest, &saying(7, &[]));
    let host = host_on(tree.root());
    look_up_while_it_changes(&host, "snake", 20, |plugin| assert_eq!(said(plugin.entry().unwrap()), 7));
    assert!(host.unload_all().into_iter().all(|(_, ended)| ended.unwrap() == Unload::Unmapped));
}
