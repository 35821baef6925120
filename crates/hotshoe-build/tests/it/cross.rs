//! The build script of a host that is built for another system. It is run as cargo would run it, because the standard
//! library for that system may not be installed, and no build script needs it.

use std::fs;
use std::path::Path;
use std::process::Command;

use hotshoe::inspect::Inspection;
use hotshoe_testkit::require;

use crate::host::host;

#[test]
fn plugins_are_built_for_the_target() {
    if !["cmake", "x86_64-w64-mingw32-g++", "aarch64-linux-gnu-g++"].iter().all(|tool| require(tool)) {
        return;
    }
    let project = host("cross_host");
    project.build();
    let script = compiled_script(&project.build_folder());
    for (target, system, architecture, library) in [
        ("x86_64-pc-windows-gnu", "windows", "x86_64", "gain/gain.dll"),
        ("x86_64-pc-windows-gnu", "windows", "x86_64", "invert/invert.dll"),
        ("aarch64-unknown-linux-gnu", "linux", "aarch64", "gain/libgain.so"),
        ("aarch64-unknown-linux-gnu", "linux", "aarch64", "invert/libinvert.so"),
    ] {
        let out = project.path(&format!("out {target}"));
        if !out.is_dir() {
            fs::create_dir(&out).unwrap();
            run(&script, &project.path(""), &out, target, system, architecture);
        }
        let inspection = Inspection::of(&out.join("plugin-root").join(library)).unwrap();
        let platforms: Vec<String> = inspection.platforms.iter().map(ToString::to_string).collect();
        assert_eq!(platforms, [format!("{system}-{architecture}")]);
        assert_eq!(inspection.exports, ["rack_register"], "{library}");
    }
}

fn run(script: &Path, package: &Path, out: &Path, target: &str, system: &str, architecture: &str) {
    let output = Command::new(script)
        .current_dir(package)
        .env("CARGO_MANIFEST_DIR", package)
        .env("CARGO_PKG_VERSION", "0.3.1")
        .env("OUT_DIR", out)
        .env("TARGET", target)
        .env("HOST", "x86_64-unknown-linux-gnu")
        .env("CARGO_CFG_TARGET_OS", system)
        .env("CARGO_CFG_TARGET_ARCH", architecture)
        .envs([("OPT_LEVEL", "0"), ("DEBUG", "true"), ("PROFILE", "debug"), ("NUM_JOBS", "2")])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && !text.contains("cargo::error"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The program that cargo made of build.rs lies in a folder of its own beside that of its output.
fn compiled_script(build_folder: &Path) -> std::path::PathBuf {
    let output = fs::read_to_string(build_folder.join("output")).unwrap();
    assert!(!output.is_empty());
    let name = build_folder.file_name().unwrap().to_string_lossy().into_owned();
    let prefix = name.rsplit_once('-').unwrap().0.to_owned() + "-";
    let mut scripts = Vec::new();
    for entry in fs::read_dir(build_folder.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()) {
        let script = entry.join("build-script-build");
        if entry.file_name().unwrap().to_string_lossy().starts_with(&prefix) && script.is_file() {
            scripts.push((script.metadata().unwrap().modified().unwrap(), script));
        }
    }
    scripts.sort();
    scripts.pop().expect("cargo compiled the build script").1
}
