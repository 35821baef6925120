//! What the loader calls: the tables of `hotshoe/runtime.h`.
//!
//! The only place where pointers of the other side are read. No panic leaves it.

#![expect(unsafe_code, reason = "what the loader lends through a C interface can only be trusted")]

mod host;
mod request;
mod sink;

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use hotshoe_abi::image;
use hotshoe_abi::runtime::{self as abi, Bytes, HostTable, InstanceTable, Key, ModuleTable, Opened, Outcome, Sink};

use crate::failure::{Failure, Result, codes};
use crate::plugin::{Ended, Plugin};
use crate::resources::Resources;
use host::Host;
use sink::{SinkAnswer, report};

static HOST: OnceLock<HostTable> = OnceLock::new();

static RESOURCES: Mutex<Option<Arc<Resources>>> = Mutex::new(None);

static MODULE: ModuleTable = ModuleTable {
    size: size_of::<ModuleTable>(),
    revision: abi::REVISION,
    name: c"process".as_ptr(),
    open: Some(open),
    check: Some(check),
    shutdown: Some(shutdown),
};

static INSTANCE: InstanceTable = InstanceTable {
    size: size_of::<InstanceTable>(),
    revision: abi::REVISION,
    close: Some(close),
    call: Some(call),
    cancel: Some(cancel),
    send: Some(send),
    finish: Some(finish),
    symbol: None,
    interface_table: None,
    describe: Some(describe),
    health: Some(health),
    offer: Some(offer),
};

/// The one function that the module exports.
///
/// # Safety
/// `host` is a table as the contract says, and lives as long as the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_runtime_module(host: *const HostTable) -> *const ModuleTable {
    // SAFETY: as the caller promises.
    let Ok(table) = (unsafe { abi::read(host) }) else { return std::ptr::null() };
    let _ = HOST.set(table);
    &MODULE
}

/// Does what a function of the contract does; says to the sink why it could not.
fn answer(sink: Sink, job: impl FnOnce() -> Result<()>) -> i32 {
    let done = catch_unwind(AssertUnwindSafe(job));
    let done = done.unwrap_or_else(|_| {
        Err(Failure::new(codes::PANIC, "there is a mistake in the runtime itself").hint("please report it"))
    });
    match done {
        Ok(()) => Outcome::Ok as i32,
        Err(failure) => report(sink, &failure) as i32,
    }
}

/// A plugin, by what `open` wrote.
///
/// # Safety
/// `instance` was written by [`open`], and not given to [`close`] yet.
unsafe fn plugin<'a>(instance: *mut c_void) -> &'a Plugin {
    // SAFETY: as the caller promises; what it points to is not changed.
    unsafe { &*instance.cast::<Arc<Plugin>>() }
}

unsafe extern "C" fn open(request: *const abi::Request, events: Key, sink: Sink, opened: *mut Opened) -> i32 {
    answer(sink, || {
        // SAFETY: the contract: it lives until this returns.
        let request = unsafe { request::read(request) }?;
        let plugin = Plugin::open(request, resources()?, Arc::new(Host::new(events)))?;
        let instance = Box::into_raw(Box::new(plugin)).cast();
        // SAFETY: the contract: there is room for it.
        unsafe { opened.write(Opened { instance, table: &INSTANCE }) };
        Ok(())
    })
}

unsafe extern "C" fn check(request: *const abi::Request, sink: Sink) -> i32 {
    answer(sink, || {
        // SAFETY: the contract: it lives until this returns.
        unsafe { request::read(request) }.map(drop)
    })
}

unsafe extern "C" fn shutdown() {
    let _ = catch_unwind(|| drop(lock(&RESOURCES).take()));
}

unsafe extern "C" fn close(instance: *mut c_void, sink: Sink, ended: *mut i32) -> i32 {
    answer(sink, || {
        // SAFETY: `open` made it so, and nothing else of it is called any more.
        let plugin = unsafe { Box::from_raw(instance.cast::<Arc<Plugin>>()) };
        let how = match plugin.close() {
            Ended::Exited(how) => {
                sink.status(&how);
                abi::Ended::Exited
            }
            Ended::NeverStarted => abi::Ended::Released,
        };
        // SAFETY: the contract: there is room for it.
        unsafe { ended.write(how as i32) };
        Ok(())
    })
}

unsafe extern "C" fn call(instance: *mut c_void, call: *const abi::Call, sink: Sink) -> i32 {
    answer(sink, || {
        // SAFETY: the contract: both live until this returns.
        let (plugin, call) = unsafe { (plugin(instance), request::call(call, sink.key())?) };
        plugin.call(&call, &mut SinkAnswer::new(sink)?)
    })
}

unsafe extern "C" fn cancel(instance: *mut c_void, call: Key) {
    // SAFETY: the contract: it lives until this returns.
    let _ = catch_unwind(AssertUnwindSafe(|| unsafe { plugin(instance) }.cancel(call)));
}

unsafe extern "C" fn send(instance: *mut c_void, call: Key, input: Bytes, sink: Sink) -> i32 {
    answer(sink, || {
        // SAFETY: the contract: both live until this returns.
        let (plugin, input) = unsafe { (plugin(instance), input.get()) };
        plugin.send(call, input.ok_or_else(request::too_long)?)
    })
}

unsafe extern "C" fn finish(instance: *mut c_void, call: Key, sink: Sink) -> i32 {
    // SAFETY: the contract: it lives until this returns.
    answer(sink, || unsafe { plugin(instance) }.finish(call))
}

unsafe extern "C" fn describe(instance: *mut c_void, sink: Sink) -> i32 {
    answer(sink, || {
        // SAFETY: the contract: it lives until this returns.
        let described = unsafe { plugin(instance) }.describe()?;
        match sink.output(described.to_string().as_bytes()) {
            Outcome::Ok => Ok(()),
            _ => Err(Failure::Closed),
        }
    })
}

unsafe extern "C" fn health(instance: *mut c_void, sink: Sink) -> i32 {
    // SAFETY: the contract: it lives until this returns.
    answer(sink, || unsafe { plugin(instance) }.health())
}

unsafe extern "C" fn offer(instance: *mut c_void, services: abi::Services, sink: Sink) -> i32 {
    // SAFETY: the contract: it lives until this returns.
    answer(sink, || unsafe { plugin(instance) }.offer(Arc::new(sink::HostServices::new(services))))
}

/// The thread and the keeper that all plugins share, made for the first one.
fn resources() -> Result<Arc<Resources>> {
    let mut resources = lock(&RESOURCES);
    if let Some(resources) = &*resources {
        return Ok(resources.clone());
    }
    let made = Arc::new(Resources::new(keeper()?)?);
    *resources = Some(made.clone());
    Ok(made)
}

/// The keeper's program, which stands beside the module.
fn keeper() -> Result<PathBuf> {
    let own = image::own().map(|image| path(image.name.to_bytes()));
    let missing = || {
        Failure::new(codes::KEEPER, "the keeper, `hotshoe-keeper`, is not beside the module of the runtime `process`")
            .hint("install both in one folder, as Hotshoe's own install does")
    };
    let keeper = own.and_then(|own| own.parent().map(|folder| folder.join("hotshoe-keeper")));
    keeper.filter(|keeper| keeper.is_file()).ok_or_else(missing)
}

fn path(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    let path = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    #[cfg(not(unix))]
    let path = &*String::from_utf8_lossy(bytes);
    let path: &std::ffi::OsStr = path;
    path.into()
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
