//! What a program is told of its plugins, on any thread, and what it may forbid.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use hotshoe::catalog::Candidate;
use hotshoe::diagnostics::Severity;
use hotshoe::error::{Code, Error, Result};
use hotshoe::host::{CandidateState, Host};
use hotshoe_testkit::PluginTree;
use serde_json::json;

use crate::memory::{self, call};

type Lines = Arc<Mutex<Vec<String>>>;

/// Keeps what is told of a host, in one line each.
fn listened(host: &Host) -> Lines {
    let lines = Lines::default();
    let kept = lines.clone();
    host.set_listener(Some(Arc::new(move |event| kept.lock().unwrap().push(event.to_string()))));
    lines
}

fn taken(lines: &Lines) -> Vec<String> {
    std::mem::take(&mut *lines.lock().unwrap())
}

/// Lets nothing in that is called so.
fn without(name: &'static str) -> Option<Arc<hotshoe::host::Filter>> {
    Some(Arc::new(move |candidate: &Candidate| match candidate.name() == name {
        true => Err(Error::new(Code::ENTRY_FAILED, "it is\nswitched off")),
        false => Ok(()),
    }))
}

fn top_and_base() -> PluginTree {
    memory::tree(&[("base", "{}"), ("gain", "{}")])
        .file("top/plugin.json", memory::manifest("top", json!({"version": "1.0.0", "dependencies": {"base": "1"}})))
        .file(&memory::artifact("top"), "{}")
}

