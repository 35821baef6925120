//! Plugins found by what they can do, and the right to use one for a while.

use std::ffi::{CString, c_char, c_int};
use std::ptr;

use super::boundary::{ask, c_string, free, lend, out, required, text};
use super::diagnostics::hotshoe_diagnostics;
use super::error::{fallible, hotshoe_error, making};
use super::host::hotshoe_host;
use super::plugin::{hotshoe_plugin, hotshoe_plugins};
use super::profile::capability_policy;
use crate::capability::{Capability, KNOWN};
use crate::host::Lookup;
use crate::plugin::Lease;

/// The right to use a plugin: until it is freed, whoever unloads or reloads the plugin is told that it is in use.
pub struct hotshoe_lease {
    plugin: hotshoe_plugin,
    /// Held, and not looked at.
    _lease: Lease,
}

/// What the live plugins of a host can be found under.
pub struct hotshoe_capabilities {
    all: Vec<(CString, hotshoe_plugins)>,
    diagnostics: hotshoe_diagnostics,
}

impl hotshoe_lease {
    fn new(lease: Lease) -> hotshoe_lease {
        hotshoe_lease { plugin: hotshoe_plugin::new(lease.plugin().clone()), _lease: lease }
    }
}

/// The live plugin that has a capability, and a lease of it.
///
/// `policy`: which one is meant of several, a hotshoe_capability_policy. `or_name`: whether a plugin of this name is meant,
/// too, where none has such a capability. `lease`: yours; NULL if there is no such plugin.
/// Errors: `capability-taken`, and `plugin-busy` while the one that is meant is being unloaded or reloaded. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_find(
    host: *const hotshoe_host,
    capability: *const c_char,
    capability_length: usize,
    policy: c_int,
    or_name: bool,
    lease: *mut *mut hotshoe_lease,
) -> *mut hotshoe_error {
    fallible(|| {
        let place = out(lease, "lease")?;
        // SAFETY: the header's contract for handles and strings.
        let (host, tag) = unsafe { (required(host, "host")?, text(capability, capability_length, "capability")?) };
        let mut lookup = Lookup::of(tag);
        if let Some(policy) = capability_policy(policy)? {
            lookup = lookup.by(policy);
        }
        if or_name {
            lookup = lookup.or_name();
        }
        let found = host.host().find(lookup)?.map(|lease| Box::new(hotshoe_lease::new(lease)));
        // SAFETY: the header's contract for out-parameters.
        unsafe { place.write(found.map_or(ptr::null_mut(), Box::into_raw)) };
        Ok(())
    })
}

/// Keeps a plugin loaded for a while.
///
/// `lease`: yours. Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_lease(
    plugin: *const hotshoe_plugin,
    lease: *mut *mut hotshoe_lease,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe { making(lease, "lease", || Ok(hotshoe_lease::new(required(plugin, "plugin")?.plugin.lease()?))) }
}

/// The plugin, lent by the lease: hotshoe_plugin_clone makes it yours. NULL for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_lease_plugin(lease: *const hotshoe_lease) -> *const hotshoe_plugin {
    // SAFETY: the header's contract for handles.
    unsafe { lease.as_ref() }.map_or(ptr::null(), |lease| &raw const lease.plugin)
}

/// Ends a lease: nothing of the plugin may be in use by it any more. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_lease_free(lease: *mut hotshoe_lease) {
    // SAFETY: the header's contract for handles.
    unsafe { free(lease) }
}

/// Has a live plugin, or one that is being bound, found under a capability that its manifest does not name, as long as it
/// lives. Its place among others that have it is that of its load.
///
/// Errors: `capability-invalid`, `capability-taken`, `plugin-unloaded`, `plugin-busy`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_register_capability(
    host: *const hotshoe_host,
    plugin: *const hotshoe_plugin,
    capability: *const c_char,
    capability_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (host, plugin, tag) = unsafe {
            let tag = text(capability, capability_length, "capability")?;
            (required(host, "host")?, required(plugin, "plugin")?, tag)
        };
        host.host().register_capability(&plugin.plugin, Capability::new(tag)?)
    })
}

/// Everything that a live plugin can be found under, as it is now.
///
/// `capabilities`: yours. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_capabilities(
    host: *const hotshoe_host,
    capabilities: *mut *mut hotshoe_capabilities,
) -> *mut hotshoe_error {
    let list = || {
        // SAFETY: the header's contract for handles.
        let host = unsafe { required(host, "host") }?.host();
        let all = host.capabilities().into_iter();
        let all = all.map(|(tag, holders)| (c_string(tag.as_str()), hotshoe_plugins::new(holders)));
        let diagnostics = hotshoe_diagnostics::new(&host.capability_diagnostics());
        Ok(hotshoe_capabilities { all: all.collect(), diagnostics })
    };
    // SAFETY: the header's contract for out-parameters.
    unsafe { making(capabilities, "capabilities", list) }
}

/// How many there are. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_capabilities_count(capabilities: *const hotshoe_capabilities) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(capabilities, |capabilities| capabilities.all.len()) }
}

/// One of them, by its text; they are in its order. NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_capabilities_get(
    capabilities: *const hotshoe_capabilities,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(capabilities, |capabilities| Some(&capabilities.all.get(index)?.0)) }
}

/// The plugins that have one, in the order in which they were loaded, lent. NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_capabilities_plugins(
    capabilities: *const hotshoe_capabilities,
    index: usize,
) -> *const hotshoe_plugins {
    // SAFETY: the header's contract for handles.
    let one = unsafe { capabilities.as_ref() }.and_then(|capabilities| capabilities.all.get(index));
    one.map_or(ptr::null(), |(_, plugins)| ptr::from_ref(plugins))
}

/// A warning `capability-taken` for each plugin that has a capability under which another one is found, lent. NULL for
/// NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_capabilities_diagnostics(
    capabilities: *const hotshoe_capabilities,
) -> *const hotshoe_diagnostics {
    // SAFETY: the header's contract for handles.
    unsafe { capabilities.as_ref() }.map_or(ptr::null(), |capabilities| &raw const capabilities.diagnostics)
}

/// Ends the list; the plugins stay loaded. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_capabilities_free(capabilities: *mut hotshoe_capabilities) {
    // SAFETY: the header's contract for handles.
    unsafe { free(capabilities) }
}

/// What a capability means by itself, if every host knows it, such as `backend:python`; NULL for any other one, which is
/// as good. It is never freed. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_capability_meaning(
    capability: *const c_char,
    capability_length: usize,
) -> *const c_char {
    // SAFETY: the header's contract for strings.
    let Ok(text) = (unsafe { text(capability, capability_length, "capability") }) else { return ptr::null() };
    KNOWN.iter().find(|(tag, _)| *tag == text).map_or(ptr::null(), |(_, meaning)| meaning.as_ptr())
}
