//! What a module may ask of the host at any time, and say to it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use hotshoe_abi::runtime::{HostTable, Key, NO_DEADLINE, Outcome, REVISION, Severity, Text};

use super::keys::{Keys, Known};
use super::seats::{self, SEATS, Seat};
use super::text::line;
use crate::diagnostics;
use crate::runtime::Events;

/// The host's functions, for the modules in a seat.
pub(super) fn table_of(seat: &Seat) -> &'static HostTable {
    &TABLES[seat.number()]
}

macro_rules! tables {
    ($($seat:literal)*) => { [$(table::<$seat>()),*] };
}

static TABLES: [HostTable; SEATS] =
    tables!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);

const fn table<const SEAT: usize>() -> HostTable {
    HostTable {
        size: size_of::<HostTable>(),
        revision: REVISION,
        now: Some(now),
        ended: Some(ended),
        log: Some(log::<SEAT>),
    }
}

/// Where the clock begins; a second after 0, so that nothing that happened just before is lost.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);
const FIRST: u64 = 1_000_000_000;

/// The plugins that modules may tell of.
static PLUGINS: Keys<Events> = Keys::new();

/// A plugin that its module may tell of, until this is dropped.
pub(super) struct Told(Known<Events>);

impl Told {
    pub(super) fn new(events: &Events) -> Told {
        Told(PLUGINS.insert(Arc::new(events.clone())))
    }

    pub(super) fn key(&self) -> Key {
        self.0.key()
    }

    /// Why the plugin has ended by itself, if it has.
    pub(super) fn why_ended(&self) -> Option<String> {
        self.0.why_ended()
    }
}

/// Runs the body of a function that a module calls; a panic fails.
pub(super) fn guarded(body: impl FnOnce() -> Outcome) -> i32 {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(Outcome::Failed) as i32
}

/// A time on the clock of modules.
pub(super) fn on_clock(time: Option<Instant>) -> u64 {
    let Some(time) = time else { return NO_DEADLINE };
    let start = *START;
    match time.checked_duration_since(start) {
        Some(since) => u64::try_from(since.as_nanos()).map_or(NO_DEADLINE, |since| since.saturating_add(FIRST)),
        None => FIRST.saturating_sub(u64::try_from((start - time).as_nanos()).unwrap_or(u64::MAX)),
    }
}

/// The time that a module says. `None` if there is none, or none that the system could name.
pub(super) fn from_clock(time: u64) -> Option<Instant> {
    if time == NO_DEADLINE {
        return None;
    }
    match time.checked_sub(FIRST) {
        Some(since) => START.checked_add(Duration::from_nanos(since)),
        None => START.checked_sub(Duration::from_nanos(FIRST - time)),
    }
}

extern "C" fn now() -> u64 {
    on_clock(Some(Instant::now()))
}

unsafe extern "C" fn ended(key: Key, reason: Text) -> i32 {
    guarded(|| {
        let Some(plugin) = PLUGINS.get(key) else { return Outcome::Closed };
        // SAFETY: the contract for texts.
        let reason = unsafe { line(reason) }.unwrap_or_else(|| "its runtime gives no reason".to_owned());
        if plugin.why_ended().is_some() {
            return Outcome::Closed;
        }
        plugin.ended(reason);
        Outcome::Ok
    })
}

unsafe extern "C" fn log<const SEAT: usize>(key: Key, severity: i32, text: Text) -> i32 {
    guarded(|| {
        let severity = match severity {
            severity if severity == Severity::Note as i32 => diagnostics::Severity::Note,
            severity if severity == Severity::Warning as i32 => diagnostics::Severity::Warning,
            severity if severity == Severity::Error as i32 => diagnostics::Severity::Error,
            _ => return Outcome::Invalid,
        };
        let plugin = PLUGINS.get(key);
        if key != 0 && plugin.is_none() {
            return Outcome::Closed;
        }
        // SAFETY: the contract for texts.
        let Some(text) = (unsafe { line(text) }) else { return Outcome::Ok };
        match plugin {
            Some(plugin) => plugin.log(severity, &text),
            None => seats::say(SEAT, severity, &text),
        }
        Outcome::Ok
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_same_on_both_sides() {
        let now = Instant::now();
        for time in [now, now + Duration::from_secs(3600), now - Duration::from_millis(1)] {
            assert_eq!(from_clock(on_clock(Some(time))), Some(time));
        }
        assert_eq!(from_clock(on_clock(None)), None);
        assert_eq!(on_clock(now.checked_add(Duration::from_secs(1 << 40))), NO_DEADLINE, "later than the clock goes");
    }
}
