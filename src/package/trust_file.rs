//! The file that holds a trust store, and where it is.
//!
//! Owns its form. It never says what a key is good for.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::policy::SignaturePolicy;
use super::publish::replace;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::{self, brief, shell_word};
use crate::json::{Keys, UnknownKeys};
use crate::platform;
use crate::profile::HostProfile;
use crate::spelling::meant;

/// The largest trust store, in bytes.
const LARGEST_STORE: u64 = 1 << 20;

/// Where a trust store is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Host(String, PathBuf),
    File(PathBuf),
    Nowhere,
}

impl Place {
    /// A host's, and whether `HOTSHOE_TRUST` chose it.
    pub(super) fn of_host(name: &str) -> Result<(Place, bool)> {
        let host = HostProfile::named(name)?.name;
        if let Some(path) = chosen() {
            return Ok((Place::Host(host, path), true));
        }
        let folder = config_folder().ok_or_else(nowhere)?;
        // Some file systems take names that differ in case for one, and some do not.
        let path = folder.join("hotshoe").join(format!("{}.trust.json", host.to_ascii_lowercase()));
        Ok((Place::Host(host, path), false))
    }

    /// Those that count where no host is named, by name.
    pub(super) fn of_user() -> Result<Vec<Place>> {
        if let Some(path) = chosen() {
            return Ok(vec![Place::File(path)]);
        }
        let Some(folder) = config_folder().map(|folder| folder.join("hotshoe")) else { return Ok(Vec::new()) };
        let unreadable = |error| {
            Error::new(Code::KEY_INVALID, "the folder of the trust stores cannot be read")
                .because(error)
                .hint("see that it is yours; or name a host with --host, or a trust store with --trust")
                .at(&folder)
        };
        let entries = match folder.read_dir() {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut places = Vec::new();
        for entry in entries {
            let path = entry.map_err(&unreadable)?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            // What is called otherwise than a host's trust store is none.
            if let Some(host) =
                name.and_then(|name| name.strip_suffix(".trust.json")).filter(|host| !host.starts_with('.'))
            {
                places.push(Place::Host(host.to_owned(), path.clone()));
            }
        }
        places.sort_by(|a, b| a.path().cmp(&b.path()));
        Ok(places)
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Place::Host(_, path) | Place::File(path) => Some(path),
            Place::Nowhere => None,
        }
    }

    /// What brings a command to this trust store, for hints.
    pub(super) fn option(&self) -> String {
        match self {
            Place::Host(host, _) => format!(" --host {}", shell_word(host)),
            Place::File(path) => format!(" --trust {}", shell_word(&path.to_string_lossy())),
            Place::Nowhere => String::new(),
        }
    }
}

