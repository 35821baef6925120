//! `hotshoe rollback`

use hotshoe::error::Result;

use crate::args::{Rollback, name_and_version};
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched;

pub fn run(args: &Rollback) -> Result<Answer> {
    let (name, version) = name_and_version(&args.plugin)?;
    let root = args.place.root()?;
    let (used, aside) = watched(|watch| root.rollback(name, version.as_ref(), watch))?;
    let mut answer = Answer::new();
    answer.line(format!("{GOOD}in use{GOOD:#} {NAME}{used}{NAME:#} in {}", used.path.display()));
    for installed in &aside {
        answer.line(format!("  out of use, and kept: {installed}"));
    }
    answer.field("in_use", &used);
    answer.field("out_of_use", &aside);
    Ok(answer)
}
