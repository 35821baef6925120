//! `hotshoe release --dry-run`

use std::process::Command;

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

/// The network is taken away from it, where the system lets a user do that.
#[test]
fn it_needs_no_network() {
    let project = Project::new();
    let alone = |command: &mut Command| command.args(["--net", "--map-root-user"]).output();
    let can = alone(&mut Command::new("unshare").arg("--user")).is_ok();
    let mut unshare = project.program("unshare");
    unshare.args(["--user", "--map-root-user", "--net", "true"]);
    if !can || !unshare.status().is_ok_and(|status| status.success()) {
        hotshoe_testkit::skip("this system lets no user leave the network");
        return;
    }
    let mut unshare = project.program("unshare");
    unshare.args(["--user", "--map-root-user", "--net", "hotshoe", "release", "--dry-run"]);
    let output = unshare.output().unwrap();
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

#[test]
fn a_command_line_that_asks_for_nothing_is_wrong() {
    let project = Project::new();
    project.hotshoe(&["release"]).assert().code(2);
    project.hotshoe(&["release", "publish", "--to", "sourceforge"]).assert().code(2);
}
