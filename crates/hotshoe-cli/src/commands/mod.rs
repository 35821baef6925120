//! What the tool is told to do: one file a verb.

mod check;
mod check_tag;
mod ci;
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
mod runtimes;
mod sign;
mod trust;
mod uninstall;
mod verify;

use clap::Subcommand;
use hotshoe::error::Result;

use crate::output::Answer;

/// A verb, with what it was told.
#[derive(Subcommand)]
pub enum Command {
    New(new::Args),
    Inspect(inspect::Args),
    Check(check::Args),
    List(list::Args),
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
        match self {
            Command::New(command) => new::run(command),
            Command::Inspect(command) => inspect::run(command),
            Command::Check(command) => check::run(command),
            Command::List(command) => list::run(command, json),
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
