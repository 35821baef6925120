//! What C gets of a plugin whose runtime has methods.

use std::ffi::CStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use hotshoe_testkit::{PluginTree, file_name};

use super::*;
use crate::host::Host;
use crate::profile::HostProfile;
use crate::runtime::{Ended, Events, Instance, Request, Runtime};

#[derive(Debug)]
struct Echoing;

#[derive(Default)]
struct Echo {
    services: Mutex<Option<Arc<dyn Services>>>,
    sent: Mutex<Vec<u8>>,
}

impl std::fmt::Debug for Echo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Echo")
    }
}

impl Runtime for Echoing {
    fn name(&self) -> &str {
        crate::manifest::DEFAULT_RUNTIME
    }

    fn check(&self, _: &Request<'_>) -> Result<()> {
        Ok(())
    }

    fn open(&self, _: &Request<'_>, _: &Events) -> Result<Box<dyn Instance>> {
        Ok(Box::new(Echo::default()))
    }
}

impl Instance for Echo {
    fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
        match call.method {
            "wait" => {
                call.cancel.wait(Duration::from_secs(60));
                call.check()
            }
            "host" => {
                let services = self.services.lock().unwrap().clone().expect("something is offered");
                services.call(call, sink)
            }
            _ => {
                sink.progress(1, 2);
                sink.status("echoing\u{1b}");
                while sink.output(call.input).is_continue() {}
                Ok(())
            }
        }
    }

    fn send(&self, _: u64, input: &[u8]) -> Result<()> {
        self.sent.lock().unwrap().extend(input);
        Ok(())
    }

    fn describe(&self) -> Result<serde_json::Value> {
        Ok(serde_json::json!(["echo"]))
    }

    fn offer(&self, services: Arc<dyn Services>) -> Result<()> {
        *self.services.lock().unwrap() = Some(services);
        Ok(())
    }

    fn close(self: Box<Self>) -> Result<Ended> {
        Ok(Ended::Released)
    }
}

/// What callbacks were told.
#[derive(Default)]
struct Heard {
    outputs: Vec<Vec<u8>>,
    progress: Vec<(u64, u64)>,
    texts: Vec<String>,
}

unsafe extern "C" fn output(heard: *mut c_void, bytes: *const c_void, length: usize) -> c_int {
    // SAFETY: the test gave it, and the bytes are lent.
    let (heard, bytes) =
        unsafe { (&mut *heard.cast::<Heard>(), std::slice::from_raw_parts(bytes.cast::<u8>(), length)) };
    heard.outputs.push(bytes.to_owned());
    c_int::from(heard.outputs.len() == 3)
}

unsafe extern "C" fn progress(heard: *mut c_void, done: u64, total: u64) {
    // SAFETY: the test gave it.
    unsafe { &mut *heard.cast::<Heard>() }.progress.push((done, total));
}

unsafe extern "C" fn note(heard: *mut c_void, words: *const c_char) {
    // SAFETY: the test gave it, and the text is lent.
    let (heard, words) = unsafe { (&mut *heard.cast::<Heard>(), CStr::from_ptr(words)) };
    heard.texts.push(words.to_string_lossy().into_owned());
}

unsafe extern "C" fn twice(_: *mut c_void, call: *mut hotshoe_service_call) -> *mut hotshoe_error {
    let mut length = 0;
    // SAFETY: the call is lent, and its input with it.
    unsafe {
        let input = hotshoe_service_call_input(call, &raw mut length);
        assert_eq!(CStr::from_ptr(hotshoe_service_call_method(call)), c"host");
        assert!(!hotshoe_service_call_is_given_up(call));
        if length == 0 {
            return super::super::error::hotshoe_error_new(c"no input".as_ptr(), usize::MAX);
        }
        assert!(hotshoe_service_call_output(call, input, length) && hotshoe_service_call_output(call, input, length));
    }
    ptr::null_mut()
}

unsafe extern "C" fn release(count: *mut c_void) {
    // SAFETY: the test gave it.
    unsafe { &*count.cast::<AtomicU32>() }.fetch_add(1, Ordering::SeqCst);
}

/// The code of an error, which is freed; `ok` for none.
fn code(error: *mut hotshoe_error) -> String {
    if error.is_null() {
        return "ok".to_owned();
    }
    // SAFETY: it is ours.
    unsafe { hotshoe_error::take(error) }.code().as_str().to_owned()
}

