//! `hotshoe install`

use hotshoe::error::Result;
use hotshoe::package;

use crate::args::Install;
use crate::output::{Answer, GOOD, NAME};

pub fn run(args: &Install) -> Result<Answer> {
    let installed = package::install(&args.archive, &args.root)?;
    let version = installed.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let mut answer = Answer::new();
    answer.line(format!(
        "{GOOD}installed{GOOD:#} {NAME}{}{version}{NAME:#} into {}",
        installed.name,
        installed.path.display()
    ));
    answer.field("installed", &installed);
    Ok(answer)
}
