//! What a registry is told of a release: the plugin, and its archive for each platform.
//!
//! Owns the form, which `schema/entry.schema.json` describes. There is no URL in it: a registry knows where
//! it found the entry, and the archives lie beside it.

use hotshoe::platform::{Architecture, System};
use hotshoe::version::Version;
use serde_json::{Value, json};

use super::examine::Examined;
use super::target::Libc;

/// The entry of a plugin, from its archives.
pub fn entry(name: &str, version: &Version, archives: &[&Examined], key: Option<&str>) -> Value {
    let mut entry = json!({ "name": name, "version": version, "prerelease": !version.pre.is_empty() });
    if let Some(manifest) = archives.first().map(|archive| &archive.manifest) {
        let texts =
            [("description", &manifest.description), ("license", &manifest.license), ("homepage", &manifest.homepage)];
        for (field, text) in texts {
            if let Some(text) = text {
                entry[field] = json!(text);
            }
        }
        if !manifest.capabilities.is_empty() {
            entry["capabilities"] = json!(manifest.capabilities);
        }
    }
    entry["platforms"] = archives.iter().map(|archive| platform(archive, key)).collect();
    entry
}

fn platform(archive: &Examined, key: Option<&str>) -> Value {
    let platforms = &archive.library.platforms;
    let mut architectures: Vec<&str> =
        platforms.iter().map(|platform| go_architecture(platform.architecture)).collect();
    architectures.sort_unstable();
    let file = &archive.planned.file;
    let mut object = json!({
        "id": archive.platform,
        "os": platforms.first().map(|platform| go_system(platform.system)),
        "architectures": architectures,
        "file": file,
        "size": archive.size,
        "sha256": archive.sha256,
    });
    if Libc::of(&archive.platform) == Some(Libc::Musl) {
        object["libc"] = json!("musl");
    } else if let Some(glibc) = &archive.library.glibc {
        object["libc"] = json!(format!("glibc >= {glibc}"));
    }
    if let Some(key) = key {
        object["signature"] = json!({ "file": format!("{file}.minisig"), "key": key });
    }
    object
}

/// Registries in use have Go's names.
fn go_system(system: System) -> &'static str {
    match system {
        System::Linux => "linux",
        System::MacOs => "darwin",
        System::Windows => "windows",
        System::FreeBsd => "freebsd",
    }
}

fn go_architecture(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "amd64",
        Architecture::Aarch64 => "arm64",
        Architecture::X86 => "386",
        Architecture::Arm => "arm",
        Architecture::Riscv64 => "riscv64",
        Architecture::PowerPc64 => "ppc64le",
        Architecture::S390x => "s390x",
    }
}
