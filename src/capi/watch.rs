//! What a program is told of its plugins without asking, and what it may forbid.

use std::ffi::{CString, c_char, c_void};
use std::ptr;
use std::sync::Arc;

use super::boundary::{ask, c_path, c_string, lend, required};
use super::catalog::{hotshoe_candidate, hotshoe_catalog};
use super::diagnostics::hotshoe_diagnostics;
use super::error::{fallible, hotshoe_error};
use super::host::hotshoe_host;
use super::plugin::hotshoe_plugin;
use super::unload::hotshoe_unload;
use crate::catalog::Catalog;
use crate::host::{Event, Filter, Listener, Log};

/// Called when user_data is not used any more.
pub type hotshoe_release_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// Asked before a plugin is loaded or reloaded, or one that it depends on; `candidate` is lent for the call. Return
/// NULL to let it in, or an error, as from hotshoe_error_new, which says why not.
pub type hotshoe_filter_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, candidate: *const hotshoe_candidate) -> *mut hotshoe_error>;

/// Told of a finding: `found` holds this one, and is lent for the call.
pub type hotshoe_log_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, found: *const hotshoe_diagnostics)>;

/// Told what happened to a plugin, after it has happened; `event` is lent for the call.
pub type hotshoe_event_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, event: *const hotshoe_event)>;

/// What happened to a plugin of a host.
pub struct hotshoe_event {
    kind: hotshoe_event_kind,
    name: CString,
    path: CString,
    text: CString,
    code: Option<CString>,
    plugin: Option<hotshoe_plugin>,
    unload: Option<hotshoe_unload>,
}

/// What happened. There may be more kinds some day: pass over those that you do not know.
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum hotshoe_event_kind {
    /// It was loaded and bound.
    #[default]
    Loaded = 0,
    /// It was unloaded; hotshoe_event_unload says what became of it.
    Unloaded = 1,
    /// It took the place of an older one, which has ended.
    Reloaded = 2,
    /// It was not loaded or reloaded; hotshoe_event_code says why.
    Refused = 3,
    /// It has ended by itself. It stays loaded until it is unloaded.
    Ended = 4,
}

impl hotshoe_event {
    fn new(event: &Event<'_>) -> hotshoe_event {
        let (kind, code, unload) = match event {
            Event::Loaded(_) => (hotshoe_event_kind::Loaded, None, None),
            Event::Unloaded(_, unload) => (hotshoe_event_kind::Unloaded, None, Some((*unload).clone())),
            Event::Reloaded { .. } => (hotshoe_event_kind::Reloaded, None, None),
            Event::Refused { why, .. } => (hotshoe_event_kind::Refused, Some(why.code), None),
            Event::Ended(..) => (hotshoe_event_kind::Ended, None, None),
        };
        hotshoe_event {
            kind,
            name: c_string(event.name()),
            path: c_path(event.path()),
            text: c_string(event.to_string()),
            code: code.map(|code| c_string(code.as_str())),
            plugin: event.plugin().map(|plugin| hotshoe_plugin::new(plugin.clone())),
            unload: unload.map(hotshoe_unload::new),
        }
    }
}

/// What a program gave with a callback.
pub(super) struct UserData {
    data: *mut c_void,
    release: hotshoe_release_callback,
}

// SAFETY: the header tells the program that its callbacks come on any thread, several at once.
unsafe impl Send for UserData {}
// SAFETY: the same.
unsafe impl Sync for UserData {}

impl UserData {
    pub(super) fn new(data: *mut c_void, release: hotshoe_release_callback) -> UserData {
        UserData { data, release }
    }

    pub(super) fn data(&self) -> *mut c_void {
        self.data
    }
}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the program gave the two together; nothing of them is used any more.
            unsafe { release(self.data) }
        }
    }
}

