//! The form of a `<name>.host.json`, and what it makes of a profile.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::folders::FolderKind;
use super::runtimes::Runtimes;
use super::{HostProfile, IndexPolicy, LoadPolicy, ManifestPolicy, ReceiptPolicy, check_abi, checked_text};
use crate::capability::CapabilityPolicy;
use crate::error::{Code, Error, Result};
use crate::input::{brief, printable};
use crate::json::{self, Keys, kind};
use crate::manifest::{DEFAULT_RUNTIME, is_runtime_name};
use crate::spelling::is_slip;

/// The keys of the form.
const KEYS: Keys = &[
    (
        "",
        &[
            "$schema",
            "name",
            "version",
            "search_path_variable",
            "version_key",
            "entry",
            "version_symbol",
            "abi",
            "provides",
            "policies",
            "runtimes",
            "folders",
            "stages",
        ],
    ),
    ("policies", &["manifest", "load", "receipt", "index", "capabilities"]),
    ("runtimes.native", &["entry", "version_symbol", "abi", "load"]),
    ("folders", &["program", "user", "system"]),
];

/// Every field but the name has a default that follows from it.
#[derive(Deserialize)]
struct ProfileFile {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    name: String,
    version: Option<String>,
    search_path_variable: Option<String>,
    version_key: Option<String>,
    entry: Option<String>,
    version_symbol: Option<String>,
    abi: Option<BTreeMap<String, String>>,
    provides: Option<Vec<String>>,
    policies: Option<PoliciesFile>,
    runtimes: Option<RuntimesFile>,
    folders: Option<FoldersFile>,
    stages: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
struct PoliciesFile {
    manifest: Option<ManifestPolicy>,
    load: Option<LoadPolicy>,
    receipt: Option<ReceiptPolicy>,
    index: Option<IndexPolicy>,
    capabilities: Option<CapabilityPolicy>,
}

#[derive(Default, Deserialize)]
struct NativeFile {
    entry: Option<String>,
    version_symbol: Option<String>,
    abi: Option<BTreeMap<String, String>>,
    load: Option<LoadPolicy>,
}

#[derive(Deserialize)]
struct FoldersFile {
    program: Option<String>,
    user: Option<String>,
    system: Option<String>,
}

/// The sections of the runtimes, in their order.
#[derive(Default)]
struct RuntimesFile {
    native: NativeFile,
    all: Vec<(String, Map<String, Value>)>,
}

impl<'de> Deserialize<'de> for RuntimesFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RuntimesFile, D::Error> {
        deserializer.deserialize_map(RuntimesVisitor)
    }
}

struct RuntimesVisitor;

impl<'de> Visitor<'de> for RuntimesVisitor {
    type Value = RuntimesFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a section for each runtime")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RuntimesFile, A::Error> {
        let mut file = RuntimesFile::default();
        while let Some(name) = map.next_key::<String>()? {
            let mut settings = Map::new();
            match name == DEFAULT_RUNTIME {
                true => file.native = map.next_value()?,
                false => settings = map.next_value()?,
            }
            file.all.push((name, settings));
        }
        Ok(file)
    }
}

/// Reads the text of such a file.
pub(super) fn profile(bytes: &[u8]) -> Result<HostProfile> {
    if bytes.len() as u64 > HostProfile::LARGEST_FILE {
        return Err(invalid(format!("it is larger than {} bytes", HostProfile::LARGEST_FILE)));
    }
    let text = std::str::from_utf8(bytes).map_err(invalid)?;
    let (value, repeated) = json::value(text).map_err(invalid)?;
    if let Some(key) = repeated.first() {
        return Err(invalid(format!("the key `{}` stands twice", brief(key))));
    }
    check_shape(&value)?;
    let (file, unknown) =
        json::form::<ProfileFile>(bytes, KEYS).map_err(|error| invalid(printable(&error.to_string())))?;
    if let Some(misspelt) = unknown.misspelt() {
        return Err(invalid(misspelt));
    }
    let mut profile = file.profile()?;
    profile.diagnostics = unknown.findings(Code::PROFILE_UNKNOWN_KEY);
    Ok(profile)
}

