//! What the linker is told of a plugin that is written in Rust.
//!
//! Owns the name that such a library calls itself by. Cargo gives a `cdylib` none on Linux, and on macOS the path that
//! it was built at.

use hotshoe::error::Result;

use crate::cargo;

/// Has the package's `cdylib` linked with its own name: the SONAME on Linux, `@rpath/…` on macOS. Windows needs
/// nothing.
///
/// The package's `[lib]` must have the package's name; else [`link_args_of`] takes it.
///
/// Fails with [`hotshoe::error::Code::ARGUMENT_INVALID`] outside of a build script.
pub fn link_args() -> Result<()> {
    link_args_of(&cargo::variable("CARGO_PKG_NAME")?)
}

/// The same for a `[lib]` of another name.
pub fn link_args_of(library: &str) -> Result<()> {
    let system = cargo::variable("CARGO_CFG_TARGET_OS")?;
    for argument in arguments(&system, &library.replace('-', "_")) {
        cargo::tell("rustc-cdylib-link-arg", argument);
    }
    // Said nothing, cargo would run the script again whenever any file of the package changes.
    cargo::tell("rerun-if-changed", "build.rs");
    Ok(())
}

fn arguments(system: &str, library: &str) -> Vec<String> {
    match system {
        "windows" => Vec::new(),
        "macos" => vec![format!("-Wl,-install_name,@rpath/lib{library}.dylib")],
        _ => vec![format!("-Wl,-soname,lib{library}.so")],
    }
}

#[cfg(test)]
mod tests {
    use super::arguments;

    #[test]
    fn each_system_has_its_own_way_to_name_a_library() {
        assert_eq!(arguments("linux", "gain"), ["-Wl,-soname,libgain.so"]);
        assert_eq!(arguments("macos", "gain"), ["-Wl,-install_name,@rpath/libgain.dylib"]);
        assert!(arguments("windows", "gain").is_empty());
    }
}
