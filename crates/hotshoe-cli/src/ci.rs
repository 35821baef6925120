//! The files that make CI systems build and release a project's plugins.
//!
//! Owns what each system needs and where it wants it. The files are those in `ci/`, which are complete as
//! they stand; only the list of platforms is the project's.

use std::path::Path;

use hotshoe::error::Result;

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
        Platform::GitLab => (".gitlab-ci.yml", with_platforms(GITLAB, config, |machine| machine.gitlab)?),
        Platform::Forgejo => {
            (".forgejo/workflows/plugin.yml", with_platforms(FORGEJO, config, |machine| machine.forgejo)?)
        }
    };
    let installed = format!("hotshoe_version={}", env!("CARGO_PKG_VERSION"));
    let install: String = INSTALL
        .lines()
        .map(|line| if line.starts_with("hotshoe_version=") { installed.as_str() } else { line })
        .flat_map(|line| [line, "\n"])
        .collect();
    Ok(vec![(path, text), ("ci/install-hotshoe.sh", install)])
}

/// Puts the project's platforms in the place of those that stand between two marks.
fn with_platforms(template: &str, config: &Config, runner: impl Fn(Machine) -> String) -> Result<String> {
    const BEGIN: &str = "# begin of the plan\n";
    const END: &str = "# end of the plan\n";
    let (Some(begin), Some(end)) = (template.find(BEGIN), template.find(END)) else { return Ok(template.to_owned()) };
    let line = template[..begin].rfind('\n').map_or(0, |at| at + 1);
    let indent = &template[line..begin];
    let mut text = template[..begin + BEGIN.len()].to_owned();
    for machine in machines(config)? {
        let (id, container) = (machine.id, machine.container.clone());
        let runner = quoted(&runner(machine));
        text.push_str(&format!(
            "{indent}- PLATFORM: {id}\n{indent}  RUNNER: {runner}\n{indent}  IMAGE: {}\n",
            quoted(&container)
        ));
    }
    text.push_str(indent);
    text.push_str(&template[end..]);
    Ok(text)
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
