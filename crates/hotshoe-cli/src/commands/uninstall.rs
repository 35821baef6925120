//! `hotshoe uninstall`

use hotshoe::error::Result;

use crate::args::{Uninstall, name_and_version};
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched;

pub fn run(args: &Uninstall) -> Result<Answer> {
    let (name, version) = name_and_version(&args.plugin)?;
    let root = args.place.root()?;
    let removed = watched(|watch| root.uninstall(name, version.as_ref(), args.force, watch))?;
    let mut answer = Answer::new();
    for installed in &removed {
        let path = installed.path.display();
        answer.line(format!("{GOOD}removed{GOOD:#} {NAME}{installed}{NAME:#} from {path}"));
    }
    answer.field("removed", &removed);
    Ok(answer)
}
