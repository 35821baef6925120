//! One plugin that a command loads, and how it is found: what `call` and `describe` have in common.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use hotshoe::catalog::{Candidate, Catalog, SearchPath};
use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Error, Result};
use hotshoe::host::Host;
use hotshoe::plugin::Plugin;
use hotshoe::profile::HostProfile;
use hotshoe::runtime::Prober;

use crate::args;
use crate::commands::check::{beside, excuse_receipt};
use crate::output::{Answer, in_line, remark};

/// Which plugin, and of which host.
#[derive(clap::Args)]
pub struct Wanted {
    /// The plugin: its folder, its file, or its name on the host's search path
    plugin: PathBuf,

    #[command(flatten)]
    pub host: args::Host,

    /// Look here, instead of in the folders of the host's environment variable and its own
    #[arg(long, value_name = "FOLDER[:FOLDER…]")]
    path: Option<OsString>,

    #[command(flatten)]
    runtimes: args::Runtimes,
}

impl Wanted {
    /// The plugin as it was found, and the profile of the host that is to take it.
    pub fn candidate(&self, answer: &mut Answer) -> Result<(Candidate, HostProfile)> {
        let mut profile = self.host.profile()?;
        let is_name = self.plugin.components().count() == 1 && !self.plugin.exists();
        if let Some(name) = self.plugin.to_str().filter(|_| is_name) {
            let search_path = match &self.path {
                Some(path) => SearchPath::parse(path),
                None => SearchPath::of_host(&profile),
            };
            let catalog = Catalog::scan_with(&profile, &self.runtimes.kinds(), &search_path);
            return Ok((catalog.find(name, None)?.clone(), profile));
        }
        let (candidate, found) = Candidate::at_with(&self.plugin, &profile, &self.runtimes.kinds())?;
        answer.diagnostics(found);
        answer.diagnostics(excuse_receipt(&candidate, &mut profile));
        Ok((candidate, profile))
    }

    /// Loads it, and before it what it depends on. The host lives as long as the plugin is wanted.
    pub fn load(&self, candidate: &Candidate, profile: &HostProfile, says_log: bool) -> Result<(Host, Arc<Plugin>)> {
        let host = host(profile, &self.runtimes)?;
        if says_log {
            host.set_log(Some(Arc::new(|found| remark(&log_line(found)))));
        }
        let catalog = beside(candidate, profile, &self.runtimes.kinds(), self.path.as_deref());
        let mut plugin = None;
        for needed in catalog.with_dependencies(candidate)? {
            plugin = Some(host.load_candidate(needed, |_| Ok(()))?);
        }
        Ok((host, plugin.expect("the plugin itself is the last of them")))
    }
}

/// A host that tries each library in another process first.
pub fn host(profile: &HostProfile, runtimes: &args::Runtimes) -> Result<Host> {
    let myself = env::current_exe()
        .map_err(|error| Error::new(Code::PROBE_FAILED, "this program cannot find itself to probe").because(error))?;
    let mut host = Host::new(profile.clone());
    host.set_prober(Some(Prober::new(myself)));
    runtimes.add_to(&host)?;
    Ok(host)
}

/// What a plugin or its runtime has logged, on one line: `weather: warning: it is warm`.
pub fn log_line(found: &Diagnostic) -> String {
    let severity = format!("{:?}", found.severity).to_lowercase();
    in_line(&match &found.plugin {
        Some(plugin) => format!("{plugin}: {severity}: {}", found.message),
        None => format!("{severity}: {}", found.message),
    })
}
