//! The run of all passes by stage, and of plugins that execute step by step.
//!
//! Owns the order, what a failing pass means for the others, and what is told of each. It knows no runtime, and nothing of
//! what passes do.

mod order;
mod report;
mod stepper;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use crate::context::{Context, Text};
use crate::diagnostics::{Diagnostic, Severity};
use crate::error::{Code, Error, Result, codes};
use crate::input::brief;
use crate::plugin::{Lease, Plugin};
use crate::profile::checked_stages;
use crate::runtime::{CancelToken, Hook};

use order::{Planned, plan};
pub use report::{PassOutcome, PassReport, RunReport};
pub use stepper::Stepper;

codes! {
    PASS_FAILED = "pass-failed", PIPELINE, "A pass failed.";
    PASS_RETURN = "pass-return", PIPELINE, "A pass returned something that is neither nothing nor its context.";
    PASS_STAGE = "pass-stage", PIPELINE, "A pass is for a stage that the host does not have.";
    STEP_FAILED = "step-failed", PIPELINE, "A hook of a plugin that executes step by step failed.";
    STEPPER_ORDER = "stepper-order", PIPELINE, "A hook is not called in its order: init, then steps, then shutdown.";
}

/// What a failing pass means for those that follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailurePolicy {
    /// The run ends.
    #[default]
    Stop,
    /// They run all the same.
    Skip,
}

/// How far a run has got.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The number of the pass that is at work, from 0 on.
    pub pass: usize,
    /// How many passes there are.
    pub passes: usize,
    /// The name of the plugin whose pass it is.
    pub plugin: &'a str,
    /// The name of the pass.
    pub name: &'a str,
    /// The stage that runs.
    pub stage: &'a str,
    /// How far the pass itself has got, as it says: `done` of `total`; 0 of 0 at its begin.
    pub done: u64,
    /// See `done`.
    pub total: u64,
}

/// Is told how far a run has got, on the thread that runs: at the begin of each pass, and when a pass says so.
pub type OnProgress = dyn Fn(&Progress<'_>) + Send + Sync;

/// How passes are run. One may be used for any number of runs, also by several threads at once, each with its own context.
///
/// Stages run in the host's order; in a stage the passes of all plugins by their names, and those of one name in the order in
/// which their plugins were loaded. A pass without a stage runs in each.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Pipeline {
    stages: Option<Vec<String>>,
    plugins: Option<Vec<Arc<Plugin>>>,
    /// What a failing pass means for those that follow.
    pub on_failure: FailurePolicy,
    /// Whether a pass has failed that returns something other than the context or nothing.
    pub strict: bool,
    /// Fired by whoever wants the run to be given up.
    pub cancel: CancelToken,
    /// Is told how far it has got.
    pub on_progress: Option<Arc<OnProgress>>,
}

impl Pipeline {
    /// The pipeline of a host as its profile says, over all of its live plugins.
    pub fn new() -> Pipeline {
        Pipeline::default()
    }

    /// The stages to run, in this order, in place of those of the host's profile. Fails with
    /// [`Code::PROFILE_INVALID`] for what cannot name one, or stands twice.
    pub fn set_stages(&mut self, stages: Vec<String>) -> Result<()> {
        self.stages = Some(checked_stages(stages)?);
        Ok(())
    }

    /// The plugins whose passes run, in this order, in place of all that are alive.
    pub fn set_plugins(&mut self, plugins: Vec<Arc<Plugin>>) {
        self.plugins = Some(plugins);
    }

    pub(crate) fn plugins(&self) -> Option<&[Arc<Plugin>]> {
        self.plugins.as_deref()
    }

    /// Runs the passes of these plugins. `stages` are the host's, and `found` is what it has to say beforehand.
    pub(crate) fn run(
        &self,
        leases: &[Lease],
        stages: &[String],
        found: Vec<Diagnostic>,
        context: &mut Context,
    ) -> RunReport {
        let own = self.stages.as_deref();
        // Who chooses stages leaves out the others on purpose.
        let (planned, odd) = plan(leases, own.unwrap_or(stages), own.is_none());
        let mut run = Run { pipeline: self, context, report: RunReport::default() };
        for found in found.into_iter().chain(odd) {
            if found.severity == Severity::Error && self.on_failure == FailurePolicy::Stop {
                run.report.failure.get_or_insert_with(|| found.clone().into());
            }
            run.tell(found);
        }
        run.all(leases, &planned);
        run.context.at_work(None, None);
        run.report
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").field("stages", &self.stages).field("plugins", &self.plugins).finish_non_exhaustive()
    }
}

