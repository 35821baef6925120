//! `hotshoe release publish`

use std::fs;

use serde_json::{Value, json};
use snapbox::cmd::Command;

use crate::Project;
use crate::forge::Forge;

const FILES: [&str; 7] = [
    "SHA256SUMS",
    "gain-1.2.3-Linux.tar.gz",
    "gain-1.2.3-Linux.tar.gz.cdx.json",
    "gain-1.2.3.entry.json",
    "reverb-1.2.3-Linux.tar.gz",
    "reverb-1.2.3-Linux.tar.gz.cdx.json",
    "reverb-1.2.3.entry.json",
];

/// A project with a release that was collected.
fn collected() -> Project {
    let project = Project::new();
    project.hotshoe(&["release", "--dry-run", "--tag", "v1.2.3"]).assert().code(0);
    project
}

fn publish(project: &Project, to: &str, forge: &Forge) -> Command {
    let command = project.hotshoe(&["release", "publish", "release", "--to", to]);
    let variables = [
        ("GITHUB_API_URL", forge.url.as_str()),
        ("GITHUB_REPOSITORY", "anna/effects"),
        ("GITHUB_TOKEN", "t0ken"),
        ("CI_API_V4_URL", &forge.url),
        ("CI_PROJECT_ID", "4"),
        ("CI_PROJECT_NAME", "effects"),
        ("CI_JOB_TOKEN", "t0ken"),
    ];
    variables.iter().fold(command, |command, (name, value)| command.env(name, value)).env_remove("FORGEJO_TOKEN")
}

#[test]
fn it_is_a_draft_until_the_last_file_is_there() {
    let project = collected();
    for (system, place, authorization) in [
        ("github", "/upload/7/assets?name=", "Bearer t0ken"),
        ("forgejo", "/repos/anna/effects/releases/7/assets?name=", "token t0ken"),
    ] {
        let forge = Forge::start(json!([]), "");
        let output = publish(&project, system, &forge).output().unwrap();
        assert!(output.status.success(), "{}", crate::project::text(&output));
        assert!(String::from_utf8_lossy(&output.stdout).contains("/page"));
        let lines = forge.lines();
        assert_eq!(lines[0], "GET /repos/anna/effects/releases/tags/v1.2.3");
        assert_eq!(lines[1], "GET /repos/anna/effects/releases?per_page=100&limit=100");
        assert_eq!(lines[2], "POST /repos/anna/effects/releases");
        let mut uploads: Vec<&str> =
            lines[3..lines.len() - 1].iter().map(|line| line.strip_prefix(&format!("POST {place}")).unwrap()).collect();
        uploads.sort_unstable();
        assert_eq!(uploads, FILES);
        assert_eq!(lines.last().unwrap(), "PATCH /repos/anna/effects/releases/7");
        let requests = forge.requests();
        assert!(requests.iter().all(|request| request.authorization == authorization), "{system}");
        let draft = requests[2].json();
        assert_eq!(
            (&draft["draft"], &draft["tag_name"], &draft["prerelease"]),
            (&true.into(), &"v1.2.3".into(), &false.into())
        );
        assert_eq!(draft["body"], project.read("release/notes.md"));
        assert_eq!(requests.last().unwrap().json()["draft"], false);
        let archive = requests.iter().find(|request| request.line.ends_with("name=gain-1.2.3-Linux.tar.gz")).unwrap();
        let bytes = fs::read(project.path("release/assets/gain-1.2.3-Linux.tar.gz")).unwrap();
        assert!(archive.body.windows(bytes.len()).any(|part| part == bytes), "{system}");
    }
}

#[test]
fn at_gitlab_the_release_is_made_when_its_files_are_there() {
    let project = collected();
    let forge = Forge::start(json!([]), "");
    publish(&project, "gitlab", &forge).assert().code(0);
    let lines = forge.lines();
    assert_eq!(lines[0], "GET /projects/4/releases/v1.2.3");
    let place = "PUT /projects/4/packages/generic/effects/1.2.3/";
    let mut uploads: Vec<&str> =
        lines[1..lines.len() - 1].iter().map(|line| line.strip_prefix(place).unwrap()).collect();
    uploads.sort_unstable();
    assert_eq!(uploads, FILES);
    assert_eq!(lines.last().unwrap(), "POST /projects/4/releases");
    let requests = forge.requests();
    let release = requests.last().unwrap().json();
    assert_eq!(
        (&release["tag_name"], release["assets"]["links"].as_array().unwrap().len()),
        (&"v1.2.3".into(), FILES.len())
    );
    let link = release["assets"]["links"][0]["url"].as_str().unwrap();
    assert_eq!(link, format!("{}/projects/4/packages/generic/effects/1.2.3/gain-1.2.3-Linux.tar.gz", forge.url));
    let archive = requests.iter().find(|request| request.line.ends_with("/gain-1.2.3-Linux.tar.gz")).unwrap();
    assert_eq!(archive.body, fs::read(project.path("release/assets/gain-1.2.3-Linux.tar.gz")).unwrap());
}

