//! Plugins that are CMake projects.
//!
//! Owns how such a project is found to be `hotshoe_add_plugin()`'s, built and installed into the staged layout. It
//! knows nothing of compilers: those are CMake's affair.

use std::env;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use hotshoe::error::{Error, Result};

use crate::cargo::{self, Cargo};
use crate::codes::BUILD_FAILED;
use crate::contract;
use crate::sources;
use crate::staged::{self, Staged};
use crate::tool::{Tool, failed};

/// The one file that a project needs of Hotshoe, so that none has to be installed.
const ADD_PLUGIN: &str = include_str!("../HotshoeAddPlugin.cmake");

/// What a CMake build takes from the environment, and the compilers that it is given.
const ENVIRONMENT: [&str; 8] =
    ["CMAKE", "CMAKE_GENERATOR", "CMAKE_PREFIX_PATH", "CMAKE_TOOLCHAIN_FILE", "CC", "CXX", "CFLAGS", "CXXFLAGS"];

/// A plugin whose folder holds a CMake project that calls `hotshoe_add_plugin()`.
///
/// The project says `find_package(Hotshoe CONFIG REQUIRED)` as always; it gets the function from this crate. It is
/// built for cargo's target, with the configuration that goes with cargo's profile, in `OUT_DIR`.
///
/// ```no_run
/// let staged = hotshoe_build::Plugin::cmake("plugins/gain").host("rack").build()?;
/// assert!(staged.inspection.exports_symbol("rack_register"));
/// # Ok::<(), hotshoe::error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CmakePlugin {
    folder: PathBuf,
    name: Option<String>,
    host: Option<String>,
    defines: Vec<(String, String)>,
    watched: Vec<PathBuf>,
}

impl CmakePlugin {
    pub(crate) fn new(folder: &Path) -> CmakePlugin {
        CmakePlugin { folder: folder.to_owned(), name: None, host: None, defines: Vec::new(), watched: Vec::new() }
    }

    /// The plugin's name, if it is not the folder's: what `hotshoe_add_plugin()` was told.
    pub fn name(mut self, name: &str) -> CmakePlugin {
        self.name = Some(name.to_owned());
        self
    }

    /// Whose plugin it is: a host's name, or the path of its `<host>.host.json`; needed.
    pub fn host(mut self, host: &str) -> CmakePlugin {
        self.host = Some(host.to_owned());
        self
    }

    /// Sets a CMake variable, for example `CMAKE_PREFIX_PATH`.
    pub fn define(mut self, variable: &str, value: &str) -> CmakePlugin {
        self.defines.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Builds it again when this file changes, or anything in this folder; for what lies outside of the project.
    pub fn watch(mut self, path: impl AsRef<Path>) -> CmakePlugin {
        self.watched.push(path.as_ref().to_owned());
        self
    }

    /// Builds the project, stages the plugin in `OUT_DIR/plugin-root/<name>` and inspects it.
    ///
    /// Fails with [`BUILD_FAILED`], which shows what CMake or the compiler said, with [`Code::ARGUMENT_INVALID`](hotshoe::error::Code::ARGUMENT_INVALID)
    /// if the host is missing, or with what [`hotshoe::inspect::Inspection::check`] finds.
    pub fn build(&self) -> Result<Staged> {
        let cargo = Cargo::read()?;
        let folder = cargo.package.join(&self.folder);
        let name = self.plugin_name()?;
        self.build_in(&cargo, &folder, &name).map_err(|error| error.plugin(name).at(folder))
    }

    fn plugin_name(&self) -> Result<String> {
        let of_folder = || self.folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = self.name.clone().or_else(of_folder).unwrap_or_default();
        hotshoe::manifest::check_name(&name)?;
        Ok(name)
    }

    fn build_in(&self, cargo: &Cargo, folder: &Path, name: &str) -> Result<Staged> {
        self.watch_all(cargo, folder)?;
        let host = staged::profile(cargo, name, self.host.as_deref())?;
        if !folder.join("CMakeLists.txt").is_file() {
            return Err(Error::new(BUILD_FAILED, "there is no CMakeLists.txt")
                .hint("name the folder of a CMake project that calls hotshoe_add_plugin()"));
        }
        let work = cargo.work(name);
        let package = work.join("package");
        staged::write_if_changed(&package.join("HotshoeAddPlugin.cmake"), ADD_PLUGIN)?;
        contract::write_headers(&package)?;
        staged::write_if_changed(&package.join("HotshoeConfig.cmake"), CONFIG)?;
        staged::write_if_changed(&package.join("HotshoeConfigVersion.cmake"), &config_version())?;

        let mut config = cmake::Config::new(folder);
        config.out_dir(&work).no_build_target(true);
        config.define("Hotshoe_DIR", cmake_path(&package));
        // The load test is the crate's own tests' affair, and nothing is packaged here.
        config.define("BUILD_TESTING", "OFF").define("HOTSHOE_CPACK", "OFF");
        for (variable, value) in &self.defines {
            config.define(variable, value);
        }
        let build = work.join("build");
        run(&mut config, &build)?;
        install(cargo, name, &build, config.get_profile())?;
        Staged::of(cargo, name, &host)
    }

    fn watch_all(&self, cargo: &Cargo, folder: &Path) -> Result<()> {
        sources::watch(cargo, folder)?;
        for path in &self.watched {
            sources::watch(cargo, &cargo.package.join(path))?;
        }
        for variable in ENVIRONMENT {
            cargo::tell("rerun-if-env-changed", variable);
        }
        Ok(())
    }
}

/// What `find_package(Hotshoe CONFIG)` reads.
const CONFIG: &str = "include(\"${CMAKE_CURRENT_LIST_DIR}/HotshoeAddPlugin.cmake\")\n";

/// And which versions a project may ask for: this one and those before it in the same series.
fn config_version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "set(PACKAGE_VERSION \"{version}\")\n\
         if(NOT PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)\n  \
           set(PACKAGE_VERSION_COMPATIBLE TRUE)\n\
         endif()\n"
    )
}

