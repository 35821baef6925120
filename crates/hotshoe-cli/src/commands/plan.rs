//! `hotshoe plan`

use std::path::PathBuf;

use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::Result;

use crate::args::judged;
use crate::codes::RELEASE_INVALID;
use crate::output::{Answer, DIM, NAME};
use crate::release::config::{self, Config};
use crate::release::plan::{Plan, configured};
use crate::release::steps::Steps;
use crate::release::target::Target;

/// Show what a release of the project consists of: each platform, where it is built, and its archives
#[derive(clap::Args)]
#[command(after_help = "\
The project's hotshoe.release.json chooses the platforms; without one it is all of them.

Examples:
  hotshoe plan
  hotshoe plan --json > plan.json      # what CI systems expand into jobs")]
pub struct Args {
    /// The project's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub source: PathBuf,

    /// Only this platform; may be given more than once
    #[arg(long, value_name = "ID", value_parser = platform)]
    pub platform: Vec<&'static Target>,
}

/// The platform with this name; another is a wrong command line.
pub fn platform(id: &str) -> Result<&'static Target, String> {
    judged(config::target(id))
}

pub fn run(args: &Args) -> Result<Answer> {
    let config = Config::of(&args.source)?;
    let project = configured(&args.source, &config, &Steps::default())?;
    let is_wanted = |id: &str| args.platform.is_empty() || args.platform.iter().any(|wanted| wanted.id == id);
    let plan = Plan::of(&project, &config, |target| is_wanted(target.id))?;
    let mut answer = Answer::new();
    for platform in &plan.platforms {
        answer.line(format!("{NAME}{}{NAME:#}", platform.id));
        answer.fact("glibc", platform.glibc.as_deref().unwrap_or_default());
        answer.fact("container", &platform.container);
        let machines = [("github", &platform.github), ("gitlab", &platform.gitlab), ("forgejo", &platform.forgejo)];
        let machines = machines.map(|(system, machine)| format!("{machine} {DIM}({system}){DIM:#}"));
        answer.line(format!("  {DIM}{:<14}{DIM:#} {}", "machine", machines.join(", ")));
        answer.fact("cmake", platform.cmake.join(" "));
        for archive in &platform.archives {
            answer.fact("archive", &archive.file);
        }
    }
    let unpinned = plan.platforms.iter().map(|platform| &platform.container);
    answer.diagnostics(unpinned.filter(|image| !image.is_empty() && !image.contains("@sha256:")).map(|image| {
        Diagnostic::warning(RELEASE_INVALID, format!("the container `{image}` can be exchanged for another"))
            .hint("name it by its digest: `image@sha256:…`")
            .at(args.source.join(config::FILE_NAME))
    }));
    answer.field("plugins", &plan.plugins);
    answer.field("platforms", &plan.platforms);
    Ok(answer)
}
