//! From a tag to what users download: the stages of a release, the files for CI systems, and those files run.
//!
//! The project that is released is `tests/ci/plugin`. Only the platform of this machine can be built; the
//! plan of all is looked at in `plan.rs`.

mod build;
mod check_tag;
mod collect;
mod dry_run;
mod forge;
mod github;
mod gitlab;
mod lint;
mod plan;
mod project;
mod publish;
mod templates;

use std::env;
use std::path::{Path, PathBuf};

use project::Project;

/// The top folder of the sources.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What `tools/setup.sh test` installs to check and run CI files; none where it was not run.
///
/// # Panics
///
/// If it is missing where a test that does not run is a defect.
fn ci_tools() -> Option<PathBuf> {
    let folder = root().join("build/ci-tools");
    if ["bin/zizmor", "bin/node", "node/node_modules/gitlab-ci-local"].iter().all(|tool| folder.join(tool).exists()) {
        return Some(folder);
    }
    let required = env::var_os("CI").is_some() || env::var_os("HOTSHOE_REQUIRE_TOOLS").is_some();
    assert!(!required, "build/ci-tools is not there: run tools/setup.sh test");
    hotshoe_testkit::skip("build/ci-tools is not there (tools/setup.sh test)");
    None
}

/// The Node of those tools: that of the system may be too old.
fn node(tools: &Path) -> PathBuf {
    tools.join("bin/node")
}
