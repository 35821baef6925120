//! A conversation with a running plugin, whatever the protocol.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use crate::call::{Answer, Call};
use crate::failure::{Failure, Result};

/// A conversation with a running plugin. All of it may be called on many threads at once.
///
/// It begins when the plugin has answered for the first time, and ends with its process: then every call that is going
/// on ends with [`codes::PLUGIN_EXITED`](crate::failure::codes::PLUGIN_EXITED).
pub trait Session: Send + Sync {
    /// Calls a method, and returns when it is over. It keeps to the deadline of the call by itself, and ends soon when
    /// [`Session::cancel`] was called or [`Answer::wanted`] says no.
    fn call(&self, call: &Call<'_>, answer: &mut dyn Answer) -> Result<()>;

    /// Makes a call end soon; returns at once. It may come before the call has begun.
    fn cancel(&self, call: u64);

    /// Gives more input to a call that streams.
    fn send(&self, call: u64, input: &[u8]) -> Result<()> {
        let _ = (call, input);
        Err(Failure::Unsupported)
    }

    /// Says that a call gets no more input.
    fn finish(&self, call: u64) -> Result<()> {
        let _ = call;
        Err(Failure::Unsupported)
    }

    /// What can be called: an object with `protocol`, and `services` (each with `name` and `methods`) or `tools`.
    fn describe(&self) -> Result<Value>;

    /// Whether the plugin could serve a call now.
    fn health(&self) -> Result<()>;

    /// What the host serves to the plugin from now on.
    fn offer(&self, services: Arc<dyn Services>) -> Result<()> {
        let _ = services;
        Err(Failure::Unsupported)
    }

    /// Serves nothing to the plugin any more, and waits until nothing is being served; whether that is so at `until`.
    fn withdraw(&self, until: Instant) -> bool {
        let _ = until;
        true
    }

    /// Asks the plugin to end; returns when it has heard it, or at `until`. What comes of it does not matter.
    fn ask_to_end(&self, until: Instant);

    /// Says that the process has ended, and how: everything that waits ends.
    fn ended(&self, how: &str);
}

/// What a host serves to its plugins. It may be called on any thread, for as long as the plugin lives.
pub trait Services: Send + Sync {
    /// Calls the host.
    fn call(&self, call: &Call<'_>, answer: &mut dyn Answer) -> Result<()>;
}
