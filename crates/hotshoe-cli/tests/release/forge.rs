//! A web server in the place of GitHub, GitLab and Forgejo, which none of them can be on a machine of tests.
//!
//! It answers as their documentation says, and keeps what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// A request that came.
#[derive(Clone, Debug)]
pub struct Request {
    /// `POST /repos/…`
    pub line: String,
    /// The header with the token.
    pub authorization: String,
    /// What it brought.
    pub body: Vec<u8>,
}

impl Request {
    /// The JSON that it brought.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// The server; it listens as long as the test runs.
pub struct Forge {
    /// Where it is.
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Forge {
    /// A server with these releases that takes everything but what has `refused` in its line.
    pub fn start(releases: Value, refused: &'static str) -> Forge {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (here, all) = (url.clone(), Arc::clone(&requests));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = receive(&stream);
                let (status, answer) = match !refused.is_empty() && request.line.contains(refused) {
                    true => (500, json!({ "message": "the disk is full" })),
                    false => answer(&request, &here, &releases),
                };
                all.lock().unwrap().push(request);
                let text = answer.to_string();
                let head =
                    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
                stream.write_all(format!("{head}{text}").as_bytes()).unwrap();
            }
        });
        Forge { url, requests }
    }

    /// What came, in its order.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The lines of what came.
    pub fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.line).collect()
    }
}

fn receive(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" | "job-token" => authorization = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Request { line, authorization, body }
}

fn answer(request: &Request, here: &str, releases: &Value) -> (u16, Value) {
    let (method, path) = request.line.split_once(' ').unwrap();
    match method {
        "DELETE" => (204, Value::Null),
        "PUT" => (201, json!({ "message": "201 Created" })),
        "PATCH" => (200, json!({ "html_url": format!("{here}/page") })),
        // GitLab: one release.
        "GET" if path.contains("/projects/") => {
            (if releases.as_array().unwrap().is_empty() { 404 } else { 200 }, json!({}))
        }
        "GET" if path.contains("/tags/") => {
            // Forgejo and Gitea show drafts there, GitHub does not.
            let shows_drafts = request.authorization.starts_with("token ");
            let is_shown = |release: &&Value| {
                (shows_drafts || release["draft"] == false) && path.ends_with(release["tag_name"].as_str().unwrap())
            };
            let shown = releases.as_array().unwrap().iter().find(is_shown);
            shown.map_or_else(|| (404, json!({ "message": "Not Found" })), |release| (200, release.clone()))
        }
        "GET" => (200, releases.clone()),
        "POST" if path.contains("/projects/") => (201, json!({ "_links": { "self": format!("{here}/page") } })),
        "POST" if path.contains("assets?") => (201, json!({ "size": attachment(&request.body) })),
        _ => (201, json!({ "id": 7, "upload_url": format!("{here}/upload/7/assets{{?name,label}}") })),
    }
}

/// How long the file is that was brought: all of the body, or the one part of a form.
fn attachment(body: &[u8]) -> usize {
    let text = String::from_utf8_lossy(body);
    if !text.starts_with("------") {
        return body.len();
    }
    let boundary = text.lines().next().unwrap().len();
    let head = body.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    // The boundary once more, with `--` and line ends around it.
    body.len() - head - boundary - "\r\n--\r\n".len()
}
