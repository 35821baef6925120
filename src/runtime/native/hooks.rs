//! Passes and steps of plugins of the contract: their tables, and what is lent to them for a call.

#![expect(unsafe_code, reason = "the plugin's functions are called, and call back")]

use std::cell::Cell;
use std::ffi::{CStr, CString, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::OnceLock;

use hotshoe_abi::passes::{self, HOOK_DONE, HOOK_MISSING, Passes};
use hotshoe_abi::stepper::{self, Stepper};
use hotshoe_abi::table::{self, InterfaceTable};

use super::contract::{Contract, broken, text};
use crate::context::Text;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::runtime::{self, Hook, Pass, Step, StepRun};

/// The most passes that one plugin may have, and the longest name of one or of its stage, in bytes.
const MOST_PASSES: u32 = 10_000;
const LONGEST_NAME: usize = 255;

/// The tables of a plugin, once they were asked for.
#[derive(Debug, Default)]
pub(super) struct Hooks {
    passes: OnceLock<Passes>,
    stepper: OnceLock<Stepper>,
}

impl Hooks {
    /// The passes that the plugin has now.
    pub(super) fn passes(&self, contract: &Contract) -> Result<Vec<Pass>> {
        let Some(table) = found(&self.passes, contract, passes::ID)? else {
            return Err(runtime::unsupported("it has no passes"));
        };
        let (Some(count), Some(name_of)) = (table.count, table.name) else {
            return Err(broken("its table of passes has no count or no names"));
        };
        let instance = contract.instance().cast_mut();
        // SAFETY: a plugin's function, as its interface has it.
        let count = unsafe { count(instance) };
        if count > MOST_PASSES {
            return Err(broken(format!("it says that it has {count} passes, and at most {MOST_PASSES} are possible")));
        }
        let pass = |index| {
            // SAFETY: plugin's functions, as their interface has them; their texts live as long as the instance.
            let (name, stage) = unsafe {
                let stage = table.stage.map_or(ptr::null(), |stage| stage(instance, index));
                (name(name_of(instance, index)), if stage.is_null() { Ok(None) } else { name(stage).map(Some) })
            };
            let about = |why: &str| broken(format!("of its pass {index} {why}"));
            Ok(Pass {
                name: name.map_err(|why| about(&format!("the name {why}")))?,
                stage: stage.map_err(|why| about(&format!("the stage {why}")))?,
            })
        };
        (0..count).map(pass).collect()
    }

    /// Runs one of them.
    pub(super) fn run_pass(&self, contract: &Contract, index: usize, hook: &mut Hook<'_>) -> Result<()> {
        let table = found(&self.passes, contract, passes::ID)?;
        let Some(run) = table.and_then(|table| table.run) else {
            return Err(runtime::unsupported("it has no passes that can be run"));
        };
        let index = u32::try_from(index).map_err(|_| runtime::unsupported("it has no such pass"))?;
        // SAFETY: a plugin's function, as its interface has it; what is lent lives until it returns.
        Lent::with(hook, "pass", |lent| unsafe { run(contract.instance().cast_mut(), index, lent) })
    }

    pub(super) fn is_stepper(&self, contract: &Contract) -> bool {
        matches!(found(&self.stepper, contract, stepper::ID), Ok(Some(_)))
    }

    /// Calls a hook of a run.
    pub(super) fn step(
        &self,
        contract: &Contract,
        step: Step<'_>,
        run: &mut StepRun,
        hook: &mut Hook<'_>,
    ) -> Result<()> {
        let Some(table) = found(&self.stepper, contract, stepper::ID)? else {
            return Err(runtime::unsupported("it does not execute step by step"));
        };
        let instance = contract.instance().cast_mut();
        let known = ptr::with_exposed_provenance_mut::<c_void>(run.0);
        let function = match step {
            Step::Init => {
                let Some(init) = table.init else { return Ok(()) };
                let mut made = ptr::null_mut();
                // SAFETY: a plugin's function, as its interface has it; what is lent lives until it returns.
                Lent::with(hook, "init", |lent| unsafe { init(instance, lent, &mut made) })?;
                run.0 = made.expose_provenance();
                return Ok(());
            }
            Step::Method(method, argument) => {
                let Some(call) = table.call else { return Err(missing(method)) };
                let name = CString::new(method).map_err(|_| missing(method))?;
                let argument = argument.map_or(ptr::null(), ptr::from_ref).cast();
                // SAFETY: as above; a value is passed as `hotshoe.context/1` passes it.
                return Lent::with(hook, method, |lent| unsafe {
                    call(instance, known, name.as_ptr(), argument, lent)
                });
            }
            Step::Step => table.step.ok_or_else(|| missing("step"))?,
            Step::Reset | Step::Shutdown => {
                let function = if matches!(step, Step::Reset) { table.reset } else { table.shutdown };
                let Some(function) = function else { return Ok(()) };
                function
            }
        };
        // SAFETY: as above; the run is what `init` gave, and has not ended.
        Lent::with(hook, step.name(), |lent| unsafe { function(instance, known, lent) })
    }
}

/// A table of the plugin, if it has it. It is asked for until it is there, and not any more then.
fn found<'a, T: InterfaceTable>(known: &'a OnceLock<T>, contract: &Contract, id: &CStr) -> Result<Option<&'a T>> {
    if let Some(table) = known.get() {
        return Ok(Some(table));
    }
    let (name, revision) = id.to_str().ok().and_then(|id| id.split_once('/')).unwrap_or_default();
    let Some(address) = contract.interface(name, revision.parse().unwrap_or_default())? else { return Ok(None) };
    // SAFETY: a plugin's table, which begins with its size; no more of it is believed than that says.
    let table = unsafe { table::read_interface(address.cast::<T>()) };
    let table = table.map_err(|why| broken(format!("its table for `{name}` cannot be used: {why}")))?;
    Ok(Some(known.get_or_init(|| table)))
}

