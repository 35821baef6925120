//! What comes of unloading a plugin.

use std::fmt;

use crate::runtime::Ended;

/// The answer to "unload this plugin".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unload {
    /// Its library is not mapped any more.
    Unmapped,
    /// Nothing of it is used any more, but its library stays mapped, for these reasons.
    Resident(Vec<String>),
    /// These things of it are in use; the plugin lives on as if nothing had been asked.
    Busy(Vec<String>),
    /// Its process is gone; how it went.
    Exited(String),
    /// Its runtime has let go of it.
    Released,
}

impl From<Ended> for Unload {
    fn from(ended: Ended) -> Unload {
        match ended {
            Ended::Unmapped => Unload::Unmapped,
            Ended::Resident(reasons) => Unload::Resident(reasons),
            Ended::Exited(how) => Unload::Exited(how),
            Ended::Released => Unload::Released,
        }
    }
}

/// `unmapped`, ``resident: the library is marked NODELETE``, ``busy: activation `relu6` is in use``
impl fmt::Display for Unload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unload::Unmapped => f.write_str("unmapped"),
            Unload::Resident(reasons) => write!(f, "resident: {}", reasons.join("; ")),
            Unload::Busy(users) => write!(f, "busy: {}", users.join("; ")),
            Unload::Exited(how) => write!(f, "exited: {how}"),
            Unload::Released => f.write_str("released"),
        }
    }
}
