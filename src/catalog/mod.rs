//! The plugins found on a search path. Nothing is loaded to make it.
//!
//! Owns finding and choosing. What it knows of a plugin comes from names and manifests; it opens a
//! library only where there is no manifest to read.

mod artifact;
mod candidate;
pub(crate) mod codes;
mod compatible;
mod duplicates;
mod index;
mod installed;
mod order;
mod parallel;
mod program;
mod scan;
mod search_path;
mod veto;

use std::path::Path;

use serde::Serialize;

pub use candidate::Candidate;
#[cfg(feature = "package")]
pub(crate) use compatible::{check_interface, check_platform};
pub(crate) use installed::{check_installed, check_place, receipt};
pub use search_path::SearchPath;

use crate::capability::Capability;
use crate::diagnostics::{Diagnostic, Severity};
use crate::error::{Code, Error, Result};
use crate::inspect;
use crate::manifest::Kinds;
use crate::platform::Reach;
use crate::profile::HostProfile;
use crate::version::VersionReq;

/// The plugins found on a search path, by root and then by folder name.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Catalog {
    candidates: Vec<Candidate>,
    diagnostics: Vec<Diagnostic>,
    /// Where the candidates stand, by name and then in catalog order.
    #[serde(skip)]
    by_name: Vec<usize>,
    /// How many diagnostics are about what was found, before those about what is used of it.
    #[serde(skip)]
    noticed: usize,
    /// Why no folder was looked through, if none was.
    #[serde(skip)]
    no_folder: Option<String>,
}

/// What a plugin is judged by.
#[derive(Clone, Copy)]
struct Rules<'a> {
    profile: &'a HostProfile,
    kinds: &'a Kinds,
    /// How its files are reached.
    reach: &'a Reach,
}

impl Catalog {
    /// Looks through every root of a search path.
    ///
    /// It finds `<root>/<folder>/plugin.json`, `<root>/<name>/<version>/plugin.json`, folders of
    /// either layout with a library but no manifest, and libraries that lie in a root. It never fails:
    /// what cannot be read is a diagnostic, and the others are found all the same.
    pub fn scan(profile: &HostProfile, search_path: &SearchPath) -> Catalog {
        Self::scan_with(profile, &Kinds::installed(), search_path)
    }

    /// The same with the runtimes that the caller knows of.
    pub fn scan_with(profile: &HostProfile, kinds: &Kinds, search_path: &SearchPath) -> Catalog {
        scan::scan(Rules { profile, kinds, reach: &Reach::BY_PATH }, search_path, index::Indexes::of_user(profile))
    }

    /// Looks into the libraries of the plugins that are not refused yet, and refuses those that cannot be loaded,
    /// as far as their bytes, those of the libraries they need and their receipts can tell. Nothing is loaded.
    ///
    /// A host need not do this, for it checks each library when it is loaded; who shows what there is, should.
    pub fn check_libraries(&mut self, profile: &HostProfile) {
        let fault = |candidate: &Candidate| match candidate.refusal() {
            None => candidate.check_library(profile).err(),
            Some(_) => None,
        };
        let faults = parallel::in_parts(&self.candidates, |part| {
            inspect::with_memory(|| part.iter().map(fault).collect::<Vec<_>>())
        });
        for (candidate, fault) in self.candidates.iter_mut().zip(faults.into_iter().flatten()) {
            if let Some(fault) = fault {
                candidate.refuse(fault);
            }
        }
        self.settle();
    }

    /// Decides what is used of the plugins that are there, and says of which it is not.
    fn settle(&mut self) {
        self.refuse_without_dependencies();
        self.diagnostics.truncate(self.noticed);
        self.note_duplicates();
    }

    /// Every plugin found, also those that this host would refuse.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// What was noticed on the way.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The plugin of this name to use: of those that the host takes and the requirement matches, the
    /// one with the highest version; of equals the first found.
    pub fn find(&self, name: &str, requirement: Option<&VersionReq>) -> Result<&Candidate> {
        let chosen = self.chosen(name, requirement).map(|index| &self.candidates[index]);
        chosen.ok_or_else(|| self.not_found(name, requirement))
    }

    /// Every plugin that [`Catalog::find`] chooses from, best first: what to go on with where the one
    /// before cannot be loaded.
    pub fn ranked(&self, name: &str, requirement: Option<&VersionReq>) -> Vec<&Candidate> {
        let mut ranked: Vec<&Candidate> =
            self.suitable(self.places(name), requirement).map(|index| &self.candidates[index]).collect();
        // The sort is stable, so that of equals the first found stays in front.
        ranked.sort_by(|a, b| b.version().cmp(&a.version()));
        ranked
    }

