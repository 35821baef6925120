//! Plugins of the contract of `hotshoe/plugin.h`: what a host gets of them, and what it is told where they break it.

#![expect(unsafe_code, reason = "a host calls the functions of a plugin's tables")]

use std::ffi::{CStr, c_char, c_double, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hotshoe::error::{Code, Error};
use hotshoe::host::Host;
use hotshoe::plugin::{Plugin, Unload};
use hotshoe_abi::plugin as abi;
use hotshoe_testkit::{Library, PluginTree};

use crate::host_on;

pub(crate) const MANIFEST: &str = r#"{"name": "gain", "version": "1.2.3", "entry": "hotshoe_descriptor"}"#;
const FILTER: &str = "org.example.filter";

/// `filter.h` beside the fixture.
#[repr(C)]
struct Filter {
    size: usize,
    filter: extern "C" fn(*const c_void, c_double) -> c_double,
    folder: extern "C" fn(*const c_void) -> *const c_char,
}

pub(crate) fn library(defines: &[&str]) -> PathBuf {
    built(Library::c(include_str!("../fixtures/contract/plugin.c")), defines)
}

pub(crate) fn library_in_cpp(defines: &[&str]) -> PathBuf {
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

pub(crate) fn tree(defines: &[&str]) -> PluginTree {
    PluginTree::new().plugin("gain", MANIFEST, &library(defines))
}

fn refused(defines: &[&str]) -> Error {
    let tree = tree(defines);
    host_on(tree.root()).load("gain", None, |_| Ok(())).unwrap_err()
}

pub(crate) fn load(host: &Host) -> Arc<Plugin> {
    host.load("gain", None, |_| Ok(())).unwrap()
}

/// What its filter makes of 21, and the folder that it was told.
pub(crate) fn use_filter(plugin: &Plugin) -> (f64, String) {
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
    assert_eq!(use_filter(&reloaded), (42.0, told.clone()));
    // Who cannot ask the host has the folder of the copy, with the plugin's files in it.
    let (here, there) = (folder_of_file(&plugin_of_files(&tree)), folder_of_file(&reloaded));
    assert_eq!((&here, there == told), (&told, false));
    assert!(Path::new(&there).join("plugin.json").exists(), "{there}");
    // A library that has no folder of its own.
    let lone = host.load_path(&library(&[]), |_| Ok(()));
    assert_eq!(lone.unwrap_err().code(), Code::ENTRY_MISSING, "nothing says that it is one of the contract");
}

/// The same plugin by another host, from its own file.
fn plugin_of_files(tree: &PluginTree) -> Arc<Plugin> {
    load(&host_on(tree.root()))
}

/// What `hotshoe_folder` says without a host.
fn folder_of_file(plugin: &Plugin) -> String {
    // SAFETY: the plugin is loaded, and this is such a function.
    let ask = unsafe { std::mem::transmute::<*const c_void, FolderFunction>(plugin.symbol("folder_of_file").unwrap()) };
    asked_for_folder(ask)
}

type FolderFunction = extern "C" fn(*mut c_char, usize) -> usize;

fn asked_for_folder(ask: FolderFunction) -> String {
    let length = ask(std::ptr::null_mut(), 0);
    let mut folder = vec![0xff_u8; length + 1];
    assert_eq!((ask(folder.as_mut_ptr().cast(), length), folder[0]), (length, 0), "there is no room for the NUL");
    assert_eq!(ask(folder.as_mut_ptr().cast(), length + 1), length);
    CStr::from_bytes_with_nul(&folder).unwrap().to_str().unwrap().to_owned()
}

#[test]
fn a_host_that_is_none_of_hotshoes_runs_the_same_plugin() {
    for library in [library(&[]), library_in_cpp(&[])] {
        let tree = PluginTree::new().plugin("gain", MANIFEST, &library);
        // SAFETY: the constructors of the fixtures do nothing.
        let bare = unsafe { libloading::Library::new(tree.library("gain")) }.unwrap();
        // SAFETY: it is a plugin of the contract.
        let descriptor = unsafe { &*bare.get::<abi::Entry>(abi::ENTRY.to_bytes()).unwrap()(abi::REVISION) };
        // It knows no folder, and offers nothing.
        let host = abi::Host {
            size: size_of::<abi::Host>(),
            revision: abi::REVISION,
            folder: std::ptr::null(),
            get_interface: Some(offers_nothing),
            fail: Some(hears_nothing),
        };
        let mut instance = std::ptr::null_mut();
        // SAFETY: the functions of a plugin of the contract, in their order, and its table of this name.
        unsafe {
            assert_eq!(descriptor.init.unwrap()(&raw const host, &mut instance), 0);
            let table =
                &*descriptor.get_interface.unwrap()(instance, c"org.example.filter/1".as_ptr()).cast::<Filter>();
            assert_eq!((table.filter)(instance, 21.0), 42.0);
            let folder = CStr::from_ptr((table.folder)(instance)).to_str().unwrap();
            assert_eq!(Path::new(folder), tree.path("gain").canonicalize().unwrap());
            descriptor.shutdown.unwrap()(instance);
        }
    }
}

unsafe extern "C" fn offers_nothing(
    _: *const abi::Host,
    _: *const c_char,
    instance: *mut *mut c_void,
) -> *const c_void {
    if !instance.is_null() {
        // SAFETY: a plugin that passes a place has room there.
        unsafe { instance.write(std::ptr::null_mut()) };
    }
    std::ptr::null()
}

unsafe extern "C" fn hears_nothing(_: *const abi::Host, _: *const c_char, _: *const c_char) {}

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
    let error = refused(&["REVISION=77"]);
    assert!(error.to_string().contains("of the revision 77, and this host knows 1"), "{error}");
    let draft = refused(&["REVISION=0"]);
    assert!(draft.hint_text().unwrap().contains("build it again"), "{draft:?}");
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
