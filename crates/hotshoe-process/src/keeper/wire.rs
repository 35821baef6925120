//! What module and keeper say to each other, and how it is written: frames over a socket, with file descriptors.
//!
//! A frame is the length of a text, four bytes, the lowest first, and the text, which is JSON. The descriptors of a frame
//! travel with its first bytes.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage};
use rustix::net::{SendFlags, recvmsg, sendmsg};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The largest text of a frame: more than a system takes for arguments and environment of a program.
const LARGEST: usize = 16 << 20;

/// The most descriptors that come with one frame.
const MOST_DESCRIPTORS: usize = 8;

/// What a keeper is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// The first; with the pidfd of the host.
    Hello,
    /// To start a program; with its stdin, stdout and stderr, and the program itself if it is `sealed`.
    Launch(Launched),
    /// To send a signal to the group of a process.
    Signal { id: u64, kill: bool },
    /// To end, with all processes.
    End,
}

/// What is started.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Launched {
    pub(super) id: u64,
    pub(super) program: Text,
    pub(super) sealed: bool,
    pub(super) arguments: Vec<Text>,
    pub(super) environment: Vec<(Text, Text)>,
    pub(super) folder: Text,
    pub(super) private: Option<Text>,
    pub(super) memory: Option<u64>,
    pub(super) files: Option<u64>,
    pub(super) processor_time: Option<u64>,
}

/// What a keeper reports.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Report {
    /// That it is there.
    Ready { pid: u32 },
    /// That a program runs; with its pidfd.
    Started { id: u64, pid: u32 },
    /// That a program could not be started.
    Failed { id: u64, what: String, errno: i32 },
    /// That a process has ended.
    Exited { id: u64, code: Option<i32>, signal: Option<i32> },
}

/// A text of the system, which need not be UTF-8.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Utf8(String),
    Bytes(Vec<u8>),
}

impl From<&OsStr> for Text {
    fn from(text: &OsStr) -> Text {
        text.to_str().map_or_else(|| Text::Bytes(text.as_bytes().to_vec()), |text| Text::Utf8(text.to_owned()))
    }
}

impl From<Text> for OsString {
    fn from(text: Text) -> OsString {
        match text {
            Text::Utf8(text) => text.into(),
            Text::Bytes(bytes) => OsString::from_vec(bytes),
        }
    }
}

/// Frames that are still to be sent.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    frames: VecDeque<(Vec<u8>, Vec<OwnedFd>)>,
    sent: usize,
}

impl Outgoing {
    /// Whether nothing is to be sent.
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Adds a frame.
    pub(super) fn push(&mut self, message: &impl Serialize, descriptors: Vec<OwnedFd>) -> io::Result<()> {
        let mut frame = vec![0; 4];
        serde_json::to_writer(&mut frame, message)?;
        let length = frame.len() - 4;
        if length > LARGEST {
            return Err(io::ErrorKind::ArgumentListTooLong.into());
        }
        frame[..4].copy_from_slice(&(length as u32).to_le_bytes());
        self.frames.push_back((frame, descriptors));
        Ok(())
    }

    /// Sends as much as the socket takes; the error is `WouldBlock` if that is not all.
    pub(super) fn send(&mut self, socket: BorrowedFd<'_>) -> io::Result<()> {
        while let Some((frame, descriptors)) = self.frames.front_mut() {
            let borrowed: Vec<_> = descriptors.iter().map(AsFd::as_fd).collect();
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
            let mut with = SendAncillaryBuffer::new(&mut space);
            if !borrowed.is_empty() && !with.push(SendAncillaryMessage::ScmRights(&borrowed)) {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
            let sent =
                rustix::io::retry_on_intr(|| sendmsg(socket, &[IoSlice::new(&frame[self.sent..])], &mut with, flags))?;
            descriptors.clear();
            self.sent += sent;
            if self.sent == frame.len() {
                self.frames.pop_front();
                self.sent = 0;
            }
        }
        Ok(())
    }
}

/// What was received and not yet read.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    bytes: Vec<u8>,
    /// How many bytes were taken out of `bytes` so far.
    taken: u64,
    /// Descriptors, each with the number of a byte of its frame.
    descriptors: VecDeque<(u64, OwnedFd)>,
}

