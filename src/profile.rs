//! What a host expects of its plugins. Data, not code: from the name alone everything follows, and
//! a `<name>.host.json` file overrides what it names.
//!
//! Owns the names, folders and policies of a host, and what it tells each runtime; it never looks at a plugin.

mod file;
mod folders;
mod installed;
mod policies;
mod runtimes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result, codes};
use crate::input::{self, brief};
use crate::manifest::is_c_identifier;
use crate::version::{self, Version};

use runtimes::Runtimes;

pub use crate::capability::CapabilityPolicy;
pub use folders::{FolderKind, Folders};
pub use policies::{IndexPolicy, LoadPolicy, ManifestPolicy, Policies, ReceiptPolicy};
pub use runtimes::check_runtime_name;

codes! {
    PROFILE_UNREADABLE = "profile-unreadable", PROFILE, "The host profile's file cannot be read.";
    PROFILE_INVALID = "profile-invalid", PROFILE, "The host profile breaks its schema.";
    PROFILE_NOT_FOUND = "profile-not-found", PROFILE, "No host of this name is installed.";
    PROFILE_UNKNOWN_KEY = "profile-unknown-key", PROFILE, "A key of the host profile is unknown.";
}

/// The longest name or symbol in a profile, in bytes.
const LONGEST_TEXT: usize = 255;

/// The most keys of `abi`, and the most names in `provides`.
const MOST_ENTRIES: usize = 1024;

/// What a host expects of its plugins.
///
/// ```
/// use hotshoe::profile::HostProfile;
/// let profile = HostProfile::named("harmonics").unwrap();
/// assert_eq!(profile.search_path_variable, "HARMONICS_PLUGIN_PATH");
/// assert_eq!(profile.native.entry, "harmonics_register");
/// assert_eq!(profile.native.version_symbol, "harmonics_plugin_version");
/// assert_eq!(profile.version_key, "harmonics_version");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HostProfile {
    /// The host's name: letters, digits, `_` and `-`, starting with a letter.
    pub name: String,
    /// The host's own version; while it is unknown, no plugin is refused for asking another one.
    pub version: Option<Version>,
    /// The environment variable that holds the search path.
    pub search_path_variable: String,
    /// The manifest key that holds a plugin's requirement on the host's version.
    pub version_key: String,
    /// The shared libraries that the host has loaded before any plugin: file names as they are needed, or patterns with
    /// `*`. A plugin may need them without bringing them, and nobody looks for them.
    pub provides: Vec<String>,
    /// The folders that the host has for plugins on each machine; none by default.
    pub folders: Folders,
    /// How the host wants things done where there is a choice.
    pub policies: Policies,
    /// The stages of the host's pipeline, in the order in which they run: `compile` by default.
    pub stages: Vec<String>,
    /// What it tells the runtime `native`, whether it takes that or not.
    pub native: Native,
    runtimes: Runtimes,
    #[serde(skip)]
    diagnostics: Vec<Diagnostic>,
}

/// What a host tells the runtime of shared libraries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Native {
    /// The symbol that a plugin exports for the host to call.
    pub entry: String,
    /// The symbol under which a plugin may export its version.
    pub version_symbol: String,
    /// The binary interface of the host, compared with the `abi` of a manifest key by key.
    pub abi: BTreeMap<String, String>,
    /// Which file is mapped.
    pub load: LoadPolicy,
}

impl HostProfile {
    /// The largest profile file, in bytes.
    pub const LARGEST_FILE: u64 = 1 << 20;

