//! `hotshoe package`

use hotshoe::error::Result;
use hotshoe::package::{self, MakeOptions};

use crate::args::Package;
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched;

pub fn run(args: &Package) -> Result<Answer> {
    let host = args.host.profile()?;
    let mut options = MakeOptions::default();
    options.format = args.format;
    options.level = args.level;
    options.name = args.name.clone();
    options.host = host.as_ref();
    let made = watched(|watch| package::make_with(&options, &args.folder, &args.output, watch))?;
    let mut answer = Answer::new();
    answer.line(format!("{GOOD}made{GOOD:#} {NAME}{}{NAME:#}, {} bytes", made.archive.display(), made.size));
    for entry in &made.entries {
        answer.line(format!("  {entry}"));
    }
    answer.field("package", &made);
    Ok(answer)
}
