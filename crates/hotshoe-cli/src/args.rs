//! The command line.

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use hotshoe::catalog::SearchPath;
use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{Format, KeyId, PublicKey, Root, SignaturePolicy, TrustStore};
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
    Key(Key),
    Sign(Sign),
    Verify(Verify),
    Trust(Trust),
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

/// Make an archive of a plugin's folder, and its checksum: <name>-<version>.tar.gz[.sha256]
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe package my_plugin --output dist --host harmonics --host-version 1.2.0
  hotshoe package my_plugin --format zip --name '{name}-{version}-{os}-{arch}'")]
pub struct Package {
    /// The plugin's folder, with a plugin.json that says its name and version
    pub folder: PathBuf,

    /// Where to put the archive
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,

    /// What to make: tar.gz, tar.zst or zip
    #[arg(long, value_name = "FORMAT", default_value = "tar.gz", hide_default_value = true, value_parser = format)]
    pub format: Format,

    /// What to call it, with {name}, {version}, {system}, {os} and {arch}
    #[arg(long, value_name = "PATTERN")]
    pub name: Option<String>,

    /// How much to compress: from 1, the fastest, to 9, the smallest; tar.zst to 19
    #[arg(long, value_name = "NUMBER")]
    pub level: Option<u32>,

    #[command(flatten)]
    pub host: OptionalHost,
}

/// Install an archive: into <root>/<name>/<version>, beside older versions
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe install my_plugin-1.2.3.tar.gz --root ~/plugins
  hotshoe install my_plugin-1.2.3.tar.gz --host harmonics

Signatures are looked at where a host or a trust store says which keys count: see `hotshoe trust`.")]
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

    /// Trust the keys in this trust store, instead of those that the host trusts
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

impl Install {
    /// Whose signatures count; nobody says, if neither a host nor a trust store is named.
    pub fn trust(&self) -> Result<Option<TrustStore>> {
        match (&self.trust, &self.place.host) {
            (Some(file), _) => TrustStore::open(file).map(Some),
            (None, Some(host)) => TrustStore::for_host(&profile(host, None)?.name).map(Some),
            (None, None) => Ok(None),
        }
    }
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

/// Make keys to sign archives with
#[derive(clap::Args)]
pub struct Key {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Subcommand)]
pub enum KeyCommand {
    New(KeyNew),
}

/// Make a pair of keys: <FILE>.key, which signs and stays secret, and <FILE>.pub, which is for everybody
#[derive(clap::Args)]
#[command(after_help = "\
A password protects the secret key. It is asked for on a terminal; else HOTSHOE_KEY_PASSWORD holds it.

Examples:
  hotshoe key new --output ~/keys/my_plugin --comment 'My Plugin, releases'
  hotshoe key new --no-password")]
pub struct KeyNew {
    /// What the two files are called, without their suffixes
    #[arg(long, value_name = "FILE", default_value = "hotshoe")]
    pub output: PathBuf,

    /// Whose key it is, for those who trust it; the file's name without this
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,

    /// Make a secret key that everybody who reads its file can sign with
    #[arg(long)]
    pub no_password: bool,
}

/// Sign an archive: write <archive>.minisig beside it
#[derive(clap::Args)]
#[command(after_help = "\
The key's password is asked for on a terminal; else HOTSHOE_KEY_PASSWORD holds it.

Examples:
  hotshoe sign my_plugin-1.2.3.tar.gz --key ~/keys/my_plugin.key
  HOTSHOE_KEY=\"$SECRET\" hotshoe sign my_plugin-1.2.3.tar.gz")]
pub struct Sign {
    /// The archive
    pub archive: PathBuf,

    /// The secret key; without it, the environment variable HOTSHOE_KEY holds the key's text
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// Say whether an archive is signed by a key that is trusted, or whether what is installed is as it was
#[derive(clap::Args)]
#[command(
    group(clap::ArgGroup::new("where").args(["key", "host", "trust", "root"]).required(true).multiple(true)),
    after_help = "\
Examples:
  hotshoe verify my_plugin-1.2.3.tar.gz --key my_plugin.pub
  hotshoe verify my_plugin-1.2.3.tar.gz --host harmonics
  hotshoe verify --installed --root ~/plugins"
)]
pub struct Verify {
    /// The archive, with its signature beside it; with --installed, a plugin's name, or nothing for all
    #[arg(value_name = "ARCHIVE|NAME", required_unless_present = "installed")]
    pub what: Option<PathBuf>,

    /// Compare what was installed with its receipts
    #[arg(long, conflicts_with_all = ["key", "trust"])]
    pub installed: bool,

