//! `hotshoe run`

mod alive;
mod input;
mod report;
mod served;
mod steps;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hotshoe::catalog::{Candidate, Catalog, SearchPath};
use hotshoe::context::{Context, Schema, Slot};
use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::Result;
use hotshoe::host::Host;
use hotshoe::manifest::Kinds;
use hotshoe::pipeline::{FailurePolicy, Pipeline, Progress};
use hotshoe::profile::HostProfile;

use super::check::{beside, excuse_receipt};
use crate::args;
use crate::live::host;
use crate::output::{Answer, have_stdout_alone, in_line, remark};
use crate::progress::{RunLine, fires};

/// Run the passes of plugins, stage by stage, as a host would; this runs their code
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe run --host harmonics --path plugin-root --stages parse,lower,codegen
  hotshoe run my_plugin --host harmonics --model model.json --option level=2
  hotshoe run plugins/weather --host agent.host.json
  hotshoe run --host harmonics --json | jq '.passes[] | {name, nanoseconds}'

Code of the plugins runs in this process, with your rights. An entry of the host's own is not
called, for only the host has what it registers with. Plugins that are programs have no passes:
they are started, what they log is printed, and Ctrl-C stops them. Otherwise Ctrl-C asks the pass
that is at work to stop, and a second one ends the tool. In CI, `timeout 60 hotshoe run …` asks
in the same way.")]
pub struct Args {
    /// The plugins: the folder of each, or its library; without any, all that the host would find
    plugin: Vec<PathBuf>,

    #[command(flatten)]
    pub host: args::Host,

    /// Look here, instead of in the folders of the host's environment variable and its own
    #[arg(long, value_name = "FOLDER[:FOLDER…]")]
    path: Option<OsString>,

    #[command(flatten)]
    runtimes: args::Runtimes,

    /// The stages, in this order; without it, those of the host's profile
    #[arg(long, value_name = "STAGE[,STAGE…]", value_parser = stages)]
    stages: Option<Stages>,

    /// What the passes begin with, as the context's `model`: the value of a .json file, else text if it is UTF-8, else bytes
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,

    /// One of the context's `options`, as often as wanted; a value that is JSON is of that type, any other is text
    #[arg(long, value_name = "KEY=VALUE", value_parser = input::option)]
    option: Vec<input::KeyAndValue>,

    /// Run the rest after a pass that failed; it is a no all the same
    #[arg(long)]
    skip_failed: bool,

    /// Fail a pass that returns something other than its context or nothing
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    steps: steps::Steps,

    /// Say on stderr which pass begins
    #[arg(long)]
    verbose: bool,
}

/// Stages in an order, each once.
#[derive(Clone)]
struct Stages(Vec<String>);

fn stages(text: &str) -> Result<Stages, String> {
    let stages: Vec<String> = text.split(',').map(str::to_owned).collect();
    args::judged(Pipeline::new().set_stages(stages.clone()))?;
    Ok(Stages(stages))
}

