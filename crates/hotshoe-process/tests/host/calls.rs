//! Calls of a plugin: outputs, time limits, cancelling, failures, many at once.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hotshoe::plugin::Plugin;
use hotshoe::runtime::{Call, CancelToken, Encoding};
use serde_json::json;

use crate::peers::{Rig, call, call_within, go, outputs};

const SETTINGS: &str = r#"{"protocol": "go-plugin", "cookie": {"key": "ORI_PLUGIN", "value": "ori-agent-v1"},
    "stop_timeout": 0.5}"#;

fn peer() -> (Rig, Arc<Plugin>) {
    let rig = Rig::new(go("peer"), SETTINGS, r#"{"arguments": ["faults"]}"#);
    let plugin = rig.loaded_or_told();
    (rig, plugin)
}

#[test]
fn a_call_without_end_is_over_at_its_deadline_and_the_plugin_hears_it() {
    let (rig, plugin) = peer();
    let began = Instant::now();
    let error = call_within(&plugin, "Wait", r#"{"milliseconds": 60000}"#, Duration::from_millis(300)).unwrap_err();
    assert_eq!(error.code().as_str(), "call-deadline");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(call(&plugin, "Echo", "{}").unwrap(), json!({"data": ""}), "it goes on");
    rig.log_has("cancel");
}

#[test]
fn a_call_is_cancelled_from_another_thread() {
    let (rig, plugin) = peer();
    let token = CancelToken::default();
    let fires = token.clone();
    let firing = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        fires.fire();
    });
    let input = br#"{"milliseconds": 60000}"#;
    let began = Instant::now();
    let call = Call::new("Wait", Encoding::Json, input).cancelled_by(&token);
    let error = plugin.call(&call, &mut Vec::<Vec<u8>>::new()).unwrap_err();
    assert_eq!(error.code().as_str(), "call-cancelled");
    assert!(began.elapsed() < Duration::from_secs(3));
    firing.join().unwrap();
    rig.log_has("cancel");
}

#[test]
fn several_outputs_come_in_their_order() {
    let (_rig, plugin) = peer();
    let counted = outputs(&plugin, "Count", r#"{"messages": 100, "size": 1000}"#).unwrap();
    let numbers: Vec<u64> = counted.iter().map(|output| output["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers.len(), 100);
    assert!(numbers.is_sorted(), "{numbers:?}");
}

#[test]
fn a_failure_comes_with_its_status_and_words() {
    let (_rig, plugin) = peer();
    let error = call(&plugin, "Fail", r#"{"code": 5, "message": "no such city"}"#).unwrap_err().report();
    assert!(error.contains("[call-failed]") && error.contains("NOT_FOUND: no such city"), "{error}");
    let error = call(&plugin, "Ekho", "{}").unwrap_err().report();
    assert!(error.contains("[method-unknown]") && error.contains("Echo"), "{error}");
    let error = call(&plugin, "Wait", r#"{"milliseconds": "soon"}"#).unwrap_err().report();
    assert!(error.contains("[process-input]") && error.contains("milliseconds"), "{error}");
    let raw = Call::new("hotshoe.test.Faults/Nothing", Encoding::Raw, b"");
    let error = plugin.call(&raw, &mut Vec::<Vec<u8>>::new()).unwrap_err();
    assert_eq!(error.code().as_str(), "method-unknown");
}

#[test]
fn a_death_ends_the_call_that_it_meets_and_is_told_with_the_last_words() {
    let (rig, plugin) = peer();
    let error = call(&plugin, "Die", r#"{"signal": 9}"#).unwrap_err().report();
    assert!(error.contains("[plugin-exited]") && error.contains("killed by signal 9"), "{error}");
    let error = call(&plugin, "Echo", "{}").unwrap_err();
    assert!(["plugin-ended", "plugin-exited"].contains(&error.code().as_str()), "{}", error.report());
    rig.log_has("killed by signal 9");

    let (rig, plugin) = peer();
    let error = call(&plugin, "Panic", "{}").unwrap_err().report();
    assert!(error.contains("[plugin-exited]") && error.contains("exit code 2"), "{error}");
    rig.log_has("panic");

    let (_rig, plugin) = peer();
    let error =
        outputs(&plugin, "Count", r#"{"messages": 1000, "milliseconds_between": 1, "die_after": 10}"#).unwrap_err();
    assert_eq!(error.code().as_str(), "plugin-exited", "{}", error.report());
}

#[test]
fn a_mebibyte_goes_both_ways_and_what_is_too_large_is_refused() {
    let settings = SETTINGS.replace("\"stop_timeout\": 0.5", "\"stop_timeout\": 0.5, \"largest_message\": 2000000");
    let rig = Rig::new(go("peer"), &settings, r#"{"arguments": ["faults"]}"#);
    let plugin = rig.loaded_or_told();
    let echo = |bytes: usize| {
        // A field of bytes: its tag, its length, and it.
        let mut message = vec![0x0a];
        let mut length = bytes;
        while length >= 0x80 {
            message.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        message.push(length as u8);
        message.resize(message.len() + bytes, b'x');
        let mut outputs: Vec<Vec<u8>> = Vec::new();
        plugin.call(&Call::new("hotshoe.test.Faults/Echo", Encoding::Raw, &message), &mut outputs).map(|()| {
            assert_eq!(outputs, [message]);
        })
    };
    echo(1 << 20).unwrap_or_else(|error| panic!("{}", error.report()));
    assert_eq!(echo(3 << 20).unwrap_err().code().as_str(), "call-too-large");
    let error = outputs(&plugin, "Count", r#"{"messages": 1, "size": 3000000}"#).unwrap_err();
    assert_eq!(error.code().as_str(), "call-too-large");
    echo(10).unwrap_or_else(|error| panic!("{}", error.report()));
}

fn many(calls: usize) {
    let (_rig, plugin) = peer();
    thread::scope(|scope| {
        for thread in 0..8u8 {
            let plugin = &plugin;
            scope.spawn(move || {
                for number in 0..calls {
                    let message = [0x0a, 4, thread, number as u8, (number >> 8) as u8, 7];
                    let mut outputs: Vec<Vec<u8>> = Vec::new();
                    let call = Call::new("hotshoe.test.Faults/Echo", Encoding::Raw, &message);
                    plugin.call(&call, &mut outputs).unwrap_or_else(|error| panic!("{}", error.report()));
                    assert_eq!(outputs, [message]);
                }
            });
        }
    });
}

#[test]
fn eight_threads_lose_no_call() {
    many(1000);
}

#[test]
#[ignore = "takes long: tools/soak.sh runs it"]
fn eight_threads_lose_none_of_ten_thousand_calls_each() {
    many(10_000);
}

#[test]
fn a_plugin_that_nobody_calls_may_flood_its_log() {
    let rig = Rig::new(go("peer"), SETTINGS, r#"{"arguments": ["faults", "flood-log"]}"#);
    let plugin = rig.loaded_or_told();
    let before = rig.log().len();
    // More than any pipe holds.
    let until = Instant::now() + Duration::from_secs(20);
    while rig.log().len() < before + 500 {
        assert!(Instant::now() < until, "{} lines", rig.log().len());
        thread::sleep(Duration::from_millis(20));
    }
    call(&plugin, "Echo", "{}").unwrap();
}
