//! Deflate on several threads.
//!
//! A stream is cut into blocks of one size. Each is compressed by itself, with the end of the block
//! before it as its dictionary, and ends on a whole byte, so that they can stand behind each other.
//! The bytes therefore depend on the content and the level, and never on the number of threads.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::{Compress, Compression, FlushCompress, Status};

/// Large enough that cutting costs nothing that could be measured.
const BLOCK: usize = 256 << 10;

/// As far as deflate can look back.
const WINDOW: usize = 32 << 10;

/// Work on several threads, whose results come out in the order in which it went in.
pub(super) struct Threads<T> {
    work: Sender<Box<dyn FnOnce() + Send>>,
    results: VecDeque<Receiver<io::Result<T>>>,
    /// One more than the threads, so that they have work while the oldest result is written.
    most_results: usize,
}

impl<T: Send + 'static> Threads<T> {
    pub fn new(threads: NonZero<usize>) -> io::Result<Threads<T>> {
        let (work, queue) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads.get() {
            let queue = Arc::clone(&queue);
            // It ends with the sender; whatever it was at is not waited for.
            thread::Builder::new().spawn(move || {
                let next = || queue.lock().ok()?.recv().ok();
                while let Some(work) = next() {
                    work();
                }
            })?;
        }
        Ok(Threads { work, results: VecDeque::new(), most_results: threads.get() + 1 })
    }

    /// Starts some work; gives the oldest result if there is too much going on.
    pub fn start(&mut self, work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<Option<T>> {
        let oldest = if self.results.len() == self.most_results { self.oldest()? } else { None };
        let (sender, result) = mpsc::sync_channel(1);
        // Who does not wait for the result any more has an error of its own.
        let work = Box::new(move || drop(sender.send(work())));
        self.work.send(work).map_err(|_| stopped())?;
        self.results.push_back(result);
        Ok(oldest)
    }

    /// Waits for the oldest result; there is none when all came out.
    pub fn oldest(&mut self) -> io::Result<Option<T>> {
        let Some(oldest) = self.results.pop_front() else { return Ok(None) };
        oldest.recv().map_err(|_| stopped())?.map(Some)
    }
}

fn stopped() -> io::Error {
    io::Error::other("a thread that compresses has stopped")
}

/// A dictionary, and the content behind it.
pub(super) struct Block {
    bytes: Vec<u8>,
    dictionary: usize,
}

impl Block {
    /// An empty one, with the end of these bytes as its dictionary.
    pub fn after(bytes: &[u8]) -> Block {
        let dictionary = &bytes[bytes.len().saturating_sub(WINDOW)..];
        Block { dictionary: dictionary.len(), bytes: dictionary.to_vec() }
    }

    /// Takes as much of these bytes as there is space for, and tells how many that were.
    pub fn fill(&mut self, bytes: &[u8]) -> usize {
        let length = bytes.len().min(self.dictionary + BLOCK - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..length]);
        length
    }

    /// Takes as much of what is read as there is space for, and tells how much that was.
    pub fn fill_from(&mut self, reader: &mut impl Read) -> io::Result<u64> {
        let space = self.dictionary + BLOCK - self.bytes.len();
        let length = reader.take(space as u64).read_to_end(&mut self.bytes)?;
        Ok(length as u64)
    }

    pub fn content(&self) -> &[u8] {
        &self.bytes[self.dictionary..]
    }

    pub fn is_full(&self) -> bool {
        self.bytes.len() == self.dictionary + BLOCK
    }

    /// Gives the block away; an empty one that goes on behind it takes its place.
    pub fn take(&mut self) -> Block {
        let next = Block::after(&self.bytes);
        std::mem::replace(self, next)
    }

    /// A stream's last block is finished, the others are flushed.
    pub fn compressed(self, level: Compression, flush: FlushCompress) -> io::Result<Vec<u8>> {
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
