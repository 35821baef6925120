//! Reloading costs nothing that stays: no memory, no mapping, no file. It is counted in a process of its own.

#![cfg(target_os = "linux")] // What is counted stands in /proc.

use std::ffi::c_void;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use hotshoe::context::{Buffer, Context, List, Map, Schema, Slot, Value};
use hotshoe::diagnostics::Severity;
use hotshoe::error::Code;
use hotshoe::host::Host;
use hotshoe::pipeline::{Pipeline, Stepper};
use hotshoe::plugin::{Plugin, Unload};
use hotshoe::profile::HostProfile;
use hotshoe::runtime::Offer;
use hotshoe_testkit::{Library, PluginTree};

/// What is counted is the process's, so the tests take turns.
static TURN: Mutex<()> = Mutex::new(());

/// What the process has now.
#[derive(Debug, PartialEq)]
struct Has {
    mappings: usize,
    files: usize,
    copies: usize,
}

impl Has {
    fn now() -> Has {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let files = fs::read_dir("/proc/self/fd").unwrap();
        let folders = fs::read_dir(std::env::temp_dir()).unwrap().flatten();
        let mine = format!("hotshoe-copies-{}-", std::process::id());
        let mine = folders.filter(|folder| folder.file_name().to_string_lossy().starts_with(&mine));
        let copies = mine.flat_map(|folder| fs::read_dir(folder.path()).unwrap().flatten());
        Has {
            // The C library maps more for itself as it likes.
            mappings: maps.lines().filter(|line| line.contains(".so")).count(),
            files: files.count(),
            copies: copies.filter(|entry| entry.path().is_dir()).count(),
        }
    }
}

/// What of its memory is in RAM, in KiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn saying(number: u32) -> PathBuf {
    Library::c(&format!("void harmonics_register(unsigned *said) {{ *said = {number}; }}\n")).build()
}

/// What a plugin's entry says; for `bind`, while nobody can unload it.
#[expect(unsafe_code, reason = "calling a plugin is what the test is about")]
fn said(plugin: &Arc<Plugin>) -> u32 {
    let mut number = 0;
    // SAFETY: the fixture's entry has this type.
    let entry: extern "C" fn(&mut u32) = unsafe { std::mem::transmute(plugin.entry().unwrap()) };
    entry(&mut number);
    number
}

