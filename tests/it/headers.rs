//! The C headers are what the code says.

#[cfg(feature = "package")]
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[cfg(feature = "package")]
use hotshoe::error::Code;

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

#[test]
fn the_header_of_contexts_is_what_the_crate_says() {
    contract("context", &["src/context/mod.rs".to_owned()]);
}

#[test]
fn the_headers_of_passes_and_steps_are_what_the_crate_says() {
    contract("passes", &["src/passes/mod.rs".to_owned()]);
    contract("stepper", &["src/stepper.rs".to_owned()]);
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

/// Made here, for a build script cannot ask the library that it is a part of.
#[cfg(feature = "package")]
#[test]
fn the_header_of_codes_has_each_with_its_meaning() {
    let mut text = CODES_HEADER.to_owned();
    let codes: Vec<Code> = hotshoe::codes().collect();
    let mut stages: Vec<&str> = codes.iter().map(|code| code.stage().as_str()).collect();
    let mut seen = BTreeSet::new();
    stages.retain(|stage| seen.insert(*stage));
    for stage in stages {
        text.push_str(&format!("\n/* --- Stage \"{stage}\" --- */\n"));
        for code in codes.iter().filter(|code| code.stage().as_str() == stage) {
            let (name, meaning) = (code.as_str(), code.meaning());
            let constant = name.to_uppercase().replace('-', "_");
            text.push_str(&format!("\n/* {meaning} */\n#define HOTSHOE_CODE_{constant} \"{name}\"\n"));
        }
    }
    text.push_str("\n#endif  /* HOTSHOE_CODES_H */\n");
    compare(&text, "codes.h", "hotshoe::codes()");
}

#[cfg(feature = "package")]
const CODES_HEADER: &str = r#"/* Hotshoe: the codes of its errors and findings. Generated from hotshoe::codes(): run tools/headers.sh after a change.
 *
 * Use        for what hotshoe_error_code and hotshoe_diagnostics_code give out. Codes are texts:
 *                if (strcmp(hotshoe_error_code(error), HOTSHOE_CODE_PLUGIN_BUSY) == 0) try_later();
 *            In C++: if (error.code() == HOTSHOE_CODE_PLUGIN_BUSY) try_later();
 * More       than these may come. A runtime that is a module has codes of its own, which begin with its name and a
 *            hyphen, and later versions of Hotshoe may add some. None changes its name or meaning.
 */

#ifndef HOTSHOE_CODES_H
#define HOTSHOE_CODES_H
"#;

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
