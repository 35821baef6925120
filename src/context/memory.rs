//! The memory of buffers: Hotshoe's own, or somebody else's that is given back.
//!
//! This is where the context touches raw memory, and nowhere else: elements are read and written here, within bounds that
//! [`Memory::view`] has checked.

#![expect(unsafe_code, reason = "an owner's memory is known by its address")]

use std::alloc::{self, Layout as Allocation};
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::{Arc, Mutex};

use super::buffer::{Buffer, Element, Layout};
use super::turn::drop_in_turn;
use crate::error::{Code, Error, Result};

/// All memory of Hotshoe's begins at a multiple of it, as vector units like it.
const ALIGNMENT: usize = 64;

/// Memory that views look at. It is given back with the last view, or before that by [`Memory::resize`] to nothing.
///
/// Views may be used by many threads. Whoever writes into one sees to it that nobody else reads or writes there meanwhile.
#[derive(Debug)]
pub struct Memory(Mutex<Arc<Block>>);

/// One stretch of memory. It stays where it is.
pub(super) struct Block {
    address: NonNull<u8>,
    size: usize,
    owner: Owner,
}

enum Owner {
    Own,
    /// It is given back when this is dropped.
    Foreign(Option<Release>),
}

struct Release(Option<Box<dyn FnOnce() + Send>>);

impl Drop for Release {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            release();
        }
    }
}

// SAFETY: memory is no thread's own; who writes there alone is the contract of `Memory`, and what gives foreign memory back
// may run on any thread.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

impl Memory {
    /// So many bytes, which are zero. Fails with `value-too-large` if the system has none.
    pub fn new(size: usize) -> Result<Memory> {
        Ok(Memory(Mutex::new(Arc::new(Block::own(size)?))))
    }

    /// Memory that is somebody else's, and what is to be called, on whatever thread, when nobody looks at it any more.
    ///
    /// # Safety
    /// The memory stays there and may be read and written, or only read by way of views that are read-only, until `release`
    /// is called. Where it has no bytes, its address may be NULL.
    pub unsafe fn foreign(address: *mut u8, size: usize, release: impl FnOnce() + Send + 'static) -> Result<Memory> {
        let end = (size as u64 <= isize::MAX as u64).then(|| address.addr().checked_add(size)).flatten();
        let address = match NonNull::new(address) {
            None if size == 0 => NonNull::dangling(),
            Some(address) if end.is_some() => address,
            _ => return Err(invalid(format!("there is no memory of {size} bytes at {address:?}"))),
        };
        Ok(Memory(Mutex::new(Arc::new(Block {
            address,
            size,
            owner: Owner::Foreign(Some(Release(Some(Box::new(release))))),
        }))))
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.block().size
    }

    /// Another number of bytes, of which the first ones are kept and those that come are zero. With 0 it is freed:
    /// memory that is somebody else's is given back, and takes no other number. Fails with `buffer-in-use` while a view
    /// of it is alive.
    pub fn resize(&self, size: usize) -> Result<()> {
        let mut block = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // Views are made of this one, under its lock, or of another view.
        if Arc::get_mut(&mut block).is_none() {
            return Err(Error::new(Code::BUFFER_IN_USE, "memory cannot be freed or resized: a view of it is alive")
                .hint("drop what looks at it first"));
        }
        if size != 0 && matches!(block.owner, Owner::Foreign(_)) {
            return Err(Error::new(Code::ARGUMENT_INVALID, format!("memory of another owner gets no {size} bytes"))
                .hint("0 gives it back"));
        }
        let fresh = Block::own(size)?;
        let kept = block.size.min(size);
        // SAFETY: either has so many bytes, and nobody else knows of them.
        unsafe { ptr::copy_nonoverlapping(block.address.as_ptr(), fresh.address.as_ptr(), kept) };
        let old = std::mem::replace(&mut *block, Arc::new(fresh));
        // Who gives it back may ask for it.
        drop(block);
        drop(old);
        Ok(())
    }

    /// A view that begins so many bytes from the start. Fails with `buffer-invalid` where one of its elements would not lie
    /// in the memory, or not at a multiple of what it needs.
    pub fn view(&self, element: Element, offset: usize, layout: &Layout<'_>) -> Result<Buffer> {
        Buffer::of(self.block(), element, offset, layout)
    }

    fn block(&self) -> Arc<Block> {
        Arc::clone(&self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

impl Block {
    fn own(size: usize) -> Result<Block> {
        let no_memory =
            || Error::new(Code::VALUE_TOO_LARGE, format!("there is no memory for {size} bytes")).hint("ask for less");
        let allocation = Allocation::from_size_align(size, ALIGNMENT).map_err(|error| no_memory().because(error))?;
        let address = if size == 0 {
            NonNull::dangling()
        } else {
            // SAFETY: it has bytes.
            NonNull::new(unsafe { alloc::alloc_zeroed(allocation) }).ok_or_else(no_memory)?
        };
        Ok(Block { address, size, owner: Owner::Own })
    }

    pub fn address(&self) -> *mut u8 {
        self.address.as_ptr()
    }

    pub fn size(&self) -> usize {
        self.size
    }

    /// Copies bytes out. Out of bounds it does nothing.
    pub fn read(&self, offset: usize, bytes: &mut [u8]) {
        if self.has(offset, bytes.len()) {
            // SAFETY: they lie in the memory, and nobody writes there meanwhile, as `Memory` asks for.
            unsafe { ptr::copy(self.address().add(offset), bytes.as_mut_ptr(), bytes.len()) }
        }
    }

    /// Copies bytes in. Out of bounds it does nothing.
    pub fn write(&self, offset: usize, bytes: &[u8]) {
        if self.has(offset, bytes.len()) {
            // SAFETY: they lie in the memory, and nobody else is there meanwhile, as `Memory` asks for.
            unsafe { ptr::copy(bytes.as_ptr(), self.address().add(offset), bytes.len()) }
        }
    }

    fn has(&self, offset: usize, length: usize) -> bool {
        offset.checked_add(length).is_some_and(|end| end <= self.size)
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        match &mut self.owner {
            Owner::Foreign(release) => {
                if let Some(release) = release.take() {
                    drop_in_turn(release);
                }
            }
            Owner::Own if self.size != 0 => {
                if let Ok(allocation) = Allocation::from_size_align(self.size, ALIGNMENT) {
                    // SAFETY: it was allocated so.
                    unsafe { alloc::dealloc(self.address.as_ptr(), allocation) }
                }
            }
            Owner::Own => {}
        }
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({:?}, {} bytes)", self.address, self.size)
    }
}

pub(super) fn invalid(message: String) -> Error {
    Error::new(Code::BUFFER_INVALID, message)
}
