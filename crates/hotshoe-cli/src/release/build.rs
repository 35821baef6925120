//! One platform of a release: built, tested and packaged, and then built and packaged again in another
//! folder, which must give the same bytes, and none of this machine's paths.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Error, Result};
use hotshoe::package;
use hotshoe::receipt::Digest;

use super::config::Config;
use super::examine::{Examined, examine};
use super::paths;
use super::plan::{Plan, PlannedArchive, PlannedPlatform};
use super::project::Project;
use super::steps::Steps;
use super::target::Target;
use crate::codes::{BUILD_FAILED, RELEASE_INVALID, RELEASE_REFUSED};

/// What is built, where, and how loudly.
pub struct Build<'a> {
    /// The project's folder.
    pub source: &'a Path,
    /// Where the archives go.
    pub output: &'a Path,
    /// The platform.
    pub target: &'static Target,
    /// What the project chooses.
    pub config: &'a Config,
    /// How programs are run.
    pub steps: Steps,
    /// Whether this machine may have a newer glibc than the plan allows, as one has that is no container of the plan.
    pub any_glibc: bool,
}

/// What came of it.
pub struct Built {
    /// The plan, of this platform alone.
    pub plan: Plan,
    /// The archives; none if there is a finding.
    pub archives: Vec<Examined>,
    /// Why they are not fit for a release.
    pub findings: Vec<Diagnostic>,
}

impl Build<'_> {
    /// Builds it. `before` looks at the configured project, and may stop before anything is compiled.
    ///
    /// Fails with [`BUILD_FAILED`] if a step fails, a test among them.
    pub fn run(&self, before: impl FnOnce(&Project) -> Result<()>) -> Result<Built> {
        if !self.config.targets().any(|target| target.id == self.target.id) {
            return Err(not_planned(self.target));
        }
        let work = tempfile::tempdir().map_err(|error| cannot_write(error, &env::temp_dir()))?;
        let mut steps = self.steps.clone();
        steps.variables.extend(deterministic(self.target));
        steps.begin("configuring");
        let project = self.configure(&work.path().join("build"), &steps)?;
        before(&project)?;
        let mut plan = Plan::of(&project, self.config, |target| target.id == self.target.id)?;
        if self.any_glibc {
            plan.platforms.iter_mut().for_each(|platform| platform.glibc = None);
        }
        let planned = plan.platforms.first().ok_or_else(|| not_planned(self.target))?;
        steps.begin("building");
        let packages = self.make(&project, &work.path().join("packages"), &steps)?;
        steps.begin("testing");
        test(&project, &steps)?;

        // In a folder of another length, so that a path in a library moves what stands behind it.
        steps.begin("building again, in another folder and another time zone");
        steps.variables.push(("TZ", "EARLY-14".to_owned()));
        let again = self.configure(&work.path().join("the-second-build"), &steps)?;
        let packages_again = self.make(&again, &work.path().join("the-second-packages"), &steps)?;

        // Visual Studio's compiler writes the path of each source that asserts something, and can be told nothing else.
        let places = if self.target.is_windows() { Vec::new() } else { paths::places(self.source, &project.build) };
        let mut findings = Vec::new();
        let mut archives = Vec::new();
        for archive in &planned.archives {
            let file = project.plugins.iter().find(|plugin| plugin.name == archive.plugin);
            let file = format!("{}.{}", file.map_or("", |plugin| &plugin.archive), archive.format);
            let made = packages.join(&file);
            let looked = look(archive, planned, &made, &packages_again.join(&file));
            match looked.and_then(|examined| paths::refuse(&made, archive, &places).map(|()| examined)) {
                Ok(examined) => archives.push((made, examined)),
                Err(error) => findings.push(error.into()),
            }
        }
        if !findings.is_empty() {
            return Ok(Built { plan, archives: Vec::new(), findings });
        }
        for (made, examined) in &archives {
            deliver(made, examined, self.output).map_err(|error| cannot_write(error, self.output))?;
        }
        Ok(Built { plan, archives: archives.into_iter().map(|(_, examined)| examined).collect(), findings })
    }

    fn configure(&self, build: &Path, steps: &Steps) -> Result<Project> {
        let of_target = self.target.cmake.iter().map(|&argument| argument.to_owned());
        let arguments: Vec<String> = of_target.chain(self.config.cmake.iter().cloned()).collect();
        Project::configure(self.source, build, &arguments, steps)
    }

    /// Compiles, and packages into a folder.
    fn make(&self, project: &Project, packages: &Path, steps: &Steps) -> Result<PathBuf> {
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
        let mut cmake = steps.command("cmake");
        cmake.arg("--build").arg(&project.build).args(["--config", "Release", "--parallel", &cores.to_string()]);
        steps.run(&cmake)?;
        let generators: Vec<&str> = self.config.formats().map(generator).collect();
        let mut cpack = steps.command("cpack");
        cpack.arg("--config").arg(project.build.join("CPackConfig.cmake")).arg("-B").arg(packages);
        cpack.args(["-C", "Release", "-G", &generators.join(";")]);
        steps.run(&cpack)?;
        Ok(packages.to_owned())
    }
}

