//! Modules that are in this process: each is opened once, and stays.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hotshoe_abi::runtime::{self as abi, Entry, ModuleTable, TO_NUL, Text};

use super::host::table_of;
use super::lock;
use super::seats::{Seat, Voice};
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::profile::check_runtime_name;
use crate::runtime::{Address, Withheld, native};

/// A module that is in this process. It is never unmapped, so it lives for ever.
pub(super) struct Module {
    pub(super) name: String,
    pub(super) table: ModuleTable,
    /// How many runtimes and live plugins need it.
    users: Mutex<usize>,
    /// What it says of no plugin.
    pub(super) voice: Arc<Voice>,
}

/// The modules of this process.
struct Modules {
    /// The function in each file: an older one goes on being used after its file was replaced.
    files: BTreeMap<PathBuf, Entry>,
    /// What each function returned, or why that was refused. It is not called twice, also if several files lead to it.
    entered: BTreeMap<usize, Result<&'static Module, String>>,
}

static MODULES: Mutex<Modules> = Mutex::new(Modules { files: BTreeMap::new(), entered: BTreeMap::new() });

thread_local! {
    /// Whether the first or the last function of a module runs on this thread. Others wait for those, so nothing that
    /// they call may.
    static IS_AT_THE_ENDS: Cell<bool> = const { Cell::new(false) };
}

/// The time in which one of those functions runs.
struct AtTheEnds;

impl AtTheEnds {
    fn begin() -> AtTheEnds {
        IS_AT_THE_ENDS.set(true);
        AtTheEnds
    }

    fn refuse() -> Result<()> {
        match IS_AT_THE_ENDS.get() {
            false => Ok(()),
            true => Err(Error::new(
                Code::PLUGIN_BUSY,
                "no runtime is opened while the first or the last function of a module runs",
            )
            .hint("do it when a plugin of that runtime is opened")),
        }
    }
}

impl Drop for AtTheEnds {
    fn drop(&mut self) {
        IS_AT_THE_ENDS.set(false);
    }
}

impl Module {
    /// The module in a file, whose path is absolute and has no links in it.
    pub(super) fn in_file(name: &str, path: PathBuf) -> Result<User> {
        AtTheEnds::refuse()?;
        let _withheld = Withheld::begin(); // Its function runs under the lock.
        let known = {
            let mut modules = lock(&MODULES);
            let entry = match modules.files.get(&path) {
                Some(entry) => *entry,
                None => {
                    // What cannot be mapped may be mended and tried again.
                    let _constructors = AtTheEnds::begin();
                    let entry = map(&path).map_err(|error| cannot_open(name, &path).because(error))?;
                    modules.files.insert(path.clone(), entry);
                    entry
                }
            };
            modules.enter(entry)
        };
        let named = |module: &&Module| match module.name == name {
            true => Ok(()),
            false => Err(format!("it calls itself `{}`, and not `{name}`", module.name)),
        };
        let known = known.and_then(|module| named(&module).map(|()| module));
        known.map(User::of).map_err(|why| cannot_open(name, &path).because(why))
    }

    /// The module that exports a function which is linked in.
    ///
    /// # Safety
    /// The function does what [`Entry`] says.
    pub(super) unsafe fn linked(entry: Entry) -> Result<User> {
        AtTheEnds::refuse()?;
        let _withheld = Withheld::begin(); // As above.
        let known = lock(&MODULES).enter(entry);
        known.map(User::of).map_err(|why| {
            Error::new(Code::RUNTIME_INVALID, "the runtime that is linked in breaks the contract with this host")
                .because(why)
        })
    }

    fn enter(entry: Entry) -> Result<&'static Module, String> {
        let seat = Seat::next();
        let _first = AtTheEnds::begin();
        // SAFETY: a module's function, which is called for the first time, and once only, for `MODULES` is locked.
        let table = unsafe { entry(table_of(&seat)) };
        // SAFETY: what it returns is such a table; no more of it is believed than its size says.
        let table =
            unsafe { abi::read(table) }.map_err(|why| format!("the table that it returns cannot be used: {why}"))?;
        // SAFETY: a text that ends with NUL, or NULL.
        let own = unsafe { Text { data: table.name, length: TO_NUL }.bytes(64) };
        let own = String::from_utf8_lossy(own).into_owned();
        if table.name.is_null() || check_runtime_name(&own).is_err() {
            return Err(format!("its name `{}` cannot be the name of a runtime", brief(&own)));
        }
        if table.open.is_none() {
            return Err("it cannot open anything".to_owned());
        }
        let voice = seat.take(&own);
        Ok(Box::leak(Box::new(Module { name: own, table, users: Mutex::new(0), voice })))
    }
}

impl Modules {
    fn enter(&mut self, entry: Entry) -> Result<&'static Module, String> {
        self.entered.entry(entry as usize).or_insert_with(|| Module::enter(entry)).clone()
    }
}

/// Maps a module and finds its function. It stays mapped, whatever it turns out to be.
fn map(path: &Path) -> Result<Entry> {
    let entry = abi::ENTRY.to_str().expect("it is ASCII");
    let library = native::Library::open(path, entry)?;
    let address = library
        .symbol(entry)
        .ok_or_else(|| Error::new(Code::RUNTIME_INVALID, format!("it does not export `{entry}`")))?;
    // SAFETY: what a runtime module exports under this name is such a function. Dropping the library leaves it mapped.
    Ok(unsafe { std::mem::transmute::<Address, Entry>(address) })
}

fn cannot_open(name: &str, path: &Path) -> Error {
    Error::new(Code::RUNTIME_INVALID, format!("the module of the runtime `{name}` cannot be used"))
        .hint("install the one that belongs to this version of Hotshoe, and start the program again")
        .at(path)
}

/// Somebody who needs a module; with the last one goes what it has running.
pub(super) struct User(&'static Module);

impl User {
    fn of(module: &'static Module) -> User {
        // While it shuts down, this waits.
        *lock(&module.users) += 1;
        User(module)
    }

    /// The module's name, which lives as long as it.
    pub(super) fn name(&self) -> &'static str {
        &self.0.name
    }
}

impl Clone for User {
    fn clone(&self) -> User {
        User::of(self.0)
    }
}

impl std::ops::Deref for User {
    type Target = Module;

    fn deref(&self) -> &Module {
        self.0
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let _withheld = Withheld::begin(); // It shuts down under the lock.
        let mut users = lock(&self.0.users);
        *users -= 1;
        if let (0, Some(shutdown)) = (*users, self.0.table.shutdown) {
            let _last = AtTheEnds::begin();
            // SAFETY: all of its plugins are closed, and nobody calls it, for each who does is a user.
            unsafe { shutdown() };
        }
    }
}
