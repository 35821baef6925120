//! The C header of a plugin that is written in Rust.
//!
//! Owns that the header says what the sources say, and that it is left alone while it does: whatever includes it is
//! then not compiled again.

use std::path::Path;

use hotshoe::error::{Error, Result};

use crate::cargo::Cargo;
use crate::codes::BUILD_FAILED;
use crate::sources;
use crate::staged;

/// Writes the C header of the package's `extern "C"` functions to a path relative to the package, if it is not the
/// same already; says whether it was written.
///
/// The sources are `src/lib.rs` and its modules; `cbindgen.toml` beside `Cargo.toml` says how the header looks. Without
/// one it is C that C++ reads too. This is the one function here that writes outside of `OUT_DIR`: it writes to a file
/// beside the header and renames that.
///
/// ```no_run
/// hotshoe_build::plugin_header("include/gain.h")?;
/// # Ok::<(), hotshoe::error::Error>(())
/// ```
///
/// Fails with [`BUILD_FAILED`] if the sources or `cbindgen.toml` cannot be read, or the header cannot be written.
pub fn plugin_header(path: impl AsRef<Path>) -> Result<bool> {
    let cargo = Cargo::read()?;
    let header = cargo.package.join(path);
    sources::watch(&cargo, &cargo.package.join("src"))?;
    let text = generate(&cargo).map_err(|error| error.at(&header))?;
    staged::write_if_changed(&header, &text)
}

fn generate(cargo: &Cargo) -> Result<String> {
    let failed = |reason: String| Error::new(BUILD_FAILED, "the C header cannot be made").because(reason);
    let settings = cargo.package.join("cbindgen.toml");
    // Cargo takes a file that is not there for one that changed, every time.
    let config = if settings.is_file() {
        sources::watch(cargo, &settings)?;
        cbindgen::Config::from_file(&settings).map_err(|error| failed(error).hint("mend cbindgen.toml"))?
    } else {
        usual()
    };
    let builder = cbindgen::Builder::new().with_config(config).with_src(cargo.package.join("src/lib.rs"));
    let bindings = builder.generate().map_err(|error| {
        failed(error.to_string()).hint("the sources must be Rust that compiles; see what cargo says of them")
    })?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    String::from_utf8(text).map_err(|error| failed(error.to_string()))
}

fn usual() -> cbindgen::Config {
    cbindgen::Config {
        language: cbindgen::Language::C,
        cpp_compat: true,
        pragma_once: true,
        autogen_warning: Some("/* Generated from the Rust sources; changes here are lost. */".to_owned()),
        ..cbindgen::Config::default()
    }
}
