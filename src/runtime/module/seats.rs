//! Which module it is that says something of no plugin.
//!
//! A function that a module calls is told nothing of who calls it. So each module gets a table with functions of its
//! own, of which there is a fixed number: those that come last share one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hotshoe_abi::runtime::HostTable;

use super::host::table;
use super::library::Module;
use super::lock;
use crate::diagnostics::Severity;

macro_rules! tables {
    ($($seat:literal)*) => { [$(table::<$seat>()),*] };
}

static TABLES: [HostTable; 32] =
    tables!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);

/// Who has each table.
static TAKEN: [Mutex<Vec<&'static Module>>; TABLES.len()] = [const { Mutex::new(Vec::new()) }; TABLES.len()];

/// The first that was given to nobody.
static FREE: AtomicUsize = AtomicUsize::new(0);

/// A place for a module. What is said from one that nobody took, as by a module that was refused, nobody hears.
pub(super) struct Seat(usize);

impl Seat {
    /// The next one.
    pub(super) fn next() -> Seat {
        Seat(FREE.fetch_add(1, Ordering::Relaxed).min(TABLES.len() - 1))
    }

    /// The functions that are to be given to whoever takes it.
    pub(super) fn table(&self) -> &'static HostTable {
        &TABLES[self.0]
    }

    /// From now on what is said through its table is said by this module.
    pub(super) fn take(self, module: &'static Module) {
        lock(&TAKEN[self.0]).push(module);
    }
}

/// Writes a line into the logs of all hosts that have one of the modules in a seat.
pub(super) fn say(seat: usize, severity: Severity, text: &str) {
    let modules = lock(&TAKEN[seat]).clone();
    let mut names: Vec<String> = modules.iter().map(|module| format!("`{}`", module.name)).collect();
    names.sort();
    names.dedup();
    let line = match &names[..] {
        [name] => format!("the runtime {name} says: {text}"),
        names => format!("one of the runtimes {} says: {text}", names.join(", ")),
    };
    modules.iter().for_each(|module| module.say(severity, &line));
}
