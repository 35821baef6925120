//! What a module is asked for.

use super::{Bytes, Text};
use crate::table::Table;

/// A plugin that is to be checked or opened. All that it points to lives until the function returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// The size of this struct in bytes.
    pub size: usize,
    /// HOTSHOE_RUNTIME_REVISION.
    pub revision: u32,
    /// Whether another instance of it is open already, and stays so: 1, or else 0.
    pub beside: u32,
    /// The plugin's folder, or its artifact if it has no folder of its own. An absolute path.
    pub folder: Text,
    /// The file that is to be brought to life. An absolute path.
    pub artifact: Text,
    /// What of it is asked for first, as its manifest says; none if that says nothing. What it means is the runtime's to
    /// say.
    pub entry: Text,
    /// What the host's profile says for this runtime: a JSON object, `{}` if it says nothing.
    pub settings: Text,
    /// The host's name.
    pub host: Text,
    /// The host's version; none if it says none.
    pub host_version: Text,
    /// What the plugin's manifest says for this runtime, under the runtime's name: a JSON object, `{}` if it says
    /// nothing. The plugin proposes it; `settings`, of the host, counts where both say something.
    pub manifest: Text,
}

// SAFETY: it begins as a table must, and all of it may be zero.
unsafe impl Table for Request {}

/// How input and output of a call are written. A field of this type is a uint32_t; any other number is one that a newer
/// side knows: refuse it with UNSUPPORTED.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// JSON in UTF-8.
    Json = 0,
    /// Bytes that only the host and the plugin know the meaning of.
    Raw = 1,
}

/// One call of a plugin. All that it points to lives until the function returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The size of this struct in bytes.
    pub size: usize,
    /// HOTSHOE_RUNTIME_REVISION.
    pub revision: u32,
    /// How `input` is written, and every output is to be: a hotshoe_runtime_encoding.
    pub encoding: u32,
    /// Whether more input follows, by `send`, until `finish`: 1, or else 0.
    pub streams: u32,
    /// What is called. What it may be is for the plugin to say.
    pub method: Text,
    /// What it is called with.
    pub input: Bytes,
    /// The time on the clock `now` at which the call must have returned: with DEADLINE then, if it is not done.
    /// HOTSHOE_RUNTIME_NO_DEADLINE: it may take as long as it likes.
    pub deadline: u64,
}

// SAFETY: it begins as a table must, and all of it may be zero.
unsafe impl Table for Call {}
