//! What brings plugins to life.
//!
//! A [`Runtime`] knows one kind of artifact: it checks it, opens it, and gives an [`Instance`], of which the rest of
//! Hotshoe knows no more than this page says. [`builtin`] lists the runtimes that are part of this library.

mod call;
mod events;
mod hook;
mod log;
pub mod module;
#[doc(hidden)]
pub mod native;
mod offers;
mod prober;

use std::ffi::c_void;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use call::{Call, CancelToken, Encoding, Listening, Services, Sink};
pub use events::Events;
pub use hook::{Hook, Pass, Step, StepRun};
pub use log::HostLog;
pub(crate) use log::{Hears, Withheld};
pub use offers::{Offer, Offers};
pub use prober::Prober;

use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result, codes};
use crate::manifest::Manifest;
use crate::profile::HostProfile;

codes! {
    RUNTIME_UNSUPPORTED = "runtime-unsupported", LOAD, "The plugin's runtime cannot do this.";
    RUNTIME_MISSING = "runtime-missing", LOAD, "The host has no runtime of this name.";
    CALL_FAILED = "call-failed", CALL, "A call of a plugin failed.";
    CALL_CANCELLED = "call-cancelled", CALL, "A call of a plugin was cancelled.";
    CALL_DEADLINE = "call-deadline", CALL, "A call of a plugin did not end before its deadline.";
    CALL_TOO_LARGE = "call-too-large", CALL, "The input or an answer of a call is larger than is allowed.";
    PLUGIN_EXITED = "plugin-exited", CALL, "The plugin's process ended during a call, or before.";
    PLUGIN_ENDED = "plugin-ended", CALL, "The plugin ended by itself.";
    RUNTIME_LOG = "runtime-log", CALL, "A runtime has something to say, of itself or of a plugin.";
}

/// The address of a function or of data in a plugin; meaningless once the plugin has ended.
pub type Address = *const c_void;

/// The runtimes that are part of this library.
pub fn builtin() -> [Arc<dyn Runtime>; 1] {
    [Arc::new(native::Native)]
}

/// What is to be brought to life, and how.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What the runtime opens: of a native plugin its library.
    pub artifact: &'a Path,
    /// The plugin's folder, or its artifact if it has no folder of its own.
    pub folder: &'a Path,
    /// What of the artifact is asked for first, if the manifest says so: of a native plugin the symbol of its entry.
    pub entry: Option<&'a str>,
    /// What the plugin says of itself.
    pub manifest: &'a Manifest,
    /// What the host expects of its plugins.
    pub profile: &'a HostProfile,
    /// What opens the artifact in another process before this one does.
    pub prober: Option<&'a Prober>,
    /// What the host offers to its plugins. Who hands an address of it to a plugin keeps it as long as that lives.
    pub offers: &'a Arc<Offers>,
    /// Whether another instance of the artifact is open already, and is to stay so.
    pub beside: bool,
}

/// Brings plugins of one kind to life. It may be used from any number of threads.
pub trait Runtime: fmt::Debug + Send + Sync {
    /// Its name, as manifests and profiles spell it: `[a-z][a-z0-9-]{0,31}`.
    fn name(&self) -> &str;

