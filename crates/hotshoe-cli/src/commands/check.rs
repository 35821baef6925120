//! `hotshoe check`

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use hotshoe::catalog::{Candidate, Catalog, SearchPath};
use hotshoe::diagnostics::{Diagnostic, Severity};
use hotshoe::error::{Code, Error, Result};
use hotshoe::host::Host;
use hotshoe::inspect::{GlibcVersion, Inspection, Portability};
use hotshoe::manifest::{ArtifactType, Kinds};
use hotshoe::platform::Platform;
use hotshoe::plugin::Unload;
use hotshoe::profile::{HostProfile, IndexPolicy, ReceiptPolicy};
use hotshoe::receipt::Receipt;
use hotshoe::runtime::Prober;
use hotshoe::version;

use crate::args;
use crate::output::{Answer, BAD, GOOD, NAME};

/// Say whether a host would take a plugin, and why not
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe check my_plugin --host harmonics
  hotshoe check my_plugin --host harmonics --host-version 1.2.0 --load
  hotshoe check my_plugin --host harmonics --portable --glibc-max 2.28")]
pub struct Args {
    /// The plugin: its folder, or its library
    pub plugin: PathBuf,

    #[command(flatten)]
    pub host: args::Host,

    #[command(flatten)]
    pub runtimes: args::Runtimes,

    /// Where the host will look for plugins: refuse it if what it depends on is not there; without it, that is a
    /// warning, and it is looked for beside the plugin, too
    #[arg(long, value_name = "FOLDER[:FOLDER…]", conflicts_with = "any_platform")]
    pub path: Option<OsString>,

    /// Load and unload it, too: first in a process of its own, then in this one
    #[arg(long)]
    pub load: bool,

    /// Refuse also what cannot be shipped: what is never unloaded, what hardened systems refuse, and
    /// a search path that leads to this machine
    #[arg(long)]
    pub portable: bool,

    /// With --portable: refuse what needs a newer glibc, and name the symbols that do
    #[arg(long, value_name = "VERSION", requires = "portable")]
    pub glibc_max: Option<GlibcVersion>,

    /// With --portable: allow this folder on the search path, which is taken out before it is shipped
    #[arg(long, value_name = "FOLDER", requires = "portable")]
    pub build_path: Vec<String>,

    /// A library that the host has loaded before any plugin, beside those in its profile: `libcore.so.1`, `libcore*`
    #[arg(long, value_name = "LIBRARY")]
    pub host_provides: Vec<String>,

    /// Take a plugin for another system or processor, too
    #[arg(long, conflicts_with = "load")]
    pub any_platform: bool,
}

impl Args {
    fn portability(&self) -> Option<Portability> {
        let (glibc_max, build_paths) = (self.glibc_max.clone(), self.build_path.clone());
        self.portable.then_some(Portability { glibc_max, build_paths })
    }
}