impl Incoming {
    /// Receives what is there, and says whether more may follow.
    pub(super) fn receive(&mut self, socket: BorrowedFd<'_>) -> io::Result<bool> {
        let mut block = vec![0; 1 << 16];
        loop {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
            let mut with = RecvAncillaryBuffer::new(&mut space);
            let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
            let received = match recvmsg(socket, &mut [IoSliceMut::new(&mut block)], &mut with, flags) {
                Ok(received) if received.bytes == 0 => return Ok(false),
                Ok(received) => received.bytes,
                Err(rustix::io::Errno::AGAIN) => return Ok(true),
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            self.bytes.extend_from_slice(&block[..received]);
            // A system never goes on to other bytes after those that descriptors came with, but it may begin before them.
            let last = self.taken + self.bytes.len() as u64 - 1;
            for message in with.drain() {
                if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                    self.descriptors.extend(descriptors.map(|descriptor| (last, descriptor)));
                }
            }
        }
    }

    /// The next message and its descriptors; fewer than were sent if this process may not have more.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
        let Some(head) = self.bytes.first_chunk() else { return Ok(None) };
        let length = u32::from_le_bytes(*head) as usize;
        if length > LARGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let Some(text) = self.bytes.get(4..4 + length) else { return Ok(None) };
        let message = serde_json::from_slice(text)?;
        self.bytes.drain(..4 + length);
        self.taken += 4 + length as u64;
        let of_frame = self.descriptors.iter().take_while(|(byte, _)| *byte < self.taken).count();
        Ok(Some((message, self.descriptors.drain(..of_frame).map(|(_, descriptor)| descriptor).collect())))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::thread;

    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

    use super::*;

    fn pair() -> (OwnedFd, OwnedFd) {
        socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None).unwrap()
    }

    fn file(text: &str) -> OwnedFd {
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        file.into()
    }

    /// Some are larger than the socket takes at once, and some have no descriptor.
    fn send_all(socket: OwnedFd) {
        let mut outgoing = Outgoing::default();
        for number in 0..300_u32 {
            let text = "x".repeat(if number % 50 == 7 { 500_000 } else { 10 });
            let descriptors = (0..number % 4).map(|_| file(&number.to_string())).collect();
            outgoing.push(&(number, text), descriptors).unwrap();
            while outgoing.send(socket.as_fd()).is_err() {
                poll(&mut [PollFd::new(&socket, PollFlags::OUT)], None).unwrap();
            }
        }
    }

    fn receive_all(socket: BorrowedFd<'_>) -> Vec<(u32, Vec<OwnedFd>)> {
        let (mut incoming, mut read) = (Incoming::default(), Vec::new());
        let mut open = true;
        while open {
            poll(&mut [PollFd::from_borrowed_fd(socket, PollFlags::IN)], None).unwrap();
            open = incoming.receive(socket).unwrap();
            while let Some(((number, _), descriptors)) = incoming.next::<(u32, String)>().unwrap() {
                read.push((number, descriptors));
            }
        }
        read
    }

    #[test]
    fn every_message_has_its_own_descriptors_however_they_are_received() {
        let (from, to) = pair();
        let read = thread::scope(|scope| {
            scope.spawn(move || send_all(from));
            receive_all(to.as_fd())
        });
        assert_eq!(read.len(), 300);
        for (at, (number, descriptors)) in read.into_iter().enumerate() {
            assert_eq!((number, descriptors.len()), (at as u32, at % 4));
            for descriptor in descriptors {
                let mut text = String::new();
                File::from(descriptor).read_to_string(&mut text).unwrap();
                assert_eq!(text, number.to_string());
            }
        }
    }

    #[test]
    fn a_frame_without_end_or_sense_is_an_error() {
        for bytes in [&b"\xff\xff\xff\xff"[..], b"\x02\0\0\0xx"] {
            let (from, to) = pair();
            rustix::io::write(&from, bytes).unwrap();
            let mut incoming = Incoming::default();
            incoming.receive(to.as_fd()).unwrap();
            assert!(incoming.next::<Request>().is_err());
        }
    }

    #[test]
    fn names_that_are_not_utf8_arrive_as_they_are() {
        let name = OsStr::from_bytes(b"a\xffb");
        let text = serde_json::to_string(&Text::from(name)).unwrap();
        assert_eq!(OsString::from(serde_json::from_str::<Text>(&text).unwrap()), name);
    }
}