/// What makes compilers and linkers leave out the time: that of `hotshoe package`, unless another is asked for.
fn deterministic(target: &Target) -> Vec<(&'static str, String)> {
    let mut variables = Vec::new();
    if env::var_os("SOURCE_DATE_EPOCH").is_none() {
        variables.push(("SOURCE_DATE_EPOCH", "0".to_owned()));
    }
    // Visual Studio's linker writes the time, unless it is told not to.
    if target.is_windows() {
        variables.push(("LINK", format!("{} /Brepro", env::var("LINK").unwrap_or_default()).trim().to_owned()));
    }
    variables
}

/// What CPack calls a format.
fn generator(format: package::Format) -> &'static str {
    match format {
        package::Format::TarZst => "TZST",
        package::Format::Zip => "ZIP",
        _ => "TGZ",
    }
}

/// Runs the project's tests; each plugin must have been loaded by one.
fn test(project: &Project, steps: &Steps) -> Result<()> {
    let log = project.build.join("hotshoe-release.log");
    let mut ctest = steps.command("ctest");
    ctest.arg("--test-dir").arg(&project.build).args(["-C", "Release", "--output-on-failure", "--no-tests=error"]);
    ctest.arg("--output-log").arg(&log);
    steps.run(&ctest)?;
    let log = fs::read_to_string(&log).map_err(|error| cannot_write(error, &log))?;
    let is_loaded = |name: &str| {
        let test = format!(" {name}.load ");
        log.lines().any(|line| line.contains(&test) && line.contains(" Passed "))
    };
    match project.plugins.iter().find(|plugin| !is_loaded(&plugin.name)) {
        None => Ok(()),
        Some(plugin) => Err(Error::new(BUILD_FAILED, format!("the test `{}.load` did not run", plugin.name))
            .hint("only what was loaded once is released: leave BUILD_TESTING on, and build on the platform itself")
            .plugin(&plugin.name)),
    }
}

/// Compares an archive with the one of the second build, and looks into it.
fn look(planned: &PlannedArchive, platform: &PlannedPlatform, made: &Path, again: &Path) -> Result<Examined> {
    for archive in [made, again] {
        if !archive.is_file() {
            let file = archive.file_name().unwrap_or_default().to_string_lossy();
            return Err(Error::new(RELEASE_REFUSED, format!("CPack did not make `{file}`"))
                .hint("leave CPACK_ARCHIVE_* and CPACK_COMPONENTS_ALL to hotshoe_add_plugin()")
                .plugin(&planned.plugin));
        }
    }
    let examined = examine(made, planned, platform)?;
    // Only here: where a release is collected, what plugins need of the system need not be there.
    if let Some(missing) = examined.library.missing().next() {
        let message =
            format!("the library needs `{}`, which is neither in the archive nor on this machine", missing.name);
        return Err(Error::new(RELEASE_REFUSED, message)
            .hint("ship it beside the plugin: DATA of hotshoe_add_plugin() takes the target of a shared library")
            .plugin(&planned.plugin));
    }
    let digest = Digest::of_file(again).map_err(|error| cannot_write(error, again))?;
    if examined.sha256 == digest {
        return Ok(examined);
    }
    let differing = differing(made, again)?;
    let files = if differing.is_empty() { "the archive itself".to_owned() } else { differing.join(", ") };
    Err(Error::new(RELEASE_REFUSED, format!("built twice, it differs in {files}"))
        .hint(
            "look for a path of the build folder (-ffile-prefix-map takes it out), a time or a random number; \
             leave packing to hotshoe_add_plugin()",
        )
        .at(&planned.file)
        .plugin(&planned.plugin))
}

/// The files that are not the same in two archives.
fn differing(first: &Path, second: &Path) -> Result<Vec<String>> {
    let content = |archive: &Path| -> Result<BTreeMap<String, Option<Digest>>> {
        Ok(package::list(archive)?.into_iter().map(|content| (content.path, content.sha256)).collect())
    };
    let (first, second) = (content(first)?, content(second)?);
    let paths = first.keys().chain(second.keys().filter(|path| !first.contains_key(*path)));
    Ok(paths.filter(|path| first.get(*path) != second.get(*path)).map(|path| format!("`{path}`")).collect())
}

/// Puts an archive where it is asked for, under its planned name, with its checksum.
fn deliver(made: &Path, examined: &Examined, output: &Path) -> io::Result<()> {
    fs::create_dir_all(output)?;
    let file = &examined.planned.file;
    fs::copy(made, output.join(file))?;
    fs::write(output.join(format!("{file}.sha256")), format!("{}  {file}\n", examined.sha256))
}

fn not_planned(target: &Target) -> Error {
    Error::new(RELEASE_INVALID, format!("`{}` is not among the project's platforms", target.id))
        .hint(format!("add it to \"platforms\" in {}", super::config::FILE_NAME))
}

fn cannot_write(error: io::Error, path: &Path) -> Error {
    Error::new(Code::PACKAGE_WRITE, "it cannot be written").because(error).at(path)
}
