//! What the host serves to a plugin.

use super::{Call, Key, Sink};
use crate::table::Table;

/// What a host serves to its plugins.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ServicesTable {
    /// The size of this table in bytes.
    pub size: usize,
    /// HOTSHOE_RUNTIME_REVISION.
    pub revision: u32,
    /// Calls the host, as `call` of an instance does with a plugin, the other way round: the sink is the module's, its
    /// table lives as long as the process, and its key is what the module likes; it need not have other functions than
    /// `output` and `fail`, and is used until this returns. CLOSED: nothing is offered any more. [any thread]
    pub call: Option<unsafe extern "C" fn(services: Key, call: *const Call, sink: Sink) -> i32>,
}

// SAFETY: it begins as a table must, and all of it may be zero.
unsafe impl Table for ServicesTable {}

/// What the host serves to one plugin; good until the `close` of its instance.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Services {
    table: *const ServicesTable,
    key: Key,
}

// SAFETY: its functions may be called on any thread, and its table never changes.
unsafe impl Send for Services {}
// SAFETY: as above.
unsafe impl Sync for Services {}

impl Services {
    /// # Safety
    /// `table` is what [`Services::table`] may return, and lives for ever.
    pub const unsafe fn new(table: *const ServicesTable, key: Key) -> Services {
        Services { table, key }
    }

    /// Which they are.
    pub const fn key(self) -> Key {
        self.key
    }

    /// What they can do; `None` if the table cannot be right.
    pub fn table(self) -> Option<ServicesTable> {
        // SAFETY: as whoever made it promised.
        unsafe { super::read(self.table) }.ok()
    }
}
