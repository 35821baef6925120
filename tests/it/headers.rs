//! The C headers are what the code says.

use std::fs;
use std::path::Path;

#[cfg(feature = "capi")]
#[test]
fn the_checked_in_headers_are_the_generated_ones() {
    let generated = Path::new(env!("HOTSHOE_GENERATED_HEADERS"));
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder.join("host")).into_iter().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    for name in names(generated).iter().map(|name| format!("host/{name}")).chain(["host.h".to_owned()]) {
        compare(&fs::read_to_string(generated.join(&name)).unwrap(), &name, "src/capi");
    }
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/hotshoe");
    assert_eq!(names(&checked_in), names(generated), "a header of no file in src/capi is left over");
}

#[test]
fn the_header_for_runtime_modules_is_what_the_crate_says() {
    const SOURCES: [&str; 8] = ["mod", "text", "sink", "host", "request", "services", "instance", "module"];
    contract("runtime", &SOURCES.map(|source| format!("src/runtime/{source}.rs")));
}

#[test]
fn the_header_for_plugins_is_what_the_crate_says() {
    contract("plugin", &["src/plugin/mod.rs".to_owned()]);
}

fn contract(name: &str, sources: &[String]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/hotshoe-abi");
    let config = cbindgen::Config::from_file(folder.join(format!("{name}.cbindgen.toml"))).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources {
        builder = builder.with_src(folder.join(source));
    }
    let mut generated = Vec::new();
    builder.generate().unwrap().write(&mut generated);
    compare(&String::from_utf8(generated).unwrap(), &format!("{name}.h"), "crates/hotshoe-abi");
}

/// With `SNAPSHOTS=overwrite` it is written, as `tools/headers.sh` does.
fn compare(generated: &str, name: &str, source: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/hotshoe").join(name);
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, generated).unwrap();
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        generated == checked_in,
        "include/hotshoe/{name} is not what {source} says: run tools/headers.sh and commit it"
    );
}
