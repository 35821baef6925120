//! `hotshoe prune`

use hotshoe::error::Result;

use crate::args::Prune;
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched;

pub fn run(args: &Prune) -> Result<Answer> {
    let root = args.place.root()?;
    let keep = args.keep as usize;
    let pruned = watched(|watch| root.prune(args.name.as_deref(), keep, args.dry_run, watch))?;
    let mut answer = Answer::new();
    let what = if args.dry_run { "would remove" } else { "removed" };
    for installed in &pruned {
        let path = installed.path.display();
        answer.line(format!("{GOOD}{what}{GOOD:#} {NAME}{installed}{NAME:#} from {path}"));
    }
    if pruned.is_empty() {
        answer.line("nothing to remove");
    }
    let kept = root.installed()?.0.into_iter().filter(|found| !found.in_use && !pruned.contains(found));
    for installed in kept.filter(|found| args.name.as_ref().is_none_or(|name| *name == found.name)) {
        answer.line(format!("  kept, for its files were changed: {installed} in {}", installed.path.display()));
    }
    answer.field("removed", &pruned);
    Ok(answer)
}
