//! The run of all passes by stage, and of plugins that execute step by step.

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use hotshoe_abi::context::{Context as hotshoe_context, Value as hotshoe_value};

use super::boundary::{ask, c_string, free, lend, required, required_mut, text, texts};
use super::call::hotshoe_cancel_token;
use super::context::Call;
use super::diagnostics::hotshoe_diagnostics;
use super::error::{fallible, hotshoe_error, making};
use super::host::hotshoe_host;
use super::plugin::hotshoe_plugin;
use crate::context::Value;
use crate::error::{Code, Error};
use crate::pipeline::{FailurePolicy, PassOutcome, PassReport, Pipeline, Progress, RunReport, Stepper};

/// How passes are run: in which stages, of which plugins, and what a failing one means. Stages run in the host's order; in a
/// stage the passes of all plugins by their names, and those of one name in the order in which their plugins were loaded. A
/// pass without a stage runs in each.
pub struct hotshoe_pipeline {
    pipeline: Pipeline,
    plugins: Vec<Arc<crate::plugin::Plugin>>,
}

/// What came of a run: of each pass, in the order in which they ran, or would have.
pub struct hotshoe_run_report {
    passes: Vec<Pass>,
    failure: Option<hotshoe_error>,
    diagnostics: hotshoe_diagnostics,
}

/// A run of a plugin that executes step by step, such as an emulation. As long as it is there, its plugin is not unloaded.
///
/// `init` comes once; then `step` for each tick, `reset` and further methods, in any number and order; then `shutdown`, after
/// which it may begin again. Any other order is the error `stepper-order`, and the plugin is not called. A hook that fails
/// changes nothing about the order, but for `init`, which may be called again then. A plugin may have several runs at once.
pub struct hotshoe_stepper(Stepper);

struct Pass {
    plugin: hotshoe_plugin,
    name: CString,
    stage: CString,
    nanoseconds: u64,
    outcome: hotshoe_pass_outcome,
    error: Option<hotshoe_error>,
}

/// What a failing pass means for those that follow.
#[repr(C)]
#[derive(Clone, Copy)]
pub enum hotshoe_failure_policy {
    /// The run ends.
    Stop = 0,
    /// They run all the same.
    Skip = 1,
}

/// What came of one pass. There may be more some day: pass over those that you do not know.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub enum hotshoe_pass_outcome {
    /// The run had ended before.
    #[default]
    NotRun = 0,
    /// It is done.
    Done = 1,
    /// It is done, and returned something that is neither nothing nor its context.
    ReturnedOther = 2,
    /// It failed.
    Failed = 3,
    /// It was given up.
    Cancelled = 4,
}

/// Told how far a run has got, on the thread that runs: at the begin of each pass, and when a pass says so. `pass`: the number
/// of the pass, of `passes`. `done` of `total`: how far the pass itself is; 0 of 0 at its begin. The texts are lent for the
/// call. It must not throw.
pub type hotshoe_run_progress_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        pass: usize,
        passes: usize,
        plugin: *const c_char,
        name: *const c_char,
        stage: *const c_char,
        done: u64,
        total: u64,
    ),
>;

struct OnProgress {
    callback: unsafe extern "C" fn(*mut c_void, usize, usize, *const c_char, *const c_char, *const c_char, u64, u64),
    user_data: *mut c_void,
}

// SAFETY: the header says on which thread the callback comes; the program runs on it.
unsafe impl Send for OnProgress {}
// SAFETY: as above.
unsafe impl Sync for OnProgress {}

impl OnProgress {
    fn tell(&self, progress: &Progress<'_>) {
        let [plugin, name, stage] = [progress.plugin, progress.name, progress.stage].map(c_string);
        let (pass, passes) = (progress.pass, progress.passes);
        // SAFETY: the program gave the two together; the texts outlive the call.
        unsafe {
            let (plugin, name, stage) = (plugin.as_ptr(), name.as_ptr(), stage.as_ptr());
            (self.callback)(self.user_data, pass, passes, plugin, name, stage, progress.done, progress.total);
        }
    }
}

