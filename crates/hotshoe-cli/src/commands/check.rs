//! `hotshoe check`

use std::env;

use hotshoe::catalog::Candidate;
use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Error, Result};
use hotshoe::host::Host;
use hotshoe::inspect::Inspection;
use hotshoe::platform::Platform;
use hotshoe::profile::HostProfile;
use hotshoe::runtime::native::Prober;

use crate::args::Check;
use crate::output::{Answer, BAD, GOOD, NAME};

pub fn run(args: &Check) -> Result<Answer> {
    let profile = args.host.profile()?;
    let (candidate, diagnostics) = Candidate::at(&args.plugin, &profile)?;
    let mut answer = Answer::new();
    answer.diagnostics(diagnostics);
    let refusal = refusal(&candidate, &profile, &mut answer);
    let refusal = match (refusal, args.load) {
        (None, true) => load(&candidate, &profile, &mut answer).err().map(Diagnostic::from),
        (refusal, _) => refusal,
    };
    let host = match &profile.version {
        Some(version) => format!("{} {version}", profile.name),
        None => profile.name.clone(),
    };
    answer.field("plugin", &candidate);
    answer.field("accepted", refusal.is_none());
    match refusal {
        None => answer.line(format!("{GOOD}yes{GOOD:#}: {host} takes {NAME}{candidate}{NAME:#}")),
        Some(refusal) => {
            answer.line(format!("{BAD}no{BAD:#}: {host} does not take {NAME}{candidate}{NAME:#}"));
            answer.diagnostics([refusal.plugin(candidate.name())]);
            answer.no();
        }
    }
    Ok(answer)
}

/// What can be known without running it.
fn refusal(candidate: &Candidate, profile: &HostProfile, answer: &mut Answer) -> Option<Diagnostic> {
    if let Some(refusal) = candidate.refusal() {
        return Some(refusal.clone());
    }
    let entry = candidate.manifest().entry.as_deref().unwrap_or(&profile.entry);
    let checked = Inspection::of(candidate.library()).and_then(|facts| {
        answer.diagnostics(facts.findings());
        facts.check(Platform::current(), entry)
    });
    checked.err().map(Diagnostic::from)
}

/// What only running it can show.
fn load(candidate: &Candidate, profile: &HostProfile, answer: &mut Answer) -> Result<()> {
    let myself = env::current_exe()
        .map_err(|error| Error::new(Code::ProbeFailed, "this program cannot find itself to probe").because(error))?;
    let mut host = Host::new(profile.clone());
    host.set_prober(Some(Prober::new(myself)));
    let plugin = host.load_candidate(candidate, |_| Ok(()))?;
    let outcome = host.unload(&plugin)?;
    answer.line(format!("  loaded and unloaded: {outcome}"));
    answer.field("unload", outcome.to_string());
    Ok(())
}