/// Reloads a plugin this often, with another library each time, while eight threads load, call and unload others, and
/// the same.
fn reload(times: u32) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (one, two) = (saying(1), saying(2));
    let tree = (0..3).fold(PluginTree::new(), |tree, number| {
        let name = format!("other{number}");
        tree.plugin(&name, &format!(r#"{{"name": "{name}", "version": "1.0.0"}}"#), &one)
    });
    let tree = tree.plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &one);
    let mut profile = HostProfile::named("harmonics").unwrap();
    profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
    let host = Host::new(profile);
    host.add_search_root(tree.root());
    let exchange = |number: u32| {
        fs::copy(if number.is_multiple_of(2) { &one } else { &two }, tree.path("new")).unwrap();
        fs::rename(tree.path("new"), tree.library("gain")).unwrap();
    };
    // The first copy brings the folder of all copies, which stays until the process ends.
    let first = host.reload(&host.load("gain", None, |_| Ok(())).unwrap(), |_| Ok(())).unwrap();
    assert_eq!(host.unload(&first).unwrap(), Unload::Unmapped);
    let (mut plugin, before) = (host.load("gain", None, |_| Ok(())).unwrap(), Has::now());
    let (mut early, loads) = (0, AtomicU32::new(0));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for number in 0..8 {
            let (host, done, loads, name) = (&host, &done, &loads, format!("other{}", number % 3));
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let name = if number == 7 { "gain" } else { &name };
                    let called = |plugin: &Arc<Plugin>| {
                        assert_eq!(said(plugin), 1);
                        Ok(())
                    };
                    // Another thread may be loading or unloading it, which is an answer too.
                    let Ok(plugin) = host.load(name, None, called) else { continue };
                    loads.fetch_add(1, Ordering::Relaxed);
                    if name != "gain" {
                        drop(host.unload(&plugin));
                    }
                    thread::yield_now();
                }
            });
        }
        for number in 1..=times {
            exchange(number);
            let mut heard = 0;
            let bind = |plugin: &Arc<Plugin>| {
                heard = said(plugin);
                Ok(())
            };
            plugin = host.reload(&plugin, bind).unwrap_or_else(|error| {
                done.store(true, Ordering::Relaxed);
                panic!("{number}: {}", error.report())
            });
            assert_eq!(heard, 1 + number % 2, "the code of the library that lies there");
            if number == times / 10 {
                early = memory();
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    for (plugin, ended) in host.unload_all() {
        assert_eq!(ended.unwrap(), Unload::Unmapped, "{plugin:?}");
    }
    exchange(0);
    plugin = host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(Has::now(), before, "after {times} reloads");
    let late = memory();
    println!("{times} reloads beside {} loads: {early} KiB after a tenth, {late} KiB in the end", loads.into_inner());
    assert!(late < early + 4096, "{early} KiB after a tenth, {late} KiB after {times} reloads");
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
    assert_eq!(host.unload(&plugin).unwrap_err().code(), Code::PLUGIN_UNLOADED);
}

/// Makes an instance, asks it for its table, calls it, and ends it, this often.
fn run_instances(times: u32) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let library = Library::c(INSTANCE).arg(concat!("-I", env!("CARGO_MANIFEST_DIR"), "/include"));
    let header = concat!(env!("CARGO_MANIFEST_DIR"), "/include/hotshoe/plugin.h");
    let library = library.header(header.as_ref()).build();
    let manifest = r#"{"name": "gain", "entry": "hotshoe_descriptor", "interfaces": ["org.example.answer/1"]}"#;
    let tree = PluginTree::new().plugin("gain", manifest, &library);
    let host = || {
        let host = Host::new(HostProfile::named("harmonics").unwrap());
        host.add_search_root(tree.root());
        let offer = Offer::with_instance(&OFFERED, Arc::new([7_u8; 4096]));
        host.offer_interface("org.example.offered/1", offer).unwrap();
        host
    };
    // The library stays mapped: instances come and go.
    let (stays, mut early, mut before) = (host(), 0, None);
    let keeper = stays.load("gain", None, |_| Ok(())).unwrap();
    for number in 1..=times {
        let host = host();
        let plugin = host.load_path(&tree.path("gain"), |_| Ok(())).unwrap();
        let table = plugin.interface("org.example.answer", 1).unwrap().unwrap();
        assert_eq!(answer(table, plugin.instance().unwrap()), 42);
        host.unload(&plugin).unwrap();
        if number == times / 10 {
            (early, before) = (memory(), Some(Has::now()));
        }
    }
    assert_eq!(Some(Has::now()), before, "after {times} instances");
    let late = memory();
    println!("{times} instances: {early} KiB after a tenth, {late} KiB in the end");
    assert!(late < early + 4096, "{early} KiB after a tenth, {late} KiB after {times} instances");
    assert_eq!(stays.unload(&keeper).unwrap(), Unload::Unmapped);
}

/// Each instance has memory of its own, and asks for what its host offers.
const INSTANCE: &str = r#"
#include <hotshoe/plugin.h>
#include <stdlib.h>
#include <string.h>
static int32_t init(const hotshoe_plugin_host *host, void **instance) {
  void *offered = NULL;
  if (host->get_interface(host, "org.example.offered/1", &offered) == NULL || offered == NULL) return 1;
  *instance = calloc(1, 4096);
  return *instance == NULL;
}
static int answer(void *instance) { return 42 + *(char *)instance; }
static const void *get_interface(void *instance, const char *id) {
  static const struct { size_t size; int (*answer)(void *); } table = {sizeof table, answer};
  (void)instance;
  return strcmp(id, "org.example.answer/1") == 0 ? &table : NULL;
}
HOTSHOE_PLUGIN_EXPORT const hotshoe_plugin_descriptor *hotshoe_descriptor(uint32_t newest) {
  static const hotshoe_plugin_descriptor descriptor = {
      sizeof descriptor, HOTSHOE_PLUGIN_REVISION, "gain", NULL, init, get_interface, free};
  return newest < HOTSHOE_PLUGIN_REVISION ? NULL : &descriptor;
}
"#;

/// A table without a function.
static OFFERED: usize = size_of::<usize>();

#[expect(unsafe_code, reason = "calling a plugin is what the test is about")]
fn answer(table: *const c_void, instance: *const c_void) -> i32 {
    #[repr(C)]
    struct Answer {
        size: usize,
        answer: extern "C" fn(*const c_void) -> i32,
    }
    // SAFETY: the plugin is loaded, and its table of this name is such a one.
    let table = unsafe { &*table.cast::<Answer>() };
    assert_eq!(table.size, size_of::<Answer>());
    (table.answer)(instance)
}

