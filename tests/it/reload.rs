//! Reloading: a new plugin in the place of an old one, and the way back from each failure.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use hotshoe::error::{Code, Error, Result};
use hotshoe::host::Host;
use hotshoe::plugin::{Plugin, Unload};
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};

use serde_json::json;

use crate::memory::{self, call};
use crate::native::{said, saying};
use crate::plugin::{Registry, register};
use crate::{host_on, is_mapped};

/// Writes what the plugin's artifact says from now on.
fn write(tree: &PluginTree, name: &str, says: &str) {
    fs::write(tree.path(&memory::artifact(name)), says).unwrap();
}

/// Gives its plugin a thing to offer, and says how many things there are.
fn offering(registry: &Registry) -> impl Fn(&Arc<Plugin>) -> Result<()> {
    |plugin| register(plugin, registry, plugin.name())
}

fn names(plugins: &[Arc<Plugin>]) -> Vec<&str> {
    plugins.iter().map(|plugin| plugin.name()).collect()
}

/// The old plugin is alive, known, and what it registered is there.
fn lives_on(host: &Host, old: &Arc<Plugin>, registry: &Registry) {
    assert!(old.is_loaded());
    assert!(host.named("gain").iter().any(|plugin| Arc::ptr_eq(plugin, old)), "the host knows it");
    assert_eq!(call(old, "say").unwrap(), "old");
    assert_eq!(registry.lock().unwrap().len(), 1, "what it registered is there");
    assert_eq!(old.registered(), ["activation `gain`"]);
}

