//! The C headers are what the code says.

use std::fs;
use std::path::Path;

#[cfg(feature = "capi")]
#[test]
fn the_checked_in_header_is_the_generated_one() {
    let generated = fs::read_to_string(env!("HOTSHOE_GENERATED_HEADER")).unwrap();
    compare(&generated, "host.h", "src/capi");
}

#[test]
fn the_header_for_runtime_modules_is_what_the_crate_says() {
    const SOURCES: [&str; 8] = ["mod", "text", "sink", "host", "request", "services", "instance", "module"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/hotshoe-abi");
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(folder.join(format!("src/runtime/{source}.rs")));
    }
    let mut generated = Vec::new();
    builder.generate().unwrap().write(&mut generated);
    compare(&String::from_utf8(generated).unwrap(), "runtime.h", "crates/hotshoe-abi");
}

/// With `SNAPSHOTS=overwrite` it is written, as `tools/headers.sh` does.
fn compare(generated: &str, name: &str, source: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/hotshoe").join(name);
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&path, generated).unwrap();
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        generated == checked_in,
        "include/hotshoe/{name} is not what {source} says: run tools/headers.sh and commit it"
    );
}
