//! What a pipeline asks of an instance: its passes, and the hooks of one that executes step by step.

use crate::context::{Context, Text, Value};

use super::CancelToken;

/// A pass of a plugin, by its number among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Its name.
    pub name: Text,
    /// The stage that it is for; `None` for every stage.
    pub stage: Option<Text>,
}

/// What of a plugin is called that executes step by step.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A run begins.
    Init,
    /// One step.
    Step,
    /// Back to where it began.
    Reset,
    /// The run ends.
    Shutdown,
    /// Any other method, by its name.
    Method(&'a str, Option<&'a Value>),
}

impl Step<'_> {
    /// Its name, as findings tell it.
    pub fn name(&self) -> &str {
        match self {
            Step::Init => "init",
            Step::Step => "step",
            Step::Reset => "reset",
            Step::Shutdown => "shutdown",
            Step::Method(name, _) => name,
        }
    }
}

/// A run of a plugin that executes step by step, as its runtime knows it.
#[derive(Debug, Default)]
pub struct StepRun(pub usize);

/// What a pass or a step is given, for the time of its call.
pub struct Hook<'a> {
    /// What the passes and steps of a run share.
    pub context: &'a mut Context,
    /// Fired by whoever wants it to be given up.
    pub cancel: &'a CancelToken,
    /// Is told how far it has got: `done` of `total`.
    pub progress: &'a mut dyn FnMut(u64, u64),
    /// Whether it returned something that is neither nothing nor the context. A runtime sets it.
    pub returned_other: bool,
}
