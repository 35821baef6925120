//! What a host expects of its plugins. Data, not code: from the name alone everything follows, and
//! a `<name>.host.json` file overrides what it names.
//!
//! Owns the names and policies of a host; it never looks at a plugin.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result, codes};
use crate::input;
use crate::version::{self, Version};

codes! {
    PROFILE_UNREADABLE = "profile-unreadable", PROFILE, "The host profile's file cannot be read.";
    PROFILE_INVALID = "profile-invalid", PROFILE, "The host profile breaks its schema.";
}

/// What a host expects of its plugins.
///
/// ```
/// use hotshoe::profile::HostProfile;
/// let profile = HostProfile::named("harmonics").unwrap();
/// assert_eq!(profile.search_path_variable, "HARMONICS_PLUGIN_PATH");
/// assert_eq!(profile.entry, "harmonics_register");
/// assert_eq!(profile.version_symbol, "harmonics_plugin_version");
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
    /// The symbol that a plugin exports for the host to call.
    pub entry: String,
    /// The symbol under which a plugin may export its version.
    pub version_symbol: String,
    /// The manifest key that holds a plugin's requirement on the host's version.
    pub version_key: String,
    /// The binary interface of the host, compared with the `abi` of a manifest key by key.
    pub abi: BTreeMap<String, String>,
    /// The shared libraries that the host has loaded before any plugin: file names, or patterns with `*`. A plugin may
    /// need them without bringing them.
    pub provides: Vec<String>,
    /// How the host wants things done where there is a choice.
    pub policies: Policies,
}

/// How a host wants things done where there is a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Policies {
    /// Whether a plugin must have a manifest.
    pub manifest: ManifestPolicy,
    /// Which file is mapped.
    pub load: LoadPolicy,
    /// Whether a library must be the one that was installed.
    pub receipt: ReceiptPolicy,
    /// Whether what was read of a root is kept for the next start.
    pub index: IndexPolicy,
}

/// Whether a plugin must have a manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ManifestPolicy {
    /// A folder or a bare library without one is a plugin too.
    #[default]
    Optional,
    /// Without one it is refused.
    Required,
}

/// Which file is mapped when a plugin is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadPolicy {
    /// The plugin's own file: the fastest, and right for installed plugins.
    #[default]
    Direct,
    /// A private copy, so that the plugin's own file may be overwritten while it is loaded: for
    /// hosts that plugins are developed in.
    Copy,
}

/// Whether a library must be the one that was installed, by the receipt in the plugin's folder.
///
/// A library that is compared is mapped from a private copy, so that what is mapped is what was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReceiptPolicy {
    /// Receipts are not looked at.
    #[default]
    Off,
    /// Where there is a receipt, the library must be the one it names.
    IfPresent,
    /// There must be a receipt, too: what was copied into place is refused.
    Required,
}

/// Whether the manifests of a root that holds many are kept in the user's cache folder for the next start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndexPolicy {
    /// They are, and one whose file has not changed since is not opened again.
    #[default]
    On,
    /// Every manifest is read at every start, and nothing is written.
    Off,
}

/// The file's form; every field but the name has a default that follows from it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    name: String,
    version: Option<String>,
    search_path_variable: Option<String>,
    entry: Option<String>,
    version_symbol: Option<String>,
    version_key: Option<String>,
    #[serde(default)]
    abi: BTreeMap<String, String>,
    #[serde(default)]
    provides: Vec<String>,
    #[serde(default)]
    policies: Policies,
}

impl HostProfile {
    /// The largest profile file, in bytes.
    pub const LARGEST_FILE: u64 = 1 << 20;

    /// The profile that follows from a name alone.
    pub fn named(name: &str) -> Result<HostProfile> {
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !starts_well || name.len() > 64 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) {
            return Err(Error::new(Code::PROFILE_INVALID, format!("`{}` cannot name a host", name.escape_debug()))
                .hint("use at most 64 letters, digits, `_` and `-`, starting with a letter"));
        }
        let stem = name.to_ascii_lowercase().replace('-', "_");
        Ok(HostProfile {
            name: name.to_owned(),
            version: None,
            search_path_variable: format!("{}_PLUGIN_PATH", stem.to_ascii_uppercase()),
            entry: format!("{stem}_register"),
            version_symbol: format!("{stem}_plugin_version"),
            version_key: format!("{stem}_version"),
            abi: BTreeMap::new(),
            provides: Vec::new(),
            policies: Policies::default(),
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
        Self::from_json(&bytes).map_err(|error| error.at(path))
    }

    /// Reads the text of such a file.
    ///
    /// ```
    /// use hotshoe::profile::HostProfile;
    /// let profile = HostProfile::from_json(br#"{"name": "synth", "entry": "synth_main"}"#).unwrap();
    /// assert_eq!((profile.entry.as_str(), profile.version_key.as_str()), ("synth_main", "synth_version"));
    /// ```
    pub fn from_json(bytes: &[u8]) -> Result<HostProfile> {
        let file: ProfileFile = serde_json::from_slice(bytes).map_err(|error| {
            Error::new(Code::PROFILE_INVALID, "the host profile is not valid")
                .because(error)
                .hint("compare it with schema/host.schema.json")
        })?;
        let mut profile = HostProfile::named(&file.name)?;
        if let Some(text) = &file.version {
            profile.set_version(text)?;
        }
        if let Some(variable) = file.search_path_variable {
            profile.search_path_variable = variable;
        }
        for (field, value) in [(&mut profile.entry, file.entry), (&mut profile.version_symbol, file.version_symbol)] {
            if let Some(symbol) = value {
                *field = checked_symbol(symbol)?;
            }
        }
        if let Some(key) = file.version_key {
            profile.version_key = key;
        }
        profile.abi = file.abi;
        profile.set_provides(file.provides)?;
        profile.policies = file.policies;
        Ok(profile)
    }

    /// Sets the host's own version from its text.
    pub fn set_version(&mut self, text: &str) -> Result<()> {
        self.version = Some(version::parse(text)?.0);
        Ok(())
    }

    /// Sets the symbol that a plugin exports for the host to call; it must be a C identifier.
    pub fn set_entry(&mut self, symbol: &str) -> Result<()> {
        self.entry = checked_symbol(symbol.to_owned())?;
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
        let is_name = |name: &String| !name.is_empty() && name.len() <= 255 && !name.contains(['/', '\\']);
        if let Some(name) = names.iter().find(|name| !is_name(name)) {
            return Err(Error::new(Code::PROFILE_INVALID, format!("`{}` cannot name a library", name.escape_debug()))
                .hint(
                    "name the file as the plugin needs it, without a folder: `libsynth-core.so.1`, `libsynth-*.so.*`",
                ));
        }
        self.provides = names;
        Ok(())
    }
}

fn checked_symbol(symbol: String) -> Result<String> {
    if is_c_identifier(&symbol) {
        return Ok(symbol);
    }
    Err(Error::new(Code::PROFILE_INVALID, format!("`{}` is not a C identifier", symbol.escape_debug()))
        .hint("name an `extern \"C\"` function"))
}

/// Whether a text can name an `extern "C"` symbol.
pub(crate) fn is_c_identifier(text: &str) -> bool {
    text.len() <= 255
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
