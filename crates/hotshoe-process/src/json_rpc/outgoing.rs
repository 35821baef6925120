//! What is said to the plugin, and has not been taken yet.
//!
//! Owns the way to the plugin's stdin. Nobody waits in here but [`Outgoing::wait`], and that not for long: a plugin that
//! does not read what it is told holds up those only who want something of it, and only until their deadline.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The way to the plugin's stdin. It never blocks but in [`Pipe::wait`].
pub trait Pipe: Send + Sync {
    /// Writes some of it, or fails with [`io::ErrorKind::WouldBlock`] if nothing can be taken now. It raises no signal.
    fn write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Waits until something may be taken, and for so long at most.
    fn wait(&self, most: Duration);

    /// Says that nothing more comes, as far as dropping it does not say so.
    fn close(&self) {}
}

/// How many bytes of answers, pings and the like may wait beside the calls.
const MOST_SMALL: usize = 1 << 20;

/// The queue of messages.
pub struct Outgoing {
    queue: Mutex<Queue>,
    largest: usize,
}

struct Queue {
    /// `None`: it was closed, by us or by the plugin.
    pipe: Option<Arc<dyn Pipe>>,
    frames: VecDeque<(u64, Vec<u8>)>,
    /// How much of the first is written.
    written: usize,
    bytes: usize,
    next: u64,
    /// All before this one are written, or were taken back.
    sent: u64,
}

/// Which message it is, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

/// Why a message was not taken into the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Too much waits already.
    Full,
    /// Nothing can be said to the plugin any more.
    Closed,
}

impl Outgoing {
    /// A queue for messages of at most `largest` bytes.
    pub fn new(pipe: Arc<dyn Pipe>, largest: usize) -> Outgoing {
        let queue = Queue { pipe: Some(pipe), frames: VecDeque::new(), written: 0, bytes: 0, next: 0, sent: 0 };
        Outgoing { queue: Mutex::new(queue), largest }
    }

    /// Takes a message of a call, and writes as much as can be written now. What was refused stays where it is.
    pub fn push(&self, frame: &mut Vec<u8>) -> Result<Ticket, Refused> {
        self.add(frame, self.largest.saturating_add(MOST_SMALL))
    }

    /// Takes a small message that nobody waits for.
    pub fn push_small(&self, mut frame: Vec<u8>) -> Result<Ticket, Refused> {
        // Beside one large message of a call.
        self.add(&mut frame, self.largest.saturating_add(2 * MOST_SMALL))
    }

    fn add(&self, frame: &mut Vec<u8>, most: usize) -> Result<Ticket, Refused> {
        let mut queue = self.queue();
        if queue.pipe.is_none() {
            return Err(Refused::Closed);
        }
        if queue.bytes > 0 && queue.bytes.saturating_add(frame.len()) > most {
            queue.flush();
            if queue.bytes > 0 && queue.bytes.saturating_add(frame.len()) > most {
                return Err(Refused::Full);
            }
        }
        let ticket = queue.next;
        queue.next += 1;
        queue.bytes += frame.len();
        queue.frames.push_back((ticket, std::mem::take(frame)));
        queue.flush();
        Ok(Ticket(ticket))
    }

    /// Writes what can be written now; whether anything is left.
    pub fn flush(&self) -> bool {
        let mut queue = self.queue();
        queue.flush();
        !queue.frames.is_empty()
    }

    /// Whether all of a message is written.
    pub fn is_sent(&self, ticket: Ticket) -> bool {
        self.queue().sent > ticket.0
    }

    /// Whether nothing can be said any more.
    pub fn is_closed(&self) -> bool {
        self.queue().pipe.is_none()
    }

    /// Takes a message back; whether that could be done, since nothing of it was written.
    pub fn take_back(&self, ticket: Ticket) -> bool {
        let mut queue = self.queue();
        let Some(at) = queue.frames.iter().position(|(other, _)| *other == ticket.0) else { return false };
        if at == 0 && queue.written > 0 {
            return false;
        }
        if let Some((_, frame)) = queue.frames.remove(at) {
            queue.bytes -= frame.len();
        }
        true
    }

    /// Waits until something may be written.
    pub fn wait(&self, most: Duration) {
        let pipe = self.queue().pipe.clone();
        match pipe {
            Some(pipe) => pipe.wait(most),
            None => std::thread::sleep(most),
        }
    }

    /// Says that nothing more comes; what was not written is dropped.
    pub fn close(&self) {
        self.queue().close();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn flush(&mut self) {
        let Some(pipe) = self.pipe.clone() else { return };
        while let Some((ticket, frame)) = self.frames.front() {
            let (ticket, length) = (*ticket, frame.len());
            match pipe.write(&frame[self.written..]) {
                Ok(0) => return self.close(),
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return self.close(),
            }
            if self.written >= length {
                self.frames.pop_front();
                self.bytes -= length;
                self.written = 0;
                self.sent = ticket + 1;
            }
        }
    }

    fn close(&mut self) {
        if let Some(pipe) = self.pipe.take() {
            pipe.close();
        }
        self.frames.clear();
        self.bytes = 0;
        self.written = 0;
    }
}

#[cfg(unix)]
pub use unix::Descriptor;

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::net::{SendFlags, Shutdown, send, shutdown};

