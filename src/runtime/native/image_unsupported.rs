//! What is mapped, on systems that tell it by path only.

use std::path::{Path, PathBuf};

use super::os;

/// A library that is mapped, by the path it was mapped from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Image(PathBuf);

impl Image {
    pub(super) fn at(path: &Path) -> Image {
        Image(path.to_owned())
    }

    pub(super) fn is_mapped_as(&self, _: &Path) -> bool {
        os::is_open(&self.0)
    }

    /// Only its file says that here.
    pub(super) fn leaves_nothing_behind(&self) -> bool {
        false
    }

    /// Nobody asks, for nobody knows who is linked with it.
    pub(super) fn number(&self) -> Option<usize> {
        None
    }

    /// Nobody says so here.
    pub(super) fn needed_by(&self) -> Vec<Image> {
        Vec::new()
    }
}
