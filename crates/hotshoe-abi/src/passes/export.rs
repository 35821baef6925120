//! Passes in Rust: functions of a plugin's type.

use core::ffi::CStr;
use core::marker::PhantomData;
use core::ptr;

use super::Hook;
use crate::context::Context;

/// What a pass or a step is given, for the time of its call.
#[derive(Debug)]
pub struct HookRef<'a> {
    hook: *const Hook,
    call: PhantomData<&'a mut Hook>,
}

impl<'a> HookRef<'a> {
    /// # Safety
    /// It is what a pass or a step was given, and is used until that returns.
    pub const unsafe fn new(hook: *const Hook) -> HookRef<'a> {
        HookRef { hook, call: PhantomData }
    }

    /// What the passes and steps of a run share, for the functions of `hotshoe.context/1`.
    pub fn context(&mut self) -> *mut Context {
        self.get().context
    }

    /// Says why it fails.
    pub fn fail(&self, message: &CStr) {
        // SAFETY: a function of the host, with what it asks for.
        unsafe { (self.get().fail)(self.hook, message.as_ptr(), ptr::null()) }
    }

    /// Says that it returns something that is neither the context nor nothing.
    pub fn returns_other(&self) {
        // SAFETY: a function of the host, with what it asks for; what is not the context is any other address.
        unsafe { (self.get().returns)(self.hook, self.hook.cast()) }
    }

    /// Says how far it has got.
    pub fn progress(&self, done: u64, total: u64) {
        // SAFETY: a function of the host, with what it asks for.
        unsafe { (self.get().progress)(self.hook, done, total) }
    }

    /// Whether the host wants it to be given up.
    pub fn is_cancelled(&self) -> bool {
        // SAFETY: a function of the host, with what it asks for.
        unsafe { (self.get().is_cancelled)(self.hook) }
    }

    fn get(&self) -> Hook {
        // SAFETY: as whoever made it promised; revision 1 has all these fields.
        unsafe { self.hook.read() }
    }
}

/// Makes the table of `hotshoe.passes/1` for a plugin in Rust: a static of this name, for
/// [`Interface::new`](crate::plugin::Interface::new). A pass is a name, a stage or `None`, and a function of the plugin's
/// type. One that returns an error, or panics, has failed.
///
/// ```
/// use hotshoe_abi::passes::HookRef;
/// use hotshoe_abi::plugin::{HostRef, Interface, Plugin};
///
/// struct Snake;
///
/// impl Snake {
///     fn lower(&self, hook: &mut HookRef<'_>) -> Result<(), String> {
///         if hook.is_cancelled() { Err("it was cancelled".to_owned()) } else { Ok(()) }
///     }
/// }
///
/// hotshoe_abi::hotshoe_passes!(PASSES, Snake, [(c"snake-lower", Some(c"lower"), Snake::lower)]);
///
/// impl Plugin for Snake {
///     type Error = String;
///     const INTERFACES: &'static [Interface] = &[Interface::new(hotshoe_abi::passes::ID, &PASSES)];
///     fn init(_host: HostRef) -> Result<Snake, String> {
///         Ok(Snake)
///     }
/// }
/// # assert_eq!(unsafe { PASSES.count.unwrap()(std::ptr::null_mut()) }, 1);
/// ```
#[macro_export]
macro_rules! hotshoe_passes {
    ($table:ident, $plugin:ty, [$(($name:expr, $stage:expr, $run:expr)),* $(,)?]) => {
        static $table: $crate::passes::Passes = {
            use ::std::ffi::{CStr, c_char, c_void};
            use $crate::passes::{HOOK_MISSING, Hook, HookRef, Passes};

            type Run = fn(&$plugin, &mut HookRef<'_>) -> ::std::result::Result<(), ::std::string::String>;
            const ALL: &[(&CStr, ::std::option::Option<&CStr>, Run)] = &[$(($name, $stage, $run)),*];

            extern "C" fn count(_: *mut c_void) -> u32 {
                ALL.len() as u32
            }

            extern "C" fn name(_: *mut c_void, index: u32) -> *const c_char {
                ALL.get(index as usize).map_or(::std::ptr::null(), |(name, _, _)| name.as_ptr())
            }

            extern "C" fn stage(_: *mut c_void, index: u32) -> *const c_char {
                ALL.get(index as usize).and_then(|(_, stage, _)| *stage).map_or(::std::ptr::null(), CStr::as_ptr)
            }

            unsafe extern "C" fn run(instance: *mut c_void, index: u32, hook: *const Hook) -> i32 {
                let Some((_, _, run)) = ALL.get(index as usize) else { return HOOK_MISSING };
                // SAFETY: the host passes the instance, and the hook for the time of the call.
                let (plugin, mut hook) = unsafe { (&*instance.cast::<$plugin>(), HookRef::new(hook)) };
                $crate::hotshoe_contained!(hook, run(plugin, &mut hook))
            }

            Passes { size: size_of::<Passes>(), count: Some(count), name: Some(name), stage: Some(stage), run: Some(run) }
        };
    };
}

/// What a hook returns whose work in Rust may fail or panic.
#[doc(hidden)]
#[macro_export]
macro_rules! hotshoe_contained {
    ($hook:ident, $work:expr) => {{
        let worked = ::std::panic::catch_unwind(::std::panic::AssertUnwindSafe(|| $work));
        let why = match worked {
            Ok(Ok(())) => return $crate::passes::HOOK_DONE,
            Ok(Err(why)) => ::std::string::ToString::to_string(&why),
            Err(_) => "it panicked".to_owned(),
        };
        $hook.fail(&::std::ffi::CString::new(why.replace('\0', " ")).unwrap_or_default());
        1
    }};
}
