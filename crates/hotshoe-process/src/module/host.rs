//! The host, as a plugin's listener.

use hotshoe_abi::runtime::{Key, Severity};

use super::HOST;
use crate::plugin::{Level, Listener};

/// The host of one plugin.
pub(super) struct Host {
    events: Key,
}

impl Host {
    pub(super) fn new(events: Key) -> Host {
        Host { events }
    }
}

impl Listener for Host {
    fn log(&self, level: Level, text: &str) {
        let severity = match level {
            Level::Note => Severity::Note,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
        };
        if let Some(log) = HOST.get().and_then(|host| host.log) {
            // SAFETY: the contract: it takes any key, and the text lives until it returns.
            unsafe { log(self.events, severity as i32, text.into()) };
        }
    }

    fn ended(&self, reason: &str) {
        if let Some(ended) = HOST.get().and_then(|host| host.ended) {
            // SAFETY: as above.
            unsafe { ended(self.events, reason.into()) };
        }
    }
}
