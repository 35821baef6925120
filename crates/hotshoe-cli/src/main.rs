//! The tool `hotshoe`. What it does is the library's; here are words, colours and exit codes.

mod args;
mod ci;
mod commands;
mod output;
mod progress;
mod release;
mod template;

use std::process::ExitCode;

use clap::Parser;
use hotshoe::runtime::native::Prober;

use args::{Args, Command};
use output::Answer;

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match &args.command {
        Command::New(command) => commands::new::run(command),
        Command::Inspect(command) => commands::inspect::run(command),
        Command::Check(command) => commands::check::run(command),
        Command::List(command) => commands::list::run(command),
        Command::Package(command) => commands::package::run(command),
        Command::Install(command) => commands::install::run(command),
        Command::Uninstall(command) => commands::uninstall::run(command),
        Command::Rollback(command) => commands::rollback::run(command),
        Command::Prune(command) => commands::prune::run(command),
        Command::Key(command) => commands::key::run(command),
        Command::Sign(command) => commands::sign::run(command),
        Command::Verify(command) => commands::verify::run(command),
        Command::Trust(command) => commands::trust::run(command),
        Command::CheckTag(command) => commands::check_tag::run(command),
        Command::Plan(command) => commands::plan::run(command),
        Command::Release(command) => commands::release::run(command, args.json),
        Command::Ci(command) => commands::ci::run(command),
        Command::Probe(command) => commands::probe::run(command),
    };
    let code = result.unwrap_or_else(Answer::from).print(args.json);
    let is_probe = matches!(args.command, Command::Probe(_));
    ExitCode::from(if is_probe { Prober::SURVIVED } else { code })
}