pub fn run(args: &Args) -> Result<Answer> {
    let mut profile = args.host.profile()?;
    profile.set_provides([profile.provides.clone(), args.host_provides.clone()].concat())?;
    let portability = args.portability();
    let mut answer = Answer::new();
    let host = match &profile.version {
        Some(version) => format!("{} {version}", profile.name),
        None => profile.name.clone(),
    };
    let (candidate, diagnostics) = match Candidate::at_with(&args.plugin, &profile, &args.runtimes.kinds()) {
        Ok(found) => found,
        Err(error) if error.code() == Code::LIBRARY_MISSING => return Err(error),
        // There is a plugin, but what it says of itself cannot be read.
        Err(error) => {
            no(&mut answer, &host, &args.plugin.display().to_string(), vec![error.into()]);
            return Ok(answer);
        }
    };
    answer.diagnostics(diagnostics);
    answer.field("plugin", &candidate);
    answer.diagnostics(excuse_receipt(&candidate, &mut profile));
    let (mut refusals, not_here) = refusals(&candidate, &profile, args.any_platform, portability.as_ref(), &mut answer);
    let beside = match args.any_platform {
        true => Catalog::default(),
        false => beside(&candidate, &profile, &args.runtimes.kinds(), args.path.as_deref()),
    };
    let needs = match beside.with_dependencies(&candidate) {
        // What is missing here says nothing of another machine.
        _ if args.any_platform => vec![&candidate],
        Ok(needs) => needs,
        Err(error) if args.path.is_some() => {
            refusals.push(error.into());
            Vec::new()
        }
        Err(error) => {
            let hint = "where it is not, the host refuses this plugin; `--path` says where the host's plugins will be";
            let found = Diagnostic { severity: Severity::Warning, hint: Some(hint.to_owned()), ..error.into() };
            answer.diagnostics([found]);
            vec![&candidate]
        }
    };
    let outcome = match (refusals.is_empty(), args.load) {
        (false, _) => Err(refusals),
        (true, true) if !not_here.is_empty() => Ok(None),
        (true, true) => load(&needs, &profile, &args.runtimes).map(Some).map_err(|error| vec![error.into()]),
        (true, false) => Ok(None),
    };
    match outcome {
        Err(refusals) => {
            let refusals = refusals.into_iter().map(|refusal| refusal.plugin(candidate.name())).collect();
            no(&mut answer, &host, &candidate.to_string(), refusals);
        }
        Ok(unload) => {
            answer.line(format!("{GOOD}yes{GOOD:#}: {host} takes {NAME}{candidate}{NAME:#}"));
            answer.field("accepted", true);
            if !not_here.is_empty() {
                answer.line(format!("  the host's own, which are not here: {}", not_here.join(", ")));
            }
            answer.field("from_host", &not_here);
            if args.load && !not_here.is_empty() {
                answer.line("  not loaded: that needs the libraries of the host, which are not here");
            }
            if let Some(unload) = unload {
                answer.line(format!("  loaded and unloaded: {unload}"));
                answer.field("unload", unload.to_string());
            }
        }
    }
    Ok(answer)
}

/// Why a host would not take a plugin, as far as can be known without running it.
pub fn why_not(plugin: &Path, profile: &HostProfile, kinds: &Kinds) -> Vec<Diagnostic> {
    match Candidate::at_with(plugin, profile, kinds) {
        Ok((candidate, _)) => refusals(&candidate, profile, false, None, &mut Answer::new()).0,
        Err(error) => vec![error.into()],
    }
}

fn no(answer: &mut Answer, host: &str, plugin: &str, refusals: Vec<Diagnostic>) {
    answer.line(format!("{BAD}no{BAD:#}: {host} does not take {NAME}{plugin}{NAME:#}"));
    answer.field("accepted", false);
    answer.diagnostics(refusals);
    answer.no();
}

/// What is checked is still to be installed: that it has no receipt is no reason for a no, and a wrong receipt is.
pub fn excuse_receipt(candidate: &Candidate, profile: &mut HostProfile) -> Option<Diagnostic> {
    let policy = &mut profile.policies.receipt;
    if *policy != ReceiptPolicy::Required || !matches!(Receipt::in_folder(candidate.path()), Ok(None)) {
        return None;
    }
    *policy = ReceiptPolicy::IfPresent;
    let note = Diagnostic::note(Code::RECEIPT_MISSING, "the host loads only what was installed, and this is not yet");
    Some(note.hint("`hotshoe install` of its archive writes the receipt").plugin(candidate.name()).at(candidate.path()))
}

