//! `hotshoe.stepper/1`: a plugin that executes a model step by step, such as an emulation.
//!
//! **Order.** `init` begins a run; `step`, `reset` and `call` follow in any number; `shutdown` ends it. A plugin may have several
//! runs at once, each with a context of its own. Each function may be NULL: then the plugin does nothing there, but for `step`
//! and `call`, which it does not have then.
//!
//! **Threads.** Several threads may be in it at once, each in another run.

use core::ffi::{CStr, c_char, c_void};
use core::fmt::Display;

use crate::context::Value;
use crate::passes::{Hook, HookRef};
use crate::table::InterfaceTable;

/// The id of the interface.
pub const ID: &CStr = c"hotshoe.stepper/1";

/// The functions of `hotshoe.stepper/1`. Each that is called by a host returns HOTSHOE_HOOK_DONE, or HOTSHOE_HOOK_MISSING for a
/// hook that the plugin does not have; anything else means that it failed, after it said why with `fail` of the hook.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Stepper {
    /// The size of this table in bytes.
    pub size: usize,
    /// Begins a run. `run`: NULL at first, for what the other functions are given; if it fails, nothing else follows.
    pub init: Option<unsafe extern "C" fn(instance: *mut c_void, hook: *const Hook, run: *mut *mut c_void) -> i32>,
    /// One step: once for each tick. The time is in the context.
    pub step: Option<unsafe extern "C" fn(instance: *mut c_void, run: *mut c_void, hook: *const Hook) -> i32>,
    /// Back to where `init` left it.
    pub reset: Option<unsafe extern "C" fn(instance: *mut c_void, run: *mut c_void, hook: *const Hook) -> i32>,
    /// Ends a run, whatever it returns. It gets another context, without anything in it, if the host has let go of the run's.
    pub shutdown: Option<unsafe extern "C" fn(instance: *mut c_void, run: *mut c_void, hook: *const Hook) -> i32>,
    /// Any other method, by its name. `argument`: lent; may be NULL.
    pub call: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            run: *mut c_void,
            method: *const c_char,
            argument: *const Value,
            hook: *const Hook,
        ) -> i32,
    >,
}

// SAFETY: it begins with its size, and all of it may be zero.
unsafe impl InterfaceTable for Stepper {}
// SAFETY: it never changes, and its functions say themselves on which threads they may be called.
unsafe impl Send for Stepper {}
// SAFETY: as above.
unsafe impl Sync for Stepper {}

