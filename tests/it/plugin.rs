//! A live plugin: what it registered, and how it ends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hotshoe::error::{Code, Error};
use hotshoe::plugin::{Plugin, Registration, Unload};
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};

use crate::{host_on, is_mapped};

/// A host's registry: names, and what is registered under them.
pub type Registry = Arc<Mutex<BTreeMap<String, Arc<()>>>>;

struct Entry {
    registry: Registry,
    name: String,
    object: Arc<()>,
}

impl Registration for Entry {
    fn what(&self) -> String {
        format!("activation `{}`", self.name)
    }

    fn withdraw(&mut self) {
        self.registry.lock().unwrap().remove(&self.name);
    }

    fn in_use(&mut self) -> bool {
        Arc::strong_count(&self.object) > 1
    }

    fn restore(&mut self) {
        self.registry.lock().unwrap().insert(self.name.clone(), self.object.clone());
    }
}

pub fn register(plugin: &Plugin, registry: &Registry, name: &str) -> Result<(), Error> {
    plugin.register(|| {
        let object = Arc::new(());
        registry.lock().unwrap().insert(name.to_owned(), object.clone());
        Box::new(Entry { registry: registry.clone(), name: name.to_owned(), object })
    })
}

fn tree() -> PluginTree {
    PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &Library::c(GOOD_C_PLUGIN).build())
}

#[test]
fn unloading_takes_back_what_was_registered_and_unmaps() {
    let (tree, registry) = (tree(), Registry::default());
    let host = host_on(tree.root());
    let plugin = host.load("gain", None, |plugin| register(plugin, &registry, "relu6")).unwrap();
    assert_eq!(plugin.registered(), ["activation `relu6`"]);
    register(&plugin, &registry, "later").unwrap();
    assert_eq!(registry.lock().unwrap().len(), 2);
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
    assert!(registry.lock().unwrap().is_empty());
    assert!(!is_mapped(plugin.library()));
    assert!(!plugin.is_loaded() && host.plugins().is_empty());
}

#[test]
fn a_plugin_whose_object_is_in_use_is_busy_and_lives_on_unchanged() {
    let (tree, registry) = (tree(), Registry::default());
    let host = host_on(tree.root());
    let bind = |plugin: &Arc<Plugin>| {
        register(plugin, &registry, "relu6")?;
        register(plugin, &registry, "idle")
    };
    let plugin = host.load("gain", None, bind).unwrap();
    let user = registry.lock().unwrap()["relu6"].clone();
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Busy(vec!["activation `relu6` is in use".to_owned()]));
    assert!(plugin.is_loaded() && is_mapped(plugin.library()));
    assert_eq!(registry.lock().unwrap().len(), 2, "both are back");
    let error = host.reload(&plugin, bind).unwrap_err();
    assert_eq!(error.code(), Code::PLUGIN_IN_USE);
    assert!(plugin.is_loaded());
    drop(user);
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
}

#[test]
fn a_plugin_that_ended_answers_with_an_error_and_not_with_an_address() {
    let tree = tree();
    let host = host_on(tree.root());
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(plugin.symbol("absent").unwrap_err().code(), Code::SYMBOL_MISSING);
    host.unload(&plugin).unwrap();
    assert_eq!(plugin.entry().unwrap_err().code(), Code::PLUGIN_UNLOADED);
    assert_eq!(register(&plugin, &Registry::default(), "x").unwrap_err().code(), Code::PLUGIN_UNLOADED);
    assert_eq!(host.unload(&plugin).unwrap_err().code(), Code::PLUGIN_UNLOADED);
    assert_eq!(host.reload(&plugin, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_UNLOADED);
}

#[test]
fn what_a_plugin_registered_before_its_entry_failed_goes_with_it() {
    let (tree, registry) = (tree(), Registry::default());
    let host = host_on(tree.root());
    let error = host
        .load("gain", None, |plugin| {
            register(plugin, &registry, "half")?;
            Err(Error::new(Code::ENTRY_FAILED, "its entry function failed").because("boom"))
        })
        .unwrap_err();
    assert!(error.report().contains("boom") && error.plugin_name() == Some("gain"), "{}", error.report());
    assert!(registry.lock().unwrap().is_empty() && host.plugins().is_empty());
    assert!(!is_mapped(&tree.library("gain").canonicalize().unwrap()));
}

#[test]
fn a_host_that_goes_leaves_its_plugins_mapped_and_what_they_registered_good() {
    let (tree, registry) = (tree(), Registry::default());
    let host = host_on(tree.root());
    let library = host.load("gain", None, |plugin| register(plugin, &registry, "relu6")).unwrap().library().to_owned();
    drop(host);
    assert!(is_mapped(&library) && registry.lock().unwrap().contains_key("relu6"));
}

#[test]
fn a_registration_may_use_its_plugin_while_it_is_made_and_the_plugin_stays_meanwhile() {
    let (tree, registry) = (tree(), Registry::default());
    let host = host_on(tree.root());
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    plugin
        .register(|| {
            register(&plugin, &registry, "inner").unwrap();
            assert_eq!(plugin.registered(), ["activation `inner`"]);
            assert!(plugin.entry().is_ok());
            assert_eq!(host.unload(&plugin).unwrap_err().code(), Code::PLUGIN_BUSY);
            Box::new(Entry { registry: registry.clone(), name: "outer".to_owned(), object: Arc::default() })
        })
        .unwrap();
    assert_eq!(plugin.registered(), ["activation `inner`", "activation `outer`"]);
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
}