/// One run, and what came of it so far.
struct Run<'a> {
    pipeline: &'a Pipeline,
    context: &'a mut Context,
    report: RunReport,
}

impl Run<'_> {
    fn all(&mut self, leases: &[Lease], planned: &[Planned]) {
        self.report.passes.reserve_exact(planned.len());
        for (number, pass) in planned.iter().enumerate() {
            let lease = &leases[pass.plugin];
            let began = Instant::now();
            let outcome = match &self.report.failure {
                None => self.one(lease, pass, (number, planned.len())),
                Some(_) => PassOutcome::NotRun,
            };
            let nanoseconds = match outcome {
                PassOutcome::NotRun => 0,
                _ => u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX),
            };
            self.report.passes.push(PassReport {
                plugin: lease.plugin().clone(),
                name: pass.name.clone(),
                stage: pass.stage.clone(),
                nanoseconds,
                outcome,
            });
        }
    }

    fn one(&mut self, lease: &Lease, pass: &Planned, (number, of): (usize, usize)) -> PassOutcome {
        if self.pipeline.cancel.is_fired() {
            self.report.failure = Some(cancelled(&pass.name));
            return PassOutcome::NotRun;
        }
        self.context.at_work(Some(pass.plugin_name.clone()), Some(pass.name.clone()));
        let tell = |done, total| {
            if let Some(on_progress) = &self.pipeline.on_progress {
                let (plugin, name, stage) = (&*pass.plugin_name, &*pass.name, &*pass.stage);
                on_progress(&Progress { pass: number, passes: of, plugin, name, stage, done, total });
            }
        };
        tell(0, 0);
        let mut progress = tell;
        let mut hook = Hook {
            context: self.context,
            cancel: &self.pipeline.cancel,
            progress: &mut progress,
            returned_other: false,
        };
        let ran = contained(|| lease.instance().run_pass(pass.index, &mut hook));
        let returned_other = hook.returned_other;
        match ran {
            Ok(()) if returned_other => self.returned_other(lease.plugin(), pass),
            Ok(()) => PassOutcome::Done,
            Err(_) if self.pipeline.cancel.is_fired() => {
                self.report.failure = Some(cancelled(&pass.name));
                PassOutcome::Cancelled
            }
            Err(why) => {
                let error = Error::new(Code::PASS_FAILED, format!("the pass `{}` failed", brief(&pass.name)));
                self.failed(lease.plugin(), with_cause(error, why))
            }
        }
    }

    fn returned_other(&mut self, plugin: &Plugin, pass: &Planned) -> PassOutcome {
        let message = format!("the pass `{}` returned something that is not its context", brief(&pass.name));
        let hint = "let a pass return the context that it was given, or nothing";
        if self.pipeline.strict {
            return self.failed(plugin, Error::new(Code::PASS_RETURN, message).hint(hint));
        }
        self.tell(Diagnostic::warning(Code::PASS_RETURN, message).hint(hint).plugin(plugin.name()).at(plugin.path()));
        PassOutcome::ReturnedOther
    }

    fn failed(&mut self, plugin: &Plugin, error: Error) -> PassOutcome {
        let error = error.plugin(plugin.name()).at(plugin.path());
        self.tell(Diagnostic::from(&error));
        if self.pipeline.on_failure == FailurePolicy::Stop {
            self.report.failure = Some(error.clone());
        }
        PassOutcome::Failed(error)
    }

    /// Has the report and the context say it.
    fn tell(&mut self, found: Diagnostic) {
        let _ = self.context.report(found.severity, found.code.as_str(), found.message.as_str());
        self.report.diagnostics.push(found);
    }
}

fn cancelled(pass: &Text) -> Error {
    Error::new(Code::CALL_CANCELLED, format!("the run was cancelled at the pass `{}`", brief(pass)))
}

/// A panic of a runtime is a failure of the plugin.
fn contained(call: impl FnOnce() -> Result<()>) -> Result<()> {
    let panicked = |_| Err(Error::new(Code::CALL_FAILED, "its runtime panicked"));
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(panicked)
}

/// With what led to it, and its hint.
fn with_cause(error: Error, why: Error) -> Error {
    let error = match why.hint_text() {
        Some(hint) => error.hint(hint),
        None => error,
    };
    error.because(why)
}
