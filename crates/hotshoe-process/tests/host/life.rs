//! A plugin over its life: restarts, starts on call, and what is left when the host is gone.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::peers::{REGISTRY, Rig, call, go, gone, lives};

const MATH: &str = r#"{"arguments": ["faults"]}"#;

fn settings(more: &str) -> String {
    format!(
        r#"{{"protocol": "go-plugin", "cookie": {{"key": "ORI_PLUGIN", "value": "ori-agent-v1"}}, "stop_timeout": 0.5{more}}}"#
    )
}

#[test]
fn a_plugin_that_dies_is_started_again_and_the_same_handle_goes_on() {
    let rig = Rig::new(go("peer"), &settings(r#", "restart": {"attempts": 3, "first_delay": 0.05}"#), MATH);
    let plugin = rig.loaded_or_told();
    for _ in 0..2 {
        let error = call(&plugin, "Die", r#"{"signal": 9}"#).unwrap_err();
        assert_eq!(error.code().as_str(), "plugin-exited", "{}", error.report());
        let again = call(&plugin, "Echo", r#"{"data": "aGk="}"#).unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(again, json!({"data": "aGk="}));
    }
    assert!(plugin.is_loaded());
    rig.log_has("it is started again");
    rig.host.unload(&plugin).unwrap();
}

#[test]
fn a_plugin_that_dies_too_often_is_given_up_and_the_host_is_told() {
    let rig = Rig::new(go("peer"), &settings(r#", "restart": {"attempts": 1, "first_delay": 0.01}"#), MATH);
    let plugin = rig.loaded_or_told();
    for _ in 0..2 {
        call(&plugin, "Die", r#"{"signal": 9}"#).unwrap_err();
    }
    let until = Instant::now() + Duration::from_secs(5);
    while plugin.health().is_ok() && Instant::now() < until {
        thread::sleep(Duration::from_millis(10));
    }
    let error = plugin.health().unwrap_err();
    assert_eq!(error.code().as_str(), "plugin-ended", "{}", error.report());
}

#[test]
fn a_plugin_on_call_is_started_by_the_first_one() {
    let rig = Rig::new(go("peer"), &settings(r#", "start": "on-call""#), MATH);
    let plugin = rig.loaded_or_told();
    assert!(rig.log().is_empty(), "{:?}", rig.log());
    assert_eq!(call(&plugin, "Echo", "{}").unwrap(), json!({"data": ""}));
    rig.host.unload(&plugin).unwrap();
}

#[test]
fn a_plugin_gets_nothing_of_the_hosts_environment_that_it_does_not_need() {
    let rig = Rig::new(go("peer"), &settings(r#", "environment": {"MODE": "fast"}"#), MATH);
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

#[test]
fn the_second_way_of_the_registry_is_told_from_the_first() {
    let rig = Rig::new(go("direct"), REGISTRY, "{}");
    let plugin = rig.loaded_or_told();
    let described = plugin.describe().unwrap();
    assert_eq!(described["protocol"], json!("grpc-port"));
    call(&plugin, "GetDefinition", "{}").unwrap();
    rig.host.unload(&plugin).unwrap();
}

#[test]
fn many_loads_and_unloads_leave_nothing() {
    let rig = Rig::new(go("peer"), &settings(""), MATH);
    let round = || {
        let plugin = rig.loaded_or_told();
        call(&plugin, "Echo", "{}").unwrap();
        rig.host.unload(&plugin).unwrap();
    };
    round();
    let files = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    // Other tests open files at the same time: it may be more for a while, but not for each round.
    let (before, before_threads) = (files(), threads());
    for _ in 0..60 {
        round();
    }
    assert!(files() < before + 50, "{before} files, then {}", files());
    assert!(threads() < before_threads + 30, "{before_threads} threads, then {}", threads());
}

/// Set for the process that this program starts of itself: to be killed.
const VICTIM: &str = "HOTSHOE_TESTS_VICTIM";

#[test]
fn a_host_that_is_killed_leaves_no_process() {
    if std::env::var_os(VICTIM).is_some() {
        let rig = Rig::new(go("peer"), &settings(""), MATH);
        let plugin = rig.loaded_or_told();
        let itself = call(&plugin, "Self", "{}").unwrap()["process"].as_u64().unwrap();
        let child = call(&plugin, "Fork", "{}").unwrap()["process"].as_u64().unwrap();
        println!("victim {itself} {child}");
        loop {
            thread::sleep(Duration::from_secs(1));
        }
    }
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "life::a_host_that_is_killed_leaves_no_process", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(host.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.into_iter().find(|line| line.contains("victim ")).expect("it says whom it has started");
    let numbers = line.split("victim ").nth(1).unwrap().split(' ').map(|number| number.parse().unwrap());
    let numbers: Vec<u64> = numbers.collect();
    assert!(numbers.iter().all(|number| lives(*number)), "{numbers:?}");
    host.kill().unwrap();
    host.wait().unwrap();
    numbers.into_iter().for_each(gone);
}
