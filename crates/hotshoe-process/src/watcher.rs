//! The one thread that waits while no caller does.
//!
//! It sleeps until a pipe, a socket or the keeper has something to say, or a time has come, and does nothing that could
//! block: what it watches must return at once. What it watches it owns until that says [`Next::Done`] or is removed, so
//! that no file is closed while it is waited for.

#![expect(unsafe_code, reason = "that what is waited for stays open cannot be told by types")]

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::os::fd::BorrowedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
        // What it does may be the last to need it, and no thread can wait for itself.
        let other = self.thread.take().filter(|thread| thread.thread().id() != std::thread::current().id());
        if let Some(thread) = other {
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
                Some(Timed::Run(job)) => drop(catch_unwind(AssertUnwindSafe(job))),
                None => return,
            }
        }
    }

    fn ask(&self, key: usize) {
        let Some(watched) = self.state().watched.get(&key).cloned() else { return };
        // A mistake in one of them must not end the thread for all.
        let next = catch_unwind(AssertUnwindSafe(|| watched.ready())).unwrap_or(Next::Done);
        let interest = match next {
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;

    use super::*;

    /// Tells when it was asked, and what comes next.
    struct Asked {
        file: UnixStream,
        asked: mpsc::Sender<usize>,
        times: AtomicUsize,
        next: fn(usize) -> Next,
    }

    impl Watched for Asked {
        fn fd(&self) -> BorrowedFd<'_> {
            self.file.as_fd()
        }

        fn ready(&self) -> Next {
            let time = self.times.fetch_add(1, Ordering::SeqCst);
            let _ = self.asked.send(time);
            (self.next)(time)
        }
    }

    fn watched(next: fn(usize) -> Next) -> (Watcher, Watch, UnixStream, mpsc::Receiver<usize>) {
        let watcher = Watcher::start().unwrap();
        let (file, other) = UnixStream::pair().unwrap();
        let (asked, told) = mpsc::channel();
        let watch = watcher.watch(Arc::new(Asked { file, asked, times: AtomicUsize::new(0), next })).unwrap();
        (watcher, watch, other, told)
    }

    const SOON: Duration = Duration::from_secs(10);
    const NEVER: Duration = Duration::from_millis(50);

    #[test]
    fn what_is_done_is_let_go_of() {
        let (_watcher, _, mut other, told) = watched(|_| Next::Done);
        assert_eq!(told.recv_timeout(NEVER), Err(mpsc::RecvTimeoutError::Timeout), "nothing can be read");
        other.write_all(b"x").unwrap();
        assert_eq!(told.recv_timeout(SOON), Ok(0));
        assert_eq!(told.recv_timeout(SOON), Err(mpsc::RecvTimeoutError::Disconnected), "it is dropped");
    }

    #[test]
    fn what_waits_for_a_time_is_asked_though_nothing_happens_and_not_before() {
        let (_watcher, _, mut other, told) =
            watched(|time| if time == 0 { Next::Later(Duration::from_millis(100)) } else { Next::Done });
        other.write_all(b"x").unwrap();
        let began = Instant::now();
        assert_eq!((told.recv_timeout(SOON), told.recv_timeout(SOON)), (Ok(0), Ok(1)));
        assert!(began.elapsed() >= Duration::from_millis(90), "{:?}", began.elapsed());
    }

    #[test]
    fn what_is_removed_is_asked_no_more() {
        let (watcher, watch, mut other, told) = watched(|_| Next::Read);
        watcher.remove(watch);
        assert_eq!(told.recv_timeout(SOON), Err(mpsc::RecvTimeoutError::Disconnected));
        // The other end may be gone by now.
        let _ = other.write_all(b"x");
    }

    #[test]
    fn a_job_may_be_the_last_to_need_the_thread() {
        let watcher = Arc::new(Watcher::start().unwrap());
        let (done, told) = mpsc::channel();
        let last = watcher.clone();
        watcher.after(Duration::from_millis(20), move || {
            drop(last);
            let _ = done.send(());
        });
        drop(watcher);
        told.recv_timeout(SOON).unwrap();
    }
}
