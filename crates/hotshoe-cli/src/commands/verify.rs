//! `hotshoe verify`

use std::path::Path;

use hotshoe::error::{Code, Result};
use hotshoe::package;
use serde_json::json;

use super::sign::describe;
use crate::args::Verify;
use crate::output::{Answer, BAD, GOOD, NAME, plain};

pub fn run(args: &Verify) -> Result<Answer> {
    let what = args.what.as_deref();
    if args.installed {
        installed(args, what.map(Path::to_string_lossy).as_deref())
    } else {
        archive(args, what.unwrap_or(Path::new("")))
    }
}

fn archive(args: &Verify, path: &Path) -> Result<Answer> {
    let archive = path.display();
    let mut answer = Answer::new();
    match package::verify(path, &args.trust()?) {
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
fn installed(args: &Verify, name: Option<&str>) -> Result<Answer> {
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
    Ok(answer)
}

/// Whether it says something of the archive, and not of the attempt.
fn is_verdict(code: Code) -> bool {
    use Code::*;
    matches!(code, SignatureMissing | SignatureInvalid | SignatureUntrusted | ArchiveRefused)
}
