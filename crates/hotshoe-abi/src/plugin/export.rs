//! A plugin in Rust: one type, and one line that exports it.

use core::ffi::{CStr, c_void};
use core::fmt::Display;

use super::Host;

/// A plugin in Rust, exported with [`hotshoe_plugin!`](crate::hotshoe_plugin). Each host of a process gets a value of its
/// own.
pub trait Plugin: Send + Sync + Sized + 'static {
    /// Why it cannot begin, as a host shows it.
    type Error: Display;

    /// The interfaces that it has.
    const INTERFACES: &'static [Interface];

    /// Begins. What is lent of the host is good until the value is dropped.
    fn init(host: HostRef) -> Result<Self, Self::Error>;
}

/// A table of functions, and the name under which it is found.
#[derive(Clone, Copy, Debug)]
pub struct Interface {
    id: &'static CStr,
    table: *const c_void,
}

// SAFETY: its table is shared between threads, as `new` asks for.
unsafe impl Sync for Interface {}

impl Interface {
    /// A table, which is `repr(C)` and begins with its size, and its name, such as `org.example.filter/1`.
    pub const fn new<T: Sync>(id: &'static CStr, table: &'static T) -> Interface {
        Interface { id, table: (&raw const *table).cast() }
    }

    /// The table of a name among several; NULL if none is called so.
    pub fn find(all: &[Interface], id: &CStr) -> *const c_void {
        all.iter().find(|known| known.id == id).map_or(core::ptr::null(), |known| known.table)
    }
}

/// What a plugin is given of its host.
#[derive(Clone, Copy, Debug)]
pub struct HostRef(*const Host);

// SAFETY: the contract lets any thread use it.
unsafe impl Send for HostRef {}
// SAFETY: as above.
unsafe impl Sync for HostRef {}

impl HostRef {
    /// # Safety
    /// It is what `init` was given, and is used as long as the instance lives.
    pub const unsafe fn new(host: *const Host) -> HostRef {
        HostRef(host)
    }

    /// The folder of the plugin, where its files are: its bytes as the system spells paths.
    pub fn folder(&self) -> &CStr {
        // SAFETY: as whoever made it promised.
        match unsafe { crate::table::read(self.0, super::REVISION) } {
            // SAFETY: the host's text, which lives as long as the instance.
            Ok(host) if !host.folder.is_null() => unsafe { CStr::from_ptr(host.folder) },
            _ => c"",
        }
    }

    /// The interface of an id, if the host offers it.
    pub fn interface(&self, id: &CStr) -> Option<Offered> {
        // SAFETY: as whoever made it promised.
        let get_interface = unsafe { crate::table::read(self.0, super::REVISION) }.ok()?.get_interface?;
        let mut instance = core::ptr::null_mut();
        // SAFETY: a function of the host, with what it asks for.
        let table = unsafe { get_interface(self.0, id.as_ptr(), &mut instance) };
        (!table.is_null()).then_some(Offered { table, instance })
    }

    /// Says why `init` fails.
    pub fn fail(&self, message: &CStr) {
        // SAFETY: as whoever made it promised.
        if let Some(fail) = unsafe { crate::table::read(self.0, super::REVISION) }.ok().and_then(|host| host.fail) {
            // SAFETY: a function of the host; the text lives until it returns.
            unsafe { fail(self.0, message.as_ptr(), core::ptr::null()) };
        }
    }
}

/// What a host offers under the id of an interface. Both addresses are good as long as the plugin's value lives.
#[derive(Clone, Copy, Debug)]
pub struct Offered {
    /// The table, which begins with its size.
    pub table: *const c_void,
    /// What its functions are given first; may be NULL.
    pub instance: *mut c_void,
}

// SAFETY: the contract lets any thread use both.
unsafe impl Send for Offered {}
// SAFETY: as above.
unsafe impl Sync for Offered {}

/// A text for C: `N` is its length and one.
#[doc(hidden)]
pub const fn with_nul<const N: usize>(text: &str) -> [u8; N] {
    assert!(N == text.len() + 1, "there is room for the text and its end");
    let (mut bytes, mut index) = ([0; N], 0);
    while index < text.len() {
        bytes[index] = text.as_bytes()[index];
        index += 1;
    }
    bytes
}

