//! The interfaces that a host offers to its plugins.

use std::ffi::{c_char, c_void};

use hotshoe_abi::table::LARGEST_TABLE;

use super::boundary::{out, required, text};
use super::error::{fallible, hotshoe_error};
use super::host::hotshoe_host;
use super::watch::{UserData, hotshoe_release_callback};
use crate::error::{Code, Error, Result};
use crate::runtime::{Address, Offer};

/// Offers an interface to the plugins that are loaded from now on: one that asks its host for `id`, as
/// `hotshoe/plugin.h` has it, gets the table, and the instance that its functions are given first. They are called by any
/// thread, and several at once. An interface is offered once, and cannot be taken back.
///
/// `id`: with its revision, such as "org.example.log/1"; names that begin with "hotshoe." are Hotshoe's own. `table`:
/// begins with its size as a size_t, and does not change. `instance`: may be NULL. `release`: called once with the
/// instance, on any thread, when nobody can use it any more: when the host was freed and all of its plugins were
/// unloaded, and never, if one of them stays loaded. NULL: table and instance stay for ever. If this fails, it is called
/// before this returns; if the host is NULL, it is not.
/// Errors: `interface-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_offer_interface(
    host: *const hotshoe_host,
    id: *const c_char,
    id_length: usize,
    table: *const c_void,
    instance: *mut c_void,
    release: hotshoe_release_callback,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let host = unsafe { required(host, "host")? };
        let owner = UserData::new(instance, release);
        // SAFETY: the header's contract for strings and tables.
        let (id, table) = unsafe { (text(id, id_length, "id")?, checked(table)?) };
        host.host().offer_interface(id, Offer::from_addresses(table, instance, Some(Box::new(owner))))
    })
}

/// # Safety
/// The table is NULL, or begins with a size.
unsafe fn checked(table: Address) -> Result<Address> {
    let table: Address = out(table.cast_mut(), "table")?;
    let invalid = |problem: String| {
        Err(Error::new(Code::INTERFACE_INVALID, format!("the table {problem}"))
            .hint("let it begin with a size_t that is sizeof of the whole table"))
    };
    if !table.addr().is_multiple_of(align_of::<usize>()) {
        return invalid("is not aligned".to_owned());
    }
    // SAFETY: as the caller promises.
    match unsafe { table.cast::<usize>().read() } {
        size if (size_of::<usize>()..=LARGEST_TABLE).contains(&size) => Ok(table),
        size => invalid(format!("says a size of {size} bytes")),
    }
}
