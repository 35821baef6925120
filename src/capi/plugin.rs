//! A live plugin.

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use super::boundary::{ask, c_path, c_string, free, lend, out, required, required_callback, text};
use super::diagnostics::hotshoe_diagnostics;
use super::error::{fallible, hotshoe_error};
use crate::plugin::{Plugin, Registration};

/// A plugin that was brought to life. Freeing the handle does not unload the plugin.
pub struct hotshoe_plugin {
    pub(super) plugin: Arc<Plugin>,
    name: CString,
    version: Option<CString>,
    path: CString,
    library: CString,
    runtime: CString,
    artifact: CString,
    capabilities: Vec<CString>,
    diagnostics: hotshoe_diagnostics,
}

/// Several plugins, in the order in which they were loaded.
pub struct hotshoe_plugins(Vec<hotshoe_plugin>);

/// A function whose type the host knows: cast it before calling.
pub type hotshoe_function = Option<unsafe extern "C" fn()>;

/// What is asked of something that a plugin registered. Unloading a plugin first says WITHDRAW to all that it
/// registered, then asks each IN_USE. If one is, all get RESTORE and the plugin stays; else all get DROP.
#[repr(C)]
#[derive(Clone, Copy)]
pub enum hotshoe_registration_event {
    /// Take it out of the registry, so that nobody can get hold of it any more. The result is ignored.
    Withdraw = 0,
    /// Return non-zero if someone beside the registry holds it.
    InUse = 1,
    /// Put it back into the registry. The result is ignored.
    Restore = 2,
    /// Let go of it, and of user_data: this is the last call. The result is ignored.
    Drop = 3,
}

/// Called for something that a plugin registered, on the thread that unloads, never twice at once for one
/// plugin. It must not throw, and must not use the plugin.
pub type hotshoe_registration_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, event: hotshoe_registration_event) -> c_int>;

impl hotshoe_plugin {
    pub(super) fn new(plugin: Arc<Plugin>) -> hotshoe_plugin {
        hotshoe_plugin {
            name: c_string(plugin.name()),
            version: plugin.version().map(|version| c_string(version.to_string())),
            path: c_path(plugin.path()),
            library: c_path(plugin.library()),
            runtime: c_string(plugin.runtime()),
            artifact: c_path(plugin.artifact()),
            capabilities: plugin.manifest().capabilities.iter().map(|tag| c_string(tag.as_str())).collect(),
            diagnostics: hotshoe_diagnostics::new(&plugin.diagnostics()),
            plugin,
        }
    }
}

impl hotshoe_plugins {
    pub(super) fn new(plugins: Vec<Arc<Plugin>>) -> hotshoe_plugins {
        hotshoe_plugins(plugins.into_iter().map(hotshoe_plugin::new).collect())
    }
}

struct CRegistration {
    what: String,
    callback: unsafe extern "C" fn(*mut c_void, hotshoe_registration_event) -> c_int,
    user_data: *mut c_void,
}

// SAFETY: the header tells the host that the callback comes on the thread that unloads.
unsafe impl Send for CRegistration {}

impl CRegistration {
    fn say(&self, event: hotshoe_registration_event) -> c_int {
        // SAFETY: the host registered the two together; DROP is said last, in `drop`.
        unsafe { (self.callback)(self.user_data, event) }
    }
}

impl Registration for CRegistration {
    fn what(&self) -> String {
        self.what.clone()
    }

    fn withdraw(&mut self) {
        self.say(hotshoe_registration_event::Withdraw);
    }

    fn in_use(&mut self) -> bool {
        self.say(hotshoe_registration_event::InUse) != 0
    }

    fn restore(&mut self) {
        self.say(hotshoe_registration_event::Restore);
    }
}

impl Drop for CRegistration {
    fn drop(&mut self) {
        self.say(hotshoe_registration_event::Drop);
    }
}

/// The plugin's name. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_name(plugin: *const hotshoe_plugin) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(plugin, |plugin| Some(&plugin.name)) }
}

/// The plugin's version; NULL if it says none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_version(plugin: *const hotshoe_plugin) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(plugin, |plugin| plugin.version.as_ref()) }
}

/// The plugin's folder, or its library if it has no folder of its own. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_path(plugin: *const hotshoe_plugin) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(plugin, |plugin| Some(&plugin.path)) }
}

/// The plugin's library, or the file that takes its place in a runtime with files of another kind; empty for a
/// program. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_library(plugin: *const hotshoe_plugin) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(plugin, |plugin| Some(&plugin.library)) }
}

/// What brought the plugin to life: `native` for a library, else what its manifest names. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_runtime(plugin: *const hotshoe_plugin) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(plugin, |plugin| Some(&plugin.runtime)) }
}

/// The file that the plugin consists of, whatever its runtime makes of it. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_artifact(plugin: *const hotshoe_plugin) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(plugin, |plugin| Some(&plugin.artifact)) }
}

