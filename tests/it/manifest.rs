//! What a plugin says of itself. What is wrong with manifests is in `fixtures.rs`.

use std::path::Path;

use hotshoe::error::Code;
use hotshoe::manifest::{LARGEST_FILE, Manifest};
use hotshoe_testkit::PluginTree;

const KEY: Option<&str> = Some("harmonics_version");

fn code(text: &str) -> Code {
    Manifest::from_json(text.as_bytes(), KEY).unwrap_err().code()
}

pub fn schema(name: &str) -> jsonschema::Validator {
    let path = format!("{}/schema/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the schema is there");
    jsonschema::validator_for(&serde_json::from_str(&text).expect("the schema is JSON")).expect("it is a schema")
}

#[test]
fn an_empty_object_is_a_manifest() {
    let (manifest, diagnostics) = Manifest::from_json(b"{}", KEY).unwrap();
    assert_eq!((manifest, diagnostics.len()), (Manifest::default(), 0));
}

#[test]
fn every_field_is_read() {
    let text = br#"{"name": "gain", "version": "1.2.3-rc.1", "harmonics_version": ">=1.2,<2", "description": "d",
        "license": "MIT", "authors": ["a", "b"], "homepage": "h", "icon": "gain.svg", "runtime": "native",
        "library": "lib/x.so", "entry": "gain_register", "capabilities": ["layer:gain"], "dependencies": {"base": "1"},
        "platforms": ["linux-x86_64", "darwin-arm64"], "abi": {"stdlib": "libc++"},
        "include": ["*.md"], "exclude": [], "other_version": "3", "x": [1]}"#;
    let (manifest, diagnostics) = Manifest::from_json(text, KEY).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(manifest.version.unwrap().to_string(), "1.2.3-rc.1");
    assert!(manifest.host_version.unwrap().matches(&"1.9.0".parse().unwrap()));
    assert_eq!(manifest.authors, ["a", "b"]);
    assert_eq!(manifest.library.unwrap().to_str(), Some("lib/x.so"));
    assert_eq!(manifest.icon.unwrap().to_str(), Some("gain.svg"));
    assert_eq!(manifest.entry.as_deref(), Some("gain_register"));
    assert_eq!(manifest.capabilities[0].as_str(), "layer:gain");
    assert!(manifest.dependencies["base"].matches(&"1.4.0".parse().unwrap()));
    let platforms: Vec<String> = manifest.platforms.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(platforms, ["linux-x86_64", "macos-aarch64"]);
    assert_eq!(manifest.abi["stdlib"], "libc++");
    assert_eq!((manifest.include.unwrap(), manifest.exclude.unwrap()), (vec!["*.md".to_owned()], Vec::new()));
    assert_eq!(manifest.other.keys().collect::<Vec<_>>(), ["other_version", "x"], "unknown keys are kept");
}

/// What the warnings about a manifest's keys name.
fn suspects(text: &str) -> Vec<String> {
    let (_, diagnostics) = Manifest::from_json(text.as_bytes(), KEY).unwrap();
    assert!(diagnostics.iter().all(|found| found.code == Code::MANIFEST_UNKNOWN_KEY), "{diagnostics:?}");
    diagnostics.into_iter().map(|found| found.message).collect()
}

