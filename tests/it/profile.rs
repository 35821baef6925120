//! What a host expects of its plugins.

use hotshoe::profile::{HostProfile, LoadPolicy, ManifestPolicy};

#[test]
fn every_name_follows_from_the_hosts_name() {
    let profile = HostProfile::named("Audio-Lab").unwrap();
    assert_eq!(profile.search_path_variable, "AUDIO_LAB_PLUGIN_PATH");
    assert_eq!(profile.entry, "audio_lab_register");
    assert_eq!(profile.version_symbol, "audio_lab_plugin_version");
    assert_eq!(profile.version_key, "audio_lab_version");
}

#[test]
fn a_file_overrides_what_it_names_and_nothing_else() {
    let text = br#"{"name": "synth", "version": "2.1", "entry": "synth_main", "abi": {"stdlib": "libc++"},
                    "policies": {"manifest": "required", "load": "copy"}}"#;
    let profile = HostProfile::from_json(text).unwrap();
    assert_eq!(profile.entry, "synth_main");
    assert_eq!(profile.version_key, "synth_version");
    assert_eq!(profile.version.unwrap().to_string(), "2.1.0");
    assert_eq!(profile.policies.manifest, ManifestPolicy::Required);
    assert_eq!(profile.policies.load, LoadPolicy::Copy);
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
fn a_misspelt_field_is_an_error_that_names_it() {
    let error = HostProfile::from_json(br#"{"name": "synth", "entrey": "x"}"#).unwrap_err();
    assert!(error.report().contains("entrey"), "{}", error.report());
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
        (r#"{"name": "synth", "policies": {"lode": "copy"}}"#, false),
        (r#"{"name": "7up"}"#, false),
        (r#"{"name": "synth", "entry": "a b"}"#, false),
        (r#"{"name": "synth", "entrey": "a"}"#, false),
        (r#"{}"#, false),
    ];
    for (text, valid) in cases {
        assert_eq!(HostProfile::from_json(text.as_bytes()).is_ok(), valid, "the reader, {text}");
        assert_eq!(schema.is_valid(&serde_json::from_str(text).unwrap()), valid, "the schema, {text}");
    }
}
