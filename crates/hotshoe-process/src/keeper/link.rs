//! The host's end of the socket to its keeper, shared by all threads that launch, wait or watch.
//!
//! One thread reads at a time: whoever waits first, or the one that watches the socket. Others wait for it to have read.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::wire::{Incoming, Outgoing, Report, Request};
use super::{Exit, OnExit};

/// How long the keeper may take to read what it is asked.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a program was not started.
#[derive(Debug)]
pub(super) struct Unstarted {
    pub(super) what: String,
    pub(super) errno: i32,
}

/// What the launching thread gets: the process and its pidfd.
pub(super) type Started = Result<(u32, Option<OwnedFd>), Unstarted>;

/// What is known of one process.
#[derive(Default)]
pub(super) struct Life {
    started: Mutex<Option<Started>>,
    exit: OnceLock<Exit>,
    on_exit: Mutex<Option<OnExit>>,
}

impl Life {
    /// What has come of its start; once.
    pub(super) fn take_started(&self) -> Option<Started> {
        lock(&self.started).take()
    }

    /// How it has ended.
    pub(super) fn exit(&self) -> Option<Exit> {
        self.exit.get().copied()
    }

    /// What was to be done when it ends; once.
    pub(super) fn take_on_exit(&self) -> Option<OnExit> {
        lock(&self.on_exit).take()
    }

    /// That it has ended; what is to be done because of it.
    fn end(&self, exit: Exit) -> Option<(OnExit, Exit)> {
        let exit = *self.exit.get_or_init(|| exit);
        self.take_on_exit().map(|on_exit| (on_exit, exit))
    }

    fn set_started(&self, started: Started) {
        *lock(&self.started) = Some(started);
    }
}

/// The socket, and what is known of the processes of a host.
pub(super) struct Link {
    socket: OwnedFd,
    outgoing: Mutex<Outgoing>,
    incoming: Mutex<Incoming>,
    state: Mutex<State>,
    /// Something was read, or nobody reads any more.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    reading: bool,
    dead: bool,
    /// The process of the keeper.
    keeper: Option<u32>,
    next: u64,
    living: BTreeMap<u64, Living>,
}

struct Living {
    life: Arc<Life>,
    /// Whether it was started; until then nobody knows of it whom its end would concern.
    runs: bool,
}

impl Link {
    pub(super) fn new(socket: OwnedFd) -> Link {
        let (outgoing, incoming, state) = Default::default();
        Link { socket, outgoing, incoming, state, changed: Condvar::new() }
    }

    pub(super) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// The process of the keeper, once it has reported.
    pub(super) fn keeper(&self) -> Option<u32> {
        lock(&self.state).keeper
    }

    /// Whether the keeper is gone, and with it all that it has started.
    pub(super) fn is_dead(&self) -> bool {
        lock(&self.state).dead
    }

    /// Makes room for a process, before it is started.
    pub(super) fn expect(&self, on_exit: OnExit) -> (u64, Arc<Life>) {
        let life = Arc::new(Life { on_exit: Mutex::new(Some(on_exit)), ..Life::default() });
        let mut state = lock(&self.state);
        state.next += 1;
        let id = state.next;
        state.living.insert(id, Living { life: life.clone(), runs: false });
        (id, life)
    }

    /// Takes back that a process is expected.
    pub(super) fn forget(&self, id: u64) {
        lock(&self.state).living.remove(&id);
    }

    /// Sends a request, whole.
    pub(super) fn send(&self, request: &Request, descriptors: Vec<OwnedFd>) -> io::Result<()> {
        let until = Instant::now() + PATIENCE;
        let mut outgoing = lock(&self.outgoing);
        outgoing.push(request, descriptors)?;
        loop {
            match outgoing.send(self.socket()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < until => {
                    wait_for(self.socket(), PollFlags::OUT, until);
                }
                other => return other,
            }
        }
    }

    /// Waits until `done` gives something, or the keeper is gone, or for so long; reads meanwhile if nobody else does.
    pub(super) fn wait<T>(&self, until: Instant, done: impl Fn() -> Option<T>) -> Option<T> {
        self.wait_until(until, |_| done())
    }

    /// Waits until the keeper has reported that it is there.
    pub(super) fn wait_for_keeper(&self, until: Instant) -> Option<u32> {
        self.wait_until(until, |state| state.keeper)
    }

    fn wait_until<T>(&self, until: Instant, done: impl Fn(&State) -> Option<T>) -> Option<T> {
        let mut state = lock(&self.state);
        loop {
            if let Some(result) = done(&state) {
                return Some(result);
            }
            let left = until.saturating_duration_since(Instant::now());
            if state.dead || left.is_zero() {
                return None;
            }
            if state.reading {
                state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            state.reading = true;
            drop(state);
            wait_for(self.socket(), PollFlags::IN, until);
            self.read();
            state = lock(&self.state);
        }
    }

    /// Reads what is there, if nobody else does; whether the keeper lives.
    pub(super) fn ready(&self) -> bool {
        let mut state = lock(&self.state);
        if !state.reading && !state.dead {
            state.reading = true;
            drop(state);
            self.read();
            state = lock(&self.state);
        }
        !state.dead
    }

    /// Reads without waiting, and tells all whom it concerns. The caller has set `reading`.
    fn read(&self) {
        let mut incoming = lock(&self.incoming);
        let mut open = incoming.receive(self.socket()).unwrap_or(false);
        let mut ended = Vec::new();
        let mut state = lock(&self.state);
        loop {
            match incoming.next() {
                Ok(Some((report, descriptors))) => ended.extend(state.take(report, descriptors)),
                Ok(None) => break,
                Err(_) => {
                    open = false;
                    break;
                }
            }
        }
        if !open {
            ended.extend(state.die());
        }
        state.reading = false;
        drop((state, incoming));
        self.changed.notify_all();
        // With nothing locked: it may launch or end others.
        for (on_exit, exit) in ended {
            on_exit(&exit);
        }
    }
}

impl State {
    /// Takes in a report; what is to be called because of it.
    fn take(&mut self, report: Report, descriptors: Vec<OwnedFd>) -> Option<(OnExit, Exit)> {
        match report {
            Report::Ready { pid } => self.keeper = Some(pid),
            Report::Started { id, pid } => {
                if let Some(living) = self.living.get_mut(&id) {
                    living.runs = true;
                    living.life.set_started(Ok((pid, descriptors.into_iter().next())));
                }
            }
            Report::Failed { id, what, errno } => {
                if let Some(living) = self.living.remove(&id) {
                    living.life.set_started(Err(Unstarted { what, errno }));
                }
            }
            Report::Exited { id, code, signal } => return self.living.remove(&id)?.life.end(Exit { code, signal }),
        }
        None
    }

    /// The keeper is gone: nothing that it has started lives.
    fn die(&mut self) -> Vec<(OnExit, Exit)> {
        self.dead = true;
        let living = std::mem::take(&mut self.living).into_values().filter(|living| living.runs);
        living.filter_map(|living| living.life.end(Exit { code: None, signal: None })).collect()
    }
}

/// Waits for an event of a socket, until then at most.
fn wait_for(socket: BorrowedFd<'_>, event: PollFlags, until: Instant) {
    let left = until.saturating_duration_since(Instant::now());
    let left = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
    // Whatever comes of it: the caller looks again.
    let _ = poll(&mut [PollFd::from_borrowed_fd(socket, event)], Some(&left));
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
