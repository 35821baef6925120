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
Machines without hotshoe build it: set HOTSHOE_REPOSITORY and HOTSHOE_COMMIT to its sources.
These secrets may be set, both or none:
  HOTSHOE_KEY          a secret key: `hotshoe key new` makes one, and releases are signed with it
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
fn files_that_no_system_would_find_are_told() {
    let project = Project::new();
    for file in ["CMakeLists.txt", "plugin.c", "HotshoeAddPlugin.cmake"] {
        project.write(&format!("plugins/gain/{file}"), &project.read(file));
    }
    for (folder, count) in [("plugins/gain", 1), (".", 0)] {
        let said = project.json(&["ci", "gitlab", "--output", folder], 0);
        let warnings = said["diagnostics"].as_array().map_or(0, Vec::len);
        assert_eq!(warnings, count, "{said}");
    }
    let said = project.hotshoe(&["ci", "github", "--output", "plugins/gain"]).output().unwrap();
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("CI systems look for their files at the top of the repository only"), "{said}");
    // One that is a repository of its own, as a submodule is.
    project.write("plugins/gain/.git", "gitdir: elsewhere\n");
    let said = project.json(&["ci", "gitlab", "--output", "plugins/gain"], 0);
    assert_eq!(said["diagnostics"].as_array().map_or(0, Vec::len), 0, "{said}");
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
        let (runner, platform, count) = match *system {
            "gitlab" => ("tags: [\"on: my machine\"]\n", "\nbuild-macos-universal:\n", "\nbuild-"),
            _ => ("RUNNER: \"on: my machine\"\n", "- PLATFORM: macos-universal\n", "- PLATFORM: "),
        };
        assert_eq!(text.matches(count).count(), 2, "{text}");
        for line in [runner, "IMAGE: debian@sha256:00\n", platform, "IMAGE: \"\"\n"] {
            assert!(text.contains(line), "{line}{text}");
        }
    }
}

