//! The functions that plugins offer, by name; include/my_host/plugin.h says the same to plugins.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hotshoe::error::{Code, Error, Result};
use hotshoe::plugin::{Plugin, Registration};
use hotshoe::runtime::Address;

/// A function of a plugin.
type Function = extern "C" fn(f32) -> f32;

/// What a plugin exports for the host to call.
type Entry = extern "C" fn(*mut Registry);

/// The functions there are. Any thread may use it.
#[derive(Clone, Default)]
pub struct Functions(Arc<Mutex<BTreeMap<String, Function>>>);

/// What a plugin sees of it: `my_host_registry` of plugin.h.
#[repr(C)]
struct Registry {
    add: extern "C" fn(*mut Registry, *const c_char, Function) -> c_int,
    binding: Binding,
}

/// Behind what the plugin sees: whose entry is running, and what came of it.
struct Binding {
    functions: Functions,
    plugin: Arc<Plugin>,
    result: Result<()>,
}

impl Functions {
    /// Calls the entry of a plugin. What that adds is taken back when the plugin is unloaded.
    pub fn bind(&self, plugin: &Arc<Plugin>) -> Result<()> {
        let entry = plugin.entry()?;
        // SAFETY: plugins of this host define their entry with this type; see plugin.h.
        let entry = unsafe { std::mem::transmute::<Address, Entry>(entry) };
        let binding = Binding {
            functions: self.clone(),
            plugin: plugin.clone(),
            result: Ok(()),
        };
        let mut registry = Registry { add, binding };
        entry(&mut registry);
        registry.binding.result
    }

    /// What each function makes of a number. None is unloaded meanwhile.
    pub fn call_all(&self, x: f32) -> Vec<(String, f32)> {
        self.lock()
            .iter()
            .map(|(name, function)| (name.clone(), function(x)))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Function>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

extern "C" fn add(registry: *mut Registry, name: *const c_char, function: Function) -> c_int {
    // SAFETY: a plugin gives back the registry that its entry got, while that runs.
    let binding = unsafe { &mut (*registry).binding };
    // SAFETY: it gives a text that ends with a zero.
    let name = unsafe { CStr::from_ptr(name) };
    binding.result = binding.add(name, function);
    c_int::from(binding.result.is_err())
}

impl Binding {
    fn add(&self, name: &CStr, function: Function) -> Result<()> {
        let not_utf8 =
            |error| Error::new(Code::ENTRY_FAILED, "a function's name is not UTF-8").because(error);
        let name = name.to_str().map_err(not_utf8)?;
        if self.functions.lock().contains_key(name) {
            return Err(Error::new(
                Code::ENTRY_FAILED,
                format!("there is a function `{name}` already"),
            ));
        }
        let offered = || Offered {
            functions: self.functions.clone(),
            name: name.to_owned(),
            function,
        };
        self.plugin.register(|| Box::new(offered()))?;
        offered().restore();
        Ok(())
    }
}

/// A function that a plugin offers, and how to take it back.
struct Offered {
    functions: Functions,
    name: String,
    function: Function,
}

impl Registration for Offered {
    fn what(&self) -> String {
        format!("function `{}`", self.name)
    }

    fn withdraw(&mut self) {
        self.functions.lock().remove(&self.name);
    }

    /// Functions are called under the lock, so that nobody else can be in one that was withdrawn.
    fn in_use(&mut self) -> bool {
        false
    }

    fn restore(&mut self) {
        self.functions
            .lock()
            .insert(self.name.clone(), self.function);
    }
}
