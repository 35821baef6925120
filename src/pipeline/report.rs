//! What came of a run.

use std::sync::Arc;

use crate::context::Text;
use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use crate::plugin::Plugin;

/// What came of a run.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct RunReport {
    /// The passes, in the order in which they ran, or would have.
    pub passes: Vec<PassReport>,
    /// What was found. The diagnostics of the context have the same, and what the passes told themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// Why it ended before the last pass, if it did: [`Code::PASS_FAILED`](crate::error::Code::PASS_FAILED),
    /// [`Code::PASS_RETURN`](crate::error::Code::PASS_RETURN) if it is strict, or
    /// [`Code::CALL_CANCELLED`](crate::error::Code::CALL_CANCELLED).
    pub failure: Option<Error>,
}

impl RunReport {
    /// Fails if the run ended before the last pass.
    pub fn check(&self) -> Result<()> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// What came of one pass in one stage.
#[derive(Debug)]
#[non_exhaustive]
pub struct PassReport {
    /// Whose pass it is. It keeps nothing loaded.
    pub plugin: Arc<Plugin>,
    /// Its name.
    pub name: Text,
    /// The stage in which it ran.
    pub stage: Text,
    /// How long it took, what Hotshoe does for it included.
    pub nanoseconds: u64,
    /// What came of it.
    pub outcome: PassOutcome,
}

/// What came of one pass.
#[derive(Clone, Debug)]
pub enum PassOutcome {
    /// It is done.
    Done,
    /// It is done, and returned something that is neither nothing nor its context.
    ReturnedOther,
    /// It failed.
    Failed(Error),
    /// It was given up.
    Cancelled,
    /// The run had ended before.
    NotRun,
}
