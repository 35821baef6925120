//! Embeds templates/: one list of paths and texts, which `src/template` reads.
//!
//! Not `include_dir`: with it cargo does not notice that a template was changed.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// What a build in a template's own folder leaves there.
const LEFT_OUT: [&str; 2] = ["build", "target"];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let templates = root.join("templates");
    let mut files = Vec::new();
    collect(&templates, &mut files);
    files.sort();
    let mut list = String::from("[\n");
    for file in &files {
        let name = file.strip_prefix(&templates).expect("it was found there").to_string_lossy().replace('\\', "/");
        // Cargo would leave a folder with a Cargo.toml out of this package.
        let name = name.trim_end_matches(".template");
        list.push_str(&format!("    ({name:?}, include_str!({file:?})),\n"));
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("templates.rs"), list).expect("OUT_DIR is writable");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder).expect("templates/ is part of the sources") {
        let path = entry.expect("it is readable").path();
        if path.is_dir() {
            if !LEFT_OUT.iter().any(|name| path.ends_with(name)) {
                collect(&path, files);
            }
        } else {
            files.push(path);
        }
    }
}