    /// Checks what can be known of an artifact without running it.
    fn check(&self, request: &Request<'_>) -> Result<()>;

    /// Checks an artifact and brings it to life. `events` may be kept as long as the instance lives.
    fn open(&self, request: &Request<'_>, events: &Events) -> Result<Box<dyn Instance>>;

    /// Whether it compares what it opens with the receipt of an install, as one must that uses a private copy. For all
    /// others the host does that, just before they check or open something.
    fn compares_receipts(&self) -> bool {
        false
    }

    /// Gives it the log of a host that has it, for what it has to say of no plugin. Several hosts may give theirs.
    fn log_to(&self, log: &HostLog) {
        let _ = log;
    }
}

/// A plugin that a runtime has brought to life.
///
/// All but [`Instance::close`] may be called from any number of threads at once, and never during it. What a runtime
/// cannot do is [`Code::RUNTIME_UNSUPPORTED`].
pub trait Instance: fmt::Debug + Send + Sync {
    /// Where the function is that the host calls first. Good until the instance is closed.
    fn entry(&self) -> Result<Option<Address>> {
        Err(unsupported("it has no entry that could be called"))
    }

    /// Where a symbol is that the plugin exports, if it does. Good until the instance is closed.
    fn symbol(&self, name: &str) -> Result<Option<Address>> {
        Err(unsupported(format!("it has no symbols, and so no `{}`", crate::input::brief(name))))
    }

    /// Where the table of an interface is that the plugin offers in exactly this revision, if it does. Good
    /// until the instance is closed.
    fn interface(&self, id: &str, revision: u32) -> Result<Option<Address>> {
        Err(unsupported(format!(
            "it has no tables of functions, and so none of `{}` {revision}",
            crate::input::brief(id)
        )))
    }

    /// What the functions of its interfaces are given first. Good until the instance is closed.
    fn instance(&self) -> Address {
        std::ptr::null()
    }

    /// Calls a method, and returns when it has ended. What it puts out goes to `sink` meanwhile.
    ///
    /// Fails with [`Code::CALL_FAILED`], [`Code::CALL_CANCELLED`], [`Code::CALL_DEADLINE`], [`Code::PLUGIN_ENDED`] or a
    /// code of the runtime's own.
    fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
        let _ = sink;
        Err(unsupported(format!(
            "it has no method that can be called by name, and so no `{}`",
            crate::input::brief(call.method)
        )))
    }

    /// Gives more input to a call that is going on, by its [`Call::id`].
    fn send(&self, call: u64, input: &[u8]) -> Result<()> {
        let _ = (call, input);
        Err(unsupported("it takes no stream of inputs"))
    }

    /// Says that a call gets no more input.
    fn finish(&self, call: u64) -> Result<()> {
        let _ = call;
        Err(unsupported("it takes no stream of inputs"))
    }

    /// The passes that it has now, in its own order.
    fn passes(&self) -> Result<Vec<Pass>> {
        Err(unsupported("it has no passes"))
    }

    /// Runs one of its passes, by its number. Several threads may run one at once, each with a context of its own.
    fn run_pass(&self, index: usize, hook: &mut Hook<'_>) -> Result<()> {
        let _ = hook;
        Err(unsupported(format!("it has no passes, and so none with the number {index}")))
    }

    /// Whether it can execute step by step.
    fn is_stepper(&self) -> bool {
        false
    }

    /// Calls a hook of a run, which [`Step::Init`] begins and [`Step::Shutdown`] ends. Several threads may do so at once,
    /// each in another run. A method that it does not have is [`Code::RUNTIME_UNSUPPORTED`].
    fn step(&self, step: Step<'_>, run: &mut StepRun, hook: &mut Hook<'_>) -> Result<()> {
        let _ = (run, hook);
        Err(unsupported(format!(
            "it does not execute step by step, and so has no `{}`",
            crate::input::brief(step.name())
        )))
    }

    /// What the plugin says of its interfaces and methods, as JSON.
    fn describe(&self) -> Result<serde_json::Value> {
        Err(unsupported("it does not describe itself"))
    }

    /// Whether the plugin can serve calls; if it cannot, the error says why.
    fn health(&self) -> Result<()> {
        Ok(())
    }

    /// Lets the plugin call the host.
    fn offer(&self, services: Arc<dyn Services>) -> Result<()> {
        let _ = services;
        Err(unsupported("it cannot call its host by name"))
    }

    /// The file that is in use: the artifact, or a private copy of it.
    fn in_use(&self) -> Option<PathBuf> {
        None
    }

    /// Whether the host may have addresses in it, which its end would take away. If not, it ends with its host.
    fn has_lent(&self) -> bool {
        true
    }

    /// What was noticed when it was opened.
    fn diagnostics(&self) -> Vec<Diagnostic> {
        Vec::new()
    }

    /// What tells it from everything else that is mapped in this process, if it is.
    fn image(&self) -> Option<Image> {
        None
    }

    /// What is mapped and linked with it, and would break if it went.
    fn linked(&self) -> Vec<Image> {
        Vec::new()
    }

    /// What of it is in use that nobody has registered, such as objects that it made: while there is any, it is not closed.
    fn users(&self) -> Vec<String> {
        Vec::new()
    }

    /// Why what is on disk by now cannot be opened while this one is; empty if it can.
    fn not_beside(&self, fresh: &Request<'_>) -> Vec<String> {
        let _ = fresh;
        Vec::new()
    }

    /// Checks that what is on disk by now can be opened once this one is closed, and returns what to ask then.
    fn replacing(&self, folder: &Path) -> Result<Box<dyn FnOnce() -> Result<()>>> {
        let _ = folder;
        Ok(Box::new(|| Ok(())))
    }

    /// Ends it. Nothing of it may be in use.
    fn close(self: Box<Self>) -> Result<Ended>;
}

/// What became of an instance that was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its code is not mapped any more.
    Unmapped,
    /// Its code stays mapped, for these reasons.
    Resident(Vec<String>),
    /// Its process is gone; how it went.
    Exited(String),
    /// The runtime has let go of it, and keeps its code for others.
    Released,
}

/// What is mapped in this process, told from everything else there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image(usize);

pub(in crate::runtime) fn unsupported(message: impl Into<String>) -> Error {
    Error::new(Code::RUNTIME_UNSUPPORTED, message).hint("see in docs/runtime.md what each runtime can do")
}
