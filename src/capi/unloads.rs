//! What became of all plugins of a host.

use std::ptr;

use super::boundary::{ask, free, required};
use super::error::{hotshoe_error, making};
use super::host::hotshoe_host;
use super::plugin::hotshoe_plugin;
use super::unload::hotshoe_unload;

/// What became of all plugins of a host, in the order in which they were unloaded.
pub struct hotshoe_unloads(Vec<Answer>);

struct Answer {
    plugin: hotshoe_plugin,
    unload: Option<hotshoe_unload>,
    error: Option<Box<hotshoe_error>>,
}

/// Unloads every plugin: each before what it depends on, else the last one first. One that is busy lives on.
///
/// `unloads`: yours; it says what became of each. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_unload_all(
    host: *const hotshoe_host,
    unloads: *mut *mut hotshoe_unloads,
) -> *mut hotshoe_error {
    let unload_all = || {
        // SAFETY: the header's contract for handles.
        let answers = unsafe { required(host, "host")? }.host().unload_all().into_iter();
        let answers = answers.map(|(plugin, answer)| {
            let (unload, error) = match answer {
                Ok(unload) => (Some(hotshoe_unload::new(unload)), None),
                Err(error) => (None, Some(Box::new(hotshoe_error::new(error)))),
            };
            Answer { plugin: hotshoe_plugin::new(plugin), unload, error }
        });
        Ok(hotshoe_unloads(answers.collect()))
    };
    // SAFETY: the header's contract for out-parameters.
    unsafe { making(unloads, "unloads", unload_all) }
}

/// How many plugins there were. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unloads_count(unloads: *const hotshoe_unloads) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(unloads, |unloads| unloads.0.len()) }
}

/// One of them, lent: hotshoe_plugin_clone makes it yours. NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unloads_plugin(
    unloads: *const hotshoe_unloads,
    index: usize,
) -> *const hotshoe_plugin {
    // SAFETY: the header's contract for handles.
    unsafe { answer(unloads, index) }.map_or(ptr::null(), |answer| &raw const answer.plugin)
}

/// What became of it, lent; NULL if that failed, and past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unloads_get(unloads: *const hotshoe_unloads, index: usize) -> *const hotshoe_unload {
    // SAFETY: the header's contract for handles.
    unsafe { answer(unloads, index) }.and_then(|answer| answer.unload.as_ref()).map_or(ptr::null(), ptr::from_ref)
}

/// Why it could not be unloaded, lent; NULL if nothing failed. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unloads_error(unloads: *const hotshoe_unloads, index: usize) -> *const hotshoe_error {
    // SAFETY: the header's contract for handles.
    unsafe { answer(unloads, index) }.and_then(|answer| answer.error.as_deref()).map_or(ptr::null(), ptr::from_ref)
}

/// Ends the answers. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_unloads_free(unloads: *mut hotshoe_unloads) {
    // SAFETY: the header's contract for handles.
    unsafe { free(unloads) }
}

/// # Safety
/// As for every handle.
unsafe fn answer<'a>(unloads: *const hotshoe_unloads, index: usize) -> Option<&'a Answer> {
    // SAFETY: as the caller promises.
    unsafe { unloads.as_ref() }?.0.get(index)
}
