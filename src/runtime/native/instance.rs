//! Shared libraries as one runtime among others.

use std::path::{Path, PathBuf};

use super::contract::{self, Contract};
use super::hooks::Hooks;
use super::{Library, Replaced, Request as Mapping, check_before_load, mapped_already};
use crate::catalog::{check_place, receipt};
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::inspect::{self, Inspection};
use crate::profile::LoadPolicy;
use crate::runtime::{self, Address, Ended, Events, Hook, Instance, Pass, Request, Runtime, Step, StepRun};

/// The runtime `native`: plugins that are shared libraries.
#[derive(Debug)]
pub struct Native;

impl Runtime for Native {
    fn name(&self) -> &str {
        "native"
    }

    fn check(&self, request: &Request<'_>) -> Result<()> {
        check_before_load(request.artifact, entry(request))?;
        if entry(request) == contract::ENTRY || !request.manifest.interfaces.is_empty() {
            let facts = Inspection::of(request.artifact)?;
            facts.check_manifest(request.manifest, entry(request)).map_err(|error| error.at(request.artifact))?;
        }
        check_place(request.folder, request.artifact, request.profile)?;
        request.prober.map_or(Ok(()), |prober| prober.probe(request.artifact, entry(request)))
    }

    fn open(&self, request: &Request<'_>, _: &Events) -> Result<Box<dyn Instance>> {
        if request.prober.is_some() {
            self.check(request)?;
        }
        let (profile, entry) = (request.profile, entry(request));
        if entry != contract::ENTRY {
            inspect::check_no_interfaces(request.manifest, entry).map_err(|error| error.at(request.artifact))?;
        }
        let mapping = Mapping { library: request.artifact, plugin: request.folder, entry };
        let receipt = receipt(request.folder, request.artifact, profile.policies.receipt)?;
        let noticed = receipt.as_ref().map_or_else(Vec::new, |receipt| receipt.diagnostics().to_vec());
        let library = match receipt {
            Some(receipt) => Library::load_installed(mapping, &receipt)?,
            None if request.beside || profile.native.load == LoadPolicy::Copy => Library::load_copy(mapping)?,
            None => Library::load(mapping)?,
        };
        let contract = match entry == contract::ENTRY {
            false => None,
            true => match Contract::of(&library, own_folder(request), request) {
                Ok(contract) => Some(contract),
                Err(error) => {
                    // Nothing of it is in use; what came of closing it changes nothing about the reason.
                    let _ = library.close();
                    return Err(error.at(request.artifact));
                }
            },
        };
        Ok(Box::new(Plugin { library, entry: entry.to_owned(), contract, hooks: Hooks::default(), noticed }))
    }

    fn compares_receipts(&self) -> bool {
        true
    }
}

/// The symbol that a library must export.
fn entry<'a>(request: &Request<'a>) -> &'a str {
    request.entry.unwrap_or(&request.profile.native.entry)
}

/// Where a plugin's own files are.
fn own_folder<'a>(request: &Request<'a>) -> &'a Path {
    let beside = || request.artifact.parent().unwrap_or(request.folder);
    if request.folder == request.artifact { beside() } else { request.folder }
}

/// A plugin that is a mapped library.
#[derive(Debug)]
struct Plugin {
    library: Library,
    entry: String,
    /// Its instance, if it is one of the contract.
    contract: Option<Contract>,
    hooks: Hooks,
    /// What is odd about its receipt.
    noticed: Vec<Diagnostic>,
}

impl Plugin {
    /// What only plugins of the contract have.
    fn of_contract(&self, what: &str) -> Result<&Contract> {
        let message = || format!("it is no plugin of the contract of hotshoe/plugin.h, and so has no {what}");
        self.contract.as_ref().ok_or_else(|| runtime::unsupported(message()))
    }
}

