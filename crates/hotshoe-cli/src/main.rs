//! The tool `hotshoe`. What it does is the library's; here are words, colours and exit codes.

mod args;
mod ci;
mod codes;
mod commands;
mod live;
mod output;
mod progress;
mod release;
mod shown;
mod template;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};
use hotshoe::runtime::Prober;

use commands::Command;
use output::Answer;

/// The mount between a program and its plugins
#[derive(Parser)]
#[command(
    name = "hotshoe",
    version,
    after_help = "\
Exit codes:
  0  yes: it was done, or the plugin would be taken
  1  no: the plugin would be refused, or something is wrong with it
  2  the command line is wrong
  3  it could not be done"
)]
struct Args {
    #[command(subcommand)]
    command: Command,

    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    json: bool,
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(usage) => return ExitCode::from(print_usage(usage)),
    };
    let result = args.command.run(args.json);
    let code = result.unwrap_or_else(Answer::from).print(args.json);
    let is_probe = matches!(args.command, Command::Probe(_));
    ExitCode::from(if is_probe { Prober::SURVIVED } else { code })
}

/// Prints help, or what is wrong with the command line, and returns the exit code.
fn print_usage(mut usage: clap::Error) -> u8 {
    // What was given may be the name of somebody else's file.
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue] {
        if let Some(ContextValue::String(given)) = usage.get(kind) {
            let shown = output::path_in_line(Path::new(given));
            usage.insert(kind, ContextValue::String(shown));
        }
    }
    let code = u8::try_from(usage.exit_code()).unwrap_or(2);
    usage.print().map_or_else(|error| output::unwritten(&error).unwrap_or(code), |()| code)
}
