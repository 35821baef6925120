//! The libraries that a plugin brings beside its own: only Linux tells which files they are.

use std::path::{Path, PathBuf};

use super::{Library, Shadowed};
use crate::inspect::Inspection;

/// A library that is mapped while another file lies in its place by now.
#[derive(Debug)]
pub(crate) struct Replaced {
    /// Where it was.
    pub(crate) path: PathBuf,
    /// Why it will stay mapped when the plugin is unloaded.
    pub(crate) stays: Vec<String>,
}

impl Replaced {
    /// Whether it is mapped still.
    pub(crate) fn is_mapped(&self) -> bool {
        false
    }
}

/// Nobody knows.
pub(super) fn shadowed(_: &Inspection) -> Vec<Shadowed> {
    Vec::new()
}

impl Library {
    /// Nobody knows.
    pub(crate) fn replaced(&self, _: &Path) -> Vec<Replaced> {
        Vec::new()
    }
}
