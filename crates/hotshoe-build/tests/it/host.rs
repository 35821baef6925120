//! Plugins in C and C++ of a host: staged, and built again when they must be.

use std::fs;
use std::path::Path;

use hotshoe::inspect::Inspection;
use hotshoe::manifest::Manifest;
use hotshoe_testkit::require;

use crate::project::{Project, modified};

/// Both kinds of plugin, in a package whose path has spaces and brackets.
pub fn host(name: &'static str) -> Project {
    let project = Project::new(name, "");
    project.script(
        r#"
        hotshoe_build::Plugin::cmake("plugins/gain").host("rack").build()?;
        let staged = hotshoe_build::Plugin::cc("invert").host("rack").host_version(">=1,<2").capability("effect:invert")
            .sources("plugins/invert/**/*.c").include("include").data("plugins/invert/tables").build()?;
        assert!(staged.inspection.exports_symbol("rack_register"), "{:?}", staged.inspection);
        "#,
    );
    project.write("include/rack.h", "#define INVERT -1\n");
    project.write(
        "plugins/gain/CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.22...4.4)\nproject(gain VERSION 1.2.0 LANGUAGES CXX)\n\
         find_package(Hotshoe 0.1 CONFIG REQUIRED)\nhotshoe_add_plugin(gain HOST rack SOURCES gain.cpp)\n",
    );
    project.write("plugins/gain/gain.cpp", "extern \"C\" void rack_register(void *) {}\n");
    project.write("plugins/invert/invert.c", "#include <rack.h>\nint rack_register(void) { return INVERT; }\n");
    project.write("plugins/invert/tables/sine.txt", "0 1 0 -1\n");
    project
}

#[test]
fn plugins_are_staged_and_built_again_only_when_they_must_be() {
    if !require("cmake") {
        return;
    }
    let project = host("staged_host");
    project.build();
    let (gain, invert) = (project.staged("gain/libgain.so"), project.staged("invert/libinvert.so"));
    assert!(project.staged("gain/plugin.json").is_file());
    assert_eq!(fs::read_to_string(project.staged("invert/tables/sine.txt")).unwrap(), "0 1 0 -1\n");
    the_manifest_is_in_the_folder_and_in_the_library(&invert);
    let output = fs::read_to_string(project.build_folder().join("output")).unwrap();
    let root = project.staged("").display().to_string();
    assert!(output.contains(&format!("cargo::rustc-env=HOTSHOE_PLUGIN_ROOT={}\n", root.trim_end_matches('/'))));

    // Nothing changed.
    let before = (modified(&gain), modified(&invert));
    project.build();
    assert_eq!((modified(&gain), modified(&invert)), before, "a second build built something");

    // A header; a source of CMake's; a file that was not there, in a folder that was not there.
    project.write("include/rack.h", "#define INVERT -2\n");
    project.build();
    let second = modified(&invert);
    assert!(second > before.1, "a changed header did not count");
    project.write("plugins/gain/gain.cpp", "extern \"C\" void rack_register(void *) { /* changed */ }\n");
    project.build();
    assert!(modified(&gain) > before.0, "a changed source did not count");
    project.write("plugins/invert/more/more.c", "const char *more(void) { return \"a source that is new\"; }\n");
    project.build();
    let library = fs::read(&invert).unwrap();
    assert!(String::from_utf8_lossy(&library).contains("a source that is new"), "a new source did not count");
    assert_eq!(Inspection::of(&invert).unwrap().exports, ["rack_register"]);
}

fn the_manifest_is_in_the_folder_and_in_the_library(library: &Path) {
    let inspection = Inspection::of(library).unwrap();
    assert_eq!(
        (inspection.exports, inspection.name.as_deref()),
        (vec!["rack_register".to_owned()], Some("libinvert.so"))
    );
    let (manifest, findings) = Manifest::in_folder(library.parent().unwrap(), Some("rack_version")).unwrap().unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(manifest.version.unwrap().to_string(), "0.3.1");
    assert_eq!(manifest.host_version.unwrap().to_string(), ">=1, <2");
    let text = fs::read_to_string(library.with_file_name("plugin.json")).unwrap();
    assert_eq!(inspection.manifest.as_deref().map(|text| text.trim_end_matches('\0')), Some(text.as_str()));
}
