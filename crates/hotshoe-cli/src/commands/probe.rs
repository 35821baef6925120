//! `hotshoe probe`: main turns every answer of it into the exit code `Prober::SURVIVED`, for whoever
//! gets to answer has survived the library.

use std::path::PathBuf;
use std::sync::Arc;

use hotshoe::error::{Code, Error, Result};
use hotshoe::manifest::Manifest;
use hotshoe::profile::HostProfile;
use hotshoe::runtime::{self, Events, Request};

use crate::output::Answer;

/// Load and unload a library, for a host that lets another process try first
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Args {
    /// The library
    pub library: PathBuf,

    /// The symbol that it must export
    pub entry: String,
}

pub fn run(args: &Args) -> Result<Answer> {
    let library = std::path::absolute(&args.library).map_err(|error| {
        Error::new(Code::LIBRARY_UNREADABLE, "this path leads nowhere").because(error).at(&args.library)
    })?;
    let profile = HostProfile::named("probe")?;
    let request = Request {
        artifact: &library,
        folder: &library,
        entry: Some(&args.entry),
        manifest: &Manifest::default(),
        profile: &profile,
        prober: None,
        offers: &Arc::default(),
        beside: false,
    };
    // The first one is that of shared libraries, which alone run code when they are opened.
    let [runtime, ..] = runtime::builtin();
    runtime.open(&request, &Events::default())?.close()?;
    Ok(Answer::new())
}
