//! What a plugin can call of its host: go-plugin's broker.
//!
//! # Which number a plugin dials
//!
//! The host serves the same services at the numbers 1 to [`MOST`] of the broker, each at a socket of its own in the
//! plugin's private folder. A host tells its plugin a number in a message of its own, or both agree on 1. go-plugin takes
//! one announcement for one `Dial`, keeps it for five seconds, and is confused by two for one number: so a number is
//! announced again when it was dialed, or when the five seconds are over. A plugin dials a number on one thread at a time,
//! and keeps the connection if it can; those that are to dial at once get a number each.
//!
//! # Who does what
//!
//! One thread for each plugin that is offered something accepts connections and drives them; services run on those of
//! [`Serving`]. Only processes of the plugin are accepted.

use std::fs;
use std::future::Future;
use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::SendStream;
use h2::server::{Builder, Handshake};
use prost::Message;

use super::connection::Connection;
use super::invoke::{Asked, Handle, Invocation};
use super::serve::Serving;
use super::services::{ConnInfo, path};
use super::socket::Socket;
use super::turn::{Bell, lock};
use super::wire;
use crate::address::{self, Stream};
use crate::failure::{Failure, Result, codes};

/// The last of the numbers at which a host serves; the first is 1.
pub const MOST: u32 = 8;

/// How long go-plugin keeps an announcement, and a little.
const KEPT: Duration = Duration::from_millis(5250);

/// How long a number that was dialed is let alone, until go-plugin has forgotten it.
const FORGOTTEN: Duration = Duration::from_millis(100);

/// How many connections a plugin may have at once.
const MOST_CONNECTIONS: usize = 32;

/// How many requests there may be on one connection.
const MOST_STREAMS: u32 = 32;

/// How much a plugin may send before a thread has taken it, in bytes.
const WINDOW: u32 = 1 << 20;

/// How long the heads of a request may be, in bytes.
const HEADERS: u32 = 16 << 10;

/// Serves a plugin at the broker until it is dropped.
pub(super) struct Broker {
    serving: Arc<Serving>,
    ends: Arc<AtomicBool>,
    bell: Arc<Bell>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Whom a broker serves.
pub(super) struct Served {
    /// Its private folder.
    pub(super) folder: PathBuf,
    /// The group of its processes.
    pub(super) process_group: u32,
}

impl Broker {
    /// Opens the stream of the broker, and begins to serve.
    pub(super) fn start(
        connection: &Arc<Connection>,
        served: Served,
        serving: Arc<Serving>,
        until: Instant,
    ) -> Result<Broker> {
        let failed = |error: std::io::Error| {
            Failure::new(codes::FOLDER, format!("the host cannot listen for the plugin's calls: {error}"))
        };
        let bell = Bell::new().map_err(failed)?;
        let doors: Result<Vec<Door>> = (1..=MOST).map(|number| Door::open(number, &served).map_err(failed)).collect();
        let ends = Arc::new(AtomicBool::new(false));
        let room = Room {
            announces: announces(connection, until)?,
            connection: connection.clone(),
            served,
            doors: doors?,
            guests: Vec::new(),
            serving: serving.clone(),
            bell: bell.clone(),
            ends: ends.clone(),
        };
        let thread = std::thread::Builder::new().name("hotshoe-broker".into()).spawn(move || room.run());
        Ok(Broker { serving, ends, bell, thread: Mutex::new(Some(thread.map_err(failed)?)) })
    }

    /// Serves nothing any more; returns at once.
    pub(super) fn end(&self) {
        self.serving.withdraw();
        self.ends.store(true, Ordering::SeqCst);
        self.bell.ring();
    }

