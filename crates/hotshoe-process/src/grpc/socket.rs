//! A socket that never blocks, as h2 reads and writes it.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::address::Stream;

/// A stream for h2.
///
/// It keeps no waker: whoever drives the connection waits for the file itself, and asks again.
pub(super) struct Socket {
    stream: Stream,
    full: Arc<AtomicBool>,
}

impl Socket {
    pub(super) fn new(stream: Stream) -> Socket {
        Socket { stream, full: Arc::default() }
    }

    /// Whether the last attempt to write found no room.
    pub(super) fn full(&self) -> Arc<AtomicBool> {
        self.full.clone()
    }
}

fn poll<T>(mut attempt: impl FnMut() -> io::Result<T>) -> Poll<io::Result<T>> {
    loop {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return Poll::Ready(done),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        poll(|| (&self.stream).read(buffer.initialize_unfilled())).map_ok(|read| buffer.advance(read))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = poll(|| (&self.stream).write(bytes));
        self.full.store(written.is_pending(), Ordering::Relaxed);
        written
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = poll(|| (&self.stream).write_vectored(bytes));
        self.full.store(written.is_pending(), Ordering::Relaxed);
        written
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        poll(|| (&self.stream).flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
