//! The one thread that waits while no caller does.
//!
//! It sleeps until a pipe, a socket or the keeper has something to say, or a time has come, and does nothing that could
//! block: what it watches must return at once. What it watches it owns until that says [`Next::Done`] or is removed, so
//! that no file is closed while it is waited for.

#![expect(unsafe_code, reason = "that what is waited for stays open cannot be told by types")]

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use polling::{Event, Events, PollMode, Poller};

use crate::failure::{Failure, Result, codes};

/// Something that is waited for.
pub trait Watched: Send + Sync {
    /// The file that becomes ready. Always the same one.
    fn fd(&self) -> BorrowedFd<'_>;

    /// It is ready, or its time has come. Called on the watcher's thread only; must not block, and must not wait for
    /// anything that the watcher does.
    fn ready(&self) -> Next;
}

/// What a [`Watched`] waits for next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Until it can be read.
    Read,
    /// Until it can be read or written.
    ReadOrWrite,
    /// For this long, whatever its file does.
    Later(Duration),
    /// For nothing: let go of it.
    Done,
}

/// Names what is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Watch(usize);

/// The thread, and what it watches. Ended when it is dropped.
pub struct Watcher {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    poller: Poller,
    ends: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: usize,
    watched: HashMap<usize, Arc<dyn Watched>>,
    /// When something is asked without having become ready, or is done once; a number tells two of one time apart.
    times: BTreeMap<(Instant, usize), Timed>,
}

enum Timed {
    Ask(usize),
    Run(Box<dyn FnOnce() + Send>),
}

impl Watcher {
    /// Starts the thread.
    pub fn start() -> Result<Watcher> {
        let failed = |error: io::Error| Failure::new(codes::START, format!("no thread can wait for plugins: {error}"));
        let poller = Poller::new().map_err(failed)?;
        let shared = Arc::new(Shared { poller, ends: AtomicBool::new(false), state: Mutex::default() });
        let its = shared.clone();
        let thread = std::thread::Builder::new().name("hotshoe-process".into()).spawn(move || {
            // What is meant for the program is not ours.
            let _ = nix::sys::signal::SigSet::all().thread_block();
            its.run();
        });
        Ok(Watcher { shared, thread: Some(thread.map_err(failed)?) })
    }

    /// Watches something, until it can be read at first.
    pub fn watch(&self, watched: Arc<dyn Watched>) -> Result<Watch> {
        let mut state = self.shared.state();
        let key = state.next();
        self.shared
            .add(key, watched.fd())
            .map_err(|error| Failure::new(codes::START, format!("what a plugin says cannot be waited for: {error}")))?;
        state.watched.insert(key, watched);
        Ok(Watch(key))
    }

    /// Watches it no more. It may still be asked once, if that is going on.
    pub fn remove(&self, watch: Watch) {
        self.shared.remove(watch.0);
    }

    /// Does something once, on the thread, when its time has come. It must not block.
    pub fn after(&self, time: Duration, job: impl FnOnce() + Send + 'static) {
        self.shared.state().at(Instant::now() + time, Timed::Run(Box::new(job)));
        let _ = self.shared.poller.notify();
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Release);
        let _ = self.shared.poller.notify();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let watched: Vec<usize> = self.shared.state().watched.keys().copied().collect();
        for key in watched {
            self.shared.remove(key);
        }
    }
}

impl Shared {
    fn run(&self) {
        let mut events = Events::new();
        while !self.ends.load(Ordering::Acquire) {
            events.clear();
            let timeout =
                self.state().times.first_key_value().map(|((at, _), _)| at.saturating_duration_since(Instant::now()));
            // It is only ever interrupted.
            let _ = self.poller.wait(&mut events, timeout);
            for event in events.iter() {
                self.ask(event.key);
            }
            self.run_what_is_due();
        }
    }

    fn run_what_is_due(&self) {
        let now = Instant::now();
        loop {
            let due = {
                let mut state = self.state();
                let first = state.times.first_entry().filter(|first| first.key().0 <= now);
                first.map(|first| first.remove())
            };
            match due {
                Some(Timed::Ask(key)) => self.ask(key),
                Some(Timed::Run(job)) => job(),
                None => return,
            }
        }
    }

    fn ask(&self, key: usize) {
        let Some(watched) = self.state().watched.get(&key).cloned() else { return };
        let interest = match watched.ready() {
            Next::Read => Event::readable(key),
            Next::ReadOrWrite => Event::all(key),
            Next::Later(time) => return self.state().at(Instant::now() + time, Timed::Ask(key)),
            Next::Done => return self.remove(key),
        };
        let state = self.state();
        if state.watched.contains_key(&key)
            && self.poller.modify_with_mode(watched.fd(), interest, PollMode::Oneshot).is_err()
        {
            drop(state);
            self.remove(key);
        }
    }

    fn add(&self, key: usize, fd: BorrowedFd<'_>) -> io::Result<()> {
        // SAFETY: the file is removed before it is closed, for who owns it is dropped after that.
        unsafe { self.poller.add_with_mode(&fd, Event::readable(key), PollMode::Oneshot) }
    }

    fn remove(&self, key: usize) {
        let watched = self.state().watched.remove(&key);
        if let Some(watched) = watched {
            let _ = self.poller.delete(watched.fd());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl State {
    fn next(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    fn at(&mut self, at: Instant, what: Timed) {
        let number = self.next();
        self.times.insert((at, number), what);
    }
}
