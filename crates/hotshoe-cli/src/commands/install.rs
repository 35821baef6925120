//! `hotshoe install`

use hotshoe::error::Result;
use hotshoe::package;
use hotshoe::package::Outcome;
use hotshoe::receipt::Receipt;

use crate::args::Install;
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched;

pub fn run(args: &Install) -> Result<Answer> {
    let trust = args.trust()?;
    let install = package::Install::of(&args.archive).trust(trust.as_ref()).flat(args.flat).replace(args.replace);
    let root = args.place.root()?;
    let done = watched(|watch| install.into_root(&root, watch))?;
    let mut answer = Answer::new();
    for (installed, outcome) in &done {
        let path = installed.path.display();
        answer.line(match outcome {
            Outcome::Installed => format!("{GOOD}installed{GOOD:#} {NAME}{installed}{NAME:#} into {path}"),
            Outcome::Present => format!("{GOOD}there already{GOOD:#}: {NAME}{installed}{NAME:#} in {path}"),
            Outcome::Replaced => {
                format!(
                    "{GOOD}installed{GOOD:#} {NAME}{installed}{NAME:#} into {path}; what was there is kept, out of use"
                )
            }
        });
        if let Some(signer) = Receipt::in_folder(&installed.path)?.and_then(|receipt| receipt.signed_by) {
            answer.fact("signed by", format!("{} {}", signer.key, signer.comment).trim());
        }
    }
    let objects = done.iter().map(|(installed, outcome)| {
        let mut object = serde_json::json!(installed);
        object["outcome"] = serde_json::json!(outcome);
        object
    });
    answer.field("installed", objects.collect::<Vec<_>>());
    Ok(answer)
}