/// What can be known without running it, and the libraries that the host provides and that are not here.
fn refusals(
    candidate: &Candidate,
    profile: &HostProfile,
    any_platform: bool,
    portability: Option<&Portability>,
    answer: &mut Answer,
) -> (Vec<Diagnostic>, Vec<String>) {
    let for_another = |refusal: &Diagnostic| any_platform && refusal.code == Code::PLATFORM_INCOMPATIBLE;
    if let Some(refusal) = candidate.refusal().filter(|refusal| !for_another(refusal)) {
        return (vec![refusal.clone()], Vec::new());
    }
    if candidate.kind().is_none_or(|kind| kind.artifact() != ArtifactType::Library) {
        return (candidate.check_library(profile).err().map(Into::into).into_iter().collect(), Vec::new());
    }
    let entry = candidate.manifest().entry.as_deref().unwrap_or(&profile.native.entry);
    let mut facts = match Inspection::of(candidate.library()) {
        Ok(facts) => facts,
        Err(error) => return (vec![error.into()], Vec::new()),
    };
    facts.set_provided(&profile.provides);
    let checked = if any_platform { facts.check_anywhere(entry) } else { facts.check(Platform::current(), entry) };
    // It is to be loaded elsewhere.
    let placed = if any_platform { Ok(()) } else { candidate.check_place(profile) };
    let described = facts.check_manifest(candidate.manifest(), entry);
    let mut refusals: Vec<Diagnostic> =
        [checked, described, placed].into_iter().filter_map(Result::err).map(Into::into).collect();
    refusals.extend(portability.iter().flat_map(|rules| facts.portability(rules)));
    // What is a warning to whoever inspects and a refusal here is said once; so is what is allowed.
    // What is missing here says nothing of another platform.
    let is_said = |finding: &Diagnostic| match finding.code {
        Code::DEPENDENCY_MISSING | Code::LIBRARY_GLIBC if any_platform => true,
        Code::DEPENDENCY_MISSING | Code::LIBRARY_GLIBC => {
            refusals.iter().any(|refusal| refusal.message == finding.message)
        }
        Code::LIBRARY_SANITIZER | Code::LIBRARY_STATIC_TLS => false,
        _ => portability.is_some(),
    };
    answer.diagnostics(facts.findings().into_iter().filter(|finding| !is_said(finding)));
    (refusals, facts.provided().map(|needed| needed.name.clone()).collect())
}

/// The plugins among which those are that it depends on; none if it depends on none, for nobody needs to look then.
/// It is looked for along `path`, else beside the plugin and where the host would look.
pub fn beside(candidate: &Candidate, profile: &HostProfile, kinds: &Kinds, path: Option<&OsStr>) -> Catalog {
    if candidate.manifest().dependencies.is_empty() {
        return Catalog::default();
    }
    let search_path = match path {
        Some(path) => SearchPath::parse(path),
        None => {
            let mut search_path: SearchPath = root_of(candidate.path()).iter().collect();
            search_path.append(SearchPath::of_host(profile));
            search_path
        }
    };
    let mut profile = profile.clone();
    // Nobody knows whether what lies around it is a root, so nothing is kept of it.
    profile.policies.index = IndexPolicy::Off;
    let mut catalog = Catalog::scan_with(&profile, kinds, &search_path);
    catalog.check_libraries(&profile);
    catalog
}

/// The root that a plugin lies in: above `<name>`, or above `<name>/<version>`.
fn root_of(plugin: &Path) -> Option<PathBuf> {
    let plugin = plugin.canonicalize().ok()?;
    let is_version =
        |name: &str| name.starts_with(|first: char| first.is_ascii_digit()) && version::parse(name).is_ok();
    let name = plugin.file_name()?.to_str().unwrap_or_default();
    plugin.ancestors().nth(if is_version(name) { 2 } else { 1 }).map(Path::to_owned)
}

/// What only running it can show, of the last of these plugins: it needs the others.
fn load(plugins: &[&Candidate], profile: &HostProfile, runtimes: &args::Runtimes) -> Result<Unload> {
    let myself = env::current_exe()
        .map_err(|error| Error::new(Code::PROBE_FAILED, "this program cannot find itself to probe").because(error))?;
    let mut host = Host::new(profile.clone());
    host.set_prober(Some(Prober::new(myself)));
    runtimes.add_to(&host)?;
    let mut unloaded = None;
    for plugin in plugins {
        host.load_candidate(plugin, |_| Ok(()))?;
    }
    for plugin in host.plugins().iter().rev() {
        let unload = host.unload(plugin)?;
        unloaded.get_or_insert(unload);
    }
    Ok(unloaded.expect("it was loaded"))
}