pub fn run(args: &Args, as_json: bool) -> Result<Answer> {
    let mut profile = args.host.profile()?;
    let mut context = Context::new(&Schema::new());
    if let Some(model) = &args.model {
        context.set(Slot::MODEL, input::model(model)?)?;
    }
    context.set(Slot::OPTIONS, input::options(&args.option)?)?;
    let mut answer = Answer::new();
    if as_json {
        have_stdout_alone();
    }
    let alive = alive::KeptAlive::new();
    let kinds = args.runtimes.kinds();
    let candidates = named(args, &mut profile, &kinds, &mut answer);
    let host = host(&profile, &args.runtimes)?;
    if served::are_programs(&candidates) {
        drop(alive);
        return served::run(args, &host, &kinds, &candidates, answer);
    }
    let loaded = match args.plugin.is_empty() {
        true => load_all(args, &host, &kinds),
        false => load_these(args, &host, &kinds, &candidates),
    };
    let line = RunLine::new(!as_json);
    let pipeline = pipeline(args, &line)?;
    fires(&pipeline.cancel);
    let report = host.run(&pipeline, &mut context)?;
    let stepped = match report.failure {
        None => args.steps.run(&host, &pipeline.cancel, &line, &mut context),
        Some(_) => None,
    };
    drop((line, pipeline));
    let chosen = args.stages.as_ref().map(|Stages(stages)| &stages[..]);
    let stages = chosen.unwrap_or(&profile.stages);
    report::passes(&mut answer, &report, stages);
    answer.diagnostics(report::found(&loaded, &report));
    if report.passes.is_empty() && report.failure.is_none() && args.steps.is_none() {
        answer.diagnostics([report::nothing_ran(&host, chosen)]);
    } else if let Some(stages) = chosen {
        answer.diagnostics(report::empty_stages(&report, stages));
    }
    if let Some(stepped) = stepped {
        stepped.tell(&mut answer);
    }
    report::plugins(&mut answer, &host);
    report::context(&mut answer, &context, &report)?;
    answer.no_if_errors();
    // Before their plugins end, for values may be of those.
    drop(context);
    // Each is shut down, which a host that is dropped does not do to plugins whose tables somebody may have.
    answer.at_end(move || drop((host.unload_all(), alive)));
    Ok(answer)
}

fn pipeline(args: &Args, line: &RunLine) -> Result<Pipeline> {
    let mut pipeline = Pipeline::new();
    if let Some(Stages(stages)) = &args.stages {
        pipeline.set_stages(stages.clone())?;
    }
    pipeline.strict = args.strict;
    if args.skip_failed {
        pipeline.on_failure = FailurePolicy::Skip;
    }
    let (line, says_all) = (line.clone(), args.verbose);
    pipeline.on_progress = Some(Arc::new(move |at: &Progress<'_>| {
        let text = in_line(&format!("{}: {} {}", at.stage, at.plugin, at.name));
        if says_all && (at.done, at.total) == (0, 0) {
            remark(&text);
        }
        let text = if at.total > 0 { format!("{text}, {} of {}", at.done, at.total) } else { text };
        line.at(text, at.pass as u64, at.passes as u64);
    }));
    Ok(pipeline)
}

/// Loads what a host would find, and returns what is to be said of it.
fn load_all(args: &Args, host: &Host, kinds: &Kinds) -> Vec<Diagnostic> {
    let search_path = match &args.path {
        Some(path) => SearchPath::parse(path),
        None => SearchPath::of_host(host.profile()),
    };
    let catalog = Catalog::scan_with(host.profile(), kinds, &search_path);
    host.load_catalog(&catalog, |_| Ok(())).diagnostics
}

/// The plugins that the command line names. One that was not installed yet needs no receipt.
fn named(args: &Args, profile: &mut HostProfile, kinds: &Kinds, answer: &mut Answer) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for plugin in &args.plugin {
        match Candidate::at_with(plugin, profile, kinds) {
            Ok((candidate, found)) => {
                answer.diagnostics(found);
                answer.diagnostics(excuse_receipt(&candidate, profile));
                candidates.push(candidate);
            }
            Err(error) => answer.diagnostics([error.at(Path::new(plugin)).into()]),
        }
    }
    candidates
}

/// Loads these, each after what it depends on, and returns what is to be said of them.
fn load_these(args: &Args, host: &Host, kinds: &Kinds, candidates: &[Candidate]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for candidate in candidates {
        let catalog = beside(candidate, host.profile(), kinds, args.path.as_deref());
        let loaded = catalog.with_dependencies(candidate).and_then(|needs| {
            let load = |plugin: &&Candidate| host.load_candidate(plugin, |_| Ok(()));
            needs.iter().map(load).collect::<Result<Vec<_>>>()
        });
        if let Err(error) = loaded {
            found.push(error.plugin(candidate.name()).into());
        }
    }
    found.extend(host.plugins().iter().flat_map(|plugin| plugin.diagnostics()));
    found
}