impl Pass {
    fn new(pass: PassReport) -> Pass {
        let (outcome, error) = match pass.outcome {
            PassOutcome::NotRun => (hotshoe_pass_outcome::NotRun, None),
            PassOutcome::Done => (hotshoe_pass_outcome::Done, None),
            PassOutcome::ReturnedOther => (hotshoe_pass_outcome::ReturnedOther, None),
            PassOutcome::Failed(error) => (hotshoe_pass_outcome::Failed, Some(hotshoe_error::new(error))),
            PassOutcome::Cancelled => (hotshoe_pass_outcome::Cancelled, None),
        };
        Pass {
            plugin: hotshoe_plugin::new(pass.plugin),
            name: c_string(&*pass.name),
            stage: c_string(&*pass.stage),
            nanoseconds: pass.nanoseconds,
            outcome,
            error,
        }
    }
}

impl hotshoe_run_report {
    fn new(report: RunReport) -> hotshoe_run_report {
        hotshoe_run_report {
            failure: report.failure.map(hotshoe_error::new),
            diagnostics: hotshoe_diagnostics::new(&report.diagnostics),
            passes: report.passes.into_iter().map(Pass::new).collect(),
        }
    }
}

/// Makes the pipeline of a host as its profile says, over all of its live plugins. It may be used for any number of runs, and
/// by several threads at once.
///
/// `pipeline`: yours. Errors: `argument-invalid` only. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_pipeline_new(pipeline: *mut *mut hotshoe_pipeline) -> *mut hotshoe_error {
    let new = || Ok(hotshoe_pipeline { pipeline: Pipeline::new(), plugins: Vec::new() });
    // SAFETY: the header's contract for out-parameters.
    unsafe { making(pipeline, "pipeline", new) }
}

/// The stages to run, in this order, in place of those of the host's profile.
///
/// `stages`: so many texts, each of which ends with NUL. Errors: `profile-invalid` for what cannot name one, or stands twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_pipeline_set_stages(
    pipeline: *mut hotshoe_pipeline,
    stages: *const *const c_char,
    stage_count: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (pipeline, stages) =
            unsafe { (required_mut(pipeline, "pipeline")?, texts(stages, stage_count, "stages")?) };
        pipeline.pipeline.set_stages(stages)
    })
}

/// Adds a plugin whose passes run. As soon as there is one, only those that were added count, in their order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_pipeline_add_plugin(
    pipeline: *mut hotshoe_pipeline,
    plugin: *const hotshoe_plugin,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let (pipeline, plugin) = unsafe { (required_mut(pipeline, "pipeline")?, required(plugin, "plugin")?) };
        pipeline.plugins.push(plugin.plugin.clone());
        pipeline.pipeline.set_plugins(pipeline.plugins.clone());
        Ok(())
    })
}

/// What a failing pass means for those that follow: HOTSHOE_FAILURE_POLICY_STOP by default.
///
/// `policy`: a hotshoe_failure_policy. Errors: `argument-invalid` for anything else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_pipeline_set_failure_policy(
    pipeline: *mut hotshoe_pipeline,
    policy: c_int,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(pipeline, "pipeline") }?.pipeline.on_failure = match policy {
            0 => FailurePolicy::Stop,
            1 => FailurePolicy::Skip,
            other => return Err(Error::new(Code::ARGUMENT_INVALID, format!("`policy` is {other}"))),
        };
        Ok(())
    })
}

/// Whether a pass has failed that returns something other than the context or nothing. Off by default: it is told as
/// `pass-return`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_pipeline_set_strict(
    pipeline: *mut hotshoe_pipeline,
    strict: bool,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(pipeline, "pipeline") }?.pipeline.strict = strict;
        Ok(())
    })
}

/// Gives runs up when the token is fired, by any thread. The token's handle stays yours, and may be freed before the run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_pipeline_set_cancel_token(
    pipeline: *mut hotshoe_pipeline,
    token: *const hotshoe_cancel_token,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let (pipeline, token) = unsafe { (required_mut(pipeline, "pipeline")?, required(token, "token")?) };
        pipeline.pipeline.cancel = token.0.clone();
        Ok(())
    })
}

