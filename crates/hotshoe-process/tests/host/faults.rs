//! What a plugin can do wrong, until it can be called, while it is, and at its end.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::peers::{Rig, call, go};

/// A plugin with these faults, in a host that does not wait long.
fn faulty(faults: &[&str]) -> Rig {
    let arguments: Vec<&str> = ["faults"].iter().chain(faults).copied().collect();
    let settings = r#"{"protocol": "go-plugin", "cookie": {"key": "ORI_PLUGIN", "value": "ori-agent-v1"},
        "start_timeout": 3, "stop_timeout": 0.5, "call_timeout": 20}"#;
    Rig::new(go("peer"), settings, &json!({"arguments": arguments}).to_string())
}

/// The code, and a part of the message, of a plugin that cannot be loaded.
#[track_caller]
fn refused(faults: &[&str], code: &str, part: &str) {
    let began = Instant::now();
    let rig = faulty(faults);
    let error = rig.load().expect_err("it cannot be called").report();
    assert!(error.contains(&format!("[{code}]")) && error.contains(part), "{faults:?}: {error}");
    assert!(began.elapsed() < Duration::from_secs(12), "{faults:?} took {:?}", began.elapsed());
}

/// A plugin that works in spite of what it does.
#[track_caller]
fn works(faults: &[&str]) -> Rig {
    let rig = faulty(faults);
    let plugin = rig.load().unwrap_or_else(|error| panic!("{faults:?}: {}\n{:#?}", error.report(), rig.log()));
    let answer = call(&plugin, "Echo", r#"{"data": "aGk="}"#).unwrap_or_else(|error| panic!("{}", error.report()));
    assert_eq!(answer, json!({"data": "aGk="}), "{faults:?}");
    rig.host.unload(&plugin).unwrap_or_else(|error| panic!("{}", error.report()));
    rig
}

#[test]
fn a_line_that_does_not_come_is_told_with_what_came_instead() {
    refused(&["no-line"], "process-handshake", "no handshake line within 3 s");
    refused(&["empty-line"], "process-handshake", "no handshake line");
    refused(&["no-newline"], "process-handshake", "it has written `1|1|");
}

#[test]
fn a_line_without_end_or_of_a_mebibyte_is_refused_at_once() {
    refused(&["huge-line"], "process-handshake", "");
    refused(&["endless-line"], "process-handshake", "");
}

#[test]
fn a_line_that_is_slow_or_comes_byte_by_byte_is_read() {
    works(&["slow-line=300"]);
    works(&["byte-at-a-time"]);
    works(&["no-newline-close"]);
    works(&["crlf"]);
}

#[test]
fn noise_before_the_line_goes_to_the_log() {
    let rig = works(&["noise-before=3"]);
    assert!(rig.log().len() >= 3, "{:?}", rig.log());
    works(&["noise-binary"]);
    refused(&["noise-before=40"], "process-handshake", "");
}

#[test]
fn another_version_of_the_protocol_is_refused_with_both_sides() {
    refused(&["version=7"], "process-handshake-version", "7");
    refused(&["core=2"], "process-handshake", "2");
}

#[test]
fn net_rpc_is_refused_by_its_name() {
    refused(&["protocol=netrpc"], "process-protocol", "net/rpc");
    refused(&["four-fields"], "process-protocol", "net/rpc");
}

#[test]
fn a_plugin_that_ends_before_it_can_be_called_says_how_and_with_which_words() {
    refused(&["exit-before-line=5"], "process-handshake", "exit code 5");
    refused(&["panic-before-line"], "process-handshake", "panic");
    refused(&["exit-after-line"], "plugin-exited", "");
}

#[test]
fn another_cookie_is_said_to_be_that() {
    let settings = r#"{"protocol": "go-plugin", "cookie": {"key": "ORI_PLUGIN", "value": "wrong"}}"#;
    let rig = Rig::new(go("peer"), settings, r#"{"arguments": ["math"]}"#);
    let error = rig.load().expect_err("it ends by itself").report();
    assert!(error.contains("[process-handshake]") && error.contains("cookie"), "{error}");
}

#[test]
fn an_address_that_is_not_the_plugins_own_is_refused_before_a_byte_is_sent() {
    refused(&["outside"], "process-handshake-address", "");
    refused(&["link"], "process-handshake-address", "");
    refused(&["file"], "process-handshake-address", "");
    refused(&["network=tcp", "address=8.8.8.8:53"], "process-handshake-address", "8.8.8.8");
    refused(&["address=/etc/passwd"], "process-handshake-address", "");
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("address={}", other.local_addr().unwrap());
    refused(&["network=tcp", &address], "process-handshake-address", "");
    other.set_nonblocking(true).unwrap();
    if let Ok((mut connection, _)) = other.accept() {
        let mut said = Vec::new();
        let _ = std::io::Read::read_to_end(&mut connection, &mut said);
        assert!(said.is_empty(), "it was told {said:?}");
    }
    works(&["tcp"]);
}

#[test]
fn a_plugin_that_says_it_does_not_serve_is_not_loaded() {
    refused(&["not-serving"], "process-not-serving", "not serving");
}

#[test]
fn floods_do_not_block_a_plugin() {
    works(&["flood-stderr"]);
    works(&["flood-stdout"]);
    let rig = works(&["long-log=200000"]);
    assert!(rig.log().iter().all(|line| line.len() < 70_000));
}

#[test]
fn services_that_a_plugin_lacks_are_not_missed() {
    works(&["no-health"]);
    works(&["no-stdio"]);
    works(&["no-controller"]);
    works(&["close-stdio"]);
}

#[test]
fn a_plugin_that_does_not_end_when_it_is_asked_is_ended() {
    for faults in [&["ignore-shutdown"][..], &["hang-shutdown"], &["ignore-shutdown", "ignore-term"]] {
        let rig = faulty(faults);
        let plugin = rig.load().unwrap_or_else(|error| panic!("{}", error.report()));
        let began = Instant::now();
        let ended = format!("{:?}", rig.host.unload(&plugin).unwrap());
        let by = if faults.len() == 2 { "signal 9" } else { "signal 15" };
        assert!(ended.contains(by), "{faults:?}: {ended}");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

#[test]
fn a_plugin_that_stands_still_is_ended_at_its_deadlines() {
    let rig = faulty(&[]);
    let plugin = rig.loaded_or_told();
    let itself = call(&plugin, "Self", "{}").unwrap();
    let pid = itself["process"].as_i64().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-STOP", &pid]).status().unwrap().success());
    let error = crate::peers::call_within(&plugin, "Echo", "{}", Duration::from_millis(200)).unwrap_err();
    assert_eq!(error.code().as_str(), "call-deadline");
    let ended = format!("{:?}", rig.host.unload(&plugin).unwrap());
    assert!(ended.contains("signal 9"), "{ended}");
}

#[test]
fn what_a_plugin_has_started_ends_with_it() {
    let rig = faulty(&[]);
    let plugin = rig.loaded_or_told();
    let child = call(&plugin, "Fork", "{}").unwrap()["process"].as_u64().unwrap();
    assert!(crate::peers::lives(child));
    rig.host.unload(&plugin).unwrap();
    crate::peers::gone(child);
}

#[test]
fn a_program_that_cannot_be_executed_says_why() {
    let tree =
        hotshoe_testkit::PluginTree::new().file("no-program", "\u{7f}nothing").file("script", "#!/no/such/thing\n");
    for (name, part) in [("no-program", ""), ("script", "")] {
        let path = tree.path(name);
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let rig = Rig::new(&path, "{}", "{}");
        let error = rig.load().expect_err("it is no program").report();
        assert!(error.contains("[process-start]") && error.contains(part), "{error}");
    }
}

#[test]
fn settings_that_cannot_be_used_are_told_with_the_key() {
    let rig = Rig::new(go("peer"), "{}", r#"{"environment": {"LD_PRELOAD": "x"}}"#);
    let error = rig.load().expect_err("a manifest sets no environment").report();
    assert!(error.contains("[process-settings]") && error.contains("environment"), "{error}");
}
