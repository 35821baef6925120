//! What `hotshoe_plugin!` makes of a type, called as a host calls it, and as none should.

#![expect(unsafe_code, reason = "a host calls the functions of a descriptor")]

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering};

use hotshoe_abi::plugin::{Descriptor, Host, HostRef, Interface, Plugin, REVISION};

/// How many instances there are.
static ALIVE: AtomicI32 = AtomicI32::new(0);

struct Counted;

static TABLE: usize = size_of::<usize>();

impl Plugin for Counted {
    type Error = String;
    const INTERFACES: &'static [Interface] = &[Interface::new(c"org.example.counted/1", &TABLE)];

    fn init(host: HostRef) -> Result<Counted, String> {
        match host.folder().to_str() {
            Ok("panic") => panic!("as it was told"),
            Ok("fail") => Err("it was\0 told to".to_owned()),
            _ => {
                ALIVE.fetch_add(1, Ordering::Relaxed);
                Ok(Counted)
            }
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
        panic!("nobody hears this");
    }
}

hotshoe_abi::hotshoe_plugin!(Counted);

fn descriptor() -> &'static Descriptor {
    // SAFETY: what the macro made.
    unsafe { &*hotshoe_descriptor(REVISION) }
}

/// What the host below heard last.
static HEARD: Mutex<Option<String>> = Mutex::new(None);

unsafe extern "C" fn fail(_: *const Host, message: *const c_char, _: *const c_char) {
    // SAFETY: a plugin's text, which ends with NUL.
    *HEARD.lock().unwrap() = Some(unsafe { CStr::from_ptr(message) }.to_str().unwrap().to_owned());
}

/// Makes an instance for a host that says this folder.
fn init(folder: *const c_char) -> Result<*mut c_void, Option<String>> {
    let host = Host { size: size_of::<Host>(), revision: REVISION, folder, get_interface: None, fail: Some(fail) };
    let mut instance = ptr::null_mut();
    // SAFETY: as the contract has it.
    match unsafe { descriptor().init.unwrap()(&raw const host, &mut instance) } {
        0 => Ok(instance),
        _ => Err(HEARD.lock().unwrap().take()),
    }
}

#[test]
fn a_type_is_a_plugin_whatever_a_host_does_with_it() {
    assert!(hotshoe_descriptor(0).is_null(), "a host that knows the draft only");
    assert_eq!(hotshoe_descriptor(u32::MAX), ptr::from_ref(descriptor()));
    // SAFETY: texts of the descriptor, which end with NUL.
    let (name, version) = unsafe { (CStr::from_ptr(descriptor().name), CStr::from_ptr(descriptor().version)) };
    assert_eq!((name.to_str(), version.to_str()), (Ok("hotshoe-abi"), Ok(env!("CARGO_PKG_VERSION"))));

    let first = init(ptr::null()).unwrap();
    let second = init(c"a".as_ptr()).unwrap();
    assert_eq!(ALIVE.load(Ordering::Relaxed), 2);
    let (get_interface, shutdown) = (descriptor().get_interface.unwrap(), descriptor().shutdown.unwrap());
    // SAFETY: as the contract has it, and NULL, which it does not.
    unsafe {
        assert_eq!(get_interface(first, c"org.example.counted/1".as_ptr()), (&raw const TABLE).cast());
        assert_eq!(get_interface(second, c"org.example.counted/1".as_ptr()), (&raw const TABLE).cast());
        assert!(get_interface(first, c"org.example.counted/2".as_ptr()).is_null());
        assert!(get_interface(first, ptr::null()).is_null());
        shutdown(first);
        shutdown(second);
        shutdown(ptr::null_mut());
        assert_ne!(descriptor().init.unwrap()(ptr::null(), ptr::null_mut()), 0);
    }
    assert_eq!(ALIVE.load(Ordering::Relaxed), 0);
    assert_eq!(init(c"fail".as_ptr()), Err(Some("it was  told to".to_owned())));
    assert_eq!(init(c"panic".as_ptr()), Err(Some("it panicked".to_owned())));
    // A host that has nothing, and none at all.
    let mut instance = ptr::null_mut();
    let empty = Host { size: 0, revision: 77, folder: ptr::null(), get_interface: None, fail: None };
    for host in [ptr::null(), &raw const empty] {
        // SAFETY: no more of it is read than it has.
        unsafe {
            assert_eq!(descriptor().init.unwrap()(host, &mut instance), 0);
            shutdown(instance);
        }
    }
}
