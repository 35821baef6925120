//! The command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use hotshoe::catalog::SearchPath;
use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{Format, Root};
use hotshoe::profile::HostProfile;
use hotshoe::version::{self, Version};

/// The mount between a program and its plugins
#[derive(Parser)]
#[command(
    name = "hotshoe",
    version,
    after_help = "\
Exit codes:
  0  yes: it was done, or the plugin would be taken
  1  no: the plugin would be refused, or something is wrong with it
  2  the command line is wrong
  3  it could not be done"
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,

    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Subcommand)]
pub enum Command {
    Inspect(Inspect),
    Check(Check),
    List(List),
    Package(Package),
    Install(Install),
    Uninstall(Uninstall),
    Rollback(Rollback),
    Prune(Prune),
    Probe(Probe),
}

/// Show what a library is, without running it
#[derive(clap::Args)]
#[command(after_help = "Example:\n  hotshoe inspect my_plugin/libmy_plugin.so")]
pub struct Inspect {
    /// The library: ELF, Mach-O or PE
    pub library: PathBuf,
}

/// Say whether a host would take a plugin, and why not
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe check my_plugin --host harmonics
  hotshoe check my_plugin --host harmonics --host-version 1.2.0 --load")]
pub struct Check {
    /// The plugin: its folder, or its library
    pub plugin: PathBuf,

    #[command(flatten)]
    pub host: Host,

    /// Load and unload it, too: first in a process of its own, then in this one
    #[arg(long)]
    pub load: bool,
}

/// List the plugins that a host would find, with what is wrong with them
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe list --host harmonics
  hotshoe list --host harmonics --path ~/plugins:/opt/plugins
  hotshoe list --installed --root ~/plugins")]
pub struct List {
    /// List what was installed instead, also versions out of use
    #[arg(long, conflicts_with_all = ["path", "host_version"])]
    pub installed: bool,

    /// The host: its name, or its <name>.host.json
    #[arg(long, value_name = "NAME|FILE", required_unless_present = "root")]
    host: Option<PathBuf>,

    /// The host's version; without one, no plugin is refused for asking another
    #[arg(long, value_name = "VERSION")]
    host_version: Option<String>,

    /// The folder where plugins are installed; without it, the first folder of the host's search path
    #[arg(long, value_name = "DIR", requires = "installed")]
    root: Option<PathBuf>,

    /// Look here, instead of in the folders of the host's environment variable
    #[arg(long, value_name = "FOLDER[:FOLDER…]")]
    pub path: Option<OsString>,
}

impl List {
    /// The profile of the host; there is one unless a root is listed.
    pub fn profile(&self) -> Result<HostProfile> {
        profile(self.host.as_deref().unwrap_or(Path::new("")), self.host_version.as_deref())
    }

    /// The root whose installed plugins are listed.
    pub fn root(&self) -> Result<Root> {
        root(self.root.as_deref(), self.host.as_deref())
    }
}

/// Make an archive of a plugin's folder: <name>-<version>.tar.gz
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  hotshoe package my_plugin --output dist --host harmonics --host-version 1.2.0")]
pub struct Package {
    /// The plugin's folder, with a plugin.json that says its name and version
    pub folder: PathBuf,

    /// Where to put the archive
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,

    /// What to make: tar.gz, tar.zst or zip
    #[arg(long, value_name = "FORMAT", default_value = "tar.gz", hide_default_value = true, value_parser = format)]
    pub format: Format,

    #[command(flatten)]
    pub host: OptionalHost,
}

/// Install an archive: into <root>/<name>/<version>, beside older versions
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe install my_plugin-1.2.3.tar.gz --root ~/plugins
  hotshoe install my_plugin-1.2.3.tar.gz --host harmonics")]
pub struct Install {
    /// The archive
    pub archive: PathBuf,

    #[command(flatten)]
    pub place: Place,

    /// Into <root>/<name>, for hosts that do not look for versions
    #[arg(long)]
    pub flat: bool,

    /// Also over another build of the same version, or one that was changed; it is kept out of use
    #[arg(long)]
    pub replace: bool,
}

/// Remove an installed plugin, in one version or in all
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe uninstall my_plugin --root ~/plugins
  hotshoe uninstall my_plugin@1.2.3 --host harmonics")]
