//! Plugins of single sources, built without CMake.
//!
//! Owns what `hotshoe_add_plugin()` does for a CMake project: compiling, linking, the manifest, the staged folder. How
//! a compiler is called is `compile`'s.

use std::fs;
use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Error, Result};
use hotshoe::platform::System;
use hotshoe::profile::HostProfile;

use crate::cargo::{self, Cargo};
use crate::codes::BUILD_FAILED;
use crate::compile::{self, Compilers, Exports, Options};
use crate::contract;
use crate::manifest::{self, Fields};
use crate::sources;
use crate::staged::{self, Staged};

/// A plugin of single sources in C and C++.
///
/// They are compiled by the compiler of cargo's target, with the optimisation of cargo's profile; C++ by the names of
/// the files. The library exports the host's entry and nothing else, and holds its manifest too.
///
/// ```no_run
/// let staged = hotshoe_build::Plugin::cc("invert")
///     .host("rack")
///     .sources("plugins/invert/*.c")
///     .include("include")
///     .capability("effect:invert")
///     .build()?;
/// assert!(staged.folder.join("plugin.json").is_file());
/// # Ok::<(), hotshoe::error::Error>(())
/// ```
///
/// Sources see `HOTSHOE_PLUGIN_NAME` and `HOTSHOE_PLUGIN_VERSION`, which are strings.
#[derive(Clone, Debug)]
pub struct CcPlugin {
    name: String,
    host: Option<String>,
    sources: Vec<String>,
    data: Vec<String>,
    options: Options,
    fields: Fields,
}

impl CcPlugin {
    pub(crate) fn new(name: &str) -> CcPlugin {
        CcPlugin {
            name: name.to_owned(),
            host: None,
            sources: Vec::new(),
            data: Vec::new(),
            options: Options::default(),
            fields: Fields::default(),
        }
    }

    /// Whose plugin it is: a host's name, or the path of its `<host>.host.json`; needed.
    pub fn host(mut self, host: &str) -> CcPlugin {
        self.host = Some(host.to_owned());
        self
    }

    /// A source, or a pattern of several, relative to the package; needed. A file that is new in the pattern's folder
    /// has the plugin built again.
    pub fn sources(mut self, pattern: &str) -> CcPlugin {
        self.sources.push(pattern.to_owned());
        self
    }

    /// A folder of headers, relative to the package.
    pub fn include(mut self, folder: impl AsRef<Path>) -> CcPlugin {
        self.options.includes.push(folder.as_ref().to_owned());
        self
    }

