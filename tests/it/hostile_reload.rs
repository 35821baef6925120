//! Reloads, replacements and callbacks that go wrong in ways that are not those of every day: what was alive lives on,
//! in its order and with all that it registered.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use hotshoe::error::{Code, Error, Result};
use hotshoe::host::{CandidateState, Host};
use hotshoe::plugin::{Plugin, Registration, Unload};
use hotshoe::runtime::{Call, CancelToken, Encoding, Sink};
use hotshoe_testkit::{Library, PluginTree};

use crate::memory::{self, call};
use crate::native::{said, saying};
use crate::{host_on, is_mapped};

/// What is registered at the moment, in its order.
type Order = Arc<Mutex<Vec<String>>>;

/// Something that stands in a list.
struct Listed(Order, String);

impl Registration for Listed {
    fn what(&self) -> String {
        self.1.clone()
    }

    fn withdraw(&mut self) {
        self.0.lock().unwrap().retain(|listed| *listed != self.1);
    }

    fn in_use(&mut self) -> bool {
        false
    }

    fn restore(&mut self) {
        self.0.lock().unwrap().push(self.1.clone());
    }
}

/// Registers three things.
fn listing(order: &Order, version: &str) -> impl Fn(&Arc<Plugin>) -> Result<()> {
    move |plugin| {
        for what in ["c", "a", "b"] {
            let what = format!("{version} {what}");
            order.lock().unwrap().push(what.clone());
            plugin.register(|| Box::new(Listed(order.clone(), what)))?;
        }
        Ok(())
    }
}

fn shown(order: &Order) -> Vec<String> {
    order.lock().unwrap().clone()
}

fn state(host: &Host, name: &str) -> CandidateState {
    let catalog = host.catalog();
    let candidate = catalog.candidates().iter().find(|candidate| candidate.name() == name).expect("it is found");
    host.state(candidate)
}

const OLD: [&str; 3] = ["old c", "old a", "old b"];

// --- Reloading ------------------------------------------------------------------------------------------

