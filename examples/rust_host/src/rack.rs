//! What plugins register with.
//!
//! Owns the one place where foreign code is called, so it is also the one that must know what a plugin may do with it.
#![expect(unsafe_code, reason = "plugins are C functions behind addresses")]

use std::ffi::{CStr, c_char, c_void};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hotshoe::error::Result;
use hotshoe::plugin::{Plugin, Registration};

/// The effects that are there now. Clones share them.
#[derive(Clone, Default)]
pub struct Rack(Arc<Mutex<Vec<Effect>>>);

#[derive(Clone)]
struct Effect {
    name: String,
    process: extern "C" fn(f32) -> f32,
}

/// `struct rack` of include/rack.h.
#[repr(C)]
struct RawRack {
    host: *mut c_void,
    add: unsafe extern "C" fn(host: *mut c_void, name: *const c_char, effect: extern "C" fn(f32) -> f32),
}

impl Rack {
    /// Calls a plugin's entry, and has the plugin take note of what it registers.
    pub fn bind(&self, plugin: &Plugin) -> Result<()> {
        let entry = plugin.entry()?;
        let mut added: Vec<Effect> = Vec::new();
        let raw = RawRack { host: (&raw mut added).cast(), add };
        // SAFETY: include/rack.h says of every plugin's entry that it is this function; the host loaded it just now.
        let entry = unsafe { mem::transmute::<*const c_void, unsafe extern "C" fn(*const RawRack)>(entry) };
        // SAFETY: the struct and what it points to live until the entry has returned.
        unsafe { entry(&raw const raw) };
        for effect in added {
            let rack = self.clone();
            plugin.register(|| Box::new(Registered { rack, effect: effect.clone() }))?;
            self.effects().push(effect);
        }
        Ok(())
    }

    /// Sends a sample through each effect, by name.
    pub fn process(&self, sample: f32) -> Vec<(String, f32)> {
        self.effects().iter().map(|effect| (effect.name.clone(), (effect.process)(sample))).collect()
    }

    fn effects(&self) -> MutexGuard<'_, Vec<Effect>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a plugin calls to add an effect.
unsafe extern "C" fn add(host: *mut c_void, name: *const c_char, process: extern "C" fn(f32) -> f32) {
    // SAFETY: include/rack.h has the plugin pass on what it was given, which `bind` made.
    let added = unsafe { &mut *host.cast::<Vec<Effect>>() };
    // SAFETY: the name is a C string, as include/rack.h says.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
    added.push(Effect { name, process });
}

/// One effect of a plugin, which unloading takes out of the rack again.
struct Registered {
    rack: Rack,
    effect: Effect,
}

impl Registration for Registered {
    fn what(&self) -> String {
        format!("effect `{}`", self.effect.name)
    }

    fn withdraw(&mut self) {
        self.rack.effects().retain(|effect| effect.name != self.effect.name);
    }

    fn in_use(&mut self) -> bool {
        false // An effect is called under the rack's lock, and nothing keeps one.
    }

    fn restore(&mut self) {
        self.rack.effects().push(self.effect.clone());
    }
}
