//! What is left of plugins: nothing.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::faults::{lives, rig, within};
use crate::peers::call;

const ROLE: &str = "HOTSHOE_TESTS_HOST_THAT_IS_KILLED";

/// What a host has, in a process of its own, so that other tests open no files in it.
const COUNTS: &str = "HOTSHOE_TESTS_HOST_THAT_COUNTS";

#[test]
fn a_host_that_is_killed_leaves_no_process_and_no_file() {
    if std::env::var_os(ROLE).is_some() {
        let rig = rig("");
        let plugin = rig.loaded_or_told();
        let child = call(&plugin, "Fork", "{}").unwrap()["process"].clone();
        let itself = call(&plugin, "Self", "{}").unwrap();
        let variables = itself["environment"].as_array().unwrap().iter().filter_map(|variable| variable.as_str());
        let folder = variables.filter_map(|variable| variable.strip_prefix("PLUGIN_UNIX_SOCKET_DIR=")).next().unwrap();
        eprintln!("has {child} {} {} {folder}", itself["process"], itself["parent"]);
        std::thread::sleep(std::time::Duration::from_secs(60));
        return;
    }
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "leftovers::a_host_that_is_killed_leaves_no_process_and_no_file"])
        .env(ROLE, "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(host.stderr.take().unwrap()).lines().map_while(|line| line.ok());
    let has = lines.filter_map(|line| line.strip_prefix("has ").map(str::to_owned)).next().expect("it says it");
    let has: Vec<&str> = has.split(' ').collect();
    let (folder, processes) = has.split_last().unwrap();
    host.kill().unwrap();
    host.wait().unwrap();
    let processes: Vec<u64> = processes.iter().map(|process| process.parse().unwrap()).collect();
    let left = || processes.iter().any(|process| lives(*process)) || fs::exists(folder).unwrap();
    within(2, || !left(), || format!("{processes:?} or {folder} is left"));
}

#[test]
fn many_loads_and_unloads_leave_nothing() {
    if std::env::var_os(COUNTS).is_none() {
        let name = "leftovers::many_loads_and_unloads_leave_nothing";
        let host = Command::new(std::env::current_exe().unwrap()).args(["--exact", name]).env(COUNTS, "1").output();
        let host = host.unwrap();
        assert!(host.status.success(), "{}", String::from_utf8_lossy(&host.stdout));
        return;
    }
    let rig = rig("");
    let round = || {
        let plugin = rig.loaded_or_told();
        rig.host.unload(&plugin).unwrap();
    };
    let files = || fs::read_dir("/proc/self/fd").unwrap().count();
    let threads = || fs::read_dir("/proc/self/task").unwrap().count();
    round();
    let before = (files(), threads());
    for _ in 0..200 {
        round();
    }
    within(
        2,
        || files() <= before.0 && threads() <= before.1,
        || format!("{before:?}, then {:?}", (files(), threads())),
    );
}