#[test]
fn whatever_became_of_its_files_the_old_plugin_lives_on_with_all_that_it_registered() {
    let manifest = |text: &'static str| move |folder: &Path| fs::write(folder.join("plugin.json"), text).unwrap();
    let artifact_removed = |folder: &Path| fs::remove_file(folder.join("gain.memory")).unwrap();
    let artifact_folder = |folder: &Path| {
        fs::remove_file(folder.join("gain.memory")).unwrap();
        fs::create_dir(folder.join("gain.memory")).unwrap();
    };
    let away = |folder: &Path| fs::rename(folder, folder.with_file_name("elsewhere")).unwrap();
    let file = |folder: &Path| {
        fs::rename(folder, folder.with_file_name("elsewhere")).unwrap();
        fs::write(folder, "").unwrap();
    };
    type Spoil<'a> = &'a dyn Fn(&Path);
    let cases: [(&str, Spoil<'_>); 14] = [
        ("a manifest that is a list", &manifest("[]")),
        ("an empty manifest file", &manifest("")),
        ("another runtime", &manifest(r#"{"name": "gain", "version": "1.0.0", "runtime": "process"}"#)),
        ("a runtime of no name", &manifest(r#"{"name": "gain", "version": "1.0.0", "runtime": "../x"}"#)),
        (
            "a library elsewhere",
            &manifest(r#"{"name": "gain", "version": "1.0.0", "runtime": "memory", "library": "../base/base"}"#),
        ),
        (
            "a library that is not there",
            &manifest(r#"{"name": "gain", "version": "1.0.0", "runtime": "memory", "library": "no"}"#),
        ),
        (
            "a newer host",
            &manifest(r#"{"name": "gain", "version": "1.0.0", "runtime": "memory", "harmonics_version": "^9"}"#),
        ),
        (
            "needs itself",
            &manifest(r#"{"name": "gain", "version": "1.0.0", "runtime": "memory", "dependencies": {"gain": "1"}}"#),
        ),
        (
            "needs what needs it",
            &manifest(r#"{"name": "gain", "version": "1.0.0", "runtime": "memory", "dependencies": {"round": "1"}}"#),
        ),
        (
            "needs a newer one",
            &manifest(r#"{"name": "gain", "version": "1.0.0", "runtime": "memory", "dependencies": {"base": "^2"}}"#),
        ),
        ("no artifact", &artifact_removed),
        ("an artifact that is a folder", &artifact_folder),
        ("no folder", &away),
        ("a file for a folder", &file),
    ];
    for (what, spoil) in cases {
        let tree = memory::tree(&[("base", "{}"), ("gain", r#"{"says": "old"}"#), ("last", "{}")])
            .file(
                "round/plugin.json",
                r#"{"name": "round", "version": "1.0.0", "runtime": "memory", "dependencies": {"gain": "1"}}"#,
            )
            .file(&memory::artifact("round"), "{}");
        let (host, memory) = memory::host(&tree);
        let order = Order::default();
        host.load("base", None, |_| Ok(())).unwrap();
        let old = host.load("gain", None, listing(&order, "old")).unwrap();
        host.load("last", None, |_| Ok(())).unwrap();
        spoil(&tree.path("gain"));
        for replacing in [false, true] {
            let never = |_: &Arc<Plugin>| panic!("{what}: it is not bound");
            let answer = if replacing { host.replace(&old, never) } else { host.reload(&old, never) };
            let error = answer.expect_err(what);
            let is_the_runtimes = error.code() == Code::LIBRARY_FORMAT;
            assert!(is_the_runtimes || error.hint_text().is_some(), "{what}: {}", error.report());
            assert!(error.report().contains("gain") && error.path().is_some(), "{what}: {}", error.report());
            assert!(old.is_loaded() && call(&old, "say").unwrap() == "old", "{what}");
            assert_eq!(
                (shown(&order), old.registered()),
                (OLD.map(str::to_owned).to_vec(), OLD.map(str::to_owned).to_vec())
            );
            let names: Vec<String> = host.plugins().iter().map(|plugin| plugin.name().to_owned()).collect();
            assert_eq!((names, memory.open_now()), (["base", "gain", "last"].map(str::to_owned).to_vec(), 3), "{what}");
        }
        assert_eq!(host.unload(&old).unwrap(), Unload::Unmapped, "{what}");
        assert!(shown(&order).is_empty());
    }
}

#[test]
fn after_a_failed_bind_what_was_registered_is_back_in_its_order() {
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#)]);
    let (host, _) = memory::host(&tree);
    let order = Order::default();
    let old = host.load("gain", None, listing(&order, "old")).unwrap();
    fs::write(tree.path(&memory::artifact("gain")), r#"{"says": "new"}"#).unwrap();
    for _ in 0..3 {
        let failing = |plugin: &Arc<Plugin>| {
            assert!(shown(&order).is_empty());
            assert_eq!(state(&host, "gain"), CandidateState::Loading);
            assert_eq!(host.reload(plugin, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_BUSY);
            assert_eq!(host.replace(&old, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_BUSY);
            listing(&order, "new")(plugin)?;
            Err(Error::new(Code::ENTRY_FAILED, "boom"))
        };
        assert_eq!(host.reload(&old, failing).unwrap_err().code(), Code::ENTRY_FAILED);
        assert_eq!(
            (shown(&order), old.registered()),
            (OLD.map(str::to_owned).to_vec(), OLD.map(str::to_owned).to_vec())
        );
        assert_eq!(state(&host, "gain"), CandidateState::Loaded);
    }
    let new = host.reload(&old, listing(&order, "new")).unwrap();
    assert_eq!(shown(&order), ["new c", "new a", "new b"]);
    assert_eq!(host.unload(&new).unwrap(), Unload::Unmapped);
}

#[test]
fn a_replacement_whose_new_one_does_not_open_leaves_none_and_can_be_loaded_when_it_is_mended() {
    for does in ["open-fails", "open-panics"] {
        let tree = memory::tree(&[("gain", r#"{"says": "old"}"#), ("last", "{}")]);
        let (host, memory) = memory::host(&tree);
        let order = Order::default();
        let old = host.load("gain", None, listing(&order, "old")).unwrap();
        host.load("last", None, |_| Ok(())).unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        host.set_listener(Some(Arc::new(move |event| kept.lock().unwrap().push(event.to_string()))));
        fs::write(tree.path(&memory::artifact("gain")), format!(r#"{{"does": "{does}"}}"#)).unwrap();
        let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| host.replace(&old, |_| Ok(()))));
        assert!(answer.is_err() || answer.unwrap().is_err(), "{does}");
        assert!(!old.is_loaded() && shown(&order).is_empty() && memory.open_now() == 1, "{does}");
        assert_eq!((state(&host, "gain"), host.plugins().len()), (CandidateState::NotLoaded, 1), "{does}");
        if does == "open-fails" {
            let lines = lines.lock().unwrap().join("\n");
            assert!(lines.contains("was unloaded") && lines.contains("was not loaded"), "{lines}");
        }
        fs::write(tree.path(&memory::artifact("gain")), r#"{"says": "mended"}"#).unwrap();
        let new = host.load("gain", None, |_| Ok(())).unwrap();
        assert_eq!(call(&new, "say").unwrap(), "mended");
    }
}

#[test]
fn a_plugin_is_not_reloaded_by_another_host() {
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#)]);
    let ((host, _), (other, _)) = (memory::host(&tree), memory::host(&tree));
    let old = host.load("gain", None, |_| Ok(())).unwrap();
    for answer in [other.reload(&old, |_| Ok(())), other.replace(&old, |_| Ok(()))] {
        assert_eq!(answer.unwrap_err().code(), Code::PLUGIN_UNLOADED);
    }
    assert_eq!(other.unload(&old).unwrap_err().code(), Code::PLUGIN_UNLOADED);
    assert_eq!(call(&old, "say").unwrap(), "old");
}

#[test]
fn a_plugin_that_is_called_is_neither_reloaded_nor_replaced_and_its_call_goes_on() {
    struct Begun(mpsc::Sender<()>);
    impl Sink for Begun {
        fn output(&mut self, _: &[u8]) -> std::ops::ControlFlow<()> {
            std::ops::ControlFlow::Continue(())
        }
        fn status(&mut self, _: &str) {
            self.0.send(()).unwrap();
        }
    }
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#)]);
    let (host, _) = memory::host(&tree);
    let order = Order::default();
    let old = host.load("gain", None, listing(&order, "old")).unwrap();
    let (token, (begin, begun)) = (CancelToken::default(), mpsc::channel());
    thread::scope(|scope| {
        let waiting = Call::new("wait", Encoding::Raw, b"").cancelled_by(&token);
        let old_one = &old;
        let running = scope.spawn(move || old_one.call(&waiting, &mut Begun(begin)).map_err(|error| error.code()));
        begun.recv().unwrap();
        for answer in [host.reload(&old, |_| Ok(())), host.replace(&old, |_| Ok(()))] {
            let error = answer.unwrap_err();
            assert_eq!(error.code(), Code::PLUGIN_IN_USE, "{}", error.report());
        }
        assert_eq!(shown(&order), OLD);
        token.fire();
        assert_eq!(running.join().unwrap(), Err(Code::CALL_CANCELLED));
    });
    host.reload(&old, listing(&order, "new")).unwrap();
}

#[test]
fn one_of_two_threads_that_reload_and_unload_one_plugin_wins_and_nothing_is_lost() {
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#)]);
    let (host, memory) = memory::host(&tree);
    for round in 0..500 {
        let order = Order::default();
        let old = host.load("gain", None, listing(&order, "old")).unwrap();
        let (reloaded, unloaded) = thread::scope(|scope| {
            let reloading = scope.spawn(|| host.reload(&old, listing(&order, "new")));
            let unloading = scope.spawn(|| host.unload(&old));
            (reloading.join().unwrap(), unloading.join().unwrap())
        });
        let live = host.plugins();
        match (reloaded, unloaded) {
            (Ok(new), Err(_)) => assert!(live.len() == 1 && Arc::ptr_eq(&live[0], &new), "{round}"),
            (Err(_), Ok(Unload::Unmapped)) => assert!(live.is_empty() && shown(&order).is_empty(), "{round}"),
            (Err(_), Ok(_) | Err(_)) => assert!(live.len() == 1 && shown(&order) == OLD, "{round}"),
            (Ok(_), Ok(ended)) => panic!("{round}: both, {ended}"),
        }
        host.unload_all();
        assert!(host.plugins().is_empty() && memory.open_now() == 0, "{round}");
    }
}

#[test]
fn a_native_plugin_lives_on_when_its_new_library_cannot_be_used() {
    let is_glibc = cfg!(all(target_os = "linux", target_env = "gnu"));
    if !hotshoe_testkit::require_system(is_glibc, "one of the libraries needs another one by glibc's name for it") {
        return;
    }
    let exports_nothing = Library::c("int other(void) { return 1; }\n").build();
    let whole = fs::read(saying(2, &[])).unwrap();
    let unresolved = Library::c(
        "void nobody_has_this(void);\nvoid harmonics_register(unsigned *said) { nobody_has_this(); *said = 2; }\n",
    )
    .arg("-Wl,-z,now")
    .build();
    let needs = Library::c("void harmonics_register(unsigned *said) { *said = 2; }\n")
        .arg("-Wl,--no-as-needed")
        .arg("-lm")
        .build();
    let missing: Vec<u8> = {
        let mut bytes = fs::read(needs).unwrap();
        let at = bytes.windows(9).position(|part| part == b"libm.so.6").expect("it needs that");
        bytes[at..at + 9].copy_from_slice(b"libq.so.6");
        bytes
    };
    let cases: [(&str, Vec<u8>); 7] = [
        ("no entry", fs::read(exports_nothing).unwrap()),
        ("half of it", whole[..whole.len() / 2].to_vec()),
        ("its first page", whole[..4096].to_vec()),
        ("its header", whole[..64].to_vec()),
        ("nothing", Vec::new()),
        ("a symbol that nobody has", fs::read(unresolved).unwrap()),
        ("a library that nobody has", missing),
    ];
    for (what, bytes) in cases {
        let tree = PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &saying(1, &[]));
        let host = host_on(tree.root());
        let order = Order::default();
        let old = host.load("gain", None, listing(&order, "old")).unwrap();
        fs::write(tree.path("new"), bytes).unwrap();
        fs::rename(tree.path("new"), tree.library("gain")).unwrap();
        for replacing in [false, true] {
            if replacing && what.ends_with("that nobody has") {
                continue; // Only the system's loader finds that, when the old one has ended.
            }
            let never = |_: &Arc<Plugin>| panic!("{what}: it is not bound");
            let answer = if replacing { host.replace(&old, never) } else { host.reload(&old, never) };
            let error = answer.expect_err(what);
            assert!(error.hint_text().is_some(), "{what}: {}", error.report());
            assert!(
                old.is_loaded() && said(old.entry().unwrap()) == 1 && shown(&order) == OLD,
                "{what}, {replacing}: {}",
                error.report()
            );
        }
        assert_eq!(host.unload(&old).unwrap(), Unload::Unmapped, "{what}");
        assert!(!is_mapped(&tree.library("gain")));
    }
}

// --- Callbacks ------------------------------------------------------------------------------------------

#[test]
fn a_callback_may_set_another_one_in_its_place_and_those_of_the_others() {
    let tree = memory::tree(&[("gain", "{}"), ("bad", r#"{"does": "open-fails"}"#)]);
    let (host, _) = memory::host(&tree);
    let host = Arc::new(host);
    let (first, second) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (weak, counted, next) = (Arc::downgrade(&host), first.clone(), second.clone());
    host.set_log(Some(Arc::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        let host = weak.upgrade().unwrap();
        let next = next.clone();
        host.set_log(Some(Arc::new(move |_| {
            next.fetch_add(1, Ordering::SeqCst);
        })));
        host.set_listener(None);
        host.set_filter(Some(Arc::new(|_| Err(Error::new(Code::ENTRY_FAILED, "none")))));
        assert_eq!(host.reload(&host.plugins()[0], |_| Ok(())).unwrap_err().code(), Code::PLUGIN_BUSY);
        assert_eq!(host.replace(&host.plugins()[0], |_| Ok(())).unwrap_err().code(), Code::PLUGIN_BUSY);
    })));
    host.set_listener(Some(Arc::new(|event| assert_eq!(event.name(), "gain"))));
    host.load("gain", None, |_| Ok(())).unwrap();
    assert!(host.load("bad", None, |_| Ok(())).is_err());
    assert_eq!(host.load_path(&tree.path("bad"), |_| Ok(())).unwrap_err().code(), Code::PLUGIN_VETOED);
    assert_eq!((first.load(Ordering::SeqCst), second.load(Ordering::SeqCst)), (1, 1));
}

#[test]
fn thousands_of_events_on_eight_threads_reach_a_listener_that_is_set_and_unset_meanwhile() {
    let names: Vec<String> = (0..8).map(|number| format!("p{number}")).collect();
    let plugins: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "{}")).collect();
    let tree = memory::tree(&plugins);
    let (host, memory) = memory::host(&tree);
    let (heard, done) = (Arc::new(AtomicUsize::new(0)), AtomicBool::new(false));
    thread::scope(|scope| {
        let working: Vec<_> = names
            .iter()
            .map(|name| {
                let host = &host;
                scope.spawn(move || {
                    for _ in 0..300 {
                        let plugin = host.load(name, None, |_| Ok(())).unwrap();
                        let plugin = host.reload(&plugin, |_| Ok(())).unwrap();
                        host.unload(&plugin).unwrap();
                    }
                })
            })
            .collect();
        let setting = scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let alive = Arc::new(AtomicBool::new(true));
                let (counted, is_alive) = (heard.clone(), alive.clone());
                host.set_listener(Some(Arc::new(move |_| {
                    assert!(is_alive.load(Ordering::SeqCst));
                    counted.fetch_add(1, Ordering::SeqCst);
                })));
                thread::yield_now();
                host.set_listener(None);
                alive.store(false, Ordering::SeqCst);
            }
        });
        working.into_iter().for_each(|thread| thread.join().unwrap());
        done.store(true, Ordering::SeqCst);
        setting.join().unwrap();
    });
    assert!(heard.load(Ordering::SeqCst) > 0 && memory.open_now() == 0);
    let counted = heard.clone();
    let before = heard.load(Ordering::SeqCst);
    host.set_listener(Some(Arc::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
    })));
    let plugin = host.load("p0", None, |_| Ok(())).unwrap();
    host.unload(&plugin).unwrap();
    assert_eq!(heard.load(Ordering::SeqCst), before + 2, "none is lost");
}