#[test]
fn a_file_that_does_not_arrive_keeps_all_from_being_published() {
    let project = collected();
    for system in ["github", "forgejo", "gitlab"] {
        let forge = Forge::start(json!([]), "reverb-1.2.3.entry.json");
        let output = publish(&project, system, &forge).output().unwrap();
        let said = crate::project::text(&output);
        assert!(
            output.status.code() == Some(3) && said.contains("[release-publish]") && said.contains("the disk is full"),
            "{said}"
        );
        let is_public = |line: &String| line.starts_with("PATCH") || line == "POST /projects/4/releases";
        assert!(!forge.lines().iter().any(is_public), "{system}: {:?}", forge.lines());
    }
}

#[test]
fn what_is_missing_or_changed_is_not_even_begun() {
    let project = collected();
    let refuses = |message: &str| {
        let forge = Forge::start(json!([]), "");
        for system in ["github", "forgejo", "gitlab"] {
            let output = publish(&project, system, &forge).output().unwrap();
            let said = crate::project::text(&output);
            assert!(output.status.code() == Some(3) && said.contains(message), "{said}");
        }
        assert_eq!(forge.lines(), Vec::<String>::new());
    };
    let release = project.read("release/release.json");
    project.write("release/release.json", &release.replace("gain-1.2.3.entry.json", "../../CMakeLists.txt"));
    refuses("`../../CMakeLists.txt` is not the name of a file");
    project.write("release/release.json", &release);
    project.write("release/assets/SHA256SUMS", "");
    refuses("`SHA256SUMS` was changed");
    fs::remove_file(project.path("release/assets/gain-1.2.3.entry.json")).unwrap();
    refuses("`gain-1.2.3.entry.json` is missing");
    fs::remove_dir_all(project.path("release")).unwrap();
    refuses("this is no release");
    project.hotshoe(&["release", "--dry-run"]).assert().code(0);
    refuses("the release has no tag");
}

#[test]
fn what_is_published_stays_as_it_is_and_a_draft_that_failed_is_replaced() {
    let project = collected();
    let published = json!([{ "id": 3, "tag_name": "v1.2.3", "draft": false }]);
    for system in ["github", "forgejo", "gitlab"] {
        let forge = Forge::start(published.clone(), "");
        let output = publish(&project, system, &forge).output().unwrap();
        assert!(crate::project::text(&output).contains("`v1.2.3` is published already"), "{system}");
        assert_eq!(forge.lines().len(), 1, "{system}");
    }
    let draft =
        json!([{ "id": 2, "tag_name": "v1.0.0", "draft": true }, { "id": 3, "tag_name": "v1.2.3", "draft": true }]);
    for system in ["github", "forgejo"] {
        let forge = Forge::start(draft.clone(), "");
        publish(&project, system, &forge).assert().code(0);
        let deleted: Vec<String> = forge.lines().into_iter().filter(|line| line.starts_with("DELETE")).collect();
        assert_eq!(deleted, ["DELETE /repos/anna/effects/releases/3"], "{system}");
    }
}

#[test]
fn a_variable_that_is_missing_is_named() {
    let project = collected();
    let forge = Forge::start(Value::Array(Vec::new()), "");
    for (system, variable) in [("github", "GITHUB_TOKEN"), ("forgejo", "GITHUB_TOKEN"), ("gitlab", "CI_JOB_TOKEN")] {
        let output = publish(&project, system, &forge).env_remove(variable).output().unwrap();
        let said = crate::project::text(&output);
        assert!(output.status.code() == Some(3) && said.contains(&format!("{variable} is not set")), "{said}");
    }
}
