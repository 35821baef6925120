//! A connection of HTTP/2 that is driven by whoever waits for it.

use std::future::Future;
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, TryLockError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::{Builder, SendRequest};

use super::socket::Socket;
use super::turn::{Bell, Waiter, lock};
use crate::address::Stream;
use crate::failure::{Failure, Result, codes};
use crate::watcher::{Next, Watched};

/// How much a plugin may send before somebody has taken it, in bytes: of one call, and of all.
const WINDOW: u32 = 4 << 20;
const WINDOW_OF_ALL: u32 = 16 << 20;

/// How long the heads of an answer may be, in bytes.
const HEADERS: u32 = 64 << 10;

/// For how long the watcher leaves a connection alone that somebody drives.
const LEFT_ALONE: Duration = Duration::from_millis(10);

/// A connection to a plugin.
pub struct Connection {
    client: SendRequest<Bytes>,
    driver: Mutex<Driver>,
    bell: Arc<Bell>,
    /// The same file as in the driver's socket, which is in use while somebody drives.
    socket: std::os::fd::OwnedFd,
    waiting: Mutex<Vec<Arc<Waiter>>>,
    /// Tasks that whoever drives next takes over.
    fresh: Mutex<Vec<Task>>,
    over: OnceLock<String>,
}

/// What moves the connection, and what is done beside calls.
struct Driver {
    connection: h2::client::Connection<Socket, Bytes>,
    full: Arc<AtomicBool>,
    tasks: Vec<Task>,
}

/// Something that goes on while the connection lives, such as taking what a plugin prints.
struct Task {
    future: Pin<Box<dyn Future<Output = ()> + Send>>,
    flag: Arc<Flag>,
}

/// Wakes a task by waking whoever drives.
struct Flag {
    raised: AtomicBool,
    bell: Arc<Bell>,
}

impl Wake for Flag {
    fn wake(self: Arc<Flag>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Flag>) {
        self.raised.store(true, Ordering::SeqCst);
        self.bell.wake_by_ref();
    }
}

impl Connection {
    /// Begins a connection over a stream, within a time.
    pub fn new(stream: Stream, until: Instant) -> Result<Arc<Connection>> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(codes::PROTOCOL, format!("no connection of HTTP/2 can be made with the plugin: {error}"))
        };
        let socket = stream.as_fd().try_clone_to_owned().map_err(|error| failed(&error))?;
        let bell = Bell::new().map_err(|error| failed(&error))?;
        let stream = Socket::new(stream);
        let full = stream.full();
        let mut builder = Builder::new();
        builder.initial_window_size(WINDOW).initial_connection_window_size(WINDOW_OF_ALL);
        builder.max_header_list_size(HEADERS).enable_push(false);
        let mut handshake = pin!(builder.handshake::<_, Bytes>(stream));
        let waker = Waker::from(bell.clone());
        let (client, connection) = loop {
            match handshake.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(done) => break done.map_err(|error| failed(&error))?,
                Poll::Pending if Instant::now() >= until => return Err(Failure::Deadline),
                Poll::Pending => bell.sleep(socket.as_fd(), full.load(Ordering::Relaxed), Some(until)),
            }
        };
        let driver = Mutex::new(Driver { connection, full, tasks: Vec::new() });
        Ok(Arc::new(Connection {
            client,
            driver,
            bell,
            socket,
            waiting: Mutex::default(),
            fresh: Mutex::default(),
            over: OnceLock::new(),
        }))
    }

    /// What requests are sent with.
    pub(super) fn client(&self) -> SendRequest<Bytes> {
        self.client.clone()
    }

    /// Does something beside the calls as long as the connection lives.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let flag = Arc::new(Flag { raised: AtomicBool::new(true), bell: self.bell.clone() });
        lock(&self.fresh).push(Task { future: Box::pin(task), flag });
        self.nudge();
    }

    /// Waits until `future` is ready, and drives the connection meanwhile if nobody else does.
    ///
    /// `wanted` is asked each time that something has happened: an error ends it. It fails with
    /// [`codes::PLUGIN_EXITED`] when the connection is over.
    pub(super) fn wait<T>(
        self: &Arc<Connection>,
        future: impl Future<Output = T>,
        until: Option<Instant>,
        wanted: &dyn Fn() -> Result<()>,
    ) -> Result<T> {
        let mut future = pin!(future);
        let done = Waiter::with(|waiter, waker| {
            let mut cx = Context::from_waker(waker);
            loop {
                waiter.was_woken();
                if let Poll::Ready(done) = future.as_mut().poll(&mut cx) {
                    return Ok(done);
                }
                self.check(until, wanted)?;
                if let Some(mut turn) = self.try_turn(waiter) {
                    if let Some(done) = turn.drive(future.as_mut(), &mut cx, until, wanted) {
                        return done;
                    }
                    continue;
                }
                lock(&self.waiting).push(waiter.clone());
                // Whoever drove may have left just before.
                if !lock_is_free(&self.driver) && self.over.get().is_none() {
                    waiter.sleep(until);
                }
                lock(&self.waiting).retain(|other| !Arc::ptr_eq(other, waiter));
            }
        });
        // Another one may have found the driver taken at the moment in which this one looked.
        self.hand_over();
        done
    }

    fn check(&self, until: Option<Instant>, wanted: &dyn Fn() -> Result<()>) -> Result<()> {
        if let Some(how) = self.over.get() {
            return Err(exited(how));
        }
        wanted()?;
        match until.is_some_and(|until| Instant::now() >= until) {
            true => Err(Failure::Deadline),
            false => Ok(()),
        }
    }

    fn try_turn<'a>(self: &'a Arc<Connection>, waiter: &'a Arc<Waiter>) -> Option<Turn<'a>> {
        let driver = match self.driver.try_lock() {
            Ok(driver) => driver,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        waiter.set_drives(Some(self.bell.clone()));
        Some(Turn { of: self, driver: Some(driver), waiter })
    }

    /// Moves the connection as far as it goes without waiting, for what was changed while nobody waits: whoever drives is
    /// woken instead.
    pub(super) fn nudge(&self) {
        // First the bell: whoever drives looks at it once more after leaving.
        self.bell.ring();
        if let Ok(driver) = self.driver.try_lock() {
            self.leave(driver);
        }
    }

    /// Leaves the driver to others, once nothing is left to be done without waiting.
    fn leave(&self, driver: MutexGuard<'_, Driver>) {
        drop(driver);
        while self.bell.was_rung() {
            // Somebody else who has it looks at the bell after that.
            let Ok(mut driver) = self.driver.try_lock() else {
                self.bell.ring();
                return;
            };
            self.advance(&mut driver);
        }
        self.hand_over();
    }

    /// Moves connection and tasks as far as they go.
    fn advance(&self, driver: &mut Driver) {
        let waker = Waker::from(self.bell.clone());
        let mut cx = Context::from_waker(&waker);
        if self.over.get().is_some() {
            return;
        }
        driver.tasks.append(&mut lock(&self.fresh));
        if let Poll::Ready(ended) = Pin::new(&mut driver.connection).poll(&mut cx) {
            let how = ended.err().map_or_else(|| "it closed the connection".to_owned(), |error| error.to_string());
            self.end(&how);
        }
        driver.tasks.retain_mut(|task| {
            !task.flag.raised.swap(false, Ordering::SeqCst)
                || task.future.as_mut().poll(&mut Context::from_waker(&Waker::from(task.flag.clone()))).is_pending()
        });
    }

    /// Says that the connection is over: whoever waits ends with [`codes::PLUGIN_EXITED`]. The first reason counts.
    pub fn end(&self, how: &str) {
        let _ = self.over.set(how.to_owned());
        self.bell.wake_by_ref();
        for waiter in &*lock(&self.waiting) {
            waiter.wake_up();
        }
    }

    /// Why it is over, if it is.
    pub fn over(&self) -> Option<&str> {
        self.over.get().map(String::as_str)
    }

    fn hand_over(&self) {
        if let Some(next) = lock(&self.waiting).first() {
            next.wake_up();
        }
    }
}

