//! A file that somebody else wrote, read a piece at a time.
//!
//! Owns the limits that keep a hostile file from using up memory or time: nothing outside the file
//! is read, and no more than [`MOST_READ`] bytes in all. It never knows what the bytes mean.

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use object::read::{ReadCache, ReadCacheOps, ReadRef};

use crate::error::{Code, Error, Result};
use crate::input;

/// The bytes read from one file before it is given up: headers, symbols and names, never code.
const MOST_READ: u64 = 256 << 20;

/// The bytes fetched at once. The headers, hash tables and symbol names of a small library lie in
/// its first page, so that checking it takes two or three reads.
const WINDOW: usize = 4096;

/// An open file.
pub(super) struct Source {
    /// Its first page.
    front: Vec<u8>,
    cache: ReadCache<Window>,
    metadata: Metadata,
    left: Cell<u64>,
}

impl Source {
    /// Opens a regular file; anything else might block or never end.
    pub(super) fn open(path: &Path) -> Result<Source> {
        let unreadable = |error: std::io::Error| {
            Error::new(Code::LIBRARY_UNREADABLE, "the library cannot be read")
                .because(error)
                .at(path)
                .hint("check that the file exists and that you may read it")
        };
        let (mut file, metadata) = input::open(path).map_err(unreadable)?;
        let mut front = Vec::with_capacity(WINDOW);
        let mut first = Read::by_ref(&mut file).take(metadata.len().min(WINDOW as u64));
        let file_position = first.read_to_end(&mut front).map_err(unreadable)? as u64;
        let window =
            Window { file: BufReader::with_capacity(WINDOW, file), position: 0, file_position, size: metadata.len() };
        Ok(Source { front, cache: ReadCache::new(window), metadata, left: Cell::new(MOST_READ) })
    }

    /// The size of the file in bytes.
    pub(super) fn size(&self) -> u64 {
        self.metadata.len()
    }

    /// What the system knows of the file that is open.
    pub(super) fn into_metadata(self) -> Metadata {
        self.metadata
    }

    /// The whole file.
    pub(super) fn all(&self) -> Part<'_> {
        Part { source: self, start: 0, size: self.size() }
    }

    /// What lies in the first page, as most does that is asked for.
    fn in_front(&self, start: u64, size: u64) -> Option<&[u8]> {
        let start = usize::try_from(start).ok()?;
        self.front.get(start..start.checked_add(usize::try_from(size).ok()?)?)
    }

    fn spend(&self, bytes: u64) -> Result<(), ()> {
        self.left.set(self.left.get().checked_sub(bytes).ok_or(())?);
        Ok(())
    }
}

/// A range of a file, which the `object` crate reads as if it were a file of its own.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    source: &'a Source,
    start: u64,
    size: u64,
}

impl<'a> Part<'a> {
    /// Where it begins in the file.
    pub(super) fn start(self) -> u64 {
        self.start
    }

    /// Its length in bytes.
    pub(super) fn size(self) -> u64 {
        self.size
    }

    /// The size of the file that it is a part of.
    pub(super) fn file_size(self) -> u64 {
        self.source.size()
    }

    /// A range of it, if that lies inside.
    pub(super) fn part(self, offset: u64, size: u64) -> Option<Part<'a>> {
        let end = offset.checked_add(size)?;
        (end <= self.size).then(|| Part { source: self.source, start: self.start + offset, size })
    }

    /// What follows `offset`, at most `size` bytes.
    pub(super) fn from(self, offset: u64, size: u64) -> Option<Part<'a>> {
        let rest = self.size.checked_sub(offset)?;
        self.part(offset, rest.min(size))
    }

    /// Its bytes, if there are not too many.
    pub(super) fn bytes(self) -> Option<&'a [u8]> {
        self.read_bytes_at(0, self.size).ok()
    }
}

impl<'a> ReadRef<'a> for Part<'a> {
    fn len(self) -> Result<u64, ()> {
        Ok(self.size)
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        let part = self.part(offset, size).ok_or(())?;
        self.source.spend(size)?;
        match self.source.in_front(part.start, size) {
            Some(bytes) => Ok(bytes),
            None => self.source.cache.read_bytes_at(part.start, size),
        }
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        let part = self.part(range.start, range.end.checked_sub(range.start).ok_or(())?).ok_or(())?;
        self.source.spend(part.size.min(WINDOW as u64))?;
        let front = (self.source.front.len() as u64).checked_sub(part.start).map(|rest| rest.min(part.size));
        if let Some(bytes) = front.and_then(|size| self.source.in_front(part.start, size))
            && let Some(end) = bytes.iter().position(|byte| *byte == delimiter)
        {
            return Ok(&bytes[..end]);
        }
        self.source.cache.read_bytes_at_until(part.start..part.start + part.size, delimiter)
    }
}

/// The file, with the last page that was read at hand.
struct Window {
    file: BufReader<File>,
    /// Where the next byte is read, and where `file` stands.
    position: u64,
    file_position: u64,
    size: u64,
}

impl Window {
    fn move_file(&mut self) -> Result<(), ()> {
        let moved = match i64::try_from(self.position as i128 - self.file_position as i128) {
            Ok(distance) => self.file.seek_relative(distance),
            Err(_) => Seek::seek(&mut self.file, SeekFrom::Start(self.position)).map(drop),
        };
        moved.map_err(drop)?;
        self.file_position = self.position;
        Ok(())
    }
}

impl ReadCacheOps for Window {
    fn len(&mut self) -> Result<u64, ()> {
        Ok(self.size)
    }

    fn seek(&mut self, position: u64) -> Result<u64, ()> {
        self.position = position;
        Ok(position)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ()> {
        self.move_file()?;
        let count = Read::read(&mut self.file, buffer).map_err(drop)?;
        self.file_position += count as u64;
        self.position = self.file_position;
        Ok(count)
    }

    fn read_exact(&mut self, mut buffer: &mut [u8]) -> Result<(), ()> {
        while !buffer.is_empty() {
            let count = ReadCacheOps::read(self, buffer)?;
            if count == 0 {
                return Err(());
            }
            buffer = &mut buffer[count..];
        }
        Ok(())
    }
}