/// Who is told how far a run has got; NULL: nobody. With runs of several threads it is called by each of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_pipeline_set_progress(
    pipeline: *mut hotshoe_pipeline,
    callback: hotshoe_run_progress_callback,
    user_data: *mut c_void,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let pipeline = unsafe { required_mut(pipeline, "pipeline") }?;
        let told = callback.map(|callback| OnProgress { callback, user_data });
        pipeline.pipeline.on_progress =
            told.map(|told| Arc::new(move |progress: &Progress<'_>| told.tell(progress)) as _);
        Ok(())
    })
}

/// Ends a pipeline that does not run. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_pipeline_free(pipeline: *mut hotshoe_pipeline) {
    // SAFETY: the header's contract for handles.
    unsafe { free(pipeline) }
}

/// Runs the passes of the pipeline's plugins, or of all that are alive now. Meanwhile none of these plugins can be unloaded,
/// also not by a pass: that is busy. What is loaded meanwhile is for the next run. The context belongs to the run until this
/// returns.
///
/// `report`: yours; it says what came of each pass, and whether the run ended early. Errors, before anything has run:
/// `context-busy`, `plugin-busy` if one of the plugins is being unloaded or reloaded, `plugin-unloaded` if one that was added
/// is not loaded any more. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_host_run(
    host: *const hotshoe_host,
    pipeline: *const hotshoe_pipeline,
    context: *mut hotshoe_context,
    report: *mut *mut hotshoe_run_report,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe {
        making(report, "report", || {
            let (host, pipeline) = (required(host, "host")?, required(pipeline, "pipeline")?);
            let mut call = Call::begin(context)?;
            Ok(hotshoe_run_report::new(host.host().run(&pipeline.pipeline, call.context())?))
        })
    }
}

/// How many passes there are. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_count(report: *const hotshoe_run_report) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(report, |report| report.passes.len()) }
}

/// Whose pass one is, lent: hotshoe_plugin_clone makes it yours. NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_plugin(
    report: *const hotshoe_run_report,
    index: usize,
) -> *const hotshoe_plugin {
    // SAFETY: the header's contract for handles.
    unsafe { pass(report, index) }.map_or(ptr::null(), |pass| &raw const pass.plugin)
}

/// The name of one; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_name(report: *const hotshoe_run_report, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(report, |report| Some(&report.passes.get(index)?.name)) }
}

/// The stage in which one ran; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_stage(report: *const hotshoe_run_report, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(report, |report| Some(&report.passes.get(index)?.stage)) }
}

/// How many nanoseconds one took; 0 past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_nanoseconds(report: *const hotshoe_run_report, index: usize) -> u64 {
    // SAFETY: the header's contract for handles.
    unsafe { pass(report, index) }.map_or(0, |pass| pass.nanoseconds)
}

/// What came of one; HOTSHOE_PASS_OUTCOME_NOT_RUN past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_outcome(
    report: *const hotshoe_run_report,
    index: usize,
) -> hotshoe_pass_outcome {
    // SAFETY: the header's contract for handles.
    unsafe { pass(report, index) }.map(|pass| pass.outcome).unwrap_or_default()
}

/// Why one failed, lent; NULL if it did not, and past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_error(
    report: *const hotshoe_run_report,
    index: usize,
) -> *const hotshoe_error {
    // SAFETY: the header's contract for handles.
    unsafe { pass(report, index) }.and_then(|pass| pass.error.as_ref()).map_or(ptr::null(), ptr::from_ref)
}

/// Why the run ended before the last pass, lent: `pass-failed`, `pass-return` if it is strict, or `call-cancelled`. NULL if it
/// did not. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_failure(report: *const hotshoe_run_report) -> *const hotshoe_error {
    // SAFETY: the header's contract for handles.
    unsafe { report.as_ref() }.and_then(|report| report.failure.as_ref()).map_or(ptr::null(), ptr::from_ref)
}

