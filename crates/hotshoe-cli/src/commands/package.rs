//! `hotshoe package`

use hotshoe::error::Result;
use hotshoe::package;

use crate::args::Package;
use crate::output::{Answer, GOOD, NAME};

pub fn run(args: &Package) -> Result<Answer> {
    let made = package::make_as(args.format, &args.folder, &args.output, args.host.profile()?.as_ref())?;
    let mut answer = Answer::new();
    answer.line(format!("{GOOD}made{GOOD:#} {NAME}{}{NAME:#}, {} bytes", made.archive.display(), made.size));
    for entry in &made.entries {
        answer.line(format!("  {entry}"));
    }
    answer.field("package", &made);
    Ok(answer)
}
