//! Whether a host would take a plugin that says this of itself.
//!
//! It knows manifest and profile only; the library is for [`crate::inspect`] to judge.

use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::{self, Kind, Manifest};
use crate::platform::Platform;
use crate::profile::{HostProfile, ManifestPolicy};

/// Why this host would not take a plugin that says this of itself.
pub(super) fn incompatibility(
    manifest: &Manifest,
    kind: Option<&Kind>,
    has_manifest: bool,
    profile: &HostProfile,
) -> Option<Error> {
    if let Some(refusal) = without_manifest(profile).filter(|_| !has_manifest) {
        return Some(refusal);
    }
    check_runtime(manifest, kind, profile)
        .and_then(|()| check_platform(manifest, Platform::current()))
        .and_then(|()| check_interface(manifest, profile))
        .err()
}

/// Why this host would not take a plugin without a manifest, if so.
pub(super) fn without_manifest(profile: &HostProfile) -> Option<Error> {
    (profile.policies.manifest == ManifestPolicy::Required).then(|| {
        let hint = format!("add a `{}` beside the plugin's file", manifest::FILE_NAME);
        Error::new(Code::MANIFEST_MISSING, "this host takes no plugin without a manifest").hint(hint)
    })
}

/// Whether the host takes the runtime that a plugin names, and what such plugins look like is known.
fn check_runtime(manifest: &Manifest, kind: Option<&Kind>, profile: &HostProfile) -> Result<()> {
    let runtime = manifest.runtime();
    let needs = || format!("it needs the runtime `{}`", brief(runtime));
    if !profile.takes_runtime(runtime) {
        let taken: Vec<String> = profile.runtimes().map(|name| format!("`{name}`")).collect();
        let message = format!("{}, and {} takes {} only", needs(), profile.name, taken.join(", "));
        let hint = format!("write `{}` into the host's profile, if it is to take it", with_runtime(profile, runtime));
        return Err(Error::new(Code::MANIFEST_RUNTIME, message).hint(hint));
    }
    let Some(kind) = kind else {
        let message = format!("{}, which is not known here", needs());
        let hint = "install the runtime; `hotshoe runtimes` lists those that are known";
        return Err(Error::new(Code::MANIFEST_RUNTIME, message).hint(hint));
    };
    manifest.entry.as_deref().map_or(Ok(()), |entry| kind.check_entry(entry))
}

/// The `runtimes` of a profile that takes one more. All are listed, for those that are not are not taken.
fn with_runtime(profile: &HostProfile, runtime: &str) -> String {
    let listed = profile.runtimes().chain([runtime]).map(|name| match profile.runtime_settings(name) {
        Some(settings) if !settings.is_empty() => format!("\"{name}\": {{…}}"),
        _ => format!("\"{}\": {{}}", brief(name)),
    });
    format!("\"runtimes\": {{{}}}", listed.collect::<Vec<_>>().join(", "))
}

/// Whether a plugin lists a platform, if it lists any.
pub(crate) fn check_platform(manifest: &Manifest, here: Platform) -> Result<()> {
    if let Some(platforms) = manifest.platforms.as_ref().filter(|platforms| !platforms.contains(&here)) {
        let listed: Vec<String> = platforms.iter().map(ToString::to_string).collect();
        let listed = if listed.is_empty() { "no platform that is known here".to_owned() } else { listed.join(", ") };
        let message = format!("it was built for {listed}, and this is {here}");
        return Err(Error::new(Code::PLATFORM_INCOMPATIBLE, message).hint("get the build for this platform"));
    }
    Ok(())
}

/// Whether a host's version, if it is known, and its binary interface are what a plugin asks for.
pub(crate) fn check_interface(manifest: &Manifest, profile: &HostProfile) -> Result<()> {
    check_host_version(manifest, profile)?;
    let differs = |(key, theirs): (&String, &String)| {
        profile.native.abi.get(key).filter(|ours| *ours != theirs).map(|ours| {
            let message = format!("it was built for the {key} `{}`, and this host for `{ours}`", brief(theirs));
            let hint = "build both with the same compiler family, standard library and settings";
            Error::new(Code::ABI_INCOMPATIBLE, message).hint(hint)
        })
    };
    manifest.abi.iter().find_map(differs).map_or(Ok(()), Err)
}

/// Whether the host's version, if it is known, is one that a plugin asks for.
fn check_host_version(manifest: &Manifest, profile: &HostProfile) -> Result<()> {
    let (Some(requirement), Some(version)) = (&manifest.host_version, &profile.version) else { return Ok(()) };
    if requirement.matches(version) {
        return Ok(());
    }
    let message = format!("it asks for {} `{requirement}`, and this is {version}", profile.name);
    let hint = format!("get a plugin version made for {} {version}", profile.name);
    Err(Error::new(Code::HOST_INCOMPATIBLE, message).hint(hint))
}
