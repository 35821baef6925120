//! `hotshoe.context/1`: what real plugins do with contexts, and what of them is in use then.

#![expect(unsafe_code, reason = "a host calls the functions of a plugin's tables")]

use std::ffi::{c_char, c_int, c_void};
use std::path::Path;
use std::sync::Arc;

use hotshoe::context::{Context, Flags, Schema, Slot, Type, Value};
use hotshoe::host::Host;
use hotshoe::plugin::{Plugin, Unload};
use hotshoe_abi::context::{self as abi, Status, Values};
use hotshoe_abi::plugin::{Host as AbiHost, HostRef, REVISION};
use hotshoe_testkit::{Library, PluginTree};

use crate::host_on;

const MANIFEST: &str = r#"{"name": "step", "version": "1.0.0", "entry": "hotshoe_descriptor"}"#;

/// `step.h` beside the fixtures.
#[repr(C)]
struct Step {
    size: usize,
    step: unsafe extern "C" fn(*const c_void, *mut abi::Context) -> i32,
    make: unsafe extern "C" fn(*const c_void, *mut abi::Context) -> i32,
    check: unsafe extern "C" fn(*const c_void, *mut abi::Context) -> i32,
    offered: unsafe extern "C" fn(*const c_void, *mut *mut c_void) -> *const abi::Table,
}

fn trees() -> [PluginTree; 2] {
    let c = Library::c(include_str!("../fixtures/contract/step.c"));
    let cpp = Library::cpp(include_str!("../fixtures/contract/step.cpp")).arg("-std=c++17");
    [c, cpp].map(|library| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let library = library
            .arg("-O1")
            .arg(format!("-I{}", root.join("include").display()))
            .arg(format!("-I{}", root.join("tests/fixtures/contract").display()));
        PluginTree::new().plugin("step", MANIFEST, &library.build())
    })
}

fn load(host: &Host) -> (Arc<Plugin>, &'static Step, *const c_void) {
    let plugin = host.load("step", None, |_| Ok(())).unwrap();
    let table = plugin.interface("org.example.step", 1).unwrap().unwrap();
    // SAFETY: the plugin is loaded as long as it is used here, and its table of this name is such a one.
    let table = unsafe { &*table.cast::<Step>() };
    assert_eq!(table.size, size_of::<Step>());
    let instance = plugin.instance().unwrap();
    (plugin, table, instance)
}

/// A context with the fields of a step, and the slots of these.
fn context() -> (Context, [Slot; 4]) {
    let mut schema = Schema::new();
    let slots =
        ["input", "gain", "offset", "output"].map(|name| schema.add(name, Type::F64, Flags::default()).unwrap());
    (Context::new(&schema), slots)
}

/// As it is lent to a plugin for one call.
fn lent(context: &mut Context) -> *mut abi::Context {
    (&raw mut *context).cast()
}

#[test]
fn a_step_reads_and_writes_by_slot_and_leaves_values() {
    for tree in trees() {
        let host = host_on(tree.root());
        let (plugin, table, instance) = load(&host);
        let (mut context, [input, gain, offset, output]) = context();
        context.set_f64(input, 20.0).unwrap();
        context.set_f64(gain, 2.0).unwrap();
        context.set_f64(offset, 2.0).unwrap();
        // SAFETY: a function of a loaded plugin, which has the context alone.
        assert_eq!(unsafe { (table.step)(instance, lent(&mut context)) }, 0);
        assert_eq!(context.get_f64(output).unwrap(), 42.0);
        // SAFETY: as above; a context without these fields is told as such.
        let status = unsafe { (table.step)(instance, lent(&mut Context::new(&Schema::new()))) };
        assert_eq!(status, Status::NotFound as i32);
        assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
        // What it made of data is everybody's.
        let artifacts = context.get(Slot::ARTIFACTS).unwrap();
        assert_eq!(artifacts.as_map().unwrap().get("by"), Some(&"step".into()));
    }
}

#[test]
fn every_function_takes_null_and_wrong_order() {
    for tree in trees() {
        let host = host_on(tree.root());
        let (plugin, table, instance) = load(&host);
        let mut context = Context::new(&Schema::new());
        context.at_work(Some("step".into()), Some("check".into()));
        // SAFETY: a function of a loaded plugin, which has the context alone.
        let line = unsafe { (table.check)(instance, lent(&mut context)) };
        assert_eq!(line, 0, "the line of context_1.h that does not hold");
        let found = &context.diagnostics()[0];
        assert_eq!(found.to_string(), "warning[gain-clipped]: plugin `step`, pass `check`: too\\nloud");
        assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
    }
}