#[test]
fn the_new_one_is_bound_before_the_old_one_ends() {
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#)]);
    let (host, memory) = memory::host(&tree);
    let registry = Registry::default();
    let old = host.load("gain", None, offering(&registry)).unwrap();
    write(&tree, "gain", r#"{"says": "new"}"#);
    let new = host
        .reload(&old, |plugin| {
            assert_eq!(memory.open_now(), 2);
            assert!(registry.lock().unwrap().is_empty(), "both have one name");
            assert_eq!(host.unload(plugin).unwrap_err().code(), Code::PLUGIN_BUSY);
            assert_eq!(call(plugin, "say").unwrap(), "new");
            offering(&registry)(plugin)
        })
        .unwrap();
    assert_eq!((memory.open_now(), registry.lock().unwrap().len()), (1, 1));
    assert!(!old.is_loaded() && Arc::ptr_eq(&host.plugins()[0], &new) && host.plugins().len() == 1);
    assert_eq!(host.reload(&old, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_UNLOADED);
    assert_eq!(host.unload(&new).unwrap(), Unload::Unmapped);
    assert!(registry.lock().unwrap().is_empty() && memory.open_now() == 0);
}

#[test]
fn whatever_fails_the_old_plugin_lives_on_and_can_be_reloaded_later() {
    let fails = |_: &Arc<Plugin>| Err(Error::new(Code::ENTRY_FAILED, "boom"));
    let panics = |_: &Arc<Plugin>| -> Result<()> { panic!("in the host") };
    let registers_and_fails = |plugin: &Arc<Plugin>| {
        register(plugin, &Registry::default(), "half")?;
        fails(plugin)
    };
    type Bind<'a> = &'a dyn Fn(&Arc<Plugin>) -> Result<()>;
    let cases: [(&str, &str, Bind<'_>, Option<Code>); 8] = [
        ("no manifest that can be read", "", &|_| Ok(()), Some(Code::MANIFEST_SYNTAX)),
        ("refused by its check", r#"{"does": "refused"}"#, &|_| Ok(()), Some(Code::LIBRARY_FORMAT)),
        ("does not open", r#"{"does": "open-fails"}"#, &|_| Ok(()), Some(Code::LOAD_FAILED)),
        ("panics when it is opened", r#"{"does": "open-panics"}"#, &|_| Ok(()), None),
        ("cannot be beside", r#"{"not_beside": ["one key"]}"#, &|_| Ok(()), Some(Code::RELOAD_NOT_BESIDE)),
        ("is not bound", "{}", &fails, Some(Code::ENTRY_FAILED)),
        ("registers and is not bound", "{}", &registers_and_fails, Some(Code::ENTRY_FAILED)),
        ("panics when it is bound", "{}", &panics, None),
    ];
    for (what, says, bind, code) in cases {
        // Once with the file of before, once with another one.
        for moved in [false, true] {
            let tree = memory::tree(&[("gain", r#"{"says": "old"}"#), ("other", "{}")]);
            let (host, memory) = memory::host(&tree);
            let registry = Registry::default();
            let old = host.load("gain", None, offering(&registry)).unwrap();
            let other = host.load("other", None, |_| Ok(())).unwrap();
            let library = if moved { "moved" } else { "gain.memory" };
            let manifest = memory::manifest("gain", json!({"version": "2.0.0", "library": library}));
            let manifest = if says.is_empty() { "{".to_owned() } else { manifest };
            fs::write(tree.path("gain/plugin.json"), manifest).unwrap();
            fs::write(tree.path("gain/moved"), says).unwrap();
            write(&tree, "gain", says);
            let answer = catch_unwind(AssertUnwindSafe(|| host.reload(&old, bind)));
            assert_eq!(answer.ok().map(|answer| answer.unwrap_err().code()), code, "{what}");
            lives_on(&host, &old, &registry);
            assert_eq!((memory.open_now(), names(&host.plugins())), (2, vec!["gain", "other"]), "{what}");
            fs::write(tree.path("gain/plugin.json"), memory::manifest("gain", json!({}))).unwrap();
            write(&tree, "gain", r#"{"says": "new"}"#);
            let new = host.reload(&old, offering(&registry)).unwrap_or_else(|error| panic!("{}", error.report()));
            assert_eq!(call(&new, "say").unwrap(), "new");
            assert_eq!(names(&host.plugins()), ["gain", "other"], "the order is kept");
            assert!(host.unload_all().into_iter().all(|(_, ended)| ended.unwrap() == Unload::Unmapped));
            assert!(!other.is_loaded() && memory.open_now() == 0, "{what}");
        }
    }
}

#[test]
fn a_reload_that_needs_what_is_not_there_leaves_the_old_one() {
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#)]);
    let (host, _) = memory::host(&tree);
    let registry = Registry::default();
    let old = host.load("gain", None, offering(&registry)).unwrap();
    let needy = memory::manifest("gain", json!({"dependencies": {"base": "1"}}));
    fs::write(tree.path("gain/plugin.json"), needy).unwrap();
    assert_eq!(host.reload(&old, offering(&registry)).unwrap_err().code(), Code::PLUGIN_DEPENDENCY);
    lives_on(&host, &old, &registry);
}

#[test]
fn what_is_in_use_or_needed_is_neither_reloaded_nor_replaced() {
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#)])
        .file("top/plugin.json", memory::manifest("top", json!({"version": "1.0.0", "dependencies": {"gain": "1"}})))
        .file(&memory::artifact("top"), "{}");
    let (host, _) = memory::host(&tree);
    let registry = Registry::default();
    let old = host.load("gain", None, offering(&registry)).unwrap();
    let user = registry.lock().unwrap()["gain"].clone();
    let refused = |words: &str| {
        for answer in [host.reload(&old, |_| Ok(())), host.replace(&old, |_| Ok(()))] {
            let error = answer.unwrap_err();
            assert!(error.code() == Code::PLUGIN_IN_USE && error.message().contains(words), "{}", error.report());
        }
        lives_on(&host, &old, &registry);
    };
    refused("activation `gain` is in use");
    drop(user);
    let top = host.load("top", None, |_| Ok(())).unwrap();
    refused("`top 1.0.0` depends on it");
    host.unload(&top).unwrap();
    assert!(host.reload(&old, offering(&registry)).is_ok());
}

#[test]
fn a_plugin_says_that_its_file_is_another_one_until_that_was_loaded_or_found_bad() {
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#)]);
    let (host, _) = memory::host(&tree);
    let registry = Registry::default();
    let old = host.load("gain", None, offering(&registry)).unwrap();
    assert!(!old.is_changed());
    write(&tree, "gain", r#"{"does": "open-fails"}"#);
    assert!(old.is_changed() && old.is_changed(), "asking changes nothing");
    assert_eq!(host.reload(&old, |_| Ok(())).unwrap_err().code(), Code::LOAD_FAILED);
    assert!(!old.is_changed(), "it was tried");

    write(&tree, "gain", r#"{"says": "newer"}"#);
    let user = registry.lock().unwrap()["gain"].clone();
    assert_eq!(host.reload(&old, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_IN_USE);
    assert!(old.is_changed(), "it can be tried again");
    drop(user);
    let new = host.reload(&old, offering(&registry)).unwrap();
    assert!(!new.is_changed());
    fs::remove_file(new.artifact()).unwrap();
    assert!(!new.is_changed(), "there is nothing to load");
}

#[test]
fn an_old_one_that_stays_or_does_not_close_is_told_by_the_new_one() {
    for (does, code, words) in [
        ("resident", Code::LIBRARY_RESIDENT, "it likes it here"),
        ("close-fails", Code::LOAD_FAILED, "it does not close"),
    ] {
        let tree = memory::tree(&[("gain", &format!(r#"{{"does": "{does}"}}"#))]);
        let (host, _) = memory::host(&tree);
        let old = host.load("gain", None, |_| Ok(())).unwrap();
        write(&tree, "gain", "{}");
        let new = host.reload(&old, |_| Ok(())).unwrap();
        let [found] = &new.diagnostics()[..] else { panic!("{:?}", new.diagnostics()) };
        assert!(found.code == code && found.message.contains(words), "{found}");
        assert_eq!(found.plugin.as_deref(), Some("gain"));
        assert!(!old.is_loaded() && host.plugins().len() == 1);
    }
}

#[test]
fn a_replacement_ends_the_old_one_first_and_has_no_way_back() {
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#)]);
    let (host, memory) = memory::host(&tree);
    let registry = Registry::default();
    let old = host.load("gain", None, offering(&registry)).unwrap();
    write(&tree, "gain", r#"{"does": "refused"}"#);
    assert_eq!(host.replace(&old, |_| Ok(())).unwrap_err().code(), Code::LIBRARY_FORMAT);
    lives_on(&host, &old, &registry);
    write(&tree, "gain", r#"{"says": "new", "not_beside": ["one key"]}"#);
    let new = host
        .replace(&old, |plugin| {
            assert_eq!(memory.open_now(), 1);
            offering(&registry)(plugin)
        })
        .unwrap();
    assert_eq!(call(&new, "say").unwrap(), "new");
    let fails = |_: &Arc<Plugin>| Err(Error::new(Code::ENTRY_FAILED, "boom"));
    assert_eq!(host.replace(&new, fails).unwrap_err().code(), Code::ENTRY_FAILED);
    assert!(host.plugins().is_empty() && registry.lock().unwrap().is_empty() && memory.open_now() == 0);
    assert_eq!(host.replace(&new, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_UNLOADED);
}

#[test]
fn a_plugin_is_reloaded_over_and_over_while_eight_threads_load_call_and_unload() {
    let tree = memory::tree(&[("gain", r#"{"says": "old"}"#), ("alpha", "{}"), ("beta", "{}")]);
    let (host, memory) = memory::host(&tree);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for number in 0..8 {
            let (host, done) = (&host, &done);
            scope.spawn(move || {
                let name = ["gain", "alpha", "beta"][number % 3];
                while !done.load(Ordering::Relaxed) {
                    // Others may be changing it, or have ended it meanwhile. Those are answers too.
                    let Ok(plugin) = host.load(name, None, |_| Ok(())) else { continue };
                    let answer = call(&plugin, "echo");
                    assert!(answer.is_ok() || !plugin.is_loaded() || host.named(name).is_empty());
                    if name != "gain" {
                        drop(host.unload(&plugin));
                    }
                }
            });
        }
        let mut reloads = 0;
        while reloads < 200 {
            let plugin = match host.named("gain").pop() {
                Some(plugin) => plugin,
                None => match host.load("gain", None, |_| Ok(())) {
                    Ok(plugin) => plugin,
                    Err(_) => continue,
                },
            };
            match host.reload(&plugin, |_| Ok(())) {
                Ok(_) => reloads += 1,
                Err(error) => assert!(
                    [Code::PLUGIN_IN_USE, Code::PLUGIN_BUSY].contains(&error.code()),
                    "it is called, or loaded at this moment: {}",
                    error.report()
                ),
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    host.unload_all();
    assert_eq!((memory.open_now(), host.plugins().len()), (0, 0));
    assert!(memory.opened.load(Ordering::SeqCst) > 200);
}

/// A plugin in C that says its number, and what is replaced by one of another number.
fn reloaded(old: &Path, new: &Path) -> (PluginTree, Host, Arc<Plugin>) {
    let tree = PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, old);
    let host = host_on(tree.root());
    let plugin = host.load("gain", None, |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
    fs::copy(new, tree.path("new")).unwrap();
    fs::rename(tree.path("new"), tree.library("gain")).unwrap();
    (tree, host, plugin)
}

#[test]
fn libraries_that_cannot_be_beside_each_other_are_refused_before_anything_is_touched() {
    if !hotshoe_testkit::require_system(cfg!(target_os = "linux"), "these are marks of ELF, and of glibc's loader") {
        return;
    }
    let unique = |number: u32| {
        let source = format!(
            "template <class T> struct Counter {{ static int count; }};\n\
             template <class T> int Counter<T>::count = {number};\n\
             extern \"C\" void harmonics_register(unsigned *said) {{ *said = Counter<int>::count; }}\n"
        );
        Library::cpp(&source).compiler("g++").arg("-fgnu-unique").arg("-O0").build()
    };
    let thread_local = |number: u32| {
        let source = format!(
            "static __thread unsigned number __attribute__((tls_model(\"initial-exec\"))) = {number};\n\
             void harmonics_register(unsigned *said) {{ *said = number; }}\n"
        );
        Library::c(&source).build()
    };
    let never = |number| saying(number, &["-Wl,-z,nodelete"]);
    for (words, old, new) in [
        ("unique in the process", unique(1), unique(2)),
        ("DF_1_NODELETE", never(1), never(2)),
        ("thread-local storage", thread_local(1), thread_local(2)),
    ] {
        let (_tree, host, plugin) = reloaded(&old, &new);
        let error = host.reload(&plugin, |_| panic!("nothing is bound")).unwrap_err();
        assert_eq!(error.code(), Code::RELOAD_NOT_BESIDE, "{}", error.report());
        assert!(error.message().contains(words), "{}", error.report());
        assert!(plugin.is_loaded() && said(plugin.entry().unwrap()) == 1, "nothing was touched");
        assert_eq!(plugin.mapped().unwrap(), plugin.library());
    }
}

#[test]
fn a_native_plugin_whose_new_entry_fails_or_panics_is_the_old_code_again() {
    if !hotshoe_testkit::require_system(cfg!(unix), "Windows replaces no file that is mapped") {
        return;
    }
    let (_tree, host, plugin) = reloaded(&saying(1, &[]), &saying(2, &[]));
    // The file that is mapped is not the one that lies there now.
    let is_there = || {
        let maps = fs::read_to_string("/proc/self/maps");
        maps.map(|maps| maps.contains(&*plugin.library().to_string_lossy()))
    };
    let fails = |fresh: &Arc<Plugin>| {
        assert_eq!(plugin.entry().unwrap_err().code(), Code::PLUGIN_BUSY, "it answers nobody now");
        assert!(is_there().unwrap_or(true) && said(fresh.entry()?) == 2, "both are there");
        Err(Error::new(Code::ENTRY_FAILED, "boom"))
    };
    let error = host.reload(&plugin, fails).unwrap_err();
    assert_eq!(error.code(), Code::ENTRY_FAILED, "{}", error.report());
    assert_eq!(said(plugin.entry().unwrap()), 1);
    let panics = |_: &Arc<Plugin>| -> Result<()> { panic!("in the host") };
    assert!(catch_unwind(AssertUnwindSafe(|| host.reload(&plugin, panics))).is_err());
    assert_eq!(said(plugin.entry().unwrap()), 1);
    let mut copy = None;
    let fresh = host
        .reload(&plugin, |fresh| {
            copy = fresh.mapped();
            Ok(())
        })
        .unwrap();
    assert_eq!(said(fresh.entry().unwrap()), 2);
    assert!(!is_there().unwrap_or(false), "the old code is gone");
    assert!(is_mapped(&copy.unwrap()) && fresh.diagnostics().is_empty());
    assert_eq!(host.unload(&fresh).unwrap(), Unload::Unmapped);
}

#[test]
fn a_library_that_may_leave_threads_behind_stays_and_the_new_one_says_so() {
    if !hotshoe_testkit::require_system(cfg!(target_os = "linux"), "this is seen in ELF only") {
        return;
    }
    let threads = Library::c(&format!(
        "#include <pthread.h>\nstatic void *run(void *x) {{ return x; }}\n\
         void start(void) {{ pthread_t thread; pthread_create(&thread, 0, run, 0); }}\n{GOOD_C_PLUGIN}"
    ));
    let (_tree, host, plugin) = reloaded(&threads.build(), &saying(2, &[]));
    let fresh = host.reload(&plugin, |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
    assert_eq!(said(fresh.entry().unwrap()), 2);
    let [found] = &fresh.diagnostics()[..] else { panic!("{:?}", fresh.diagnostics()) };
    assert!(found.code == Code::LIBRARY_RESIDENT && found.message.contains("stays mapped"), "{found}");
}
