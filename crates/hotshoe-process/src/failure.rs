//! Why something cannot be done, as the loader is told.

use std::borrow::Cow;
use std::fmt;

/// The result of what can fail.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why something cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It failed: a code that this module declares or that all runtimes share, what is wrong, and what to do next.
    Failed(Box<Failed>),
    /// The plugin, or its protocol, has nothing of the kind.
    Unsupported,
    /// Nobody wants the answer any more.
    Cancelled,
    /// The time for it is over.
    Deadline,
    /// There is no such call (any more).
    Closed,
}

/// What failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// One of [`codes`].
    pub code: &'static str,
    /// One sentence, with offending values in backticks.
    pub message: Cow<'static, str>,
    /// What to do next.
    pub hint: Cow<'static, str>,
}

impl Failure {
    /// A failure with a code, a sentence, and no hint so far.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Failure {
        Failure::Failed(Box::new(Failed { code, message: message.into(), hint: Cow::Borrowed("") }))
    }

    /// With what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Failure {
        if let Failure::Failed(failed) = &mut self {
            failed.hint = hint.into();
        }
        self
    }

    /// Its code, if it has one.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Failure::Failed(failed) => Some(failed.code),
            _ => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Failed(failed) => write!(f, "{}: {}", failed.code, failed.message),
            Failure::Unsupported => write!(f, "there is nothing of the kind"),
            Failure::Cancelled => write!(f, "it was cancelled"),
            Failure::Deadline => write!(f, "its time was over"),
            Failure::Closed => write!(f, "there is no such call"),
        }
    }
}

impl std::error::Error for Failure {}

/// The codes of this module, and those that all runtimes share.
pub mod codes {
    /// The settings of the profile or the manifest cannot be used.
    pub const SETTINGS: &str = "process-settings";
    /// The program could not be started.
    pub const START: &str = "process-start";
    /// The keeper, the parent of all plugins, is missing or has died.
    pub const KEEPER: &str = "process-keeper";
    /// The private folder could not be made.
    pub const FOLDER: &str = "process-folder";
    /// The program is not what its receipt or manifest says.
    pub const DIGEST: &str = "process-digest";
    /// The plugin said no handshake line, or one that cannot be read.
    pub const HANDSHAKE: &str = "process-handshake";
    /// Where the plugin says it listens is not a place of its own.
    pub const HANDSHAKE_ADDRESS: &str = "process-handshake-address";
    /// The plugin and the host have no version of the protocol in common.
    pub const HANDSHAKE_VERSION: &str = "process-handshake-version";
    /// The plugin speaks a protocol that is not spoken here, such as net/rpc.
    pub const PROTOCOL: &str = "process-protocol";
    /// The plugin says what is no message of its protocol.
    pub const PROTOCOL_NOISE: &str = "process-protocol-noise";
    /// The plugin says that it cannot serve.
    pub const NOT_SERVING: &str = "process-not-serving";
    /// Nobody can tell how messages of this method are written: there is neither reflection nor a descriptor set.
    pub const DESCRIPTORS: &str = "process-descriptors";
    /// The input of a call is not what the method takes.
    pub const INPUT: &str = "process-input";
    /// There is a mistake in this module.
    pub const PANIC: &str = "process-panic";
    /// Shared by all runtimes: the plugin has answered that it failed.
    pub const CALL_FAILED: &str = "call-failed";
    /// Shared: an answer or an input is larger than is allowed.
    pub const CALL_TOO_LARGE: &str = "call-too-large";
    /// Shared: there is no such method.
    pub const METHOD_UNKNOWN: &str = "method-unknown";
    /// Shared: the plugin's process ended during the call, or before.
    pub const PLUGIN_EXITED: &str = "plugin-exited";
}
