//! Plugins that call their host.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use hotshoe::error::{Code, Error, Result};
use hotshoe::plugin::Plugin;
use hotshoe::runtime::{Call, Encoding, Services, Sink};
use serde_json::{Value, json};

use crate::peers::{REGISTRY, Rig, call, go};

/// Serves by a function of method and input.
struct Serves<F>(F);

impl<F: Fn(&str, &[u8]) -> Result<Vec<u8>> + Send + Sync> Services for Serves<F> {
    fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
        assert_eq!(call.encoding, Encoding::Json);
        let answer = self.0(call.method, call.input)?;
        let _ = sink.output(&answer);
        Ok(())
    }
}

fn offer(plugin: &Plugin, serve: impl Fn(&str, &[u8]) -> Result<Vec<u8>> + Send + Sync + 'static) {
    plugin.offer(Arc::new(Serves(serve))).unwrap_or_else(|error| panic!("{}", error.report()));
}

fn faults() -> Rig {
    Rig::new(go("peer"), REGISTRY, r#"{"arguments": ["faults"]}"#)
}

fn call_back(plugin: &Plugin, broker: u32, data: &str) -> Result<Value> {
    call(plugin, "CallBack", &json!({"broker": broker, "data": data, "times": 2}).to_string())
}

/// A switch that one thread waits for.
#[derive(Default)]
struct Event(Mutex<bool>, Condvar);

impl Event {
    fn set(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }

    fn wait(&self) {
        let waited = self.1.wait_timeout_while(self.0.lock().unwrap(), Duration::from_secs(20), |set| !*set).unwrap();
        assert!(*waited.0, "nothing has come");
    }
}

#[test]
fn a_plugin_calls_its_host_by_the_broker_again_and_again() {
    let rig = faults();
    let plugin = rig.loaded_or_told();
    let served = Arc::new(AtomicUsize::new(0));
    let its = served.clone();
    offer(&plugin, move |method, input| {
        assert_eq!(method, "hotshoe.test.Host/Echo");
        its.fetch_add(1, Ordering::SeqCst);
        Ok(input.to_vec())
    });
    for data in ["YWJj", "eHl6"] {
        let answer = call_back(&plugin, 1, data).unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(answer["data"], json!(data));
    }
    assert_eq!(served.load(Ordering::SeqCst), 4);
    rig.host.unload(&plugin).unwrap();
}

#[test]
fn what_a_service_says_of_its_failure_comes_back() {
    let rig = faults();
    let plugin = rig.loaded_or_told();
    offer(&plugin, |_, _| Err(Error::new(Code::CALL_FAILED, "no such n\u{f6}te")));
    let error = call_back(&plugin, 1, "YWJj").unwrap_err();
    assert!(error.message().contains("no such n\u{f6}te"), "{}", error.report());
}

#[test]
fn a_service_may_call_the_plugin_again() {
    let rig = faults();
    let plugin = rig.loaded_or_told();
    let again = Arc::downgrade(&plugin);
    offer(&plugin, move |_, input| {
        let plugin = again.upgrade().expect("it is called now");
        call(&plugin, "hotshoe.test.Faults/Echo", str::from_utf8(input).unwrap())
            .map(|answer| answer.to_string().into())
    });
    let answer = call_back(&plugin, 2, "YWJj").unwrap_or_else(|error| panic!("{}", error.report()));
    assert_eq!(answer["data"], json!("YWJj"));
}

#[test]
fn eight_threads_are_called_back_at_once() {
    let rig = faults();
    let plugin = rig.loaded_or_told();
    offer(&plugin, |_, input| Ok(input.to_vec()));
    std::thread::scope(|scope| {
        for number in 1..=8 {
            let plugin = &plugin;
            scope.spawn(move || {
                for _ in 0..10 {
                    call_back(plugin, number, "YWJj").unwrap_or_else(|error| panic!("{}", error.report()));
                }
            });
        }
    });
}

#[test]
fn an_announcement_is_renewed_when_the_plugin_has_forgotten_it() {
    let rig = faults();
    let plugin = rig.loaded_or_told();
    offer(&plugin, |_, input| Ok(input.to_vec()));
    // The time is that of go-plugin: nothing tells when it is over.
    std::thread::sleep(Duration::from_millis(6000));
    call_back(&plugin, 1, "YWJj").unwrap_or_else(|error| panic!("{}", error.report()));
}

#[test]
fn nothing_is_served_any_more_when_unload_has_returned() {
    let rig = faults();
    let plugin = rig.loaded_or_told();
    let (begun, goes_on) = (Arc::new(Event::default()), Arc::new(Event::default()));
    let over = Arc::new(AtomicUsize::new(0));
    let (its_begun, its_goes_on, its_over) = (begun.clone(), goes_on.clone(), over.clone());
    offer(&plugin, move |_, input| {
        its_begun.set();
        its_goes_on.wait();
        its_over.fetch_add(1, Ordering::SeqCst);
        Ok(input.to_vec())
    });
    std::thread::scope(|scope| {
        let caller = scope.spawn(|| {
            let call = Call::new("CallBack", Encoding::Json, br#"{"broker": 1}"#).within(Duration::from_millis(300));
            plugin.call(&call, &mut Vec::<Vec<u8>>::new())
        });
        begun.wait();
        let error = caller.join().unwrap().unwrap_err();
        assert_eq!(error.code(), Code::CALL_DEADLINE, "{}", error.report());
        let unload = scope.spawn(|| rig.host.unload(&plugin));
        // The service still runs: its end is waited for.
        std::thread::sleep(Duration::from_millis(200));
        assert!(!unload.is_finished());
        goes_on.set();
        unload.join().unwrap().unwrap();
    });
    assert_eq!(over.load(Ordering::SeqCst), 1);
    assert!(!rig.log().iter().any(|line| line.contains("still serves")), "{:#?}", rig.log());
}

#[test]
fn another_program_is_not_served() {
    let rig = faults();
    let plugin = rig.loaded_or_told();
    offer(&plugin, |_, input| Ok(input.to_vec()));
    let own = call(&plugin, "hotshoe.test.Faults/Self", "{}").unwrap();
    let folder = variable(&own, "PLUGIN_UNIX_SOCKET_DIR");
    let socket = folder.join("host-1");
    assert!(fs::metadata(&socket).unwrap().file_type().is_socket());
    let mut stream = UnixStream::connect(&socket).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let begun = Instant::now();
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0, "it was closed without a word");
    assert!(begun.elapsed() < Duration::from_secs(5));
    call_back(&plugin, 1, "YWJj").unwrap_or_else(|error| panic!("{}", error.report()));
    rig.host.unload(&plugin).unwrap();
    assert!(!socket.exists());
}

fn variable(own: &Value, name: &str) -> PathBuf {
    let variables = own["environment"].as_array().unwrap().iter().filter_map(Value::as_str);
    let mut found = variables.filter_map(|variable| variable.strip_prefix(name)?.strip_prefix('='));
    PathBuf::from(found.next().expect("it is set"))
}

/// A program that calls its host and answers with what that says.
const SCRIPT: &str = r#"#!/usr/bin/env python3
import json, sys
def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
asked = {}
for line in sys.stdin:
    message = json.loads(line)
    if "method" not in message:
        say({"jsonrpc": "2.0", "id": asked.pop(message["id"]), "result": message.get("result", message.get("error"))})
    elif message["method"] == "call/back":
        asked["of-" + str(message["id"])] = message["id"]
        say({"jsonrpc": "2.0", "id": "of-" + str(message["id"]), "method": "host/echo", "params": message["params"]})
    elif message["method"] == "echo/plain":
        say({"jsonrpc": "2.0", "id": message["id"], "result": message["params"]})
    elif "id" in message:
        say({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "unknown"}})
