//! What a host expects of its plugins.

use hotshoe::error::Result;
use hotshoe::profile::{FolderKind, HostProfile, LoadPolicy, ManifestPolicy};
use hotshoe_testkit::PluginTree;
use serde_json::json;

fn parse(text: &str) -> Result<HostProfile> {
    HostProfile::from_json(text.as_bytes())
}

#[test]
fn every_name_follows_from_the_hosts_name() {
    let profile = HostProfile::named("Audio-Lab").unwrap();
    assert_eq!(profile.search_path_variable, "AUDIO_LAB_PLUGIN_PATH");
    assert_eq!(profile.native.entry, "audio_lab_register");
    assert_eq!(profile.native.version_symbol, "audio_lab_plugin_version");
    assert_eq!(profile.version_key, "audio_lab_version");
}

#[test]
fn a_file_overrides_what_it_names_and_nothing_else() {
    let text = br#"{"name": "synth", "version": "2.1", "entry": "synth_main", "abi": {"stdlib": "libc++"},
                    "policies": {"manifest": "required", "load": "copy"}}"#;
    let profile = HostProfile::from_json(text).unwrap();
    assert_eq!(profile.native.entry, "synth_main");
    assert_eq!(profile.version_key, "synth_version");
    assert_eq!(profile.version.unwrap().to_string(), "2.1.0");
    assert_eq!(profile.policies.manifest, ManifestPolicy::Required);
    assert_eq!(profile.native.load, LoadPolicy::Copy);
}

