//! `hotshoe release`

use std::env;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Error, Result};
use hotshoe::inspect::Portability;
use hotshoe::package::SecretKey;

use super::check_tag;
use super::key::PASSWORD;
use super::plan::platform;
use crate::codes::{RELEASE_INVALID, RELEASE_REFUSED};
use crate::output::{Answer, BAD, GOOD, NAME};
use crate::release::build::{Build, Built};
use crate::release::collect::{ASSETS, Collected, Release, collect, refuse_foreign};
use crate::release::config::{self, Config};
use crate::release::digests::{self, Digests};
use crate::release::examine::Examined;
use crate::release::forge::System;
use crate::release::plan::{Plan, configured};
use crate::release::publish::publish;
use crate::release::steps::Steps;
use crate::release::tag;
use crate::release::target::{TARGETS, Target};

/// Make a release of the project, in the stages that CI systems run; with --dry-run all of it, here
#[derive(clap::Args)]
#[command(
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  hotshoe release --dry-run
  hotshoe release build --platform linux-x86_64
  hotshoe release collect dist --plan plan.json --output release
  hotshoe release publish release --to github"
)]
pub struct Args {
    #[command(subcommand)]
    stage: Option<Stage>,

    /// Do all of it on this machine, for this platform and without the network, and publish nothing
    #[arg(long, required = true)]
    dry_run: bool,

    #[command(flatten)]
    dry: DryRun,
}

#[derive(clap::Args)]
struct DryRun {
    /// The project's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    source: PathBuf,

    /// Where the release goes
    #[arg(long, value_name = "DIR", default_value = "release")]
    output: PathBuf,

    /// The platform; without it, the one of this machine
    #[arg(long, value_name = "ID", value_parser = platform)]
    platform: Option<&'static Target>,

    /// The tag; without it, the commit's, if it has one
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,

    /// Show all that cmake, ctest and cpack print
    #[arg(long)]
    verbose: bool,
}

#[derive(Subcommand)]
enum Stage {
    Setup(SetupArgs),
    Build(BuildArgs),
    Collect(CollectArgs),
    Publish(PublishArgs),
}

/// Install what the project is built with: run what hotshoe.release.json names as `setup`, if anything
#[derive(clap::Args)]
struct SetupArgs {
    /// The project's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    source: PathBuf,
}

/// Build, test and package one platform, twice, and refuse archives that differ
#[derive(clap::Args)]
struct BuildArgs {
    /// The platform, as `hotshoe plan` names it
    #[arg(long, value_name = "ID", value_parser = platform)]
    platform: &'static Target,

    /// Where the archives go; without it, `dist/<platform>`, where `hotshoe release collect dist` looks for them
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// Append the digests of the archives to this file, as `<platform>=<digests>`: the outputs of a CI job
    #[arg(long, value_name = "FILE")]
    digests: Option<PathBuf>,

    /// The project's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    source: PathBuf,

    /// Show all that cmake, ctest and cpack print
    #[arg(long)]
    verbose: bool,
}

/// Hold what was built against the plan, and make of it what is uploaded; refuse if anything is missing
#[derive(clap::Args)]
#[command(after_help = "\
Signs with the key in HOTSHOE_KEY and its password in HOTSHOE_KEY_PASSWORD, if they are set.")]
struct CollectArgs {
    /// The folder with a folder for each platform, called after it, with what its job built
    dist: PathBuf,

    /// The outputs of the build jobs, a JSON object: refuse archives whose digests are others
    #[arg(long, value_name = "FILE")]
    digests: Option<PathBuf>,

    /// What `hotshoe plan --json` wrote; without it, the project is asked again
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,

    /// Where the release goes
    #[arg(long, value_name = "DIR", default_value = "release")]
    output: PathBuf,

    /// The tag; without it, the one of the CI system, else the commit's
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,

    /// The project's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    source: PathBuf,
}

/// Upload a release that was collected: as a draft, and published when all of it is there
#[derive(clap::Args)]
#[command(after_help = "\
It runs curl, and takes where to and the token from the variables of the CI system:
  github   GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN
  forgejo  the same, or FORGEJO_TOKEN
  gitlab   CI_API_V4_URL, CI_PROJECT_ID, CI_PROJECT_NAME, CI_JOB_TOKEN")]
struct PublishArgs {
    /// The folder that `hotshoe release collect` made
    #[arg(default_value = "release")]
    release: PathBuf,

    /// Where to: github, gitlab or forgejo
    #[arg(long, value_name = "SYSTEM", value_parser = System::named)]
    to: System,
}

