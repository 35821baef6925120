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
    const SOURCES: [&str; 17] = [
        "version",
        "error",
        "diagnostics",
        "profile",
        "inspection",
        "catalog",
        "plugin",
        "unload",
        "host",
        "watch",
        "unloads",
        "call",
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
        builder.generate().expect("src/capi can be read as a C interface").write_to_file(&header);
        // For the tests here, and as DEP_HOTSHOE_INCLUDE for build scripts of dependents.
        println!("cargo:rustc-env=HOTSHOE_GENERATED_HEADER={}", header.display());
    }
}