    /// The same, and waits until nothing is being served; whether that is so at `until`.
    pub(super) fn withdraw(&self, until: Instant) -> bool {
        self.end();
        if let Some(thread) = lock(&self.thread).take() {
            // It runs nobody's code, and ends at once.
            let _ = thread.join();
        }
        self.serving.wait(until)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where the numbers are announced.
fn announces(connection: &Arc<Connection>, until: Instant) -> Result<SendStream<Bytes>> {
    let handle = Handle::default();
    let asked = Asked { path: path::BROKER, message: None, streams: true, largest: 1 << 10, until: None };
    let wanted = || if Instant::now() < until { Ok(()) } else { Err(Failure::Deadline) };
    let (stream, answer) =
        Invocation::begin(connection, &handle, &asked, &wanted)?.into_parts().ok_or(Failure::Closed)?;
    connection.spawn(async move {
        // What a plugin announces itself nobody dials; a plugin without a broker answers that it is unknown.
        let Ok(answer) = answer.await else { return };
        let mut body = answer.into_body();
        while let Some(Ok(_)) = super::session::next_chunk(&mut body).await {}
    });
    Ok(stream)
}

/// A number, and the socket where it is served.
struct Door {
    number: u32,
    path: PathBuf,
    listener: UnixListener,
    /// When it is announced next.
    due: Instant,
}

impl Door {
    fn open(number: u32, served: &Served) -> std::io::Result<Door> {
        let path = served.folder.join(format!("host-{number}"));
        let listener = UnixListener::bind(&path)?;
        listener.set_nonblocking(true)?;
        Ok(Door { number, path, listener, due: Instant::now() })
    }

    /// A frame for the stream of the broker.
    fn announcement(&self) -> Result<Bytes> {
        let said = ConnInfo {
            service_id: self.number,
            network: "unix".into(),
            address: self.path.to_string_lossy().into_owned(),
            knock: None,
        };
        wire::frame(&said.encode_to_vec(), 1 << 10)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// A connection of the plugin to its host.
struct Guest {
    file: std::os::fd::OwnedFd,
    full: Arc<AtomicBool>,
    state: Greets,
}

enum Greets {
    Yes(Pin<Box<Handshake<Socket, Bytes>>>),
    Done(Box<h2::server::Connection<Socket, Bytes>>),
}

impl Guest {
    fn new(stream: Stream) -> std::io::Result<Guest> {
        let file = stream.as_fd().try_clone_to_owned()?;
        let socket = Socket::new(stream);
        let full = socket.full();
        let mut builder = Builder::new();
        builder.initial_window_size(WINDOW).max_concurrent_streams(MOST_STREAMS).max_header_list_size(HEADERS);
        Ok(Guest { file, full, state: Greets::Yes(Box::pin(builder.handshake(socket))) })
    }

    /// Moves it as far as it goes; whether it is still there.
    fn advance(&mut self, serving: &Arc<Serving>, cx: &mut Context<'_>) -> bool {
        loop {
            match &mut self.state {
                Greets::Yes(handshake) => match handshake.as_mut().poll(cx) {
                    Poll::Ready(Ok(connection)) => self.state = Greets::Done(Box::new(connection)),
                    Poll::Ready(Err(_)) => return false,
                    Poll::Pending => return true,
                },
                Greets::Done(connection) => match connection.poll_accept(cx) {
                    Poll::Ready(Some(Ok((request, response)))) => serving.take(request, response),
                    Poll::Ready(_) => return false,
                    Poll::Pending => return true,
                },
            }
        }
    }
}

/// All that the thread works with.
struct Room {
    announces: SendStream<Bytes>,
    connection: Arc<Connection>,
    served: Served,
    doors: Vec<Door>,
    guests: Vec<Guest>,
    serving: Arc<Serving>,
    bell: Arc<Bell>,
    ends: Arc<AtomicBool>,
}

impl Room {
    fn run(mut self) {
        let _ = nix::sys::signal::SigSet::all().thread_block();
        let waker = Waker::from(self.bell.clone());
        let mut cx = Context::from_waker(&waker);
        while !self.ends.load(Ordering::SeqCst) {
            self.announce();
            self.accept();
            let serving = &self.serving;
            self.guests.retain_mut(|guest| guest.advance(serving, &mut cx));
            self.sleep();
        }
    }

    fn announce(&mut self) {
        let now = Instant::now();
        let mut said = false;
        for door in self.doors.iter_mut().filter(|door| door.due <= now) {
            door.due = now + KEPT;
            let Ok(frame) = door.announcement() else { continue };
            // A plugin that takes nothing is told nothing; a stream that has just begun takes nothing for a moment.
            self.announces.reserve_capacity(frame.len());
            if self.announces.capacity() < frame.len() {
                door.due = now + FORGOTTEN;
                said = true;
                continue;
            }
            said |= self.announces.send_data(frame, false).is_ok();
        }
        if said {
            self.connection.nudge();
        }
    }

    fn accept(&mut self) {
        for door in &mut self.doors {
            while let Ok((stream, _)) = door.listener.accept() {
                let known = address::is_of_group(&stream, self.served.process_group);
                if !known || self.guests.len() >= MOST_CONNECTIONS || stream.set_nonblocking(true).is_err() {
                    continue;
                }
                door.due = door.due.min(Instant::now() + FORGOTTEN);
                self.guests.extend(Guest::new(Stream::Unix(stream)));
            }
        }
    }

    fn sleep(&self) {
        let listeners = self.doors.iter().map(|door| (door.listener.as_fd(), false));
        let guests = self.guests.iter().map(|guest| (guest.file.as_fd(), guest.full.load(Ordering::Relaxed)));
        let until = self.doors.iter().map(|door| door.due).min();
        self.bell.sleep_for(listeners.chain(guests), until);
    }
}
