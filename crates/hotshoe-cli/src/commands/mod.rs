//! What the tool is told to do: one file a verb.

mod call;
pub mod check;
mod check_tag;
mod ci;
mod describe;
mod inspect;
mod install;
mod key;
mod list;
mod new;
mod package;
mod plan;
mod probe;
mod prune;
mod release;
mod rollback;
mod run;
mod runtimes;
mod sign;
mod trust;
mod uninstall;
mod verify;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use hotshoe::error::Result;

use crate::args::profile;
use crate::output::Answer;

/// A verb, with what it was told.
#[derive(Subcommand)]
pub enum Command {
    New(new::Args),
    Inspect(inspect::Args),
    Check(check::Args),
    List(list::Args),
    Run(run::Args),
    Call(call::Args),
    Describe(describe::Args),
    Runtimes(runtimes::Args),
    Package(package::Args),
    Install(install::Args),
    Uninstall(uninstall::Args),
    Rollback(rollback::Args),
    Prune(prune::Args),
    Key(key::Args),
    Sign(sign::Args),
    Verify(verify::Args),
    Trust(trust::Args),
    CheckTag(check_tag::Args),
    Plan(plan::Args),
    Release(release::Args),
    Ci(ci::Args),
    Probe(probe::Args),
}

impl Command {
    /// Does it; with `json`, what goes on meanwhile is not shown.
    pub fn run(&self, json: bool) -> Result<Answer> {
        let mut answer = self.answer(json)?;
        if let Some(host) = self.host() {
            answer.diagnostics(profile(host, None)?.diagnostics().iter().cloned());
        }
        Ok(answer)
    }

    /// The host that it is about, whose profile is read for it.
    fn host(&self) -> Option<&Path> {
        let host = match self {
            Command::Check(command) => Some(&command.host.host),
            Command::New(command) => command.host.as_ref(),
            Command::List(command) => command.host.as_ref(),
            Command::Run(command) => Some(&command.host.host),
            Command::Call(command) => Some(&command.wanted.host.host),
            Command::Describe(command) => Some(&command.wanted.host.host),
            Command::Package(command) => command.host.host.as_ref(),
            Command::Install(command) => command.place.host.as_ref(),
            Command::Uninstall(command) => command.place.host.as_ref(),
            Command::Rollback(command) => command.place.host.as_ref(),
            Command::Prune(command) => command.place.host.as_ref(),
            Command::Verify(command) => command.host.as_ref(),
            Command::Trust(command) => command.host(),
            _ => None,
        };
        host.map(PathBuf::as_path)
    }

    fn answer(&self, json: bool) -> Result<Answer> {
        match self {
            Command::New(command) => new::run(command),
            Command::Inspect(command) => inspect::run(command),
            Command::Check(command) => check::run(command),
            Command::List(command) => list::run(command, json),
            Command::Run(command) => run::run(command, json),
            Command::Call(command) => call::run(command, json),
            Command::Describe(command) => describe::run(command),
            Command::Runtimes(command) => runtimes::run(command),
            Command::Package(command) => package::run(command),
            Command::Install(command) => install::run(command),
            Command::Uninstall(command) => uninstall::run(command),
            Command::Rollback(command) => rollback::run(command),
            Command::Prune(command) => prune::run(command),
            Command::Key(command) => key::run(command),
            Command::Sign(command) => sign::run(command),
            Command::Verify(command) => verify::run(command),
            Command::Trust(command) => trust::run(command),
            Command::CheckTag(command) => check_tag::run(command),
            Command::Plan(command) => plan::run(command),
            Command::Release(command) => release::run(command, json),
            Command::Ci(command) => ci::run(command),
            Command::Probe(command) => probe::run(command),
        }
    }
}
