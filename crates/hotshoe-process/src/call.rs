//! What a plugin is called with, and who takes the answer.

use std::time::Instant;

use crate::failure::Failure;

/// How input and outputs of a call are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// JSON in UTF-8.
    Json,
    /// The bytes of the protocol itself.
    Raw,
}

/// One call of a plugin.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The name of the call, by which it is cancelled, and gets more input.
    pub key: u64,
    /// What is called.
    pub method: &'a str,
    /// How the input is written, and each output is to be.
    pub encoding: Encoding,
    /// The input, or the first of many.
    pub input: &'a [u8],
    /// Whether more input follows.
    pub streams: bool,
    /// When it must have returned.
    pub deadline: Option<Instant>,
}

/// Takes what comes of a call, on the thread that calls.
pub trait Answer {
    /// One output. An error: no more is wanted, and the call ends with it.
    fn output(&mut self, output: &[u8]) -> Result<(), Failure>;

    /// How far it is: `done` of `total`; a `total` of 0 is not known.
    fn progress(&mut self, done: u64, total: u64);

    /// What it is doing.
    fn status(&mut self, text: &str);

    /// Whether somebody still waits: an error says why not. Cheap enough for a loop.
    fn wanted(&self) -> Result<(), Failure>;
}