/// What was found, lent: failures, `pass-return`, `pass-stage`, `capability-taken`. The context's diagnostics have the same,
/// and what the passes told themselves. NULL for NULL. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_diagnostics(
    report: *const hotshoe_run_report,
) -> *const hotshoe_diagnostics {
    // SAFETY: the header's contract for handles.
    unsafe { report.as_ref() }.map_or(ptr::null(), |report| &raw const report.diagnostics)
}

/// Ends a report. NULL is fine. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_run_report_free(report: *mut hotshoe_run_report) {
    // SAFETY: the header's contract for handles.
    unsafe { free(report) }
}

/// # Safety
/// As for [`required`].
unsafe fn pass<'a>(report: *const hotshoe_run_report, index: usize) -> Option<&'a Pass> {
    // SAFETY: as the caller promises.
    unsafe { report.as_ref() }?.passes.get(index)
}

/// Makes a run of a live plugin that executes step by step, and leases the plugin for it.
///
/// `stepper`: yours. Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_stepper_new(
    plugin: *const hotshoe_plugin,
    stepper: *mut *mut hotshoe_stepper,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and out-parameters.
    unsafe {
        making(stepper, "stepper", || Ok(hotshoe_stepper(Stepper::new(required(plugin, "plugin")?.plugin.lease()?)?)))
    }
}

/// Gives a hook up that is going on when the token is fired, by any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_stepper_set_cancel_token(
    stepper: *mut hotshoe_stepper,
    token: *const hotshoe_cancel_token,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let (stepper, token) = unsafe { (required_mut(stepper, "stepper")?, required(token, "token")?) };
        stepper.0.cancel = token.0.clone();
        Ok(())
    })
}

/// Begins. Errors: `stepper-order`, `step-failed`, `call-cancelled`, `context-busy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_stepper_init(
    stepper: *mut hotshoe_stepper,
    context: *mut hotshoe_context,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { required_mut(stepper, "stepper")?.0.init(Call::begin(context)?.context()) })
}

/// One step, for one tick. Errors: those of hotshoe_stepper_init, and `runtime-unsupported` if the plugin has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_stepper_step(
    stepper: *mut hotshoe_stepper,
    context: *mut hotshoe_context,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { required_mut(stepper, "stepper")?.0.step(Call::begin(context)?.context()) })
}

/// Back to where hotshoe_stepper_init left it. Errors: those of hotshoe_stepper_init.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_stepper_reset(
    stepper: *mut hotshoe_stepper,
    context: *mut hotshoe_context,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { required_mut(stepper, "stepper")?.0.reset(Call::begin(context)?.context()) })
}

/// Any other method, by its name. `argument`: lent; may be NULL. Errors: those of hotshoe_stepper_init, and
/// `runtime-unsupported` if the plugin does not have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_stepper_call(
    stepper: *mut hotshoe_stepper,
    method: *const c_char,
    method_length: usize,
    argument: *const hotshoe_value,
    context: *mut hotshoe_context,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings; a value's handle is such a value.
        unsafe {
            let (stepper, method) = (required_mut(stepper, "stepper")?, text(method, method_length, "method")?);
            stepper.0.call(method, argument.cast::<Value>().as_ref(), Call::begin(context)?.context())
        }
    })
}

/// Ends, whatever it returns; hotshoe_stepper_init may begin again. Errors: those of hotshoe_stepper_init.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_stepper_shutdown(
    stepper: *mut hotshoe_stepper,
    context: *mut hotshoe_context,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles.
    fallible(|| unsafe { required_mut(stepper, "stepper")?.0.shutdown(Call::begin(context)?.context()) })
}

/// Lets go of the plugin. If there was no shutdown, the plugin is shut down with a context without anything in it. NULL is
/// fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_stepper_free(stepper: *mut hotshoe_stepper) {
    // SAFETY: the header's contract for handles.
    unsafe { free(stepper) }
}