    /// The profile that follows from a name alone.
    pub fn named(name: &str) -> Result<HostProfile> {
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !starts_well || name.len() > 64 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) {
            return Err(Error::new(Code::PROFILE_INVALID, format!("`{}` cannot name a host", brief(name)))
                .hint("use at most 64 letters, digits, `_` and `-`, starting with a letter"));
        }
        let stem = name.to_ascii_lowercase().replace('-', "_");
        Ok(HostProfile {
            name: name.to_owned(),
            version: None,
            search_path_variable: format!("{}_PLUGIN_PATH", stem.to_ascii_uppercase()),
            version_key: format!("{stem}_version"),
            provides: Vec::new(),
            folders: Folders::default(),
            policies: Policies::default(),
            stages: vec!["compile".to_owned()],
            native: Native {
                entry: format!("{stem}_register"),
                version_symbol: format!("{stem}_plugin_version"),
                abi: BTreeMap::new(),
                load: LoadPolicy::default(),
            },
            runtimes: Runtimes::default(),
            diagnostics: Vec::new(),
        })
    }

    /// Reads a `<name>.host.json` file, after `schema/host.schema.json`.
    pub fn from_file(path: &Path) -> Result<HostProfile> {
        let bytes = input::read(path, Self::LARGEST_FILE).map_err(|error| {
            Error::new(Code::PROFILE_UNREADABLE, "the host profile cannot be read")
                .because(error)
                .hint("give the name of a host, or the path of its <name>.host.json")
                .at(path)
        })?;
        let mut profile = Self::from_json(&bytes).map_err(|error| error.at(path))?;
        let found = std::mem::take(&mut profile.diagnostics);
        profile.diagnostics = found.into_iter().map(|found| found.at(path)).collect();
        Ok(profile)
    }

    /// Reads the text of such a file.
    ///
    /// Keys that are unknown are findings ([`HostProfile::diagnostics`]); one that is nearly a known one is an error.
    ///
    /// ```
    /// use hotshoe::profile::HostProfile;
    /// let profile = HostProfile::from_json(br#"{"name": "synth", "entry": "synth_main"}"#).unwrap();
    /// assert_eq!((profile.native.entry.as_str(), profile.version_key.as_str()), ("synth_main", "synth_version"));
    /// ```
    pub fn from_json(bytes: &[u8]) -> Result<HostProfile> {
        file::profile(bytes)
    }

    /// What was noticed while its file was read.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Sets the host's own version from its text.
    pub fn set_version(&mut self, text: &str) -> Result<()> {
        self.version = Some(version::parse(text)?.0);
        Ok(())
    }

    /// Sets the symbol that a plugin exports for the host to call; it must be a C identifier.
    pub fn set_entry(&mut self, symbol: &str) -> Result<()> {
        self.native.entry = checked_symbol(symbol.to_owned())?;
        Ok(())
    }

    /// Sets the symbol under which a plugin may export its version; it must be a C identifier.
    pub fn set_version_symbol(&mut self, symbol: &str) -> Result<()> {
        self.native.version_symbol = checked_symbol(symbol.to_owned())?;
        Ok(())
    }

    /// Sets the shared libraries that the host has loaded before any plugin, by file name or by a pattern with `*`.
    ///
    /// ```
    /// use hotshoe::profile::HostProfile;
    /// let mut profile = HostProfile::named("synth").unwrap();
    /// profile.set_provides(vec!["libsynth-core.so.*".to_owned()]).unwrap();
    /// assert!(profile.set_provides(vec!["/usr/lib/libsynth-core.so.1".to_owned()]).is_err());
    /// ```
    pub fn set_provides(&mut self, names: Vec<String>) -> Result<()> {
        if names.len() > MOST_ENTRIES {
            return Err(too_many("provides"));
        }
        let is_name = |name: &String| {
            let is_plain = |c: char| !c.is_control() && !input::is_invisible(c) && !r"/\".contains(c);
            !name.is_empty() && name.len() <= LONGEST_TEXT && name.chars().all(is_plain)
        };
        if let Some(name) = names.iter().find(|name| !is_name(name)) {
            return Err(Error::new(Code::PROFILE_INVALID, format!("`{}` cannot name a library", brief(name))).hint(
                "name the file as the plugin needs it, without a folder: `libsynth-core.so.1`, `libsynth-*.so.*`",
            ));
        }
        self.provides = names;
        Ok(())
    }

    /// Sets the stages of the host's pipeline, in the order in which they run.
    pub fn set_stages(&mut self, stages: Vec<String>) -> Result<()> {
        self.stages = checked_stages(stages)?;
        Ok(())
    }
}

/// Stages in the order in which they run, each once.
pub(crate) fn checked_stages(stages: Vec<String>) -> Result<Vec<String>> {
    if stages.len() > MOST_ENTRIES {
        return Err(Error::new(Code::PROFILE_INVALID, "`stages` has too many entries")
            .hint(format!("it may have {MOST_ENTRIES}")));
    }
    let mut seen = BTreeSet::new();
    for stage in &stages {
        checked_text("stages", stage.clone())?;
        if !seen.insert(stage) {
            return Err(Error::new(Code::PROFILE_INVALID, format!("the stage `{}` stands twice", brief(stage)))
                .hint("name each stage once, in the order in which they run"));
        }
    }
    Ok(stages)
}

fn checked_symbol(symbol: String) -> Result<String> {
    if symbol.len() <= LONGEST_TEXT && is_c_identifier(&symbol) {
        return Ok(symbol);
    }
    Err(Error::new(Code::PROFILE_INVALID, format!("`{}` is not a C identifier", brief(&symbol)))
        .hint("name an `extern \"C\"` function"))
}

/// A text that names something outside of the profile.
fn checked_text(key: &str, text: String) -> Result<String> {
    match !text.is_empty() && text.len() <= LONGEST_TEXT && !text.chars().any(|c| c.is_control()) {
        true => Ok(text),
        false => Err(Error::new(Code::PROFILE_INVALID, format!("`{key}` cannot be `{}`", brief(&text)))
            .hint(format!("it has 1 to {LONGEST_TEXT} bytes and no control characters"))),
    }
}

fn check_abi(abi: &BTreeMap<String, String>) -> Result<()> {
    if abi.len() > MOST_ENTRIES {
        return Err(too_many("abi"));
    }
    abi.iter().flat_map(|(key, value)| [key, value]).try_for_each(|text| match text.len() <= LONGEST_TEXT {
        true => Ok(()),
        false => Err(Error::new(Code::PROFILE_INVALID, format!("`abi`: `{}` is too long", brief(text)))
            .hint(format!("at most {LONGEST_TEXT} bytes can stand there"))),
    })
}

fn too_many(key: &str) -> Error {
    Error::new(Code::PROFILE_INVALID, format!("`{key}` has too many entries"))
        .hint(format!("it may have {MOST_ENTRIES}; a pattern with `*` stands for many libraries"))
}
