//! Which module it is that says something of no plugin.
//!
//! A function that a module calls is told nothing of who calls it. So each module gets a table with functions of its
//! own, of which there is a fixed number: those that come last share one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::lock;
use crate::diagnostics::Severity;
use crate::runtime::HostLog;

/// How many seats there are.
pub(super) const SEATS: usize = 32;

/// Who has each.
static TAKEN: [Mutex<Vec<Arc<Voice>>>; SEATS] = [const { Mutex::new(Vec::new()) }; SEATS];

/// The first that was given to nobody.
static FREE: AtomicUsize = AtomicUsize::new(0);

/// A place for a module. What is said from one that nobody took, as by a module that was refused, nobody hears.
pub(super) struct Seat(usize);

impl Seat {
    /// The next one.
    pub(super) fn next() -> Seat {
        Seat(FREE.fetch_add(1, Ordering::Relaxed).min(SEATS - 1))
    }

    /// Which one it is.
    pub(super) fn number(&self) -> usize {
        self.0
    }

    /// From now on what is said from it is said by a module of this name.
    pub(super) fn take(self, name: &str) -> Arc<Voice> {
        let voice = Arc::new(Voice { name: name.to_owned(), logs: Mutex::default() });
        lock(&TAKEN[self.0]).push(voice.clone());
        voice
    }
}

/// A module, as far as it says something.
pub(super) struct Voice {
    name: String,
    /// Of the hosts that have it.
    logs: Mutex<Vec<HostLog>>,
}

impl Voice {
    /// Has what it says written into the log of a host, too.
    pub(super) fn log_to(&self, log: &HostLog) {
        let mut logs = lock(&self.logs);
        logs.retain(|known| known.has_host() && !known.is_of_same_host(log));
        logs.push(log.clone());
    }

    fn say(&self, severity: Severity, line: &str) {
        // Without the lock, for this is the code of hosts.
        let logs = lock(&self.logs).clone();
        logs.iter().for_each(|log| log.line(severity, line));
    }
}

/// Writes a line into the logs of all hosts that have one of the modules in a seat.
pub(super) fn say(seat: usize, severity: Severity, text: &str) {
    let voices = lock(&TAKEN[seat]).clone();
    let mut names: Vec<String> = voices.iter().map(|voice| format!("`{}`", voice.name)).collect();
    names.sort();
    names.dedup();
    let line = match &names[..] {
        [name] => format!("the runtime {name} says: {text}"),
        names => format!("one of the runtimes {} says: {text}", names.join(", ")),
    };
    voices.iter().for_each(|voice| voice.say(severity, &line));
}
