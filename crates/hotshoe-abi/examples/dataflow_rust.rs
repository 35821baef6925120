//! The plugin of `tests/fixtures/contract/dataflow.h` in Rust, with passes and steps on a context.

#![expect(unsafe_code, reason = "a context and an argument are lent as handles")]

use hotshoe_abi::context::{self, LentContext, OwnedValue, Status, Values};
use hotshoe_abi::passes::{self, HookRef};
use hotshoe_abi::plugin::{HostRef, Interface, Plugin};
use hotshoe_abi::stepper::{self, Run};

struct Dataflow(Values);

impl Plugin for Dataflow {
    type Error = &'static str;
    const INTERFACES: &'static [Interface] =
        &[Interface::new(passes::ID, &PASSES), Interface::new(stepper::ID, &STEPPER)];

    fn init(host: HostRef) -> Result<Dataflow, &'static str> {
        Values::of(&host).map(Dataflow).ok_or("the host has no hotshoe.context/1")
    }
}

hotshoe_abi::hotshoe_passes!(
    PASSES,
    Dataflow,
    [
        (c"refuse", Some(c"codegen"), Dataflow::refuse),
        (c"describe", Some(c"codegen"), Dataflow::describe),
        (c"scale", Some(c"lower"), Dataflow::scale),
        (c"any", None, Dataflow::any),
    ]
);
hotshoe_abi::hotshoe_stepper!(STEPPER, Dataflow, Emulation);
hotshoe_abi::hotshoe_plugin!(Dataflow, name: "dataflow_rust", version: "1.0.0");

fn told(status: Status) -> String {
    format!("{status:?}")
}

impl Dataflow {
    fn context<'a>(&self, hook: &'a mut HookRef<'_>) -> LentContext<'a> {
        // SAFETY: the hook lends it for the time of the call.
        unsafe { self.0.context(hook.context()) }
    }

    fn any(&self, hook: &mut HookRef<'_>) -> Result<(), String> {
        let mut context = self.context(hook);
        let count = context.slot("count").map_err(told)?;
        context.set_i64(count, context.get_i64(count).map_err(told)? + 10).map_err(told)
    }

    fn scale(&self, hook: &mut HookRef<'_>) -> Result<(), String> {
        let mut context = self.context(hook);
        let mut work = || {
            let (output, count, on) = (context.slot("output")?, context.slot("count")?, context.slot("on")?);
            let scaled = context.get_f64(context.slot("input")?)? * context.get_f64(context.slot("gain")?)?;
            context.set_f64(output, scaled)?;
            context.set_i64(count, context.get_i64(count)? + 1)?;
            context.set_bool(on, !context.get_bool(on)?)?;
            context.report(0, "dataflow-scaled", "it was scaled")
        };
        work().map_err(told)
    }

    fn describe(&self, hook: &mut HookRef<'_>) -> Result<(), String> {
        let mut context = self.context(hook);
        let values = self.0;
        let mut work = || {
            let mut list = values.list()?;
            for item in
                [values.null()?, values.bool(true)?, values.i64(-7)?, values.f64(2.5)?, values.bytes(b"\0\xff")?]
            {
                list.push(&item)?;
            }
            let mut map = values.map()?;
            map.insert("of", &context.get(context::SLOT_MODEL)?)?;
            map.insert("list", &list)?;
            context.set(context::SLOT_ARTIFACTS, &map)
        };
        work().map_err(told)
    }

    fn refuse(&self, _hook: &mut HookRef<'_>) -> Result<(), String> {
        Err("it refuses".to_owned())
    }
}

/// A run: adds `gain` times the time to the output with each step.
struct Emulation {
    values: Values,
    gain: f64,
    steps: i64,
}

impl Emulation {
    fn set(&self, hook: &mut HookRef<'_>, output: f64) -> Result<(), Status> {
        // SAFETY: the hook lends it for the time of the call.
        let mut context = unsafe { self.values.context(hook.context()) };
        context.set_f64(context.slot("output")?, output)?;
        context.set_i64(context.slot("count")?, self.steps)?;
        context.set_bool(context.slot("on")?, self.steps % 2 == 1)
    }

    fn get(&self, hook: &mut HookRef<'_>, name: &str) -> Result<f64, Status> {
        // SAFETY: as above.
        let context = unsafe { self.values.context(hook.context()) };
        context.get_f64(context.slot(name)?)
    }
}

impl Run<Dataflow> for Emulation {
    type Error = String;
    const METHODS: &'static [&'static str] = &["set"];

    fn init(plugin: &Dataflow, hook: &mut HookRef<'_>) -> Result<Emulation, String> {
        let mut run = Emulation { values: plugin.0, gain: 0.0, steps: 0 };
        run.gain = run.get(hook, "gain").map_err(told)?;
        run.set(hook, 0.0).map_err(told)?;
        Ok(run)
    }

    fn step(&mut self, hook: &mut HookRef<'_>) -> Result<(), String> {
        self.steps += 1;
        let time = self.get(hook, "time_s").map_err(told)?;
        let output = self.get(hook, "output").map_err(told)?;
        self.set(hook, output + self.gain * time).map_err(told)
    }

    fn reset(&mut self, hook: &mut HookRef<'_>) -> Result<(), String> {
        self.steps = 0;
        self.set(hook, 0.0).map_err(told)
    }

    fn call(&mut self, _method: &str, argument: *const context::Value, _hook: &mut HookRef<'_>) -> Result<(), String> {
        // SAFETY: the host lends it for the time of the call.
        let argument = unsafe { self.values.lent(argument) };
        self.gain = argument.and_then(|it: OwnedValue| it.to_f64()).map_err(told)?;
        Ok(())
    }
}
