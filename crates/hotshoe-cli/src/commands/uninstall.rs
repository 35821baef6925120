//! `hotshoe uninstall`

use hotshoe::error::Result;

use crate::args::{NameAndVersion, Patience, Place, name_and_version};
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched_for;

/// Remove an installed plugin, in one version or in all
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe uninstall my_plugin --root ~/plugins
  hotshoe uninstall my_plugin@1.2.3 --host harmonics")]
pub struct Args {
    /// The plugin, with a version or without
    #[arg(value_name = "NAME[@VERSION]", value_parser = name_and_version)]
    pub plugin: NameAndVersion,

    #[command(flatten)]
    pub place: Place,

    #[command(flatten)]
    pub patience: Patience,

    /// Also if its files are not as they were installed
    #[arg(long)]
    pub force: bool,
}

pub fn run(args: &Args) -> Result<Answer> {
    let NameAndVersion { name, version } = &args.plugin;
    let root = args.place.root()?;
    let removed =
        watched_for(args.patience.timeout, |watch| root.uninstall(name, version.as_ref(), args.force, watch))?;
    let mut answer = Answer::new();
    for installed in &removed {
        let path = installed.path.display();
        answer.line(format!("{GOOD}removed{GOOD:#} {NAME}{installed}{NAME:#} from {path}"));
    }
    answer.field("removed", &removed);
    Ok(answer)
}
