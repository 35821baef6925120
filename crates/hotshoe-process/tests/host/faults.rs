//! Plugins that do not behave: at their start, in calls, and at their end.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use hotshoe::error::{Code, Error};
use hotshoe::plugin::{Plugin, Unload};
use hotshoe::runtime::{Call, CancelToken, Encoding, Sink};
use serde_json::json;

use crate::peers::{REGISTRY, Rig, call, go, outputs};

/// A peer with these faults, in a host that is as patient as this.
pub fn patient(faults: &str, start_timeout: f64) -> Rig {
    let settings = format!(
        r#"{{"cookie": {{"key": "ORI_PLUGIN", "value": "ori-agent-v1"}}, "protocol": "go-plugin",
            "start_timeout": {start_timeout}, "stop_timeout": 0.5, "call_timeout": 20}}"#
    );
    let arguments: Vec<&str> = ["faults"].into_iter().chain(faults.split_whitespace()).collect();
    Rig::new(go("peer"), &settings, &json!({"protocol": "go-plugin", "arguments": arguments}).to_string())
}

pub fn rig(faults: &str) -> Rig {
    patient(faults, 20.0)
}

/// A plugin that is a shell script.
fn script(text: &str, start_timeout: f64) -> Rig {
    let folder = hotshoe_testkit::PluginTree::new().file("script", text);
    let path = folder.path("script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let settings = format!(r#"{{"protocol": "go-plugin", "start_timeout": {start_timeout}, "stop_timeout": 0.5}}"#);
    Rig::new(&path, &settings, "{}")
}

fn refused(rig: &Rig, code: &str) -> Error {
    let error = rig.load().expect_err("it is refused");
    assert!(is(&error, code), "{code}: {}", error.report());
    error
}

fn is(error: &Error, code: &str) -> bool {
    error.report().contains(&format!("[{code}]"))
}

/// It can be called in spite of its fault.
fn serves(rig: &Rig) -> std::sync::Arc<Plugin> {
    let plugin = rig.loaded_or_told();
    assert_eq!(
        call(&plugin, "hotshoe.test.Faults/Echo", r#"{"data": "aGVsbG8="}"#).unwrap(),
        json!({"data": "aGVsbG8="})
    );
    plugin
}

/// Waits until the log has a line with this.
pub fn logged(rig: &Rig, text: &str) {
    within(10, || rig.log().iter().any(|line| line.contains(text)), || format!("no `{text}` in {:#?}", rig.log()));
}

/// Waits until it is so.
pub fn within(seconds: u64, is_so: impl Fn() -> bool, or: impl Fn() -> String) {
    let until = Instant::now() + Duration::from_secs(seconds);
    while !is_so() {
        assert!(Instant::now() < until, "{}", or());
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn lives(process: u64) -> bool {
    let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    state.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

pub fn process_of(plugin: &Plugin) -> u64 {
    call(plugin, "Self", "{}").unwrap()["process"].as_u64().unwrap()
}

#[test]
fn no_line_ends_at_the_deadline() {
    refused(&patient("no-line", 0.7), "process-handshake");
    refused(&patient("no-newline", 0.7), "process-handshake");
}

#[test]
fn a_slow_line_is_waited_for() {
    serves(&rig("slow-line=600"));
}

#[test]
fn a_line_a_byte_at_a_time_is_read() {
    serves(&rig("byte-at-a-time"));
}

#[test]
fn a_line_of_a_mebibyte_is_refused() {
    refused(&rig("huge-line"), "process-handshake");
    refused(&rig("endless-line"), "process-handshake");
}

#[test]
fn noise_before_the_line_goes_to_the_log() {
    serves(&rig("noise-before noise-binary"));
}

#[test]
fn a_wrong_version_is_named() {
    refused(&rig("version=7"), "process-handshake-version");
    refused(&rig("core=2"), "process-handshake");
}

#[test]
fn an_exit_before_the_line_is_told_with_its_words() {
    let error = refused(&rig("exit-before-line"), "process-handshake");
    assert!(error.report().contains("the disk is full"), "{}", error.report());
}

#[test]
fn an_exit_after_the_line_is_told() {
    refused(&rig("exit-after-line"), "plugin-exited");
}

#[test]
fn a_wrong_cookie_is_told() {
    let rig = Rig::new(
        go("peer"),
        r#"{"protocol": "go-plugin", "cookie": {"key": "ORI_PLUGIN", "value": "other"}, "start_timeout": 20}"#,
        r#"{"arguments": ["math"]}"#,
    );
    let error = refused(&rig, "process-handshake");
    assert!(error.report().contains("another cookie"), "{}", error.report());
}

#[test]
fn net_rpc_is_refused_by_name() {
    let error = refused(&rig("four-fields"), "process-protocol");
    assert!(error.report().contains("net/rpc"), "{}", error.report());
}

#[test]
fn a_bad_certificate_is_refused() {
    assert!(rig("certificate=AAAA*AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").load().is_err());
}

#[test]
fn a_program_without_the_x_bit_is_told() {
    let rig = script("#!/bin/sh\nexec sleep 60\n", 5.0);
    let path = rig.tree.path("root/plugin/bin/script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    refused(&rig, "process-start");
}

#[test]
fn a_program_that_is_being_written_is_told_or_waited_for() {
    let rig = Rig::new(go("peer"), REGISTRY, r#"{"arguments": ["math"]}"#);
    let path = rig.tree.path("root/plugin/bin/peer");
    // Its own copy: the one that all tests share is in use.
    fs::remove_file(&path).unwrap();
    fs::copy(go("peer"), &path).unwrap();
    let writer = fs::OpenOptions::new().write(true).open(&path).unwrap();
    refused(&rig, "process-start");
    drop(writer);
    rig.loaded_or_told();
}

#[test]
fn spaces_in_the_path_do_not_matter() {
    let folder = hotshoe_testkit::PluginTree::new();
    let program = folder.path("a b 'c'");
    fs::copy(go("peer"), &program).unwrap();
    Rig::new(&program, REGISTRY, r#"{"arguments": ["math", "with spaces"]}"#).loaded_or_told();
}

#[test]
fn a_socket_outside_of_the_private_folder_is_refused() {
    refused(&rig("outside"), "process-handshake-address");
    refused(&rig("link"), "process-handshake-address");
    refused(&rig("file"), "process-handshake-address");
}

#[test]
fn a_port_of_another_process_is_refused() {
    let foreign = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = foreign.local_addr().unwrap();
    refused(&rig(&format!("network=tcp address={address}")), "process-handshake-address");
    serves(&rig("tcp"));
}

#[test]
fn one_that_does_not_serve_is_refused() {
    refused(&rig("not-serving"), "process-not-serving");
}

#[test]
fn services_that_are_missing_are_not_missed() {
    let rig = rig("no-health no-stdio no-controller");
    let plugin = serves(&rig);
    rig.host.unload(&plugin).unwrap();
}

#[test]
fn ten_mebibytes_on_stdout_block_nothing() {
    serves(&rig("flood-stdout"));
}

#[test]
fn a_flood_on_stderr_before_the_line_blocks_nothing() {
    serves(&rig("flood-stderr"));
}

#[test]
fn a_log_line_of_any_length_is_taken() {
    let rig = rig("long-log log-kinds");
    serves(&rig);
    logged(&rig, "a warning");
    logged(&rig, "llll");
}

#[test]
fn a_garbage_frame_is_refused() {
    let text = r#"#!/usr/bin/env python3
import os, socket, time
s = socket.socket(socket.AF_UNIX)
path = os.environ["PLUGIN_UNIX_SOCKET_DIR"] + "/s"
s.bind(path); s.listen()
print("1|1|unix|" + path + "|grpc|", flush=True)
c, _ = s.accept()
c.sendall(b"\xff" * 70000)
time.sleep(60)
"#;
    let error = script(text, 5.0).load().unwrap_err();
    assert!(is(&error, "plugin-exited") || is(&error, "process-protocol"), "{}", error.report());
}

#[test]
fn an_ignored_shutdown_and_an_ignored_term_end_by_kill() {
    let rig = rig("ignore-shutdown ignore-term");
    let plugin = serves(&rig);
    assert_eq!(rig.host.unload(&plugin).unwrap(), Unload::Exited("killed by signal 9".to_owned()));
    let rig = self::rig("hang-shutdown");
    let plugin = serves(&rig);
    assert!(matches!(rig.host.unload(&plugin).unwrap(), Unload::Exited(_)));
}

#[test]
fn a_stopped_process_is_killed() {
    let rig = rig("");
    let plugin = serves(&rig);
    let process = process_of(&plugin);
    assert!(std::process::Command::new("kill").args(["-STOP", &process.to_string()]).status().unwrap().success());
    let late = Call::new("hotshoe.test.Faults/Echo", Encoding::Json, b"{}").within(Duration::from_millis(300));
    assert_eq!(plugin.call(&late, &mut Vec::new()).unwrap_err().code(), Code::CALL_DEADLINE);
    assert_eq!(rig.host.unload(&plugin).unwrap(), Unload::Exited("killed by signal 9".to_owned()));
    assert!(!lives(process));
}

#[test]
fn a_grandchild_in_a_session_of_its_own_ends_with_the_plugin() {
    let rig = rig("");
    let plugin = serves(&rig);
    let child = call(&plugin, "Fork", "{}").unwrap()["process"].as_u64().unwrap();
    assert!(lives(child));
    rig.host.unload(&plugin).unwrap();
    within(5, || !lives(child), || format!("{child} lives"));
}

#[test]
fn death_in_a_call_ends_it_and_the_plugin() {
    let rig = rig("");
    let plugin = serves(&rig);
    let error = call(&plugin, "Die", r#"{"signal": 9}"#).unwrap_err();
    assert!(is(&error, "plugin-exited") && error.report().contains("killed by signal 9"), "{}", error.report());
    let error = call(&plugin, "hotshoe.test.Faults/Echo", "{}").unwrap_err();
    // The runtime says the one, and the loader the other as soon as it was told.
    assert!(is(&error, "plugin-exited") || is(&error, "plugin-ended"), "{}", error.report());
    within(5, || plugin.why_ended().is_some(), || "the host was not told".to_owned());
}

#[test]
fn death_in_a_stream_ends_it_after_what_has_come() {
    let rig = rig("");
    let plugin = serves(&rig);
    let mut got: Vec<Vec<u8>> = Vec::new();
    let input = br#"{"messages": 10, "dieAfter": 3}"#;
    let error = plugin.call(&Call::new("Count", Encoding::Json, input), &mut got).unwrap_err();
    assert!(is(&error, "plugin-exited"), "{}", error.report());
    assert_eq!(got.len(), 3);
}

#[test]
fn the_last_words_of_a_panic_are_in_the_log() {
    let rig = rig("");
    let plugin = serves(&rig);
    let error = call(&plugin, "Panic", "{}").unwrap_err();
    assert!(is(&error, "plugin-exited"), "{}", error.report());
    logged(&rig, "asked to panic");
}

#[test]
fn pipes_that_are_closed_are_no_end() {
    serves(&rig("close-stdio"));
}

#[test]
fn a_call_ends_at_its_deadline_and_the_plugin_hears_it() {
    let rig = rig("");
    let plugin = serves(&rig);
    let wait = Call::new("Wait", Encoding::Json, br#"{"milliseconds": 20000}"#).within(Duration::from_millis(200));
    assert_eq!(plugin.call(&wait, &mut Vec::new()).unwrap_err().code(), Code::CALL_DEADLINE);
    logged(&rig, "a call was cancelled");
}

#[test]
fn a_call_is_cancelled_from_another_thread_and_the_plugin_hears_it() {
    let rig = rig("");
    let plugin = serves(&rig);
    let token = CancelToken::default();
    std::thread::scope(|threads| {
        let (its, plugin) = (token.clone(), &plugin);
        let waits = threads.spawn(move || {
            let wait = Call::new("Wait", Encoding::Json, br#"{"milliseconds": 20000}"#).cancelled_by(&its);
            plugin.call(&wait, &mut Vec::new()).unwrap_err().code()
        });
        std::thread::sleep(Duration::from_millis(200));
        token.fire();
        assert_eq!(waits.join().unwrap(), Code::CALL_CANCELLED);
    });
    logged(&rig, "a call was cancelled");
}

#[test]
fn an_unknown_method_has_a_hint_and_a_wrong_input_its_field() {
    let rig = rig("");
    let plugin = serves(&rig);
    let error = call(&plugin, "Ehco", "{}").unwrap_err();
    assert!(is(&error, "method-unknown") && error.report().contains("Echo"), "{}", error.report());
    let error = call(&plugin, "Wait", r#"{"miliseconds": 3}"#).unwrap_err();
    assert!(is(&error, "process-input") && error.report().contains("miliseconds"), "{}", error.report());
    let error = call(&plugin, "Fail", r#"{"code": 5, "message": "no such thing"}"#).unwrap_err();
    assert!(is(&error, "call-failed") && error.report().contains("no such thing"), "{}", error.report());
}

/// Takes its time, and wants no more than so many.
struct Slow(usize);

impl Sink for Slow {
    fn output(&mut self, _: &[u8]) -> ControlFlow<()> {
        std::thread::sleep(Duration::from_millis(2));
        self.0 += 1;
        ControlFlow::Continue(())
    }
}

#[test]
fn a_slow_sink_holds_a_stream_back_and_loses_nothing() {
    let rig = rig("");
    let plugin = serves(&rig);
    let mut slow = Slow(0);
    let input = br#"{"messages": 200, "size": 65536}"#;
    plugin.call(&Call::new("Count", Encoding::Json, input), &mut slow).unwrap();
    assert_eq!(slow.0, 200);
}

#[test]
fn a_mebibyte_goes_both_ways() {
    let rig = rig("");
    let plugin = serves(&rig);
    let input = json!({"data": "AAAA".repeat((1 << 20) / 3)}).to_string();
    assert_eq!(call(&plugin, "hotshoe.test.Faults/Echo", &input).unwrap().to_string(), input);
}

#[test]
fn an_answer_larger_than_allowed_is_refused() {
    let rig = Rig::new(
        go("peer"),
        r#"{"cookie": {"key": "ORI_PLUGIN", "value": "ori-agent-v1"}, "largest_message": 65536, "start_timeout": 20}"#,
        r#"{"arguments": ["faults"]}"#,
    );
    let plugin = rig.loaded_or_told();
    let error = outputs(&plugin, "Count", r#"{"messages": 1, "size": 100000}"#).unwrap_err();
    assert!(is(&error, "call-too-large"), "{}", error.report());
    serves_still(&plugin);
}

fn serves_still(plugin: &Plugin) {
    assert_eq!(
        call(plugin, "hotshoe.test.Faults/Echo", r#"{"data": "aGVsbG8="}"#).unwrap(),
        json!({"data": "aGVsbG8="})
    );
}

fn many(calls: usize) {
    let rig = rig("flood-log");
    let plugin = rig.loaded_or_told();
    std::thread::scope(|threads| {
        for caller in 0..8 {
            let plugin = &plugin;
            threads.spawn(move || {
                for round in 0..calls {
                    let input = json!({"milliseconds": 0}).to_string();
                    call(plugin, "Wait", &input).unwrap_or_else(|error| panic!("{caller} {round}: {}", error.report()));
                }
            });
        }
    });
}

#[test]
fn many_calls_of_many_threads_lose_none() {
    many(1000);
}

#[test]
#[ignore = "as many as the soak makes"]
fn very_many_calls_of_many_threads_lose_none() {
    many(10_000);
}

#[test]
fn an_idle_plugin_that_floods_its_log_does_not_block() {
    let rig = rig("flood-log");
    let plugin = rig.loaded_or_told();
    logged(&rig, "line 1500");
    serves_still(&plugin);
}

#[test]
fn no_file_of_the_host_leaks_into_the_plugin() {
    let secret = fs::File::open("/etc/hostname").unwrap();
    rustix_keeps(&secret);
    let rig = rig("");
    let plugin = rig.loaded_or_told();
    let itself = call(&plugin, "Self", "{}").unwrap();
    let files: Vec<&str> = itself["open_files"]
        .as_array()
        .unwrap_or_else(|| panic!("{itself}"))
        .iter()
        .filter_map(|file| file.as_str())
        .collect();
    assert!(!files.iter().any(|file| file.contains("hostname")), "{files:?}");
    assert!(Path::new(itself["executable"].as_str().unwrap()).ends_with("bin/peer"), "{itself}");
}

/// Makes a file one that a child inherits.
fn rustix_keeps(file: &fs::File) {
    rustix::io::fcntl_setfd(file, rustix::io::FdFlags::empty()).unwrap();
}