/// The component's own list of platforms is the template's.
#[test]
fn the_component_of_gitlab_has_the_jobs_of_the_template() {
    let (component, template) = (source("ci/gitlab/component/templates/plugin.yml"), source("ci/gitlab/gitlab-ci.yml"));
    // The template has a job for each platform, the component a matrix: platform, image and machine of each.
    let list = |text: &str| -> Vec<[String; 3]> {
        let value = |key: &str| -> Vec<String> {
            let lines = text.lines().map(|line| line.trim().trim_start_matches("- "));
            let values = lines.filter_map(|line| Some(line.strip_prefix(key)?.trim_matches(['[', ']'])));
            values.filter(|value| !value.contains('$')).map(str::to_owned).collect()
        };
        let mut platforms = value("PLATFORM: ");
        platforms.dedup();
        let runners = if text.contains("RUNNER: ") { value("RUNNER: ") } else { value("tags: ") };
        platforms
            .into_iter()
            .zip(value("IMAGE: "))
            .zip(runners)
            .map(|((id, image), runner)| [id, image, runner])
            .collect()
    };
    assert_eq!(list(&component).len(), 6);
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

/// `ci/install-hotshoe.sh` on a machine that has only the programs that `bin` is given; what it printed.
#[cfg(unix)]
fn install(project: &Project, variables: &[(&str, &str)]) -> std::process::Output {
    install_by("ci/install-hotshoe.sh", project, variables)
}

#[cfg(unix)]
fn install_by(script: &str, project: &Project, variables: &[(&str, &str)]) -> std::process::Output {
    let mut bash = std::process::Command::new("bash");
    bash.arg(root().join(script)).current_dir(project.folder()).env("HOME", project.folder());
    bash.env("PATH", "/usr/bin:/bin").env_remove("GITHUB_PATH").env_remove("GITHUB_WORKSPACE");
    for name in ["HOTSHOE_KEY", "HOTSHOE_REPOSITORY", "HOTSHOE_COMMIT"] {
        bash.env_remove(name);
    }
    bash.envs(variables.iter().copied()).output().unwrap()
}

#[cfg(unix)]
fn program(project: &Project, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    project.write(&format!(".cargo/bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
    let path = project.path(&format!(".cargo/bin/{name}"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The script, with a cargo that says what it was told; a static program has no dlopen().
#[cfg(unix)]
#[test]
fn the_tool_is_built_from_a_commit_and_for_musl_not_statically() {
    const SOURCES: [(&str, &str); 2] = [
        ("HOTSHOE_REPOSITORY", "https://forge.example/hotshoe"),
        ("HOTSHOE_COMMIT", "0123456789012345678901234567890123456789"),
    ];
    let project = Project::new();
    let version = env!("CARGO_PKG_VERSION");
    let told = "printf '%s|' \"$CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS\" \"$@\" > told";
    let made =
        format!("printf '#!/bin/sh\\necho hotshoe {version}\\n' > .cargo/bin/hotshoe\nchmod +x .cargo/bin/hotshoe");
    program(&project, "cargo", &format!("{told}\n{made}"));
    // One that was put there and is older is not taken.
    program(&project, "hotshoe", "echo hotshoe 0.0.9");
    let output = install(&project, &SOURCES);
    assert!(output.status.success(), "{}", crate::project::text(&output));
    assert_eq!(
        project.read("told"),
        "-C target-feature=-crt-static|install|--locked|--force|--git|https://forge.example/hotshoe|--rev|\
         0123456789012345678901234567890123456789|hotshoe-cli|"
    );
    // A branch can be moved, and build scripts could read the key.
    let refused = |variables: &[(&str, &str)], said: &str| {
        program(&project, "hotshoe", "echo hotshoe 0.0.9");
        fs::remove_file(project.path("told")).ok();
        let output = install(&project, variables);
        let text = crate::project::text(&output);
        assert!(!output.status.success() && text.contains(said) && !project.path("told").exists(), "{text}");
    };
    refused(&[], "it is not known where to build it from");
    refused(&[SOURCES[0], ("HOTSHOE_COMMIT", "main")], "give a commit");
    refused(&[SOURCES[0], SOURCES[1], ("HOTSHOE_KEY", "x")], "nothing is built where HOTSHOE_KEY is set");
    // A cargo that brings another version than was asked for.
    program(&project, "cargo", "true");
    refused(&SOURCES, "the project asks for hotshoe");
}

/// The component's own lines for that: cargo takes a branch for a revision, too.
#[cfg(unix)]
#[test]
fn the_component_builds_the_tool_from_a_commit_only() {
    let component = source("ci/gitlab/component/templates/plugin.yml");
    let start = component.find("if [ \"$(hotshoe --version").expect("it looks at the version");
    let script = &component[start..start + component[start..].find("\n\n").expect("the job ends")];
    let commit = "0123456789012345678901234567890123456789";
    for (commit, key, is_built) in [
        (commit, "", true),
        (commit, "x", false),
        ("main", "", false),
        ("v0.1.0", "", false),
        ("0123456", "", false),
        ("", "", false),
    ] {
        let project = Project::new();
        program(&project, "cargo", "touch built");
        let script = script.replace("$[[ inputs.commit ]]", commit).replace("$[[ inputs.", "x$[[ inputs.");
        let mut bash = std::process::Command::new("bash");
        bash.args(["-c", &script.replace("$[[ ", "").replace(" ]]", "")]).current_dir(project.folder());
        bash.env("PATH", format!("{}:/usr/bin:/bin", project.path(".cargo/bin").display())).env("HOTSHOE_KEY", key);
        let output = bash.output().unwrap();
        assert_eq!(output.status.success(), is_built, "{commit}: {}", crate::project::text(&output));
        assert_eq!(project.path("built").exists(), is_built, "{commit}");
    }
}

/// Whoever owns a name on a registry would own every project's releases.
#[test]
fn no_file_installs_the_tool_or_rust_by_a_name() {
    for file in ["install-hotshoe.sh", "github/plugin.yml", "forgejo/plugin.yml", "gitlab/gitlab-ci.yml"] {
        assert_pinned(&source(&format!("ci/{file}")));
    }
    assert_pinned(&source("ci/gitlab/component/templates/plugin.yml"));
    let of_hosts = source("templates/every-host/ci/install-hotshoe.sh");
    assert_pinned(&of_hosts);
    assert!(
        of_hosts.contains("fetch --quiet --depth 1 \"$hotshoe_repository\" \"$hotshoe_commit\""),
        "a tag can be moved"
    );
    // Rust comes the same way.
    let of_plugins = source("ci/install-hotshoe.sh");
    let rust = &of_plugins[of_plugins.find("hotshoe_failed() {").unwrap()..of_plugins.find("export PATH=").unwrap()];
    assert!(
        of_hosts.contains(rust),
        "templates/every-host/ci/install-hotshoe.sh has the functions of ci/install-hotshoe.sh"
    );
}

/// The script of hosts, with git and cmake that are there: another commit or version is not built.
#[cfg(unix)]
#[test]
fn a_host_is_built_with_hotshoe_at_a_commit() {
    let project = Project::new();
    let sources = |version: &str| {
        project.write("Cargo.toml", &format!("[package]\nversion = \"{version}\"\n"));
        project.commit();
        let head = std::process::Command::new("git").args(["rev-parse", "HEAD"]).current_dir(project.folder()).output();
        String::from_utf8(head.unwrap().stdout).unwrap().trim().to_owned()
    };
    program(&project, "cargo", "true");
    program(&project, "cmake", "echo \"cmake $1\"");
    let script = "templates/every-host/ci/install-hotshoe.sh";
    let run = |commit: &str| {
        let address = format!("file://{}", project.folder().display());
        let output = install_by(script, &project, &[("HOTSHOE_REPOSITORY", &address), ("HOTSHOE_COMMIT", commit)]);
        (output.status.success(), crate::project::text(&output))
    };
    let (other, right) = (sources("9.9.9"), sources("0.0.0-hotshoe"));
    let (success, said) = run(&right);
    assert!(success && said.contains("cmake --install"), "{said}");
    for (commit, why) in
        [(other.as_str(), "is another version"), ("main", "give a commit"), ("", "it is not known where")]
    {
        let (success, said) = run(commit);
        assert!(!success && said.contains(why) && !said.contains("cmake -S"), "{said}");
    }
}

fn assert_pinned(text: &str) {
    for line in text.lines().filter(|line| line.contains("cargo install")) {
        assert!(line.contains("--git") && line.contains("--rev"), "{line}");
    }
    assert!(!text.contains("sh.rustup.rs"), "a script that can be another tomorrow");
}

/// What the project is set up with runs its own programs: not in the job that signs.
#[test]
fn no_program_of_the_project_runs_where_the_key_is() {
    for (system, _, template) in FILES {
        let text = source(template);
        let release = &text[text.find("\nrelease:\n").or(text.find("\n  release:\n")).unwrap()..];
        for command in ["release setup", "hotshoe plan", "release build", "check-tag", "cmake", "cargo"] {
            assert!(!release.contains(command), "{system}: {command}");
        }
        assert!(release.contains("release collect"), "{system}");
    }
    let gitlab = source(FILES[1].2);
    let default = &gitlab[gitlab.find("\ndefault:\n").unwrap()..gitlab.find("\nvariables:\n").unwrap()];
    assert!(!default.contains("release setup"), "every job does what stands there: {default}");
}

/// Without them CMake says that a folder of the sources is empty.
#[test]
fn submodules_are_checked_out_with_the_sources() {
    for (system, _, template) in FILES {
        let text = source(template);
        let checkouts = text.matches("/checkout@").count();
        assert_eq!(checkouts, if system == "gitlab" { 0 } else { 4 }, "{system}");
        // The job that takes the tool builds nothing of the project.
        assert_eq!(text.matches("\n          submodules: recursive\n").count(), checkouts.max(1) - 1, "{system}");
    }
    for template in ["ci/gitlab/gitlab-ci.yml", "ci/gitlab/component/templates/plugin.yml"] {
        assert!(source(template).contains("\n  GIT_SUBMODULE_STRATEGY: recursive\n"), "{template}");
    }
}

/// A tag can be moved to other code, and a version uploaded anew; a commit, or a digest, cannot.
#[test]
fn actions_are_pinned_by_commit_and_images_and_packages_by_digest() {
    let of_hosts = [".github/workflows/host.yml", ".forgejo/workflows/host.yml", ".gitlab-ci.yml"];
    let of_hosts = of_hosts.map(|file| format!("templates/every-host/{file}"));
    let of_plugins = FILES.map(|(_, _, template)| template.to_owned());
    for template in of_plugins.into_iter().chain(of_hosts) {
        let text = source(&template);
        let packages = text.matches("pip install").count();
        let by_digest = "pip install --quiet --require-hashes --only-binary :all: ";
        assert_eq!(text.matches(by_digest).count(), packages, "{template}");
        assert_eq!(text.matches(" --hash=sha256:").count(), 3 * packages, "{template}: for each image of the plan");
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
        assert_eq!(text.matches("\n    permissions:\n").count(), 4, "{system}: plan, build, tool, release");
        assert_eq!(text.matches(": write #").count(), if *system == "github" { 3 } else { 1 }, "{system}");
    }
}
