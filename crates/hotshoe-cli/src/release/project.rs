//! What a CMake project says of itself once it is configured: its version, its plugins, its archives.
//!
//! Owns how CMake's answers are read. Nothing is guessed from CMakeLists.txt: only CMake can read it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use hotshoe::error::{Error, Result};
use hotshoe::manifest::Manifest;
use hotshoe::version::Version;

use super::steps::Steps;
use crate::codes::RELEASE_INVALID;

/// A configured project.
#[derive(Debug)]
pub struct Project {
    /// Where it was configured.
    pub build: PathBuf,
    /// What stands behind VERSION in `project()`.
    pub version: Option<String>,
    /// The plugins that it packages, in its own order.
    pub plugins: Vec<Plugin>,
}

/// A plugin of a project.
#[derive(Debug)]
pub struct Plugin {
    /// Its name.
    pub name: String,
    /// The version in its manifest.
    pub version: Version,
    /// What CPack calls its archive, without the format.
    pub archive: String,
}

impl Project {
    /// Configures the project in `source` into `build`.
    ///
    /// Fails with [`BUILD_FAILED`](crate::codes::BUILD_FAILED) if CMake refuses it, and with [`RELEASE_INVALID`] if it has
    /// no plugin to package.
    pub fn configure(source: &Path, build: &Path, arguments: &[String], steps: &Steps) -> Result<Project> {
        let mut cmake = steps.command("cmake");
        cmake.arg("-S").arg(source).arg("-B").arg(build).args(["-D", "CMAKE_BUILD_TYPE=Release"]).args(arguments);
        if let Ok(tool) = env::current_exe() {
            let mut definition = OsString::from("HOTSHOE_TOOL=");
            definition.push(tool);
            cmake.arg("-D").arg(definition);
        }
        steps.run(&cmake)?;
        Project::read(build).map_err(|error| error.at(source))
    }

    fn read(build: &Path) -> Result<Project> {
        let none = || {
            Error::new(RELEASE_INVALID, "the project packages no plugin")
                .hint("call hotshoe_add_plugin() in its CMakeLists.txt, and leave HOTSHOE_CPACK on")
        };
        let settings = fs::read_to_string(build.join("CPackConfig.cmake")).map_err(|_| none())?;
        let names = setting(&settings, "CPACK_COMPONENTS_ALL").ok_or_else(none)?;
        let mut plugins = Vec::new();
        for name in names.split(';') {
            let key = format!("CPACK_ARCHIVE_{}_FILE_NAME", name.to_uppercase());
            let (Some(archive), Some(path)) = (setting(&settings, &key), manifest(build, name, 0)) else { continue };
            let bytes = fs::read(&path).map_err(|error| none().because(error))?;
            let (manifest, _) = Manifest::from_json(&bytes, None).map_err(|error| error.plugin(name))?;
            let version = manifest.version.ok_or_else(none)?;
            plugins.push(Plugin { name: name.to_owned(), version, archive: archive.to_owned() });
        }
        if plugins.is_empty() {
            return Err(none());
        }
        Ok(Project { build: build.to_owned(), version: project_version(build), plugins })
    }
}

/// The last value that CPack's settings give a variable.
fn setting<'a>(settings: &'a str, key: &str) -> Option<&'a str> {
    let start = format!("set({key} \"");
    settings.lines().rev().find_map(|line| line.strip_prefix(&start)?.strip_suffix("\")"))
}

/// `hotshoe_add_plugin()` writes it into the binary folder of the CMakeLists.txt that calls it.
fn manifest(folder: &Path, name: &str, depth: usize) -> Option<PathBuf> {
    const DEEPEST: usize = 16;
    let here = folder.join("CMakeFiles/hotshoe").join(name).join("plugin.json");
    if here.is_file() {
        return Some(here);
    }
    let mut folders: Vec<PathBuf> = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.retain(|path| path.is_dir() && !path.ends_with("CMakeFiles"));
    folders.sort();
    (depth < DEEPEST).then(|| folders.iter().find_map(|folder| manifest(folder, name, depth + 1))).flatten()
}

fn project_version(build: &Path) -> Option<String> {
    let cache = fs::read_to_string(build.join("CMakeCache.txt")).ok()?;
    let version = cache.lines().find_map(|line| line.strip_prefix("CMAKE_PROJECT_VERSION:STATIC="))?;
    (!version.is_empty()).then(|| version.to_owned())
}
