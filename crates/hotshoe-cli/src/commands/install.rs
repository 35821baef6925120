//! `hotshoe install`

use std::fs::File;
use std::io::Read;
use std::path::Path;

use hotshoe::error::{Code, Error, Result};
use hotshoe::package;

use crate::args::Install;
use crate::output::{Answer, GOOD, NAME};

pub fn run(args: &Install) -> Result<Answer> {
    let installed = package::install(&args.archive, &args.root).map_err(|error| explain(error, &args.archive))?;
    let version = installed.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let mut answer = Answer::new();
    answer.line(format!(
        "{GOOD}installed{GOOD:#} {NAME}{}{version}{NAME:#} into {}",
        installed.name,
        installed.path.display()
    ));
    answer.field("installed", &installed);
    Ok(answer)
}

/// What a browser or `curl` saves when there is no archive at an address is a page that says so.
fn explain(error: Error, archive: &Path) -> Error {
    let mut start = [0; 1];
    let is_page = File::open(archive).is_ok_and(|mut file| file.read_exact(&mut start).is_ok() && start == *b"<");
    match error.code() == Code::ArchiveUnreadable && is_page {
        true => error.hint("it is an HTML page, as a failed download leaves behind: fetch it again"),
        false => error,
    }
}
