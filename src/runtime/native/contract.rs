//! Plugins of the contract of `hotshoe/plugin.h`: one exported function, and everything else asked for by name.
//!
//! Owns the instance that a descriptor makes for one host, and what that host lends to it.

#![expect(unsafe_code, reason = "the plugin's functions are called, and call back")]

use std::ffi::{CStr, CString, c_char, c_void};
use std::fmt;
use std::path::Path;
use std::ptr;
use std::sync::{Arc, Mutex};

use hotshoe_abi::plugin::{self as abi, Descriptor, Entry, Interface, LONGEST_ID};
use hotshoe_abi::table::{self, BadTable, LARGEST_TABLE};

use super::{Library, context};
use crate::error::{Code, Error, Result};
use crate::input::{brief, visible};
use crate::inspect;
use crate::interface::{CONTRACT_ENTRY, InterfaceId};
use crate::manifest::Manifest;
use crate::runtime::{Address, Offers, Request};

/// The name of the function that such a plugin exports: what its manifest gives as its `entry`.
pub(super) const ENTRY: &str = CONTRACT_ENTRY;

/// The interfaces that Hotshoe itself offers to every plugin. Their functions are given [`Lent::made`] first.
const OWN: &[Interface] = &[Interface::new(hotshoe_abi::context::ID, &context::TABLE)];

/// The oldest revision of the contract that is taken. There was a draft before.
const OLDEST: u32 = 1;

/// So many bytes of a text of a plugin are looked at.
const MOST_OF_TEXT: usize = 16 * 1024;

/// A plugin's instance. It is there until [`Contract::end`].
pub(super) struct Contract {
    descriptor: Descriptor,
    instance: *mut c_void,
    /// Lent to the plugin, so that it must not move.
    host: Box<Lent>,
}

// SAFETY: the contract lets any thread use an instance, and end it while nobody else uses it.
unsafe impl Send for Contract {}
// SAFETY: as above; what a host lends never changes but for the failure, which has a lock.
unsafe impl Sync for Contract {}

/// What a plugin knows its host by. The plugin sees the first field only.
#[repr(C)]
struct Lent {
    table: abi::Host,
    /// What the table points to.
    folder: CString,
    /// What the program offers, kept as long as the plugin may have it.
    offers: Arc<Offers>,
    /// What the plugin has made with functions of its own, and is still there, has a copy of it.
    made: Arc<()>,
    /// Why `init` failed: a reason and a hint.
    failure: Mutex<Option<(String, Option<String>)>>,
}

impl Contract {
    /// Asks a library for its descriptor and makes an instance, if it is what the manifest says. `folder` is the plugin's.
    pub(super) fn of(library: &Library, folder: &Path, request: &Request<'_>) -> Result<Contract> {
        let descriptor = descriptor(library)?;
        agrees(&descriptor, request.manifest)?;
        let host = Lent::new(folder, descriptor.revision, request.offers.clone())?;
        let mut instance = ptr::null_mut();
        if let Some(init) = descriptor.init {
            // SAFETY: a plugin's function, as the contract has it. The host's part stays until the instance has ended.
            let returned = unsafe { init(&raw const host.table, &mut instance) };
            if returned != 0 {
                return Err(host.why_failed());
            }
        }
        let contract = Contract { descriptor, instance, host };
        match contract.has_all(&request.manifest.interfaces) {
            Ok(()) => Ok(contract),
            Err(error) => {
                contract.end();
                Err(error)
            }
        }
    }

    /// That each interface which the manifest names is there.
    fn has_all(&self, declared: &[InterfaceId]) -> Result<()> {
        for id in declared {
            if self.interface(id.name(), id.revision())?.is_none() {
                return Err(broken(format!("it has no table for `{}`, which its manifest names", brief(id.as_str()))));
            }
        }
        Ok(())
    }

    /// The table of an interface in one revision, if the plugin has it.
    pub(super) fn interface(&self, id: &str, revision: u32) -> Result<Option<Address>> {
        let Some(get_interface) = self.descriptor.get_interface else { return Ok(None) };
        let name = format!("{id}/{revision}");
        let Some(c_name) = CString::new(name.as_str()).ok().filter(|_| name.len() <= LONGEST_ID) else {
            return Ok(None);
        };
        // SAFETY: a plugin's function, as the contract has it; the name lives until it returns.
        let found = unsafe { get_interface(self.instance, c_name.as_ptr()) };
        if found.is_null() {
            return Ok(None);
        }
        if !found.addr().is_multiple_of(align_of::<usize>()) {
            return Err(broken(format!("its table for `{}` is not aligned", brief(&name))));
        }
        // SAFETY: a table begins with its size.
        let size = unsafe { found.cast::<usize>().read() };
        if !(size_of::<usize>()..=LARGEST_TABLE).contains(&size) {
            return Err(broken(format!("its table for `{}` says a size of {size} bytes", brief(&name))));
        }
        Ok(Some(found))
    }

    /// The instance, for those who call the functions of its interfaces.
    pub(super) fn instance(&self) -> Address {
        self.instance
    }

    /// What it has made with functions of its own, and somebody still has.
    pub(super) fn in_use(&self) -> Vec<String> {
        match Arc::strong_count(&self.host.made) - 1 {
            0 => Vec::new(),
            count => vec![format!("{count} of the objects and buffers that it made are in use")],
        }
    }