"#;

fn script(folder: &Path) -> Rig {
    let program = folder.join("caller.py");
    fs::write(&program, SCRIPT).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    Rig::new(&program, r#"{"protocol": "json-rpc"}"#, "{}")
}

#[test]
fn a_plugin_of_json_rpc_calls_its_host_which_calls_it_again() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("callback-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let rig = script(&folder);
    let plugin = rig.loaded_or_told();
    let again = Arc::downgrade(&plugin);
    offer(&plugin, move |method, input| {
        assert_eq!(method, "host/echo");
        let plugin = again.upgrade().expect("it is called now");
        call(&plugin, "echo/plain", str::from_utf8(input).unwrap()).map(|answer| answer.to_string().into())
    });
    std::thread::scope(|scope| {
        for number in 0..8 {
            let plugin = &plugin;
            scope.spawn(move || {
                let said = json!({"number": number});
                let answer = call(plugin, "call/back", &said.to_string());
                assert_eq!(answer.unwrap_or_else(|error| panic!("{}", error.report())), said);
            });
        }
    });
    rig.host.unload(&plugin).unwrap();
    fs::remove_dir_all(folder).unwrap();
}

/// Says whether its output was taken, once the call that it belongs to is over.
struct Late {
    begun: Event,
    goes_on: Event,
    was_taken: Mutex<Option<bool>>,
    done: Event,
}

impl Services for Late {
    fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
        assert!(call.deadline.is_some(), "the plugin passes its deadline on");
        self.begun.set();
        self.goes_on.wait();
        *self.was_taken.lock().unwrap() = Some(sink.output(call.input).is_continue());
        self.done.set();
        Ok(())
    }
}

#[test]
fn what_a_plugin_waits_for_no_more_is_not_taken() {
    let rig = faults();
    let plugin = rig.loaded();
    let (begun, goes_on, done) = Default::default();
    let late = Arc::new(Late { begun, goes_on, was_taken: Mutex::default(), done });
    plugin.offer(late.clone()).unwrap();
    let call = Call::new("CallBack", Encoding::Json, br#"{"broker": 1}"#).within(Duration::from_millis(500));
    let error = plugin.call(&call, &mut Vec::<Vec<u8>>::new()).unwrap_err();
    assert_eq!(error.code(), Code::CALL_DEADLINE, "{}", error.report());
    late.begun.wait();
    late.goes_on.set();
    late.done.wait();
    assert_eq!(*late.was_taken.lock().unwrap(), Some(false));
}
