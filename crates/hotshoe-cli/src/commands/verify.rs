//! `hotshoe verify`

use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Result};
use hotshoe::package::{self, Root, TrustStore};
use serde_json::json;

use super::sign::describe;
use crate::args::{PublicKeyAt, Runtimes, profile, public_key, root};
use crate::output::{Answer, BAD, GOOD, NAME, plain};

/// Say whether an archive is signed by a key that is trusted, or whether what is installed is as it was
#[derive(clap::Args)]
#[command(
    group(clap::ArgGroup::new("where").args(["key", "host", "trust", "root"]).required(true).multiple(true)),
    after_help = "\
Examples:
  hotshoe verify my_plugin-1.2.3.tar.gz --key my_plugin.pub
  hotshoe verify my_plugin-1.2.3.tar.gz --host harmonics
  hotshoe verify --installed --root ~/plugins"
)]
pub struct Args {
    /// The archive, with its signature beside it; with --installed, a plugin's name, or nothing for all
    #[arg(value_name = "ARCHIVE|NAME", required_unless_present = "installed")]
    pub what: Option<PathBuf>,

    /// Compare what was installed with its receipts
    #[arg(long, conflicts_with_all = ["key", "trust", "runtime_folder"])]
    pub installed: bool,

    /// Trust this key: a .pub file, or its second line; may be given more than once
    #[arg(long, value_name = "FILE|KEY", value_parser = public_key, conflicts_with_all = ["host", "trust"])]
    pub key: Vec<PublicKeyAt>,

    /// Trust the keys that this host trusts, or look where `hotshoe install --host` puts plugins: its name, or
    /// its <name>.host.json
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "trust")]
    pub host: Option<PathBuf>,

    /// Trust the keys in this trust store
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,

    /// The folder where plugins are installed
    #[arg(long, value_name = "DIR", requires = "installed")]
    root: Option<PathBuf>,

    #[command(flatten)]
    runtimes: Runtimes,
}

impl Args {
    /// The keys to verify with.
    pub fn trust(&self) -> Result<TrustStore> {
        match (&self.host, &self.trust) {
            (Some(host), _) => TrustStore::for_host(&profile(host, None)?.name),
            (_, Some(file)) => TrustStore::open(file),
            _ => TrustStore::of_keys(self.key.iter().map(PublicKeyAt::read).collect::<Result<Vec<_>>>()?),
        }
    }

    /// The root whose installed plugins are compared.
    pub fn root(&self) -> Result<Root> {
        root(self.root.as_deref(), self.host.as_deref())
    }
}

pub fn run(args: &Args) -> Result<Answer> {
    let what = args.what.as_deref();
    if args.installed {
        installed(args, what.map(Path::to_string_lossy).as_deref())
    } else {
        archive(args, what.unwrap_or(Path::new("")))
    }
}

fn archive(args: &Args, path: &Path) -> Result<Answer> {
    let archive = path.display();
    let mut answer = Answer::new();
    let trust = args.trust()?;
    answer.diagnostics(trust.diagnostics().iter().cloned());
    match package::verify_with(path, &trust, &args.runtimes.kinds()) {
        Ok(signature) => {
            answer.line(format!("{GOOD}yes{GOOD:#}: {NAME}{archive}{NAME:#} is signed by a key that is trusted"));
            answer.fact("key", format!("{} {}", signature.key, signature.key_comment).trim());
            describe(&signature.claim, &mut answer);
            answer.field("verified", true);
            answer.field("signature", &signature);
        }
        Err(error) if is_verdict(error.code()) => {
            answer.line(format!("{BAD}no{BAD:#}: {NAME}{}{NAME:#} cannot be trusted", plain(&archive.to_string())));
            answer.field("verified", false);
            answer.diagnostics([error.into()]);
            answer.no();
        }
        Err(error) => return Err(error),
    }
    Ok(answer)
}

/// Compares what is installed with its receipts.
fn installed(args: &Args, name: Option<&str>) -> Result<Answer> {
    let root = args.root()?;
    let verified = root.verify(name)?;
    let mut answer = Answer::new();
    if verified.is_empty() {
        answer.line(format!("Hotshoe has installed nothing in {}", root.path().display()));
    }
    let mut objects = Vec::new();
    for (found, differences) in &verified {
        let path = found.path.display();
        answer.line(match differences.is_empty() {
            true => format!("{GOOD}yes{GOOD:#}: {NAME}{found}{NAME:#} is as it was installed, in {path}"),
            false => format!("{BAD}no{BAD:#}: {NAME}{found}{NAME:#} is not as it was installed, in {path}"),
        });
        for difference in differences {
            answer.line(format!("  {}", plain(&difference.to_string())));
        }
        let mut object = json!(found);
        object["differences"] = json!(differences);
        objects.push(object);
    }
    let is_good = verified.iter().all(|(_, differences)| differences.is_empty());
    if !is_good {
        answer.no();
    }
    answer.field("verified", is_good);
    answer.field("installed", objects);
    answer.diagnostics(verified.into_iter().flat_map(|(found, _)| found.diagnostics));
    Ok(answer)
}

/// Whether it says something of the archive, and not of the attempt.
fn is_verdict(code: Code) -> bool {
    [Code::SIGNATURE_MISSING, Code::SIGNATURE_INVALID, Code::SIGNATURE_UNTRUSTED, Code::ARCHIVE_REFUSED].contains(&code)
}
