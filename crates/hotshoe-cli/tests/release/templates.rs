//! `hotshoe ci`, and the files in `ci/` that it writes.

use std::fs;

use snapbox::str;

use crate::{Project, root};

/// What is written for each CI system, and where its template lies.
pub const FILES: [(&str, &str, &str); 3] = [
    ("github", ".github/workflows/plugin.yml", "ci/github/plugin.yml"),
    ("gitlab", ".gitlab-ci.yml", "ci/gitlab/gitlab-ci.yml"),
    ("forgejo", ".forgejo/workflows/plugin.yml", "ci/forgejo/plugin.yml"),
];

fn source(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn files_are_written_and_the_secrets_are_named() {
    let project = Project::new();
    project.hotshoe(&["ci", "github"]).assert().code(0).stderr_eq(str![]).stdout_eq(str![[r#"
wrote .github/workflows/plugin.yml
wrote ci/install-hotshoe.sh
They install hotshoe-cli from crates.io, where it is not published yet.
These secrets may be set, both or none:
  HOTSHOE_KEY          the text of a secret key: `hotshoe key new` makes one, and releases are signed with it
  HOTSHOE_KEY_PASSWORD its password

"#]]);
    project.hotshoe(&["ci", "bitbucket"]).assert().code(2);
    assert_eq!(project.json(&["ci", "gitlab"], 0)["written"][0], ".gitlab-ci.yml");
}

#[test]
fn a_folder_without_a_project_gets_no_files() {
    let project = Project::new();
    fs::create_dir(project.path("empty")).unwrap();
    project.hotshoe(&["ci", "github", "--output", "empty"]).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is no project: no CMakeLists.txt [argument-invalid]
  in empty
  hint: say where it is with `--output`, or make one with `hotshoe new`

"#]]);
    assert_eq!(fs::read_dir(project.path("empty")).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_another_is_not_replaced_unasked() {
    let project = Project::new();
    let ci = ["ci", "forgejo"];
    project.hotshoe(&ci).assert().code(0);
    project.hotshoe(&ci).assert().code(0);
    project.write(".forgejo/workflows/plugin.yml", "mine\n");
    fs::remove_file(project.path("ci/install-hotshoe.sh")).unwrap();
    project
        .hotshoe(&ci)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: nothing was written

"#]])
        .stderr_eq(str![[r#"
error[already-installed]: there is another file already
  in ./.forgejo/workflows/plugin.yml
  hint: compare them; `--replace` writes over it

"#]]);
    assert_eq!(project.read(".forgejo/workflows/plugin.yml"), "mine\n");
    assert!(!project.path("ci/install-hotshoe.sh").exists());
    project.hotshoe(&["ci", "forgejo", "--replace"]).assert().code(0);
    assert_ne!(project.read(".forgejo/workflows/plugin.yml"), "mine\n");
}

/// For a project that chooses nothing the files are the templates, which therefore show what is written.
#[test]
fn the_templates_are_what_a_project_gets_that_chooses_nothing() {
    let project = Project::changed(|project| fs::remove_file(project.path("hotshoe.release.json")).unwrap());
    for (system, written, template) in FILES {
        project.hotshoe(&["ci", system]).assert().code(0);
        assert_eq!(project.read(written), source(template), "{system}");
    }
    assert_eq!(project.read("ci/install-hotshoe.sh"), source("ci/install-hotshoe.sh"));
}

#[test]
fn where_a_system_cannot_expand_a_plan_the_platforms_are_written_down() {
    let project = Project::changed(|project| {
        project.write(
            "hotshoe.release.json",
            r#"{"platforms": ["linux-aarch64", "macos-universal"], "runners": {"linux-aarch64": "on: my machine"},
                "containers": {"linux-aarch64": "debian@sha256:00"}}"#,
        );
    });
    for (system, written, _) in &FILES[1..] {
        project.hotshoe(&["ci", system]).assert().code(0);
        let text = project.read(written);
        assert_eq!(text.matches("- PLATFORM: ").count(), 2, "{text}");
        for line in [
            "RUNNER: \"on: my machine\"\n",
            "IMAGE: debian@sha256:00\n",
            "- PLATFORM: macos-universal\n",
            "IMAGE: \"\"\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
    }
}

/// The component's own list of platforms is the template's.
#[test]
fn the_component_of_gitlab_has_the_jobs_of_the_template() {
    let (component, template) = (source("ci/gitlab/component/templates/plugin.yml"), source("ci/gitlab/gitlab-ci.yml"));
    let list = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim).skip_while(|line| *line != "# begin of the plan");
        lines.take_while(|line| *line != "# end of the plan").map(str::to_owned).collect()
    };
    assert!(list(&component).len() > 18);
    assert_eq!(list(&component), list(&template));
    let calls = |text: &str| -> Vec<String> {
        text.lines()
            .map(str::trim)
            .filter(|line| line.contains("hotshoe ") && line.starts_with("- "))
            .map(str::to_owned)
            .collect()
    };
    for call in calls(&template) {
        assert!(calls(&component).contains(&call), "{call}");
    }
    assert!(component.contains(&format!("default: {}\n", env!("CARGO_PKG_VERSION"))), "the tool's version");
}

/// The script, with a cargo that says what it was told; a static program has no dlopen().
#[cfg(unix)]
#[test]
fn the_tool_for_musl_is_not_linked_statically() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new();
    let cargo = "#!/bin/sh\nprintf '%s|' \"$CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS\" \"$@\" > told\nln -s /bin/true .cargo/bin/hotshoe\n";
    project.write(".cargo/bin/cargo", cargo);
    fs::set_permissions(project.path(".cargo/bin/cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut bash = std::process::Command::new("bash");
    bash.arg(root().join("ci/install-hotshoe.sh")).current_dir(project.folder()).env("HOME", project.folder());
    bash.env("PATH", "/usr/bin:/bin").env_remove("GITHUB_PATH").env_remove("GITHUB_WORKSPACE");
    assert!(bash.output().unwrap().status.success());
    let told = project.read("told");
    assert!(told.starts_with("-C target-feature=-crt-static|install|"), "{told}");
    let component = source("ci/gitlab/component/templates/plugin.yml");
    let told = "- export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS=\"-C target-feature=-crt-static\"\n    - command -v hotshoe || cargo install";
    assert!(component.contains(told), "{component}");
}

/// Without them CMake says that a folder of the sources is empty.
#[test]
fn submodules_are_checked_out_with_the_sources() {
    for (system, _, template) in FILES {
        let text = source(template);
        let checkouts = text.matches("/checkout@").count();
        assert_eq!(checkouts, if system == "gitlab" { 0 } else { 3 }, "{system}");
        assert_eq!(text.matches("\n          submodules: recursive\n").count(), checkouts, "{system}");
    }
    for template in ["ci/gitlab/gitlab-ci.yml", "ci/gitlab/component/templates/plugin.yml"] {
        assert!(source(template).contains("\n  GIT_SUBMODULE_STRATEGY: recursive\n"), "{template}");
    }
}

/// A tag can be moved to other code; a commit, or a digest, cannot.
#[test]
fn actions_are_pinned_by_commit_and_images_by_digest() {
    for (_, _, template) in FILES {
        let text = source(template);
        for uses in text.lines().filter_map(|line| line.split("uses: ").nth(1)) {
            let (commit, version) = uses.split_once('@').unwrap().1.split_once(" # v").unwrap();
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{template}: {uses}");
            assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{template}: {uses}");
        }
        for image in text.lines().filter(|line| line.contains("quay.io/")) {
            assert!(image.split("@sha256:").nth(1).is_some_and(|digest| digest.len() == 64), "{template}: {image}");
        }
    }
}

/// What a job may do is said for each; by default it is nothing.
#[test]
fn jobs_have_only_the_permissions_that_they_name() {
    for (system, _, template) in FILES.iter().filter(|(system, ..)| *system != "gitlab") {
        let text = source(template);
        assert!(text.contains("\npermissions: {}\n"), "{system}");
        assert_eq!(text.matches("\n    permissions:\n").count(), 3, "{system}: plan, build, release");
        assert_eq!(text.matches(": write #").count(), if *system == "github" { 3 } else { 1 }, "{system}");
    }
}
