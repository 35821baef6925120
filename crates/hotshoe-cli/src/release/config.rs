//! `hotshoe.release.json`: what a project chooses.
//!
//! Owns the file's form and its defaults. `schema/release.schema.json` says the same to editors.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use hotshoe::error::{Error, Result};
use hotshoe::inspect::GlibcVersion;
use hotshoe::package::Format;
use serde::Deserialize;

use super::target::{TARGETS, Target};
use crate::codes::RELEASE_INVALID;

/// The file's name, in the project's top folder.
pub const FILE_NAME: &str = "hotshoe.release.json";

/// What a project chooses; each field may be missing, and so may the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where an editor finds the schema.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    platforms: Vec<String>,
    glibc: String,
    formats: Vec<String>,
    /// What CMake is told, on every platform.
    pub cmake: Vec<String>,
    /// A program and its arguments, which installs what the project is built with.
    pub setup: Vec<String>,
    /// Other machines than the usual, by platform.
    pub runners: BTreeMap<String, String>,
    /// Other containers than the usual, by platform; `null` for none.
    pub containers: BTreeMap<String, Option<String>>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            _schema: None,
            platforms: TARGETS.iter().map(|target| target.id.to_owned()).collect(),
            glibc: "2.28".to_owned(),
            formats: vec![Format::default().as_str().to_owned()],
            cmake: Vec::new(),
            setup: Vec::new(),
            runners: BTreeMap::new(),
            containers: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Of the project in a folder.
    ///
    /// Fails with [`RELEASE_INVALID`].
    pub fn of(source: &Path) -> Result<Config> {
        let path = source.join(FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Config::default()),
            Err(error) => return Err(invalid("the file cannot be read").because(error).at(path)),
        };
        Config::from_json(&text).map_err(|error| error.at(path))
    }

    /// Of a file's text.
    pub fn from_json(text: &str) -> Result<Config> {
        // A list would do for serde: its elements as the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err(invalid("it is not an object").hint("write `{}` for the defaults"));
        }
        let config: Config =
            serde_json::from_str(text).map_err(|error| invalid("it is not what it should be").because(error))?;
        let ids = config.platforms.iter().chain(config.runners.keys()).chain(config.containers.keys());
        for id in ids {
            Target::named(id).ok_or_else(|| unknown_platform(id))?;
        }
        for format in &config.formats {
            find_format(format).ok_or_else(|| {
                invalid(&format!("`{format}` is not a format")).hint("there are tar.gz, tar.zst and zip")
            })?;
        }
        for (field, names) in [
            ("runners", config.runners.values().collect::<Vec<_>>()),
            ("containers", config.containers.values().flatten().collect()),
        ] {
            names.into_iter().try_for_each(|name| refuse_expression(field, name))?;
        }
        config.floor()?;
        refuse_none_or_twice("platforms", &config.platforms)?;
        refuse_none_or_twice("formats", &config.formats)?;
        for target in config.targets() {
            let is_known = config.containers.contains_key(target.id) || target.libc.is_none();
            if !is_known && target.container(&config.floor()?).is_none() {
                let floor = &config.glibc;
                return Err(invalid(&format!("no container is known for glibc `{floor}`"))
                    .hint(format!("choose 2.28 or newer, or name an image for `{}` in `containers`", target.id)));
            }
        }
        Ok(config)
    }

    /// The platforms, in the order of the table.
    pub fn targets(&self) -> impl Iterator<Item = &'static Target> {
        TARGETS.iter().filter(|target| self.platforms.iter().any(|id| id == target.id))
    }

    /// The archives' formats.
    pub fn formats(&self) -> impl Iterator<Item = Format> {
        self.formats.iter().filter_map(|format| find_format(format))
    }

    /// The newest glibc that a library may need.
    pub fn floor(&self) -> Result<GlibcVersion> {
        let version = self.glibc.parse().ok().filter(|_| self.glibc.matches('.').count() == 1);
        version
            .ok_or_else(|| invalid(&format!("`{}` is not a version of glibc", self.glibc)).hint("write it as `2.28`"))
    }
}

/// The platform with this name.
pub fn target(id: &str) -> Result<&'static Target> {
    Target::named(id).ok_or_else(|| unknown_platform(id))
}

fn unknown_platform(id: &str) -> Error {
    let ids: Vec<&str> = TARGETS.iter().map(|target| target.id).collect();
    invalid(&format!("`{id}` is not a platform of releases")).hint(format!("there are {}", ids.join(", ")))
}

/// The names stand in files for CI systems, which would take `${{ secrets.KEY }}` or `$KEY` for what it names.
fn refuse_expression(field: &str, name: &str) -> Result<()> {
    let is_plain = |c: char| c != '$' && !c.is_control() && !"\u{2028}\u{2029}".contains(c);
    if !name.is_empty() && name.chars().all(is_plain) {
        return Ok(());
    }
    Err(invalid(&format!("`{}` in `{field}` is no name", name.escape_debug()))
        .hint("write the name itself: CI systems would replace `$` and what follows it"))
}

fn refuse_none_or_twice(what: &str, values: &[String]) -> Result<()> {
    if values.is_empty() {
        return Err(invalid(&format!("`{what}` is empty")).hint("leave it out for the default"));
    }
    let twice = values.iter().enumerate().find(|(at, value)| values[..*at].contains(value));
    twice.map_or(Ok(()), |(_, value)| Err(invalid(&format!("`{value}` stands twice in `{what}`"))))
}

fn find_format(text: &str) -> Option<Format> {
    Format::ALL.into_iter().find(|format| format.as_str() == text)
}

fn invalid(message: &str) -> Error {
    Error::new(RELEASE_INVALID, message)
}
