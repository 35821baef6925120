//! What can come of building a plugin.

use hotshoe::error::{Code, Declaration, Stage};

/// A plugin cannot be built, tested or packaged from its sources.
pub const BUILD_FAILED: Code = Code::new(&Declaration {
    name: "build-failed",
    stage: Stage::new("build"),
    meaning: "A plugin cannot be built, tested or packaged from its sources.",
});