fn loaded() -> (PluginTree, Host, hotshoe_plugin) {
    let tree = PluginTree::new()
        .file("gain/plugin.json", r#"{"name": "gain"}"#)
        .file(&format!("gain/{}", file_name("gain")), "");
    let host = Host::new(HostProfile::named("harmonics").unwrap());
    host.add_runtime(Arc::new(Echoing));
    let plugin = host.load_path(&tree.path("gain"), |_| Ok(())).unwrap();
    (tree, host, hotshoe_plugin::new(plugin))
}

/// A call of a method with the input `in`.
fn call_of(method: &CStr, heard: &mut Heard) -> Box<hotshoe_call> {
    let mut call = ptr::null_mut();
    let heard = ptr::from_mut(heard).cast();
    // SAFETY: all of it is there, and the call is ours.
    unsafe {
        assert_eq!(code(hotshoe_call_new(method.as_ptr(), usize::MAX, &raw mut call)), "ok");
        assert_eq!(code(hotshoe_call_set_input(call, 1, c"in".as_ptr().cast(), 2)), "ok");
        assert_eq!(code(hotshoe_call_set_sink(call, Some(output), Some(progress), Some(note), heard)), "ok");
        Box::from_raw(call)
    }
}

#[test]
fn a_call_from_c_gets_what_comes_until_it_wants_no_more() {
    let (_tree, _host, plugin) = loaded();
    let mut heard = Heard::default();
    let call = call_of(c"echo", &mut heard);
    // SAFETY: both are there.
    assert_eq!(code(unsafe { hotshoe_plugin_call(&raw const plugin, &raw const *call) }), "ok");
    // SAFETY: the same.
    let sent = unsafe { hotshoe_plugin_send(&raw const plugin, &raw const *call, c"on".as_ptr().cast(), 2) };
    assert_eq!(code(sent), "ok");
    drop(call);
    assert_eq!(heard.outputs, [b"in", b"in", b"in"]);
    assert_eq!(heard.progress, [(1, 2)]);
    let user_data = ptr::from_mut(&mut heard).cast();
    // SAFETY: the same.
    assert_eq!(code(unsafe { hotshoe_plugin_describe(&raw const plugin, Some(note), user_data) }), "ok");
    assert_eq!(heard.texts, [r"echoing\u{1b}", r#"["echo"]"#]);
}

#[test]
fn a_call_from_c_is_given_up_by_its_token_or_its_time() {
    let (_tree, _host, plugin) = loaded();
    let mut heard = Heard::default();
    let mut call = call_of(c"wait", &mut heard);
    let token = hotshoe_cancel_token(CancelToken::default());
    // SAFETY: both are there.
    assert_eq!(code(unsafe { hotshoe_call_set_cancel_token(&raw mut *call, &raw const token) }), "ok");
    let other = token.0.clone();
    let firing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        other.fire();
    });
    // SAFETY: the same.
    assert_eq!(code(unsafe { hotshoe_plugin_call(&raw const plugin, &raw const *call) }), "call-cancelled");
    firing.join().unwrap();
}

#[test]
fn a_plugin_calls_the_service_of_a_program_in_c_which_is_released_with_it() {
    let (_tree, host, plugin) = loaded();
    let (mut heard, released) = (Heard::default(), AtomicU32::new(0));
    let count = ptr::from_ref(&released).cast_mut().cast();
    // SAFETY: all of it is there.
    assert_eq!(code(unsafe { hotshoe_plugin_offer(&raw const plugin, Some(twice), count, Some(release)) }), "ok");
    let mut call = call_of(c"host", &mut heard);
    // SAFETY: the same.
    assert_eq!(code(unsafe { hotshoe_plugin_call(&raw const plugin, &raw const *call) }), "ok");
    call.input.clear();
    // SAFETY: the same.
    assert_eq!(code(unsafe { hotshoe_plugin_call(&raw const plugin, &raw const *call) }), "call-failed");
    drop(call);
    assert_eq!(heard.outputs, [b"in", b"in"]);
    assert_eq!(released.load(Ordering::SeqCst), 0);
    host.unload(&plugin.plugin).unwrap();
    assert_eq!(released.load(Ordering::SeqCst), 1);
}
