//! A program without a manifest is a plugin where its path is named, for a host that starts programs of one kind.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use hotshoe::catalog::{Candidate, Catalog, SearchPath};
use hotshoe::error::Code;
use hotshoe::host::Host;
use hotshoe::manifest::{Kind, Kinds};
use hotshoe::profile::{HostProfile, ManifestPolicy};
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};
use serde_json::Map;

use crate::harmonics;

/// A folder with a program and nothing else in it.
fn weather() -> PluginTree {
    let tree = PluginTree::new().file("plugins/weather/weather", "#!/bin/sh\n");
    fs::set_permissions(tree.path("plugins/weather/weather"), fs::Permissions::from_mode(0o755)).unwrap();
    tree
}

fn taking(runtimes: &[&str]) -> HostProfile {
    let mut profile = harmonics();
    runtimes.iter().for_each(|name| profile.add_runtime(name, Map::new()).unwrap());
    profile
}

/// The kind of another runtime that starts programs.
fn kinds() -> Kinds {
    let (kind, _) = Kind::from_json(br#"{"name": "other", "artifact": "executable"}"#).unwrap();
    Kinds::built_in().with_kinds([kind])
}

#[test]
fn a_program_is_a_plugin_of_the_one_runtime_that_starts_programs() {
    let tree = weather();
    for runtime in ["process", "other"] {
        let profile = taking(&[runtime]);
        let (found, told) = Candidate::at_with(&tree.path("plugins/weather/weather"), &profile, &kinds()).unwrap();
        assert_eq!((found.name(), found.runtime(), told.len()), ("weather", runtime, 0));
        assert!(found.refusal().is_none() && found.artifact().ends_with("weather/weather"));
        assert_eq!(found.path(), found.artifact(), "it has no folder of its own");
        found.check_library(&profile).unwrap();
    }
}

#[test]
fn it_is_none_where_no_runtime_or_more_than_one_could_start_it() {
    let tree = weather();
    for runtimes in [&[][..], &["process", "other"]] {
        let (found, _) =
            Candidate::at_with(&tree.path("plugins/weather/weather"), &taking(runtimes), &kinds()).unwrap();
        assert_eq!(found.runtime(), "native");
        assert_eq!(found.check_library(&taking(runtimes)).unwrap_err().code(), Code::LIBRARY_FORMAT);
    }
}

#[test]
fn a_scan_takes_no_program() {
    let tree = weather();
    for root in ["plugins", "plugins/weather"] {
        let path: SearchPath = [tree.path(root)].into_iter().collect();
        let catalog = Catalog::scan_with(&taking(&["process"]), &kinds(), &path);
        assert_eq!(catalog.candidates().len(), 0, "{root}");
    }
    let error = Candidate::at(&tree.path("plugins/weather"), &taking(&["process"])).unwrap_err();
    assert_eq!(error.code(), Code::LIBRARY_MISSING, "a folder does not say which of its files is meant");
}

#[test]
fn a_file_that_may_not_be_executed_is_no_program() {
    let tree = weather();
    fs::set_permissions(tree.path("plugins/weather/weather"), fs::Permissions::from_mode(0o644)).unwrap();
    let (found, _) = Candidate::at(&tree.path("plugins/weather/weather"), &taking(&["process"])).unwrap();
    assert_eq!(found.runtime(), "native");
}

#[test]
fn a_library_stays_a_library_however_it_is_called() {
    let library = Library::c(GOOD_C_PLUGIN).build();
    let tree = PluginTree::new().file("gain", fs::read(&library).unwrap());
    fs::set_permissions(tree.path("gain"), fs::Permissions::from_mode(0o755)).unwrap();
    for path in [tree.path("gain"), library] {
        let (found, _) = Candidate::at(&path, &taking(&["process"])).unwrap();
        assert_eq!(found.runtime(), "native", "{path:?}");
    }
}

#[test]
fn a_manifest_beside_it_describes_it() {
    let manifest = r#"{"name": "rain", "version": "1.0.0", "runtime": "process", "executable": "weather"}"#;
    let tree = weather().file("plugins/weather/plugin.json", manifest);
    let (found, _) = Candidate::at(&tree.path("plugins/weather/weather"), &taking(&["process"])).unwrap();
    assert_eq!(found.to_string(), "rain 1.0.0");
}

#[test]
fn a_host_that_asks_for_manifests_refuses_it() {
    let (tree, mut profile) = (weather(), taking(&["process"]));
    profile.policies.manifest = ManifestPolicy::Required;
    let (found, _) = Candidate::at(&tree.path("plugins/weather/weather"), &profile).unwrap();
    assert_eq!(found.refusal().unwrap().code, Code::MANIFEST_MISSING);
}

#[test]
fn a_host_loads_it_by_its_path() {
    let tree = weather();
    let host = Host::new(taking(&["memory"]));
    let (kind, _) = Kind::from_json(br#"{"name": "memory", "artifact": "executable"}"#).unwrap();
    host.add_described_runtime(crate::memory::runtime(), kind).unwrap();
    fs::write(tree.path("plugins/weather/weather"), "{}").unwrap();
    let plugin = host.load_path(&tree.path("plugins/weather/weather"), |_| Ok(())).unwrap();
    assert_eq!((plugin.name(), plugin.runtime()), ("weather", "memory"));
    let again = host.load_path(&tree.path("plugins/weather/../weather/weather"), |_| Ok(())).unwrap();
    assert!(Arc::ptr_eq(&plugin, &again));
}

#[test]
fn a_refusal_says_what_the_profile_must_list() {
    let tree = weather().file("plugins/weather/plugin.json", r#"{"runtime": "process", "executable": "weather"}"#);
    let (found, _) = Candidate::at(&tree.path("plugins/weather"), &harmonics()).unwrap();
    let hint = found.refusal().unwrap().hint.clone().unwrap();
    assert!(hint.contains(r#"`"runtimes": {"native": {}, "process": {}}`"#), "{hint}");
}
