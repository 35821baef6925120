//! Calls of a plugin's methods by their names, and what a host serves to its plugins.

use std::ffi::{c_char, c_int, c_void};
use std::ops::ControlFlow;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use super::boundary::{ask, byte_string, c_string, free, out, required, required_callback, required_mut, text};
use super::error::{fallible, hotshoe_error, making};
use super::plugin::hotshoe_plugin;
use super::watch::{UserData, hotshoe_release_callback};
use crate::error::{Code, Error, Result};
use crate::runtime::{Call, CancelToken, Encoding, Services, Sink};

/// How the bytes of inputs and outputs are to be read.
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum hotshoe_encoding {
    /// A JSON text in UTF-8.
    #[default]
    Json = 0,
    /// As the plugin's interface defines.
    Raw = 1,
}

/// Takes an output of a call, one or the next of many, on the thread that calls; the bytes are lent for the call.
/// Return 0 to get more, and anything else if no more is wanted. It must not throw.
pub type hotshoe_output_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, output: *const c_void, output_length: usize) -> c_int>;

/// Takes note of how far a call has got: `done` of `total` steps; 0 of 0 if nobody knows. It must not throw.
pub type hotshoe_call_progress_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, done: u64, total: u64)>;

/// Takes note of what the plugin says it is doing: one line, lent for the call. It must not throw.
pub type hotshoe_status_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, text: *const c_char)>;

/// Takes a text as JSON, lent for the call. It must not throw.
pub type hotshoe_json_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, json: *const c_char)>;

/// Serves a call of a plugin's, on any thread, several at once. `call` is lent for the call. Return NULL, or an error,
/// as from hotshoe_error_new. It must not throw.
pub type hotshoe_service_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, call: *mut hotshoe_service_call) -> *mut hotshoe_error>;

/// Says that calls are to be given up: fired once, by any thread, and for ever.
pub struct hotshoe_cancel_token(pub(super) CancelToken);

/// A call of a plugin's method: what is asked, and who takes what comes of it.
pub struct hotshoe_call {
    method: String,
    input: Vec<u8>,
    call: Call<'static>,
    timeout: Option<Duration>,
    sink: CSink,
}

/// A call that a plugin makes of its host.
pub struct hotshoe_service_call {
    method: std::ffi::CString,
    encoding: hotshoe_encoding,
    input: *const u8,
    input_length: usize,
    call: *const Call<'static>,
    sink: *mut (dyn Sink + 'static),
}

/// What takes the outputs of a call. NULL for a callback: what it would take is dropped.
#[derive(Clone, Copy)]
struct CSink {
    output: hotshoe_output_callback,
    progress: hotshoe_call_progress_callback,
    status: hotshoe_status_callback,
    user_data: *mut c_void,
}

impl Sink for CSink {
    fn output(&mut self, output: &[u8]) -> ControlFlow<()> {
        let Some(callback) = self.output else { return ControlFlow::Continue(()) };
        // SAFETY: the program gave the two together; the bytes outlive the call.
        match unsafe { callback(self.user_data, output.as_ptr().cast(), output.len()) } {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }

    fn progress(&mut self, done: u64, total: u64) {
        if let Some(callback) = self.progress {
            // SAFETY: the program gave the two together.
            unsafe { callback(self.user_data, done, total) }
        }
    }

    fn status(&mut self, text: &str) {
        if let Some(callback) = self.status {
            let text = c_string(crate::input::printable(text));
            // SAFETY: the program gave the two together; the text outlives the call.
            unsafe { callback(self.user_data, text.as_ptr()) }
        }
    }
}

/// Makes a token that no call has. `token`: yours. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_cancel_token_new(token: *mut *mut hotshoe_cancel_token) -> *mut hotshoe_error {
    // SAFETY: the header's contract for out-parameters.
    unsafe { making(token, "token", || Ok(hotshoe_cancel_token(CancelToken::default()))) }
}

/// Has the calls that have the token given up, also those that are made later. Does nothing for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_cancel_token_fire(token: *const hotshoe_cancel_token) {
    // SAFETY: the header's contract for handles.
    unsafe { ask(token, |token| token.0.fire()) }
}

/// Whether it was fired. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_cancel_token_is_fired(token: *const hotshoe_cancel_token) -> bool {
    // SAFETY: the header's contract for handles.
    unsafe { ask(token, |token| token.0.is_fired()) }
}

/// Ends a handle; calls that have the token keep it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_cancel_token_free(token: *mut hotshoe_cancel_token) {
    // SAFETY: the header's contract for handles.
    unsafe { free(token) }
}

