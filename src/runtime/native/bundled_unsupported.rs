//! The libraries that a plugin brings beside its own: only Linux tells which files they are.

use std::path::{Path, PathBuf};

use super::{Library, Shadowed};
use crate::inspect::Inspection;

/// A library that is mapped while another file lies in its place by now.
#[derive(Debug)]
pub(super) struct Replaced {
    /// Where it was.
    pub(super) path: PathBuf,
    /// Why it will stay mapped when the plugin is unloaded.
    pub(super) stays: Vec<String>,
}

impl Replaced {
    /// Whether it is mapped still.
    pub(super) fn is_mapped(&self) -> bool {
        false
    }
}

/// Nobody knows.
pub(super) fn shadowed(_: &Inspection) -> Vec<Shadowed> {
    Vec::new()
}

/// Nobody knows whether they are mapped, so they are taken for it.
pub(super) fn mapped_already(folder: &Path, facts: &Inspection) -> Vec<String> {
    let own = facts.needed.iter().filter(|needed| needed.found.as_ref().is_some_and(|found| found.starts_with(folder)));
    own.map(|needed| needed.name.clone()).collect()
}

impl Library {
    /// Nobody knows.
    pub(super) fn replaced(&self, _: &Path) -> Vec<Replaced> {
        Vec::new()
    }
}