pub fn run(args: &Args, json: bool) -> Result<Answer> {
    match &args.stage {
        None => dry_run(&args.dry, json),
        Some(Stage::Setup(args)) => setup(args, json),
        Some(Stage::Build(args)) => build(args, json),
        Some(Stage::Collect(args)) => collected(args),
        Some(Stage::Publish(args)) => {
            let url = publish(&args.release, args.to, &steps(json, false))?;
            let mut answer = Answer::new();
            answer.line(format!("{GOOD}published{GOOD:#} {NAME}{url}{NAME:#}"));
            answer.field("published", url);
            Ok(answer)
        }
    }
}

fn steps(json: bool, verbose: bool) -> Steps {
    Steps { quiet: json, verbose, ..Steps::default() }
}

fn setup(args: &SetupArgs, json: bool) -> Result<Answer> {
    let config = Config::of(&args.source)?;
    let mut answer = Answer::new();
    if let Some((program, arguments)) = config.setup.split_first() {
        let shown = config.setup.join(" ");
        let steps = steps(json, !json);
        steps.run(steps.command(program).args(arguments).current_dir(&args.source))?;
        answer.line(format!("{GOOD}ran{GOOD:#} {NAME}{shown}{NAME:#}"));
    }
    answer.field("setup", &config.setup);
    Ok(answer)
}

fn build(args: &BuildArgs, json: bool) -> Result<Answer> {
    let (target, config) = (args.platform, Config::of(&args.source)?);
    let steps = steps(json, args.verbose);
    let (source, output) = (&args.source, args.output.clone().unwrap_or_else(|| Path::new("dist").join(target.id)));
    let output = &output;
    let build = Build { source, output, target, config: &config, steps, any_glibc: false };
    let mut answer = Answer::new();
    let built = build.run(|_| Ok(()))?;
    if let Some(file) = args.digests.as_ref().filter(|_| built.findings.is_empty()) {
        digests::hand_over(target.id, &built.archives, file)?;
    }
    report_build(built, target, &mut answer);
    Ok(answer)
}

/// The lines and fields of a build; says whether it is good.
fn report_build(built: Built, target: &Target, answer: &mut Answer) -> Option<Plan> {
    let is_good = built.findings.is_empty();
    answer.line(match is_good {
        true => format!("{GOOD}built{GOOD:#} {NAME}{}{NAME:#}, twice with the same bytes", target.id),
        false => format!("{BAD}no{BAD:#}: {NAME}{}{NAME:#} is not fit for a release", target.id),
    });
    for archive in &built.archives {
        answer.line(format!("  {} {}", archive.sha256, archive.planned.file));
    }
    let objects = built.archives.iter().map(|archive| {
        serde_json::json!({ "plugin": archive.planned.plugin, "version": archive.planned.version,
            "file": archive.planned.file, "size": archive.size, "sha256": archive.sha256 })
    });
    answer.field("platform", target.id);
    answer.field("archives", objects.collect::<Vec<_>>());
    answer.diagnostics(built.findings);
    if !is_good {
        answer.no();
    }
    is_good.then_some(built.plan)
}

fn collected(args: &CollectArgs) -> Result<Answer> {
    // What is wrong with a secret is said before anything is done.
    let key = signing_key()?;
    let plan = match &args.plan {
        Some(plan) => Plan::from_file(plan)?,
        None => {
            let config = Config::of(&args.source)?;
            Plan::of(&configured(&args.source, &config, &Steps::default())?, &config, |_| true)?
        }
    };
    let digests = args.digests.as_deref().map(Digests::from_file).transpose()?;
    let tag = tag::find(args.tag.as_deref(), &args.source)
        .ok_or_else(|| tag::missing().hint("name one with `--tag v1.2.3`"))?;
    let mut answer = Answer::new();
    let collected = collect(&args.dist, &plan, digests.as_ref(), Some(&tag), key.as_ref(), &args.output)?;
    report_release(collected, &args.output, &mut answer);
    Ok(answer)
}

fn report_release(collected: Collected, output: &Path, answer: &mut Answer) {
    match collected {
        Collected::Whole(release) => {
            let folder = output.join(ASSETS);
            let kind = if release.prerelease { "pre-release" } else { "release" };
            answer.line(format!(
                "{GOOD}collected{GOOD:#} a {kind}; these files would be uploaded from {}",
                folder.display()
            ));
            list(&release, answer);
            answer.field("complete", true);
            answer.field("release", &release);
        }
        Collected::Refused(findings) => {
            answer.line(format!("{BAD}no{BAD:#}: there is nothing to publish, for this is not what was planned"));
            answer.field("complete", false);
            answer.diagnostics(findings);
            answer.no();
        }
    }
}

