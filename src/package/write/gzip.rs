//! One gzip member, compressed on several threads.

use std::io::{self, Write};
use std::num::NonZero;

use flate2::{Compression, Crc, FlushCompress};

use super::deflate::{Block, Threads};

/// No flags, no time, no system: RFC 1952.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Compresses what is written to it.
pub(super) struct Gzip<W> {
    writer: W,
    level: Compression,
    threads: Threads<Vec<u8>>,
    block: Block,
    checksum: Crc,
}

impl<W: Write> Gzip<W> {
    pub fn new(mut writer: W, level: u32, threads: NonZero<usize>) -> io::Result<Gzip<W>> {
        writer.write_all(&HEADER)?;
        let level = Compression::new(level);
        Ok(Gzip { writer, level, threads: Threads::new(threads)?, block: Block::after(&[]), checksum: Crc::new() })
    }

    /// Writes what is left and the trailer.
    pub fn finish(mut self) -> io::Result<W> {
        self.compress(FlushCompress::Finish)?;
        while let Some(bytes) = self.threads.oldest()? {
            self.writer.write_all(&bytes)?;
        }
        self.writer.write_all(&self.checksum.sum().to_le_bytes())?;
        self.writer.write_all(&self.checksum.amount().to_le_bytes())?;
        Ok(self.writer)
    }

    fn compress(&mut self, flush: FlushCompress) -> io::Result<()> {
        let (block, level) = (self.block.take(), self.level);
        match self.threads.start(move || block.compressed(level, flush))? {
            Some(bytes) => self.writer.write_all(&bytes),
            None => Ok(()),
        }
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.block.fill(bytes);
        self.checksum.update(&bytes[..length]);
        if self.block.is_full() {
            self.compress(FlushCompress::Sync)?;
        }
        Ok(length)
    }

    /// A block is written when it is full: where it is cut must not depend on who flushes.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