/// A call of a method with one empty input in JSON and no time limit, of which nobody takes what comes.
///
/// `method`: its interface and its name, as the plugin spells them. `call`: yours. Errors: `argument-invalid` only.
/// [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_call_new(
    method: *const c_char,
    method_length: usize,
    call: *mut *mut hotshoe_call,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    unsafe {
        making(call, "call", || {
            let sink = CSink { output: None, progress: None, status: None, user_data: ptr::null_mut() };
            let method = text(method, method_length, "method")?.to_owned();
            let made = Call::new("", Encoding::Json, b"");
            Ok(hotshoe_call { method, input: Vec::new(), call: made, timeout: None, sink })
        })
    }
}

/// The input, which is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_call_set_input(
    call: *mut hotshoe_call,
    encoding: c_int,
    input: *const c_void,
    input_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and bytes.
        let (call, input) = unsafe { (required_mut(call, "call")?, byte_string(input.cast(), input_length, "input")?) };
        call.call.encoding = match encoding {
            0 => Encoding::Json,
            1 => Encoding::Raw,
            other => return Err(Error::new(Code::ARGUMENT_INVALID, format!("{other} is no encoding"))),
        };
        call.input = input.to_owned();
        Ok(())
    })
}

/// Whether more inputs follow by hotshoe_plugin_send, until hotshoe_plugin_finish. Off by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_call_set_streams(call: *mut hotshoe_call, streams: bool) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(call, "call") }?.call.streams = streams;
        Ok(())
    })
}

/// Gives the call up this many nanoseconds after it was begun; 0: never, as by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_call_set_timeout(call: *mut hotshoe_call, nanoseconds: u64) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(call, "call") }?.timeout = (nanoseconds > 0).then(|| Duration::from_nanos(nanoseconds));
        Ok(())
    })
}

/// Gives the call up when the token is fired. The token's handle stays yours, and may be freed before the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_call_set_cancel_token(
    call: *mut hotshoe_call,
    token: *const hotshoe_cancel_token,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let (call, token) = unsafe { (required_mut(call, "call")?, required(token, "token")?) };
        call.call.cancel = token.0.clone();
        Ok(())
    })
}

/// Who takes what comes of the call, on the thread that calls, before hotshoe_plugin_call returns. Each may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_call_set_sink(
    call: *mut hotshoe_call,
    output: hotshoe_output_callback,
    progress: hotshoe_call_progress_callback,
    status: hotshoe_status_callback,
    user_data: *mut c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(call, "call") }?.sink = CSink { output, progress, status, user_data };
        Ok(())
    })
}

/// Ends a call that is not going on. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_call_free(call: *mut hotshoe_call) {
    // SAFETY: the header's contract for handles.
    unsafe { free(call) }
}

/// Calls a method, and returns when it has ended. Meanwhile the plugin cannot be unloaded: that is busy.
///
/// `call`: may be made again afterwards, but not twice at once. Errors: `runtime-unsupported`, `call-failed`,
/// `call-cancelled`, `call-deadline`, `plugin-ended`, `plugin-unloaded`, `plugin-busy`, and those of the plugin's
/// runtime. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_call(
    plugin: *const hotshoe_plugin,
    call: *const hotshoe_call,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let (plugin, asked) = unsafe { (required(plugin, "plugin")?, required(call, "call")?) };
        let mut call: Call<'_> = asked.call.clone();
        (call.method, call.input) = (&asked.method, &asked.input);
        if let Some(timeout) = asked.timeout {
            call = call.within(timeout);
        }
        plugin.plugin.call(&call, &mut { asked.sink })
    })
}

/// Gives more input, which is copied, to a call that another thread makes. Errors: as for hotshoe_plugin_call.
/// [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_send(
    plugin: *const hotshoe_plugin,
    call: *const hotshoe_call,
    input: *const c_void,
    input_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and bytes.
        unsafe {
            let (plugin, call) = (required(plugin, "plugin")?, required(call, "call")?);
            plugin.plugin.send(call.call.id(), byte_string(input.cast(), input_length, "input")?)
        }
    })
}

/// Says that a call that another thread makes gets no more input. Errors: as for hotshoe_plugin_call. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_finish(
    plugin: *const hotshoe_plugin,
    call: *const hotshoe_call,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let (plugin, call) = unsafe { (required(plugin, "plugin")?, required(call, "call")?) };
        plugin.plugin.finish(call.call.id())
    })
}

/// Where the table of an interface is that the plugin offers in exactly this revision. Good until the plugin is
/// unloaded.
///
/// `table`: NULL if the plugin does not offer it. Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`.
/// [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_interface(
    plugin: *const hotshoe_plugin,
    id: *const c_char,
    id_length: usize,
    revision: u32,
    table: *mut *const c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        let table = out(table, "table")?;
        // SAFETY: the header's contract for handles, strings and out-parameters.
        unsafe {
            let found = required(plugin, "plugin")?.plugin.interface(text(id, id_length, "id")?, revision)?;
            table.write(found.unwrap_or(ptr::null()));
        }
        Ok(())
    })
}

