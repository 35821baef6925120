//! What a runtime tells of an instance without being asked.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

/// Where a runtime tells what happens to an instance. Clones are one place, and any thread may tell.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    ended: Option<String>,
}

impl Events {
    /// Tells that the instance has ended by itself, and why. Only the first end counts.
    pub fn ended(&self, reason: impl Into<String>) {
        self.state().ended.get_or_insert_with(|| reason.into());
    }

    /// Why the instance has ended by itself, if it has.
    pub fn why_ended(&self) -> Option<String> {
        self.state().ended.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs while it is held.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("ended", &self.why_ended()).finish_non_exhaustive()
    }
}
