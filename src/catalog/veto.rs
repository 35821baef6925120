//! What a host's own filter leaves of a catalog.

use super::{Candidate, Catalog};
use crate::error::Result;

impl Catalog {
    /// Refuses the plugins of which a check fails, among those that are not refused yet.
    pub(crate) fn refuse_those(&mut self, check: impl Fn(&Candidate) -> Result<()>) {
        for candidate in &mut self.candidates {
            if candidate.refusal().is_none()
                && let Err(error) = check(candidate)
            {
                candidate.refuse(error);
            }
        }
        self.settle();
    }

    /// A catalog of one plugin.
    #[cfg(feature = "capi")]
    pub(crate) fn of(candidate: Candidate) -> Catalog {
        Catalog { candidates: vec![candidate], ..Catalog::default() }
    }
}