    /// Ends the instance. Nobody may use it, nor what it lent.
    pub(super) fn end(self) {
        if let Some(shutdown) = self.descriptor.shutdown {
            // SAFETY: a plugin's function, as the contract has it; the host's part is dropped after it.
            unsafe { shutdown(self.instance) };
        }
        drop(self.host);
    }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contract({:?})", self.host.folder)
    }
}

/// What a library says of itself.
fn descriptor(library: &Library) -> Result<Descriptor> {
    let address = library.symbol(ENTRY).ok_or_else(|| broken(format!("it does not export `{ENTRY}`")))?;
    // SAFETY: what a plugin exports under this name is such a function.
    let entry = unsafe { std::mem::transmute::<Address, Entry>(address) };
    // SAFETY: what it returns is such a table; no more of it is believed than its size says.
    let descriptor = unsafe { table::read_any(entry(abi::REVISION), OLDEST..=abi::REVISION) };
    descriptor.map_err(|why| match why {
        BadTable::Null => broken(format!("it has no descriptor of the revision {} or an older one", abi::REVISION))
            .hint("take a build of the plugin for this host, or a newer host"),
        BadTable::Revision(newer @ abi::REVISION.., _) => {
            broken(format!("its descriptor is of the revision {newer}, and this host knows {}", abi::REVISION))
                .hint("take a build of the plugin for this host, or a newer host")
        }
        why => broken(format!("its descriptor cannot be used: {why}")),
    })
}

/// That name and version are those of the manifest, as far as either says them.
fn agrees(descriptor: &Descriptor, manifest: &Manifest) -> Result<()> {
    // SAFETY: a plugin's texts end with NUL, or are NULL.
    let (name, version) = unsafe { (text(descriptor.name), text(descriptor.version)) };
    let Some(name) = name else { return Err(broken("its descriptor says no name")) };
    inspect::same_plugin(manifest, "its descriptor", Some(&name), version.as_deref())
}

impl Lent {
    fn new(folder: &Path, revision: u32, offers: Arc<Offers>) -> Result<Box<Lent>> {
        let folder = c_path(folder)?;
        let table = abi::Host {
            size: size_of::<abi::Host>(),
            revision,
            folder: folder.as_ptr(),
            get_interface: Some(get_interface),
            fail: Some(fail),
        };
        Ok(Box::new(Lent { table, folder, offers, made: Arc::default(), failure: Mutex::default() }))
    }

    fn why_failed(&self) -> Error {
        let said = self.failure.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        let (message, hint) = said.unwrap_or_else(|| ("it gives no reason".to_owned(), None));
        let error = Error::new(Code::INIT_FAILED, format!("the plugin's `init` failed: {message}"));
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

#[cfg(unix)]
fn c_path(path: &Path) -> Result<CString> {
    use std::os::unix::ffi::OsStrExt;
    CString::new(path.as_os_str().as_bytes()).map_err(|error| broken("its folder's name holds a NUL").because(error))
}

#[cfg(windows)]
fn c_path(path: &Path) -> Result<CString> {
    CString::new(path.to_string_lossy().into_owned())
        .map_err(|error| broken("its folder's name holds a NUL").because(error))
}

/// What the host offers to plugins by name.
unsafe extern "C" fn get_interface(
    host: *const abi::Host,
    id: *const c_char,
    instance: *mut *mut c_void,
) -> *const c_void {
    // SAFETY: a plugin passes what `init` gave it, which is the first field of this, or NULL.
    let host = unsafe { host.cast::<Lent>().as_ref() };
    // SAFETY: a plugin's text ends with NUL, or is NULL.
    let id = if id.is_null() { None } else { Some(unsafe { CStr::from_ptr(id) }) };
    let found = host.zip(id).and_then(|(host, id)| match Interface::find(OWN, id) {
        own if own.is_null() => host.offers.find(id.to_str().ok()?),
        own => Some((own, (&raw const host.made).cast())),
    });
    let (table, its_instance) = found.unwrap_or((ptr::null(), ptr::null()));
    if !instance.is_null() {
        // SAFETY: a plugin that passes a place has room there.
        unsafe { instance.write(its_instance.cast_mut()) };
    }
    table
}

unsafe extern "C" fn fail(host: *const abi::Host, message: *const c_char, hint: *const c_char) {
    if host.is_null() {
        return;
    }
    // SAFETY: a plugin passes what `init` gave it, which is the first field of this.
    let host = unsafe { &*host.cast::<Lent>() };
    // SAFETY: a plugin's texts end with NUL, or are NULL.
    let (message, hint) = unsafe { (text(message), text(hint)) };
    let Ok(mut failure) = host.failure.lock() else { return };
    failure.get_or_insert_with(|| (message.unwrap_or_else(|| "it gives no reason".to_owned()), hint));
}

/// A text of a plugin on one line, cut and without anything that would not be seen; `None` if it is empty.
///
/// # Safety
/// It ends with NUL, or is NULL.
pub(super) unsafe fn text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: as the caller promises.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_OF_TEXT)]);
    let first: String = text.trim().chars().take(1000).collect();
    (!first.is_empty()).then(|| visible(&first))
}

pub(super) fn broken(message: impl Into<String>) -> Error {
    Error::new(Code::CONTRACT_BROKEN, format!("the plugin breaks the contract of hotshoe/plugin.h: {}", message.into()))
        .hint("build it again with the hotshoe/plugin.h of this host's Hotshoe")
}
