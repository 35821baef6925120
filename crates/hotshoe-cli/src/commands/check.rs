//! `hotshoe check`

use std::env;
use std::path::PathBuf;

use hotshoe::catalog::Candidate;
use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Error, Result};
use hotshoe::host::Host;
use hotshoe::inspect::Inspection;
use hotshoe::platform::Platform;
use hotshoe::plugin::Unload;
use hotshoe::profile::HostProfile;
use hotshoe::runtime::native::Prober;

use crate::args;
use crate::output::{Answer, BAD, GOOD, NAME};

/// Say whether a host would take a plugin, and why not
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe check my_plugin --host harmonics
  hotshoe check my_plugin --host harmonics --host-version 1.2.0 --load")]
pub struct Args {
    /// The plugin: its folder, or its library
    pub plugin: PathBuf,

    #[command(flatten)]
    pub host: args::Host,

    /// Load and unload it, too: first in a process of its own, then in this one
    #[arg(long)]
    pub load: bool,
}

pub fn run(args: &Args) -> Result<Answer> {
    let profile = args.host.profile()?;
    let mut answer = Answer::new();
    let host = match &profile.version {
        Some(version) => format!("{} {version}", profile.name),
        None => profile.name.clone(),
    };
    let (candidate, diagnostics) = match Candidate::at(&args.plugin, &profile) {
        Ok(found) => found,
        Err(error) if error.code() == Code::LibraryMissing => return Err(error),
        // There is a plugin, but what it says of itself cannot be read.
        Err(error) => {
            no(&mut answer, &host, &args.plugin.display().to_string(), error.into());
            return Ok(answer);
        }
    };
    answer.diagnostics(diagnostics);
    answer.field("plugin", &candidate);
    let outcome = match (refusal(&candidate, &profile, &mut answer), args.load) {
        (Some(refusal), _) => Err(refusal),
        (None, true) => load(&candidate, &profile).map(Some).map_err(Diagnostic::from),
        (None, false) => Ok(None),
    };
    match outcome {
        Err(refusal) => no(&mut answer, &host, &candidate.to_string(), refusal.plugin(candidate.name())),
        Ok(unload) => {
            answer.line(format!("{GOOD}yes{GOOD:#}: {host} takes {NAME}{candidate}{NAME:#}"));
            answer.field("accepted", true);
            if let Some(unload) = unload {
                answer.line(format!("  loaded and unloaded: {unload}"));
                answer.field("unload", unload.to_string());
            }
        }
    }
    Ok(answer)
}

fn no(answer: &mut Answer, host: &str, plugin: &str, refusal: Diagnostic) {
    answer.line(format!("{BAD}no{BAD:#}: {host} does not take {NAME}{plugin}{NAME:#}"));
    answer.field("accepted", false);
    answer.diagnostics([refusal]);
    answer.no();
}

/// What can be known without running it.
fn refusal(candidate: &Candidate, profile: &HostProfile, answer: &mut Answer) -> Option<Diagnostic> {
    if let Some(refusal) = candidate.refusal() {
        return Some(refusal.clone());
    }
    let entry = candidate.manifest().entry.as_deref().unwrap_or(&profile.entry);
    let facts = match Inspection::of(candidate.library()) {
        Ok(facts) => facts,
        Err(error) => return Some(error.into()),
    };
    let refusal = facts.check(Platform::current(), entry).err().map(Diagnostic::from);
    // A missing dependency is a warning to whoever inspects and a refusal here: it is said once.
    let is_said = |finding: &Diagnostic| refusal.as_ref().is_some_and(|refusal| refusal.message == finding.message);
    answer.diagnostics(facts.findings().into_iter().filter(|finding| !is_said(finding)));
    refusal
}

/// What only running it can show.
fn load(candidate: &Candidate, profile: &HostProfile) -> Result<Unload> {
    let myself = env::current_exe()
        .map_err(|error| Error::new(Code::ProbeFailed, "this program cannot find itself to probe").because(error))?;
    let mut host = Host::new(profile.clone());
    host.set_prober(Some(Prober::new(myself)));
    let plugin = host.load_candidate(candidate, |_| Ok(()))?;
    host.unload(&plugin)
}