/// CMake reads a backslash as an escape.
fn cmake_path(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Configures and builds. The crate `cmake` panics where CMake fails, and what CMake says goes past it. The same step
/// is then run again and its output kept: only what failed is done again, so that is only what there is to say.
fn run(config: &mut cmake::Config, build: &Path) -> Result<()> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(AssertUnwindSafe(|| config.build()));
    panic::set_hook(hook);
    let Err(reason) = result else { return Ok(()) };
    let reason = reason.downcast_ref::<String>().map_or("CMake failed", |text| text.trim());
    if build.join("CMakeCache.txt").is_file() {
        tool("configuring with CMake", vec![build.into()])?;
        tool(
            "building with CMake",
            vec!["--build".into(), build.into(), "--config".into(), config.get_profile().into()],
        )?;
    }
    let said = reason.lines().next().unwrap_or_default();
    Err(failed("building with CMake").because(said.to_owned()).hint("install CMake 3.22 or newer, and make or ninja"))
}

fn tool(what: &str, arguments: Vec<std::ffi::OsString>) -> Result<String> {
    let program = env::var_os("CMAKE").unwrap_or_else(|| "cmake".into());
    Tool { what, program: program.as_ref(), arguments, environment: Vec::new() }.run()
}

fn install(cargo: &Cargo, name: &str, build: &Path, profile: &str) -> Result<()> {
    let folder = staged::empty_folder(cargo, name)?;
    let root = cargo.plugin_root();
    let arguments = [build.as_os_str(), "--prefix".as_ref(), root.as_ref(), "--component".as_ref(), name.as_ref()];
    let mut arguments: Vec<_> = arguments.iter().map(|argument| argument.to_os_string()).collect();
    arguments.insert(0, "--install".into());
    arguments.extend(["--config".into(), profile.into()]);
    tool("installing with CMake", arguments)?;
    if folder.join(hotshoe::manifest::FILE_NAME).is_file() {
        return Ok(());
    }
    Err(Error::new(BUILD_FAILED, format!("the project does not make a plugin `{name}`"))
        .hint(format!("it makes {}; give the name with `.name(\"…\")`", made(build))))
}

/// The plugins that a project did make.
fn made(build: &Path) -> String {
    let entries = fs::read_dir(build.join("plugin-root")).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| format!("`{}`", entry.file_name().display())).collect();
    names.sort();
    if names.is_empty() { "none with hotshoe_add_plugin()".to_owned() } else { names.join(", ") }
}