#[test]
fn a_listener_is_told_what_happens_to_each_plugin() {
    let tree = memory::tree(&[("gain", "{}"), ("bad", r#"{"does": "open-fails"}"#)]);
    let (host, _) = memory::host(&tree);
    let lines = listened(&host);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(taken(&lines), ["the plugin `gain 1.0.0` was loaded"]);
    assert!(host.load("bad", None, |_| Ok(())).is_err());
    assert_eq!(taken(&lines), ["the plugin `bad` was not loaded: it does not open"]);
    fs::write(tree.path("gain/plugin.json"), memory::manifest("gain", json!({"version": "2.0.0"}))).unwrap();
    let plugin = host.reload(&plugin, |_| Ok(())).unwrap();
    assert_eq!(taken(&lines), ["the plugin `gain 2.0.0` took the place of `gain 1.0.0`"]);
    let fails = |_: &Arc<_>| Err(Error::new(Code::ENTRY_FAILED, "boom"));
    assert!(host.reload(&plugin, fails).is_err());
    assert_eq!(taken(&lines), ["the plugin `gain` was not loaded: boom"]);
    assert!(call(&plugin, "die").is_err());
    assert_eq!(taken(&lines), [r"the plugin `gain 2.0.0` has ended by itself: its process is gone\n"]);
    assert!(host.replace(&plugin, fails).is_err());
    let told = ["the plugin `gain 2.0.0` was unloaded: unmapped", "the plugin `gain` was not loaded: boom"];
    assert_eq!(taken(&lines), told);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    host.unload(&plugin).unwrap();
    assert_eq!(taken(&lines)[1], "the plugin `gain 2.0.0` was unloaded: unmapped");
    host.load_all(|_| Ok(()));
    let told = ["the plugin `bad` was not loaded: it does not open", "the plugin `gain 2.0.0` was loaded"];
    assert_eq!(taken(&lines), told);
}

#[test]
fn a_log_gets_the_findings_in_plain_and_short_words() {
    let says = format!("{}\u{1b}[31m\u{202e}", "x".repeat(10_000));
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, _) = memory::host(&tree);
    let found = Arc::new(Mutex::new(Vec::new()));
    let kept = found.clone();
    host.set_log(Some(Arc::new(move |finding| kept.lock().unwrap().push(finding.clone()))));
    assert!(host.load("gain", None, |_| Err(Error::new(Code::ENTRY_FAILED, says.clone()))).is_err());
    let found = std::mem::take(&mut *found.lock().unwrap());
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!((finding.severity, finding.code), (Severity::Error, Code::ENTRY_FAILED));
    assert!(finding.message.chars().count() <= 4001 && !finding.message.chars().any(char::is_control));
    host.set_log(None);
    assert!(host.load("gain", None, |_| Err(Error::new(Code::ENTRY_FAILED, "unheard"))).is_err());
}

#[test]
fn a_log_gets_what_a_runtime_says_of_a_plugin_while_that_lives() {
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, _) = memory::host(&tree);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    call(&plugin, "log").expect("nobody reads it");
    let found = Arc::new(Mutex::new(Vec::new()));
    let kept = found.clone();
    host.set_log(Some(Arc::new(move |finding| kept.lock().unwrap().push(finding.clone()))));
    call(&plugin, "log").unwrap();
    let [line] = &found.lock().unwrap().clone()[..] else { panic!("{found:?}") };
    assert_eq!(
        (line.severity, line.code, line.plugin.as_deref()),
        (Severity::Warning, Code::RUNTIME_LOG, Some("gain"))
    );
    assert_eq!((line.message.as_str(), line.path.as_deref()), (r"it is\twarm here", Some(plugin.path())));
    drop(host);
    assert!(call(&plugin, "log").is_ok(), "it lives on, and its host is gone");
    assert_eq!(found.lock().unwrap().len(), 1);
}

#[test]
fn a_filter_counts_for_dependencies_and_reloads_too() {
    let tree = top_and_base();
    let (host, memory) = memory::host(&tree);
    let gain = host.load("gain", None, |_| Ok(())).unwrap();
    host.set_filter(without("base"));
    let catalog = host.catalog();
    let refusal = |name| catalog.candidates().iter().find(|found| found.name() == name).unwrap().refusal();
    assert_eq!(refusal("base").unwrap().code, Code::PLUGIN_VETOED);
    assert!(refusal("base").unwrap().message.contains(r"it is\nswitched off"));
    assert_eq!(refusal("top").unwrap().code, Code::PLUGIN_DEPENDENCY);
    for answer in [host.load("top", None, |_| Ok(())), host.load_path(&tree.path("top"), |_| Ok(()))] {
        assert!(answer.unwrap_err().report().contains("does not let it be loaded"));
    }
    assert_eq!(host.load_path(&tree.path("base"), |_| Ok(())).unwrap_err().code(), Code::PLUGIN_VETOED);
    let unfiltered = hotshoe::catalog::Catalog::scan_with(host.profile(), &memory::kinds(), &host.search_path());
    assert_eq!(host.load_catalog(&unfiltered, |_| Ok(())).plugins.len(), 1, "`gain`");
    host.set_filter(without("gain"));
    assert!(host.load("gain", None, |_| Ok(())).is_err(), "it is not on the search path of this host");
    assert!(host.load_path(&tree.path("gain"), |_| Ok(())).is_ok(), "what is alive is not asked of");
    assert_eq!(host.reload(&gain, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_VETOED);
    assert!(gain.is_loaded() && memory.open_now() == 1);
    host.set_filter(Some(Arc::new(|_: &Candidate| -> Result<()> { panic!("in the filter") })));
    assert_eq!(host.load_path(&tree.path("base"), |_| Ok(())).unwrap_err().code(), Code::PLUGIN_VETOED);
    host.set_filter(None);
    assert!(host.load("top", None, |_| Ok(())).is_ok());
}

#[test]
fn in_a_callback_all_can_be_asked_and_no_plugin_can_be_changed() {
    let refused = r#"{"name": "bad", "platforms": []}"#;
    let tree = memory::tree(&[("gain", "{}"), ("other", "{}")]).file("bad/plugin.json", refused);
    let (host, memory) = memory::host(&tree);
    let host = Arc::new(host);
    let other = host.load("other", None, |_| Ok(())).unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let meddle = {
        let (host, path, calls) = (Arc::downgrade(&host), tree.path("gain"), calls.clone());
        move || {
            let host = host.upgrade().unwrap();
            assert_eq!(host.load("other", None, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_BUSY);
            assert_eq!(host.load_path(&path, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_BUSY);
            assert!(host.load_all(|_| Ok(())).plugins.is_empty());
            assert_eq!(host.unload(&other).unwrap_err().code(), Code::PLUGIN_BUSY);
            assert_eq!(host.reload(&other, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_BUSY);
            assert_eq!(host.replace(&other, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_BUSY);
            assert!(host.unload_all().iter().all(|(_, ended)| ended.is_err()));
            assert_eq!(call(&other, "echo").unwrap(), "input");
            assert!(host.catalog().find("gain", None).is_ok() && host.named("other").len() == 1);
            calls.fetch_add(1, Ordering::SeqCst);
        }
    };
    let (filter, log, listener) = (meddle.clone(), meddle.clone(), meddle);
    host.set_filter(Some(Arc::new(move |_| {
        filter();
        Ok(())
    })));
    host.set_listener(Some(Arc::new(move |_| listener())));
    let gain = host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 4, "for each in the catalog, for the load, and when it was loaded");
    host.set_log(Some(Arc::new(move |_| log())));
    assert!(call(&gain, "die").is_err());
    assert_eq!((calls.load(Ordering::SeqCst), memory.open_now()), (6, 2));
    host.unload(&gain).unwrap();
}

#[test]
fn no_lock_is_held_while_a_callback_runs() {
    let tree = memory::tree(&[("gain", "{}"), ("other", "{}")]);
    let (host, _) = memory::host(&tree);
    let host = Arc::new(host);
    let (inside, again) = (Arc::downgrade(&host), AtomicBool::new(true));
    host.set_listener(Some(Arc::new(move |_| {
        if again.swap(false, Ordering::SeqCst) {
            // Another thread may do what this one may not, and come in here, too.
            let host = inside.upgrade().unwrap();
            let other = thread::spawn(move || host.load("other", None, |_| Ok(())).map(|_| ()));
            other.join().unwrap().unwrap();
        }
    })));
    host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(host.plugins().len(), 2);
}

#[test]
fn after_a_callback_was_unset_none_runs_any_more() {
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, _) = memory::host(&tree);
    let (entered, inside) = mpsc::channel();
    let (leave, left) = mpsc::channel::<()>();
    let left = Mutex::new(left);
    let running = Arc::new(AtomicBool::new(false));
    let runs = running.clone();
    host.set_listener(Some(Arc::new(move |_| {
        runs.store(true, Ordering::SeqCst);
        entered.send(()).unwrap();
        left.lock().unwrap().recv().unwrap();
        runs.store(false, Ordering::SeqCst);
    })));
    thread::scope(|scope| {
        scope.spawn(|| host.load("gain", None, |_| Ok(())).map(|_| ()).unwrap());
        inside.recv().unwrap();
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(50));
            leave.send(()).unwrap();
        });
        host.set_listener(None);
        assert!(!running.load(Ordering::SeqCst), "it was waited for");
    });
}

#[test]
fn a_callback_may_unset_itself_and_is_dropped_when_it_has_returned() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, _) = memory::host(&tree);
    let host = Arc::new(host);
    let dropped = Arc::new(AtomicBool::new(false));
    let (inside, owned) = (Arc::downgrade(&host), Dropped(dropped.clone()));
    host.set_listener(Some(Arc::new(move |_| {
        inside.upgrade().unwrap().set_listener(None);
        assert!(!owned.0.load(Ordering::SeqCst));
    })));
    host.load("gain", None, |_| Ok(())).unwrap();
    assert!(dropped.load(Ordering::SeqCst));
}

