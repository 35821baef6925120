//! What the loader promises, a file for each word of it. The plugins are real: compiled by the
//! machine's own compilers, and loaded.

#[cfg(feature = "package")]
mod archive;
mod buffer;
mod capability;
mod catalog;
#[cfg(all(feature = "package", unix))]
mod changing;
mod context;
mod context_interface;
mod contract;
#[cfg(all(feature = "package", unix))]
mod differential;
mod docs;
mod echo;
mod fixtures;
mod headers;
mod host;
mod hostile_modules;
mod hostile_reload;
mod inspect;
mod interface;
#[cfg(feature = "package")]
mod key;
mod kinds;
mod layers;
#[cfg(feature = "package")]
mod layout;
#[cfg(feature = "package")]
mod make;
mod manifest;
mod manifest_xml;
mod memory;
mod native;
#[cfg(feature = "package")]
mod package;
mod pipeline;
mod plugin;
mod profile;
mod program;
mod readme;
#[cfg(feature = "package")]
mod receipts;
mod reload;
mod revision;
#[cfg(feature = "package")]
mod root;
mod runtime;
mod runtime_module;
#[cfg(feature = "package")]
mod signature;
#[cfg(all(feature = "package", unix))]
mod swapped;
#[cfg(feature = "package")]
mod trust;
mod value;
mod watch;
mod wire;

use std::path::Path;

use hotshoe::host::Host;
use hotshoe::profile::HostProfile;

/// The profile that the fixtures' plugins are for, with a version and an ABI to compare with.
fn harmonics() -> HostProfile {
    let mut profile = HostProfile::named("harmonics").expect("it is a name");
    profile.set_version("1.2.0").expect("it is a version");
    profile.native.abi.insert("stdlib".to_owned(), "libstdc++".to_owned());
    profile
}

/// A host that looks for plugins in one folder only.
fn host_on(root: &Path) -> Host {
    let mut profile = harmonics();
    profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
    let host = Host::new(profile);
    host.add_search_root(root);
    host
}

/// Whether any mapping of this process is of this file.
#[cfg(target_os = "linux")]
fn is_mapped(library: &Path) -> bool {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux has it");
    maps.lines().any(|line| line.trim_end_matches(" (deleted)").ends_with(&library.display().to_string()))
}

/// Whether the loader of this process has this file.
#[cfg(all(unix, not(target_os = "linux")))]
#[expect(unsafe_code, reason = "only dlopen knows")]
fn is_mapped(library: &Path) -> bool {
    use libloading::os::unix::{Library, RTLD_NOW};
    // SAFETY: `RTLD_NOLOAD` maps nothing, so no constructor runs.
    unsafe { Library::open(Some(library), RTLD_NOW | libc::RTLD_NOLOAD) }.is_ok()
}

/// Whether the loader of this process has this file.
#[cfg(windows)]
fn is_mapped(library: &Path) -> bool {
    libloading::os::windows::Library::open_already_loaded(library).is_ok()
}
