//! A plugin in the installed layout, inspected.
//!
//! Owns what holds of every staged plugin, whoever built it: the folder, what cargo and the crate are told of it, and
//! that a host for the target would find its entry.

use std::fs;
use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Error, Result};
use hotshoe::inspect::Inspection;
use hotshoe::manifest::Manifest;
use hotshoe::platform::{Platform, System};
use hotshoe::profile::HostProfile;

use crate::cargo::{self, Cargo};
use crate::codes::BUILD_FAILED;

/// A plugin that was built, in the layout in which it would be installed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Staged {
    /// The folder of plugin folders, for a host's search path. The crate is compiled with its path in the variable
    /// `HOTSHOE_PLUGIN_ROOT`.
    pub root: PathBuf,
    /// The plugin's own folder in it, with `plugin.json`, the library and the data.
    pub folder: PathBuf,
    /// The library.
    pub library: PathBuf,
    /// What the library is. Nothing of it was run.
    pub inspection: Inspection,
}

impl Staged {
    /// Inspects what lies in a plugin's folder, and tells cargo of it.
    pub(crate) fn of(cargo: &Cargo, name: &str, host: &HostProfile) -> Result<Staged> {
        let root = cargo.plugin_root();
        let folder = root.join(name);
        let in_plugin = |error: Error| error.plugin(name);
        let manifest = Manifest::in_folder(&folder, Some(&host.version_key)).map_err(in_plugin)?;
        let (manifest, findings) = manifest.unwrap_or_default();
        let file = manifest.library.as_deref().map_or_else(|| library_name(cargo, name).into(), Path::to_path_buf);
        let library = folder.join(file);
        let mut inspection = Inspection::of(&library).map_err(in_plugin)?;
        inspection.set_provided(&host.provides);
        if let Some(platform) = cargo.platform {
            let entry = manifest.entry.as_deref().unwrap_or(&host.native.entry);
            inspection.check(platform, entry).map_err(in_plugin)?;
        }
        for finding in findings.iter().chain(&inspection.findings()) {
            cargo::tell("warning", format!("plugin {name}: {}", finding.message));
        }
        cargo::tell("rustc-env", format!("HOTSHOE_PLUGIN_ROOT={}", root.display()));
        Ok(Staged { root, folder, library, inspection })
    }
}

/// What the target calls the library of a plugin, as `hotshoe_add_plugin()` does.
pub(crate) fn library_name(cargo: &Cargo, name: &str) -> String {
    let system = cargo.platform.map_or(System::Linux, |platform: Platform| platform.system);
    system.library_names(name).swap_remove(0)
}

/// A plugin's folder, made anew: what is not built any more shall not stay in it.
pub(crate) fn empty_folder(cargo: &Cargo, name: &str) -> Result<PathBuf> {
    hotshoe::manifest::check_name(name)?;
    let folder = cargo.plugin_root().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| not_written(&folder, error))?;
    }
    make_folder(&folder)?;
    Ok(folder)
}

pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| not_written(folder, error))
}

/// Writes a file, unless it is the same already: what reads it is then not done again.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> Result<bool> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let write = || -> std::io::Result<()> {
        let mut beside = tempfile::Builder::new().prefix(".hotshoe-").tempfile_in(folder)?;
        std::io::Write::write_all(&mut beside, text.as_bytes())?;
        make_readable(beside.as_file())?;
        beside.persist(path)?;
        Ok(())
    };
    write().map_err(|error| not_written(path, error))?;
    Ok(true)
}

/// A file for temporary use is its owner's alone.
#[cfg(unix)]
fn make_readable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_file: &fs::File) -> std::io::Result<()> {
    Ok(())
}

pub(crate) fn not_written(path: &Path, error: std::io::Error) -> Error {
    Error::new(BUILD_FAILED, "what was built cannot be written").because(error).at(path)
}

/// Whose plugin it is: a name, or the path of a `<host>.host.json`, which is then watched; so is the one of a host that
/// is installed.
pub(crate) fn profile(cargo: &Cargo, plugin: &str, host: Option<&str>) -> Result<HostProfile> {
    let Some(host) = host else {
        return Err(Error::new(Code::ARGUMENT_INVALID, "it is not said whose plugin it is")
            .hint("add `.host(\"<name>\")`")
            .plugin(plugin));
    };
    let path = match host.ends_with(".json") {
        true => cargo.package.join(host),
        // One that is installed, as for CMake and the tool.
        false => match HostProfile::installed_file(host)? {
            Some(installed) => installed,
            None => return HostProfile::named(host),
        },
    };
    cargo::watch(&path);
    HostProfile::from_file(&path)
}
