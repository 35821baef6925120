//! What of the host's environment and files a plugin gets.

use crate::peers::{Rig, call, go};

const SETTINGS: &str = r#"{"protocol": "go-plugin", "cookie": {"key": "ORI_PLUGIN", "value": "ori-agent-v1"},
    "environment": {"MODE": "fast"}}"#;

#[test]
fn a_plugin_gets_nothing_of_the_hosts_environment_that_it_does_not_need() {
    let rig = Rig::new(go("peer"), SETTINGS, r#"{"arguments": ["faults"]}"#);
    let plugin = rig.loaded_or_told();
    let itself = call(&plugin, "Self", "{}").unwrap();
    let names: Vec<&str> = itself["environment"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_str().unwrap().split('=').next().unwrap())
        .collect();
    assert!(names.contains(&"MODE") && names.contains(&"PATH"), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("CARGO")), "{names:?}");
    let files = itself["open_files"].as_array().unwrap();
    assert!(!files.iter().any(|file| file.as_str().unwrap().contains("/hotshoe-process")), "{files:?}");
}
