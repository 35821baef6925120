//! How a table is read of which only its first fields may be there.

use core::fmt;
use core::mem::{MaybeUninit, align_of, size_of};
use core::ops::RangeInclusive;
use core::ptr;

/// No table of any revision is larger than so many bytes: a size above is an error or a lie.
pub const LARGEST_TABLE: usize = 4096;

/// A struct of the contract that begins with its size and revision, and grows at its end only.
///
/// # Safety
/// It is `repr(C)`, begins with a `usize` for its size and a `u32` for its revision, may be all zero, and is aligned
/// as a pointer at least.
pub unsafe trait Table: Copy {}

/// Why a table cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadTable {
    /// It is not there.
    Null,
    /// Its address is not that of any table.
    Misaligned,
    /// It says a size that cannot be right.
    Size(usize),
    /// It is of one revision, and another one is asked for.
    Revision(u32, u32),
}

impl fmt::Display for BadTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadTable::Null => f.write_str("it is NULL"),
            BadTable::Misaligned => f.write_str("it is not aligned"),
            BadTable::Size(size) => write!(f, "its size of {size} bytes cannot be right"),
            BadTable::Revision(own, asked) => write!(f, "it is of revision {own}, and not of {asked}"),
        }
    }
}

impl core::error::Error for BadTable {}

/// Copies a table of the other side, which may be shorter or longer than it is here: what it lacks is zero, which means
/// that it is not there. Its revision must be exactly the one that is asked for.
///
/// # Safety
/// The pointer is NULL, or what is there may be read: a size and a revision, and as many bytes as the size says.
pub unsafe fn read<T: Table>(table: *const T, asked: u32) -> Result<T, BadTable> {
    // SAFETY: as the caller promises.
    unsafe { read_any(table, asked..=asked) }
}

/// The same for a table of any of several revisions.
///
/// # Safety
/// As for [`read`].
pub unsafe fn read_any<T: Table>(table: *const T, taken: RangeInclusive<u32>) -> Result<T, BadTable> {
    if table.is_null() {
        return Err(BadTable::Null);
    }
    if !table.addr().is_multiple_of(align_of::<T>()) {
        return Err(BadTable::Misaligned);
    }
    // SAFETY: the size is there and aligned, as `Table` and the caller promise.
    let size = unsafe { table.cast::<usize>().read() };
    if !(size_of::<usize>() + size_of::<u32>()..=LARGEST_TABLE).contains(&size) {
        return Err(BadTable::Size(size));
    }
    // SAFETY: the size says that the revision is there.
    let revision = unsafe { table.cast::<usize>().add(1).cast::<u32>().read() };
    if !taken.contains(&revision) {
        return Err(BadTable::Revision(revision, *taken.end()));
    }
    // SAFETY: as the caller promises.
    Ok(unsafe { copy(table, size) })
}

/// The table of an interface: it begins with its size and grows at its end only; its revision stands in its id.
///
/// # Safety
/// It is `repr(C)`, begins with a `usize` for its size, may be all zero, and is aligned as a pointer at least.
pub unsafe trait InterfaceTable: Copy {}

/// Copies the table of an interface: what it lacks is zero, which means that it is not there.
///
/// # Safety
/// The pointer is NULL, or what is there may be read: a size, and as many bytes as that says.
pub unsafe fn read_interface<T: InterfaceTable>(table: *const T) -> Result<T, BadTable> {
    if table.is_null() {
        return Err(BadTable::Null);
    }
    if !table.addr().is_multiple_of(align_of::<T>()) {
        return Err(BadTable::Misaligned);
    }
    // SAFETY: the size is there and aligned, as `InterfaceTable` and the caller promise.
    let size = unsafe { table.cast::<usize>().read() };
    if !(size_of::<usize>()..=LARGEST_TABLE).contains(&size) {
        return Err(BadTable::Size(size));
    }
    // SAFETY: as the caller promises.
    Ok(unsafe { copy(table, size) })
}

/// # Safety
/// So many bytes may be read there, and all of a table may be zero.
unsafe fn copy<T: Copy>(table: *const T, size: usize) -> T {
    // A pointer of which only a part is there is not there.
    let present = size.min(size_of::<T>()) / size_of::<usize>() * size_of::<usize>();
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: as the caller promises; what is written here has room.
    unsafe {
        ptr::copy_nonoverlapping(table.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), present);
        copy.assume_init()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{ModuleTable, REVISION, Text};

    fn table(size: usize) -> ModuleTable {
        extern "C" fn shutdown() {}
        ModuleTable {
            size,
            revision: REVISION,
            name: c"echo".as_ptr(),
            check: None,
            open: None,
            shutdown: Some(shutdown),
        }
    }

    #[test]
    fn a_field_beyond_the_size_is_not_there() {
        let whole = size_of::<ModuleTable>();
        for (size, has_shutdown) in
            [(whole, true), (whole - 1, false), (whole - size_of::<usize>(), false), (whole + 64, true)]
        {
            // It says more than it is in the last case, as a newer one would; only what is known is read.
            // SAFETY: as much is there as is read.
            let read = unsafe { read(&table(size), REVISION) }.unwrap();
            assert_eq!(read.shutdown.is_some(), has_shutdown, "{size}");
            assert!(!read.name.is_null());
        }
    }

    #[test]
    fn a_size_that_cannot_be_right_and_another_revision_are_refused() {
        // SAFETY: each is a table, NULL, or not looked at.
        let refused = |table: *const ModuleTable| unsafe { read(table, REVISION) }.err();
        for size in [0, 1, size_of::<usize>(), LARGEST_TABLE + 1, usize::MAX] {
            assert_eq!(refused(&table(size)), Some(BadTable::Size(size)));
        }
        let newer = ModuleTable { revision: REVISION + 1, ..table(size_of::<ModuleTable>()) };
        assert_eq!(refused(&newer), Some(BadTable::Revision(REVISION + 1, REVISION)));
        assert_eq!(refused(ptr::null()), Some(BadTable::Null));
        assert_eq!(refused(ptr::without_provenance(1)), Some(BadTable::Misaligned));
    }

    #[test]
    fn a_text_is_read_up_to_its_limit_whatever_its_length_says() {
        // SAFETY: all of them are texts.
        let read = |text: Text, most| unsafe { text.bytes(most) };
        assert_eq!(read("gain".into(), 16), b"gain");
        assert_eq!(read("gain".into(), 2), b"ga");
        assert_eq!(read(c"gain".into(), 16), b"gain");
        assert_eq!(read(c"gain".into(), 3), b"gai");
        assert_eq!(read(Text::NONE, 16), b"");
    }
}
