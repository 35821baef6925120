//! `hotshoe plan`, and `hotshoe.release.json`

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use snapbox::str;

use crate::{Project, root};

/// A project that chooses nothing.
fn usual() -> Project {
    Project::changed(|project| fs::remove_file(project.path("hotshoe.release.json")).unwrap())
}

#[test]
fn every_platform_is_planned_with_its_machine_and_archives() {
    usual().hotshoe(&["plan"]).assert().code(0).stderr_eq(str![]).stdout_eq(str![[r#"
linux-x86_64
  glibc          2.28
  container      quay.io/pypa/manylinux_2_28_x86_64@sha256:[..]
  machine        ubuntu-24.04 (github), saas-linux-small-amd64 (gitlab), docker (forgejo)
  archive        gain-1.2.3-Linux.tar.gz
  archive        reverb-1.2.3-Linux.tar.gz
linux-aarch64
  glibc          2.28
  container      quay.io/pypa/manylinux_2_28_aarch64@sha256:[..]
  machine        ubuntu-24.04-arm (github), saas-linux-small-arm64 (gitlab), docker-arm64 (forgejo)
  archive        gain-1.2.3-Linux-aarch64.tar.gz
  archive        reverb-1.2.3-Linux-aarch64.tar.gz
linux-musl-x86_64
  container      quay.io/pypa/musllinux_1_2_x86_64@sha256:[..]
  machine        ubuntu-24.04 (github), saas-linux-small-amd64 (gitlab), docker (forgejo)
  archive        gain-1.2.3-Linux-musl.tar.gz
  archive        reverb-1.2.3-Linux-musl.tar.gz
windows-x86_64
  machine        windows-2022 (github), saas-windows-medium-amd64 (gitlab), windows (forgejo)
  cmake          -G Visual Studio 17 2022 -A x64
  archive        gain-1.2.3-win64.tar.gz
  archive        reverb-1.2.3-win64.tar.gz
windows-arm64
  machine        windows-11-arm (github), windows-arm64 (gitlab), windows-arm64 (forgejo)
  cmake          -G Visual Studio 17 2022 -A ARM64
  archive        gain-1.2.3-win64-aarch64.tar.gz
  archive        reverb-1.2.3-win64-aarch64.tar.gz
macos-universal
  machine        macos-15 (github), saas-macos-medium-m1 (gitlab), macos (forgejo)
  cmake          -D CMAKE_OSX_ARCHITECTURES=arm64;x86_64 -D CMAKE_OSX_DEPLOYMENT_TARGET=11.0
  archive        gain-1.2.3-Darwin-universal.tar.gz
  archive        reverb-1.2.3-Darwin-universal.tar.gz

"#]]);
}

#[test]
fn the_object_is_what_ci_systems_expand_into_jobs() {
    let plan = usual().json(&["plan"], 0);
    assert_eq!(plan["plugins"], json!([{"name": "gain", "version": "1.2.3"}, {"name": "reverb", "version": "1.2.3"}]));
    let platforms = plan["platforms"].as_array().unwrap();
    for platform in platforms {
        for field in ["id", "system", "github", "gitlab", "forgejo", "container"] {
            assert!(platform[field].is_string(), "{field}: {platform:#}");
        }
        assert!(platform["cmake"].is_array() && platform["architectures"].is_array(), "{platform:#}");
        // GitHub takes an empty name for no container.
        let container = platform["container"].as_str().unwrap();
        assert!(container.is_empty() || container.contains("@sha256:"), "{container}");
        assert_eq!(container.is_empty(), !platform["id"].as_str().unwrap().starts_with("linux"), "{platform:#}");
    }
    assert_eq!(platforms[5]["architectures"], json!(["macos-aarch64", "macos-x86_64"]));
    assert_eq!(
        platforms[0]["archives"][1],
        json!({"plugin": "reverb", "version": "1.2.3", "format": "tar.gz",
        "file": "reverb-1.2.3-Linux.tar.gz"})
    );
    let files: Vec<&Value> = platforms
        .iter()
        .flat_map(|platform| platform["archives"].as_array().unwrap())
        .map(|archive| &archive["file"])
        .collect();
    assert_eq!(files.len(), 12);
    assert_eq!(files.iter().map(|file| file.to_string()).collect::<BTreeSet<_>>().len(), 12, "no name stands twice");
}

/// `hotshoe package` has the same names, for those who make archives by hand.
#[test]
fn archives_are_called_as_cpack_calls_them() {
    let project = Project::new();
    project.build();
    let made = project.json(&["plan", "--platform", "linux-x86_64"], 0);
    for archive in made["platforms"][0]["archives"].as_array().unwrap() {
        assert!(project.path("dist/linux-x86_64").join(archive["file"].as_str().unwrap()).is_file());
    }
}

#[test]
fn a_project_chooses() {
    let project = Project::changed(|project| {
        project.write(
            "hotshoe.release.json",
            r#"{"$schema": "x", "platforms": ["windows-arm64", "linux-x86_64"], "formats": ["zip", "tar.zst"], "glibc": "2.34",
                "cmake": ["-D", "LOUD=ON"], "runners": {"windows-arm64": "mine"}, "containers": {"linux-x86_64": "debian:12"}}"#,
        );
    });
    project
        .hotshoe(&["plan"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
linux-x86_64
  glibc          2.34
  container      debian:12
  machine        ubuntu-24.04 (github), saas-linux-small-amd64 (gitlab), docker (forgejo)
  cmake          -D LOUD=ON
  archive        gain-1.2.3-Linux.zip
  archive        gain-1.2.3-Linux.tar.zst
  archive        reverb-1.2.3-Linux.zip
  archive        reverb-1.2.3-Linux.tar.zst
windows-arm64
  machine        mine (github), mine (gitlab), mine (forgejo)
  cmake          -G Visual Studio 17 2022 -A ARM64 -D LOUD=ON
  archive        gain-1.2.3-win64-aarch64.zip
  archive        gain-1.2.3-win64-aarch64.tar.zst
  archive        reverb-1.2.3-win64-aarch64.zip
  archive        reverb-1.2.3-win64-aarch64.tar.zst

"#]])
        .stderr_eq(str![[r#"
warning[release-invalid]: the container `debian:12` can be exchanged for another
  in ./hotshoe.release.json
  hint: name it by its digest: `image@sha256:…`

"#]]);
    assert_eq!(project.json(&["plan", "--platform", "windows-arm64"], 0)["platforms"].as_array().unwrap().len(), 1);
    project.hotshoe(&["plan", "--platform", "amiga"]).assert().code(2).stderr_eq(str![[r#"
error: invalid value 'amiga' for '--platform <ID>': `amiga` is not a platform of releases; there are linux-x86_64, linux-aarch64, linux-musl-x86_64, windows-x86_64, windows-arm64, macos-universal

For more information, try '--help'.

"#]]);
}

/// It would be a release without archives.
#[test]
fn a_plan_without_platforms_is_none() {
    let project = Project::new();
    project.hotshoe(&["plan", "--platform", "windows-x86_64"]).assert().code(3).stdout_eq(str![]).stderr_eq(str![[
        r#"
error: no platform is left: the project chooses others [release-invalid]
  hint: it chooses linux-x86_64; "platforms" in hotshoe.release.json says so

"#
    ]]);
}

/// The schema and the reader agree.
#[test]
fn what_is_wrong_in_the_settings_is_said_before_anything_is_done() {
    let schema = schema("release");
    let project = Project::new();
    let wrong = [
        r#"{"platform": ["linux-x86_64"]}"#,
        r#"{"platforms": []}"#,
        r#"{"platforms": ["linux-x86_64", "linux-x86_64"]}"#,
        r#"{"platforms": ["linux"]}"#,
        r#"{"platforms": "linux-x86_64"}"#,
        r#"{"formats": ["rar"]}"#,
        r#"{"formats": []}"#,
        r#"{"glibc": 2.28}"#,
        r#"{"glibc": "new"}"#,
        r#"{"cmake": "-D X=1"}"#,
        r#"{"runners": {"linux": "x"}}"#,
        r#"{"containers": {"linux": null}}"#,
        r#"{"setup": "make"}"#,
        // CI systems would put something else there.
        r#"{"runners": {"linux-x86_64": "${{ secrets.HOTSHOE_KEY }}"}}"#,
        r#"{"runners": {"macos-universal": "x-$HOTSHOE_KEY"}}"#,
        r#"{"runners": {"linux-x86_64": "a\nb"}}"#,
        r#"{"runners": {"linux-x86_64": ""}}"#,
        r#"{"containers": {"linux-x86_64": "debian:${{ github.head_ref }}"}}"#,
        r#"{"containers": {"linux-x86_64": "debian:$[[ inputs.x ]]"}}"#,
        r#"[]"#,
    ];
    for text in wrong {
        project.write("hotshoe.release.json", text);
        let object = project.json(&["plan"], 3);
        assert_eq!(object["error"]["code"], "release-invalid", "{text}");
        assert!(!schema.is_valid(&serde_json::from_str(text).unwrap()), "{text}");
    }
    project.write("hotshoe.release.json", "{");
    project.hotshoe(&["plan"]).assert().code(3);
    project.write("hotshoe.release.json", r#"{"glibc": "2.17"}"#);
    project.hotshoe(&["plan"]).assert().code(3).stderr_eq(str![[r#"
error: no container is known for glibc `2.17` [release-invalid]
  in ./hotshoe.release.json
  hint: choose 2.28 or newer, or name an image for `linux-x86_64` in `containers`

"#]]);
    let good = json!({"$schema": "x", "platforms": ["linux-x86_64", "macos-universal"], "glibc": "2.28", "formats": ["zip"],
        "cmake": ["-Wno-dev"], "setup": ["make"], "runners": {"linux-x86_64": "x"}, "containers": {"linux-x86_64": null}});
    for object in [good, json!({}), serde_json::from_str(&Project::new().read("hotshoe.release.json")).unwrap()] {
        assert!(schema.is_valid(&object), "{object}");
        project.write("hotshoe.release.json", &object.to_string());
        project.hotshoe(&["plan"]).assert().code(0);
    }
}

pub fn schema(name: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(root().join(format!("schema/{name}.schema.json"))).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}
