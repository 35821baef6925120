//! Who drives a connection: one of the threads that wait for it.
//!
//! A connection of HTTP/2 moves only while somebody polls it. Here that is whoever waits for an answer. Of several, one
//! holds the driver and sleeps until the socket is ready; the others sleep until their answer has come, or until the one
//! that drives has its own and hands over to them.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec};

/// Ends the sleep of whoever drives.
pub(super) struct Bell {
    sleeps: AtomicBool,
    rung: AtomicBool,
    rings: UnixStream,
    hears: UnixStream,
}

impl Bell {
    pub(super) fn new() -> std::io::Result<Arc<Bell>> {
        let (rings, hears) = UnixStream::pair()?;
        rings.set_nonblocking(true)?;
        hears.set_nonblocking(true)?;
        Ok(Arc::new(Bell { sleeps: AtomicBool::new(false), rung: AtomicBool::new(false), rings, hears }))
    }

    /// Sleeps until the socket is ready, somebody rings, or it is late. Only whoever drives may.
    pub(super) fn sleep(&self, socket: BorrowedFd<'_>, full: bool, until: Option<Instant>) {
        self.sleep_on(&mut [self.file(), PollFd::from_borrowed_fd(socket, interest(full))], until);
    }

    /// The same, for any number of sockets, each with whether it is full.
    pub(super) fn sleep_for<'a>(
        &'a self,
        sockets: impl Iterator<Item = (BorrowedFd<'a>, bool)>,
        until: Option<Instant>,
    ) {
        let sockets = sockets.map(|(socket, full)| PollFd::from_borrowed_fd(socket, interest(full)));
        let mut files: Vec<PollFd<'_>> = std::iter::once(self.file()).chain(sockets).collect();
        self.sleep_on(&mut files, until);
    }

    fn file(&self) -> PollFd<'_> {
        PollFd::new(&self.hears, PollFlags::IN)
    }

    /// The first of the files is the bell's own.
    fn sleep_on(&self, files: &mut [PollFd<'_>], until: Option<Instant>) {
        self.sleeps.store(true, Ordering::SeqCst);
        if !self.rung.load(Ordering::SeqCst) {
            let time = until.map(|until| until.saturating_duration_since(Instant::now()));
            let time = time.and_then(|time| Timespec::try_from(time).ok());
            // That it was interrupted is as good as any other end.
            let _ = rustix::event::poll(files, time.as_ref());
            if files.first().is_some_and(|own| !own.revents().is_empty()) {
                let _ = (&self.hears).read(&mut [0; 64]);
            }
        }
        self.sleeps.store(false, Ordering::SeqCst);
        self.rung.store(false, Ordering::SeqCst);
    }

    pub(super) fn ring(&self) {
        if !self.rung.swap(true, Ordering::SeqCst) && self.sleeps.load(Ordering::SeqCst) {
            let _ = (&self.rings).write(&[1]);
        }
    }
}

fn interest(full: bool) -> PollFlags {
    if full { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN }
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Bell>) {
        self.ring();
    }
}

/// A thread that waits.
pub(super) struct Waiter {
    woken: AtomicBool,
    thread: Thread,
    /// Of the connection that it drives now, if it does.
    drives: Mutex<Option<Arc<Bell>>>,
}

thread_local! {
    static OF_THIS_THREAD: RefCell<Vec<(Arc<Waiter>, Waker)>> = const { RefCell::new(Vec::new()) };
}

impl Waiter {
    /// Lends the waiter of this thread; of another one each time that waits are nested.
    pub(super) fn with<T>(job: impl FnOnce(&Arc<Waiter>, &Waker) -> T) -> T {
        let (waiter, waker) = OF_THIS_THREAD.with_borrow_mut(Vec::pop).unwrap_or_else(|| {
            let waiter = Arc::new(Waiter {
                woken: AtomicBool::new(false),
                thread: std::thread::current(),
                drives: Mutex::default(),
            });
            let waker = Waker::from(waiter.clone());
            (waiter, waker)
        });
        let done = job(&waiter, &waker);
        OF_THIS_THREAD.with_borrow_mut(|waiters| waiters.push((waiter, waker)));
        done
    }

    /// Whether it was woken since it was asked last.
    pub(super) fn was_woken(&self) -> bool {
        self.woken.swap(false, Ordering::SeqCst)
    }

    /// Sleeps until it is woken, or it is late.
    pub(super) fn sleep(&self, until: Option<Instant>) {
        while !self.woken.load(Ordering::SeqCst) {
            match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => std::thread::park(),
                Some(time) if time.is_zero() => return,
                Some(time) => std::thread::park_timeout(time),
            }
        }
    }

    /// While it drives, waking it rings this.
    pub(super) fn set_drives(&self, bell: Option<Arc<Bell>>) {
        *lock(&self.drives) = bell;
    }

    pub(super) fn wake_up(&self) {
        self.woken.store(true, Ordering::SeqCst);
        self.thread.unpark();
        if let Some(bell) = &*lock(&self.drives) {
            bell.ring();
        }
    }
}

impl Wake for Waiter {
    fn wake(self: Arc<Waiter>) {
        self.wake_up();
    }

    fn wake_by_ref(self: &Arc<Waiter>) {
        self.wake_up();
    }
}

pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.hears.as_fd()
    }
}