/// Has a function asked before a plugin is loaded or reloaded, or one that it depends on. One that it does not let in
/// is the error `plugin-vetoed`, and the next best one of its name is taken. It may be asked more than once, and is not
/// asked of a plugin that is alive.
///
/// This holds for all three callbacks of a host. They belong to that host, come on any thread, several at once, and
/// never under a lock of Hotshoe's. In them functions whose parameters are all pointers to const may be called; but
/// whatever loads, reloads or unloads a plugin is `plugin-busy` there, and a host is not freed. They must not throw.
/// NULL for the callback: none is called any more. When a setter returns, no call of the one before is going on, unless
/// it is called from within a callback; so do not hold a lock that a callback takes. Without callbacks nothing is
/// printed.
///
/// `release`: called once, when user_data is not used any more, also when the host is freed; NULL: never. If this
/// fails, user_data stays yours. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_set_filter(
    host: *const hotshoe_host,
    callback: hotshoe_filter_callback,
    user_data: *mut c_void,
    release: hotshoe_release_callback,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let host = unsafe { required(host, "host")? }.host();
        let filter = callback.map(|callback| -> Arc<Filter> {
            let user = UserData::new(user_data, release);
            Arc::new(move |candidate| {
                let lent = hotshoe_catalog::new(Catalog::of(candidate.clone()));
                // SAFETY: the program gave the two together; what is lent outlives the call.
                let error = unsafe { callback(user.data(), lent.first()) };
                // SAFETY: the header asks for an error of our own making, which is ours now.
                if error.is_null() { Ok(()) } else { Err(unsafe { hotshoe_error::take(error) }) }
            })
        });
        host.set_filter(filter);
        Ok(())
    })
}

/// Has a function told of findings: why plugins are refused, what is noticed when they are loaded, that they ended by
/// themselves, and as `runtime-log` what their runtimes have to say. Texts are short and hold no control characters.
/// What is said because of its own calls of plugins, it is not told. See hotshoe_host_set_filter. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_set_log(
    host: *const hotshoe_host,
    callback: hotshoe_log_callback,
    user_data: *mut c_void,
    release: hotshoe_release_callback,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let host = unsafe { required(host, "host")? }.host();
        let log = callback.map(|callback| -> Arc<Log> {
            let user = UserData::new(user_data, release);
            Arc::new(move |found| {
                let lent = hotshoe_diagnostics::new(std::slice::from_ref(found));
                // SAFETY: the program gave the two together; what is lent outlives the call.
                unsafe { callback(user.data(), &raw const lent) }
            })
        });
        host.set_log(log);
        Ok(())
    })
}

/// Has a function told what happens to plugins, after it has happened. See hotshoe_host_set_filter. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_set_listener(
    host: *const hotshoe_host,
    callback: hotshoe_event_callback,
    user_data: *mut c_void,
    release: hotshoe_release_callback,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let host = unsafe { required(host, "host")? }.host();
        let listener = callback.map(|callback| -> Arc<Listener> {
            let user = UserData::new(user_data, release);
            Arc::new(move |event| {
                let lent = hotshoe_event::new(event);
                // SAFETY: the program gave the two together; what is lent outlives the call.
                unsafe { callback(user.data(), &raw const lent) }
            })
        });
        host.set_listener(listener);
        Ok(())
    })
}

/// What happened. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_event_get_kind(event: *const hotshoe_event) -> hotshoe_event_kind {
    // SAFETY: the header's contract for handles.
    unsafe { ask(event, |event| event.kind) }
}

/// The name of the plugin that it is about. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_event_name(event: *const hotshoe_event) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(event, |event| Some(&event.name)) }
}

/// The plugin's folder, or its library if it has no folder of its own. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_event_path(event: *const hotshoe_event) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(event, |event| Some(&event.path)) }
}

/// What happened, in one line. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_event_text(event: *const hotshoe_event) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(event, |event| Some(&event.text)) }
}

/// The kind of error for which a plugin was refused; NULL for other events. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_event_code(event: *const hotshoe_event) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(event, |event| event.code.as_ref()) }
}

/// The plugin, lent: hotshoe_plugin_clone makes it yours. NULL if it was refused. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_event_plugin(event: *const hotshoe_event) -> *const hotshoe_plugin {
    // SAFETY: the header's contract for handles.
    unsafe { event.as_ref() }.and_then(|event| event.plugin.as_ref()).map_or(ptr::null(), ptr::from_ref)
}

/// What became of a plugin that was unloaded, lent; NULL for other events. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_event_unload(event: *const hotshoe_event) -> *const hotshoe_unload {
    // SAFETY: the header's contract for handles.
    unsafe { event.as_ref() }.and_then(|event| event.unload.as_ref()).map_or(ptr::null(), ptr::from_ref)
}
