//! What an author sees of a mistake.

use hotshoe_testkit::require;

use crate::project::Project;

fn error_of(project: &Project, script: &str) -> String {
    project.script(script);
    project.build_error()
}

fn assert_has(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "`{word}` is missing in\n{said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_mistake_shows_what_the_compiler_said_and_what_to_do() {
    if !require("cmake") {
        return;
    }
    let project = Project::new("mistakes", "");
    let cmake = "cmake_minimum_required(VERSION 3.22...4.4)\nproject(gain VERSION 1.0.0 LANGUAGES CXX)\n\
         find_package(Hotshoe CONFIG REQUIRED)\nhotshoe_add_plugin(gain HOST rack SOURCES gain.cpp)\n";
    project.write("plugins/gain/CMakeLists.txt", cmake);
    project.write("plugins/gain/gain.cpp", "extern \"C\" void rack_register(void *) { nonsense(); }\n");
    let building = r#"hotshoe_build::Plugin::cmake("plugins/gain").host("rack").build()?;"#;
    let said = error_of(&project, building);
    assert_has(&said, &["plugin `gain`: building with CMake failed [build-failed]", "gain.cpp:1:", "nonsense"]);

    project.write("plugins/gain/CMakeLists.txt", &cmake.replace("HOST rack", "HOAST rack"));
    let said = error_of(&project, building);
    assert_has(&said, &["configuring with CMake failed", "unknown keyword HOAST"]);

    project.write("plugins/gain/CMakeLists.txt", cmake);
    project.write("plugins/gain/gain.cpp", "extern \"C\" void rack_register(void *) {}\n");
    let said =
        error_of(&project, r#"hotshoe_build::Plugin::cmake("plugins/gain").name("gane").host("rack").build()?;"#);
    assert_has(&said, &["the project does not make a plugin `gane`", "it makes `gain`"]);

    let said = error_of(&project, r#"hotshoe_build::Plugin::cc("gain").host("rack").sources("plugins/*.c").build()?;"#);
    assert_has(&said, &["no file matches `plugins/*.c`", "package's folder"]);

    let said = error_of(&project, r#"hotshoe_build::Plugin::cc("gain").sources("plugins/gain/gain.cpp").build()?;"#);
    assert_has(&said, &["it is not said whose plugin it is [argument-invalid]", ".host("]);

    project.write("plugins/gain/other.c", "int rack_registre(void) { return missing(); }\n");
    let compiling = r#"hotshoe_build::Plugin::cc("gain").host("rack").sources("plugins/gain/other.c").flag("-Werror=implicit").build()?;"#;
    let said = error_of(&project, compiling);
    assert_has(&said, &["compiling `", "other.c` failed", "missing"]);

    project.write("plugins/gain/other.c", "int rack_registre(void) { return 0; }\n");
    let said = error_of(&project, compiling);
    assert_has(&said, &["linking failed", "rack_register"]);
}
