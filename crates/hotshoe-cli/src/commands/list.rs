//! `hotshoe list`

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anstyle::Style;
use hotshoe::catalog::{Candidate, Catalog, SearchPath};
use hotshoe::error::Result;
use hotshoe::package::Root;
use hotshoe::platform::is_privileged;
use hotshoe::profile::{HostProfile, IndexPolicy};

use crate::args::{Runtimes, if_absent, profile, root, version_text};
use crate::output::{Answer, BAD, DIM, GOOD, NAME, path_in_line};

/// List the plugins that a host would find, with what is wrong with them
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe list --host harmonics
  hotshoe list --host harmonics --path ~/plugins:/opt/plugins
  hotshoe list --installed --root ~/plugins")]
pub struct Args {
    /// List what was installed instead, also versions out of use
    #[arg(long, conflicts_with_all = ["path", "host_version"])]
    pub installed: bool,

    /// Read names and manifests only: what only a library's bytes show is not found
    #[arg(long, conflicts_with = "installed")]
    quick: bool,

    /// Read every manifest, and keep nothing for the next time
    #[arg(long, conflicts_with = "installed")]
    no_index: bool,

    /// The host: its name, or its <name>.host.json
    #[arg(long, value_name = "NAME|FILE", required_unless_present = "root")]
    pub host: Option<PathBuf>,

    /// The host's version; without one, no plugin is refused for asking another
    #[arg(long, value_name = "VERSION", value_parser = version_text)]
    host_version: Option<String>,

    /// The folder where plugins are installed; without it, where `hotshoe install --host` puts them
    #[arg(long, value_name = "DIR", requires = "installed")]
    root: Option<PathBuf>,

    /// Look here, instead of in the folders of the host's environment variable and its own
    #[arg(long, value_name = "FOLDER[:FOLDER…]")]
    pub path: Option<OsString>,

    #[command(flatten)]
    runtimes: Runtimes,
}

impl Args {
    /// The profile of the host; there is one unless a root is listed.
    pub fn profile(&self) -> Result<HostProfile> {
        let mut profile = profile(self.host.as_deref().unwrap_or(Path::new("")), self.host_version.as_deref())?;
        if self.no_index {
            profile.policies.index = IndexPolicy::Off;
        }
        Ok(profile)
    }

    /// The root whose installed plugins are listed.
    pub fn root(&self) -> Result<Root> {
        root(self.root.as_deref(), self.host.as_deref())
    }
}

pub fn run(args: &Args, as_json: bool) -> Result<Answer> {
    if args.installed {
        return installed(args);
    }
    let profile = args.profile()?;
    let search_path = match &args.path {
        Some(path) => SearchPath::parse(path),
        None => SearchPath::of_host(&profile),
    };
    let mut catalog = Catalog::scan_with(&profile, &args.runtimes.kinds(), &search_path);
    if !args.quick {
        catalog.check_libraries(&profile);
    }
    let mut answer = Answer::new();
    if !search_path.leads_somewhere() {
        answer.line(match &args.path {
            Some(_) => "--path names no folder".to_owned(),
            None if is_privileged() => format!("{} is ignored: give --path", profile.search_path_variable),
            None => format!("{} names no folder: set it, or give --path", profile.search_path_variable),
        });
    } else if catalog.candidates().is_empty() {
        let there: Vec<PathBuf> = search_path.roots().iter().filter(|root| root.exists()).cloned().collect();
        let looked_in = if there.is_empty() { search_path.roots() } else { &there };
        answer.line(format!("no plugin in {}", folders(looked_in)));
    }
    if !as_json {
        // In the order of the catalog, too.
        let mut newest = catalog.newest().into_iter().peekable();
        for candidate in catalog.candidates() {
            let is_used = newest.next_if(|used| std::ptr::eq(*used, candidate)).is_some();
            answer.line(line(candidate, is_used));
        }
    }
    let refused = catalog.candidates().iter().filter_map(|candidate| candidate.refusal().cloned());
    let diagnostics: Vec<_> = catalog.diagnostics().iter().cloned().chain(refused).collect();
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == hotshoe::diagnostics::Severity::Error) {
        answer.no();
    }
    let shown = search_path.roots().iter().map(|root| root.to_string_lossy());
    answer.field("search_path", shown.collect::<Vec<_>>());
    answer.diagnostics(diagnostics);
    answer.plugins(catalog);
    Ok(answer)
}

/// A few folders of a search path, on a line.
fn folders(roots: &[PathBuf]) -> String {
    const MOST_SHOWN: usize = 5;
    let shown: Vec<String> = roots.iter().take(MOST_SHOWN).map(|root| path_in_line(root)).collect();
    match roots.len().saturating_sub(MOST_SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What was installed, also what no host finds any more.
fn installed(args: &Args) -> Result<Answer> {
    let root = args.root()?;
    let (installed, damaged) = root.installed()?;
    let mut answer = Answer::new();
    if installed.is_empty() {
        answer.line(format!("Hotshoe has installed nothing in {}", root.path().display()));
    }
    for found in &installed {
        let mark = if found.in_use { format!("{GOOD}✓{GOOD:#}") } else { " ".to_owned() };
        let version = found.version.as_ref().map(ToString::to_string).unwrap_or_default();
        let place = if found.in_use { path_in_line(&found.path) } else { "out of use".to_owned() };
        answer.line(format!("{mark} {NAME}{:<20}{NAME:#} {version:<10} {DIM}{place}{DIM:#}", found.name));
    }
    if !damaged.is_empty() {
        answer.no();
    }
    answer.diagnostics(if_absent(&root));
    answer.field("root", root.path().to_string_lossy());
    answer.field("installed", &installed);
    answer.diagnostics(installed.into_iter().flat_map(|found| found.diagnostics));
    answer.diagnostics(damaged.into_iter().map(Into::into));
    Ok(answer)
}

/// `✓ gain 1.2.3  /plugins/gain`, with a `✗` if it is refused and nothing if a newer one is used.
fn line(candidate: &Candidate, is_used: bool) -> String {
    let (style, mark) = match (candidate.refusal(), is_used) {
        (Some(_), _) => (BAD, '✗'),
        (None, true) => (GOOD, '✓'),
        (None, false) => (Style::new(), ' '),
    };
    let manifest = candidate.manifest();
    let capabilities = manifest.capabilities.iter().map(|capability| capability.as_str());
    let tags: Vec<&str> = capabilities.chain(manifest.interfaces.iter().map(|interface| interface.as_str())).collect();
    let version = candidate.version().map(ToString::to_string).unwrap_or_default();
    let mut line = format!(
        "{style}{mark}{style:#} {NAME}{:<20}{NAME:#} {version:<10} {DIM}{}{DIM:#}  {}",
        candidate.name(),
        path_in_line(candidate.path()),
        tags.join(" ")
    );
    line.truncate(line.trim_end().len());
    line
}
