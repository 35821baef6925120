//! The files that make CI systems build and release a project's plugins.
//!
//! Owns what each system needs and where it wants it. The files are those in `ci/`, which are complete as
//! they stand; only the list of platforms is the project's.

use std::path::Path;

use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Result};

use crate::release::config::Config;
use crate::release::plan::{Machine, machines};

/// A CI system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI/CD.
    GitLab,
    /// Forgejo Actions.
    Forgejo,
}

const INSTALL: &str = include_str!("../ci/install-hotshoe.sh");
const GITHUB: &str = include_str!("../ci/github/plugin.yml");
const GITLAB: &str = include_str!("../ci/gitlab/gitlab-ci.yml");
const FORGEJO: &str = include_str!("../ci/forgejo/plugin.yml");

/// The secrets that may be set, and what for.
pub const SECRETS: [(&str, &str); 2] = [
    ("HOTSHOE_KEY", "a secret key: `hotshoe key new` makes one, and releases are signed with it"),
    ("HOTSHOE_KEY_PASSWORD", "its password"),
];

impl Platform {
    /// The one with this name.
    pub fn named(text: &str) -> Result<Platform, &'static str> {
        match text {
            "github" => Ok(Platform::GitHub),
            "gitlab" => Ok(Platform::GitLab),
            "forgejo" => Ok(Platform::Forgejo),
            _ => Err("it is none of github, gitlab and forgejo"),
        }
    }

    /// The one that looks at this file of a project.
    pub fn of_file(path: &Path) -> Option<Platform> {
        let places =
            [(".github", Platform::GitHub), (".gitlab-ci.yml", Platform::GitLab), (".forgejo", Platform::Forgejo)];
        places.into_iter().find(|(place, _)| path.starts_with(place)).map(|(_, platform)| platform)
    }
}

/// The files for a CI system, each with its path in the project, and its text for what the project chooses.
///
/// [`Config::default`] is for a project that chooses nothing.
pub fn files(platform: Platform, config: &Config) -> Result<Vec<(&'static str, String)>> {
    let (path, text) = match platform {
        // GitHub expands the plan itself.
        Platform::GitHub => (".github/workflows/plugin.yml", GITHUB.to_owned()),
        Platform::GitLab => (".gitlab-ci.yml", between_marks(GITLAB, &[jobs(config)?, needs(config)?])),
        Platform::Forgejo => (".forgejo/workflows/plugin.yml", between_marks(FORGEJO, &[matrix(config)?])),
    };
    let installed = format!("hotshoe_version={}", env!("CARGO_PKG_VERSION"));
    let install: String = INSTALL
        .lines()
        .map(|line| if line.starts_with("hotshoe_version=") { installed.as_str() } else { line })
        .flat_map(|line| [line, "\n"])
        .collect();
    Ok(vec![(path, text), ("ci/install-hotshoe.sh", install)])
}

/// A warning where no CI system looks for its files: in a folder of a repository that is not its top.
pub fn unread(project: &Path) -> Option<Diagnostic> {
    let project = project.canonicalize().ok()?;
    let top = project.ancestors().find(|folder| folder.join(".git").exists())?;
    let message = format!("CI systems look for their files at the top of the repository only: `{}`", top.display());
    let hint = "make a repository of the project's folder, or move the files there and give their steps this folder";
    let warning = || Diagnostic::warning(Code::ARGUMENT_INVALID, message).hint(hint).at(&project);
    (top != project).then(warning)
}

/// Forgejo's matrix.
fn matrix(config: &Config) -> Result<String> {
    let row = |machine: Machine| {
        let (runner, image) = (quoted(&machine.forgejo), quoted(&machine.container));
        format!("- PLATFORM: {}\n  RUNNER: {runner}\n  IMAGE: {image}\n", machine.id)
    };
    Ok(machines(config)?.into_iter().map(row).collect())
}

/// GitLab's jobs: a matrix is one job to those that need it, and here each job's files go their own way.
fn jobs(config: &Config) -> Result<String> {
    let pair = |machine: Machine| {
        let (id, runner, image) = (machine.id, quoted(&machine.gitlab), quoted(&machine.container));
        let platform = format!("variables:\n    PLATFORM: {id}\n");
        format!(
            "build-{id}:\n  extends: .build\n  {platform}    IMAGE: {image}\n  tags: [{runner}]\n\
             seal-{id}:\n  extends: .seal\n  {platform}  needs: [build-{id}]\n"
        )
    };
    Ok(machines(config)?.into_iter().map(pair).collect())
}

/// What GitLab's release is made of.
fn needs(config: &Config) -> Result<String> {
    Ok(machines(config)?.into_iter().map(|machine| format!("- seal-{}\n", machine.id)).collect())
}

/// Puts texts in the place of those that stand between two marks: the first between the first two, and so on.
fn between_marks(template: &str, texts: &[String]) -> String {
    const BEGIN: &str = "# begin of the plan\n";
    const END: &str = "# end of the plan\n";
    let (mut written, mut rest) = (String::new(), template);
    for text in texts {
        let (Some(begin), Some(end)) = (rest.find(BEGIN), rest.find(END)) else { break };
        let indent = &rest[rest[..begin].rfind('\n').map_or(0, |at| at + 1)..begin];
        written.push_str(&rest[..begin + BEGIN.len()]);
        written.extend(text.lines().flat_map(|line| [indent, line, "\n"]));
        written.push_str(indent);
        written.push_str(END);
        rest = &rest[end + END.len()..];
    }
    written + rest
}

/// A text in YAML: as it is if nothing in it could mean something there.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@".contains(c);
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| plain(c) || c == ':');
    match is_plain && !text.contains(": ") && !text.ends_with(':') && !is_word(text) {
        true => text.to_owned(),
        false => serde_json::Value::from(text).to_string(),
    }
}

/// A word that YAML takes for something else than a text.
fn is_word(text: &str) -> bool {
    ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&text.to_ascii_lowercase().as_str())
}
