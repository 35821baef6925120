//! `hotshoe runtimes`

use hotshoe::diagnostics::Severity;
use hotshoe::error::Result;
use hotshoe::manifest::Kind;
use hotshoe::platform::System;
use serde::Serialize;

use crate::args;
use crate::output::{Answer, DIM, NAME, path_in_line};

/// List the runtimes whose plugins are known here, and what such plugins look like
///
/// A runtime is known by the file <name>.runtime.json in a folder of runtimes; some are built in. Nothing is loaded.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe runtimes
  hotshoe runtimes --runtime-folder build/runtimes --json")]
pub struct Args {
    #[command(flatten)]
    runtimes: args::Runtimes,
}

pub fn run(args: &Args) -> Result<Answer> {
    let kinds = args.runtimes.kinds();
    let runtimes: Vec<Runtime> = kinds.all().map(Runtime::new).collect();
    let mut answer = Answer::new();
    for runtime in &runtimes {
        let from = runtime.file.as_deref().map_or("built in".to_owned(), |file| path_in_line(file.as_ref()));
        answer.line(format!("{NAME}{:<12}{NAME:#} {:<10} {DIM}{from}{DIM:#}", runtime.name, runtime.called));
        answer.fact("what", runtime.description.unwrap_or_default());
        answer.fact("artifact", artifact(runtime));
        answer.fact("entry", runtime.entry);
    }
    if kinds.diagnostics().iter().any(|found| found.severity == Severity::Error) {
        answer.no();
    }
    answer.field("format", 1);
    answer.field("folders", kinds.folders().iter().map(|folder| folder.to_string_lossy()).collect::<Vec<_>>());
    answer.field("runtimes", &runtimes);
    answer.diagnostics(kinds.diagnostics().iter().cloned());
    Ok(answer)
}

/// A runtime as the JSON has it.
#[derive(Serialize)]
struct Runtime<'a> {
    name: &'a str,
    description: Option<&'a str>,
    artifact: &'static str,
    called: &'a str,
    /// The key of a manifest that names the artifact.
    artifact_key: &'static str,
    file_names: &'a [String],
    entry: &'static str,
    platform_bound: bool,
    /// Where that is said; `null` if it is built in.
    file: Option<String>,
}

impl<'a> Runtime<'a> {
    fn new(kind: &'a Kind) -> Runtime<'a> {
        Runtime {
            name: kind.name(),
            description: kind.description(),
            artifact: kind.artifact().as_str(),
            called: kind.called(),
            artifact_key: kind.artifact_key(),
            file_names: kind.file_names(System::current()),
            entry: kind.entry().as_str(),
            platform_bound: kind.is_platform_bound(),
            file: kind.file().map(|file| file.to_string_lossy().into_owned()),
        }
    }
}

/// `library for one platform: the manifest's "library", else lib{name}.so, {name}.so`
fn artifact(runtime: &Runtime<'_>) -> String {
    let bound = if runtime.platform_bound { "for one platform" } else { "for any platform" };
    let named = format!("{} {bound}: the manifest's `{}`", runtime.artifact, runtime.artifact_key);
    match runtime.file_names {
        [] => named,
        names => format!("{named}, else {}", names.join(", ")),
    }
}
