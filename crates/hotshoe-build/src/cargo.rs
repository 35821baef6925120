//! What cargo tells a build script, and what a build script tells cargo.
//!
//! Owns the names of environment variables and the form of printed instructions. It never reads a variable that is not
//! cargo's, so that nothing else can get into a message.

use std::env;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Error, Result};
use hotshoe::platform::Platform;

/// What cargo says of the package and the target.
#[derive(Clone, Debug)]
pub(crate) struct Cargo {
    /// The package's folder: relative paths start here.
    pub(crate) package: PathBuf,
    /// The only folder that is written to.
    pub(crate) out: PathBuf,
    /// The package's version, which is that of its plugins unless they say another.
    pub(crate) version: String,
    /// What is built for; none if Hotshoe has no name for it.
    pub(crate) platform: Option<Platform>,
}

impl Cargo {
    pub(crate) fn read() -> Result<Cargo> {
        let target = format!("{}-{}", variable("CARGO_CFG_TARGET_OS")?, variable("CARGO_CFG_TARGET_ARCH")?);
        Ok(Cargo {
            package: variable("CARGO_MANIFEST_DIR")?.into(),
            out: variable("OUT_DIR")?.into(),
            version: variable("CARGO_PKG_VERSION")?,
            platform: target.parse().ok(),
        })
    }

    /// Where plugins are staged, one folder for each.
    pub(crate) fn plugin_root(&self) -> PathBuf {
        self.out.join("plugin-root")
    }

    /// Where one plugin is built.
    pub(crate) fn work(&self, plugin: &str) -> PathBuf {
        self.out.join("hotshoe").join(plugin)
    }
}

/// One of cargo's variables.
pub(crate) fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|error| {
        Error::new(Code::ARGUMENT_INVALID, format!("cargo did not set `{name}`"))
            .because(error)
            .hint("call this from a build script, build.rs")
    })
}

/// Tells cargo one thing.
pub(crate) fn tell(instruction: &str, value: impl Display) {
    println!("cargo::{instruction}={value}");
}

/// Has cargo run the build script again when a file changes, or anything in a folder.
pub(crate) fn watch(path: &Path) {
    tell("rerun-if-changed", path.display());
}

/// Has cargo show an error and end the build.
pub(crate) fn fail(report: &str) {
    for line in report.lines() {
        tell("error", line);
    }
}