/// The right to drive, which is handed over when it is dropped.
struct Turn<'a> {
    of: &'a Arc<Connection>,
    driver: Option<MutexGuard<'a, Driver>>,
    waiter: &'a Arc<Waiter>,
}

impl Turn<'_> {
    /// Drives until the future is ready; `None`: the connection is over.
    fn drive<T>(
        &mut self,
        mut future: Pin<&mut impl Future<Output = T>>,
        cx: &mut Context<'_>,
        until: Option<Instant>,
        wanted: &dyn Fn() -> Result<()>,
    ) -> Option<Result<T>> {
        let driver = self.driver.as_mut()?;
        loop {
            self.of.advance(driver);
            if self.waiter.was_woken()
                && let Poll::Ready(done) = future.as_mut().poll(cx)
            {
                return Some(Ok(done));
            }
            if self.of.over.get().is_some() {
                return None;
            }
            if let Err(failure) = self.of.check(until, wanted) {
                return Some(Err(failure));
            }
            self.of.bell.sleep(self.of.socket.as_fd(), driver.full.load(Ordering::Relaxed), until);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.waiter.set_drives(None);
        if let Some(driver) = self.driver.take() {
            self.of.leave(driver);
        }
    }
}

/// While nobody waits, the watcher answers pings, and takes what comes.
impl Watched for Connection {
    fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    fn ready(&self) -> Next {
        if self.over.get().is_some() {
            return Next::Done;
        }
        let Ok(mut driver) = self.driver.try_lock() else { return Next::Later(LEFT_ALONE) };
        self.advance(&mut driver);
        let full = driver.full.load(Ordering::Relaxed);
        self.leave(driver);
        match (self.over.get(), full) {
            (Some(_), _) => Next::Done,
            (None, true) => Next::ReadOrWrite,
            (None, false) => Next::Read,
        }
    }
}

fn lock_is_free<T>(mutex: &Mutex<T>) -> bool {
    !matches!(mutex.try_lock(), Err(TryLockError::WouldBlock))
}

pub(super) fn exited(how: &str) -> Failure {
    Failure::new(codes::PLUGIN_EXITED, format!("the plugin is gone: {how}"))
        .hint("what it said last is in the host's log")
}
