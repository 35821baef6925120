//! The command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use hotshoe::error::Result;
use hotshoe::package::Format;
use hotshoe::profile::HostProfile;

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
  hotshoe list --host harmonics --path ~/plugins:/opt/plugins")]
pub struct List {
    #[command(flatten)]
    pub host: Host,

    /// Look here, instead of in the folders of the host's environment variable
    #[arg(long, value_name = "FOLDER[:FOLDER…]")]
    pub path: Option<OsString>,
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

/// Install an archive: into <root>/<name>/<version>
#[derive(clap::Args)]
#[command(after_help = "Example:\n  hotshoe install my_plugin-1.2.3.tar.gz --root ~/plugins")]
pub struct Install {
    /// The archive
    pub archive: PathBuf,

    /// A folder on the host's search path
    #[arg(long, value_name = "DIR")]
    pub root: PathBuf,
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
