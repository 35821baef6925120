//! The memory of buffers: Hotshoe's own, or somebody else's that is given back.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::turn::drop_in_turn;
use crate::error::{Code, Error, Result};

/// Memory that views look at. It is given back with the last view, or before that by [`Memory::resize`] to nothing.
///
/// Views may be used by many threads. Whoever writes into one sees to it that nobody else reads or writes there meanwhile.
#[derive(Debug)]
pub struct Memory(Mutex<Arc<Block>>);

/// Memory of another owner. Dropping it gives the memory back, on whatever thread.
pub trait Owner: Send + Sync + 'static {
    /// Where it is, and how many bytes it has; the same each time.
    fn place(&self) -> (*mut u8, usize);

    /// Copies bytes out, from so many behind its start. They lie within it.
    fn read(&self, offset: usize, bytes: &mut [u8]);

    /// Copies bytes in. They lie within it.
    fn write(&self, offset: usize, bytes: &[u8]);
}

/// One stretch of memory. It stays where it is.
pub(super) struct Block {
    owner: Option<Box<dyn Owner>>,
    address: usize,
    size: usize,
    is_own: bool,
}

impl Memory {
    /// So many bytes, which are zero. Fails with `value-too-large` if the system has none.
    pub fn new(size: usize) -> Result<Memory> {
        Ok(Memory(Mutex::new(Arc::new(Block::new(Words::new(size)?, true)?))))
    }

    /// Memory that is somebody else's. Fails with `buffer-invalid` if there can be none of its size at its address.
    pub fn of(owner: impl Owner) -> Result<Memory> {
        Ok(Memory(Mutex::new(Arc::new(Block::new(owner, false)?))))
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.block().size
    }

    /// Another number of bytes, of which the first ones are kept and those that come are zero. With 0 it is freed:
    /// memory that is somebody else's is given back, and takes no other number. Fails with `buffer-in-use` while a view
    /// of it is alive.
    pub fn resize(&self, size: usize) -> Result<()> {
        let mut block = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Views are made of this one, under its lock, or of another view.
        if Arc::get_mut(&mut block).is_none() {
            return Err(Error::new(Code::BUFFER_IN_USE, "memory cannot be freed or resized: a view of it is alive")
                .hint("drop what looks at it first"));
        }
        if size != 0 && !block.is_own {
            return Err(Error::new(Code::ARGUMENT_INVALID, format!("memory of another owner gets no {size} bytes"))
                .hint("0 gives it back"));
        }
        let fresh = Block::new(Words::new(size)?, true)?;
        let mut kept = vec![0; block.size.min(size)];
        block.read(0, &mut kept);
        fresh.write(0, &kept);
        let old = std::mem::replace(&mut *block, Arc::new(fresh));
        // Who gives it back may ask for it.
        drop(block);
        drop(old);
        Ok(())
    }

    pub(super) fn block(&self) -> Arc<Block> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Block {
    fn new(owner: impl Owner, is_own: bool) -> Result<Block> {
        let owner: Box<dyn Owner> = Box::new(owner);
        let (address, size) = owner.place();
        let possible = size == 0 || !address.is_null() && address.addr().checked_add(size).is_some();
        if !possible || size > isize::MAX as usize {
            return Err(invalid(format!("there is no memory of {size} bytes at {address:?}")));
        }
        Ok(Block { owner: Some(owner), address: address.expose_provenance(), size, is_own })
    }

    pub fn address(&self) -> *mut u8 {
        std::ptr::with_exposed_provenance_mut(self.address)
    }

    pub fn size(&self) -> usize {
        self.size
    }

    /// Copies bytes out. Out of bounds it does nothing.
    pub fn read(&self, offset: usize, bytes: &mut [u8]) {
        if let Some(owner) = self.owner_of(offset, bytes.len()) {
            owner.read(offset, bytes);
        }
    }

    /// Copies bytes in. Out of bounds it does nothing.
    pub fn write(&self, offset: usize, bytes: &[u8]) {
        if let Some(owner) = self.owner_of(offset, bytes.len()) {
            owner.write(offset, bytes);
        }
    }

    fn owner_of(&self, offset: usize, length: usize) -> Option<&dyn Owner> {
        let is_within = length != 0 && offset.checked_add(length).is_some_and(|end| end <= self.size);
        self.owner.as_deref().filter(|_| is_within)
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Some(owner) = self.owner.take().filter(|_| !self.is_own) {
            drop_in_turn(owner);
        }
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({:#x}, {} bytes)", self.address, self.size)
    }
}

/// Memory of Hotshoe's own: words that C may write to by their address, behind a start that vector units like.
struct Words {
    words: Vec<AtomicU64>,
    start: usize,
    size: usize,
}

const WORD: usize = size_of::<u64>();
const ALIGNMENT: usize = 64;

impl Words {
    fn new(size: usize) -> Result<Words> {
        let count = size.div_ceil(WORD) + ALIGNMENT / WORD;
        let mut words = Vec::new();
        words.try_reserve_exact(count).map_err(|error| {
            Error::new(Code::VALUE_TOO_LARGE, format!("there is no memory for {size} bytes"))
                .because(error)
                .hint("ask for less")
        })?;
        words.resize_with(count, AtomicU64::default);
        let start = (ALIGNMENT - words.as_ptr().addr() % ALIGNMENT) % ALIGNMENT / WORD;
        Ok(Words { words, start, size })
    }

    /// The words that hold these bytes, and which of their bytes each of them holds.
    fn touched(&self, offset: usize, length: usize) -> impl Iterator<Item = (&AtomicU64, std::ops::Range<usize>)> {
        let words = self.words[self.start..].iter().enumerate();
        words.skip(offset / WORD).take((offset % WORD + length).div_ceil(WORD)).map(move |(at, word)| {
            let first = at * WORD;
            (word, offset.max(first) - first..(offset + length).min(first + WORD) - first)
        })
    }
}

impl Owner for Words {
    fn place(&self) -> (*mut u8, usize) {
        (self.words[self.start..].as_ptr().cast_mut().cast(), self.size)
    }

    fn read(&self, offset: usize, mut bytes: &mut [u8]) {
        for (word, range) in self.touched(offset, bytes.len()) {
            let (now, later) = bytes.split_at_mut(range.len());
            now.copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes()[range]);
            bytes = later;
        }
    }

    fn write(&self, offset: usize, mut bytes: &[u8]) {
        for (word, range) in self.touched(offset, bytes.len()) {
            let (now, later) = bytes.split_at(range.len());
            let mut whole = word.load(Ordering::Relaxed).to_ne_bytes();
            whole[range].copy_from_slice(now);
            word.store(u64::from_ne_bytes(whole), Ordering::Relaxed);
            bytes = later;
        }
    }
}

pub(super) fn invalid(message: String) -> Error {
    Error::new(Code::BUFFER_INVALID, message)
}