/// The file that `HOTSHOE_TRUST` names.
fn chosen() -> Option<PathBuf> {
    platform::environment("HOTSHOE_TRUST").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Where this user's settings are. All of it comes from the environment.
fn config_folder() -> Option<PathBuf> {
    let named = |variable| platform::environment(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return named("APPDATA");
    }
    let home = || env::home_dir().filter(|home| home.is_absolute() && !platform::is_privileged());
    match cfg!(target_vendor = "apple") {
        true => home().map(|home| home.join("Library/Application Support")),
        false => named("XDG_CONFIG_HOME").or_else(|| home().map(|home| home.join(".config"))),
    }
}

fn nowhere() -> Error {
    let (problem, hint) = match platform::is_privileged() {
        true => (
            "this program runs with rights that its caller lacks, so the environment does not choose its trust store",
            "name the trust store's file with --trust, in a program with `TrustStore::open`",
        ),
        false => ("nothing says where your settings are", "set HOTSHOE_TRUST to the trust store's file"),
    };
    Error::new(Code::KEY_INVALID, problem).hint(hint)
}

/// The file's form. A key that is not known here is a finding, and is kept, unless its name says that it restricts: a
/// later Hotshoe whose files trust less than this one would uses such a name, or writes another form.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoreFile {
    /// The version of this form: 1, also where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<u32>,
    pub policy: SignaturePolicy,
    pub keys: Vec<StoredKey>,
    /// What is not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A trusted key in it.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredKey {
    /// In base64.
    pub key: String,
    #[serde(default)]
    pub comment: String,
    #[serde(default)]
    pub plugins: Vec<String>,
    /// What is not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What such files call a restriction that this version has not.
const RESTRICTIONS: [&str; 10] = [
    "critical",
    "disabled",
    "distrusted",
    "expires",
    "not_after",
    "not_before",
    "requires",
    "revoked",
    "threshold",
    "valid_until",
];

/// The keys of the form.
const KEYS: Keys = &[("", &["format", "policy", "keys"]), ("keys", &["key", "comment", "plugins"])];

impl StoreFile {
    /// Reads it; a missing one is an error, or empty.
    pub(super) fn read(path: &Path, may_be_missing: bool) -> Result<StoreFile> {
        let is_missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        if may_be_missing && fs::symlink_metadata(path).is_err_and(|error| is_missing(&error)) {
            return Ok(StoreFile::default());
        }
        let bytes = input::read(path, LARGEST_STORE).map_err(|error| match is_missing(&error) {
            true => unreadable(error, path).hint("`hotshoe trust add` makes one"),
            false => unreadable(error, path),
        })?;
        refuse_public(path)?;
        if !input::is_json_object(&bytes) {
            return Err(unreadable("it is no JSON object", path));
        }
        let file: StoreFile =
            serde_json::from_slice(&bytes).map_err(|error| unreadable(input::printable(&error.to_string()), path))?;
        if let Some(format) = file.format.filter(|format| *format != 1) {
            return Err(unreadable(format!("its form is {format}, and this Hotshoe knows 1"), path));
        }
        if let Some(restriction) = file.others().find(|(_, key)| meant(key, &RESTRICTIONS).is_some()) {
            let problem = format!("`{}` restricts whom it trusts, and this Hotshoe cannot", brief(restriction.1));
            return Err(unreadable(problem, path));
        }
        match file.unknown().misspelt() {
            Some(misspelt) => Err(unreadable(misspelt, path)),
            None => Ok(file),
        }
    }

    /// The keys that are not known here, each with its place.
    fn others(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let inside = self.keys.iter().flat_map(|stored| stored.other.keys()).map(|key| ("keys", key));
        self.other.keys().map(|key| ("", key)).chain(inside)
    }

    /// What is in it and not known here.
    fn unknown(&self) -> UnknownKeys {
        let mut unknown = UnknownKeys::default();
        self.others().for_each(|(place, key)| unknown.add(place, key, KEYS));
        unknown
    }

    /// A warning for each key that is not known here.
    pub(super) fn findings(&self, path: &Path) -> Vec<Diagnostic> {
        self.unknown().findings(Code::TRUST_UNKNOWN_KEY).into_iter().map(|found| found.at(path)).collect()
    }

    /// The form of a trust store.
    pub(super) fn new(policy: SignaturePolicy, keys: Vec<StoredKey>, other: Map<String, Value>) -> StoreFile {
        StoreFile { format: None, policy, keys, other }
    }

    /// Writes it, at once and complete.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let cannot_write =
            |error: io::Error| Error::new(Code::KEY_WRITE, "the trust store cannot be written").because(error).at(path);
        let text = serde_json::to_string_pretty(self).map_err(|error| cannot_write(error.into()))?;
        // A link stays, as those who keep such files elsewhere want it.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        replace(&target, &format!("{text}\n")).map_err(cannot_write)
    }
}

/// Refuses a trust store that every user may write: anybody's key could stand in it.
#[cfg(unix)]
fn refuse_public(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|error| unreadable(error, path))?.permissions().mode();
    match mode & 0o002 {
        0 => Ok(()),
        _ => Err(Error::new(Code::KEY_INVALID, "every user may write into the trust store")
            .hint("see that all keys in it are yours, with `hotshoe trust list` after `chmod o-w <file>`")
            .at(path)),
    }
}

#[cfg(windows)]
fn refuse_public(_: &Path) -> Result<()> {
    Ok(())
}

pub(super) fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>, path: &Path) -> Error {
    Error::new(Code::KEY_INVALID, "the trust store cannot be read")
        .because(error)
        .hint("mend it; or move it away, and trust the keys again with `hotshoe trust add`")
        .at(path)
}
