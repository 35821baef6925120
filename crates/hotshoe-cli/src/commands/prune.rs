//! `hotshoe prune`

use hotshoe::diagnostics::{Diagnostic, Severity};
use hotshoe::error::{Code, Result};
use hotshoe::package::Root;

use crate::args::{Patience, Place, if_absent};
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched_for;

/// Remove versions out of use, and old ones
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe prune --host harmonics --dry-run
  hotshoe prune my_plugin --root ~/plugins --keep 1")]
pub struct Args {
    /// Of this plugin only
    pub name: Option<String>,

    #[command(flatten)]
    pub place: Place,

    #[command(flatten)]
    pub patience: Patience,

    /// How many versions in use to keep of each plugin
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub keep: u32,

    /// Only say what would be removed
    #[arg(long)]
    pub dry_run: bool,
}

/// A warning if nothing of the name was installed here; there is nothing to remove then.
fn unknown(args: &Args, root: &Root) -> Option<Diagnostic> {
    let name = args.name.as_deref()?;
    let is_known = root.installed().is_ok_and(|(installed, _)| installed.iter().any(|found| found.name == name));
    let error = (!is_known).then(|| root.verify(Some(name)).err())??;
    (error.code() == Code::NOT_INSTALLED).then(|| Diagnostic { severity: Severity::Warning, ..error.into() })
}

pub fn run(args: &Args) -> Result<Answer> {
    let root = args.place.root()?;
    let absent = if_absent(&root);
    let keep = args.keep as usize;
    let pruned =
        watched_for(args.patience.timeout, |watch| root.prune(args.name.as_deref(), keep, args.dry_run, watch))?;
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
    answer.diagnostics(absent.or_else(|| pruned.is_empty().then(|| unknown(args, &root))?));
    answer.field("removed", &pruned);
    Ok(answer)
}