/// Under how many capabilities the plugin can be found. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_capability_count(plugin: *const hotshoe_plugin) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(plugin, |plugin| plugin.capabilities.len()) }
}

/// A capability under which the plugin can be found; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_capability(plugin: *const hotshoe_plugin, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(plugin, |plugin| plugin.capabilities.get(index)) }
}

/// Whether the plugin is loaded still. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_is_loaded(plugin: *const hotshoe_plugin) -> bool {
    // SAFETY: the header's contract for handles.
    unsafe { ask(plugin, |plugin| plugin.plugin.is_loaded()) }
}

/// Whether the file that the plugin consists of is another one now than when it was loaded, so that hotshoe_host_reload
/// would bring something new. One that is not there is none. After a reload that failed for a reason of the new files, it
/// is compared with those; not after `plugin-in-use`, `plugin-busy` and `reload-not-beside`, which say to try again. It
/// costs one question to the file system. False for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_is_changed(plugin: *const hotshoe_plugin) -> bool {
    // SAFETY: the header's contract for handles.
    unsafe { ask(plugin, |plugin| plugin.plugin.is_changed()) }
}

/// What was noticed while the plugin was loaded, lent: better versions that could not be loaded, among others.
/// NULL for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_diagnostics(plugin: *const hotshoe_plugin) -> *const hotshoe_diagnostics {
    // SAFETY: the header's contract for handles.
    unsafe { plugin.as_ref() }.map_or(ptr::null(), |plugin| &raw const plugin.diagnostics)
}

/// The plugin's entry function, for a C host to call with its registry. Good until the plugin is unloaded.
/// A C++ program uses hotshoe.hpp, for what the plugin throws must be caught where it is called.
///
/// Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_entry(
    plugin: *const hotshoe_plugin,
    entry: *mut hotshoe_function,
) -> *mut hotshoe_error {
    fallible(|| {
        let entry = out(entry, "entry")?;
        // SAFETY: the header's contract for handles and out-parameters; an exported entry is a function, and
        // calling it is for the host, which knows its type.
        unsafe {
            let address = required(plugin, "plugin")?.plugin.entry()?;
            entry.write(std::mem::transmute::<*const c_void, hotshoe_function>(address));
        }
        Ok(())
    })
}

/// Where one of the plugin's exported symbols is: data, or a function to cast. Good until it is unloaded.
///
/// Errors: `symbol-missing`, `plugin-unloaded`, `plugin-busy`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_symbol(
    plugin: *const hotshoe_plugin,
    name: *const c_char,
    name_length: usize,
    address: *mut *mut c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        let address = out(address, "address")?;
        // SAFETY: the header's contract for handles, strings and out-parameters.
        unsafe {
            let found = required(plugin, "plugin")?.plugin.symbol(text(name, name_length, "name")?)?;
            address.write(found.cast_mut());
        }
        Ok(())
    })
}

/// Takes note of something that the plugin gave to the host, so that unloading takes it back or answers busy.
/// May be called while the plugin is bound and at any time later. The last registered is the first dropped.
///
/// `what`: what it is, for the one who asks why a plugin is busy: "activation `relu6`". `callback`: is told
/// DROP exactly once if this succeeds, and nothing if it fails. If the host is freed while the plugin is
/// loaded, nothing is dropped: the plugin stays mapped and what it registered stays good.
/// Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_register(
    plugin: *const hotshoe_plugin,
    what: *const c_char,
    what_length: usize,
    callback: hotshoe_registration_callback,
    user_data: *mut c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (plugin, what) = unsafe { (required(plugin, "plugin")?, text(what, what_length, "what")?) };
        let callback = required_callback(callback)?;
        plugin.plugin.register(|| Box::new(CRegistration { what: what.to_owned(), callback, user_data }))
    })
}

/// Another handle of the same plugin. Yours; NULL for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_clone(plugin: *const hotshoe_plugin) -> *mut hotshoe_plugin {
    // SAFETY: the header's contract for handles.
    let plugin = unsafe { plugin.as_ref() };
    plugin.map_or(ptr::null_mut(), |plugin| Box::into_raw(Box::new(hotshoe_plugin::new(plugin.plugin.clone()))))
}

/// Ends a handle; the plugin stays loaded. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_free(plugin: *mut hotshoe_plugin) {
    // SAFETY: the header's contract for handles.
    unsafe { free(plugin) }
}

/// How many there are. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugins_count(plugins: *const hotshoe_plugins) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(plugins, |plugins| plugins.0.len()) }
}

/// One of them, lent: hotshoe_plugin_clone makes it yours. NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugins_get(plugins: *const hotshoe_plugins, index: usize) -> *const hotshoe_plugin {
    // SAFETY: the header's contract for handles.
    unsafe { plugins.as_ref() }.and_then(|plugins| plugins.0.get(index)).map_or(ptr::null(), ptr::from_ref)
}

/// Ends the list; the plugins stay loaded. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugins_free(plugins: *mut hotshoe_plugins) {
    // SAFETY: the header's contract for handles.
    unsafe { free(plugins) }
}