/// What the functions of the plugin's interfaces are given first. Good until the plugin is unloaded.
///
/// `instance`: NULL if they take nothing of the kind. Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_instance(
    plugin: *const hotshoe_plugin,
    instance: *mut *mut c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        let instance = out(instance, "instance")?;
        // SAFETY: the header's contract for handles and out-parameters.
        unsafe { instance.write(required(plugin, "plugin")?.plugin.instance()?.cast_mut()) };
        Ok(())
    })
}

/// What the plugin says of its interfaces and methods, given to `json` before this returns.
/// Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`, and those of the plugin's runtime. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_describe(
    plugin: *const hotshoe_plugin,
    json: hotshoe_json_callback,
    user_data: *mut c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let plugin = unsafe { required(plugin, "plugin")? };
        let json = required_callback(json)?;
        let text = c_string(plugin.plugin.describe()?.to_string());
        // SAFETY: the program gave the two together; the text outlives the call.
        unsafe { json(user_data, text.as_ptr()) };
        Ok(())
    })
}

/// Whether the plugin can serve calls; if it cannot, the error says why: `plugin-ended` if it has ended by itself.
/// [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_health(plugin: *const hotshoe_plugin) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { required(plugin, "plugin") }?.plugin.health())
}

/// Lets the plugin call the host by the names of methods.
///
/// `release`: called once, when user_data is not used any more; NULL: never. If the callback or the plugin is NULL,
/// user_data stays yours. Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_plugin_offer(
    plugin: *const hotshoe_plugin,
    service: hotshoe_service_callback,
    user_data: *mut c_void,
    release: hotshoe_release_callback,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let plugin = unsafe { required(plugin, "plugin")? };
        let service = required_callback(service)?;
        plugin.plugin.offer(Arc::new(CServices { service, user: UserData::new(user_data, release) }))
    })
}

struct CServices {
    service: unsafe extern "C" fn(*mut c_void, *mut hotshoe_service_call) -> *mut hotshoe_error,
    user: UserData,
}

impl Services for CServices {
    fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
        // The lifetimes end here: the program gets them for the time of its callback only.
        let sink: *mut (dyn Sink + '_) = sink;
        let mut lent = hotshoe_service_call {
            method: c_string(call.method),
            encoding: match call.encoding {
                Encoding::Json => hotshoe_encoding::Json,
                Encoding::Raw => hotshoe_encoding::Raw,
            },
            input: call.input.as_ptr(),
            input_length: call.input.len(),
            call: ptr::from_ref(call).cast(),
            // SAFETY: only the lifetime changes.
            sink: unsafe { std::mem::transmute::<*mut (dyn Sink + '_), *mut (dyn Sink + 'static)>(sink) },
        };
        // SAFETY: the program gave the two together; what is lent outlives the call.
        let error = unsafe { (self.service)(self.user.data(), &raw mut lent) };
        if error.is_null() {
            return Ok(());
        }
        // SAFETY: the header asks for an error of our own making, which is ours now.
        let error = unsafe { hotshoe_error::take(error) };
        Err(Error::new(Code::CALL_FAILED, "the host's service failed")
            .because(error.causes().next().unwrap_or_default()))
    }
}

/// The method that the plugin calls.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_service_call_method(call: *const hotshoe_service_call) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { super::boundary::lend(call, |call| Some(&call.method)) }
}

/// How input and outputs are spelt.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_service_call_encoding(call: *const hotshoe_service_call) -> hotshoe_encoding {
    // SAFETY: the header's contract for handles.
    unsafe { ask(call, |call| call.encoding) }
}

/// The bytes of the input, lent; `length`: how many. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_service_call_input(
    call: *const hotshoe_service_call,
    length: *mut usize,
) -> *const c_void {
    // SAFETY: the header's contract for handles.
    let Some(call) = (unsafe { call.as_ref() }) else { return ptr::null() };
    if !length.is_null() {
        // SAFETY: the header's contract for out-parameters.
        unsafe { length.write(call.input_length) };
    }
    call.input.cast()
}

/// Whether the call is to be given up, for it was cancelled or is late.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_service_call_is_given_up(call: *const hotshoe_service_call) -> bool {
    // SAFETY: the header's contract for handles; what it points to lives as long as the callback.
    unsafe { ask(call, |call| (*call.call).check().is_err()) }
}

/// Puts out bytes, which are copied, once or many times. Returns whether more is wanted; false for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_service_call_output(
    call: *mut hotshoe_service_call,
    output: *const c_void,
    output_length: usize,
) -> bool {
    // SAFETY: the header's contract for handles and bytes.
    let (call, output) = unsafe { (call.as_mut(), byte_string(output.cast(), output_length, "output")) };
    let (Some(call), Ok(output)) = (call, output) else { return false };
    // SAFETY: what it points to lives as long as the callback, and only this thread has it.
    super::boundary::infallible(false, || unsafe { (*call.sink).output(output) }.is_continue())
}

#[cfg(test)]
mod tests;
