//! The tag of a release, and whether everything that says a version says the same.

use std::env;
use std::path::Path;

use hotshoe::error::{Error, Result};
use hotshoe::version::Version;
use serde::Serialize;

use super::project::Project;
use super::steps::Steps;
use crate::codes::RELEASE_INVALID;

/// The tag: as given, else from the variables of the CI system, else the one that the commit has in git.
pub fn find(given: Option<&str>, source: &Path) -> Option<String> {
    given.map(str::to_owned).or_else(from_environment).or_else(|| from_git(source))
}

/// From the variables of GitHub, Forgejo and GitLab.
pub fn from_environment() -> Option<String> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let of_github = || variable("GITHUB_REF_NAME").filter(|_| variable("GITHUB_REF_TYPE").as_deref() == Some("tag"));
    of_github().or_else(|| variable("CI_COMMIT_TAG"))
}

/// Of the commit's tags that begin with `v`, the newest that names a version: beside `v1.2.3` there may be a `v1`.
/// Without one it is the newest, and [`version`] says what is wrong with it.
fn from_git(source: &Path) -> Option<String> {
    let mut git = Steps::default().command("git");
    git.arg("-C").arg(source).args(["tag", "--points-at", "HEAD", "--sort=-creatordate", "--list", "v*"]);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let tags = String::from_utf8(output.stdout).ok()?;
    tags.lines().find(|tag| version(tag).is_ok()).or_else(|| tags.lines().next()).map(str::to_owned)
}

/// That there is none.
pub fn missing() -> Error {
    Error::new(RELEASE_INVALID, "the commit has no tag that begins with `v`")
}

/// The version that a tag names: `v1.2.3` or `1.2.3`.
///
/// Fails with [`RELEASE_INVALID`].
pub fn version(tag: &str) -> Result<Version> {
    Version::parse(tag.strip_prefix('v').unwrap_or(tag)).map_err(|error| {
        Error::new(RELEASE_INVALID, format!("the tag `{tag}` does not name a version"))
            .because(error)
            .hint("name it `v` and a semantic version, such as `v1.2.3` or `v1.2.3-rc.1`")
    })
}

/// A place that says a version.
#[derive(Debug, Serialize)]
pub struct Place {
    /// Where it stands.
    pub place: String,
    /// What it says.
    pub version: String,
    /// Whether that is the tag's.
    pub agrees: bool,
}

/// All places of a project that say a version, held against the tag's.
///
/// CMake's versions have no pre-release: `project(VERSION 1.2.3)` agrees with `v1.2.3-rc.1`, and it is the
/// plugins that must say the whole.
pub fn places(project: &Project, version: &Version) -> Vec<Place> {
    let short = format!("{}.{}.{}", version.major, version.minor, version.patch);
    let mut places = Vec::new();
    if let Some(said) = &project.version {
        let agrees = *said == short || *said == version.to_string();
        places.push(Place { place: "project(VERSION)".to_owned(), version: said.clone(), agrees });
    }
    for plugin in &project.plugins {
        places.push(Place {
            place: format!("plugin.json of {}", plugin.name),
            version: plugin.version.to_string(),
            agrees: plugin.version == *version,
        });
    }
    places
}
