//! A live plugin of a module.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::{fmt, ptr};

use hotshoe_abi::runtime::{self as abi, InstanceTable, Key, Outcome};

use super::answer::{Asked, Kept, broken, unsupported};
use super::host::{Told, on_clock};
use super::library::User;
use super::lock;
use super::services::Offered;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::runtime::{Address, Call, Encoding, Ended, Instance, Listening, Services, Sink, Withheld};

/// A plugin that a module brought to life. If it is dropped and was not closed, it lives on, and its module with it:
/// that is not for a destructor to end.
pub(super) struct ModuleInstance {
    module: ManuallyDrop<User>,
    instance: *mut c_void,
    table: InstanceTable,
    diagnostics: Vec<Diagnostic>,
    /// Whether the host was given an address in it.
    lent: AtomicBool,
    /// Until it is closed its module may tell of it.
    told: Told,
    offered: Mutex<Vec<Offered>>,
    /// The calls that take more input, and what the module calls them.
    streams: Mutex<BTreeMap<u64, Key>>,
}

// SAFETY: a module takes calls on any thread, and does not care which one it was opened on.
unsafe impl Send for ModuleInstance {}
// SAFETY: as above; `close` takes it by value, so no other call is going on then.
unsafe impl Sync for ModuleInstance {}

impl ModuleInstance {
    /// # Safety
    /// It is what `open` of this module wrote.
    pub(super) unsafe fn new(
        module: User,
        opened: abi::Opened,
        diagnostics: Vec<Diagnostic>,
        told: Told,
    ) -> Result<ModuleInstance> {
        // SAFETY: as the caller promises; no more of the table is believed than its size says.
        let table = unsafe { abi::read(opened.table) }
            .map_err(|why| broken(&module.name, "returned a table for its plugin that cannot be used").because(why))?;
        if table.close.is_none() {
            return Err(broken(&module.name, "returned a plugin that cannot be closed"));
        }
        Ok(ModuleInstance {
            module: ManuallyDrop::new(module),
            instance: opened.instance,
            table,
            diagnostics,
            lent: AtomicBool::new(false),
            told,
            offered: Mutex::default(),
            streams: Mutex::default(),
        })
    }

    fn runtime(&self) -> &'static str {
        self.module.name()
    }

    /// A plugin that has ended takes nothing any more.
    fn check_alive(&self) -> Result<()> {
        match self.told.why_ended() {
            Some(why) => Err(Error::new(Code::PLUGIN_ENDED, format!("the plugin has ended by itself: {why}"))
                .hint("unload it, and load it again")),
            None => Ok(()),
        }
    }

    /// Asks for something that nobody can cancel, and returns what was said to it.
    fn ask(&self, mut kept: Kept, ask: impl FnOnce(abi::Sink) -> Option<i32>) -> Result<Kept> {
        let asked = Asked::new(self.runtime(), &mut kept);
        let returned = ask(asked.sink()).unwrap_or(Outcome::Unsupported as i32);
        match asked.end(returned) {
            Ok(_) => Ok(kept),
            Err(error) => Err(kept.too_much(self.runtime()).unwrap_or(error)),
        }
    }

    /// The same of a plugin that is alive.
    fn ask_alive(&self, kept: Kept, ask: impl FnOnce(abi::Sink) -> Option<i32>) -> Result<Kept> {
        self.check_alive()?;
        self.ask(kept, ask)
    }

    /// What the module found; from now on somebody may have it.
    fn lend(&self, found: Address) -> Option<Address> {
        let is_there = !found.is_null();
        self.lent.fetch_or(is_there, Ordering::Relaxed);
        is_there.then_some(found)
    }

    fn stream(&self, call: u64) -> Result<Key> {
        let known = lock(&self.streams).get(&call).copied();
        known.ok_or_else(|| Error::new(Code::CALL_FAILED, "no call of this number takes more input"))
    }
}

impl fmt::Debug for ModuleInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModuleInstance({})", self.runtime())
    }
}

impl Instance for ModuleInstance {
    fn symbol(&self, name: &str) -> Result<Option<Address>> {
        let mut found = ptr::null();
        self.ask_alive(Kept::default(), |sink| {
            // SAFETY: the contract; the text lives until it returns, and there is room for what it writes.
            self.table.symbol.map(|symbol| unsafe { symbol(self.instance, name.into(), sink, &mut found) })
        })?;
        Ok(self.lend(found))
    }

    fn interface(&self, id: &str, revision: u32) -> Result<Option<Address>> {
        let mut found = ptr::null();
        self.ask_alive(Kept::default(), |sink| {
            let function = self.table.interface_table;
            // SAFETY: as above.
            function.map(|interface| unsafe { interface(self.instance, id.into(), revision, sink, &mut found) })
        })?;
        Ok(self.lend(found))
    }

    fn instance(&self) -> Address {
        self.lend(self.instance).unwrap_or(ptr::null())
    }

    fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
        let Some(function) = self.table.call else { return Err(unsupported(self.runtime())) };
        self.check_alive()?;
        call.check()?;
        let table = abi::Call {
            size: size_of::<abi::Call>(),
            revision: abi::REVISION,
            encoding: match call.encoding {
                Encoding::Json => abi::Encoding::Json,
                Encoding::Raw => abi::Encoding::Raw,
            } as u32,
            streams: u32::from(call.streams),
            method: call.method.into(),
            input: call.input.into(),
            deadline: on_clock(call.deadline),
        };
        let asked = Asked::call(self.runtime(), call, sink);
        let returned = {
            let _stream = call.streams.then(|| Stream::new(self, call.id(), asked.key()));
            let _cancelling = Cancelling::new(self, call, asked.key());
            // SAFETY: the contract; all of the call lives until it returns.
            unsafe { function(self.instance, &table, asked.sink()) }
        };
        match asked.end(returned) {
            Err(error) if error.code() == Code::RUNTIME_INVALID => Err(self.check_alive().err().unwrap_or(error)),
            ended => ended.map(|_| ()),
        }
    }

    fn send(&self, call: u64, input: &[u8]) -> Result<()> {
        let key = self.stream(call)?;
        self.ask_alive(Kept::default(), |sink| {
            // SAFETY: the contract; the bytes live until it returns.
            self.table.send.map(|send| unsafe { send(self.instance, key, input.into(), sink) })
        })?;
        Ok(())
    }

    fn finish(&self, call: u64) -> Result<()> {
        let key = self.stream(call)?;
        self.ask_alive(Kept::default(), |sink| {
            // SAFETY: the contract.
            self.table.finish.map(|finish| unsafe { finish(self.instance, key, sink) })
        })?;
        Ok(())
    }

    fn describe(&self) -> Result<serde_json::Value> {
        let json = Kept { is_json: true, ..Kept::default() };
        let kept = self.ask_alive(json, |sink| {
            // SAFETY: the contract.
            self.table.describe.map(|describe| unsafe { describe(self.instance, sink) })
        })?;
        let described: serde_json::Value = serde_json::from_slice(&kept.output).map_err(|error| {
            broken(self.runtime(), "describes its plugin in something other than JSON").because(error)
        })?;
        match described.is_object() {
            true => Ok(described),
            false => Err(broken(self.runtime(), "describes its plugin in something other than a JSON object")),
        }
    }

    fn health(&self) -> Result<()> {
        self.ask_alive(Kept::default(), |sink| {
            // SAFETY: the contract.
            self.table.health.map(|health| unsafe { health(self.instance, sink) })
        })?;
        Ok(())
    }

    fn offer(&self, services: Arc<dyn Services>) -> Result<()> {
        let offered = Offered::new(services);
        let table = offered.table();
        self.ask_alive(Kept::default(), |sink| {
            // SAFETY: the contract; what is offered stays known until the end.
            self.table.offer.map(|offer| unsafe { offer(self.instance, table, sink) })
        })?;
        // What was offered before stays, too: of two threads nobody knows whose offer the module heard last.
        lock(&self.offered).push(offered);
        Ok(())
    }

    fn has_lent(&self) -> bool {
        self.lent.load(Ordering::Relaxed)
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        self.diagnostics.clone()
    }

    fn close(self: Box<Self>) -> Result<Ended> {
        let mut this = *self;
        let mut how = abi::Ended::Released as i32;
        let closed = this.ask(Kept::default(), |sink| {
            // SAFETY: the contract; it is the last call, and no other is going on, for this is the instance itself.
            this.table.close.map(|close| unsafe { close(this.instance, sink, &mut how) })
        });
        let runtime = this.runtime();
        // SAFETY: it was not taken before, and is not used again.
        let module = unsafe { ManuallyDrop::take(&mut this.module) };
        drop(this);
        // The last one shuts the module down.
        drop(module);
        let said = closed?.status;
        match abi::Ended::from_raw(how) {
            Some(abi::Ended::Unmapped) => Ok(Ended::Unmapped),
            Some(abi::Ended::Resident) => Ok(Ended::Resident(said)),
            Some(abi::Ended::Exited) => Ok(Ended::Exited(said.join("; "))),
            Some(abi::Ended::Released) => Ok(Ended::Released),
            None => {
                Err(broken(runtime, &format!("says that its plugin has ended in the way {how}, which there is not")))
            }
        }
    }
}

/// While this is there, more input can be sent to a call.
struct Stream<'a>(&'a ModuleInstance, u64);

impl Stream<'_> {
    fn new(instance: &ModuleInstance, call: u64, key: Key) -> Stream<'_> {
        lock(&instance.streams).insert(call, key);
        Stream(instance, call)
    }
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        lock(&self.0.streams).remove(&self.1);
    }
}

/// While this is there, a module is told when its call is cancelled.
struct Cancelling {
    _listening: Listening,
    call: Arc<Mutex<Option<Cancellable>>>,
}

/// A call that can be cancelled.
struct Cancellable {
    cancel: unsafe extern "C" fn(*mut c_void, Key),
    instance: *mut c_void,
    key: Key,
}

// SAFETY: a module takes this on any thread.
unsafe impl Send for Cancellable {}

impl Cancelling {
    fn new(instance: &ModuleInstance, call: &Call<'_>, key: Key) -> Option<Cancelling> {
        let cancellable = Cancellable { cancel: instance.table.cancel?, instance: instance.instance, key };
        let cancellable = Arc::new(Mutex::new(Some(cancellable)));
        let told = cancellable.clone();
        let listening = call.cancel.listen(move || {
            let _withheld = Withheld::begin();
            // Locked while it runs: the call waits for it before it is over.
            let mut told = lock(&told);
            if let Some(call) = told.take() {
                // SAFETY: the contract; the call is going on.
                unsafe { (call.cancel)(call.instance, call.key) };
            }
        });
        Some(Cancelling { _listening: listening, call: cancellable })
    }
}

impl Drop for Cancelling {
    fn drop(&mut self) {
        lock(&self.call).take();
    }
}
