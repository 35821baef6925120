//! A real MCP server, made with the official Python package, spoken with over its stdin and stdout.
#![cfg(unix)]

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use hotshoe_process::call::{Answer, Call, Encoding};
use hotshoe_process::failure::{Failure, Result, codes};
use hotshoe_process::json_rpc::{Descriptor, JsonRpc, Options, VERSION_PER_REQUEST, VERSIONS};
use hotshoe_process::session::Session;
use hotshoe_process::settings::Settings;
use serde_json::{Value, json};

/// What `tools/setup.sh test` installs.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../build/mcp/bin/python");

const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/server.py");

struct Server {
    session: Arc<JsonRpc>,
    process: Mutex<Child>,
    log: Mutex<Receiver<String>>,
}

impl Server {
    /// Started and greeted; none where the package is not installed.
    fn start(arguments: &[&str]) -> Option<Server> {
        if !Path::new(PYTHON).exists() {
            let required = env::var_os("CI").is_some() || env::var_os("HOTSHOE_REQUIRE_TOOLS").is_some();
            assert!(!required, "build/mcp is not there: run tools/setup.sh test");
            hotshoe_testkit::skip("build/mcp is not there (tools/setup.sh test)");
            return None;
        }
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut process = Command::new(PYTHON)
            .arg(SERVER)
            .args(arguments)
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Mutex::new(lines(process.stderr.take().unwrap()));
        let options = Options::of(&Settings::read("", "").unwrap(), "test", "1.0.0");
        let stdin = Arc::new(Descriptor::new(ours.into()).unwrap());
        let session = Arc::new(JsonRpc::new(options, stdin, Box::new(|_, text| println!("{text}"))));
        watch(&session, process.stdout.take().unwrap());
        session.start(soon()).unwrap();
        Some(Server { session, process: Mutex::new(process), log })
    }

    fn call(&self, method: &str, input: &Value) -> Result<Got> {
        let mut got = Got::default();
        self.session.call(&call(1, method, input.to_string().as_bytes()), &mut got).map(|()| got)
    }

    fn logs(&self, wanted: &str) {
        let log = self.log.lock().unwrap();
        while log.recv_timeout(Duration::from_secs(30)).expect(wanted) != wanted {}
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap();
        let _ = process.kill();
        let _ = process.wait();
    }
}

/// What stdout says goes to the session, as the watcher does it.
fn watch(session: &Arc<JsonRpc>, mut stdout: impl Read + Send + 'static) {
    let session = Arc::clone(session);
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = stdout.read(&mut bytes) {
            session.feed(&bytes[..count]);
        }
        session.stdout_closed();
    });
}

fn lines(stderr: ChildStderr) -> Receiver<String> {
    let (say, lines) = channel();
    thread::spawn(move || {
        BufReader::new(stderr).lines().map_while(|line| line.ok()).try_for_each(|line| say.send(line))
    });
    lines
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn call<'a>(key: u64, method: &'a str, input: &'a [u8]) -> Call<'a> {
    Call { key, method, encoding: Encoding::Json, input, streams: false, deadline: Some(soon()) }
}

#[derive(Debug, Default)]
struct Got {
    output: Value,
    progress: Vec<(u64, u64)>,
    status: Vec<String>,
}

impl Answer for Got {
    fn output(&mut self, output: &[u8]) -> Result<()> {
        self.output = serde_json::from_slice(output).unwrap();
        Ok(())
    }

    fn progress(&mut self, done: u64, total: u64) {
        self.progress.push((done, total));
    }

    fn status(&mut self, text: &str) {
        self.status.push(text.to_owned());
    }

    fn wanted(&self) -> Result<()> {
        Ok(())
    }
}

/// All that is the same in both kinds of versions.
fn speaks(server: &Server, version: &str) {
    let described = server.session.describe().unwrap();
    assert_eq!(described["version"], version);
    assert_eq!(described["server"], json!({"name": "real", "version": "0.5.0"}));
    let add = described["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "add").unwrap();
    assert_eq!(add["description"], "Adds two numbers.");
    assert_eq!(add["input_schema"]["required"], json!(["a", "b"]));
    server.session.health().unwrap();

    assert_eq!(server.call("add", &json!({"a": 2, "b": 3})).unwrap().output, json!({"sum": 5}));
    let text = "ü\n".repeat(100_000);
    assert_eq!(server.call("echo", &json!({ "text": text })).unwrap().output, json!([{"type": "text", "text": text}]));
    let got = server.call("count", &json!({"to": 3})).unwrap();
    assert_eq!(got.output, json!({"result": 3}));
    assert_eq!(got.progress, [(1, 3), (2, 3), (3, 3)]);
    assert_eq!(got.status, ["at 1", "at 2", "at 3"]);

    let failure = server.call("fail", &json!({"why": "no disk"})).unwrap_err();
    assert_eq!(failure.code(), Some(codes::CALL_FAILED));
    assert!(failure.to_string().contains("no disk"), "{failure}");
    assert_eq!(server.call("add", &json!({"a": "x"})).unwrap_err().code(), Some(codes::CALL_FAILED));
    assert_eq!(server.call("subtract", &json!({})).unwrap_err().code(), Some(codes::METHOD_UNKNOWN));
    let read = server.call("resources/read", &json!({"uri": "test://greeting"})).unwrap();
    assert_eq!(read.output["contents"][0]["text"], "hello");
}

/// Its tool learns of a cancel, and it goes on.
fn cancels(server: &Server) {
    thread::scope(|threads| {
        let sleeping = threads.spawn(|| server.session.call(&call(7, "sleep", b""), &mut Got::default()));
        server.logs("sleeping");
        server.session.cancel(7);
        assert_eq!(sleeping.join().unwrap(), Err(Failure::Cancelled));
    });
    server.logs("woken");
    assert_eq!(server.call("add", &json!({"a": 1, "b": 1})).unwrap().output, json!({"sum": 2}));
}

#[test]
fn a_real_server_is_spoken_with_in_the_newest_version_that_begins() {
    let Some(server) = Server::start(&[]) else { return };
    speaks(&server, VERSIONS[0]);
    cancels(&server);
}

#[test]
fn a_real_server_is_spoken_with_in_the_version_without_a_beginning() {
    let Some(server) = Server::start(&["per-request"]) else { return };
    speaks(&server, VERSION_PER_REQUEST);
    cancels(&server);
}

#[test]
fn many_calls_of_a_real_server_lose_none() {
    let Some(server) = Server::start(&[]) else { return };
    thread::scope(|threads| {
        for caller in 0..8 {
            let server = &server;
            threads.spawn(move || {
                for round in 0..25 {
                    let sum = json!({"sum": caller + round});
                    assert_eq!(server.call("add", &json!({"a": caller, "b": round})).unwrap().output, sum);
                }
            });
        }
    });
}

#[test]
fn a_real_server_that_dies_in_a_call_ends_it() {
    let Some(server) = Server::start(&[]) else { return };
    assert_eq!(server.call("die", &json!({})).unwrap_err().code(), Some(codes::PLUGIN_EXITED));
}

#[test]
fn a_real_server_ends_when_its_stdin_is_closed() {
    let Some(server) = Server::start(&[]) else { return };
    server.session.ask_to_end(soon());
    // The test would not end if the server did not.
    assert!(server.process.lock().unwrap().wait().unwrap().success());
}
