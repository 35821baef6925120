//! What a host offers to its plugins: tables of functions by the ids of their interfaces.

use std::any::Any;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::c_void;
use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::Address;
use crate::error::{Code, Error, Result};
use crate::interface::InterfaceId;

/// A table of functions that a host offers to its plugins, and the instance that they are given first.
///
/// Plugins call them from any thread, and several at once. They may do so as long as they are loaded, which may be longer
/// than their host is there: a host that ends leaves plugins mapped. So an offer is dropped when the host and every plugin
/// that it has brought to life are gone, on whichever thread that is, and if one stays loaded, never.
pub struct Offer {
    /// Atomic only because an address may be shared between threads then.
    table: AtomicPtr<c_void>,
    instance: AtomicPtr<c_void>,
    /// What the instance belongs to.
    _owner: Option<Box<dyn Any + Send + Sync>>,
}

impl Offer {
    /// A table, whose functions are given NULL first. It is `repr(C)`, and begins with its size as a `usize`.
    pub fn new<T: Sync>(table: &'static T) -> Offer {
        Offer::from_addresses(ptr::from_ref(table).cast(), ptr::null(), None)
    }

    /// A table whose functions are given a pointer to `instance` first.
    pub fn with_instance<T: Sync, I: Send + Sync + 'static>(table: &'static T, instance: Arc<I>) -> Offer {
        let address = Arc::as_ptr(&instance).cast();
        Offer::from_addresses(ptr::from_ref(table).cast(), address, Some(Box::new(instance)))
    }

    pub(crate) fn from_addresses(
        table: Address,
        instance: Address,
        owner: Option<Box<dyn Any + Send + Sync>>,
    ) -> Offer {
        Offer { table: AtomicPtr::new(table.cast_mut()), instance: AtomicPtr::new(instance.cast_mut()), _owner: owner }
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Offer({:?} of {:?})", self.table, self.instance)
    }
}

/// What one host offers. Those who brought a plugin to life with it keep it.
#[derive(Debug, Default)]
pub struct Offers(RwLock<BTreeMap<InterfaceId, Offer>>);

impl Offers {
    /// Adds an offer. What is offered once stays, for plugins may have it: another of its id is refused.
    pub(crate) fn add(&self, id: InterfaceId, offer: Offer) -> Result<()> {
        let invalid = |message: String, hint: &str| Err(Error::new(Code::INTERFACE_INVALID, message).hint(hint));
        if id.is_own() {
            return invalid(
                format!("`{id}` is not the program's to offer"),
                "names that begin with `hotshoe.` are Hotshoe's own",
            );
        }
        // What is refused is dropped without the lock, for that may run the program's code.
        let mut offers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match offers.entry(id) {
            Entry::Vacant(free) => {
                free.insert(offer);
                Ok(())
            }
            Entry::Occupied(taken) => {
                let message = format!("the host offers `{}` already", taken.key());
                drop(offers);
                invalid(message, "offer each interface once, before the first plugin is loaded")
            }
        }
    }

    /// The table of an id and its instance, if it is offered. Both are good as long as this is there.
    pub fn find(&self, id: &str) -> Option<(Address, Address)> {
        let id = InterfaceId::new(id).ok()?;
        let offers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let offer = offers.get(&id)?;
        Some((offer.table.load(Ordering::Relaxed), offer.instance.load(Ordering::Relaxed)))
    }
}
