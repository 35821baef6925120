//! Steps after the passes, of a plugin that executes step by step.

use std::time::{Duration, Instant};

use hotshoe::context::{Context, Slot};
use hotshoe::error::{Code, Error, Result};
use hotshoe::host::{Host, Lookup};
use hotshoe::pipeline::Stepper;
use hotshoe::runtime::CancelToken;
use serde_json::json;

use super::report::milliseconds;
use crate::codes::STEPPER_MISSING;
use crate::output::{Answer, BAD, DIM, GOOD, NAME, in_line};
use crate::progress::RunLine;

/// What is executed after the passes.
#[derive(clap::Args)]
pub struct Steps {
    /// After the passes, execute so many steps of the plugin that --stepper names: init, steps, shutdown
    #[arg(long, value_name = "NUMBER")]
    ticks: Option<u32>,

    /// How far the context's `time_s` goes on with each step, from 0 on
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = step_time)]
    step_time: f64,

    /// Which plugin executes: its capability, or its name
    #[arg(long, value_name = "CAPABILITY", default_value = "runtime:emulation")]
    stepper: String,
}

fn step_time(text: &str) -> Result<f64, &'static str> {
    let seconds = text.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0);
    seconds.ok_or("it is no number of seconds")
}

/// What came of the steps.
pub struct Stepped {
    plugin: Option<String>,
    ticks: u32,
    done: u32,
    took: Duration,
    failure: Option<Error>,
}

impl Steps {
    /// Whether no steps are asked for.
    pub fn is_none(&self) -> bool {
        self.ticks.is_none()
    }

    /// Executes them, if any are asked for.
    pub fn run(&self, host: &Host, cancel: &CancelToken, line: &RunLine, context: &mut Context) -> Option<Stepped> {
        let ticks = self.ticks?;
        let mut stepped = Stepped { plugin: None, ticks, done: 0, took: Duration::ZERO, failure: None };
        stepped.failure = self.execute(&mut stepped, host, cancel, line, context).err();
        Some(stepped)
    }

    fn execute(
        &self,
        stepped: &mut Stepped,
        host: &Host,
        cancel: &CancelToken,
        line: &RunLine,
        context: &mut Context,
    ) -> Result<()> {
        let lease = host.find(Lookup::of(&self.stepper).or_name())?.ok_or_else(|| {
            let message = format!("no plugin that is loaded has the capability `{}`", in_line(&self.stepper));
            Error::new(STEPPER_MISSING, message)
                .hint("`hotshoe list` shows those of each; name another with `--stepper`")
        })?;
        let mut stepper = Stepper::new(lease)?;
        stepper.cancel = cancel.clone();
        stepped.plugin = Some(stepper.lease().plugin().name().to_owned());
        line.at("steps".to_owned(), 0, stepped.ticks.into());
        let began = Instant::now();
        stepper.init(context)?;
        let (mut ended, mut told) = (Ok(()), began);
        while ended.is_ok() && stepped.done < stepped.ticks {
            ended = self.step(&mut stepper, stepped.done, context);
            stepped.done += u32::from(ended.is_ok());
            // A step may take no longer than to say so.
            if told.elapsed() > Duration::from_millis(100) {
                line.at("steps".to_owned(), stepped.done.into(), stepped.ticks.into());
                told = Instant::now();
            }
        }
        let shut_down = stepper.shutdown(context);
        stepped.took = began.elapsed();
        ended.and(shut_down)
    }

    fn step(&self, stepper: &mut Stepper, tick: u32, context: &mut Context) -> Result<()> {
        if stepper.cancel.is_fired() {
            return Err(Error::new(Code::CALL_CANCELLED, format!("the run was cancelled before step {tick}")));
        }
        context.set_f64(Slot::TIME_S, f64::from(tick) * self.step_time)?;
        stepper.step(context)
    }
}

impl Stepped {
    /// Adds it to the answer.
    pub fn tell(self, answer: &mut Answer) {
        if let Some(plugin) = &self.plugin {
            let (style, mark) = if self.failure.is_none() { (GOOD, '✓') } else { (BAD, '✗') };
            let (done, ticks, took) = (self.done, self.ticks, milliseconds(self.took.as_nanos()));
            let (plugin, of) = (in_line(plugin), if ticks == 1 { "step" } else { "steps" });
            let what = format!("{NAME}{plugin}{NAME:#}: {done} of {ticks} {of}");
            answer.line(format!("{style}{mark}{style:#} {what}  {DIM}{took}{DIM:#}"));
        }
        let nanoseconds = u64::try_from(self.took.as_nanos()).unwrap_or(u64::MAX);
        answer.field(
            "steps",
            json!({"plugin": self.plugin, "ticks": self.ticks, "done": self.done, "nanoseconds": nanoseconds}),
        );
        if let Some(failure) = self.failure {
            answer.diagnostics([failure.into()]);
        }
    }
}