    /// The plugins to use under a capability, each in its highest version, in catalog order.
    pub fn with_capability(&self, capability: &Capability) -> Vec<&Candidate> {
        self.newest().into_iter().filter(|c| c.manifest().capabilities.contains(capability)).collect()
    }

    /// For each name the plugin that [`Catalog::find`] picks, in catalog order.
    pub fn newest(&self) -> Vec<&Candidate> {
        let mut places: Vec<usize> = self.of_one_name().filter_map(|places| self.best(places, None)).collect();
        places.sort_unstable();
        places.into_iter().map(|place| &self.candidates[place]).collect()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Candidate> {
        self.places(name).iter().map(|place| &self.candidates[*place])
    }

    /// Where the plugins of a name stand, in catalog order.
    fn places(&self, name: &str) -> &[usize] {
        let first = self.by_name.partition_point(|&place| self.candidates[place].name() < name);
        let rest = &self.by_name[first..];
        &rest[..rest.partition_point(|&place| self.candidates[place].name() == name)]
    }

    /// Where the plugin stands that [`Catalog::find`] picks.
    fn chosen(&self, name: &str, requirement: Option<&VersionReq>) -> Option<usize> {
        self.best(self.places(name), requirement)
    }

    /// Of plugins of one name the one with the highest version; of equals the first, as everywhere on a search path.
    fn best(&self, places: &[usize], requirement: Option<&VersionReq>) -> Option<usize> {
        let version = |index: usize| self.candidates[index].version();
        let suitable = self.suitable(places, requirement);
        suitable.reduce(|first, next| if version(next) > version(first) { next } else { first })
    }

    /// Where the plugins of each name stand.
    fn of_one_name(&self) -> impl Iterator<Item = &[usize]> {
        self.by_name.chunk_by(|&a, &b| self.candidates[a].name() == self.candidates[b].name())
    }

    /// Of these places the ones of plugins that the host takes and the requirement matches.
    fn suitable(&self, places: &[usize], requirement: Option<&VersionReq>) -> impl Iterator<Item = usize> {
        let is_suitable = move |index: &usize| {
            let candidate = &self.candidates[*index];
            candidate.refusal().is_none() && candidate.satisfies(requirement)
        };
        places.iter().copied().filter(is_suitable)
    }

    fn not_found(&self, name: &str, requirement: Option<&VersionReq>) -> Error {
        let wanted = match requirement {
            Some(requirement) => format!("no usable plugin `{name}` matches `{requirement}`"),
            None => format!("no usable plugin is called `{name}`"),
        };
        let error = Error::new(Code::PLUGIN_NOT_FOUND, wanted).plugin(name);
        let readable = |candidate: &&Candidate| !candidate.is_broken();
        let same_name: Vec<&Candidate> = self.named(name).filter(readable).collect();
        if let Some(refusal) = same_name.iter().filter(|c| c.satisfies(requirement)).find_map(|c| c.refusal()) {
            return error.because(Error::from(refusal.clone()));
        }
        if let Some(fault) = self.fault_of(name).filter(|_| same_name.is_empty()) {
            return because_of(error, fault);
        }
        let others = if same_name.is_empty() { &self.candidates.iter().filter(readable).collect() } else { &same_name };
        let mut known: Vec<String> = others.iter().take(8).map(|c| c.to_string()).collect();
        known.dedup();
        match (known.is_empty(), &self.no_folder) {
            (false, _) => error.hint(format!("found on the search path: {}", known.join(", "))),
            (true, Some(why)) => error.hint(why),
            (true, None) => match self.diagnostics.iter().find(|found| found.code == Code::FOLDER_UNREADABLE) {
                Some(unreadable) => because_of(error, unreadable),
                None => error.hint("the folders of the search path hold no plugin"),
            },
        }
    }

    /// What was noticed in a folder of this name.
    fn fault_of(&self, name: &str) -> Option<&Diagnostic> {
        // At most in `<name>/<version>/plugin.json`.
        let is_there = |path: &Path| path.iter().rev().take(3).any(|part| part == name);
        let is_fault = |found: &&Diagnostic| found.severity != Severity::Note;
        let broken = self.candidates.iter().filter(|candidate| candidate.is_broken());
        let noticed = self.diagnostics.iter().chain(broken.filter_map(Candidate::refusal));
        noticed.filter(is_fault).find(|found| found.path.as_deref().is_some_and(is_there))
    }
}

/// An error with what was noticed before as its reason.
fn because_of(error: Error, noticed: &Diagnostic) -> Error {
    let error = match (&noticed.path, &noticed.hint) {
        (Some(path), Some(hint)) => error.at(path).hint(hint),
        (Some(path), None) => error.at(path),
        (None, Some(hint)) => error.hint(hint),
        (None, None) => error,
    };
    error.because(Error::from(noticed.clone()))
}
