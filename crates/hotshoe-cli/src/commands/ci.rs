//! `hotshoe ci`

use std::fs;
use std::path::{Path, PathBuf};

use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Error, Result};

use crate::ci::{self, Platform, SECRETS};
use crate::output::{Answer, BAD, GOOD, NAME};
use crate::release::config::Config;

/// Write the files that make a CI system build the project's plugins, and release them on a tag
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe ci github
  hotshoe ci gitlab --output path/to/project --replace")]
pub struct Args {
    /// The CI system: github, gitlab or forgejo
    #[arg(value_name = "SYSTEM", value_parser = Platform::named)]
    pub platform: Platform,

    /// The project's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,

    /// Also write over files that are other than they would be
    #[arg(long)]
    pub replace: bool,
}

/// What the written files need and cannot get yet. The first release of Hotshoe deletes it.
const UNPUBLISHED: &str =
    "Machines without hotshoe build it: set HOTSHOE_REPOSITORY and HOTSHOE_COMMIT to its sources.";

pub fn run(args: &Args) -> Result<Answer> {
    if !args.output.join("CMakeLists.txt").is_file() {
        return Err(Error::new(Code::ARGUMENT_INVALID, "there is no project: no CMakeLists.txt")
            .hint("say where it is with `--output`, or make one with `hotshoe new`")
            .at(&args.output));
    }
    let files = ci::files(args.platform, &Config::of(&args.output)?)?;
    let mut answer = Answer::new();
    let others: Vec<&str> = files.iter().filter(|file| is_other(&args.output, file)).map(|(path, _)| *path).collect();
    if !others.is_empty() && !args.replace {
        answer.line(format!("{BAD}no{BAD:#}: nothing was written"));
        answer.field("written", Vec::<&str>::new());
        answer.diagnostics(others.iter().map(|path| {
            Diagnostic::from(Error::new(Code::ALREADY_INSTALLED, "there is another file already"))
                .hint("compare them; `--replace` writes over it")
                .at(args.output.join(path))
        }));
        answer.no();
        return Ok(answer);
    }
    for (path, text) in &files {
        write(&args.output.join(path), text)?;
        answer.line(format!("{GOOD}wrote{GOOD:#} {NAME}{path}{NAME:#}"));
    }
    answer.diagnostics(ci::unread(&args.output));
    answer.line(UNPUBLISHED);
    answer.line("These secrets may be set, both or none:");
    for (name, what) in SECRETS {
        answer.line(format!("  {name:<20} {what}"));
    }
    answer.field("written", files.iter().map(|(path, _)| *path).collect::<Vec<_>>());
    answer.field("secrets", SECRETS.map(|(name, _)| name));
    Ok(answer)
}

fn is_other(folder: &Path, (path, text): &(&str, String)) -> bool {
    let path = folder.join(path);
    path.exists() && fs::read_to_string(path).map_or(true, |there| there != *text)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Error::new(Code::PACKAGE_WRITE, "the file cannot be written").because(error).at(path))
}
