//! `hotshoe sign`

use std::env;
use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{self, Claim, SecretKey};

use super::key::password;
use crate::args::Runtimes;
use crate::output::{Answer, GOOD, NAME};

/// Sign an archive: write <archive>.minisig beside it
#[derive(clap::Args)]
#[command(after_help = "\
The key's password is asked for on a terminal; else HOTSHOE_KEY_PASSWORD holds it.

Examples:
  hotshoe sign my_plugin-1.2.3.tar.gz --key ~/keys/my_plugin.key
  HOTSHOE_KEY=\"$SECRET\" hotshoe sign my_plugin-1.2.3.tar.gz")]
pub struct Args {
    /// The archive
    pub archive: PathBuf,

    /// The secret key; without it, HOTSHOE_KEY holds the key's text, or the path of its file
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,

    #[command(flatten)]
    runtimes: Runtimes,
}

pub fn run(args: &Args) -> Result<Answer> {
    let signed = package::sign_with(&args.archive, &key(args)?, &args.runtimes.kinds())?;
    let mut answer = Answer::new();
    answer.line(format!("{GOOD}signed{GOOD:#} {NAME}{}{NAME:#}", args.archive.display()));
    answer.fact("key", signed.key.to_string());
    describe(&signed.claim, &mut answer);
    answer.fact("signature", signed.signature.display().to_string());
    answer.field("signed", &signed);
    Ok(answer)
}

fn key(args: &Args) -> Result<SecretKey> {
    match &args.key {
        Some(path) => SecretKey::from_file(path, password),
        None => key_in_environment(),
    }
}

/// The key in HOTSHOE_KEY: its text, or the path of its file, which is what a variable of the type file is at GitLab.
pub fn key_in_environment() -> Result<SecretKey> {
    let value = env::var_os("HOTSHOE_KEY").filter(|value| !value.is_empty()).ok_or_else(|| {
        Error::new(Code::KEY_INVALID, "there is no key to sign with")
            .hint("give --key with a file that `hotshoe key new` wrote, or set HOTSHOE_KEY to its text or its path")
    })?;
    let path = Path::new(&value);
    if path.is_absolute() {
        return SecretKey::from_file(path, password);
    }
    let in_variable = |error: Error| error.at("HOTSHOE_KEY");
    let text = value.into_string().map_err(|_| in_variable(Error::new(Code::KEY_INVALID, "the key is not text")))?;
    SecretKey::from_text(&text, password).map_err(in_variable)
}

/// The lines of what a signature says.
pub fn describe(claim: &Claim, answer: &mut Answer) {
    let platforms: Vec<String> = claim.platforms.iter().map(ToString::to_string).collect();
    answer.fact("plugin", format!("{} {}", claim.name, claim.version));
    answer.fact("for", platforms.join(" and "));
    answer.fact("file", &claim.file);
}
