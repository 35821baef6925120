//! A program's side of its plugins.

use std::ffi::{c_char, c_void};
use std::path::PathBuf;
use std::sync::Arc;

use super::boundary::{
    Passed, ask, c_path, free, give, optional_text, out, path, required, required_callback, required_mut, text,
};
use super::catalog::{hotshoe_candidate, hotshoe_catalog};
use super::diagnostics::hotshoe_diagnostics;
use super::error::{fallible, hotshoe_error, making};
use super::plugin::{hotshoe_plugin, hotshoe_plugins};
use super::profile::hotshoe_profile;
use super::unload::hotshoe_unload;
use crate::capability::Capability;
use crate::error::Result;
use crate::host::{CandidateState, Host, Report};
use crate::plugin::Plugin;
use crate::runtime::Prober;
use crate::version;

/// A program's side of its plugins: where they are looked for, and which are alive.
pub struct hotshoe_host(Host);

impl hotshoe_host {
    pub(super) fn host(&self) -> &Host {
        &self.0
    }
}

/// Called once for each plugin that comes to life, on the thread that loads, to call its entry with the host's
/// registry. `plugin` is lent for the call. Return NULL, or an error, made with hotshoe_error_new or come from
/// another function: then what the plugin registered is withdrawn, it is unloaded, and loading fails with that
/// error. It must not throw. It may load other plugins; for one that another thread is changing it gets the
/// error `plugin-busy`, as does anybody who wants this plugin while the callback runs.
pub type hotshoe_bind_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, plugin: *const hotshoe_plugin) -> *mut hotshoe_error>;

/// Called for each folder.
pub type hotshoe_folder_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, folder: *const c_char)>;

/// What a host does with a candidate.
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum hotshoe_candidate_state {
    /// It is not loaded.
    #[default]
    NotLoaded = 0,
    /// A thread is loading, reloading or unloading it.
    Loading = 1,
    /// It is loaded.
    Loaded = 2,
    /// It is loaded, and has ended by itself: unload or reload it.
    Ended = 3,
}

impl From<CandidateState> for hotshoe_candidate_state {
    fn from(state: CandidateState) -> hotshoe_candidate_state {
        match state {
            CandidateState::NotLoaded => hotshoe_candidate_state::NotLoaded,
            CandidateState::Loading => hotshoe_candidate_state::Loading,
            CandidateState::Loaded => hotshoe_candidate_state::Loaded,
            CandidateState::Ended => hotshoe_candidate_state::Ended,
        }
    }
}

/// Calls the callback of a host; with none, plugins are loaded and not bound.
fn bind_with(callback: hotshoe_bind_callback, user_data: *mut c_void) -> impl FnMut(&Arc<Plugin>) -> Result<()> {
    move |plugin| {
        let Some(callback) = callback else { return Ok(()) };
        let lent = hotshoe_plugin::new(plugin.clone());
        // SAFETY: the host passed the two together; the plugin outlives the call.
        let error = unsafe { callback(user_data, &raw const lent) };
        if error.is_null() {
            return Ok(());
        }
        // SAFETY: the header asks for an error of our own making, which is ours now.
        Err(unsafe { hotshoe_error::take(error) })
    }
}

/// The body of a function that gives a host one folder.
///
/// # Safety
/// As for [`required`] and [`path`].
pub(super) unsafe fn adding_folder(
    host: *const hotshoe_host,
    (data, length, what): Passed<'_>,
    add: impl FnOnce(&Host, PathBuf),
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: as the caller promises.
        let (host, folder) = unsafe { (required(host, "host")?, path(data, length, what)?) };
        add(&host.0, folder);
        Ok(())
    })
}

/// Makes a host without plugins. It looks for them in the folders given to hotshoe_host_add_search_root, then
/// in those of the profile's environment variable, then in those that the profile names: the program's, the
/// user's, the system's.
///
/// `profile`: copied. `host`: yours. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_new(
    profile: *const hotshoe_profile,
    host: *mut *mut hotshoe_host,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe { making(host, "host", || Ok(hotshoe_host(Host::new(required(profile, "profile")?.profile.clone())))) }
}

/// Adds a folder to look for plugins in, before those of the environment variable and of the profile. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_add_search_root(
    host: *const hotshoe_host,
    root: *const c_char,
    root_length: usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and strings.
    unsafe { adding_folder(host, (root, root_length, "root"), Host::add_search_root) }
}

/// Adds a folder that need not be there: as long as it is not, nothing is said of it. Otherwise like
/// hotshoe_host_add_search_root. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_add_optional_search_root(
    host: *const hotshoe_host,
    root: *const c_char,
    root_length: usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and strings.
    unsafe { adding_folder(host, (root, root_length, "root"), Host::add_optional_search_root) }
}

