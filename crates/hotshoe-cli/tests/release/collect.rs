//! `hotshoe release collect`

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use snapbox::str;

use crate::plan::schema;
use crate::{Project, ci_tools};

const COLLECT: [&str; 7] = ["release", "collect", "dist", "--plan", "plan.json", "--tag", "v1.2.3"];

/// A project whose jobs have built everything.
fn built() -> Project {
    let project = Project::new();
    project.build();
    project
}

#[test]
fn a_release_is_everything_that_users_and_registries_need() {
    let project = built();
    project.hotshoe(&COLLECT).assert().code(0).stderr_eq(str![]).stdout_eq(str![[r#"
collected a release; these files would be uploaded from release/assets
  [..] gain-1.2.3-Linux.tar.gz
  [..] gain-1.2.3-Linux.tar.gz.cdx.json
  [..] gain-1.2.3.entry.json
  [..] reverb-1.2.3-Linux.tar.gz
  [..] reverb-1.2.3-Linux.tar.gz.cdx.json
  [..] reverb-1.2.3.entry.json
  [..] SHA256SUMS

"#]]);
    let mut sums = Command::new("sha256sum");
    sums.args(["-c", "--quiet", "SHA256SUMS"]).current_dir(project.path("release/assets"));
    assert!(sums.status().unwrap().success());

    let entry: Value = serde_json::from_str(&project.read("release/assets/gain-1.2.3.entry.json")).unwrap();
    schema("entry").validate(&entry).unwrap();
    assert_eq!((&entry["version"], &entry["prerelease"]), (&"1.2.3".into(), &false.into()));
    let platform = &entry["platforms"][0];
    let archive = project.path("release/assets/gain-1.2.3-Linux.tar.gz");
    assert_eq!((&platform["os"], &platform["architectures"][0]), (&"linux".into(), &"amd64".into()));
    assert_eq!(platform["size"], fs::metadata(&archive).unwrap().len());
    assert!(platform.get("signature").is_none(), "nobody signed it");
    let notes = project.read("release/notes.md");
    assert!(notes.contains(platform["sha256"].as_str().unwrap()), "{notes}");

    // The same once more gives the same bytes.
    let before = project.read("release/release.json");
    project.hotshoe(&COLLECT).assert().code(0);
    assert_eq!(project.read("release/release.json"), before);
    project.install_and_load("release/assets/gain-1.2.3-Linux.tar.gz", "gain");
}

#[test]
fn the_bill_of_materials_is_valid_and_says_what_is_in_the_archive() {
    let Some(tools) = ci_tools() else { return };
    let project = Project::changed(|project| {
        project.write(
            "plugin.c",
            "#include <stdio.h>\nvoid harmonics_register(void *registry) { if (!registry) puts(\"?\"); }\n",
        );
    });
    project.build();
    project.hotshoe(&COLLECT).assert().code(0);
    let file = "release/assets/gain-1.2.3-Linux.tar.gz.cdx.json";
    let bom: Value = serde_json::from_str(&project.read(file)).unwrap();
    let names: Vec<&str> =
        bom["components"].as_array().unwrap().iter().map(|part| part["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["gain/plugin.json", "gain/libgain.so", "libc.so.6"]);
    assert_eq!(bom["metadata"]["component"]["licenses"][0]["expression"], "MIT");
    assert_eq!(bom["dependencies"][0]["dependsOn"][0], "system:libc.so.6");
    let script = "import sys; from cyclonedx.validation.json import JsonStrictValidator; from cyclonedx.schema import SchemaVersion; \
        error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()); sys.exit(str(error) if error else 0)";
    let output = Command::new(tools.join("bin/python")).args(["-c", script]).arg(project.path(file)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // What needs glibc is not for systems with musl.
    let mut plan: Value = serde_json::from_str(&project.read("plan.json")).unwrap();
    plan["platforms"][0]["id"] = "linux-musl-x86_64".into();
    plan["platforms"][0]["glibc"] = Value::Null;
    project.write("plan.json", &plan.to_string());
    fs::rename(project.path("dist/linux-x86_64"), project.path("dist/linux-musl-x86_64")).unwrap();
    let object = project.json(&COLLECT, 1);
    let message = "the library was built for systems with glibc, and musl was planned";
    assert_eq!(object["diagnostics"][0]["message"], message, "{object:#}");
}

#[test]
fn nothing_is_collected_when_a_planned_file_is_missing_and_each_is_named() {
    let project = built();
    let mut plan: Value = serde_json::from_str(&project.read("plan.json")).unwrap();
    let mut other = plan["platforms"][0].clone();
    other["id"] = "windows-x86_64".into();
    for archive in other["archives"].as_array_mut().unwrap() {
        archive["file"] = archive["file"].as_str().unwrap().replace("Linux", "win64").into();
    }
    plan["platforms"].as_array_mut().unwrap().push(other);
    project.write("plan.json", &plan.to_string());
    fs::remove_file(project.path("dist/linux-x86_64/gain-1.2.3-Linux.tar.gz.sha256")).unwrap();
    project
        .hotshoe(&COLLECT)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: there is nothing to publish, for this is not what was planned

"#]])
        .stderr_eq(str![[r#"
error[release-refused]: plugin `gain`: `gain-1.2.3-Linux.tar.gz.sha256` is missing
  in dist/linux-x86_64
  hint: look at the job that builds `linux-x86_64`; it makes and uploads this file
error[release-refused]: plugin `gain`: `gain-1.2.3-win64.tar.gz` is missing
  in dist/windows-x86_64
  hint: look at the job that builds `windows-x86_64`; it makes and uploads this file
error[release-refused]: plugin `reverb`: `reverb-1.2.3-win64.tar.gz` is missing
  in dist/windows-x86_64
  hint: look at the job that builds `windows-x86_64`; it makes and uploads this file

"#]]);
    assert!(!project.path("release").exists());
}

#[test]
fn what_is_not_what_was_built_or_planned_is_refused() {
    let project = built();
    let archive = |name: &str| project.path(&format!("dist/linux-x86_64/{name}-1.2.3-Linux.tar.gz"));
    let refuses = |message: &str| {
        let object = project.json(&COLLECT, 1);
        assert!(object["diagnostics"].to_string().contains(message), "{object:#}");
        assert!(!project.path("release").exists());
    };
    let good = fs::read(archive("gain")).unwrap();
    // Another plugin under this name.
    fs::copy(archive("reverb"), archive("gain")).unwrap();
    refuses("the plugin in the archive is `reverb`, and `gain` was planned");
    // The same files, packed in another way.
    fs::write(archive("gain"), &good).unwrap();
    fs::write(project.path("dist/linux-x86_64/gain-1.2.3-Linux.tar.gz.sha256"), "0  gain-1.2.3-Linux.tar.gz\n")
        .unwrap();
    refuses("its checksum differs");
    fs::write(archive("gain"), &good[..good.len() / 2]).unwrap();
    refuses("archive-unreadable");
    // The library of another system, and of another C library.
    project.build();
    let plan = project.read("plan.json");
    project.write("plan.json", &plan.replace("\"linux-x86_64\"]", "\"macos-aarch64\"]"));
    refuses("the library's platform in the archive is `linux-x86_64`, and `macos-aarch64` was planned");
    project.write("plan.json", &plan);
    project.hotshoe(&["release", "collect", "dist", "--plan", "plan.json", "--tag", "v1.2.4"]).assert().code(1);
    assert!(!project.path("release").exists());
    project.hotshoe(&COLLECT).assert().code(0);
}

/// Files are named after what stands in a plan, and an empty one would be a whole release.
#[test]
fn a_plan_that_no_project_has_is_refused() {
    let project = built();
    let plan: Value = serde_json::from_str(&project.read("plan.json")).unwrap();
    let refuses = |change: fn(&mut Value), because: &str| {
        let mut changed = plan.clone();
        change(&mut changed);
        project.write("plan.json", &changed.to_string());
        let object = project.json(&COLLECT, 3);
        assert_eq!(object["error"]["code"], "release-invalid", "{object:#}");
        assert!(object["error"].to_string().contains(because), "{because}: {object:#}");
        assert!(!project.path("release").exists());
    };
    refuses(|plan| plan["platforms"] = json!([]), "no platforms");
    refuses(|plan| plan["plugins"] = json!([]), "no plugins");
    refuses(|plan| plan["platforms"][0]["archives"] = json!([]), "`linux-x86_64` has no archives");
    let evil = |plan: &mut Value| {
        plan["plugins"].as_array_mut().unwrap().push(json!({ "name": "../../../evil", "version": "1.2.3" }));
    };
    refuses(evil, "the plugin name `../../../evil` holds a character");
    let archive = |plan: &mut Value| plan["platforms"][0]["archives"][0]["file"] = "../gain-1.2.3-Linux.tar.gz".into();
    refuses(archive, "cannot name an archive");
    let not_of_archives = "its plugins are not those of its archives";
    refuses(|plan| plan["plugins"][0]["name"] = "other".into(), not_of_archives);
    refuses(|plan| plan["plugins"][0]["version"] = "1.2.4".into(), not_of_archives);
    refuses(|plan| drop(plan["plugins"].as_array_mut().unwrap().pop()), not_of_archives);
    project.write("plan.json", &plan.to_string());
    project.hotshoe(&COLLECT).assert().code(0);
}

/// Whatever another job uploads, and whatever it leads to by links.
#[test]
fn a_platform_has_only_what_lies_in_its_own_folder() {
    let project = built();
    let (own, other) = (project.path("dist/linux-x86_64"), project.path("dist/windows-x86_64"));
    let missing = || {
        let object = project.json(&COLLECT, 1);
        assert!(object["diagnostics"].to_string().contains("`gain-1.2.3-Linux.tar.gz` is missing"), "{object:#}");
    };
    fs::rename(&own, &other).unwrap();
    missing();
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(&other, &own).unwrap();
        missing();
        fs::remove_file(&own).unwrap();
        fs::create_dir(&own).unwrap();
        for file in fs::read_dir(&other).unwrap().map(|file| file.unwrap()) {
            symlink(file.path(), own.join(file.file_name())).unwrap();
        }
        missing();
        fs::remove_dir_all(&own).unwrap();
    }
    fs::rename(&other, &own).unwrap();
    project.hotshoe(&COLLECT).assert().code(0);
}

/// Where a build of one platform may well put it.
#[test]
fn what_lies_beside_its_platforms_folder_is_said_to_belong_into_it() {
    let project = built();
    let gain = "gain-1.2.3-Linux.tar.gz";
    fs::rename(project.path(&format!("dist/linux-x86_64/{gain}")), project.path(&format!("dist/{gain}"))).unwrap();
    project.hotshoe(&COLLECT).assert().code(1).stderr_eq(str![[r#"
error[release-refused]: plugin `gain`: `gain-1.2.3-Linux.tar.gz` is missing
  in dist/linux-x86_64
  hint: it is beside this folder, and belongs into it: build with `--output <dist>/linux-x86_64`

"#]]);
    assert!(!project.path("release").exists());
}

/// The archive and the checksum beside it can be exchanged together; what the job told another way cannot.
#[test]
fn what_a_job_did_not_tell_another_way_is_refused() {
    let project = built();
    let told = project.read("digests");
    let (id, digests) = told.trim_end().split_once('=').unwrap();
    assert_eq!(id, "linux-x86_64");
    let collect = [&COLLECT[..], &["--digests", "digests.json"]].concat();
    let with = |digests: Value| project.write("digests.json", &digests.to_string());
    with(json!({ id: digests, "windows-x86_64": "" }));
    project.hotshoe(&collect).assert().code(0);
    fs::remove_dir_all(project.path("release")).unwrap();
    let refuses = |digests: Value, code: i32, said: &str| {
        with(digests);
        let object = project.json(&collect, code);
        assert!(object.to_string().contains(said), "{object:#}");
        assert!(!project.path("release").exists());
    };
    let first = digests.split('"').nth(3).unwrap();
    refuses(json!({ id: digests.replace(first, &"0".repeat(64)) }), 1, "is not what the job for `linux-x86_64` built");
    refuses(json!({ id: "{}" }), 1, "told no digest of `gain-1.2.3-Linux.tar.gz`");
    refuses(json!({ "windows-x86_64": digests }), 1, "told no digest of `gain-1.2.3-Linux.tar.gz`");
    refuses(json!([]), 3, "the digests of the archives cannot be read");
    refuses(json!({ id: "no JSON" }), 3, "the digests of the archives cannot be read");
}

#[test]
fn a_folder_that_is_no_release_is_left_alone() {
    let project = built();
    project.write("release/mine.txt", "mine");
    project.hotshoe(&COLLECT).assert().code(3);
    assert_eq!(project.read("release/mine.txt"), "mine");
}

/// Other programs write files with this name, too.
#[test]
fn only_a_whole_release_and_nothing_else_is_replaced() {
    let project = built();
    let refuses = |output: &str, mine: &str| {
        let text = project.read(mine);
        project.hotshoe(&COLLECT).args(["--output", output]).assert().code(3);
        assert_eq!(project.read(mine), text);
    };
    // The project itself.
    project.write("release.json", "{}");
    refuses(".", "CMakeLists.txt");
    project.hotshoe(&COLLECT).assert().code(0);
    let release = project.read("release/release.json");
    fs::copy(project.path("release/release.json"), project.path("release.json")).unwrap();
    fs::create_dir(project.path("assets")).unwrap();
    refuses(".", "CMakeLists.txt");
    assert!(project.path(".git/HEAD").is_file());
    // A release with something of somebody's in it.
    for mine in ["release/mine.txt", "release/assets/mine/a.txt"] {
        project.write(mine, "mine");
        refuses("release", mine);
        fs::remove_file(project.path(mine)).unwrap();
    }
    fs::remove_dir(project.path("release/assets/mine")).unwrap();
    project.write("release/release.json", "{}");
    refuses("release", "release/notes.md");
    project.write("release/release.json", &release);
    project.hotshoe(&COLLECT).assert().code(0);
    // Nothing is left beside it.
    let names = fs::read_dir(project.folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!names.into_iter().any(|name| name.starts_with(".hotshoe-release-")));
}

#[test]
fn a_release_goes_into_the_folder_that_one_stands_in() {
    let project = built();
    fs::create_dir(project.path("here")).unwrap();
    let collect = || {
        let args = ["release", "collect", "../dist", "--plan", "../plan.json", "--tag", "v1.2.3", "--output", "."];
        project.hotshoe(&args).current_dir(project.path("here"))
    };
    collect().assert().code(0);
    assert!(project.path("here/assets/SHA256SUMS").is_file());
    collect().assert().code(0);
}

#[test]
fn archives_are_signed_where_the_secret_is_there() {
    let project = built();
    let key = |args: &[&str]| project.hotshoe(&[&["key", "new", "--output", "anna"], args].concat());
    key(&[]).env("HOTSHOE_KEY_PASSWORD", "rosebud").assert().code(0);
    let secret = project.read("anna.key");
    let collect = || project.hotshoe(&COLLECT).env("HOTSHOE_KEY", &secret).env("HOTSHOE_KEY_PASSWORD", "rosebud");
    collect().assert().code(0);
    let archive = "release/assets/gain-1.2.3-Linux.tar.gz";
    project.hotshoe(&["verify", archive, "--key", "anna.pub"]).assert().code(0);
    let entry: Value = serde_json::from_str(&project.read("release/assets/gain-1.2.3.entry.json")).unwrap();
    schema("entry").validate(&entry).unwrap();
    assert_eq!(entry["platforms"][0]["signature"]["file"], "gain-1.2.3-Linux.tar.gz.minisig");
    assert!(project.read("release/assets/SHA256SUMS").contains("  gain-1.2.3-Linux.tar.gz.minisig\n"));
    // Where a CI system hands secrets over as files, their path is the value.
    fs::remove_dir_all(project.path("release")).unwrap();
    collect().env("HOTSHOE_KEY", project.path("anna.key")).assert().code(0);
    project.hotshoe(&["verify", archive, "--key", "anna.pub"]).assert().code(0);
    collect().env("HOTSHOE_KEY", project.path("no.key")).assert().code(3);
    if hotshoe_testkit::require("minisign") {
        let mut minisign = Command::new("minisign");
        minisign.args(["-V", "-q", "-p"]).arg(project.path("anna.pub")).arg("-m").arg(project.path(archive));
        assert!(minisign.status().unwrap().success());
    }
}

/// Somebody who set one of them believes that the release is signed.
#[test]
fn half_set_secrets_fail() {
    let project = built();
    project.hotshoe(&["key", "new", "--output", "anna"]).env("HOTSHOE_KEY_PASSWORD", "rosebud").assert().code(0);
    let secret = project.read("anna.key");
    project.hotshoe(&COLLECT).env("HOTSHOE_KEY_PASSWORD", "rosebud").assert().code(3).stderr_eq(str![[r#"
error: HOTSHOE_KEY_PASSWORD is set, and HOTSHOE_KEY is not [key-invalid]
  hint: set both, or neither; a CI system may keep a secret from this branch or tag

"#]]);
    project.hotshoe(&COLLECT).env("HOTSHOE_KEY", &secret).assert().code(3);
    project.hotshoe(&COLLECT).env("HOTSHOE_KEY", &secret).env("HOTSHOE_KEY_PASSWORD", "wrong").assert().code(3);
    assert!(!project.path("release").exists());
    // Where a CI system has no such secret, both are often empty.
    project.hotshoe(&COLLECT).env("HOTSHOE_KEY", "").env("HOTSHOE_KEY_PASSWORD", "").assert().code(0);
}

#[test]
fn a_pre_release_is_marked() {
    let project = Project::changed(|project| {
        for name in ["gain", "reverb"] {
            let call = format!("hotshoe_add_plugin({name}");
            project.replace("CMakeLists.txt", &call, &format!("{call} VERSION 1.2.3-rc.1"));
        }
    });
    project.build();
    let object = project.json(&["release", "collect", "dist", "--plan", "plan.json", "--tag", "v1.2.3-rc.1"], 0);
    assert_eq!(object["release"]["prerelease"], true);
    assert!(project.read("release/assets/gain-1.2.3-rc.1.entry.json").contains("\"prerelease\": true"));
}