    use super::Pipe;

    /// One end of a pair of sockets, or of a pipe, whose other end is the plugin's stdin.
    ///
    /// Sockets are better: to write into a pipe that nobody reads any more raises SIGPIPE, which ends a host that does
    /// not ignore it.
    #[derive(Debug)]
    pub struct Descriptor(OwnedFd);

    impl Descriptor {
        /// Makes it non-blocking. On a pair of sockets only this end is concerned.
        pub fn new(descriptor: OwnedFd) -> io::Result<Descriptor> {
            rustix::io::ioctl_fionbio(&descriptor, true)?;
            #[cfg(target_vendor = "apple")]
            let _ = rustix::net::sockopt::set_socket_nosigpipe(&descriptor, true);
            Ok(Descriptor(descriptor))
        }
    }

    /// That no signal is raised; there is another way on Apple's systems.
    #[cfg(not(target_vendor = "apple"))]
    const QUIET: SendFlags = SendFlags::NOSIGNAL;
    #[cfg(target_vendor = "apple")]
    const QUIET: SendFlags = SendFlags::empty();

    impl Pipe for Descriptor {
        fn write(&self, bytes: &[u8]) -> io::Result<usize> {
            match send(&self.0, bytes, QUIET) {
                Err(Errno::NOTSOCK) => Ok(rustix::io::write(&self.0, bytes)?),
                sent => Ok(sent?),
            }
        }

        fn wait(&self, most: Duration) {
            let most = Timespec::try_from(most).ok();
            let mut descriptors = [PollFd::new(&self.0, PollFlags::OUT)];
            // If it fails, or ends early, whoever waits looks again.
            let _ = poll(&mut descriptors, most.as_ref());
        }

        fn close(&self) {
            // A pipe is closed by being dropped.
            let _ = shutdown(&self.0, Shutdown::Write);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes only.
    struct Room(Mutex<(usize, Vec<u8>)>);

    impl Room {
        fn more(&self, room: usize) {
            self.0.lock().unwrap().0 += room;
        }

        fn taken(&self) -> Vec<u8> {
            self.0.lock().unwrap().1.clone()
        }
    }

    impl Pipe for Room {
        fn write(&self, bytes: &[u8]) -> io::Result<usize> {
            let mut room = self.0.lock().unwrap();
            let count = room.0.min(bytes.len()).min(3);
            if count == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            room.0 -= count;
            room.1.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn wait(&self, _: Duration) {}
    }

    fn room(bytes: usize) -> (Arc<Room>, Outgoing) {
        let room = Arc::new(Room(Mutex::new((bytes, Vec::new()))));
        (Arc::clone(&room), Outgoing::new(room, 100))
    }

    #[test]
    fn messages_are_written_whole_and_in_order() {
        let (room, outgoing) = room(4);
        let first = outgoing.push(&mut b"first\n".to_vec()).unwrap();
        let second = outgoing.push(&mut b"second\n".to_vec()).unwrap();
        assert!(!outgoing.is_sent(first) && !outgoing.is_sent(second));
        room.more(2);
        assert!(outgoing.flush());
        assert!(outgoing.is_sent(first) && !outgoing.is_sent(second));
        room.more(100);
        assert!(!outgoing.flush());
        assert!(outgoing.is_sent(second));
        assert_eq!(room.taken(), b"first\nsecond\n");
    }

    #[test]
    fn a_message_is_taken_back_until_its_first_byte_is_written() {
        let (room, outgoing) = room(1);
        let first = outgoing.push(&mut b"first\n".to_vec()).unwrap();
        let second = outgoing.push(&mut b"second\n".to_vec()).unwrap();
        assert!(!outgoing.take_back(first));
        assert!(outgoing.take_back(second));
        assert!(!outgoing.take_back(second));
        room.more(100);
        assert!(!outgoing.flush());
        assert_eq!(room.taken(), b"first\n");
    }

    #[test]
    fn what_waits_is_bounded() {
        let (_room, outgoing) = room(0);
        let frame = vec![b'x'; 100_000];
        let taken = (0..100).take_while(|_| outgoing.push_small(frame.clone()).is_ok()).count();
        assert_eq!(taken, 2 * MOST_SMALL / 100_000);
        assert_eq!(outgoing.push_small(frame.clone()), Err(Refused::Full));
        outgoing.close();
        assert_eq!(outgoing.push(&mut b"x".to_vec()), Err(Refused::Closed));
    }

    #[test]
    fn what_was_dropped_was_not_sent() {
        let (_room, outgoing) = room(1);
        let ticket = outgoing.push(&mut b"first\n".to_vec()).unwrap();
        outgoing.close();
        assert!(!outgoing.is_sent(ticket));
    }
}