fn list(release: &Release, answer: &mut Answer) {
    for file in &release.files {
        answer.line(format!("  {:>10} {}", file.size, file.name));
    }
}

/// The key in the environment; half of one is an error, for somebody believes that it signs.
fn signing_key() -> Result<Option<SecretKey>> {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match (is_set("HOTSHOE_KEY"), is_set(PASSWORD)) {
        (false, false) => Ok(None),
        (false, true) => Err(Error::new(Code::KEY_INVALID, format!("{PASSWORD} is set, and HOTSHOE_KEY is not"))
            .hint("set both, or neither; a CI system may keep a secret from this branch or tag")),
        (true, _) => super::sign::key_in_environment().map(Some),
    }
}

fn dry_run(args: &DryRun, json: bool) -> Result<Answer> {
    let key = signing_key()?;
    // Before the minutes that two builds take.
    refuse_foreign(&args.output)?;
    let config = Config::of(&args.source)?;
    let target = match args.platform {
        Some(target) => buildable(target, &config)?,
        None => config.targets().find(|target| target.is_here()).ok_or_else(|| {
            Error::new(RELEASE_INVALID, "the project has no platform that is built on a machine like this one")
                .hint("name one of its platforms with `--platform`")
        })?,
    };
    let tag = tag::find(args.tag.as_deref(), &args.source);
    let version = tag.as_deref().map(tag::version).transpose()?;
    let dist = tempfile::tempdir()
        .map_err(|error| Error::new(Code::PACKAGE_WRITE, "a folder for the build cannot be made").because(error))?;
    let steps = steps(json, args.verbose);
    let (source, output) = (&args.source, &dist.path().join(target.id));
    let build = Build { source, output, target, config: &config, steps, any_glibc: true };
    let mut answer = Answer::new();
    let mut disagrees = false;
    let built = build.run(|project| {
        let (Some(tag), Some(version)) = (&tag, &version) else { return Ok(()) };
        let places = tag::places(project, version);
        check_tag::report(tag, &places, &mut answer);
        disagrees = places.iter().any(|place| !place.agrees);
        // Nothing is compiled for a tag that is wrong.
        match disagrees {
            true => Err(Error::new(RELEASE_REFUSED, "the tag is not the version of everything")),
            false => Ok(()),
        }
    });
    if disagrees {
        return Ok(answer);
    }
    let built = built?;
    answer.diagnostics(newer_than_planned(&built, &config)?);
    let Some(plan) = report_build(built, target, &mut answer) else { return Ok(answer) };
    let collected = collect(dist.path(), &plan, None, tag.as_deref(), key.as_ref(), &args.output)?;
    report_release(collected, &args.output, &mut answer);
    Ok(answer)
}

/// A platform, unless this machine cannot build it: CMake would say that only of its compiler.
fn buildable(target: &'static Target, config: &Config) -> Result<&'static Target> {
    let is_toolchain = |argument: &String| argument.contains("CMAKE_TOOLCHAIN_FILE") || argument == "--toolchain";
    // What the project does not choose is refused with another word.
    let is_chosen = config.targets().any(|chosen| chosen.id == target.id);
    if !is_chosen || target.is_here() || config.cmake.iter().any(is_toolchain) {
        return Ok(target);
    }
    let here: Vec<&str> = TARGETS.iter().filter(|target| target.is_here()).map(|target| target.id).collect();
    let here = if here.is_empty() { "none".to_owned() } else { format!("`{}`", here.join("`, `")) };
    Err(Error::new(RELEASE_INVALID, format!("`{}` is not built on a machine like this one", target.id))
        .hint(format!("this one builds {here}; for another, name a toolchain in \"cmake\" of {}", config::FILE_NAME)))
}

/// What the plan's container would not let a library need, and this machine does.
fn newer_than_planned(built: &Built, config: &Config) -> Result<Vec<Diagnostic>> {
    let rules = Portability { glibc_max: Some(config.floor()?), ..Portability::default() };
    let of_archive = |archive: &Examined| {
        let found = archive.library.portability(&rules).into_iter().filter(|found| found.code == Code::LIBRARY_GLIBC);
        let hint = "that is this machine's: a release is built in a container with an older one";
        let warning = |found: Diagnostic| Diagnostic::warning(found.code, found.message).hint(hint);
        found.map(|found| warning(found).plugin(&archive.planned.plugin)).collect::<Vec<_>>()
    };
    Ok(built.archives.iter().flat_map(of_archive).collect())
}