/// The folders that plugins are looked for in, first one first, as the environment says it now; lent to `folder` one by
/// one, each for the call. Paths are as the system has them. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_search_roots(
    host: *const hotshoe_host,
    folder: hotshoe_folder_callback,
    user_data: *mut c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let host = unsafe { required(host, "host")? };
        let folder = required_callback(folder)?;
        for root in host.0.search_path().roots() {
            // SAFETY: the program gave the two together; the path outlives the call.
            unsafe { folder(user_data, c_path(root).as_ptr()) }
        }
        Ok(())
    })
}

/// What a host does with a candidate at this moment. Another thread may change that a moment later.
/// HOTSHOE_CANDIDATE_STATE_NOT_LOADED for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_candidate_state(
    host: *const hotshoe_host,
    candidate: *const hotshoe_candidate,
) -> hotshoe_candidate_state {
    // SAFETY: the header's contract for handles.
    let candidate = unsafe { candidate.as_ref() };
    // SAFETY: the same.
    unsafe {
        ask(host, |host| candidate.map(|candidate| host.0.state(candidate.candidate()).into()).unwrap_or_default())
    }
}

/// Has every library loaded once by another program, the tool `hotshoe`, before this process loads it: a plugin
/// whose constructors throw, exit or hang for 10 seconds is then the error `probe-failed`, where it would end
/// this process otherwise. Costs a process start for each plugin. Off by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_set_prober(
    host: *mut hotshoe_host,
    program: *const c_char,
    program_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (host, program) = unsafe { (required_mut(host, "host")?, path(program, program_length, "program")?) };
        host.0.set_prober(Some(Prober::new(program)));
        Ok(())
    })
}

/// The plugins that are on the search path now. Nothing is loaded.
///
/// `catalog`: yours. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_catalog(
    host: *const hotshoe_host,
    catalog: *mut *mut hotshoe_catalog,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe { making(catalog, "catalog", || Ok(hotshoe_catalog::new(required(host, "host")?.0.catalog()))) }
}

/// Loads a plugin from the search path by name, and before it the plugins it depends on. One that is alive
/// already is returned as it is, and `bind` is not called.
///
/// `requirement`: such as ">=1.2,<2"; NULL means the highest version. `bind`: NULL loads without binding.
/// `plugin`: yours. Errors: of every stage but `package`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_load(
    host: *const hotshoe_host,
    name: *const c_char,
    name_length: usize,
    requirement: *const c_char,
    requirement_length: usize,
    bind: hotshoe_bind_callback,
    user_data: *mut c_void,
    plugin: *mut *mut hotshoe_plugin,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    unsafe {
        making(plugin, "plugin", || {
            let host = required(host, "host")?;
            let name = text(name, name_length, "name")?;
            let requirement = optional_text(requirement, requirement_length, "requirement")?;
            let requirement = requirement.map(version::requirement).transpose()?;
            Ok(hotshoe_plugin::new(host.0.load(name, requirement.as_ref(), bind_with(bind, user_data))?))
        })
    }
}

/// Loads a plugin that a catalog found, and not what it depends on. Otherwise like hotshoe_host_load. The
/// catalog may be freed afterwards. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_load_candidate(
    host: *const hotshoe_host,
    candidate: *const hotshoe_candidate,
    bind: hotshoe_bind_callback,
    user_data: *mut c_void,
    plugin: *mut *mut hotshoe_plugin,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe {
        making(plugin, "plugin", || {
            let (host, candidate) = (required(host, "host")?, required(candidate, "candidate")?);
            let loaded = host.0.load_candidate(candidate.candidate(), bind_with(bind, user_data))?;
            Ok(hotshoe_plugin::new(loaded))
        })
    }
}

/// Loads the plugin at a path, its folder or its library, and before it the plugins it depends on, from the
/// search path. Otherwise like hotshoe_host_load. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_load_path(
    host: *const hotshoe_host,
    file_or_folder: *const c_char,
    file_or_folder_length: usize,
    bind: hotshoe_bind_callback,
    user_data: *mut c_void,
    plugin: *mut *mut hotshoe_plugin,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    unsafe {
        making(plugin, "plugin", || {
            let host = required(host, "host")?;
            let path = path(file_or_folder, file_or_folder_length, "file_or_folder")?;
            Ok(hotshoe_plugin::new(host.0.load_path(&path, bind_with(bind, user_data))?))
        })
    }
}

/// Loads every plugin on the search path in its highest version. A plugin that cannot be loaded is a diagnostic
/// and never keeps the others from being loaded.
///
/// `plugins`, `diagnostics`: yours. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_load_all(
    host: *const hotshoe_host,
    bind: hotshoe_bind_callback,
    user_data: *mut c_void,
    plugins: *mut *mut hotshoe_plugins,
    diagnostics: *mut *mut hotshoe_diagnostics,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let host = unsafe { required(host, "host")? };
        report(plugins, diagnostics, || host.0.load_all(bind_with(bind, user_data)))
    })
}

