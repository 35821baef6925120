//! What a runtime tells of an instance without being asked.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};

use super::log::{HostLog, unlocked};
use crate::diagnostics::Severity;
use crate::input::printable;

/// Where a runtime tells what happens to an instance. Clones are one place, and any thread may tell.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    ended: Option<String>,
    listener: Option<Listener>,
    log: Option<HostLog>,
}

/// Is told of the end, once.
type Listener = Box<dyn FnOnce(&str) + Send>;

impl Events {
    /// With the log of the host, for lines about the instance.
    pub(crate) fn with_log(log: HostLog) -> Events {
        Events(Arc::new(Mutex::new(State { log: Some(log), ..State::default() })))
    }

    /// Writes a line about the instance into the log of its host, at any time, as a finding with the code
    /// [`Code::RUNTIME_LOG`](crate::error::Code::RUNTIME_LOG). What the thread says that opens the instance is written
    /// once that is done. The host cuts and escapes it.
    pub fn log(&self, severity: Severity, text: &str) {
        let log = self.state().log.clone();
        if let Some(log) = log {
            log.line(severity, text);
        }
    }

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
        tell(listener, reason);
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
            tell(listener, reason);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs while it is held.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Without the lock, for it is the host's code; and no panic of that is the runtime's.
fn tell(listener: Option<Listener>, reason: String) {
    if let Some(listener) = listener {
        unlocked(move || {
            let _ = catch_unwind(AssertUnwindSafe(|| listener(&reason)));
        });
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("ended", &self.why_ended()).finish_non_exhaustive()
    }
}