    /// Defines a macro.
    pub fn define(mut self, name: &str, value: &str) -> CcPlugin {
        self.options.defines.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds an argument for compiling and linking.
    pub fn flag(mut self, flag: &str) -> CcPlugin {
        self.options.flags.push(flag.to_owned());
        self
    }

    /// The version of the language, such as `c11` or `c++17`; it holds for sources of that language.
    pub fn standard(mut self, standard: &str) -> CcPlugin {
        self.options.standard = Some(standard.to_owned());
        self
    }

    /// A file or folder that goes beside the library under its last name, or a pattern of several.
    pub fn data(mut self, pattern: &str) -> CcPlugin {
        self.data.push(pattern.to_owned());
        self
    }

    /// The plugin's version, if it is not the package's.
    pub fn version(mut self, version: &str) -> CcPlugin {
        self.fields.version = version.to_owned();
        self
    }

    /// The versions of the host it works with: `>=1.2,<2`.
    pub fn host_version(mut self, requirement: &str) -> CcPlugin {
        self.fields.host_version = requirement.to_owned();
        self
    }

    /// Adds what it can be found under: `effect:invert`.
    pub fn capability(mut self, capability: &str) -> CcPlugin {
        self.fields.capabilities.push(capability.to_owned());
        self
    }

    /// One sentence about it.
    pub fn description(mut self, text: &str) -> CcPlugin {
        self.fields.description = text.to_owned();
        self
    }

    /// What the host calls, if it is not the host's usual entry.
    pub fn entry(mut self, symbol: &str) -> CcPlugin {
        self.fields.entry = symbol.to_owned();
        self
    }

    /// Makes it a plugin of the contract of `hotshoe/plugin.h`: its entry is `hotshoe_descriptor`, and its sources find
    /// `hotshoe/plugin.h`, `hotshoe/contract.hpp` and `hotshoe/folder.h`.
    pub fn contract(mut self) -> CcPlugin {
        self.fields.entry = contract::ENTRY.to_owned();
        self
    }

    /// Adds an interface that it has, such as `org.example.filter/1`; for plugins of the contract.
    pub fn interface(mut self, id: &str) -> CcPlugin {
        self.fields.interfaces.push(id.to_owned());
        self
    }

    /// Compiles and links it, stages it in `OUT_DIR/plugin-root/<name>` and inspects it.
    ///
    /// Fails with [`BUILD_FAILED`], which shows what the compiler said, with [`Code::ARGUMENT_INVALID`] if the host
    /// is missing, or with what a manifest or [`hotshoe::inspect::Inspection::check`] finds.
    pub fn build(&self) -> Result<Staged> {
        let cargo = Cargo::read()?;
        self.build_for(&cargo).map_err(|error| error.plugin(&self.name))
    }

    fn build_for(&self, cargo: &Cargo) -> Result<Staged> {
        let host = staged::profile(cargo, &self.name, self.host.as_deref())?;
        let folder = staged::empty_folder(cargo, &self.name)?;
        let library = folder.join(staged::library_name(cargo, &self.name));
        let manifest = self.manifest(cargo, &host, &library)?;
        self.watch(cargo)?;
        let sources = expand(cargo, &self.sources)?;
        if sources.is_empty() {
            return Err(Error::new(Code::ARGUMENT_INVALID, "it has no sources").hint("add `.sources(\"<pattern>\")`"));
        }
        self.make_library(cargo, &host, &sources, &manifest, &library)?;
        staged::write_if_changed(&folder.join(hotshoe::manifest::FILE_NAME), &manifest)?;
        for data in expand(cargo, &self.data)? {
            copy(&data, &folder)?;
        }
        Staged::of(cargo, &self.name, &host)
    }

    fn manifest(&self, cargo: &Cargo, host: &HostProfile, library: &Path) -> Result<String> {
        let mut fields = self.fields.clone();
        if fields.version.is_empty() {
            fields.version.clone_from(&cargo.version);
        }
        fields.library = library.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = manifest::text(&self.name, &host.version_key, &fields);
        // What a reader would say of it is said before anything is compiled.
        hotshoe::manifest::Manifest::from_json(text.as_bytes(), Some(&host.version_key))?;
        Ok(text)
    }

    fn watch(&self, cargo: &Cargo) -> Result<()> {
        for pattern in self.sources.iter().chain(&self.data) {
            sources::watch_pattern(cargo, pattern)?;
        }
        for folder in &self.options.includes {
            sources::watch(cargo, &cargo.package.join(folder))?;
        }
        Ok(())
    }

    fn make_library(
        &self,
        cargo: &Cargo,
        host: &HostProfile,
        sources: &[PathBuf],
        manifest: &str,
        library: &Path,
    ) -> Result<()> {
        let work = cargo.work(&self.name);
        let embedded = work.join("manifest.c");
        staged::write_if_changed(&embedded, &manifest::source(manifest))?;
        let mut options = self.options.clone();
        options.includes = options.includes.iter().map(|folder| cargo.package.join(folder)).collect();
        let version = if self.fields.version.is_empty() { &cargo.version } else { &self.fields.version };
        options.defines.push(("HOTSHOE_PLUGIN_NAME".to_owned(), format!("\"{}\"", self.name)));
        options.defines.push(("HOTSHOE_PLUGIN_VERSION".to_owned(), format!("\"{version}\"")));
        if self.fields.entry == contract::ENTRY {
            options.includes.push(contract::write_headers(&work.join("include"))?);
        }

        let system = cargo.platform.map_or(System::Linux, |platform| platform.system);
        let compilers = Compilers::find(&options, sources.iter().any(|source| compile::is_cpp(source)), system)?;
        let mut objects = Vec::new();
        for (number, source) in sources.iter().chain([&embedded]).enumerate() {
            // Two sources may have the same name in different folders.
            let object = work.join(format!("{number}-{}.o", source.file_stem().unwrap_or_default().display()));
            self.pass_on(&compilers.compile(source, &object)?);
            objects.push(object);
        }
        let entry = if self.fields.entry.is_empty() { &host.native.entry } else { &self.fields.entry };
        let exports = Exports { entry, version_symbol: &host.native.version_symbol };
        self.pass_on(&compilers.link(&objects, library, &exports, &work)?);
        Ok(())
    }

    /// Warnings of a compiler are cargo's warnings.
    fn pass_on(&self, output: &str) {
        for line in output.lines().filter(|line| line.contains("warning")) {
            cargo::tell("warning", format!("plugin {}: {line}", self.name));
        }
    }
}

fn expand(cargo: &Cargo, patterns: &[String]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for pattern in patterns {
        found.extend(sources::matching(cargo, pattern)?);
    }
    Ok(found)
}

/// Copies a file or folder into a folder, under its last name.
fn copy(from: &Path, into: &Path) -> Result<()> {
    let to = into.join(from.file_name().unwrap_or_default());
    let failed = |error| staged::not_written(&to, error);
    if to.exists() {
        return Err(Error::new(BUILD_FAILED, "the plugin's folder would hold two files of one name").at(&to));
    }
    if !from.is_dir() {
        fs::copy(from, &to).map_err(failed)?;
        return Ok(());
    }
    staged::make_folder(&to)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        copy(&entry.map_err(failed)?.path(), &to)?;
    }
    Ok(())
}