/// Loads every plugin of a catalog, such as one made of another search path. Otherwise like
/// hotshoe_host_load_all. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_load_catalog(
    host: *const hotshoe_host,
    catalog: *const hotshoe_catalog,
    bind: hotshoe_bind_callback,
    user_data: *mut c_void,
    plugins: *mut *mut hotshoe_plugins,
    diagnostics: *mut *mut hotshoe_diagnostics,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let (host, catalog) = unsafe { (required(host, "host")?, required(catalog, "catalog")?) };
        report(plugins, diagnostics, || host.0.load_catalog(&catalog.catalog, bind_with(bind, user_data)))
    })
}

fn report(
    plugins: *mut *mut hotshoe_plugins,
    diagnostics: *mut *mut hotshoe_diagnostics,
    load: impl FnOnce() -> Report,
) -> Result<()> {
    let (plugins, diagnostics) = (out(plugins, "plugins")?, out(diagnostics, "diagnostics")?);
    let report = load();
    // SAFETY: the header's contract for out-parameters.
    unsafe {
        give(plugins, hotshoe_plugins::new(report.plugins));
        give(diagnostics, hotshoe_diagnostics::new(&report.diagnostics));
    }
    Ok(())
}

/// Brings what is on disk in a plugin's place to life, and then ends the plugin. If anything fails on the way, the
/// plugin lives on as if nothing had been asked. While `bind` runs, what the old plugin registered is withdrawn.
///
/// `plugin`: its handle stays yours, for a plugin that has ended. `reloaded`: yours; its diagnostics say so if the old
/// code stays mapped. Errors: `reload-not-beside`, if both cannot be in one process at a time: hotshoe_host_replace
/// may help; `plugin-in-use`, `plugin-unloaded`, and those of hotshoe_host_load_path. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_reload(
    host: *const hotshoe_host,
    plugin: *const hotshoe_plugin,
    bind: hotshoe_bind_callback,
    user_data: *mut c_void,
    reloaded: *mut *mut hotshoe_plugin,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe {
        making(reloaded, "reloaded", || {
            let (host, plugin) = (required(host, "host")?, required(plugin, "plugin")?);
            Ok(hotshoe_plugin::new(host.0.reload(&plugin.plugin, bind_with(bind, user_data))?))
        })
    }
}

/// Ends a plugin and then brings what is on disk in its place to life. The new files are checked first: if they
/// would be refused, or if the plugin is in use, the error says so and the old plugin lives on. An error after
/// that (from its constructors, or from `bind`) leaves none alive: there is no way back.
///
/// `plugin`: its handle stays yours, for a plugin that has ended. `replaced`: yours.
/// Errors: `plugin-in-use`, `plugin-unloaded`, and those of hotshoe_host_load_path. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_replace(
    host: *const hotshoe_host,
    plugin: *const hotshoe_plugin,
    bind: hotshoe_bind_callback,
    user_data: *mut c_void,
    replaced: *mut *mut hotshoe_plugin,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe {
        making(replaced, "replaced", || {
            let (host, plugin) = (required(host, "host")?, required(plugin, "plugin")?);
            Ok(hotshoe_plugin::new(host.0.replace(&plugin.plugin, bind_with(bind, user_data))?))
        })
    }
}

/// Unloads a plugin and says truthfully what became of it. No thread may be in its code.
///
/// `unload`: yours. Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_unload(
    host: *const hotshoe_host,
    plugin: *const hotshoe_plugin,
    unload: *mut *mut hotshoe_unload,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe {
        making(unload, "unload", || {
            let (host, plugin) = (required(host, "host")?, required(plugin, "plugin")?);
            Ok(hotshoe_unload::new(host.0.unload(&plugin.plugin)?))
        })
    }
}

/// The live plugins, in the order in which they were loaded.
///
/// `name`, `capability`: only those of this name, under this capability; NULL for all. `plugins`: yours.
/// Errors: `capability-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_plugins(
    host: *const hotshoe_host,
    name: *const c_char,
    name_length: usize,
    capability: *const c_char,
    capability_length: usize,
    plugins: *mut *mut hotshoe_plugins,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles, strings and out-parameters.
    unsafe {
        making(plugins, "plugins", || {
            let host = required(host, "host")?;
            let name = optional_text(name, name_length, "name")?;
            let capability = optional_text(capability, capability_length, "capability")?;
            let capability = capability.map(Capability::new).transpose()?;
            let mut live = host.0.plugins();
            live.retain(|plugin| name.is_none_or(|name| plugin.name() == name));
            live.retain(|plugin| capability.as_ref().is_none_or(|tag| plugin.has_capability(tag)));
            Ok(hotshoe_plugins::new(live))
        })
    }
}

/// Ends a host. Plugins that are loaded still stay mapped, and what they registered stays good. NULL is fine.
///
/// In a callback of a host, and while the thread loads, reloads or unloads a plugin of it, it does nothing, which the log
/// says as `plugin-busy`: free it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_free(host: *mut hotshoe_host) {
    // SAFETY: the header's contract for handles.
    if unsafe { host.as_ref() }.is_some_and(|host| host.0.must_stay()) {
        return;
    }
    // SAFETY: the header's contract for handles.
    unsafe { free(host) }
}

#[cfg(test)]
mod tests;
