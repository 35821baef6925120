//! Runtimes that come as shared libraries, through the C contract of `hotshoe/runtime.h`.
//!
//! Owns where such modules are, that each is opened once and ended once, and that nothing that one says or does too late
//! does harm. A module is code of this process all the same: what it overwrites, or never returns from, nobody can
//! prevent. It knows no runtime by name.

#![expect(unsafe_code, reason = "it calls foreign code, and is called by it, through a C interface")]

mod answer;
pub(crate) mod codes;
mod find;
mod host;
mod instance;
mod keys;
mod library;
mod seats;
mod services;
mod text;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use hotshoe_abi::runtime::{self as abi, Text};
use serde_json::{Value, json};

use crate::error::{Code, Error, Result};
use crate::runtime::{Events, HostLog, Instance, Request, Runtime};

use answer::{Asked, Kept, unsupported};
use host::Told;
use instance::ModuleInstance;
use library::{Module, User};

pub use hotshoe_abi::runtime::Entry;

/// A runtime that is a module.
///
/// It is shut down when the last of these is dropped that is of the same module, and the last plugin that it brought to
/// life is closed.
pub struct ModuleRuntime {
    module: User,
}

impl ModuleRuntime {
    /// Opens the module of a runtime: `libhotshoe-<name>.so` (`.dylib`, `hotshoe-<name>.dll`) in the first of these
    /// folders that has it, or else in `hotshoe/runtimes/` beside the libhotshoe that this is. A module that is open already is used as it is, also if its file
    /// was replaced since. May be called from any thread.
    ///
    /// The folders must be absolute, and not such as plugins are found in.
    ///
    /// Fails with [`Code::PROFILE_INVALID`] if no runtime can be called so; [`Code::RUNTIME_MISSING`];
    /// [`Code::RUNTIME_UNTRUSTED`] where others than root and this user may write to the file or a folder above it, which
    /// nobody is asked for on Windows; and [`Code::RUNTIME_INVALID`].
    pub fn open(name: &str, folders: &[PathBuf]) -> Result<ModuleRuntime> {
        let file = find::file(name, folders)?;
        Ok(ModuleRuntime { module: Module::in_file(name, file)? })
    }

    /// A module that is linked into this program, which exports this function.
    ///
    /// # Safety
    /// The function does what [`Entry`] says, and so does what it returns.
    pub unsafe fn linked(entry: Entry) -> Result<ModuleRuntime> {
        // SAFETY: as the caller promises.
        Ok(ModuleRuntime { module: unsafe { Module::linked(entry) }? })
    }
}

impl std::fmt::Debug for ModuleRuntime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ModuleRuntime({})", self.module.name)
    }
}

impl Runtime for ModuleRuntime {
    fn name(&self) -> &str {
        &self.module.name
    }

    fn check(&self, request: &Request<'_>) -> Result<()> {
        let Some(check) = self.module.table.check else { return Ok(()) };
        let request = Lent::new(request, &self.module.name)?;
        let mut kept = Kept::default();
        let asked = Asked::new(self.module.name(), &mut kept);
        // SAFETY: the contract; all of the request lives until it returns.
        let returned = unsafe { check(&request.table(), asked.sink()) };
        asked.end(returned).map(|_| ())
    }

    fn open(&self, request: &Request<'_>, events: &Events) -> Result<Box<dyn Instance>> {
        let Some(open) = self.module.table.open else { return Err(unsupported(&self.module.name)) };
        let request = Lent::new(request, &self.module.name)?;
        let told = Told::new(events);
        let mut kept = Kept::default();
        let asked = Asked::new(self.module.name(), &mut kept);
        let mut opened = abi::Opened { instance: std::ptr::null_mut(), table: std::ptr::null() };
        // SAFETY: the contract; all of the request lives until it returns, and there is room for what it writes.
        let returned = unsafe { open(&request.table(), told.key(), asked.sink(), &mut opened) };
        let ended = asked.end(returned);
        // SAFETY: `open` has just written it.
        let instance = |findings| unsafe { ModuleInstance::new(self.module.clone(), opened, findings, told) };
        match ended {
            Ok(findings) => Ok(Box::new(instance(findings)?)),
            Err(error) => {
                // It says that it is open all the same, and nobody else could close it.
                if returned == abi::Outcome::Ok as i32
                    && let Ok(instance) = instance(Vec::new())
                {
                    let _ = Box::new(instance).close();
                }
                Err(kept.too_much(self.module.name()).unwrap_or(error))
            }
        }
    }

    fn log_to(&self, log: &HostLog) {
        self.module.voice.log_to(log);
    }
}

/// A request as a module gets it, with the texts that it points to.
struct Lent<'a> {
    request: &'a Request<'a>,
    /// What the host's profile says to this runtime.
    settings: String,
    /// What the plugin's manifest says to it.
    manifest: String,
    version: Option<String>,
}

impl<'a> Lent<'a> {
    fn new(request: &'a Request<'a>, runtime: &str) -> Result<Lent<'a>> {
        if let Some(path) = [request.folder, request.artifact].into_iter().find(|path| !is_text(path)) {
            return Err(Error::new(Code::ARGUMENT_INVALID, "a runtime takes no path that is not Unicode").at(path));
        }
        let version = request.profile.version.as_ref().map(ToString::to_string);
        let settings = request.profile.runtime_settings(runtime);
        let settings = settings.map_or_else(|| "{}".to_owned(), |settings| json!(settings).to_string());
        let manifest = match request.manifest.other.get(runtime) {
            Some(section @ Value::Object(_)) => section.to_string(),
            _ => "{}".to_owned(),
        };
        Ok(Lent { request, settings, manifest, version })
    }

    fn table(&self) -> abi::Request {
        let path = |path: &Path| Text::from(path.as_os_str().as_encoded_bytes());
        abi::Request {
            size: size_of::<abi::Request>(),
            revision: abi::REVISION,
            beside: u32::from(self.request.beside),
            folder: path(self.request.folder),
            artifact: path(self.request.artifact),
            entry: self.request.entry.map_or(Text::NONE, Text::from),
            settings: self.settings.as_str().into(),
            host: self.request.profile.name.as_str().into(),
            host_version: self.version.as_deref().map_or(Text::NONE, Text::from),
            manifest: self.manifest.as_str().into(),
        }
    }
}

/// Whether a path can be given to a module: any on Unix.
fn is_text(path: &Path) -> bool {
    cfg!(unix) || path.to_str().is_some()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Of a module, its first function, `shutdown` and `cancel` run under one of these: whoever needs the module, or the
    // call, waits for them.
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