#[test]
fn a_thousand_instances_leave_nothing_behind() {
    run_instances(1000);
}

#[test]
#[ignore = "takes minutes; tools/soak.sh runs it"]
fn ten_thousand_instances_leave_nothing_behind() {
    run_instances(10_000);
}

/// A host with a plugin of passes and steps, which is run this often, with a context each time; after a tenth and in the end
/// the process has the same.
fn run(times: u32) {
    let include = format!("-I{}", std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("include").display());
    let library = Library::c(include_str!("fixtures/pipeline/plugin.c")).arg(include).build();
    let manifest = r#"{"name": "snake", "version": "1.0.0", "entry": "hotshoe_descriptor", "capabilities": ["x:y"]}"#;
    let tree = PluginTree::new().plugin("snake", manifest, &library);
    let mut profile = HostProfile::named("harmonics").unwrap();
    profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
    profile.set_stages(vec!["parse".to_owned(), "lower".to_owned()]).unwrap();
    let host = Host::new(profile);
    host.add_search_root(tree.root());
    let plugin = host.load("snake", None, |_| Ok(())).unwrap();
    let (mut before, mut early) = (None, 0);
    for number in 1..=times {
        let mut context = Context::new(&Schema::new());
        let report = host.run(&Pipeline::new(), &mut context).unwrap();
        assert!(report.check().is_ok() && report.passes.len() == 2);
        let mut stepper = Stepper::new(host.find("x:y").unwrap().unwrap()).unwrap();
        stepper.init(&mut context).unwrap();
        stepper.step(&mut context).unwrap();
        if number == times / 10 {
            (before, early) = (Some(Has::now()), memory());
        }
    }
    assert_eq!(Some(Has::now()), before, "after {times} runs");
    let late = memory();
    println!("{times} runs: {early} KiB after a tenth, {late} KiB in the end");
    assert!(late < early + 1024, "{early} KiB after a tenth, {late} KiB after {times} runs");
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
}

/// In a process of its own, for the other tests here map libraries meanwhile.
#[test]
fn ten_thousand_runs_of_a_pipeline_leave_nothing_behind() {
    const ALONE: &str = "HOTSHOE_TESTS_RUN_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return run(10_000);
    }
    let name = "ten_thousand_runs_of_a_pipeline_leave_nothing_behind";
    let mut alone = Command::new(std::env::current_exe().unwrap());
    let ended = alone.args([name, "--exact", "--nocapture"]).env(ALONE, "1").status().unwrap();
    assert!(ended.success());
}

#[test]
fn two_hundred_reloads_leave_nothing_behind() {
    reload(200);
}

#[test]
#[ignore = "takes minutes; tools/soak.sh runs it"]
fn ten_thousand_reloads_leave_nothing_behind() {
    reload(10_000);
}

/// A run on a context of its own, with values of many kinds.
fn run_on_a_context(schema: &Schema) {
    let mut context = Context::new(schema);
    let mut list = List::new();
    for number in 0..16 {
        list.push(number).unwrap();
    }
    let mut map = Map::new();
    map.insert("list", list).unwrap();
    map.insert("text", "x".repeat(100)).unwrap();
    map.insert("buffer", Buffer::new(&[4, 4], &[0.5_f64; 16]).unwrap()).unwrap();
    context.set(Slot::ARTIFACTS, map.clone()).unwrap();
    map.insert("own", Value::Null).unwrap();
    context.set(Slot::MODEL, map).unwrap();
    context.report(Severity::Note, "run-went", "well").unwrap();
    let kept = context.get(Slot::ARTIFACTS).unwrap();
    drop(context);
    assert_eq!(kept.as_map().unwrap().len(), 3);
}

#[test]
fn ten_thousand_runs_on_contexts_leave_nothing_behind() {
    let schema = Schema::new();
    (0..1000).for_each(|_| run_on_a_context(&schema));
    let early = memory();
    (0..10_000).for_each(|_| run_on_a_context(&schema));
    let late = memory();
    println!("{early} KiB after 1000 runs, {late} KiB after 11000");
    assert!(late < early + 1024, "{early} KiB after 1000 runs, {late} KiB after 11000");
}