/// The table of `hotshoe.stepper/1` for a plugin in Rust: a static of this name, for
/// [`Interface::new`](crate::plugin::Interface::new). A run is a value of a type that is a [`Run`] of the plugin.
///
/// ```
/// use hotshoe_abi::context::{SLOT_TIME_S, Value, Values};
/// use hotshoe_abi::passes::HookRef;
/// use hotshoe_abi::plugin::{HostRef, Interface, Plugin};
/// use hotshoe_abi::stepper::Run;
///
/// struct Emulation(Values);
///
/// impl Plugin for Emulation {
///     type Error = &'static str;
///     const INTERFACES: &'static [Interface] = &[Interface::new(hotshoe_abi::stepper::ID, &STEPPER)];
///     fn init(host: HostRef) -> Result<Emulation, &'static str> {
///         Values::of(&host).map(Emulation).ok_or("the host has no contexts")
///     }
/// }
///
/// struct Ticks {
///     values: Values,
///     until: f64,
/// }
///
/// impl Run<Emulation> for Ticks {
///     type Error = String;
///     const METHODS: &'static [&'static str] = &["until"];
///
///     fn init(plugin: &Emulation, _hook: &mut HookRef<'_>) -> Result<Ticks, String> {
///         Ok(Ticks { values: plugin.0, until: 10.0 })
///     }
///     fn step(&mut self, hook: &mut HookRef<'_>) -> Result<(), String> {
///         // SAFETY: the hook's context is lent for this call.
///         let context = unsafe { self.values.context(hook.context()) };
///         let time = context.get_f64(SLOT_TIME_S).map_err(|status| format!("{status:?}"))?;
///         if time < self.until { Ok(()) } else { Err("it is over".to_owned()) }
///     }
///     fn reset(&mut self, _hook: &mut HookRef<'_>) -> Result<(), String> {
///         Ok(())
///     }
///     fn call(&mut self, _method: &str, argument: *const Value, _hook: &mut HookRef<'_>) -> Result<(), String> {
///         // SAFETY: the argument is lent for this call.
///         let until = unsafe { self.values.lent(argument) }.and_then(|argument| argument.to_f64());
///         self.until = until.map_err(|status| format!("{status:?}"))?;
///         Ok(())
///     }
/// }
///
/// hotshoe_abi::hotshoe_stepper!(STEPPER, Emulation, Ticks);
/// # assert_eq!(STEPPER.size, size_of::<hotshoe_abi::stepper::Stepper>());
/// ```
#[macro_export]
macro_rules! hotshoe_stepper {
    ($table:ident, $plugin:ty, $run:ty) => {
        static $table: $crate::stepper::Stepper = {
            use ::std::boxed::Box;
            use ::std::ffi::{CStr, c_char, c_void};
            use $crate::context::Value;
            use $crate::passes::{Hook, HookRef};
            use $crate::stepper::{Run, Stepper};

            unsafe extern "C" fn init(instance: *mut c_void, hook: *const Hook, place: *mut *mut c_void) -> i32 {
                // SAFETY: the host passes the instance, the hook for the time of the call, and room for the run.
                let (plugin, mut hook) = unsafe { (&*instance.cast::<$plugin>(), HookRef::new(hook)) };
                $crate::hotshoe_contained!(hook, {
                    <$run as Run<$plugin>>::init(plugin, &mut hook).map(|made| {
                        // SAFETY: as above.
                        unsafe { place.write(Box::into_raw(Box::new(made)).cast()) }
                    })
                })
            }

            unsafe extern "C" fn step(_: *mut c_void, run: *mut c_void, hook: *const Hook) -> i32 {
                // SAFETY: it was made in `init`, and no other call of it is going on.
                let (run, mut hook) = unsafe { (&mut *run.cast::<$run>(), HookRef::new(hook)) };
                $crate::hotshoe_contained!(hook, Run::<$plugin>::step(run, &mut hook))
            }

            unsafe extern "C" fn reset(_: *mut c_void, run: *mut c_void, hook: *const Hook) -> i32 {
                // SAFETY: it was made in `init`, and no other call of it is going on.
                let (run, mut hook) = unsafe { (&mut *run.cast::<$run>(), HookRef::new(hook)) };
                $crate::hotshoe_contained!(hook, Run::<$plugin>::reset(run, &mut hook))
            }

            unsafe extern "C" fn shutdown(_: *mut c_void, run: *mut c_void, hook: *const Hook) -> i32 {
                // SAFETY: it was made in `init`, and this is its end.
                let (run, hook) = unsafe { (Box::from_raw(run.cast::<$run>()), HookRef::new(hook)) };
                $crate::hotshoe_contained!(hook, {
                    drop(run);
                    Ok::<(), ::std::string::String>(())
                })
            }

            unsafe extern "C" fn call(
                _: *mut c_void,
                run: *mut c_void,
                method: *const c_char,
                argument: *const Value,
                hook: *const Hook,
            ) -> i32 {
                // SAFETY: it was made in `init`, no other call of it is going on, and the text lives until it returns.
                let (run, method, mut hook) =
                    unsafe { (&mut *run.cast::<$run>(), CStr::from_ptr(method), HookRef::new(hook)) };
                let Ok(method) = method.to_str() else { return $crate::passes::HOOK_MISSING };
                if !<$run as Run<$plugin>>::METHODS.contains(&method) {
                    return $crate::passes::HOOK_MISSING;
                }
                $crate::hotshoe_contained!(hook, Run::<$plugin>::call(run, method, argument, &mut hook))
            }

            Stepper {
                size: size_of::<Stepper>(),
                init: Some(init),
                step: Some(step),
                reset: Some(reset),
                shutdown: Some(shutdown),
                call: Some(call),
            }
        };
    };
}

/// One run of a plugin in Rust that executes step by step. It ends when it is dropped. A hook that returns an error, or
/// panics, has failed.
pub trait Run<Plugin>: Sized {
    /// Why a hook failed, as a host shows it.
    type Error: Display;

    /// The methods that [`Run::call`] knows.
    const METHODS: &'static [&'static str] = &[];

    /// Begins.
    fn init(plugin: &Plugin, hook: &mut HookRef<'_>) -> Result<Self, Self::Error>;

    /// One step.
    fn step(&mut self, hook: &mut HookRef<'_>) -> Result<(), Self::Error>;

    /// Back to where it began.
    fn reset(&mut self, hook: &mut HookRef<'_>) -> Result<(), Self::Error>;

    /// Any other method of [`Run::METHODS`]. `argument` is lent, and may be null:
    /// [`Values::lent`](crate::context::Values::lent).
    fn call(&mut self, method: &str, argument: *const Value, hook: &mut HookRef<'_>) -> Result<(), Self::Error> {
        let _ = (method, argument, hook);
        Ok(())
    }
}
