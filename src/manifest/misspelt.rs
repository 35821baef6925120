//! Keys that are kept as unknown and may be meant for known ones.

use serde_json::{Map, Value};

use crate::diagnostics::Diagnostic;
use crate::error::Code;
use crate::input::brief;
use crate::spelling::is_slip;
use crate::version;

/// The keys that a slip makes an unknown one of. Shorter ones are too near to other words, such as `abi` to `api` and
/// `icon` to `icons`.
const KEYS: [&str; 16] = [
    "name",
    "version",
    "description",
    "license",
    "authors",
    "homepage",
    "runtime",
    "library",
    "executable",
    "entry",
    "capabilities",
    "interfaces",
    "dependencies",
    "platforms",
    "include",
    "exclude",
];

/// A warning for each key that is one slip away from a known key that is missing, and for a requirement on another
/// host where the one on this host is missing.
pub(super) fn warnings(object: &Map<String, Value>, version_key: Option<&str>) -> Vec<Diagnostic> {
    let missing = || KEYS.into_iter().chain(version_key).filter(|key| !object.contains_key(*key));
    let unknown = object.iter().filter(|(key, _)| !is_known(key));
    let warning = |(key, value): (&String, &Value)| {
        let (key, meant) = (key.as_str(), missing().find(|known| is_slip(key, known)));
        let other_host = || version_key.filter(|known| !object.contains_key(*known) && is_requirement(key, value));
        let meant = meant.or_else(other_host)?;
        let message = format!("the key `{}` is unknown, and there is no `{meant}`", brief(key));
        Some(
            Diagnostic::warning(Code::MANIFEST_UNKNOWN_KEY, message)
                .hint(format!("write `{meant}` if that is meant; unknown keys are kept and mean nothing")),
        )
    };
    unknown.filter(|(key, _)| Some(key.as_str()) != version_key).filter_map(warning).collect()
}

/// Whether a manifest's own key is called so, whatever the host calls its own.
pub(super) fn is_known(key: &str) -> bool {
    key == "abi" || key == "icon" || KEYS.contains(&key)
}

fn is_requirement(key: &str, value: &Value) -> bool {
    key.ends_with("_version") && value.as_str().is_some_and(|text| version::requirement(text).is_ok())
}
