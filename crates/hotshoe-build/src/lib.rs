//! For build scripts of Rust hosts and plugins.
//!
//! A host's build script builds plugins in C and C++ and has them in the installed layout, so that `cargo run` and
//! `cargo test` find them:
//!
//! ```no_run
//! // build.rs
//! use hotshoe_build::{Plugin, script};
//!
//! fn main() {
//!     script(|| {
//!         Plugin::cmake("plugins/gain").host("rack").build()?;
//!         Plugin::cc("invert").host("rack").sources("plugins/invert/*.c").include("include").build()?;
//!         Ok(())
//!     })
//! }
//! ```
//!
//! The crate itself is then compiled with `HOTSHOE_PLUGIN_ROOT`, the folder that holds both:
//!
//! ```text
//! host.add_search_root(env!("HOTSHOE_PLUGIN_ROOT"));
//! ```
//!
//! A plugin that is written in Rust, a `cdylib`, has its name linked in and its C header written:
//!
//! ```no_run
//! hotshoe_build::script(|| {
//!     hotshoe_build::link_args()?;
//!     hotshoe_build::plugin_header("include/gain.h")?;
//!     Ok(())
//! })
//! ```
//!
//! Everything here runs inside of a build script: it reads what cargo tells one, and prints what cargo is to do.
//! Nothing is written outside of `OUT_DIR`, but for the one header that the caller names.

mod cargo;
mod cc_plugin;
mod cmake_plugin;
mod codes;
mod compile;
mod contract;
mod header;
mod link;
mod manifest;
mod sources;
mod staged;
mod tool;

pub use cc_plugin::CcPlugin;
pub use cmake_plugin::CmakePlugin;
pub use codes::BUILD_FAILED;
pub use header::plugin_header;
pub use hotshoe::error::Result;
pub use link::{link_args, link_args_of};
pub use staged::Staged;

/// A plugin in C or C++ that a build script builds: where to begin.
#[derive(Debug)]
pub enum Plugin {}

impl Plugin {
    /// A folder with a CMake project that calls `hotshoe_add_plugin()`, relative to the package.
    pub fn cmake(folder: impl AsRef<std::path::Path>) -> CmakePlugin {
        CmakePlugin::new(folder.as_ref())
    }

    /// Single sources, compiled without CMake; `name` is the plugin's.
    pub fn cc(name: &str) -> CcPlugin {
        CcPlugin::new(name)
    }
}

/// Runs a build script: if it fails, cargo shows the whole error and the build ends.
///
/// Returned from `main`, an error would be shown as Rust's debug output.
pub fn script(build: impl FnOnce() -> Result<()>) {
    if let Err(error) = build() {
        cargo::fail(&error.report());
    }
}