/// Exports a type that is a [`Plugin`] as the plugin of this library: once in a library.
///
/// Name and version are those that `hotshoe_add_plugin()` builds it with, else those of the package, unless they are given. A panic in `init` is a failure of `init`; one in
/// `drop` is let go of.
///
/// ```
/// use std::ffi::{c_void, c_double};
/// use hotshoe_abi::plugin::{HostRef, Interface, Plugin};
///
/// struct Gain(f64);
///
/// #[repr(C)]
/// struct Filter {
///     size: usize,
///     filter: extern "C" fn(*const c_void, c_double) -> c_double,
/// }
///
/// extern "C" fn filter(gain: *const c_void, input: c_double) -> c_double {
///     // SAFETY: the host passes the instance.
///     let gain = unsafe { &*gain.cast::<Gain>() };
///     gain.0 * input
/// }
///
/// static FILTER: Filter = Filter { size: size_of::<Filter>(), filter };
///
/// impl Plugin for Gain {
///     type Error = &'static str;
///     const INTERFACES: &'static [Interface] = &[Interface::new(c"org.example.filter/1", &FILTER)];
///     fn init(_host: HostRef) -> Result<Gain, &'static str> {
///         Ok(Gain(2.0))
///     }
/// }
///
/// hotshoe_abi::hotshoe_plugin!(Gain);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! hotshoe_plugin {
    ($plugin:ty) => {
        $crate::hotshoe_plugin!(
            $plugin,
            name: match option_env!("HOTSHOE_PLUGIN_NAME") {
                Some(name) => name,
                None => env!("CARGO_PKG_NAME"),
            },
            version: match option_env!("HOTSHOE_PLUGIN_VERSION") {
                Some(version) => version,
                None => env!("CARGO_PKG_VERSION"),
            }
        );
    };
    ($plugin:ty, name: $name:expr, version: $version:expr) => {
        /// What a host is told of this plugin.
        // SAFETY: the one function that the contract asks for.
        #[unsafe(no_mangle)]
        pub extern "C" fn hotshoe_descriptor(newest: u32) -> *const $crate::plugin::Descriptor {
            use ::std::ffi::{CStr, CString, c_char, c_void};
            use ::std::panic::{AssertUnwindSafe, catch_unwind};
            use $crate::plugin::{Descriptor, Host, HostRef, Interface, Plugin, REVISION, with_nul};

            unsafe extern "C" fn init(host: *const Host, instance: *mut *mut c_void) -> i32 {
                // SAFETY: what the host lends to this instance.
                let host = unsafe { HostRef::new(host) };
                let why = match catch_unwind(|| <$plugin as Plugin>::init(host).map_err(|why| why.to_string())) {
                    Ok(Ok(made)) => {
                        // SAFETY: the host has room for it.
                        unsafe { instance.write(Box::into_raw(Box::new(made)).cast()) };
                        return 0;
                    }
                    Ok(Err(why)) => why,
                    Err(_) => "it panicked".to_owned(),
                };
                host.fail(&CString::new(why.replace('\0', " ")).unwrap_or_default());
                1
            }

            unsafe extern "C" fn get_interface(_: *mut c_void, id: *const c_char) -> *const c_void {
                // SAFETY: a text of the host, which ends with NUL.
                Interface::find(<$plugin as Plugin>::INTERFACES, unsafe { CStr::from_ptr(id) })
            }

            unsafe extern "C" fn shutdown(instance: *mut c_void) {
                // SAFETY: it was made in `init`, and this is its end.
                let made = unsafe { Box::from_raw(instance.cast::<$plugin>()) };
                let _ = catch_unwind(AssertUnwindSafe(|| drop(made)));
            }

            const NAME: &str = $name;
            const VERSION: &str = $version;
            static NAME_TEXT: [u8; NAME.len() + 1] = with_nul(NAME);
            static VERSION_TEXT: [u8; VERSION.len() + 1] = with_nul(VERSION);
            static DESCRIPTOR: Descriptor = Descriptor {
                size: size_of::<Descriptor>(),
                revision: REVISION,
                name: (&raw const NAME_TEXT).cast(),
                version: (&raw const VERSION_TEXT).cast(),
                init: Some(init),
                get_interface: Some(get_interface),
                shutdown: Some(shutdown),
            };
            if newest < REVISION { ::std::ptr::null() } else { &raw const DESCRIPTOR }
        }
    };
}
