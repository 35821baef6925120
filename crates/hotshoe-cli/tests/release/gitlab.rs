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
    // What a job uploads is for those that need it, and not for all that come later.
    command.args(["--force-shell-executor", "--shell-isolation", "--no-artifacts-to-source"]).args(args);
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
            .contains("\nrelease;release;on_success;false;release;[seal-plan,seal-linux-x86_64]")
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

/// With its token a job can upload what it likes, which is unpacked over the sources of the jobs that need it.
const ANY_FILE: &str = "paths: [ci, dist, plan.json, .cargo]";

/// What the attacking job does: it exchanges another platform's archive, the plan, and what jobs run before all else.
const ATTACK: &str = "mkdir -p dist/linux-x86_64 dist/windows-x86_64 && touch dist/windows-x86_64/x && \
    echo evil | tee plan.json dist/linux-x86_64/gain-1.2.3-Linux.tar.gz && \
    echo 'echo \"key of $CI_JOB_NAME=$HOTSHOE_KEY\"' > ci/install-hotshoe.sh";

#[test]
fn a_job_reaches_neither_the_key_nor_another_platforms_archive() {
    let Some(tools) = ci_tools() else { return };
    let project = project(|project| {
        project.replace("hotshoe.release.json", "[\"linux-x86_64\"]", "[\"linux-x86_64\", \"windows-x86_64\"]");
    });
    let file = ".gitlab-ci.yml";
    let run_there = project.read(file).replace(
        "build-windows-x86_64:\n",
        &format!("build-windows-x86_64:\n  script:\n    - {ATTACK}\n  artifacts:\n    {ANY_FILE}\n"),
    );
    project.write(file, &run_there);
    let (said, forge) = attacked(&project, &tools, "");
    // All that is wrong is what that job owes.
    assert!(said.contains("`gain-1.2.3-win64.tar.gz` is missing") && !said.contains("Linux.tar.gz`"), "{said}");
    assert!(!said.contains("key of release=") && forge.lines().is_empty(), "{said}");
}

/// Where the plan is made the project's code runs too.
#[test]
fn the_job_that_plans_reaches_the_key_no_more_than_those_that_build() {
    let Some(tools) = ci_tools() else { return };
    let project = project(|_| {});
    let file = ".gitlab-ci.yml";
    project.replace(
        file,
        "    - hotshoe plan --json > plan.json\n",
        &format!("    - hotshoe plan --json > plan.json\n    - {ATTACK}\n"),
    );
    project.write(file, &project.read(file).replacen("paths: [plan.json]", ANY_FILE, 1));
    let (said, forge) = attacked(&project, &tools, "s3cret");
    assert!(said.contains("[key-invalid]"), "the release gets as far as its key: {said}");
    assert!(!said.contains("key of release=") && forge.lines().is_empty(), "{said}");
}

/// A tag's pipeline with a key; what it printed, and what was asked of the server.
fn attacked(project: &Project, tools: &Path, key: &str) -> (String, Forge) {
    project.commit();
    let forge = Forge::start(json!([]), "");
    project.write(".gitlab-ci-local-variables.yml", &format!("HOTSHOE_KEY: \"{key}\"\n"));
    let output = run(project, tools, Some("v1.2.3"), &forge);
    assert!(!output.status.success());
    (text(&output), forge)
}

#[test]
fn the_component_does_the_same() {
    let Some(tools) = ci_tools() else { return };
    let project = with_component(&["linux-x86_64"]);
    let forge = Forge::start(json!([]), "");
    let output = run(&project, &tools, Some("v1.2.3"), &forge);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(forge.lines().last().unwrap(), "POST /projects/4/releases");
}

#[test]
fn a_job_of_the_component_cannot_replace_another_platforms_archive() {
    let Some(tools) = ci_tools() else { return };
    let project = with_component(&["linux-x86_64", "windows-x86_64"]);
    let (file, build) = ("templates/plugin.yml", "    - hotshoe release build");
    let attack = format!("    - if [ $PLATFORM = windows-x86_64 ]; then {ATTACK} && exit 0; fi\n{build}");
    project.replace(file, build, &attack);
    project.replace(file, "paths: [dist/$PLATFORM/]\n\n# With", &format!("{ANY_FILE}\n\n# With"));
    let (said, forge) = attacked(&project, &tools, "");
    assert!(said.contains("`gain-1.2.3-win64.tar.gz` is missing") && !said.contains("Linux.tar.gz`"), "{said}");
    assert!(forge.lines().is_empty(), "{said}");
}

/// A project for some platforms that includes the component.
fn with_component(platforms: &[&str]) -> Project {
    let project = project(|project| {
        let component = crate::root().join("ci/gitlab/component/templates/plugin.yml");
        project.write("templates/plugin.yml", &std::fs::read_to_string(component).unwrap());
        project.replace("hotshoe.release.json", "[\"linux-x86_64\"]", &json!(platforms).to_string());
    });
    let row = |id: &&str| json!({ "PLATFORM": id, "RUNNER": "here", "IMAGE": "" });
    let inputs = json!({ "platforms": platforms.iter().map(row).collect::<Vec<_>>() });
    let include = json!({ "include": [{ "local": "templates/plugin.yml", "inputs": inputs }] });
    project.write(".gitlab-ci.yml", &include.to_string());
    project.commit();
    project
}
