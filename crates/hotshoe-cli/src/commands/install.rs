//! `hotshoe install`

use std::path::PathBuf;

use hotshoe::error::Result;
use hotshoe::package::{self, Outcome, TrustStore};
use hotshoe::receipt::Receipt;

use crate::args::{Place, profile};
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched;

/// Install an archive: into <root>/<name>/<version>, beside older versions
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe install my_plugin-1.2.3.tar.gz --root ~/plugins
  hotshoe install my_plugin-1.2.3.tar.gz --host harmonics

Signatures are looked at where a host or a trust store says which keys count: see `hotshoe trust`.")]
pub struct Args {
    /// The archive
    pub archive: PathBuf,

    #[command(flatten)]
    pub place: Place,

    /// Into <root>/<name>, for hosts that do not look for versions
    #[arg(long)]
    pub flat: bool,

    /// Also over another build of the same version, or one that was changed; it is kept out of use
    #[arg(long)]
    pub replace: bool,

    /// Trust the keys in this trust store, instead of those that the host trusts
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

impl Args {
    /// Whose signatures count; nobody says, if neither a host nor a trust store is named.
    pub fn trust(&self) -> Result<Option<TrustStore>> {
        match (&self.trust, &self.place.host) {
            (Some(file), _) => TrustStore::open(file).map(Some),
            (None, Some(host)) => TrustStore::for_host(&profile(host, None)?.name).map(Some),
            (None, None) => Ok(None),
        }
    }
}

pub fn run(args: &Args) -> Result<Answer> {
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