    /// Trust this key: a .pub file, or its second line; may be given more than once
    #[arg(long, value_name = "FILE|KEY", value_parser = public_key, conflicts_with_all = ["host", "trust"])]
    pub key: Vec<PublicKeyAt>,

    /// Trust the keys that this host trusts, or look into the first folder of its search path: its name,
    /// or its <name>.host.json
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "trust")]
    host: Option<PathBuf>,

    /// Trust the keys in this trust store
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,

    /// The folder where plugins are installed
    #[arg(long, value_name = "DIR", requires = "installed")]
    root: Option<PathBuf>,
}

impl Verify {
    /// The keys to verify with.
    pub fn trust(&self) -> Result<TrustStore> {
        match (&self.host, &self.trust) {
            (Some(host), _) => TrustStore::for_host(&profile(host, None)?.name),
            (_, Some(file)) => TrustStore::open(file),
            _ => TrustStore::of_keys(self.key.iter().map(PublicKeyAt::read).collect::<Result<Vec<_>>>()?),
        }
    }

    /// The root whose installed plugins are compared.
    pub fn root(&self) -> Result<Root> {
        root(self.root.as_deref(), self.host.as_deref())
    }
}

/// Say which keys a host trusts
#[derive(clap::Args)]
pub struct Trust {
    #[command(subcommand)]
    pub command: TrustCommand,
}

#[derive(Subcommand)]
pub enum TrustCommand {
    Add(TrustAdd),
    List(TrustList),
    Remove(TrustRemove),
    Policy(TrustPolicy),
}

/// Trust a key: for every plugin, or for those that are named
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe trust add my_plugin.pub --host harmonics --plugin my_plugin
  hotshoe trust add RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3 --host harmonics")]
pub struct TrustAdd {
    /// The public key: a .pub file, or its second line
    #[arg(value_name = "FILE|KEY", value_parser = public_key)]
    pub key: PublicKeyAt,

    /// A plugin that must be signed by this key, or by another that names it; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub plugin: Vec<String>,

    /// Whose key it is, instead of what its file says
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,

    #[command(flatten)]
    pub store: Store,
}

/// List the trusted keys, and the policy
#[derive(clap::Args)]
#[command(after_help = "Example:\n  hotshoe trust list --host harmonics")]
pub struct TrustList {
    #[command(flatten)]
    pub store: Store,
}

/// Trust a key no longer
#[derive(clap::Args)]
#[command(after_help = "Example:\n  hotshoe trust remove E7620F1842B4E81F --host harmonics")]
pub struct TrustRemove {
    /// The key's id, as `hotshoe trust list` shows it
    pub id: KeyId,

    #[command(flatten)]
    pub store: Store,
}

/// Say what is done with archives that nobody signed
#[derive(clap::Args)]
#[command(after_help = "\
Policies:
  off         signatures are not looked at
  if-present  what is not signed is installed, unless its plugin has a key of its own
  required    what is not signed is refused

Example:
  hotshoe trust policy required --host harmonics")]
pub struct TrustPolicy {
    /// One of off, if-present and required
    #[arg(value_parser = policy)]
    pub policy: SignaturePolicy,

    #[command(flatten)]
    pub store: Store,
}

/// Which trust store it is about.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub struct Store {
    /// The host's trust store: its name, or its <name>.host.json
    #[arg(long, value_name = "NAME|FILE")]
    host: Option<PathBuf>,

    /// The trust store's file
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

impl Store {
    /// The trust store, which may not be there yet.
    pub fn edit(&self) -> Result<TrustStore> {
        match (&self.host, &self.trust) {
            (Some(host), _) => TrustStore::edit_for_host(&profile(host, None)?.name),
            (None, file) => TrustStore::edit(file.as_deref().unwrap_or(Path::new(""))),
        }
    }
}

/// A public key on the command line: itself, or where it is.
#[derive(Clone)]
pub enum PublicKeyAt {
    Here(PublicKey),
    File(PathBuf),
}

impl PublicKeyAt {
    /// The key.
    pub fn read(&self) -> Result<PublicKey> {
        match self {
            PublicKeyAt::Here(key) => Ok(key.clone()),
            PublicKeyAt::File(path) => PublicKey::from_file(path),
        }
    }
}

fn public_key(text: &str) -> Result<PublicKeyAt, Infallible> {
    Ok(PublicKey::from_text(text).map_or_else(|_| PublicKeyAt::File(text.into()), PublicKeyAt::Here))
}

fn policy(text: &str) -> Result<SignaturePolicy, &'static str> {
    text.parse().map_err(|_| "it is none of off, if-present and required")
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
