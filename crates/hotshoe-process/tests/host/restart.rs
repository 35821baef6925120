//! Plugins that die and are started again, and those that wait for their first call.

use crate::faults::{lives, process_of, within};
use crate::peers::{Rig, call, go};

fn rig(more: &str) -> Rig {
    let settings = format!(
        r#"{{"cookie": {{"key": "ORI_PLUGIN", "value": "ori-agent-v1"}}, "protocol": "go-plugin", "start_timeout": 20, {more}}}"#
    );
    Rig::new(go("peer"), &settings, r#"{"arguments": ["faults"]}"#)
}

#[test]
fn the_same_handle_goes_on_after_a_kill_until_all_attempts_are_used() {
    let rig = rig(r#""restart": {"attempts": 1, "first_delay": 0.05}"#);
    let plugin = rig.loaded_or_told();
    let first = process_of(&plugin);
    assert!(call(&plugin, "Die", r#"{"signal": 9}"#).is_err());
    within(10, || call(&plugin, "Self", "{}").is_ok(), || format!("{:#?}", rig.log()));
    assert_ne!(process_of(&plugin), first);
    assert_eq!(plugin.why_ended(), None);
    assert!(call(&plugin, "Die", r#"{"signal": 9}"#).is_err());
    within(10, || plugin.why_ended().is_some(), || format!("{:#?}", rig.log()));
}

#[test]
fn one_that_starts_on_call_has_no_process_before() {
    let rig = rig(r#""start": "on-call""#);
    let plugin = rig.loaded_or_told();
    plugin.health().unwrap();
    let process = process_of(&plugin);
    assert!(lives(process));
    rig.host.unload(&plugin).unwrap();
    assert!(!lives(process));
}
