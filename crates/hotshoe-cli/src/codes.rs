//! What can come of the tool's own work: builds, releases, new projects and runs.

use hotshoe::error::{Code, Declaration, Stage};

/// A plugin cannot be built, tested or packaged from its sources.
pub(crate) const BUILD_FAILED: Code = Code::new(&Declaration {
    name: "build-failed",
    stage: Stage::new("build"),
    meaning: "A plugin cannot be built, tested or packaged from its sources.",
});
/// What a release is made of cannot be read: its settings, plan or tag.
pub(crate) const RELEASE_INVALID: Code = Code::new(&Declaration {
    name: "release-invalid",
    stage: Stage::new("release"),
    meaning: "What a release is made of cannot be read: its settings, plan or tag.",
});
/// What was built is not what was planned, or not all of it.
pub(crate) const RELEASE_REFUSED: Code = Code::new(&Declaration {
    name: "release-refused",
    stage: Stage::new("release"),
    meaning: "What was built is not what was planned, or not all of it.",
});
/// The release cannot be published.
pub(crate) const RELEASE_PUBLISH: Code = Code::new(&Declaration {
    name: "release-publish",
    stage: Stage::new("release"),
    meaning: "The release cannot be published.",
});
/// The place of a new project is taken.
pub(crate) const PROJECT_EXISTS: Code = Code::new(&Declaration {
    name: "project-exists",
    stage: Stage::new("project"),
    meaning: "The place of a new project is taken.",
});
/// A new project cannot be written.
pub(crate) const PROJECT_WRITE: Code = Code::new(&Declaration {
    name: "project-write",
    stage: Stage::new("project"),
    meaning: "A new project cannot be written.",
});
/// No pass ran in a stage that was asked for, or in any.
pub(crate) const STAGE_EMPTY: Code = Code::new(&Declaration {
    name: "stage-empty",
    stage: Stage::new("run"),
    meaning: "No pass ran in a stage that was asked for, or in any.",
});
/// No plugin that executes step by step is loaded under the capability that was asked for.
pub(crate) const STEPPER_MISSING: Code = Code::new(&Declaration {
    name: "stepper-missing",
    stage: Stage::new("run"),
    meaning: "No plugin that executes step by step is loaded under the capability that was asked for.",
});
/// The model that a run is to begin with cannot be read.
pub(crate) const MODEL_UNREADABLE: Code = Code::new(&Declaration {
    name: "model-unreadable",
    stage: Stage::new("run"),
    meaning: "The model that a run is to begin with cannot be read.",
});
