//! `.gitlab-ci.yml`, run by gitlab-ci-local: jobs, needs, rules, artifacts and variables are those of GitLab;
//! containers are not, each job runs in a shell here.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::forge::Forge;
use crate::project::text;
use crate::{Project, ci_tools, node};

fn gitlab_ci_local(project: &Project, tools: &Path, args: &[&str]) -> Command {
    let mut command = project.program(node(tools));
    command.arg(tools.join("node/node_modules/gitlab-ci-local/dist/index.js"));
    command.args(["--force-shell-executor", "--shell-isolation"]).args(args);
    command
}

/// Runs the pipeline, of a tag or of a branch, against a server in the place of GitLab's own.
fn run(project: &Project, tools: &Path, tag: Option<&str>, forge: &Forge) -> Output {
    let mut variables = vec![
        format!("CI_API_V4_URL={}", forge.url),
        "CI_PROJECT_ID=4".to_owned(),
        "CI_PROJECT_NAME=effects".to_owned(),
        "CI_JOB_TOKEN=t0ken".to_owned(),
    ];
    variables.extend(tag.map(|tag| format!("CI_COMMIT_TAG={tag}")));
    let args: Vec<&str> = variables.iter().flat_map(|variable| ["--variable", variable]).collect();
    gitlab_ci_local(project, tools, &args).output().expect("it starts")
}

/// A project with the file.
fn project(change: impl FnOnce(&Project)) -> Project {
    Project::changed(|project| {
        change(project);
        project.git(&["remote", "add", "origin", "https://gitlab.com/anna/effects.git"]);
        project.hotshoe(&["ci", "gitlab"]).assert().code(0);
    })
}

#[test]
fn a_tag_makes_a_release_that_installs_and_loads() {
    let Some(tools) = ci_tools() else { return };
    let project = project(|_| {});
    let forge = Forge::start(json!([]), "");
    let output = run(&project, &tools, Some("v1.2.3"), &forge);
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    for line in
        ["yes: v1.2.3 is the version of everything", "built linux-x86_64, twice with the same bytes", "published"]
    {
        assert!(said.contains(line), "{said}");
    }
    assert_eq!(forge.lines().last().unwrap(), "POST /projects/4/releases");
    // What was uploaded is what users get.
    let uploaded =
        forge.requests().into_iter().find(|request| request.line.ends_with("/gain-1.2.3-Linux.tar.gz")).unwrap();
    std::fs::write(project.path("gain-1.2.3-Linux.tar.gz"), uploaded.body).unwrap();
    project.install_and_load("gain-1.2.3-Linux.tar.gz", "gain");
}

#[test]
fn a_push_is_built_and_tested_and_releases_nothing() {
    let Some(tools) = ci_tools() else { return };
    let project = project(|_| {});
    let forge = Forge::start(json!([]), "");
    let output = run(&project, &tools, None, &forge);
    let said = text(&output);
    assert!(output.status.success() && said.contains("built linux-x86_64"), "{said}");
    assert!(!said.contains("collect") && forge.lines().is_empty(), "{said}");
    // Naming a job goes around its rules: what runs when is asked for apart.
    let jobs =
        |args: &[&str]| text(&gitlab_ci_local(&project, &tools, &[&["--list-csv"], args].concat()).output().unwrap());
    assert!(!jobs(&[]).contains("\nrelease;"), "{}", jobs(&[]));
    assert!(!jobs(&["--variable", "CI_COMMIT_TAG=nightly"]).contains("\nrelease;"));
    assert!(
        jobs(&["--variable", "CI_COMMIT_TAG=v1.2.3"])
            .contains("\nrelease;release;on_success;false;release;[plan,build]")
    );
}

#[test]
fn a_wrong_tag_stops_before_any_build() {
    let Some(tools) = ci_tools() else { return };
    let project = project(|_| {});
    let forge = Forge::start(json!([]), "");
    let output = run(&project, &tools, Some("v1.2.4"), &forge);
    let said = text(&output);
    assert!(!output.status.success() && said.contains("plugin.json of gain            1.2.3"), "{said}");
    assert!(!said.contains("configuring") && forge.lines().is_empty(), "{said}");
}

#[test]
fn a_failing_test_keeps_a_tag_from_being_released() {
    let Some(tools) = ci_tools() else { return };
    let project = project(|project| {
        project.write(
            "CMakeLists.txt",
            &format!("{}add_test(NAME sound COMMAND false)\n", project.read("CMakeLists.txt")),
        );
    });
    let forge = Forge::start(json!([]), "");
    let output = run(&project, &tools, Some("v1.2.3"), &forge);
    let said = text(&output);
    assert!(!output.status.success() && said.contains("sound (Failed)"), "{said}");
    assert!(!said.contains("hotshoe release collect dist") && forge.lines().is_empty(), "{said}");
}

#[test]
fn the_component_does_the_same() {
    let Some(tools) = ci_tools() else { return };
    let project = project(|project| {
        let component = crate::root().join("ci/gitlab/component/templates/plugin.yml");
        project.write("templates/plugin.yml", &std::fs::read_to_string(component).unwrap());
    });
    project.write(
        ".gitlab-ci.yml",
        "include:\n  - local: templates/plugin.yml\n    inputs:\n      platforms:\n        - PLATFORM: linux-x86_64\n          \
         RUNNER: here\n          IMAGE: \"\"\n",
    );
    project.commit();
    let forge = Forge::start(json!([]), "");
    let output = run(&project, &tools, Some("v1.2.3"), &forge);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(forge.lines().last().unwrap(), "POST /projects/4/releases");
}
