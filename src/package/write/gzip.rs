//! One gzip member, compressed on several cores.
//!
//! The stream is cut into blocks of one size. Each is compressed by itself, with the end of the block
//! before it as its dictionary, and ends on a whole byte, so that they can stand behind each other.
//! The bytes therefore depend on the content and the level, and never on the number of cores.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::num::NonZero;
use std::thread::{self, JoinHandle};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Large enough that cutting costs nothing that could be measured.
const BLOCK: usize = 256 << 10;

/// As far as deflate can look back.
const WINDOW: usize = 32 << 10;

/// No flags, no time, no system: RFC 1952.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Compresses what is written to it.
pub(super) struct Gzip<W> {
    writer: W,
    level: Compression,
    /// One more than the cores, so that they have work while the oldest block is written.
    most_pending: usize,
    pending: VecDeque<JoinHandle<io::Result<Vec<u8>>>>,
    block: Block,
    checksum: Crc,
}

impl<W: Write> Gzip<W> {
    pub fn new(mut writer: W, level: u32, threads: NonZero<usize>) -> io::Result<Gzip<W>> {
        writer.write_all(&HEADER)?;
        Ok(Gzip {
            writer,
            level: Compression::new(level),
            most_pending: threads.get() + 1,
            pending: VecDeque::new(),
            block: Block::after(&[]),
            checksum: Crc::new(),
        })
    }

    /// Writes what is left and the trailer.
    pub fn finish(mut self) -> io::Result<W> {
        self.compress(FlushCompress::Finish)?;
        while !self.pending.is_empty() {
            self.write_oldest()?;
        }
        self.writer.write_all(&self.checksum.sum().to_le_bytes())?;
        self.writer.write_all(&self.checksum.amount().to_le_bytes())?;
        Ok(self.writer)
    }

    fn compress(&mut self, flush: FlushCompress) -> io::Result<()> {
        if self.pending.len() == self.most_pending {
            self.write_oldest()?;
        }
        let next = Block::after(&self.block.bytes);
        let (block, level) = (std::mem::replace(&mut self.block, next), self.level);
        self.pending.push_back(thread::Builder::new().spawn(move || block.compressed(level, flush))?);
        Ok(())
    }

    fn write_oldest(&mut self) -> io::Result<()> {
        let Some(oldest) = self.pending.pop_front() else { return Ok(()) };
        let bytes = oldest.join().map_err(|_| io::Error::other("a block could not be compressed"))??;
        self.writer.write_all(&bytes)
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len().min(self.block.space());
        self.block.bytes.extend_from_slice(&bytes[..length]);
        self.checksum.update(&bytes[..length]);
        if self.block.space() == 0 {
            self.compress(FlushCompress::Sync)?;
        }
        Ok(length)
    }

    /// A block is written when it is full: where it is cut must not depend on who flushes.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A dictionary, and the content behind it.
struct Block {
    bytes: Vec<u8>,
    dictionary: usize,
}

impl Block {
    /// An empty one, with the end of these bytes as its dictionary.
    fn after(bytes: &[u8]) -> Block {
        let dictionary = &bytes[bytes.len().saturating_sub(WINDOW)..];
        let mut bytes = Vec::with_capacity(WINDOW + BLOCK);
        bytes.extend_from_slice(dictionary);
        Block { dictionary: bytes.len(), bytes }
    }

    fn space(&self) -> usize {
        self.dictionary + BLOCK - self.bytes.len()
    }

    fn compressed(self, level: Compression, flush: FlushCompress) -> io::Result<Vec<u8>> {
        let (dictionary, content) = self.bytes.split_at(self.dictionary);
        let mut deflate = Compress::new(level, false);
        if !dictionary.is_empty() {
            deflate.set_dictionary(dictionary)?;
        }
        let before = deflate.total_in();
        // What does not shrink grows by less than an eighth.
        let mut bytes = Vec::with_capacity(content.len() + content.len() / 8 + 1024);
        let status = deflate.compress_vec(content, &mut bytes, flush)?;
        let is_complete = deflate.total_in() - before == content.len() as u64 && bytes.len() < bytes.capacity();
        match is_complete && (status == Status::StreamEnd) == matches!(flush, FlushCompress::Finish) {
            true => Ok(bytes),
            false => Err(io::Error::other("a block grew beyond what deflate allows")),
        }
    }
}