/// A form would be read from a list, too; and the names of runtimes are open, but for what is meant to be `native`.
fn check_shape(value: &Value) -> Result<()> {
    for (place, _) in KEYS {
        let mut parts = place.split('.').filter(|part| !part.is_empty());
        let found = parts.try_fold(value, |value, part| value.get(part));
        if let Some(other) = found.filter(|found| !(found.is_object() || found.is_null() && !place.is_empty())) {
            let what = if place.is_empty() { "it".to_owned() } else { format!("`{place}`") };
            return Err(invalid(format!("{what} is {}, not an object", kind(other))));
        }
    }
    let names = value.get("runtimes").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    if let Some(name) = names.into_iter().find(|name| is_runtime_name(name) && is_slip(name, DEFAULT_RUNTIME)) {
        // It would be a host that takes no native plugin, and nobody would say so.
        return Err(invalid(format!("the key `runtimes.{}` is nearly `{DEFAULT_RUNTIME}`", brief(name))));
    }
    let sections = value.get("runtimes").and_then(Value::as_object).into_iter().flatten();
    match sections.into_iter().find(|(_, section)| !section.is_object()) {
        Some((name, other)) => Err(invalid(format!("`runtimes.{}` is {}, not an object", brief(name), kind(other)))),
        None => Ok(()),
    }
}

impl ProfileFile {
    fn profile(self) -> Result<HostProfile> {
        let mut profile = HostProfile::named(&self.name)?;
        if let Some(text) = &self.version {
            profile.set_version(text)?;
        }
        if let Some(variable) = self.search_path_variable {
            if variable.contains('=') {
                return Err(invalid("`search_path_variable` cannot hold `=`"));
            }
            profile.search_path_variable = checked_text("search_path_variable", variable)?;
        }
        if let Some(key) = self.version_key {
            profile.version_key = checked_text("version_key", key)?;
        }
        profile.set_provides(self.provides.unwrap_or_default())?;
        let policies = self.policies.unwrap_or_default();
        profile.policies.manifest = policies.manifest.unwrap_or_default();
        profile.policies.receipt = policies.receipt.unwrap_or_default();
        profile.policies.index = policies.index.unwrap_or_default();
        profile.policies.capabilities = policies.capabilities.unwrap_or_default();
        if let Some(stages) = self.stages {
            profile.set_stages(stages)?;
        }
        if let Some(folders) = self.folders {
            let named = [folders.program, folders.user, folders.system];
            for (kind, folder) in FolderKind::ALL.into_iter().zip(named) {
                profile.folders.set(kind, folder.as_deref())?;
            }
        }
        let flat =
            NativeFile { entry: self.entry, version_symbol: self.version_symbol, abi: self.abi, load: policies.load };
        let says_native = flat.says_something();
        let runtimes = self.runtimes.unwrap_or_default();
        flat.with(runtimes.native)?.set(&mut profile)?;
        profile.runtimes = listed(runtimes.all)?;
        if says_native && !profile.runtimes.is_empty() {
            profile.runtimes.add_first(DEFAULT_RUNTIME);
        }
        Ok(profile)
    }
}

fn listed(all: Vec<(String, Map<String, Value>)>) -> Result<Runtimes> {
    let mut runtimes = Runtimes::default();
    all.into_iter().try_for_each(|(name, settings)| runtimes.add(&name, settings))?;
    Ok(runtimes)
}

impl NativeFile {
    fn says_something(&self) -> bool {
        self.entry.is_some() || self.version_symbol.is_some() || self.abi.is_some() || self.load.is_some()
    }

    /// What stands at the top of a profile, with what its section `native` says beside that.
    fn with(self, section: NativeFile) -> Result<NativeFile> {
        Ok(NativeFile {
            entry: once("entry", "entry", self.entry, section.entry)?,
            version_symbol: once("version_symbol", "version_symbol", self.version_symbol, section.version_symbol)?,
            abi: once("abi", "abi", self.abi, section.abi)?,
            load: once("policies.load", "load", self.load, section.load)?,
        })
    }

    fn set(self, profile: &mut HostProfile) -> Result<()> {
        if let Some(symbol) = self.entry {
            profile.set_entry(&symbol)?;
        }
        if let Some(symbol) = self.version_symbol {
            profile.set_version_symbol(&symbol)?;
        }
        let abi = self.abi.unwrap_or_default();
        check_abi(&abi)?;
        profile.native.abi = abi;
        profile.native.load = self.load.unwrap_or_default();
        Ok(())
    }
}

/// What is said at the top or in the section of `native`; both are two that can differ.
fn once<T>(top: &str, key: &str, flat: Option<T>, section: Option<T>) -> Result<Option<T>> {
    match (flat, section) {
        (Some(_), Some(_)) => Err(invalid(format!("`{top}` and `runtimes.native.{key}` say the same"))
            .hint("remove one of them; what stands outside of `runtimes` is for `native`")),
        (flat, section) => Ok(flat.or(section)),
    }
}

fn invalid(problem: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(Code::PROFILE_INVALID, "the host profile is not valid")
        .because(problem)
        .hint("compare it with schema/host.schema.json")
}