pub struct Uninstall {
    /// The plugin, with a version or without
    #[arg(value_name = "NAME[@VERSION]")]
    pub plugin: String,

    #[command(flatten)]
    pub place: Place,

    /// Also if its files are not as they were installed
    #[arg(long)]
    pub force: bool,
}

/// Put the version before the newest one in use again, or a given one
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe rollback my_plugin --host harmonics
  hotshoe rollback my_plugin@1.2.3 --root ~/plugins

What goes out of use is kept: a rollback to its version brings it back, `hotshoe prune` removes it.")]
pub struct Rollback {
    /// The plugin, with the version that is wanted or without
    #[arg(value_name = "NAME[@VERSION]")]
    pub plugin: String,

    #[command(flatten)]
    pub place: Place,
}

/// Remove versions out of use, and old ones
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe prune --host harmonics --dry-run
  hotshoe prune my_plugin --root ~/plugins --keep 1")]
pub struct Prune {
    /// Of this plugin only
    pub name: Option<String>,

    #[command(flatten)]
    pub place: Place,

    /// How many versions in use to keep of each plugin
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub keep: u32,

    /// Only say what would be removed
    #[arg(long)]
    pub dry_run: bool,
}

/// Load and unload a library, for a host that lets another process try first
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Probe {
    /// The library
    pub library: PathBuf,

    /// The symbol that it must export
    pub entry: String,
}

fn format(text: &str) -> Result<Format, &'static str> {
    Format::ALL.into_iter().find(|format| format.as_str() == text).ok_or("it is none of tar.gz, tar.zst and zip")
}

/// Which host it is about.
#[derive(clap::Args)]
pub struct Host {
    /// The host: its name, or its <name>.host.json
    #[arg(long, value_name = "NAME|FILE")]
    host: PathBuf,

    /// The host's version; without one, no plugin is refused for asking another
    #[arg(long, value_name = "VERSION")]
    host_version: Option<String>,
}

impl Host {
    /// The host's profile.
    pub fn profile(&self) -> Result<HostProfile> {
        profile(&self.host, self.host_version.as_deref())
    }
}

/// Which host it is about, where there may be none.
#[derive(clap::Args)]
pub struct OptionalHost {
    /// Also check that this host would take it: its name, or its <name>.host.json
    #[arg(long, value_name = "NAME|FILE")]
    host: Option<PathBuf>,

    /// The host's version
    #[arg(long, value_name = "VERSION", requires = "host")]
    host_version: Option<String>,
}

impl OptionalHost {
    /// The host's profile, if a host was named.
    pub fn profile(&self) -> Result<Option<HostProfile>> {
        self.host.as_deref().map(|host| profile(host, self.host_version.as_deref())).transpose()
    }
}

/// Where plugins are installed.
#[derive(clap::Args)]
#[group(required = true, multiple = true)]
pub struct Place {
    /// The folder with the plugins: one of the host's search path
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// The host; without --root, the first folder of its search path is taken
    #[arg(long, value_name = "NAME|FILE")]
    host: Option<PathBuf>,
}

impl Place {
    /// The folder.
    pub fn root(&self) -> Result<Root> {
        root(self.root.as_deref(), self.host.as_deref())
    }
}

fn root(root: Option<&Path>, host: Option<&Path>) -> Result<Root> {
    let (None, Some(host)) = (root, host) else { return Ok(Root::new(root.unwrap_or(Path::new(".")))) };
    let host = profile(host, None)?;
    SearchPath::from_environment(&host).roots().first().map(Root::new).ok_or_else(|| {
        Error::new(Code::ArgumentInvalid, format!("{} names no folder", host.search_path_variable))
            .hint("set it, or say where with --root")
    })
}

/// A name, and a version behind an `@`.
pub fn name_and_version(text: &str) -> Result<(&str, Option<Version>)> {
    let Some((name, version)) = text.split_once('@') else { return Ok((text, None)) };
    Ok((name, Some(version::parse(version)?.0)))
}

fn profile(host: &Path, version: Option<&str>) -> Result<HostProfile> {
    let is_file = host.extension().is_some_and(|extension| extension == "json") || host.components().count() > 1;
    let mut profile = match is_file {
        true => HostProfile::from_file(host)?,
        false => HostProfile::named(&host.to_string_lossy())?,
    };
    if let Some(version) = version {
        profile.set_version(version)?;
    }
    Ok(profile)
}
