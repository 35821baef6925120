//! Plugins of the contract of `hotshoe/plugin.h`: what a host gets of them, and what it is told where they break it.

#![expect(unsafe_code, reason = "a host calls the functions of a plugin's tables")]

use std::ffi::{CStr, c_char, c_double, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hotshoe::error::{Code, Error};
use hotshoe::host::Host;
use hotshoe::plugin::{Plugin, Unload};
use hotshoe::runtime::Offer;
use hotshoe_testkit::{Library, PluginTree};

use crate::host_on;

const MANIFEST: &str = r#"{"name": "gain", "version": "1.2.3", "entry": "hotshoe_descriptor"}"#;
const FILTER: &str = "org.example.filter";

/// `filter.h` beside the fixture.
#[repr(C)]
struct Filter {
    size: usize,
    filter: extern "C" fn(*const c_void, c_double) -> c_double,
    folder: extern "C" fn(*const c_void) -> *const c_char,
}

fn library(defines: &[&str]) -> PathBuf {
    built(Library::c(include_str!("../fixtures/contract/plugin.c")), defines)
}

fn library_in_cpp(defines: &[&str]) -> PathBuf {
    let library = Library::cpp(include_str!("../fixtures/contract/plugin.cpp"));
    built(library.arg("-std=c++17").arg("-fvisibility=hidden").arg("-fvisibility-inlines-hidden"), defines)
}

fn built(library: Library, defines: &[&str]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut library = library
        .arg(format!("-I{}", root.join("include").display()))
        .arg(format!("-I{}", root.join("tests/fixtures/contract").display()));
    for define in defines {
        library = library.arg(format!("-D{define}"));
    }
    library.build()
}

fn tree(defines: &[&str]) -> PluginTree {
    PluginTree::new().plugin("gain", MANIFEST, &library(defines))
}

fn refused(defines: &[&str]) -> Error {
    let tree = tree(defines);
    host_on(tree.root()).load("gain", None, |_| Ok(())).unwrap_err()
}

fn load(host: &Host) -> Arc<Plugin> {
    host.load("gain", None, |_| Ok(())).unwrap()
}

/// What its filter makes of 21, and the folder that it was told.
fn use_filter(plugin: &Plugin) -> (f64, String) {
    let (table, instance) = (plugin.interface(FILTER, 1).unwrap().unwrap(), plugin.instance().unwrap());
    // SAFETY: the plugin is loaded, and its table of this name is such a one.
    let table = unsafe { &*table.cast::<Filter>() };
    assert_eq!(table.size, size_of::<Filter>());
    let folder = (table.folder)(instance);
    // SAFETY: a text that lives as long as the instance.
    let folder = unsafe { CStr::from_ptr(folder) };
    ((table.filter)(instance, 21.0), folder.to_str().unwrap().to_owned())
}

fn instances(plugin: &Plugin) -> i32 {
    let count = plugin.symbol("instances_alive").unwrap();
    // SAFETY: the plugin is loaded, and this is such a function.
    unsafe { std::mem::transmute::<*const c_void, extern "C" fn() -> c_int>(count)() }
}

#[test]
fn a_host_gets_the_table_of_an_interface_by_name_and_revision() {
    let tree = tree(&[]);
    let host = host_on(tree.root());
    let plugin = load(&host);
    let folder = tree.path("gain").canonicalize().unwrap();
    assert_eq!(use_filter(&plugin), (42.0, folder.to_str().unwrap().to_owned()));
    for (id, revision) in [(FILTER, 2), (FILTER, 0), ("org.example.filter/1", 1), ("", 1), ("a\0b", 1)] {
        assert!(plugin.interface(id, revision).unwrap().is_none(), "{id} {revision}");
    }
    let long = "x".repeat(10_000);
    assert!(plugin.interface(&long, 1).unwrap().is_none());
    assert!(matches!(host.unload(&plugin).unwrap(), Unload::Unmapped));
    assert_eq!(plugin.interface(FILTER, 1).unwrap_err().code(), Code::PLUGIN_UNLOADED);
    assert_eq!(plugin.instance().unwrap_err().code(), Code::PLUGIN_UNLOADED);
}

/// `org_example_limit_1` of `filter.h`.
#[repr(C)]
struct Limit {
    size: usize,
    limited: extern "C" fn(*const c_void, c_double) -> c_double,
}

static LIMIT: Limit = Limit { size: size_of::<Limit>(), limited };

extern "C" fn limited(limit: *const c_void, output: c_double) -> c_double {
    // SAFETY: it was offered with such an instance, which is as good as the plugin.
    output.min(unsafe { *limit.cast::<f64>() })
}

#[test]
fn a_plugin_calls_the_interface_that_its_own_host_offers() {
    for library in [library(&[]), library_in_cpp(&[])] {
        let tree = PluginTree::new().plugin("gain", MANIFEST, &library);
        let (ten, twenty) = (host_on(tree.root()), host_on(tree.root()));
        let limit = Arc::new(10.0);
        ten.offer_interface("org.example.limit/1", Offer::with_instance(&LIMIT, limit.clone())).unwrap();
        twenty.offer_interface("org.example.limit/1", Offer::with_instance(&LIMIT, Arc::new(20.0))).unwrap();
        let (of_ten, of_twenty) = (load(&ten), load(&twenty));
        assert_eq!((use_filter(&of_ten).0, use_filter(&of_twenty).0), (10.0, 20.0));
        let reloaded = ten.reload(&of_ten, |_| Ok(())).unwrap();
        assert_eq!(use_filter(&reloaded).0, 10.0);
        // A plugin outlives its host if nobody unloads it, and what it was offered is there still.
        drop(ten);
        assert!(reloaded.is_loaded());
        assert_eq!((use_filter(&reloaded).0, Arc::strong_count(&limit)), (10.0, 2));
        twenty.unload(&of_twenty).unwrap();
    }
}

#[test]
fn what_is_offered_goes_with_the_host_and_its_plugins() {
    let tree = tree(&[]);
    let host = host_on(tree.root());
    let limit = Arc::new(10.0);
    host.offer_interface("org.example.limit/1", Offer::with_instance(&LIMIT, limit.clone())).unwrap();
    let plugin = load(&host);
    host.unload(&plugin).unwrap();
    assert_eq!(Arc::strong_count(&limit), 2);
    drop(host);
    assert_eq!(Arc::strong_count(&limit), 1);
}

#[test]
fn an_interface_is_offered_once_and_under_an_id_of_the_programs_own() {
    let host = host_on(Path::new("/nowhere"));
    host.offer_interface("org.example.limit/1", Offer::new(&LIMIT)).unwrap();
    host.offer_interface("org.example.limit/2", Offer::new(&LIMIT)).unwrap();
    for id in ["org.example.limit/1", "org.example.limit", "limit/1", "hotshoe.context/1", "hotshoe.mine/1", ""] {
        let limit = Arc::new(10.0);
        let error = host.offer_interface(id, Offer::with_instance(&LIMIT, limit.clone())).unwrap_err();
        assert_eq!(error.code(), Code::INTERFACE_INVALID, "{id}");
        assert_eq!(Arc::strong_count(&limit), 1, "what is refused is dropped");
    }
}

#[test]
fn each_host_has_an_instance_of_its_own_of_one_library() {
    let tree = tree(&[]);
    let (first, second) = (host_on(tree.root()), host_on(tree.root()));
    let (of_first, of_second) = (load(&first), load(&second));
    assert_eq!(instances(&of_first), 2);
    assert_ne!(of_first.instance().unwrap(), of_second.instance().unwrap());
    first.unload(&of_first).unwrap();
    assert_eq!((instances(&of_second), use_filter(&of_second).0), (1, 42.0));
    assert!(matches!(second.unload(&of_second).unwrap(), Unload::Unmapped));
}

#[test]
fn a_plugin_is_told_its_own_folder_also_where_a_copy_is_mapped() {
    let tree = tree(&[]);
    let host = host_on(tree.root());
    let plugin = load(&host);
    let told = use_filter(&plugin).1;
    let reloaded = host.reload(&plugin, |_| Ok(())).unwrap();
    assert_ne!(reloaded.mapped().unwrap(), tree.library("gain").canonicalize().unwrap(), "a private copy is mapped");
    assert_eq!(use_filter(&reloaded), (42.0, told));
    // A library that has no folder of its own.
    let lone = host.load_path(&library(&[]), |_| Ok(()));
    assert_eq!(lone.unwrap_err().code(), Code::ENTRY_MISSING, "nothing says that it is one of the contract");
}

#[test]
fn a_plugin_whose_init_fails_says_why_and_is_gone() {
    let error = refused(&["FAIL=\"the gain is not set\\n\""]);
    assert_eq!(error.code(), Code::INIT_FAILED);
    assert!(error.to_string().contains("the gain is not set"), "{error}");
    assert!(!error.to_string().contains("another reason"), "the first one counts: {error}");
    assert_eq!(error.hint_text(), Some("set `GAIN`"));
    let silent = refused(&["FAIL_SILENTLY"]);
    assert_eq!(silent.code(), Code::INIT_FAILED);
    assert!(silent.to_string().contains("gives no reason"), "{silent}");
}

#[test]
fn what_init_says_is_shown_on_one_line_and_escaped() {
    let error = refused(&["FAIL=\"a\\033[31mb\""]);
    assert!(!error.to_string().contains('\u{1b}'), "{error}");
}

/// The error of a plugin whose manifest is this.
fn refused_with(manifest: &str, defines: &[&str]) -> Error {
    let tree = PluginTree::new().plugin("gain", manifest, &library(defines));
    let host = host_on(tree.root());
    let error = host.load("gain", None, |_| Ok(())).unwrap_err();
    assert_eq!(error.code(), Code::CONTRACT_BROKEN, "{error}");
    error
}

#[test]
fn a_library_that_is_another_plugin_than_its_manifest_says_is_refused() {
    let error = refused_with(&MANIFEST.replace("1.2.3", "1.2.4"), &[]);
    assert!(error.to_string().contains("says the version `1.2.4`, and its descriptor `1.2.3`"), "{error}");
    let error = refused_with(MANIFEST, &["NAME=\"loss\""]);
    assert!(error.to_string().contains("says the name `gain`, and its descriptor `loss`"), "{error}");
    let error = refused_with(MANIFEST, &["VERSION=\"1.2.3+1\""]);
    assert!(error.to_string().contains("`1.2.3+1`"), "{error}");
    refused_with(MANIFEST, &["NAME=NULL"]);
    // What one of them does not say is not compared.
    for (manifest, define) in [(r#"{"entry": "hotshoe_descriptor"}"#, "NAME=\"loss\""), (MANIFEST, "VERSION=NULL")] {
        let tree = PluginTree::new().plugin("gain", manifest, &library(&[define]));
        assert_eq!(use_filter(&load(&host_on(tree.root()))).0, 42.0);
    }
}

#[test]
fn an_interface_that_the_manifest_names_is_there() {
    let named = |ids: &str| MANIFEST.replace('}', &format!(r#", "interfaces": [{ids}]}}"#));
    let both = r#""org.example.filter/1", "org.example.filter/2""#;
    let tree = PluginTree::new().plugin("gain", &named(r#""org.example.filter/1""#), &library(&[]));
    let plugin = load(&host_on(tree.root()));
    assert_eq!(plugin.manifest().interfaces[0].as_str(), "org.example.filter/1");
    let error = refused_with(&named(both), &[]);
    assert!(error.to_string().contains("no table for `org.example.filter/2`"), "{error}");
    refused_with(&named(r#""org.example.filter/1""#), &["TABLE_SIZE=0"]);
    // What has another entry has no tables.
    let manifest = r#"{"name": "gain", "entry": "instances_alive", "interfaces": ["org.example.filter/1"]}"#;
    let error = refused_with(manifest, &[]);
    assert!(error.to_string().contains("its entry `instances_alive` gives no tables"), "{error}");
}

#[test]
fn a_descriptor_that_cannot_be_right_is_refused() {
    for define in ["NO_DESCRIPTOR", "SIZE=0", "SIZE=1", "SIZE=((size_t)-1)", "REVISION=77"] {
        let error = refused(&[define]);
        assert_eq!(error.code(), Code::CONTRACT_BROKEN, "{define}: {error}");
    }
}

#[test]
fn a_descriptor_that_ends_early_has_what_it_has() {
    // Up to `version`: no function is there.
    let tree = tree(&["SIZE=offsetof(hotshoe_plugin_descriptor,init)"]);
    let host = host_on(tree.root());
    let plugin = load(&host);
    assert!(plugin.interface(FILTER, 1).unwrap().is_none());
    assert!(plugin.instance().unwrap().is_null());
}

#[test]
fn a_table_that_cannot_be_right_is_refused() {
    for define in ["TABLE_SIZE=0", "TABLE_SIZE=((size_t)-1)", "MISALIGNED"] {
        let tree = tree(&[define]);
        let plugin = load(&host_on(tree.root()));
        assert_eq!(plugin.interface(FILTER, 1).unwrap_err().code(), Code::CONTRACT_BROKEN, "{define}");
    }
}

#[test]
fn a_plugin_in_cpp_is_one_class_and_its_exceptions_stay_inside() {
    let tree = PluginTree::new().plugin("gain", MANIFEST, &library_in_cpp(&[]));
    let host = host_on(tree.root());
    let plugin = load(&host);
    assert_eq!(use_filter(&plugin).0, 42.0);
    let (table, instance) = (plugin.interface(FILTER, 1).unwrap().unwrap(), plugin.instance().unwrap());
    // SAFETY: the plugin is loaded, and its table of this name is such a one.
    let throws = unsafe { &*table.cast::<Filter>() }.filter;
    assert_eq!(throws(instance, -1.0), 0.0, "what it throws is contained");
    host.unload(&plugin).unwrap();
    assert!(!plugin.is_loaded());

    for (define, why) in [
        ("THROW=std::runtime_error(\"no licence\")", "no licence"),
        ("THROW=7", "it threw something that is no std::exception"),
    ] {
        let tree = PluginTree::new().plugin("gain", MANIFEST, &library_in_cpp(&[define]));
        let error = host_on(tree.root()).load("gain", None, |_| Ok(())).unwrap_err();
        assert_eq!(error.code(), Code::INIT_FAILED);
        assert!(error.to_string().contains(why), "{error}");
    }
    let tree = PluginTree::new().plugin("gain", MANIFEST, &library_in_cpp(&["THROW_LATER"]));
    assert!(load(&host_on(tree.root())).interface(FILTER, 1).unwrap().is_none());
}
