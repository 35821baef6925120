//! A run of a plugin that executes step by step.

use crate::context::{Context, Schema, Text, Value};
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::plugin::Lease;
use crate::runtime::{CancelToken, Hook, Step, StepRun};

use super::{contained, with_cause};

/// A run of a plugin that executes step by step, such as an emulation. As long as it is there, its plugin is not unloaded.
///
/// `init` comes once; then `step` for each tick, `reset` and further methods, in any number and order; then `shutdown`, after
/// which it may begin again. Any other order is [`Code::STEPPER_ORDER`], and the plugin is not called. A hook that fails
/// changes nothing about the order, but for `init`, which may be called again then. A plugin may have several runs at once.
///
/// If it is dropped without a shutdown, the plugin is shut down with a context without anything in it.
#[derive(Debug)]
pub struct Stepper {
    lease: Lease,
    plugin: Text,
    names: [Text; 4],
    run: StepRun,
    is_begun: bool,
    /// Fired by whoever wants what is going on to be given up.
    pub cancel: CancelToken,
}

impl Stepper {
    /// A run of a plugin that can. Fails with [`Code::RUNTIME_UNSUPPORTED`].
    pub fn new(lease: Lease) -> Result<Stepper> {
        if !lease.instance().is_stepper() {
            return Err(Error::new(Code::RUNTIME_UNSUPPORTED, "the plugin does not execute step by step")
                .hint("a plugin of the contract has the interface `hotshoe.stepper/1` for it")
                .plugin(lease.plugin().name())
                .at(lease.plugin().path()));
        }
        let plugin = Text::from(lease.plugin().name());
        let names = [Step::Init, Step::Step, Step::Reset, Step::Shutdown].map(|step| Text::from(step.name()));
        Ok(Stepper { lease, plugin, names, run: StepRun::default(), is_begun: false, cancel: CancelToken::default() })
    }

    /// The plugin, leased.
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Begins.
    pub fn init(&mut self, context: &mut Context) -> Result<()> {
        if self.is_begun {
            return Err(self.not_now("init", "it has begun already", "shut it down first"));
        }
        self.run = StepRun::default();
        self.call_hook(Step::Init, context)?;
        self.is_begun = true;
        Ok(())
    }

    /// One step, for one tick.
    pub fn step(&mut self, context: &mut Context) -> Result<()> {
        self.call_begun(Step::Step, context)
    }

    /// Back to where `init` left it.
    pub fn reset(&mut self, context: &mut Context) -> Result<()> {
        self.call_begun(Step::Reset, context)
    }

    /// Any other method, by its name. One that the plugin does not have is [`Code::RUNTIME_UNSUPPORTED`].
    pub fn call(&mut self, method: &str, argument: Option<&Value>, context: &mut Context) -> Result<()> {
        self.call_begun(Step::Method(method, argument), context)
    }

    /// Ends, whatever it returns.
    pub fn shutdown(&mut self, context: &mut Context) -> Result<()> {
        let ended = self.call_begun(Step::Shutdown, context);
        self.is_begun = false;
        ended
    }

    fn call_begun(&mut self, step: Step<'_>, context: &mut Context) -> Result<()> {
        if !self.is_begun {
            return Err(self.not_now(step.name(), "it has not begun", "call `init` first"));
        }
        self.call_hook(step, context)
    }

    fn call_hook(&mut self, step: Step<'_>, context: &mut Context) -> Result<()> {
        let name = match step {
            Step::Init => self.names[0].clone(),
            Step::Step => self.names[1].clone(),
            Step::Reset => self.names[2].clone(),
            Step::Shutdown => self.names[3].clone(),
            Step::Method(name, _) => Text::from(name),
        };
        context.at_work(Some(self.plugin.clone()), Some(name));
        let mut hook = Hook { context, cancel: &self.cancel, progress: &mut |_, _| {}, returned_other: false };
        let (instance, run) = (self.lease.instance(), &mut self.run);
        let ran = contained(|| instance.step(step, run, &mut hook));
        context.at_work(None, None);
        ran.map_err(|why| {
            let (plugin, is_cancelled) = (self.lease.plugin(), self.cancel.is_fired());
            let error = match why.code() {
                Code::RUNTIME_UNSUPPORTED => why,
                _ if is_cancelled => {
                    Error::new(Code::CALL_CANCELLED, format!("`{}` was cancelled", brief(step.name())))
                }
                _ => with_cause(Error::new(Code::STEP_FAILED, format!("`{}` failed", brief(step.name()))), why),
            };
            error.plugin(plugin.name()).at(plugin.path())
        })
    }

    fn not_now(&self, method: &str, why: &str, hint: &str) -> Error {
        Error::new(Code::STEPPER_ORDER, format!("`{}` is not to be called now: {why}", brief(method)))
            .hint(hint)
            .plugin(self.lease.plugin().name())
            .at(self.lease.plugin().path())
    }
}

impl Drop for Stepper {
    fn drop(&mut self) {
        if self.is_begun {
            let _ = self.shutdown(&mut Context::new(&Schema::new()));
        }
    }
}
