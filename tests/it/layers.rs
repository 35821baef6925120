//! The rules of ARCHITECTURE.md that code can break: who imports whom, where `unsafe` stands.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up; a module imports from the rows above its own here, so that there is no circle.
const LAYERS: &[&[&str]] = &[
    &["input", "spelling"],
    &["error"],
    &["diagnostics", "platform", "version"],
    &["capability", "interface", "json"],
    &["manifest"],
    &["profile"],
    &["inspect", "receipt"],
    &["catalog"],
    &["context"],
    &["runtime"],
    &["plugin"],
    &["pipeline"],
    &["host"],
];

/// What `package` may import stands below this, and it stands beside the rest.
const PACKAGE_STANDS_ON: &str = "catalog";

/// Where `unsafe` may stand.
const UNSAFE: &[&str] = &[
    "src/runtime/native/",
    "src/runtime/module/",
    "src/capi/",
    "crates/hotshoe-abi/",
    "crates/hotshoe-process/src/module/",
    "crates/hotshoe-process/src/watcher.rs",
    "tests/",
    "crates/hotshoe-build/tests/",
    "bench/",
    "templates/",
    "examples/rust_host/src/rack.rs",
];

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("readable").path()) {
        // What tests make there is not ours, and what a link leads to is found where it is.
        if entry == root().join("build") || entry.is_symlink() {
            continue;
        }
        if entry.is_dir() && !entry.ends_with("target") {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    files
}

/// The module of the crate that a file under `src` belongs to.
fn module(file: &Path) -> String {
    let path = file.strip_prefix(root().join("src")).expect("it is under src");
    let first = path.iter().next().expect("it has a name").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn imports(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let after = code.split("crate::").skip(1);
    after.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

fn allowed(module: &str) -> Vec<&str> {
    let row = |module| LAYERS.iter().position(|layer| layer.contains(&module));
    let below = match module {
        "package" => row(PACKAGE_STANDS_ON).map(|row| row + 1),
        other => row(other),
    };
    let below =
        below.unwrap_or_else(|| panic!("the module `{module}` has no layer: add it to LAYERS and to ARCHITECTURE.md"));
    let mut allowed = LAYERS[..below].concat();
    allowed.push(module);
    allowed
}

#[test]
fn modules_import_downward_only() {
    for file in rust_files(&root().join("src")) {
        let module = module(&file);
        if module == "lib" || module == "capi" {
            continue; // The crate's doc, and the top.
        }
        let allowed = allowed(&module);
        for import in imports(&fs::read_to_string(&file).expect("readable")) {
            assert!(allowed.contains(&import.as_str()), "{}: {module} imports {import}", file.display());
        }
    }
}

/// What the plugins of a runtime look like, its kind says, and what they do, its instances do.
#[test]
fn nobody_but_the_runtimes_knows_one_by_name() {
    for file in rust_files(&root().join("src")) {
        let module = module(&file);
        if ["catalog", "package", "host", "pipeline", "plugin", "capi"].contains(&module.as_str()) {
            let text = fs::read_to_string(&file).expect("readable");
            // What the profile says of native plugins is checked by the catalog, and set by C.
            let native =
                if ["host", "pipeline", "plugin"].contains(&module.as_str()) { "native" } else { "\"native\"" };
            for word in [native, "\"python\"", "\"process\""] {
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                assert!(!code.collect::<String>().contains(word), "{} names {word}", file.display());
            }
        }
    }
    let outside = rust_files(&root().join("crates")).into_iter().chain(rust_files(&root().join("examples")));
    for file in outside {
        assert!(!fs::read_to_string(&file).expect("readable").contains("runtime::native"), "{}", file.display());
    }
}

#[test]
fn unsafe_stands_only_where_foreign_code_is_met() {
    for file in rust_files(&root()) {
        let path = file.strip_prefix(root()).expect("it is under the root").to_string_lossy().replace('\\', "/");
        let says_it = fs::read_to_string(&file).expect("readable").lines().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"].iter().any(|word| code.contains(word))
        });
        let listed = UNSAFE.iter().any(|place| path.starts_with(place)) || path.starts_with("tests/it/layers.rs");
        assert!(!says_it || listed, "{path} holds unsafe code");
    }
}

#[test]
fn what_a_runtime_module_imports_brings_nothing_with_it() {
    let read = |file: &str| fs::read_to_string(root().join("crates/hotshoe-abi").join(file)).expect("it is there");
    let manifest = read("Cargo.toml");
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").expect("it says that there are none");
    assert!(dependencies.starts_with("\n[lints]"), "{dependencies}");
    assert_eq!(manifest.matches("dependencies").count(), 1, "nor for building or testing");
    assert!(read("src/lib.rs").contains("\n#![no_std]\n"));
}

/// `include/hotshoe/codes.h` is generated from them, see `headers.rs`.
#[cfg(feature = "package")]
#[test]
fn the_documentation_lists_every_code_and_no_other() {
    let row = |name: &str, stage: &str, meaning: &str| format!("| `{name}` | {stage} | {meaning} |");
    let mut declared: BTreeSet<String> =
        hotshoe::codes().map(|code| row(code.as_str(), code.stage().as_str(), code.meaning())).collect();
    // Those of the other crates, which this one does not know.
    for crate_name in ["hotshoe-build", "hotshoe-cli"] {
        let codes = root().join("crates").join(crate_name).join("src/codes.rs");
        let codes = fs::read_to_string(codes).expect("it is there");
        let strings: Vec<&str> = codes.split('"').skip(1).step_by(2).collect();
        assert!(strings.len() >= 3, "{crate_name} declares no code");
        declared.extend(strings.chunks_exact(3).map(|texts| row(texts[0], texts[1], texts[2])));
    }
    let page = fs::read_to_string(root().join("docs/diagnostics.md")).expect("the page is there");
    let documented: BTreeSet<String> = page.lines().filter(|line| line.starts_with("| `")).map(String::from).collect();
    let missing: Vec<_> = declared.difference(&documented).collect();
    assert!(missing.is_empty(), "docs/diagnostics.md lacks these rows: {missing:#?}");
    let unknown: Vec<_> = documented.difference(&declared).collect();
    assert!(unknown.is_empty(), "docs/diagnostics.md has these rows of no code: {unknown:#?}");
}
