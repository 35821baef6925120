//! `hotshoe package`

use std::path::PathBuf;

use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{self, Format, MakeOptions};

use crate::args::{OptionalHost, Runtimes, refuse_value};
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched;

/// Make an archive of a plugin's folder, and its checksum: <name>-<version>.tar.gz[.sha256]
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe package my_plugin --output dist --host harmonics --host-version 1.2.0
  hotshoe package my_plugin --format zip --name '{name}-{version}-{os}-{arch}'")]
pub struct Args {
    /// The plugin's folder, with a plugin.json that says its name and version
    pub folder: PathBuf,

    /// Where to put the archive
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,

    /// What to make: tar.gz, tar.zst or zip
    #[arg(long, value_name = "FORMAT", default_value = "tar.gz", hide_default_value = true, value_parser = format)]
    pub format: Format,

    /// What to call it, with {name}, {version}, {system}, {os} and {arch}
    #[arg(long, value_name = "PATTERN")]
    pub name: Option<String>,

    /// How much to compress: from 1, the fastest, to 9, the smallest; tar.zst to 19
    #[arg(long, value_name = "NUMBER")]
    pub level: Option<u32>,

    #[command(flatten)]
    pub host: OptionalHost,

    #[command(flatten)]
    pub runtimes: Runtimes,
}

fn format(text: &str) -> Result<Format, &'static str> {
    Format::ALL.into_iter().find(|format| format.as_str() == text).ok_or("it is none of tar.gz, tar.zst and zip")
}

/// Only the level and the name's pattern are judged beside what they are for.
fn wrong(args: &Args, error: Error) -> Error {
    match (args.level.filter(|level| !args.format.levels().contains(level)), &args.name) {
        (Some(level), _) => refuse_value("package", "--level <NUMBER>", level, error),
        (None, Some(name)) => refuse_value("package", "--name <PATTERN>", name, error),
        (None, None) => error,
    }
}

pub fn run(args: &Args) -> Result<Answer> {
    let host = args.host.profile()?;
    let mut options = MakeOptions::default();
    options.format = args.format;
    options.level = args.level;
    options.name = args.name.clone();
    options.host = host.as_ref();
    options.kinds = Some(args.runtimes.kinds());
    let made = watched(|watch| package::make_with(&options, &args.folder, &args.output, watch));
    let made = made.map_err(|error| if error.code() == Code::ARGUMENT_INVALID { wrong(args, error) } else { error })?;
    let mut answer = Answer::new();
    answer.line(format!("{GOOD}made{GOOD:#} {NAME}{}{NAME:#}, {} bytes", made.archive.display(), made.size));
    for entry in &made.entries {
        answer.line(format!("  {entry}"));
    }
    answer.field("package", &made);
    Ok(answer)
}
