//! `hotshoe check-tag`

use snapbox::str;

use crate::Project;

#[test]
fn the_tag_must_be_the_version_of_everything() {
    let project = Project::new();
    project.hotshoe(&["check-tag", "v1.2.3"]).assert().code(0).stderr_eq(str![]).stdout_eq(str![[r#"
yes: v1.2.3 is the version of everything
  ✓ project(VERSION)               1.2.3
  ✓ plugin.json of gain            1.2.3
  ✓ plugin.json of reverb          1.2.3

"#]]);
    project.replace("CMakeLists.txt", "hotshoe_add_plugin(reverb", "hotshoe_add_plugin(reverb VERSION 1.2.2");
    project.hotshoe(&["check-tag", "v1.2.3"]).assert().code(1).stderr_eq(str![]).stdout_eq(str![[r#"
no: v1.2.3 is not the version of everything
  ✓ project(VERSION)               1.2.3
  ✓ plugin.json of gain            1.2.3
  ✗ plugin.json of reverb          1.2.2

"#]]);
    let object = project.json(&["check-tag", "v1.2.3"], 1);
    assert_eq!((&object["agrees"], &object["places"][2]["version"]), (&false.into(), &"1.2.2".into()));
}

/// A wrong tag costs a configure, and no compiler's minutes.
#[test]
fn nothing_is_compiled_for_it() {
    let project = Project::changed(|project| project.write("plugin.c", "this is no C\n"));
    project.hotshoe(&["check-tag", "v1.2.3"]).assert().code(0);
    project.hotshoe(&["check-tag", "v9.9.9"]).assert().code(1);
}

/// CMake's own versions have no pre-releases.
#[test]
fn the_tag_of_a_pre_release_is_held_against_the_whole_version_of_the_plugins() {
    let project = Project::changed(|project| {
        project.replace("CMakeLists.txt", "hotshoe_add_plugin(gain", "hotshoe_add_plugin(gain VERSION 1.2.3-rc.1");
        project.replace("CMakeLists.txt", "hotshoe_add_plugin(reverb", "hotshoe_add_plugin(reverb VERSION 1.2.3-rc.1");
    });
    project.hotshoe(&["check-tag", "v1.2.3-rc.1"]).assert().code(0);
    for other in ["v1.2.3", "v1.2.3-rc.2", "v1.2.4-rc.1"] {
        project.hotshoe(&["check-tag", other]).assert().code(1);
    }
}

#[test]
fn without_a_tag_it_is_that_of_the_ci_system_or_of_the_commit() {
    let project = Project::new();
    let check = || project.hotshoe(&["check-tag"]);
    check().assert().code(3).stderr_eq(str![[r#"
error: the commit has no tag that begins with `v` [release-invalid]
  hint: name one: `hotshoe check-tag v1.2.3`

"#]]);
    check().env("CI_COMMIT_TAG", "v1.2.4").assert().code(1);
    check().env("GITHUB_REF_TYPE", "tag").env("GITHUB_REF_NAME", "v1.2.4").assert().code(1);
    // A branch may be called like a tag.
    check().env("GITHUB_REF_TYPE", "branch").env("GITHUB_REF_NAME", "v1.2.3").assert().code(3);
    project.git(&["tag", "v1.2.3"]);
    check().assert().code(0);
}

/// Some projects move a `v1` to the newest of `v1.*.*`, and name a commit for other reasons.
#[test]
fn of_several_tags_the_one_that_names_a_version_wins() {
    let project = Project::new();
    let check = || project.hotshoe(&["check-tag"]).assert();
    project.git(&["tag", "1.2.3"]);
    check().code(3);
    for tag in ["v1", "v1.2", "vanilla"] {
        project.git(&["tag", tag]);
    }
    let output = project.hotshoe(&["check-tag"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(3) && said.contains("does not name a version"), "{said}");
    project.git(&["tag", "v1.2.3"]);
    // Annotated, it is newer, and what `git describe` says.
    project.git(&["-c", "user.name=a", "-c", "user.email=a@b.c", "tag", "--annotate", "--message", "x", "v1.2.x"]);
    check().code(0);
}

#[test]
fn a_tag_that_names_no_version_is_an_error() {
    let project = Project::new();
    for tag in ["v1.2", "release-3", "1.2.3.4", "v01.2.3", ""] {
        project.hotshoe(&["check-tag", tag]).assert().code(3);
    }
    project.hotshoe(&["check-tag", "v1.2"]).assert().stderr_eq(str![[r#"
error: the tag `v1.2` does not name a version [release-invalid]
  because: unexpected end of input while parsing minor version number
  hint: name it `v` and a semantic version, such as `v1.2.3` or `v1.2.3-rc.1`

"#]]);
}

#[test]
fn a_project_that_cannot_be_configured_says_why() {
    let project = Project::changed(|project| project.write("CMakeLists.txt", "include(not_there)\n"));
    let output = project.hotshoe(&["check-tag", "v1.2.3"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(3) && said.contains("not_there") && said.contains("[build-failed]"), "{said}");
}

#[test]
fn a_project_without_plugins_is_told() {
    let text = "cmake_minimum_required(VERSION 3.22)\nproject(x VERSION 1.2.3 LANGUAGES C)\n";
    let project = Project::changed(|project| project.write("CMakeLists.txt", text));
    project.hotshoe(&["check-tag", "v1.2.3"]).assert().code(3).stderr_eq(str![[r#"
error: the project packages no plugin [release-invalid]
  in .
  hint: call hotshoe_add_plugin() in its CMakeLists.txt, and leave HOTSHOE_CPACK on

"#]]);
}
