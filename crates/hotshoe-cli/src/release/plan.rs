//! What a release will consist of, before anything is built.
//!
//! Owns the form that CI systems expand into their jobs, and that [`super::collect`] holds the built files
//! against.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hotshoe::error::{Code, Error, Result};
use hotshoe::inspect::GlibcVersion;
use hotshoe::manifest::check_name;
use hotshoe::version::Version;
use serde::{Deserialize, Serialize};

use super::config::{self, Config};
use super::project::{self, Project};
use super::steps::Steps;
use super::target::{Libc, Target};
use crate::codes::RELEASE_INVALID;

/// What a release will consist of.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// The plugins.
    pub plugins: Vec<PlannedPlugin>,
    /// The platforms, each a job: fit for `strategy.matrix.include` of GitHub and Forgejo.
    pub platforms: Vec<PlannedPlatform>,
}

/// A plugin of a release.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlannedPlugin {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

/// A platform of a release.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlannedPlatform {
    /// Its name.
    pub id: String,
    /// What stands in its archives' names.
    pub system: String,
    /// What its libraries are for.
    pub architectures: Vec<String>,
    /// The newest glibc that its libraries may need.
    pub glibc: Option<String>,
    /// The label of a machine at GitHub.
    pub github: String,
    /// The tag of a machine at GitLab.
    pub gitlab: String,
    /// The label of a machine at a Forgejo.
    pub forgejo: String,
    /// The image that it is built in; empty for none.
    pub container: String,
    /// What CMake is told.
    pub cmake: Vec<String>,
    /// The archives.
    pub archives: Vec<PlannedArchive>,
}

/// An archive of a release.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlannedArchive {
    /// The plugin in it.
    pub plugin: String,
    /// The plugin's version.
    pub version: Version,
    /// `tar.gz`, `tar.zst` or `zip`.
    pub format: String,
    /// The file's name.
    pub file: String,
}

impl Plan {
    /// Of a project; `only` restricts it to some platforms.
    ///
    /// Fails with [`RELEASE_INVALID`] if none is left.
    pub fn of(project: &Project, config: &Config, only: impl Fn(&Target) -> bool) -> Result<Plan> {
        let targets = config.targets().filter(|target| only(target));
        let platforms = targets.map(|target| platform(target, project, config)).collect::<Result<Vec<_>>>()?;
        if platforms.is_empty() {
            let ids: Vec<&str> = config.targets().map(|target| target.id).collect();
            return Err(Error::new(RELEASE_INVALID, "no platform is left: the project chooses others").hint(format!(
                "it chooses {}; \"platforms\" in {} says so",
                ids.join(", "),
                config::FILE_NAME
            )));
        }
        let plugin =
            |plugin: &project::Plugin| PlannedPlugin { name: plugin.name.clone(), version: plugin.version.clone() };
        Ok(Plan { plugins: project.plugins.iter().map(plugin).collect(), platforms })
    }

    /// Reads what `hotshoe plan --json` wrote.
    ///
    /// Fails with [`RELEASE_INVALID`].
    pub fn from_file(path: &Path) -> Result<Plan> {
        let invalid = || Error::new(RELEASE_INVALID, "the plan cannot be read");
        let text = fs::read_to_string(path).map_err(|error| invalid().because(error).at(path))?;
        let hint = "write it with `hotshoe plan --json`";
        let plan: Plan = serde_json::from_str(&text).map_err(|error| invalid().because(error).hint(hint).at(path))?;
        plan.check().map_err(|problem| {
            Error::new(RELEASE_INVALID, "the plan cannot be that of a release").because(problem).hint(hint).at(path)
        })?;
        Ok(plan)
    }

    /// Whether a release can come of it: files are named after what stands in it.
    fn check(&self) -> Result<(), String> {
        if self.platforms.is_empty() || self.plugins.is_empty() {
            return Err("it has no platforms or no plugins".to_owned());
        }
        for name in self.plugins.iter().map(|plugin| &plugin.name).chain(self.platforms.iter().map(|of| &of.id)) {
            check_name(name).map_err(|error| error.to_string())?;
        }
        let mut archived = BTreeSet::new();
        for platform in &self.platforms {
            if platform.archives.is_empty() {
                return Err(format!("`{}` has no archives", platform.id));
            }
            for PlannedArchive { plugin, version, file, .. } in &platform.archives {
                let rest = file.strip_prefix(&format!("{plugin}-{version}-"));
                if rest.is_none_or(|rest| check_name(rest).is_err()) {
                    return Err(format!("`{}` cannot name an archive of `{plugin}` {version}", file.escape_debug()));
                }
                archived.insert((plugin.as_str(), version));
            }
        }
        let plugins: BTreeSet<_> = self.plugins.iter().map(|plugin| (plugin.name.as_str(), &plugin.version)).collect();
        match plugins == archived {
            true => Ok(()),
            false => Err("its plugins are not those of its archives".to_owned()),
        }
    }
}

/// Where a platform is built.
pub struct Machine {
    /// The platform's name.
    pub id: &'static str,
    /// The label of a machine at GitHub.
    pub github: String,
    /// The tag of a machine at GitLab.
    pub gitlab: String,
    /// The label of a machine at a Forgejo.
    pub forgejo: String,
    /// The image that it is built in; empty for none.
    pub container: String,
}

/// Where each of a project's platforms is built.
pub fn machines(config: &Config) -> Result<Vec<Machine>> {
    let floor = config.floor()?;
    Ok(config.targets().map(|target| machine(target, config, &floor)).collect())
}

fn machine(target: &'static Target, config: &Config, floor: &GlibcVersion) -> Machine {
    let runner = |usual: &str| config.runners.get(target.id).cloned().unwrap_or_else(|| usual.to_owned());
    let container = match config.containers.get(target.id) {
        Some(chosen) => chosen.clone(),
        None => target.container(floor).map(str::to_owned),
    };
    Machine {
        id: target.id,
        github: runner(target.github),
        gitlab: runner(target.gitlab),
        forgejo: runner(target.forgejo),
        container: container.unwrap_or_default(),
    }
}

fn platform(target: &'static Target, project: &Project, config: &Config) -> Result<PlannedPlatform> {
    let floor = config.floor()?;
    let machine = machine(target, config, &floor);
    let mut archives = Vec::new();
    for plugin in &project.plugins {
        for format in config.formats() {
            archives.push(PlannedArchive {
                plugin: plugin.name.clone(),
                version: plugin.version.clone(),
                format: format.as_str().to_owned(),
                file: format!("{}-{}-{}.{}", plugin.name, plugin.version, target.system, format.as_str()),
            });
        }
    }
    Ok(PlannedPlatform {
        id: target.id.to_owned(),
        system: target.system.to_owned(),
        architectures: target.platforms.iter().map(ToString::to_string).collect(),
        glibc: (target.libc == Some(Libc::Glibc)).then(|| floor.to_string()),
        github: machine.github,
        gitlab: machine.gitlab,
        forgejo: machine.forgejo,
        container: machine.container,
        cmake: target.cmake.iter().map(|&argument| argument.to_owned()).chain(config.cmake.iter().cloned()).collect(),
        archives,
    })
}

/// A project that is configured only to be asked, in a folder that is gone afterwards.
pub fn configured(source: &Path, config: &Config, steps: &Steps) -> Result<Project> {
    let cannot_write = |error| Error::new(Code::PACKAGE_WRITE, "a folder for the build cannot be made").because(error);
    let build = tempfile::tempdir().map_err(cannot_write)?;
    Project::configure(source, build.path(), &config.cmake, steps)
}