impl Instance for Plugin {
    fn entry(&self) -> Result<Option<Address>> {
        if self.contract.is_some() {
            // Its entry was called when it was opened, and is none that takes what a host binds plugins with.
            return Err(runtime::unsupported(
                "it is a plugin of the contract of hotshoe/plugin.h: ask for its interfaces",
            ));
        }
        Ok(self.library.symbol(&self.entry))
    }

    fn symbol(&self, name: &str) -> Result<Option<Address>> {
        Ok(self.library.symbol(name))
    }

    fn interface(&self, id: &str, revision: u32) -> Result<Option<Address>> {
        self.of_contract(&format!("table of `{}` {revision}", brief(id)))?.interface(id, revision)
    }

    fn instance(&self) -> Address {
        self.contract.as_ref().map_or(std::ptr::null(), Contract::instance)
    }

    fn passes(&self) -> Result<Vec<Pass>> {
        self.hooks.passes(self.of_contract("passes")?)
    }

    fn run_pass(&self, index: usize, hook: &mut Hook<'_>) -> Result<()> {
        self.hooks.run_pass(self.of_contract("passes")?, index, hook)
    }

    fn is_stepper(&self) -> bool {
        self.contract.as_ref().is_some_and(|contract| self.hooks.is_stepper(contract))
    }

    fn step(&self, step: Step<'_>, run: &mut StepRun, hook: &mut Hook<'_>) -> Result<()> {
        self.hooks.step(self.of_contract("steps")?, step, run, hook)
    }

    fn in_use(&self) -> Option<PathBuf> {
        Some(self.library.mapped().to_owned())
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        let shadowed = self.library.shadowed.iter().map(|other| {
            Diagnostic::warning(Code::LIBRARY_SHADOWED, format!("the plugin gets {other}, not its own"))
                .hint("one library of a name is mapped for all: give its own another SONAME, or link that statically")
        });
        self.noticed.iter().cloned().chain(shadowed).collect()
    }

    fn image(&self) -> Option<runtime::Image> {
        self.library.image().number().map(runtime::Image)
    }

    fn linked(&self) -> Vec<runtime::Image> {
        self.library.image().needed_by().iter().filter_map(|image| image.number()).map(runtime::Image).collect()
    }

    fn users(&self) -> Vec<String> {
        self.contract.as_ref().map(Contract::in_use).unwrap_or_default()
    }

    fn not_beside(&self, fresh: &Request<'_>) -> Vec<String> {
        let mut reasons = Vec::new();
        let Ok(facts) = Inspection::of(fresh.artifact) else { return reasons };
        reasons.extend(facts.residency_reasons());
        if facts.static_tls {
            reasons.push("it takes thread-local storage that is not given back".to_owned());
        }
        reasons.extend(mapped_already(fresh.folder, &facts).into_iter().map(|name| {
            format!("it brings `{name}`, of which the old one is mapped, and the new code would get that")
        }));
        reasons
    }

    fn replacing(&self, folder: &Path) -> Result<Box<dyn FnOnce() -> Result<()>>> {
        let replaced = self.library.replaced(folder);
        if let Some(stays) = replaced.iter().find(|library| !library.stays.is_empty()) {
            return Err(keeps_old(stays));
        }
        Ok(Box::new(move || match replaced.iter().find(|library| library.is_mapped()) {
            Some(stays) => Err(keeps_old(stays)),
            None => Ok(()),
        }))
    }

    fn close(self: Box<Self>) -> Result<Ended> {
        if let Some(contract) = self.contract {
            contract.end();
        }
        self.library.close()
    }
}

/// Whoever needs a library gets the one of its name that is mapped, so that new and old code would be mixed.
fn keeps_old(library: &Replaced) -> Error {
    let message = "a library that it brings was replaced, and the old one stays in this process";
    let reasons =
        if library.stays.is_empty() { "something else holds it".to_owned() } else { library.stays.join("; ") };
    Error::new(Code::PLUGIN_IN_USE, format!("{message}: {reasons}"))
        .hint("start the program again to use the new one")
        .at(&library.path)
}
