//! `hotshoe probe`: main turns every answer of it into the exit code `Prober::SURVIVED`, for whoever
//! gets to answer has survived the library.

use hotshoe::error::{Code, Error, Result};
use hotshoe::runtime::native::Library;

use crate::args::Probe;
use crate::output::Answer;

pub fn run(args: &Probe) -> Result<Answer> {
    let library = std::path::absolute(&args.library).map_err(|error| {
        Error::new(Code::LibraryUnreadable, "this path leads nowhere").because(error).at(&args.library)
    })?;
    Library::open(&library, &args.entry)?.close()?;
    Ok(Answer::new())
}
