//! What a runtime tells of an instance without being asked.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::input::printable;

/// Where a runtime tells what happens to an instance. Clones are one place, and any thread may tell.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    ended: Option<String>,
    listener: Option<Listener>,
}

/// Is told of the end, once.
type Listener = Box<dyn FnOnce(&str) + Send>;

impl Events {
    /// Tells that the instance has ended by itself, and why. Only the first end counts.
    pub fn ended(&self, reason: impl Into<String>) {
        let reason = printable(&reason.into());
        let listener = {
            let mut state = self.state();
            if state.ended.is_some() {
                return;
            }
            state.ended = Some(reason.clone());
            state.listener.take()
        };
        tell(listener, &reason);
    }

    /// Why the instance has ended by itself, if it has.
    pub fn why_ended(&self) -> Option<String> {
        self.state().ended.clone()
    }

    /// Has a function called when the instance ends by itself, on the thread that tells it; at once, if it has.
    pub(crate) fn listen(&self, listener: impl FnOnce(&str) + Send + 'static) {
        let mut listener: Option<Listener> = Some(Box::new(listener));
        let ended = {
            let mut state = self.state();
            if state.ended.is_none() {
                std::mem::swap(&mut state.listener, &mut listener);
            }
            state.ended.clone()
        };
        // Without the lock: this is the listener if it is too late, else the one before.
        if let Some(reason) = ended {
            tell(listener, &reason);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs while it is held.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Without the lock, for it is the host's code; and no panic of that is the runtime's.
fn tell(listener: Option<Listener>, reason: &str) {
    if let Some(listener) = listener {
        let _ = catch_unwind(AssertUnwindSafe(|| listener(reason)));
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("ended", &self.why_ended()).finish_non_exhaustive()
    }
}
