//! The README shows what is there. Its commands are run by tools/demo.sh and tools/test.sh.

use std::fs;
use std::path::Path;

#[test]
fn the_files_that_the_readme_shows_are_those_that_are_built() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("it is there");
    for file in ["my_plugin/CMakeLists.txt", "my_plugin/my_plugin.cpp", "minimal_host/main.cpp"] {
        let path = format!("examples/{file}");
        let content = fs::read_to_string(root.join(&path)).expect("the example is there");
        let (_, shown) = readme.split_once(&format!("`{path}`")).unwrap_or_else(|| panic!("the README names {path}"));
        assert!(shown.contains(&format!("\n{content}```")), "the README shows {path} as it is");
    }
}

#[test]
fn every_command_of_the_tool_is_in_the_readme() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("it is there");
    for verb in ["inspect", "check", "list", "package", "install"] {
        assert!(readme.contains(&format!("\nhotshoe {verb} ")), "{verb}");
    }
}

#[test]
fn the_readme_of_synarius_shows_what_its_tests_expect() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/synarius");
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let timeless = |line: &str| match line.rsplit_once(", ") {
        Some((pass, time)) if time.ends_with(" us") => format!("{pass}, # us\n"),
        _ => format!("{line}\n"),
    };
    let readme: String = read("README.md").lines().map(timeless).collect();
    for printed in [read("tests/tank/out.txt"), read("tests/cycle/err.txt")] {
        assert!(readme.contains(&format!("```text\n{printed}```")), "the README lacks\n{printed}");
    }
}
