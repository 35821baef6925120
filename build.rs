//! Writes the C header from `src/capi` into `OUT_DIR`; `tests/it/headers.rs` compares it with the one in
//! `include/`, and `tools/headers.sh` copies it there. The source tree is never written to by a build.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    #[cfg(feature = "capi")]
    headers::generate();
}

#[cfg(feature = "capi")]
mod headers {
    use std::env;
    use std::path::PathBuf;

    /// The files of `src/capi` that hold functions for C. Not `mod`, from which cbindgen would find them all again.
    const SOURCES: [&str; 14] = [
        "version",
        "error",
        "diagnostics",
        "profile",
        "inspection",
        "catalog",
        "plugin",
        "unload",
        "host",
        "runtime",
        "package",
        "installed",
        "root",
        "install",
    ];

    pub fn generate() {
        println!("cargo:rerun-if-changed=src/capi");
        println!("cargo:rerun-if-changed=cbindgen.toml");
        let config = cbindgen::Config::from_file("cbindgen.toml").expect("cbindgen.toml is valid");
        let mut builder = cbindgen::Builder::new().with_config(config);
        for source in SOURCES {
            builder = builder.with_src(format!("src/capi/{source}.rs"));
        }
        let out: PathBuf = env::var_os("OUT_DIR").expect("cargo sets it").into();
        let header = out.join("include/hotshoe/host.h");
        let mut text = Vec::new();
        builder.generate().expect("src/capi can be read as a C interface").write(&mut text);
        let text = finished(&String::from_utf8(text).expect("it is made of text"));
        std::fs::create_dir_all(header.parent().expect("a folder")).expect("a folder for the header");
        std::fs::write(&header, text).expect("the header can be written");
        // For the tests here, and as DEP_HOTSHOE_INCLUDE for build scripts of dependents.
        println!("cargo:rustc-env=HOTSHOE_GENERATED_HEADER={}", header.display());
    }

    /// With the version, and with the mark on every function that gives out an error. cbindgen would mark those that
    /// are marked in Rust, one by one; here none can be forgotten.
    fn finished(header: &str) -> String {
        let mut text = header.to_owned();
        for part in ["MAJOR", "MINOR", "PATCH"] {
            let number = env::var(format!("CARGO_PKG_VERSION_{part}")).expect("cargo sets it");
            text = text.replace(&format!("@{part}@"), &number);
        }
        text.replace("\nhotshoe_error *hotshoe_", "\nHOTSHOE_MUST_USE\nhotshoe_error *hotshoe_")
    }
}
