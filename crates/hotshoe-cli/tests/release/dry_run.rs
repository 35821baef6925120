//! `hotshoe release --dry-run`

use snapbox::str;

use crate::Project;

#[test]
fn all_of_it_is_done_on_this_machine() {
    let project = Project::new();
    project.git(&["tag", "v1.2.3"]);
    project.hotshoe(&["release", "--dry-run"]).assert().code(0).stdout_eq(str![[r#"
yes: v1.2.3 is the version of everything
  ✓ project(VERSION)               1.2.3
  ✓ plugin.json of gain            1.2.3
  ✓ plugin.json of reverb          1.2.3
built linux-x86_64, twice with the same bytes
  [..] gain-1.2.3-Linux.tar.gz
  [..] reverb-1.2.3-Linux.tar.gz
collected a release; these files would be uploaded from release/assets
  [..] gain-1.2.3-Linux.tar.gz
  [..] gain-1.2.3-Linux.tar.gz.cdx.json
  [..] gain-1.2.3.entry.json
  [..] reverb-1.2.3-Linux.tar.gz
  [..] reverb-1.2.3-Linux.tar.gz.cdx.json
  [..] reverb-1.2.3.entry.json
  [..] SHA256SUMS

"#]]);
    project.install_and_load("release/assets/reverb-1.2.3-Linux.tar.gz", "reverb");
}

#[test]
fn a_wrong_tag_stops_it_before_anything_is_compiled() {
    let project = Project::changed(|project| project.write("plugin.c", "this is no C\n"));
    let object = project.json(&["release", "--dry-run", "--tag", "v1.2.4"], 1);
    assert_eq!((&object["agrees"], object.get("archives")), (&false.into(), None));
    project.hotshoe(&["release", "--dry-run"]).assert().code(3);
    assert!(!project.path("release").exists());
}

#[test]
fn a_folder_that_is_no_release_stops_it_before_anything_is_built() {
    let project = Project::new();
    project.write("release/mine.txt", "mine");
    project.hotshoe(&["release", "--dry-run"]).assert().code(3).stderr_eq(str![[r#"
error: there is something else than a release [package-write]
  in release
  hint: choose another folder with `--output`, or remove this one

"#]]);
}

/// CMake would only say that it does not know the compiler.
#[test]
fn a_platform_of_another_machine_is_refused_before_cmake_is_asked() {
    let project = Project::new();
    let dry_run = || project.hotshoe(&["release", "--dry-run", "--platform", "windows-x86_64"]);
    project.write("hotshoe.release.json", r#"{"platforms": ["windows-x86_64"]}"#);
    dry_run().assert().code(3).stderr_eq(str![[r#"
error: `windows-x86_64` is not built on a machine like this one [release-invalid]
  hint: this one builds `linux-[..]`; for another, name a toolchain in "cmake" of hotshoe.release.json

"#]]);
    let toolchain = r#"{"platforms": ["windows-x86_64"], "cmake": ["-D", "CMAKE_TOOLCHAIN_FILE=mine.cmake"]}"#;
    project.write("hotshoe.release.json", toolchain);
    let output = dry_run().output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(3) && said.starts_with("configuring\n"), "{said}");
    project.write("hotshoe.release.json", r#"{"platforms": ["linux-x86_64"]}"#);
    let output = dry_run().output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("`windows-x86_64` is not among the project's platforms"), "{said}");
}

/// The network is taken away from it, where the system lets a user do that.
#[test]
fn it_needs_no_network() {
    let project = Project::new();
    let alone = |command: &[&str]| {
        let mut unshare = project.program("unshare");
        unshare.args(["--user", "--map-root-user", "--net"]).args(command).output()
    };
    if !alone(&["true"]).is_ok_and(|output| output.status.success()) {
        hotshoe_testkit::skip("this system lets no user leave the network");
        return;
    }
    let output = alone(&["hotshoe", "release", "--dry-run"]).unwrap();
    assert!(output.status.success(), "{}", crate::project::text(&output));
}

/// What signs is not for the programs of the project.
#[test]
fn the_projects_own_programs_do_not_see_the_key() {
    let project = Project::changed(|project| {
        let look = "if(DEFINED ENV{HOTSHOE_KEY} OR DEFINED ENV{HOTSHOE_KEY_PASSWORD})\n  message(FATAL_ERROR \"a key\")\nendif()\n";
        project.write("CMakeLists.txt", &format!("{look}{}", project.read("CMakeLists.txt")));
    });
    project.hotshoe(&["key", "new", "--output", "anna", "--no-password"]).assert().code(0);
    let secret = project.read("anna.key");
    project.hotshoe(&["release", "--dry-run"]).env("HOTSHOE_KEY", secret).assert().code(0);
    assert!(project.path("release/assets/gain-1.2.3-Linux.tar.gz.minisig").is_file());
}

/// In a CI system anybody's change is built, and `/proc` shows it the environment of what runs it.
#[test]
fn in_a_ci_system_nothing_of_the_project_runs_where_the_key_is() {
    let project = Project::changed(|project| {
        project.write("hotshoe.release.json", r#"{"platforms": ["linux-x86_64"], "setup": ["touch", "dist"]}"#);
        let ran = "file(TOUCH ${CMAKE_SOURCE_DIR}/dist)\n";
        project.write("CMakeLists.txt", &format!("{}{ran}", project.read("CMakeLists.txt")));
    });
    let commands: [&[&str]; 6] = [
        &["release", "setup"],
        &["release", "build", "--platform", "linux-x86_64"],
        &["release", "collect", "nowhere", "--tag", "v1.2.3"],
        &["release", "--dry-run"],
        &["plan"],
        &["check-tag", "v1.2.3"],
    ];
    project.hotshoe(&["key", "new", "--output", "anna", "--no-password"]).assert().code(0);
    for args in commands {
        let output =
            project.hotshoe(args).env("CI", "true").env("HOTSHOE_KEY", project.path("anna.key")).output().unwrap();
        let said = crate::project::text(&output);
        assert!(said.contains("HOTSHOE_KEY is set in a job that runs code of the project"), "{args:?}: {said}");
        assert!(output.status.code() == Some(3) && !project.path("dist").exists(), "{args:?}: {said}");
    }
}

/// As a terminal does it: the tool and what it runs are told. Windows has no groups of processes to tell.
#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    use std::fs;
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    let project = Project::changed(|project| {
        let wait = "execute_process(COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_SOURCE_DIR}/dist COMMAND sleep 60)\n";
        project.write("CMakeLists.txt", &format!("{}{wait}", project.read("CMakeLists.txt")));
        project.write("temporary/.keep", "");
    });
    let mut tool = project.program(env!("CARGO_BIN_EXE_hotshoe"));
    tool.args(["release", "--dry-run"]).env("TMPDIR", project.path("temporary")).stderr(Stdio::piped());
    let began = Instant::now();
    let tool = tool.process_group(0).spawn().unwrap();
    while !project.path("dist").exists() {
        assert!(began.elapsed() < Duration::from_secs(60), "CMake does not begin");
        thread::sleep(Duration::from_millis(20));
    }
    let (own, group) = (tool.id().to_string(), format!("-{}", tool.id()));
    let kill =
        |how: &str, whom: &str| assert!(Command::new("kill").args([how, "--", whom]).status().unwrap().success());
    // On a busy machine the tool may hear of it after what it runs has ended of it.
    kill("-STOP", &own);
    kill("-INT", &group);
    thread::sleep(Duration::from_millis(300));
    kill("-CONT", &own);
    let output = tool.wait_with_output().unwrap();
    let said = crate::project::text(&output);
    assert!(said.ends_with("error: it was stopped; nothing was released [cancelled]\n"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(50) && !project.path("release").exists());
    let left: Vec<_> =
        fs::read_dir(project.path("temporary")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".keep"]);
}

#[test]
fn a_command_line_that_asks_for_nothing_is_wrong() {
    let project = Project::new();
    project.hotshoe(&["release"]).assert().code(2);
    project.hotshoe(&["release", "publish", "--to", "sourceforge"]).assert().code(2);
}

#[test]
fn every_stage_explains_itself() {
    let project = Project::new();
    let help = |verb: &[&str]| project.hotshoe(&[verb, &["--help"]].concat()).assert().code(0).stderr_eq(str![]);
    help(&["check-tag"]).stdout_eq(str![[r#"
Say whether the tag, the project and its plugins have the same version, before anything is built

Usage: hotshoe check-tag [OPTIONS] [TAG]

Arguments:
  [TAG]  The tag: v and a semantic version

Options:
      --source <DIR>  The project's folder [default: .]
      --json          Print one JSON object instead of text
  -h, --help          Print help

Without a tag it is the one of the CI system (GitHub, GitLab, Forgejo), else the commit's own.

Examples:
  hotshoe check-tag v1.2.3
  hotshoe check-tag --source path/to/project

"#]]);
    help(&["plan"]).stdout_eq(str![[r#"
Show what a release of the project consists of: each platform, where it is built, and its archives

Usage: hotshoe plan [OPTIONS]

Options:
      --source <DIR>   The project's folder [default: .]
      --platform <ID>  Only this platform; may be given more than once
      --json           Print one JSON object instead of text
  -h, --help           Print help

The project's hotshoe.release.json chooses the platforms; without one it is all of them.

Examples:
  hotshoe plan
  hotshoe plan --json > plan.json      # what CI systems expand into jobs

"#]]);
    help(&["release"]).stdout_eq(str![[r#"
Make a release of the project, in the stages that CI systems run; with --dry-run all of it, here

Usage: hotshoe release [OPTIONS] --dry-run
       hotshoe release <COMMAND>

Commands:
  setup    Install what the project is built with: run what hotshoe.release.json names as `setup`,
           if anything
  build    Build, test and package one platform, twice, and refuse archives that differ
  collect  Hold what was built against the plan, and make of it what is uploaded; refuse if anything
           is missing
  publish  Upload a release that was collected: as a draft, and published when all of it is there
  help     Print this message or the help of the given subcommand(s)

Options:
      --dry-run        Do all of it on this machine, for this platform and without the network, and
                       publish nothing
      --source <DIR>   The project's folder [default: .]
      --output <DIR>   Where the release goes [default: release]
      --platform <ID>  The platform; without it, the one of this machine
      --tag <TAG>      The tag; without it, the commit's, if it has one
      --verbose        Show all that cmake, ctest and cpack print
      --json           Print one JSON object instead of text
  -h, --help           Print help

Examples:
  hotshoe release --dry-run
  hotshoe release build --platform linux-x86_64
  hotshoe release collect dist --plan plan.json --output release
  hotshoe release publish release --to github

"#]]);
    help(&["release", "setup"]).stdout_eq(str![[r#"
Install what the project is built with: run what hotshoe.release.json names as `setup`, if anything

Usage: hotshoe release setup [OPTIONS]

Options:
      --source <DIR>  The project's folder [default: .]
      --json          Print one JSON object instead of text
  -h, --help          Print help

"#]]);
    help(&["release", "build"]).stdout_eq(str![[r#"
Build, test and package one platform, twice, and refuse archives that differ

Usage: hotshoe release build [OPTIONS] --platform <ID>

Options:
      --platform <ID>   The platform, as `hotshoe plan` names it
      --output <DIR>    Where the archives go; without it, `dist/<platform>`, where `hotshoe release
                        collect dist` looks for them
      --digests <FILE>  Append the digests of the archives to this file, as `<platform>=<digests>`:
                        the outputs of a CI job
      --source <DIR>    The project's folder [default: .]
      --verbose         Show all that cmake, ctest and cpack print
      --json            Print one JSON object instead of text
  -h, --help            Print help

"#]]);
    help(&["release", "collect"]).stdout_eq(str![[r#"
Hold what was built against the plan, and make of it what is uploaded; refuse if anything is missing

Usage: hotshoe release collect [OPTIONS] <DIST>

Arguments:
  <DIST>  The folder with a folder for each platform, called after it, with what its job built

Options:
      --digests <FILE>  The outputs of the build jobs, a JSON object: refuse archives whose digests
                        are others
      --plan <FILE>     What `hotshoe plan --json` wrote; without it, the project is asked again
      --output <DIR>    Where the release goes [default: release]
      --tag <TAG>       The tag; without it, the one of the CI system, else the commit's
      --source <DIR>    The project's folder [default: .]
      --json            Print one JSON object instead of text
  -h, --help            Print help

Signs with the key in HOTSHOE_KEY and its password in HOTSHOE_KEY_PASSWORD, if they are set.

"#]]);
    help(&["release", "publish"]).stdout_eq(str![[r#"
Upload a release that was collected: as a draft, and published when all of it is there

Usage: hotshoe release publish [OPTIONS] --to <SYSTEM> [RELEASE]

Arguments:
  [RELEASE]  The folder that `hotshoe release collect` made [default: release]

Options:
      --to <SYSTEM>  Where to: github, gitlab or forgejo
      --json         Print one JSON object instead of text
  -h, --help         Print help

It runs curl, and takes where to and the token from the variables of the CI system:
  github   GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN
  forgejo  the same, or FORGEJO_TOKEN
  gitlab   CI_API_V4_URL, CI_PROJECT_ID, CI_PROJECT_NAME, CI_JOB_TOKEN

"#]]);
    help(&["ci"]).stdout_eq(str![[r#"
Write the files that make a CI system build the project's plugins, and release them on a tag

Usage: hotshoe ci [OPTIONS] <SYSTEM>

Arguments:
  <SYSTEM>  The CI system: github, gitlab or forgejo

Options:
      --output <DIR>  The project's folder [default: .]
      --replace       Also write over files that are other than they would be
      --json          Print one JSON object instead of text
  -h, --help          Print help

Examples:
  hotshoe ci github
  hotshoe ci gitlab --output path/to/project --replace

"#]]);
}
