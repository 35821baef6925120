//! What runtimes have to say, line by line, to the logs of their hosts.
//!
//! Owns that no line reaches a host while this thread holds a lock of Hotshoe's, or while others wait for what it does.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use crate::diagnostics::{Diagnostic, Severity};
use crate::error::Code;

/// So many things wait until a thread may tell them; what comes then is lost.
const MOST_WAITING: usize = 1000;

/// Takes what runtimes have to say.
pub(crate) trait Hears: Send + Sync {
    /// Takes a finding, on whatever thread it comes.
    fn hear(&self, found: &Diagnostic);
}

/// The log of a host, for what a runtime has to say. Clones are one log, which any thread may write. When its host is
/// gone, or has no log, nobody reads it.
#[derive(Clone)]
pub struct HostLog {
    host: Weak<dyn Hears>,
    /// The plugin that the lines are about, and where that is.
    plugin: Option<(String, PathBuf)>,
}

impl HostLog {
    pub(crate) fn new<H: Hears + 'static>(host: &Arc<H>) -> HostLog {
        let host: Weak<H> = Arc::downgrade(host);
        HostLog { host, plugin: None }
    }

    /// The same log, for lines about one plugin.
    pub(crate) fn about(mut self, plugin: &str, path: impl Into<PathBuf>) -> HostLog {
        self.plugin = Some((plugin.to_owned(), path.into()));
        self
    }

    /// Writes a line, as a finding with the code [`Code::RUNTIME_LOG`]. The host cuts and escapes it.
    pub fn line(&self, severity: Severity, text: &str) {
        let mut found = Diagnostic { severity, ..Diagnostic::note(Code::RUNTIME_LOG, text) };
        if let Some((name, path)) = &self.plugin {
            found = found.plugin(name).at(path);
        }
        let host = self.host.clone();
        unlocked(move || {
            if let Some(host) = host.upgrade() {
                host.hear(&found);
            }
        });
    }

    /// Whether it is one host's log.
    pub(crate) fn is_of_same_host(&self, other: &HostLog) -> bool {
        self.host.ptr_eq(&other.host)
    }

    /// Whether the host is there still.
    pub(crate) fn has_host(&self) -> bool {
        self.host.strong_count() > 0
    }
}

impl fmt::Debug for HostLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostLog").field("plugin", &self.plugin).finish_non_exhaustive()
    }
}

type Tell = Box<dyn FnOnce()>;

thread_local! {
    /// What waits on this thread, if it must.
    static WAITING: RefCell<Option<Vec<Tell>>> = const { RefCell::new(None) };
}

/// The time in which this thread tells no host anything, for it holds a lock, or others wait for it. What it has to tell
/// is told when this is dropped: so make it before the lock.
#[must_use = "it lasts as long as this lives"]
pub(crate) struct Withheld {
    is_outermost: bool,
    /// It is this thread's.
    not_send: PhantomData<*const ()>,
}

impl Withheld {
    pub(crate) fn begin() -> Withheld {
        let is_outermost = WAITING.with_borrow_mut(|waiting| {
            let is_outermost = waiting.is_none();
            waiting.get_or_insert_default();
            is_outermost
        });
        Withheld { is_outermost, not_send: PhantomData }
    }
}

impl Drop for Withheld {
    fn drop(&mut self) {
        if self.is_outermost {
            let waiting = WAITING.take();
            waiting.into_iter().flatten().for_each(|tell| tell());
        }
    }
}

/// Tells a host something, at once if this thread may do so.
pub(super) fn unlocked(tell: impl FnOnce() + 'static) {
    let mut tell: Option<Tell> = Some(Box::new(tell));
    // A thread that ends has nothing that could wait.
    let _ = WAITING.try_with(|waiting| {
        if let Some(waiting) = &mut *waiting.borrow_mut()
            && let Some(tell) = tell.take()
            && waiting.len() < MOST_WAITING
        {
            waiting.push(tell);
        }
    });
    if let Some(tell) = tell {
        tell();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Hears for Heard {
        fn hear(&self, found: &Diagnostic) {
            // Would block if it was called under it.
            self.0.lock().unwrap().push(found.message.clone());
        }
    }

    #[test]
    fn what_is_said_under_a_lock_is_heard_when_that_is_free() {
        let heard = Arc::new(Heard::default());
        let log = HostLog::new(&heard);
        log.line(Severity::Note, "first");
        {
            let _outer = Withheld::begin();
            let locked = heard.0.lock().unwrap();
            {
                let _inner = Withheld::begin();
                log.line(Severity::Note, "second");
            }
            log.line(Severity::Note, "third");
            assert_eq!(*locked, ["first"]);
        }
        assert_eq!(*heard.0.lock().unwrap(), ["first", "second", "third"]);
        drop(heard);
        log.line(Severity::Note, "its host is gone");
    }
}
