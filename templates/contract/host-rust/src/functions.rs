//! The function that a plugin offers; include/my_host/plugin.h says the same to plugins.

use std::borrow::Cow;
use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;

use hotshoe::error::Result;
use hotshoe::plugin::Plugin;
use hotshoe::runtime::Address;

/// `my_host_function_1` of plugin.h.
#[repr(C)]
struct Table {
    size: usize,
    name: *const c_char,
    call: Option<extern "C" fn(*mut c_void, f32) -> f32>,
}

/// A plugin's function. It must not be unloaded meanwhile.
pub struct Function {
    name: *const c_char,
    call: extern "C" fn(*mut c_void, f32) -> f32,
    instance: Address,
}

impl Function {
    /// What a plugin offers, if it does.
    pub fn of(plugin: &Arc<Plugin>) -> Result<Option<Function>> {
        let Some(table) = plugin.interface("org.example.my_host.function", 1)? else {
            return Ok(None);
        };
        // SAFETY: plugins of this host have such a table under this name; see plugin.h.
        let table = unsafe { &*table.cast::<Table>() };
        let whole = table.size >= size_of::<Table>();
        let instance = plugin.instance()?;
        Ok(table.call.filter(|_| whole).map(|call| Function {
            name: table.name,
            call,
            instance,
        }))
    }

    /// What it is called.
    pub fn name(&self) -> Cow<'_, str> {
        // SAFETY: the plugin's text, which ends with a zero.
        unsafe { CStr::from_ptr(self.name) }.to_string_lossy()
    }

    /// What it makes of a number.
    pub fn call(&self, x: f32) -> f32 {
        (self.call)(self.instance.cast_mut(), x)
    }
}