#[test]
fn callbacks_that_panic_harm_nobody() {
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, _) = memory::host(&tree);
    host.set_listener(Some(Arc::new(|_| panic!("in the listener"))));
    host.set_log(Some(Arc::new(|_| panic!("in the log"))));
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(call(&plugin, "die").unwrap_err().code(), Code::PLUGIN_ENDED, "the runtime's thread goes on");
    assert!(host.unload(&plugin).is_ok());
}

#[test]
fn each_candidate_has_a_state() {
    let tree = memory::tree(&[("gain", "{}"), ("other", "{}")]);
    let (host, _) = memory::host(&tree);
    let catalog = host.catalog();
    let gain = catalog.find("gain", None).unwrap();
    assert_eq!(host.state(gain), CandidateState::NotLoaded);
    let plugin = host
        .load("gain", None, |_| {
            assert_eq!(host.state(gain), CandidateState::Loading);
            Ok(())
        })
        .unwrap();
    assert_eq!(host.state(gain), CandidateState::Loaded);
    assert_eq!(host.state(catalog.find("other", None).unwrap()), CandidateState::NotLoaded);
    assert!(call(&plugin, "die").is_err());
    assert_eq!(host.state(gain), CandidateState::Ended);
    host.unload(&plugin).unwrap();
    assert_eq!(host.state(gain), CandidateState::NotLoaded);
}

#[test]
fn an_end_that_was_asked_for_is_not_told_as_one_that_came_by_itself() {
    let tree = memory::tree(&[("gain", r#"{"does": "ends-when-closed"}"#)]);
    let (host, _) = memory::host(&tree);
    let lines = listened(&host);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    host.unload(&plugin).unwrap();
    let told = ["the plugin `gain 1.0.0` was loaded", "the plugin `gain 1.0.0` was unloaded: unmapped"];
    assert_eq!(taken(&lines), told);
}
