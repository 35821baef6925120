//! `hotshoe release build`, and `setup`

use std::fs;

use snapbox::str;

use crate::Project;

const BUILD: [&str; 4] = ["release", "build", "--platform", "linux-x86_64"];

#[test]
fn a_platform_is_built_twice_tested_and_packaged() {
    let project = Project::new();
    project
        .hotshoe(&BUILD)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
built linux-x86_64, twice with the same bytes
  [..] gain-1.2.3-Linux.tar.gz
  [..] reverb-1.2.3-Linux.tar.gz

"#]])
        .stderr_eq(str![[r#"
configuring
building
testing
building again, in another folder and another time zone

"#]]);
    let mut files: Vec<_> =
        fs::read_dir(project.path("dist/linux-x86_64")).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    let wanted = ["gain-1.2.3-Linux.tar.gz", "gain-1.2.3-Linux.tar.gz.sha256", "reverb-1.2.3-Linux.tar.gz"];
    assert_eq!(files[..3], wanted);
    project.install_and_load("dist/linux-x86_64/gain-1.2.3-Linux.tar.gz", "gain");
    // Where the next stage looks for it.
    let collected = project.json(&["release", "collect", "dist", "--tag", "v1.2.3"], 0);
    assert_eq!(collected["complete"], true, "{collected:#}");
}

#[test]
fn what_depends_on_the_folder_it_is_built_in_is_refused_by_name() {
    let project = Project::changed(|project| {
        project.write(
            "plugin.c",
            "void harmonics_register(void *registry) { (void)registry; }\nconst char *place(void) { return PLACE; }\n",
        );
        project.write("place.h", "");
        let definition = "target_compile_definitions(gain PRIVATE PLACE=\"${CMAKE_BINARY_DIR}\")\n\
            target_compile_definitions(reverb PRIVATE PLACE=\"\")\ntarget_link_options(gain PRIVATE LINKER:--undefined=place)\n";
        project.write("CMakeLists.txt", &format!("{}{definition}", project.read("CMakeLists.txt")));
    });
    project.hotshoe(&BUILD).arg("--json").output().unwrap();
    let object = project.json(&BUILD, 1);
    assert_eq!(object["diagnostics"].as_array().unwrap().len(), 1, "{object:#}");
    assert_eq!(object["diagnostics"][0]["message"], "built twice, it differs in `gain/libgain.so`");
    assert!(!project.path("dist").exists(), "nothing is delivered");
}

/// Both builds have the same one, so that comparing them does not show it.
#[test]
fn the_path_of_the_sources_is_refused_by_name() {
    let project = Project::changed(|project| {
        project.write(
            "plugin.c",
            "void harmonics_register(void *registry) { (void)registry; }\nconst char *place(void) { return PLACE; }\n",
        );
        let definition = "target_compile_definitions(gain PRIVATE PLACE=\"${CMAKE_SOURCE_DIR}\")\n\
            target_compile_definitions(reverb PRIVATE PLACE=\"\")\ntarget_link_options(gain PRIVATE LINKER:--undefined=place)\n";
        project.write("CMakeLists.txt", &format!("{}{definition}", project.read("CMakeLists.txt")));
    });
    let object = project.json(&BUILD, 1);
    assert_eq!(object["diagnostics"].as_array().unwrap().len(), 1, "{object:#}");
    let source = project.folder().canonicalize().unwrap();
    let message = format!("`gain/libgain.so` holds the path of the source folder, `{}`", source.display());
    assert_eq!(object["diagnostics"][0]["message"], message);
    assert!(!project.path("dist").exists(), "nothing is delivered");
}

#[test]
fn a_test_that_fails_stops_it_and_is_shown() {
    let project = Project::changed(|project| {
        project.write(
            "CMakeLists.txt",
            &format!("{}add_test(NAME sound COMMAND false)\n", project.read("CMakeLists.txt")),
        );
    });
    let output = project.hotshoe(&BUILD).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(3) && said.contains("sound (Failed)"), "{said}");
    assert!(!project.path("dist").exists(), "nothing is delivered");
}

/// Validators that are silently not run are no validators.
#[test]
fn a_plugin_that_was_never_loaded_is_not_released() {
    let project = Project::changed(|project| {
        let text = project.read("CMakeLists.txt");
        let call = "set(BUILD_TESTING OFF)\nhotshoe_add_plugin(reverb";
        let end = "add_test(NAME sound COMMAND true)\nenable_testing()\n";
        project.write("CMakeLists.txt", &format!("{}{end}", text.replace("hotshoe_add_plugin(reverb", call)));
    });
    project.hotshoe(&BUILD).assert().code(3).stderr_eq(str![[r#"
configuring
building
testing
error: plugin `reverb`: the test `reverb.load` did not run [build-failed]
  hint: only what was loaded once is released: leave BUILD_TESTING on, and build on the platform itself

"#]]);
}

#[test]
fn a_library_that_needs_a_newer_glibc_than_planned_is_refused_and_a_dry_run_warns() {
    let project = Project::changed(|project| {
        project.replace("hotshoe.release.json", "{\n", "{\n  \"glibc\": \"2.2\",\n");
        project.write("plugin.c", "#include <unistd.h>\n#include <sys/random.h>\nvoid harmonics_register(void *registry) { getentropy(registry, 0); }\n");
    });
    let object = project.json(&BUILD, 1);
    let message = object["diagnostics"][0]["message"].as_str().unwrap();
    let expected = "the library needs glibc 2.25, newer than 2.2: `getentropy` of 2.25";
    assert!(message.starts_with(expected), "{message}");
    assert_eq!(object["diagnostics"][0]["plugin"], "gain");
    // A developer's machine is no container of the plan.
    let object = project.json(&["release", "--dry-run"], 0);
    let warning = &object["diagnostics"][0];
    assert_eq!((&warning["severity"], &warning["code"]), (&"warning".into(), &"library-glibc".into()));
    assert!(warning["message"].as_str().unwrap().starts_with(expected), "{warning}");
}

#[test]
fn only_planned_platforms_are_built() {
    let project = Project::new();
    // No platform at all is a wrong command line.
    for args in [&["release", "build"][..], &["release", "--dry-run"]] {
        let output = project.hotshoe(&[args, &["--platform", "amiga"]].concat()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("`amiga` is not a platform of releases; there are linux-x86_64,"), "{said}");
    }
    let output = project.json(&["release", "build", "--platform", "linux-musl-x86_64"], 3);
    assert_eq!(output["error"]["message"], "`linux-musl-x86_64` is not among the project's platforms");
}

#[test]
fn what_the_project_needs_is_installed_by_its_own_program() {
    let project = Project::new();
    project.hotshoe(&["release", "setup"]).assert().code(0).stdout_eq(str![]).stderr_eq(str![]);
    let settings = r#"{"setup": ["sh", "-c", "echo installing; pwd > here"]}"#;
    project.write("hotshoe.release.json", settings);
    project.hotshoe(&["release", "setup"]).assert().code(0);
    assert!(project.path("here").is_file());
    project.write("hotshoe.release.json", r#"{"setup": ["false"]}"#);
    project.hotshoe(&["release", "setup"]).assert().code(3);
    project.write("hotshoe.release.json", r#"{"setup": ["there-is-no-such-program"]}"#);
    project.hotshoe(&["release", "setup"]).assert().code(3);
}
