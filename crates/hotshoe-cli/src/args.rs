//! What several commands are told: a host, a place, a key.

use std::convert::Infallible;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::CommandFactory;
use clap::error::ErrorKind;
use hotshoe::catalog::SearchPath;
use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Error, Result};
use hotshoe::manifest::Kinds;
use hotshoe::package::{PublicKey, Root};
use hotshoe::profile::{FolderKind, HostProfile};
use hotshoe::version::{self, Version};

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

/// What was given for a key.
pub fn public_key(text: &str) -> Result<PublicKeyAt, Infallible> {
    Ok(PublicKey::from_text(text).map_or_else(|_| PublicKeyAt::File(text.into()), PublicKeyAt::Here))
}

/// Which host it is about.
#[derive(clap::Args)]
pub struct Host {
    /// The host: its name, or its <name>.host.json
    #[arg(long, value_name = "NAME|FILE")]
    pub host: PathBuf,

    /// The host's version; without one, no plugin is refused for asking another
    #[arg(long, value_name = "VERSION", value_parser = version_text)]
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
    pub host: Option<PathBuf>,

    /// The host's version
    #[arg(long, value_name = "VERSION", requires = "host", value_parser = version_text)]
    host_version: Option<String>,
}

impl OptionalHost {
    /// The host's profile, if a host was named.
    pub fn profile(&self) -> Result<Option<HostProfile>> {
        self.host.as_deref().map(|host| profile(host, self.host_version.as_deref())).transpose()
    }
}

/// Which runtimes are known.
#[derive(clap::Args)]
pub struct Runtimes {
    /// Also look here for what describes a runtime, <name>.runtime.json, beside the folder of those installed
    #[arg(long, value_name = "FOLDER", value_parser = folder)]
    runtime_folder: Vec<PathBuf>,
}

impl Runtimes {
    /// Has a host look for the modules of runtimes there, too.
    pub fn add_to(&self, host: &hotshoe::host::Host) -> Result<()> {
        for folder in &self.runtime_folder {
            let absolute = std::path::absolute(folder).map_err(|error| {
                Error::new(Code::ARGUMENT_INVALID, "this path leads nowhere").because(error).at(folder)
            })?;
            host.add_runtime_folder(absolute);
        }
        Ok(())
    }

    /// Those that are built in, those in the folders given, and those installed.
    pub fn kinds(&self) -> Kinds {
        Kinds::installed().with_folders(self.runtime_folder.iter().cloned())
    }
}

fn folder(text: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(text);
    if path.is_dir() { Ok(path) } else { Err("there is no such folder") }
}

/// Where plugins are installed.
#[derive(clap::Args)]
#[group(required = true, multiple = true)]
pub struct Place {
    /// The folder with the plugins: one of the host's search path
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// The host; without --root, the first folder of its environment variable is taken, else its user's folder
    #[arg(long, value_name = "NAME|FILE")]
    pub host: Option<PathBuf>,
}

/// How patient a change of that place is.
#[derive(clap::Args)]
pub struct Patience {
    /// Give up if another process changes the same folder for longer; without it, wait until that ends
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<Duration>,
}

/// A whole number of seconds.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<u32>().map_err(|_| "it is no whole number of seconds".to_owned())?;
    Ok(Duration::from_secs(seconds.into()))
}

impl Place {
    /// The folder.
    pub fn root(&self) -> Result<Root> {
        root(self.root.as_deref(), self.host.as_deref())
    }
}

/// A warning if a folder where plugins are installed is not there; nothing is installed in it then.
pub fn if_absent(root: &Root) -> Option<Diagnostic> {
    let warning =
        || Diagnostic::warning(Code::FOLDER_UNREADABLE, "there is no such folder, so nothing is installed in it");
    (!root.path().exists()).then(|| warning().hint("see that it is the right folder").at(root.path()))
}

/// The folder where plugins are installed: by itself, as the first of a host's environment variable, or as the folder
/// that the host has for its user's plugins.
pub fn root(root: Option<&Path>, host: Option<&Path>) -> Result<Root> {
    let (None, Some(host)) = (root, host) else { return Ok(Root::new(root.unwrap_or(Path::new(".")))) };
    let host = profile(host, None)?;
    let chosen = SearchPath::from_environment(&host).roots().first().cloned();
    chosen.or_else(|| host.folders.paths(FolderKind::User).pop()).map(Root::new).ok_or_else(|| {
        let variable = &host.search_path_variable;
        let message = match host.folders.get(FolderKind::User) {
            Some(_) => format!("{variable} names no folder, and nothing says where your data is"),
            None => format!("{variable} names no folder, and {} has none for its user's plugins", host.name),
        };
        Error::new(Code::ARGUMENT_INVALID, message).hint("set it, or say where with --root")
    })
}

/// A plugin on the command line: its name, and its version if one is meant.
#[derive(Clone)]
pub struct NameAndVersion {
    pub name: String,
    pub version: Option<Version>,
}

/// A name, and a version behind an `@`.
pub fn name_and_version(text: &str) -> Result<NameAndVersion, String> {
    let Some((name, version)) = text.split_once('@') else {
        return Ok(NameAndVersion { name: text.to_owned(), version: None });
    };
    let (version, _) = judged(version::parse(version))?;
    Ok(NameAndVersion { name: name.to_owned(), version: Some(version) })
}

/// The text of a version.
pub fn version_text(text: &str) -> Result<String, String> {
    judged(version::parse(text)).map(|_| text.to_owned())
}

/// What is said of an option's value that is wrong whatever else is asked for.
pub fn judged<T>(value: Result<T>) -> Result<T, String> {
    value.map_err(|error| in_a_line(&error))
}

fn in_a_line(error: &Error) -> String {
    match error.hint_text() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

/// Ends the program as for any wrong command line: a value that is wrong beside another one.
pub fn refuse_value(command: &str, option: &str, value: impl Display, error: Error) -> ! {
    let mut tool = crate::Args::command();
    tool.build();
    let tool = tool.find_subcommand_mut(command).expect("it is a command of the tool");
    let why = in_a_line(&error);
    tool.error(ErrorKind::ValueValidation, format!("invalid value '{value}' for '{option}': {why}")).exit()
}

/// The host of that name, or in that file.
///
/// A host of that name may be installed here, with its profile. Of one that is not, only its name is known, and it is
/// taken to look where most do.
pub fn profile(host: &Path, version: Option<&str>) -> Result<HostProfile> {
    let name = host.to_string_lossy();
    let mut profile = match is_file(host) {
        true => HostProfile::from_file(host)?,
        false => match HostProfile::installed(&name) {
            Err(error) if error.code() == Code::PROFILE_NOT_FOUND => {
                let mut profile = HostProfile::named(&name)?;
                profile.use_default_folders();
                profile
            }
            installed => installed?,
        },
    };
    if let Some(version) = version {
        profile.set_version(version)?;
    }
    Ok(profile)
}

/// Whether it is a host's file that was given, and not its name.
fn is_file(host: &Path) -> bool {
    host.extension().is_some_and(|extension| extension == "json") || host.components().count() > 1
}