#[test]
fn the_libraries_that_a_host_provides_are_names_and_no_paths() {
    let profile = HostProfile::from_json(br#"{"name": "synth", "provides": ["libsynth-core.so.*"]}"#).unwrap();
    assert_eq!(profile.provides, ["libsynth-core.so.*"]);
    for name in ["", "/usr/lib/libsynth.so", r"..\\synth.dll"] {
        let text = format!(r#"{{"name": "synth", "provides": ["{name}"]}}"#);
        let error = HostProfile::from_json(text.as_bytes()).unwrap_err();
        assert!(error.report().contains("cannot name a library"), "{}", error.report());
    }
}

#[test]
fn a_misspelt_key_is_an_error_that_names_it_and_what_was_meant() {
    let cases = [
        (r#""entrey": "x""#, "entrey", "entry"),
        (r#""searchPathVariable": "X""#, "searchPathVariable", "search_path_variable"),
        (r#""Provides": []"#, "Provides", "provides"),
        (r#""provide": []"#, "provide", "provides"),
        (r#""runtime": {}"#, "runtime", "runtimes"),
        (r#""polices": {"receipt": "required"}"#, "polices", "policies"),
        (r#""policies": {"reciept": "required"}"#, "policies.reciept", "receipt"),
        (r#""folders": {"users": "synth"}"#, "folders.users", "user"),
        (r#""runtimes": {"native": {"entry_": "x"}}"#, "runtimes.native.entry_", "entry"),
    ];
    for (field, key, meant) in cases {
        let error = parse(&format!(r#"{{"name": "synth", {field}}}"#)).unwrap_err();
        assert_eq!(error.code().as_str(), "profile-invalid", "{field}");
        let said = format!("the key `{key}` is unknown, and is nearly `{meant}`");
        assert!(error.report().contains(&said), "{field}: {}", error.report());
    }
}

#[test]
fn a_key_of_a_later_version_is_told_and_keeps_no_host_from_starting() {
    let profile = parse(
        r#"{"name": "synth", "entry": "synth_main", "telemetry": {"entry": 1}, "policies": {"signature": "required"},
            "folders": {"cloud": "synth"}, "runtimes": {"native": {"isolation": "full"}, "process": {"anything": []}}}"#,
    )
    .unwrap();
    assert_eq!(profile.native.entry, "synth_main");
    let keys =
        |profile: &HostProfile| profile.diagnostics().iter().map(|found| found.message.clone()).collect::<Vec<_>>();
    let told = |key: &str| format!("the key `{key}` is unknown, and means nothing here");
    let mut expected = ["telemetry", "policies.signature", "runtimes.native.isolation", "folders.cloud"].map(told);
    let mut found = keys(&profile);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert!(profile.diagnostics().iter().all(|found| found.code.as_str() == "profile-unknown-key"));

    let tree = PluginTree::new().file("synth.host.json", r#"{"name": "synth", "telemetry": true}"#);
    let file = tree.path("synth.host.json");
    assert_eq!(HostProfile::from_file(&file).unwrap().diagnostics()[0].path, Some(file));
}

#[test]
fn a_profile_of_nothing_but_unknown_keys_does_not_drown_its_reader() {
    let many: Vec<String> = (0..10_000).map(|index| format!(r#""\u001b[2J{index}": 0"#)).collect();
    let profile = parse(&format!(r#"{{"name": "synth", {}}}"#, many.join(","))).unwrap();
    assert_eq!(profile.diagnostics().len(), 21);
    assert_eq!(profile.diagnostics()[20].message, "9980 more keys are unknown");
    assert!(profile.diagnostics().iter().all(|found| !found.message.contains('\u{1b}')));
}

#[test]
fn what_is_said_of_native_may_stand_in_its_section() {
    let flat = r#"{"name": "synth", "entry": "go", "version_symbol": "v", "abi": {"stdlib": "libc++"},
                   "policies": {"load": "copy"}}"#;
    let section = r#"{"name": "synth", "runtimes": {"native":
                   {"entry": "go", "version_symbol": "v", "abi": {"stdlib": "libc++"}, "load": "copy"}}}"#;
    let (flat, section) = (parse(flat).unwrap(), parse(section).unwrap());
    assert_eq!(flat.native, section.native);
    assert_eq!((flat.native.entry.as_str(), flat.native.version_symbol.as_str()), ("go", "v"));
    assert_eq!((flat.native.abi["stdlib"].as_str(), flat.native.load), ("libc++", LoadPolicy::Copy));
    let both = parse(r#"{"name": "synth", "entry": "go", "runtimes": {"native": {"load": "copy"}}}"#).unwrap();
    assert_eq!((both.native.entry.as_str(), both.native.load), ("go", LoadPolicy::Copy));
}

#[test]
fn what_is_said_twice_is_refused_whether_it_agrees_or_not() {
    let twice = [
        r#""entry": "go", "runtimes": {"native": {"entry": "go"}}"#,
        r#""version_symbol": "v", "runtimes": {"native": {"version_symbol": "w"}}"#,
        r#""abi": {}, "runtimes": {"native": {"abi": {"stdlib": "libc++"}}}"#,
        r#""policies": {"load": "copy"}, "runtimes": {"native": {"load": "direct"}}"#,
        r#""entry": "go", "entry": "go""#,
        r#""telemetry": 1, "telemetry": 1"#,
        r#""abi": {"stdlib": "a", "stdlib": "b"}"#,
        r#""runtimes": {"process": {}, "process": {}}"#,
        r#""runtimes": {"process": {"deep": [{"key": 1, "key": 2}]}}"#,
    ];
    for field in twice {
        let error = parse(&format!(r#"{{"name": "synth", {field}}}"#)).unwrap_err();
        assert_eq!(error.code().as_str(), "profile-invalid", "{field}: {}", error.report());
        assert!(error.report().contains("twice") || error.report().contains("say the same"), "{}", error.report());
    }
}

#[test]
fn a_host_takes_the_runtimes_that_its_profile_lists_and_native_where_it_lists_none() {
    let names = |fields: &str| {
        let profile = parse(&format!(r#"{{"name": "synth"{fields}}}"#)).unwrap();
        let names = profile.runtimes().map(str::to_owned).collect::<Vec<_>>();
        assert!(names.iter().all(|name| profile.takes_runtime(name)) && !profile.takes_runtime("other"));
        names.join(" ")
    };
    assert_eq!(names(""), "native");
    assert_eq!(names(r#", "runtimes": {}"#), "native");
    assert_eq!(names(r#", "entry": "go""#), "native");
    assert_eq!(names(r#", "runtimes": {"python": {}, "native": {}, "lua-5": {}}"#), "python native lua-5");
    assert_eq!(names(r#", "runtimes": {"process": {}}"#), "process");
    // What stands outside of `runtimes` is the section of `native`.
    assert_eq!(names(r#", "entry": "go", "runtimes": {"process": {}}"#), "native process");
    assert_eq!(names(r#", "policies": {"receipt": "required"}, "runtimes": {"process": {}}"#), "process");

    let mut profile = HostProfile::named("synth").unwrap();
    profile.add_runtime_json("process", r#"{"timeout": 5}"#).unwrap();
    assert_eq!(profile.runtimes().collect::<Vec<_>>(), ["native", "process"]);
    assert!(profile.add_runtime_json("process", "{}").is_err() && profile.add_runtime_json("native", "{}").is_err());
}

#[test]
fn what_is_said_to_another_runtime_is_kept_as_it_stands() {
    let profile = parse(
        r#"{"name": "synth", "runtimes": {"process": {"entry": 5, "handshake": {"key": "A"}, "list": [1.5, null]},
            "native": {}}}"#,
    )
    .unwrap();
    let settings = profile.runtime_settings("process").unwrap();
    assert_eq!(json!(settings), json!({"entry": 5, "handshake": {"key": "A"}, "list": [1.5, null]}));
    assert!(profile.diagnostics().is_empty() && profile.runtime_settings("python").is_none());
    assert!(profile.runtime_settings("native").is_none(), "those are `HostProfile::native`");
}

#[test]
fn a_section_of_a_runtime_is_an_object() {
    for (section, what) in [("null", "null"), ("[]", "a list"), ("5", "a number"), ("\"x\"", "a string")] {
        for name in ["native", "echo"] {
            let error = parse(&format!(r#"{{"name": "h", "runtimes": {{"{name}": {section}}}}}"#)).unwrap_err();
            assert_eq!(error.code(), hotshoe::error::Code::PROFILE_INVALID);
            let why = format!("`runtimes.{name}` is {what}, not an object");
            assert!(error.report().contains(&why), "{}", error.report());
        }
    }
}

#[test]
fn a_runtime_that_is_nearly_called_native_is_a_slip() {
    for name in ["nativ", "natve", "nativee", "antive"] {
        let error = parse(&format!(r#"{{"name": "h", "runtimes": {{"{name}": {{}}}}}}"#)).unwrap_err();
        assert!(error.report().contains("is nearly `native`"), "{}", error.report());
    }
    assert!(parse(r#"{"name": "h", "runtimes": {"lua": {}, "alternative": {}}}"#).is_ok());
}

#[test]
fn a_runtime_cannot_be_named_by_a_path_nor_be_told_more_than_it_can_hold() {
    for name in ["", "../../x", "a/b", r"a\\b", "Native", "5g", "a_b", "a.so", "ä", "a\\u0000", &"a".repeat(33)] {
        let error = parse(&format!(r#"{{"name": "synth", "runtimes": {{"{name}": {{}}}}}}"#)).unwrap_err();
        assert!(error.report().contains("cannot name a runtime"), "{name}: {}", error.report());
    }
    let told = |settings: &str| parse(&format!(r#"{{"name": "synth", "runtimes": {{"lua": {settings}}}}}"#));
    assert!(told(&format!(r#"{{"text": "{}"}}"#, "x".repeat(60_000))).is_ok());
    assert!(told(&format!(r#"{{"text": "{}"}}"#, "x".repeat(70_000))).is_err());
    assert!(told(&format!(r#"{{"deep": {}1{}}}"#, "[".repeat(31), "]".repeat(31))).is_ok());
    assert!(told(&format!(r#"{{"deep": {}1{}}}"#, "[".repeat(32), "]".repeat(32))).is_err());
    assert!(told(&format!(r#"{{"deep": {}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000))).is_err());
    assert!(told("[]").is_err() && told("5").is_err());
    let many: Vec<String> = (0..33).map(|index| format!(r#""r{index}": {{}}"#)).collect();
    assert!(parse(&format!(r#"{{"name": "synth", "runtimes": {{{}}}}}"#, many.join(","))).is_err());
}

#[test]
fn a_host_has_the_folders_that_its_profile_names_and_none_by_its_name_alone() {
    let kinds = FolderKind::ALL;
    let folders = |profile: &HostProfile| kinds.map(|kind| profile.folders.get(kind).map(str::to_owned));
    let mut profile = HostProfile::named("Audio-Lab").unwrap();
    assert_eq!(folders(&profile), [None, None, None]);
    assert!(kinds.iter().all(|kind| profile.folders.paths(*kind).is_empty()));
    profile.use_default_folders();
    let usual =
        ["../lib/Audio-Lab/plugins", "Audio-Lab/plugins", "Audio-Lab/plugins"].map(|path| Some(path.to_owned()));
    assert_eq!(folders(&profile), usual);

    let mut profile = parse(r#"{"name": "synth", "folders": {"program": "../parts", "user": "synth"}}"#).unwrap();
    assert_eq!(folders(&profile), [Some("../parts".to_owned()), Some("synth".to_owned()), None]);
    let program = std::env::current_exe().unwrap().canonicalize().unwrap();
    assert_eq!(profile.folders.paths(FolderKind::Program), [program.parent().unwrap().parent().unwrap().join("parts")]);
    profile.use_default_folders();
    assert_eq!(profile.folders.get(FolderKind::User), Some("synth"), "what it says stays");
    assert_eq!(profile.folders.get(FolderKind::System), Some("synth/plugins"));
    assert!(
        profile
            .folders
            .paths(FolderKind::System)
            .iter()
            .all(|path| path.is_absolute() && path.ends_with("synth/plugins"))
    );
}

#[test]
fn a_folder_of_a_profile_cannot_lead_elsewhere() {
    let hostile = [
        "",
        "/",
        "/usr/lib/synth",
        "..",
        "../..",
        ".",
        "./synth",
        "synth/",
        "synth//plugins",
        "synth/../../etc",
        "synth/..",
        "~/synth",
        "$HOME/synth",
        "%APPDATA%/synth",
        r"..\\synth",
        "C:/synth",
        "synth/con",
        "synth/a\\u0000b",
        "synth\\n/x",
        "synth/\\u202egpj",
        "synth/x.",
        "synth/ x",
        "//server/share",
    ];
    for kind in ["program", "user", "system"] {
        for folder in
            hostile.iter().map(|folder| (*folder).to_owned()).chain([format!("a{}", "/a".repeat(600)), "b".repeat(300)])
        {
            let error = parse(&format!(r#"{{"name": "synth", "folders": {{"{kind}": "{folder}"}}}}"#));
            assert!(error.is_err_and(|error| error.code().as_str() == "profile-invalid"), "{kind}: {folder}");
        }
    }
    let up = |kind: &str, folder: &str| parse(&format!(r#"{{"name": "synth", "folders": {{"{kind}": "{folder}"}}}}"#));
    assert!(up("program", "../lib/synth/plugins").is_ok() && up("program", "plugins").is_ok());
    assert!(up("program", &format!("{}x", "../".repeat(9))).is_err());
    for kind in ["user", "system"] {
        assert!(up(kind, "../synth").is_err(), "{kind}");
    }
}

#[test]
fn a_hostile_profile_is_refused_and_nothing_else_happens() {
    let large = format!(r#"{{"name": "synth", "x": "{}"}}"#, "x".repeat(1 << 20));
    let many_names: Vec<String> = (0..1025).map(|index| format!(r#""l{index}""#)).collect();
    let many_names = format!(r#"{{"name": "synth", "provides": [{}]}}"#, many_names.join(","));
    let deep = format!(r#"{{"name": "synth", "x": {}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    let texts = [
        "",
        "null",
        "[]",
        "5",
        r#"["synth"]"#,
        r#"{"name": ["synth"]}"#,
        r#"{"name": null}"#,
        r#"{"name": "synth"} x"#,
        r#"{"name": "synth", "policies": ["required"]}"#,
        r#"{"name": "synth", "policies": "x"}"#,
        r#"{"name": "synth", "folders": ["a", "b", "c"]}"#,
        r#"{"name": "synth", "runtimes": ["process"]}"#,
        r#"{"name": "synth", "runtimes": {"native": ["go"]}}"#,
        r#"{"name": "synth", "runtimes": {"native": null}}"#,
        r#"{"name": "synth", "search_path_variable": "A=B"}"#,
        r#"{"name": "synth", "search_path_variable": ""}"#,
        r#"{"name": "synth", "search_path_variable": "A\u0000B"}"#,
        r#"{"name": "synth", "version_key": ""}"#,
        r#"{"name": "synth", "provides": ["a\u0000b"]}"#,
        r#"{"name": "synth", "provides": "libsynth.so.1"}"#,
        r#"{"name": "synth", "abi": {"stdlib": 5}}"#,
        "\u{feff}{\"name\": \"synth\"}",
        &large,
        &many_names,
        &deep,
    ];
    for text in texts {
        let error = parse(text).expect_err(&text[..text.len().min(80)]);
        assert_eq!(error.code().as_str(), "profile-invalid", "{}", error.report());
    }
    assert!(HostProfile::from_json(b"{\"name\": \"synth\", \"x\": \"\xff\"}").is_err());
    // As before, what is null is not said.
    assert_eq!(parse(r#"{"name": "synth", "entry": null, "policies": null}"#).unwrap().native.entry, "synth_register");
}

#[test]
fn a_host_that_is_not_installed_is_told_from_one_whose_profile_is_broken() {
    let error = HostProfile::installed("no-such-host-anywhere").unwrap_err();
    assert_eq!(error.code().as_str(), "profile-not-found");
    assert!(error.hint_text().unwrap().contains("no-such-host-anywhere.host.json"), "{}", error.report());
    for name in ["../../etc/passwd", "/etc", "", "a/b"] {
        assert_eq!(HostProfile::installed(name).unwrap_err().code().as_str(), "profile-invalid", "{name}");
    }
}

#[test]
fn a_name_that_cannot_stand_in_symbols_is_refused() {
    for name in ["", "7up", "a b", "a/b", "ä"] {
        assert_eq!(HostProfile::named(name).unwrap_err().code().as_str(), "profile-invalid", "{name}");
    }
    assert!(HostProfile::from_json(br#"{"name": "synth", "entry": "no-symbol"}"#).is_err());
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = super::manifest::schema("host");
    let cases = [
        (r#"{"name": "synth"}"#, true),
        (r#"{"$schema": "host.schema.json", "name": "synth", "version": "1.2.3"}"#, true),
        (r#"{"name": "synth", "policies": {"load": "copy"}}"#, true),
        (r#"{"name": "synth", "policies": {"load": "sometimes"}}"#, false),
        (r#"{"name": "synth", "telemetry": true, "policies": {"signature": "required"}}"#, true),
        (r#"{"name": "7up"}"#, false),
        (r#"{"name": "synth", "entry": "a b"}"#, false),
        (r#"{"name": "synth", "search_path_variable": "A=B"}"#, false),
        (r#"{"name": "synth", "provides": ["libsynth.so.1", "libsynth-*"]}"#, true),
        (r#"{"name": "synth", "provides": ["lib/libsynth.so.1"]}"#, false),
        (r#"{"name": "synth", "runtimes": {"native": {"entry": "go", "load": "copy"}, "process": {"any": 1}}}"#, true),
        (r#"{"name": "synth", "runtimes": {"native": {"entry": "a b"}}}"#, false),
        (r#"{"name": "synth", "runtimes": {"native": {"load": "sometimes"}}}"#, false),
        (r#"{"name": "synth", "runtimes": {"../x": {}}}"#, false),
        (r#"{"name": "synth", "runtimes": {"process": []}}"#, false),
        (r#"{"name": "synth", "runtimes": []}"#, false),
        (r#"{"name": "synth", "folders": {"program": "../lib/synth", "user": "synth", "system": "synth"}}"#, true),
        (r#"{"name": "synth", "folders": {"program": "/lib/synth"}}"#, false),
        (r#"{"name": "synth", "folders": {"program": ".."}}"#, false),
        (r#"{"name": "synth", "folders": {"user": "../synth"}}"#, false),
        (r#"{"name": "synth", "folders": {"system": "synth/../x"}}"#, false),
        (r#"{"name": "synth", "folders": {"user": "~/synth"}}"#, false),
        (r#"{"name": "synth", "policies": {"capabilities": "fail"}}"#, true),
        (r#"{"name": "synth", "policies": {"capabilities": "both"}}"#, false),
        (r#"{"name": "synth", "stages": ["parse", "lower", "codegen"]}"#, true),
        (r#"{"name": "synth", "stages": []}"#, true),
        (r#"{"name": "synth", "stages": ["parse", "parse"]}"#, false),
        (r#"{"name": "synth", "stages": [""]}"#, false),
        (r#"{"name": "synth", "stages": "parse"}"#, false),
        (r#"{}"#, false),
    ];
    for (text, valid) in cases {
        assert_eq!(HostProfile::from_json(text.as_bytes()).is_ok(), valid, "the reader, {text}");
        assert_eq!(schema.is_valid(&serde_json::from_str(text).unwrap()), valid, "the schema, {text}");
    }
}

#[test]
fn what_is_wrong_with_a_profile_is_said_without_its_control_characters() {
    let long = "x".repeat(100_000);
    for text in [r#"\u001b[31mred"#, r#"a\nerror: b"#, r#"\u202egnp"#, &long] {
        let profile = format!(r#"{{"name": "harmonics", "policies": {{"load": "{text}"}}}}"#);
        let report = HostProfile::from_json(profile.as_bytes()).unwrap_err().report();
        assert!(!report.contains(['\u{1b}', '\u{202e}']) && !report.contains("\nerror: b"), "{report}");
        assert!(report.len() < 5_000, "{} bytes", report.len());
    }
}
