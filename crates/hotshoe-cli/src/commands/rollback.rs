//! `hotshoe rollback`

use hotshoe::error::Result;

use crate::args::{NameAndVersion, Patience, Place, name_and_version};
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched_for;

/// Put the version before the newest one in use again, or a given one
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe rollback my_plugin --host harmonics
  hotshoe rollback my_plugin@1.2.3 --root ~/plugins

What goes out of use is kept: a rollback to its version brings it back, `hotshoe prune` removes it.")]
pub struct Args {
    /// The plugin, with the version that is wanted or without
    #[arg(value_name = "NAME[@VERSION]", value_parser = name_and_version)]
    pub plugin: NameAndVersion,

    #[command(flatten)]
    pub place: Place,

    #[command(flatten)]
    pub patience: Patience,
}

pub fn run(args: &Args) -> Result<Answer> {
    let NameAndVersion { name, version } = &args.plugin;
    let root = args.place.root()?;
    let (used, aside) = watched_for(args.patience.timeout, |watch| root.rollback(name, version.as_ref(), watch))?;
    let mut answer = Answer::new();
    answer.line(format!("{GOOD}in use{GOOD:#} {NAME}{used}{NAME:#} in {}", used.path.display()));
    for installed in &aside {
        answer.line(format!("  out of use, and kept: {installed}"));
    }
    answer.field("in_use", &used);
    answer.field("out_of_use", &aside);
    Ok(answer)
}