/// A name that a plugin gives, or what is wrong with it.
///
/// # Safety
/// It ends with NUL, or is NULL.
unsafe fn name(text: *const c_char) -> Result<Text, String> {
    if text.is_null() {
        return Err("is NULL".to_owned());
    }
    // SAFETY: as the caller promises.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    let is_odd = |c: char| c.is_control() || crate::input::is_invisible(c);
    match std::str::from_utf8(bytes) {
        Ok(name) if !name.is_empty() && name.len() <= LONGEST_NAME && !name.chars().any(is_odd) => Ok(name.into()),
        _ => Err(format!("`{}` cannot be one", brief(&String::from_utf8_lossy(&bytes[..bytes.len().min(1000)])))),
    }
}

fn missing(method: &str) -> Error {
    runtime::unsupported(format!("it has no method `{}` in its steps", brief(method)))
}

/// What is lent to a plugin for one call. It sees the first field only, on the thread that was called.
#[repr(C)]
struct Lent<'a, 'b> {
    table: passes::Hook,
    hook: &'a mut Hook<'b>,
    /// Why it fails: a reason and a hint.
    failure: Cell<Option<(String, Option<String>)>>,
}

impl Lent<'_, '_> {
    /// Calls a hook, and says what came of it.
    fn with(hook: &mut Hook<'_>, what: &str, call: impl FnOnce(*const passes::Hook) -> i32) -> Result<()> {
        let table = passes::Hook {
            size: size_of::<passes::Hook>(),
            context: ptr::from_mut(&mut *hook.context).cast(),
            fail,
            returns,
            progress,
            is_cancelled,
        };
        let mut lent = Lent { table, hook, failure: Cell::default() };
        let place: *const Lent<'_, '_> = &raw mut lent;
        let status = call(place.cast());
        match status {
            HOOK_DONE => Ok(()),
            HOOK_MISSING => Err(missing(what)),
            _ => {
                let why = lent.failure.take();
                let (message, hint) = why.unwrap_or_else(|| ("it gives no reason".to_owned(), None));
                let error = Error::new(Code::CALL_FAILED, message);
                Err(match hint {
                    Some(hint) => error.hint(hint),
                    None => error,
                })
            }
        }
    }

    /// # Safety
    /// It is what [`Lent::with`] lends, for the time of the call.
    unsafe fn of<'l>(hook: *const passes::Hook) -> Option<&'l mut Lent<'l, 'l>> {
        // SAFETY: as the caller promises; nobody else uses it meanwhile.
        unsafe { hook.cast::<Lent<'l, 'l>>().cast_mut().as_mut() }
    }
}

unsafe extern "C" fn fail(hook: *const passes::Hook, message: *const c_char, hint: *const c_char) {
    // SAFETY: a plugin passes what it was given, and texts that end with NUL, or NULL.
    let (lent, message, hint) = unsafe { (Lent::of(hook), text(message), text(hint)) };
    let Some(lent) = lent else { return };
    let first = lent.failure.take();
    lent.failure.set(first.or_else(|| Some((message.unwrap_or_else(|| "it gives no reason".to_owned()), hint))));
}

unsafe extern "C" fn returns(hook: *const passes::Hook, what: *const c_void) {
    // SAFETY: a plugin passes what it was given.
    let Some(lent) = (unsafe { Lent::of(hook) }) else { return };
    lent.hook.returned_other = !what.is_null() && what != lent.table.context.cast_const().cast();
}

unsafe extern "C" fn progress(hook: *const passes::Hook, done: u64, total: u64) {
    // SAFETY: a plugin passes what it was given.
    let Some(lent) = (unsafe { Lent::of(hook) }) else { return };
    // No panic of the host's may leave this function.
    let _ = catch_unwind(AssertUnwindSafe(|| (lent.hook.progress)(done, total)));
}

unsafe extern "C" fn is_cancelled(hook: *const passes::Hook) -> bool {
    // SAFETY: a plugin passes what it was given.
    unsafe { Lent::of(hook) }.is_some_and(|lent| lent.hook.cancel.is_fired())
}