#[test]
fn a_plugin_whose_objects_are_in_use_is_busy_and_none_of_them_dangles() {
    for tree in trees() {
        let host = host_on(tree.root());
        let (plugin, table, instance) = load(&host);
        let destroyed = plugin.symbol("objects_destroyed").unwrap();
        // SAFETY: the plugin is loaded, and this is such a function.
        let destroyed = unsafe { std::mem::transmute::<*const c_void, extern "C" fn() -> c_int>(destroyed) };
        let mut context = Context::new(&Schema::new());
        // SAFETY: a function of a loaded plugin, which has the context alone.
        assert_eq!(unsafe { (table.make)(instance, lent(&mut context)) }, 0);
        let model = context.get(Slot::MODEL).unwrap();
        let busy = "1 of the objects and buffers that it made are in use".to_owned();
        assert_eq!(host.unload(&plugin).unwrap(), Unload::Busy(vec![busy]));
        drop(context);
        assert_eq!(model.as_object().unwrap().call("nothing", &[]).unwrap(), Value::Null);
        assert!(matches!(host.unload(&plugin).unwrap(), Unload::Busy(_)));
        assert_eq!(destroyed(), 0);
        drop(model);
        assert_eq!(destroyed(), 1);
        assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
    }
}

/// What [`offers`] gives out.
#[repr(C)]
struct Offering {
    host: AbiHost,
    table: *const abi::Table,
    instance: *mut c_void,
}

unsafe extern "C" fn offers(host: *const AbiHost, _: *const c_char, instance: *mut *mut c_void) -> *const c_void {
    // SAFETY: the test gives the first field of this.
    let offering = unsafe { &*host.cast::<Offering>() };
    // SAFETY: it is asked with a place.
    unsafe { instance.write(offering.instance) };
    offering.table.cast()
}

#[test]
fn a_plugin_in_rust_has_values_that_end_by_themselves() {
    let [tree, _] = trees();
    let host = host_on(tree.root());
    let (_plugin, table, instance) = load(&host);
    let mut hotshoe = std::ptr::null_mut();
    // SAFETY: a function of a loaded plugin.
    let functions = unsafe { (table.offered)(instance, &mut hotshoe) };
    let bare = AbiHost {
        size: size_of::<AbiHost>(),
        revision: REVISION,
        folder: std::ptr::null(),
        get_interface: Some(offers),
        fail: None,
    };
    let offering = Offering { host: bare, table: functions, instance: hotshoe };
    // SAFETY: it lives as long as what is made of it.
    let values = Values::of(&unsafe { HostRef::new((&raw const offering).cast()) }).unwrap();
    let (mut context, [input, ..]) = context();
    let slot = input.0;
    {
        // SAFETY: nobody else has the context meanwhile.
        let mut inside = unsafe { values.context(lent(&mut context)) };
        assert_eq!(inside.slot("input"), Ok(slot));
        inside.set_f64(slot, 1.5).unwrap();
        assert_eq!((inside.get_f64(slot), inside.get_i64(slot)), (Ok(1.5), Err(Status::ValueType)));
        assert_eq!(inside.slot("nothing"), Err(Status::NotFound));
        let mut list = values.list().unwrap();
        let text = values.text("a\0b").unwrap();
        list.push(&text).unwrap();
        list.push(&values.bytes(&[7]).unwrap()).unwrap();
        let mut map = values.map().unwrap();
        map.insert("list", &list).unwrap();
        let clone = list.try_clone().unwrap();
        list.push(&values.bool(true).unwrap()).unwrap();
        assert_eq!((clone.count(), list.count()), (2, 3));
        inside.set(abi::SLOT_MODEL, &map).unwrap();
        let model = inside.get(abi::SLOT_MODEL).unwrap();
        let found = model.get_key("list").unwrap();
        assert_eq!((found.kind(), found.count()), (abi::Type::List, 2));
        assert_eq!(found.at(0).unwrap().to_text(), Ok("a\0b"));
        assert_eq!(found.at(1).unwrap().to_bytes(), Ok(&[7][..]));
        assert_eq!(found.at(2).unwrap_err(), Status::ArgumentInvalid);
        assert_eq!(values.i64(1).unwrap().to_f64(), Err(Status::ValueType));
        inside.report(2, "rust-says", "it works").unwrap();
    }
    assert_eq!(context.diagnostics()[0].code.as_str(), "rust-says");
    assert_eq!(context.get(Slot::MODEL).unwrap().as_map().unwrap().len(), 1);
}
