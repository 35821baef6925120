//! `hotshoe install`

use std::path::{Path, PathBuf};

use hotshoe::diagnostics::{Diagnostic, Severity};
use hotshoe::error::Result;
use hotshoe::manifest::Kinds;
use hotshoe::package::{self, InstallReport, Outcome, TrustStore};

use super::check::why_not;
use crate::args::{Patience, Place, Runtimes, profile};
use crate::output::{Answer, GOOD, NAME};
use crate::progress::watched_for;

/// Install an archive: into <root>/<name>/<version>, beside older versions
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe install my_plugin-1.2.3.tar.gz --root ~/plugins
  hotshoe install my_plugin-1.2.3.tar.gz --host harmonics

The signature beside the archive is always looked at. Whose counts, --host or --trust say; else it
must be good by the file that HOTSHOE_TRUST names, or for one of your hosts: see `hotshoe trust`.
Without any of these, what nobody signed, or an unknown key, is installed with a warning.")]
pub struct Args {
    /// The archive
    pub archive: PathBuf,

    #[command(flatten)]
    pub place: Place,

    #[command(flatten)]
    pub patience: Patience,

    #[command(flatten)]
    pub runtimes: Runtimes,

    /// Into <root>/<name>, for hosts that do not look for versions
    #[arg(long)]
    pub flat: bool,

    /// Also over another build of the same version, or one that was changed; it is kept out of use
    #[arg(long)]
    pub replace: bool,

    /// Trust the keys in this trust store, instead of those that the host trusts
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,

    /// Refuse it unless it is signed by a key that is trusted
    #[arg(long)]
    pub require_signature: bool,
}

impl Args {
    /// Whose signatures count: it must be good for one of them.
    pub fn trust(&self) -> Result<Vec<TrustStore>> {
        match (&self.trust, &self.place.host) {
            (Some(file), _) => TrustStore::open(file).map(|store| vec![store]),
            (None, Some(host)) => TrustStore::for_host(&profile(host, None)?.name).map(|store| vec![store]),
            (None, None) => TrustStore::of_user(),
        }
    }
}

pub fn run(args: &Args) -> Result<Answer> {
    let trust = args.trust()?;
    let install = package::Install::of(&args.archive).flat(args.flat).replace(args.replace);
    let install = install.trust_any(&trust).require_signature(args.require_signature);
    let kinds = args.runtimes.kinds();
    let install = install.kinds(&kinds);
    let root = args.place.root()?;
    let done = watched_for(args.patience.timeout, |watch| install.into_root(&root, watch))?;
    let mut answer = Answer::new();
    for (installed, outcome) in &done.plugins {
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
    }
    if let Some(signature) = &done.signature {
        answer.fact("signed by", format!("{} {}", signature.key, signature.key_comment).trim());
    }
    let objects = done.plugins.iter().map(|(installed, outcome)| {
        let mut object = serde_json::json!(installed);
        object["outcome"] = serde_json::json!(outcome);
        object
    });
    answer.field("installed", objects.collect::<Vec<_>>());
    answer.diagnostics(not_taken(args, &kinds, &done)?);
    answer.field("signature", &done.signature);
    answer.diagnostics(done.diagnostics);
    Ok(answer)
}

/// Warnings of what was installed for a host that would not take it.
fn not_taken(args: &Args, kinds: &Kinds, done: &InstallReport) -> Result<Vec<Diagnostic>> {
    let Some(host) = &args.place.host else { return Ok(Vec::new()) };
    let profile = profile(host, None)?;
    // A library of models is no plugin.
    let is_plugin = |folder: &Path| !folder.join("libraryDescription.xml").exists();
    let mut warnings = Vec::new();
    for (installed, _) in done.plugins.iter().filter(|(installed, _)| is_plugin(&installed.path)) {
        for refusal in why_not(&installed.path, &profile, kinds) {
            let message = format!("it is installed, and {} would not take it: {}", profile.name, refusal.message);
            let warning = Diagnostic { severity: Severity::Warning, message, ..refusal };
            warnings.push(warning.plugin(&installed.name).at(&installed.path));
        }
    }
    Ok(warnings)
}
