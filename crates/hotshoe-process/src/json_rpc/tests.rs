//! A plugin that is a thread: it reads what the session says from a socket, and what it answers is fed.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, Weak};
use std::thread::{self, JoinHandle};

use super::*;
use crate::call::Encoding;

mod begin;
mod calls;
mod host;
mod hostile;

struct Plugin {
    session: Arc<JsonRpc>,
    logs: Arc<Mutex<Vec<String>>>,
    heard: Receiver<Value>,
    thread: Option<JoinHandle<()>>,
}

fn options() -> Options {
    Options {
        framing: Framing::Lines,
        largest_message: 4 << 20,
        describe_timeout: Duration::from_secs(10),
        host: "test".to_owned(),
        host_version: "1.2.3".to_owned(),
    }
}

impl Plugin {
    /// One that has not been started.
    fn new(options: Options, mut respond: impl FnMut(&Value) -> Vec<u8> + Send + 'static) -> Plugin {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (session, logs) = session(options, ours);
        let (say, heard) = channel();
        let weak = Arc::downgrade(&session);
        let thread = thread::spawn(move || serve(theirs, &weak, &say, &mut respond));
        Plugin { session, logs, heard, thread: Some(thread) }
    }

    /// An MCP server, started; `respond` sees what is not about its beginning.
    fn mcp(mut respond: impl FnMut(&Value) -> Vec<u8> + Send + 'static) -> Plugin {
        let plugin = Plugin::new(options(), move |message| match message["method"].as_str() {
            Some("initialize") => answer(
                message,
                &json!({
                    "protocolVersion": "2025-06-18",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "fake", "version": "0.1"},
                }),
            ),
            Some("tools/list") => answer(message, &json!({"tools": [{"name": "add", "description": "Adds."}]})),
            Some("notifications/initialized") => Vec::new(),
            _ => respond(message),
        });
        plugin.session.start(soon()).unwrap();
        plugin
    }

    fn call(&self, method: &str, input: &str) -> (Result<()>, Got) {
        let mut got = Got::default();
        (self.session.call(&call(1, method, input.as_bytes()), &mut got), got)
    }

    fn output(&self, method: &str, input: &str) -> String {
        let (result, got) = self.call(method, input);
        result.unwrap();
        got.text()
    }

    fn failure(&self, method: &str, input: &str) -> Failure {
        let (result, got) = self.call(method, input);
        assert_eq!(got.outputs.len(), 0);
        result.unwrap_err()
    }

    fn logs(&self) -> Vec<String> {
        self.logs.lock().unwrap().clone()
    }

    /// The next message of this method that the plugin hears.
    fn hears(&self, method: &str) -> Value {
        loop {
            let message = self.heard.recv_timeout(Duration::from_secs(10)).expect(method);
            if message["method"] == method {
                return message;
            }
        }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        self.session.ended("the test is over");
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking());
    }
}

fn session(options: Options, stdin: UnixStream) -> (Arc<JsonRpc>, Arc<Mutex<Vec<String>>>) {
    let logs = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&logs);
    let log: Log = Box::new(move |severity, text| lines.lock().unwrap().push(format!("{severity:?} {text}")));
    let stdin = Descriptor::new(stdin.into()).unwrap();
    (Arc::new(JsonRpc::new(options, Arc::new(stdin), log)), logs)
}

fn serve(
    stdin: UnixStream,
    session: &Weak<JsonRpc>,
    heard: &Sender<Value>,
    respond: &mut dyn FnMut(&Value) -> Vec<u8>,
) {
    let mut stdin = BufReader::new(stdin);
    let mut line = String::new();
    loop {
        line.clear();
        if stdin.read_line(&mut line).unwrap() == 0 {
            return;
        }
        if let Some(length) = line.strip_prefix("Content-Length: ") {
            let mut body = vec![0; length.trim().parse::<usize>().unwrap() + 2];
            stdin.read_exact(&mut body).unwrap();
            line = String::from_utf8(body).unwrap();
        }
        let message: Value = serde_json::from_str(&line).unwrap();
        let said = respond(&message);
        let _ = heard.send(message);
        if let Some(session) = session.upgrade() {
            session.feed(&said);
        }
    }
}

fn line(message: &Value) -> Vec<u8> {
    format!("{message}\n").into_bytes()
}

fn answer(request: &Value, result: &Value) -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "id": request["id"], "result": result}))
}

fn refuse(request: &Value, code: i64, message: &str) -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "id": request["id"], "error": {"code": code, "message": message}}))
}

fn unknown(request: &Value) -> Vec<u8> {
    if request.get("id").is_some() { refuse(request, -32601, "Method not found") } else { Vec::new() }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

fn call<'a>(key: u64, method: &'a str, input: &'a [u8]) -> Call<'a> {
    Call { key, method, encoding: Encoding::Json, input, streams: false, deadline: Some(soon()) }
}

/// What a caller has got.
#[derive(Debug, Default)]
struct Got {
    outputs: Vec<Vec<u8>>,
    progress: Vec<(u64, u64)>,
    status: Vec<String>,
    unwanted: bool,
}

impl Got {
    fn text(&self) -> String {
        assert_eq!(self.outputs.len(), 1);
        String::from_utf8(self.outputs[0].clone()).unwrap()
    }
}

impl Answer for Got {
    fn output(&mut self, output: &[u8]) -> Result<()> {
        self.outputs.push(output.to_vec());
        Ok(())
    }

    fn progress(&mut self, done: u64, total: u64) {
        self.progress.push((done, total));
    }

    fn status(&mut self, text: &str) {
        self.status.push(text.to_owned());
    }

    fn wanted(&self) -> Result<()> {
        if self.unwanted { Err(Failure::Cancelled) } else { Ok(()) }
    }
}