#[test]
fn a_key_that_is_nearly_a_known_one_is_named_with_it() {
    let of = |key: &str, meant: &str| [format!("the key `{key}` is unknown, and there is no `{meant}`")];
    assert_eq!(suspects(r#"{"libary": "x.so"}"#), of("libary", "library"));
    assert_eq!(suspects(r#"{"Version": "1"}"#), of("Version", "version"));
    assert_eq!(suspects(r#"{"verison": "1"}"#), of("verison", "version"));
    assert_eq!(suspects(r#"{"licence": "MIT"}"#), of("licence", "license"));
    assert_eq!(suspects(r#"{"harmonic_version": ">=9"}"#), of("harmonic_version", "harmonics_version"));
    assert_eq!(suspects(r#"{"mixer_version": ">=9"}"#), of("mixer_version", "harmonics_version"));
    let fine = [
        r#"{"mixer_version": ">=9", "harmonics_version": "1"}"#,
        r#"{"license": "MIT", "licence": "LICENSE-MIT"}"#,
        r#"{"schema_version": 2, "release_version": "final", "api": 3, "x": 1}"#,
    ];
    for text in fine {
        assert!(suspects(text).is_empty(), "{text}");
    }
    assert!(Manifest::from_json(br#"{"mixer_version": "1"}"#, None).unwrap().1.is_empty(), "no host is known");
}

/// They are read as manifests where they lie beside a plugin.
#[test]
fn the_keys_of_the_systems_that_plugins_come_from_are_no_slips() {
    let harmonics = r#"{"name": "my_plugin", "version": "1.0.0", "harmonics_version": ">=1.2"}"#;
    let local = r#"{"name": "weather", "description": "d", "path": "plugins/weather/weather", "version": "1.0.0"}"#;
    let remote = r#"{"name": "my-plugin", "description": "d", "version": "1.2.3",
        "download_url": "https://example.org/v{version}/my-plugin-{os}-{arch}", "checksum": "sha256_hash_here",
        "auto_update": true, "github_repo": "user/repo"}"#;
    let registry = format!(r#"{{"plugins": [{local}, {remote}]}}"#);
    for text in [harmonics, local, remote, registry.as_str()] {
        assert!(suspects(text).is_empty(), "{text}");
    }
}

#[test]
fn what_json_does_not_allow_is_said_where_it_stands() {
    let hint = |text: &str| {
        let error = Manifest::from_json(text.as_bytes(), KEY).unwrap_err();
        assert_eq!(error.code(), Code::MANIFEST_SYNTAX);
        error.hint_text().unwrap().to_owned()
    };
    assert_eq!(hint(" \n"), "the smallest manifest is `{}`");
    assert_eq!(
        hint("{\n  \"name\": \"gain\",\n}"),
        "JSON has no comma before a closing bracket: remove the one before line 3, column 1"
    );
    for text in ["{\n  // mine\n}", "{\n  /* mine */ \"name\": 1}", "{\n  # mine\n}"] {
        assert_eq!(hint(text), "JSON has no comments: remove the one at line 2, column 3", "{text}");
    }
    assert_eq!(hint("{\"x\": 1} // mine"), "JSON has no comments: remove the one at line 1, column 10");
    assert_eq!(hint("{\"x\": 1, // mine\n \"y\": 2}"), "JSON has no comments: remove the one at line 1, column 10");
    assert_eq!(hint("{'name': 'gain'}"), "JSON has double quotes only: replace the single ones at line 1, column 2");
    assert_eq!(hint("{\"name\": 'gain'}"), "JSON has double quotes only: replace the single ones at line 1, column 10");
    assert!(hint("{\"name\": \"gain").starts_with("the text ends at line 1, column 14"));
    assert!(hint("{\"a\": 1 \"b\": 2}").starts_with("mend it at line 1, column 9"));
}

/// Whoever made such a manifest cannot package it; who loads the plugin has no harm from it.
#[test]
fn globs_that_are_none_are_kept_as_they_stand_with_a_warning() {
    for text in [r#"{"include": "*.md"}"#, r#"{"include": [1]}"#, r#"{"include": {"path": "x.h"}}"#] {
        let (manifest, diagnostics) = Manifest::from_json(text.as_bytes(), KEY).unwrap();
        assert!(manifest.include.is_none() && manifest.other.contains_key("include"), "{text}");
        assert_eq!((diagnostics.len(), diagnostics[0].code), (1, Code::MANIFEST_FIELD), "{text}");
        assert!(!schema("plugin").is_valid(&serde_json::from_str(text).unwrap()), "{text}");
    }
}

#[test]
fn a_bare_host_version_means_compatible_with_it() {
    let (manifest, _) = Manifest::from_json(br#"{"harmonics_version": "1.2"}"#, KEY).unwrap();
    let requirement = manifest.host_version.unwrap();
    assert!(requirement.matches(&"1.3.0".parse().unwrap()));
    assert!(!requirement.matches(&"1.1.0".parse().unwrap()));
    assert!(!requirement.matches(&"2.0.0".parse().unwrap()));
}

#[test]
fn nesting_without_end_is_refused_and_not_followed() {
    let deep = format!("{{\"x\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(code(&deep), Code::MANIFEST_SYNTAX);
}

#[test]
fn a_manifest_of_a_gigabyte_is_refused_before_it_is_read() {
    let tree = PluginTree::new().file("gain/plugin.json", "{");
    std::fs::OpenOptions::new().write(true).open(tree.path("gain/plugin.json")).unwrap().set_len(1 << 30).unwrap();
    let error = Manifest::in_folder(&tree.path("gain"), KEY).unwrap_err();
    assert_eq!(error.code(), Code::MANIFEST_TOO_LARGE);
}

#[test]
fn a_manifest_just_below_the_cap_is_read() {
    let text = format!(r#"{{"x": "{}"}}"#, "y".repeat(LARGEST_FILE as usize - 10));
    let tree = PluginTree::new().file("gain/plugin.json", text);
    assert!(Manifest::in_folder(&tree.path("gain"), KEY).unwrap().is_some());
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_manifest_does_not_block() {
    let tree = PluginTree::new().file("gain/x", "");
    let made = std::process::Command::new("mkfifo").arg(tree.path("gain/plugin.json")).status().unwrap();
    assert!(made.success());
    let error = Manifest::in_folder(&tree.path("gain"), KEY).unwrap_err();
    assert_eq!(error.code(), Code::MANIFEST_UNREADABLE);
}

#[test]
fn a_hostile_text_does_not_flood_the_message() {
    let text = format!(r#"{{"version": "{}"}}"#, "\\u001b[31m".repeat(1000));
    let message = Manifest::from_json(text.as_bytes(), KEY).unwrap_err().report();
    assert!(message.len() < 600 && !message.contains('\u{1b}'), "{message}");
}

/// Where they differ on purpose: the reader warns where the schema marks a form as deprecated, and it
/// reads descriptions of the wrong type as missing, which the schema calls wrong.
#[test]
fn the_schema_and_the_reader_agree() {
    let schema = schema("plugin");
    let cases = [
        ("{}", true),
        (r#"{"name": "my_plugin", "version": "1.2.3", "harmonics_version": ">=1.2,<2"}"#, true),
        (r#"{"name": "Größe 2", "version": "1.2.3-rc.1+b.5"}"#, true),
        (r#"{"version": "1.0"}"#, true),
        (r#"{"version": 1}"#, true),
        (r#"{"version": "1.0.0.0"}"#, false),
        (r#"{"version": "v1"}"#, false),
        (r#"{"version": -1}"#, false),
        (r#"{"harmonics_version": "^1.2"}"#, true),
        (r#"{"harmonics_version": "*"}"#, true),
        (r#"{"harmonics_version": "soon"}"#, false),
        (r#"{"harmonics_version": []}"#, false),
        (r#"{"name": "a/b"}"#, false),
        (r#"{"name": ".."}"#, false),
        (r#"{"name": "a."}"#, false),
        (r#"{"name": ""}"#, false),
        (r#"{"name": 1}"#, false),
        (r#"{"library": "lib/a.so"}"#, true),
        (r#"{"library": "../a.so"}"#, false),
        (r#"{"library": "lib/../../a.so"}"#, false),
        (r#"{"library": "/a.so"}"#, false),
        (r#"{"library": "C:a.dll"}"#, false),
        (r#"{"entry": "main2"}"#, true),
        (r#"{"entry": "2main"}"#, false),
        (r#"{"runtime": "native", "entry": "a.b"}"#, false),
        (r#"{"runtime": "echo", "entry": "a.b"}"#, true),
        (r#"{"runtime": "echo", "entry": ""}"#, false),
        (r#"{"runtime": "process", "executable": "bin/serve"}"#, true),
        (r#"{"runtime": "process", "executable": "../serve"}"#, false),
        (r#"{"runtime": "process", "executable": 1}"#, false),
        (r#"{"dependencies": {"base": ">=1, <2"}}"#, true),
        (r#"{"dependencies": {"a/b": "1"}}"#, false),
        (r#"{"dependencies": {"base": 1}}"#, false),
        (r#"{"include": ["presets/**", "*.md"], "exclude": []}"#, true),
        (r#"{"anything": {"else": [null]}}"#, true),
    ];
    for (text, valid) in cases {
        let read = Manifest::from_json(text.as_bytes(), KEY);
        assert_eq!(read.is_ok(), valid, "the reader, {text}: {read:?}");
        assert_eq!(schema.is_valid(&serde_json::from_str(text).unwrap()), valid, "the schema, {text}");
    }
}

#[test]
fn an_icon_stays_in_the_plugins_folder_and_anything_else_is_kept_as_it_stands() {
    let read = |icon: &str| {
        let (manifest, found) = Manifest::from_json(format!(r#"{{"icon": {icon}}}"#).as_bytes(), None).unwrap();
        (manifest, found.into_iter().map(|finding| finding.code).collect::<Vec<_>>())
    };
    let (manifest, found) = read(r#""icons/gain.svg""#);
    assert_eq!(manifest.icon.as_deref(), Some(Path::new("icons/gain.svg")));
    assert!(manifest.other.is_empty() && found.is_empty());
    for odd in
        [r#""../../gain.svg""#, r#""/etc/passwd""#, r#""https://example.org/gain.svg""#, r#""""#, r#"{"svg": 1}"#]
    {
        let (manifest, found) = read(odd);
        assert_eq!((manifest.icon, found), (None, vec![Code::MANIFEST_FIELD]), "{odd}");
        assert_eq!(manifest.other["icon"].to_string(), odd.replace(": ", ":"));
    }
}
