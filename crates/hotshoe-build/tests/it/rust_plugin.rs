//! A plugin in Rust: its name, and its C header.

use std::fs;
use std::path::Path;

use hotshoe::inspect::Inspection;

use crate::project::{Project, modified};

#[test]
fn a_cdylib_knows_its_name_and_its_header_is_written_only_on_change() {
    let project = Project::new("rust-gain", "[lib]\ncrate-type = [\"cdylib\"]\n");
    project.script("hotshoe_build::link_args()?;\nhotshoe_build::plugin_header(\"include/gain.h\")?;");
    let function = |name: &str, body: &str| {
        format!("/// Doc.\n#[unsafe(no_mangle)]\npub extern \"C\" fn {name}(x: f32) -> f32 {{ {body} }}\n")
    };
    project.write("src/lib.rs", &function("gain_process", "x"));
    project.build();
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("debug").join("librust_gain.so");
    assert_eq!(Inspection::of(&library).unwrap().name.as_deref(), Some("librust_gain.so"));
    let header = project.path("include/gain.h");
    let text = fs::read_to_string(&header).unwrap();
    assert!(text.contains("float gain_process(float x);") && text.contains("extern \"C\""), "{text}");

    let before = modified(&header);
    project.write("src/lib.rs", &function("gain_process", "x * 2.0"));
    project.build();
    assert_eq!(modified(&header), before, "the header was written without need");
    project.write("src/lib.rs", &function("gain_amplify", "x"));
    project.build();
    assert!(fs::read_to_string(&header).unwrap().contains("float gain_amplify(float x);"));
    let left: Vec<_> = fs::read_dir(project.path("include")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
