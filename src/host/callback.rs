//! Functions of the program's that a host calls, on whatever thread something happens, and that can be taken back.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use crate::error::{Code, Error, Result};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// How many such functions are running on this thread, one called from the other.
pub(super) fn depth() -> u32 {
    DEPTH.get()
}

/// Whether such a function is running on this thread.
pub(super) fn is_inside() -> bool {
    depth() > 0
}

/// Refuses to change plugins while such a function runs on this thread: it may be called in the midst of a change.
pub(super) fn check_outside() -> Result<()> {
    match is_inside() {
        false => Ok(()),
        true => Err(Error::new(Code::PLUGIN_BUSY, "no plugin is loaded, reloaded or unloaded in a callback of a host")
            .hint("do it after the callback has returned, on another thread if need be")),
    }
}

/// One function, if there is any. It is called without a lock, by any number of threads at once.
pub(super) struct Callback<F: ?Sized> {
    state: Mutex<State<F>>,
    returned: Condvar,
}

struct State<F: ?Sized> {
    function: Option<Arc<F>>,
    /// Which function it is: each that is set has a number of its own.
    number: u64,
    /// Whose calls are going on.
    running: Vec<u64>,
}

impl<F: ?Sized> Default for Callback<F> {
    fn default() -> Callback<F> {
        let state = State { function: None, number: 0, running: Vec::new() };
        Callback { state: Mutex::new(state), returned: Condvar::new() }
    }
}

impl<F: ?Sized> Callback<F> {
    /// Has another function called, or none, from now on. When this returns, no call of the one before is going on,
    /// unless this is called from within such a function: waiting there could last for ever.
    pub(super) fn set(&self, function: Option<Arc<F>>) {
        let mut state = self.state();
        state.number += 1;
        let number = state.number;
        let before = std::mem::replace(&mut state.function, function);
        if !is_inside() {
            let goes_on = |state: &mut State<F>| state.running.iter().any(|running| *running < number);
            let waited = self.returned.wait_while(state, goes_on);
            state = waited.unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        drop(state);
        drop(before); // Without the lock, for it may own what has code of its own.
    }

    pub(super) fn is_set(&self) -> bool {
        self.state().function.is_some()
    }

    /// Calls the function, if there is one. A panic in it is an answer, too.
    pub(super) fn call<T>(&self, call: impl FnOnce(&F) -> T) -> Option<Result<T, Panicked>> {
        let running = self.begin()?;
        let function = running.function.as_deref().expect("it is there until it is dropped");
        Some(catch_unwind(AssertUnwindSafe(|| call(function))).map_err(|_| Panicked))
    }

    fn begin(&self) -> Option<Running<'_, F>> {
        let mut state = self.state();
        let function = Some(state.function.clone()?);
        let number = state.number;
        state.running.push(number);
        DEPTH.set(DEPTH.get() + 1);
        Some(Running { callback: self, number, function })
    }

    fn state(&self) -> MutexGuard<'_, State<F>> {
        // Nothing that can panic runs while it is held.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl<F: ?Sized> fmt::Debug for Callback<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback(set: {})", self.is_set())
    }
}

/// The function panicked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panicked;

/// The time in which the function runs on this thread.
struct Running<'a, F: ?Sized> {
    callback: &'a Callback<F>,
    number: u64,
    function: Option<Arc<F>>,
}

impl<F: ?Sized> Drop for Running<'_, F> {
    fn drop(&mut self) {
        // Let go of before it is said, for whoever waits may then end what it uses.
        self.function = None;
        DEPTH.set(DEPTH.get() - 1);
        let mut state = self.callback.state();
        if let Some(place) = state.running.iter().position(|running| *running == self.number) {
            state.running.swap_remove(place);
        }
        drop(state);
        self.callback.returned.notify_all();
    }
}
