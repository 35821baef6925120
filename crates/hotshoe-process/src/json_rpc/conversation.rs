//! What both sides of a conversation share: what came in is sorted to whom it concerns.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::failure::{Failure, codes};
use crate::json_rpc::frame::{self, Frame, Reader};
use crate::json_rpc::mcp::Peer;
use crate::json_rpc::message::{self, Incoming, Items, METHOD_NOT_FOUND, MOST_SHOWN, RpcError, SERVER_ERROR, raw};
use crate::json_rpc::outgoing::{Outgoing, Refused};
use crate::json_rpc::oversize::IdScanner;
use crate::json_rpc::serving::{self, Serving};
use crate::json_rpc::tools::Cache;
use crate::json_rpc::waiting::{Fit, Refusal, Report, Waiting};
use crate::json_rpc::{Log, Options, Severity};
use crate::quoted::quoted;

/// How many things that are no messages end a conversation.
pub const MOST_NOISE: u32 = 16;

/// How many messages a batch may have.
const MOST_IN_BATCH: usize = 1000;

/// A conversation; its parts lock for themselves, and none while another is asked.
pub struct Conversation {
    pub(crate) options: Options,
    pub(crate) outgoing: Outgoing,
    pub(crate) waiting: Waiting,
    pub(crate) serving: Serving,
    pub(crate) tools: Cache,
    pub(crate) peer: OnceLock<Peer>,
    reader: Mutex<Reader>,
    noise: AtomicU32,
    log: Log,
    /// For what goes on on other threads.
    me: Weak<Conversation>,
}

impl Conversation {
    pub(crate) fn new(options: Options, outgoing: Outgoing, log: Log) -> Arc<Conversation> {
        Arc::new_cyclic(|me| Conversation {
            reader: Mutex::new(Reader::new(options.framing, options.largest_message)),
            options,
            outgoing,
            waiting: Waiting::default(),
            serving: Serving::default(),
            tools: Cache::default(),
            peer: OnceLock::new(),
            noise: AtomicU32::new(0),
            log,
            me: me.clone(),
        })
    }

    /// What the plugin is, as far as it is known.
    pub(crate) fn peer(&self) -> &Peer {
        self.peer.get().unwrap_or(&Peer::PLAIN)
    }

    /// Takes what the plugin has said.
    pub(crate) fn feed(&self, bytes: &[u8]) {
        if self.waiting.over().is_none() {
            self.reader.lock().unwrap_or_else(PoisonError::into_inner).feed(bytes, &mut |frame| self.take(frame));
        }
        self.outgoing.flush();
    }

    /// The plugin says nothing more.
    pub(crate) fn finish(&self) {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).finish(&mut |frame| self.take(frame));
    }

    /// Says something that nobody waits for.
    pub(crate) fn say(&self, bytes: Vec<u8>) {
        if let Err(Refused::Full) = self.outgoing.push_small(frame::write(self.options.framing, bytes)) {
            self.noise("it asks more than it reads the answers of");
        }
    }

    /// A message, if it is not too large to be sent.
    pub(crate) fn fitting(&self, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
        if bytes.len() <= self.options.largest_message {
            return Ok(bytes);
        }
        Err(too_large(format!("the input makes a message of {} bytes", bytes.len()), self.options.largest_message))
    }

    pub(crate) fn warn(&self, text: &str) {
        (self.log)(Severity::Warning, text);
    }

    fn take(&self, frame: Frame) {
        if self.waiting.over().is_some() {
            return;
        }
        match frame {
            Frame::Noise(text) => self.noise(&text),
            Frame::TooLarge { id, size } => {
                let failure = too_large(format!("the answer has {size} bytes"), self.options.largest_message);
                match id {
                    Some(id) => self.fit(id, Err(Refusal::Failure(failure))),
                    None => self.noise(&format!("a message of {size} bytes, which is too large")),
                }
            }
            Frame::Message(bytes) if bytes.trim_ascii_start().starts_with(b"[") => self.batch(&bytes),
            Frame::Message(bytes) => self.message(&bytes),
        }
    }

    fn batch(&self, bytes: &[u8]) {
        match serde_json::from_slice::<Items<'_, MOST_IN_BATCH>>(bytes) {
            Ok(batch) if batch.more == 0 && !batch.items.is_empty() => {
                batch.items.iter().for_each(|item| self.message(item.get().as_bytes()));
            }
            _ => self.noise(&quoted(bytes, 200)),
        }
    }

    fn message(&self, bytes: &[u8]) {
        match Incoming::read(bytes) {
            Some(Incoming::Answer { id: Some(id), outcome }) => self.fit(id, outcome.map_err(Refusal::Error)),
            Some(Incoming::Answer { id: None, outcome }) => self.noise(&unreadable(outcome)),
            Some(Incoming::Notification { method, params }) => self.notified(&method, params),
            Some(Incoming::Request { id, method, params }) => self.asked(id, &method, params),
            Some(Incoming::Broken { id }) => self.broken(Some(id), bytes),
            None => self.broken(maybe_answers(bytes), bytes),
        }
    }

    /// Nonsense, which may be the only answer that a call gets: then it need not wait for another.
    fn broken(&self, id: Option<u64>, bytes: &[u8]) {
        let text = quoted(bytes, 200);
        self.noise(&text);
        if let Some(id) = id {
            let message = format!("the plugin's answer is no message: `{text}`");
            let hint = "numbers such as NaN, and bytes that are no UTF-8, are no JSON";
            let failure = Failure::new(codes::PROTOCOL_NOISE, message).hint(hint);
            self.waiting.answer(id, Err(Refusal::Failure(failure)));
        }
    }

    fn fit(&self, id: u64, outcome: Result<Box<RawValue>, Refusal>) {
        if self.waiting.answer(id, outcome) == Fit::Unknown {
            self.noise(&format!("an answer to request {id}, which waits for none"));
        }
    }

    fn notified(&self, method: &str, params: Option<&RawValue>) {
        let params = params.map_or("{}", |params| params.get());
        let understood = match method {
            "notifications/progress" => self.progress(params),
            "notifications/message" => self.logged(params),
            "notifications/cancelled" => self.cancelled(params),
            "notifications/tools/list_changed" => {
                self.tools.drop_list();
                Some(())
            }
            _ => Some(()),
        };
        if understood.is_none() {
            self.noise(&format!("{method}: {}", quoted(params.as_bytes(), 200)));
        }
    }

    fn progress(&self, params: &str) -> Option<()> {
        let said: Progress = serde_json::from_str(params).ok()?;
        let status = said.message.map(|text| quoted(text.as_bytes(), MOST_SHOWN));
        let progress = said.progress.map(|done| scaled(done, said.total.unwrap_or(0.0)));
        self.waiting.report(said.token, Report { progress, status });
        Some(())
    }

    fn logged(&self, params: &str) -> Option<()> {
        let said: LogMessage<'_> = serde_json::from_str(params).ok()?;
        let severity = match said.level.as_str() {
            "warning" => Severity::Warning,
            "error" | "critical" | "alert" | "emergency" => Severity::Error,
            _ => Severity::Note,
        };
        let data = said.data.map_or("", |data| data.get());
        let text = serde_json::from_str::<String>(data).unwrap_or_else(|_| data.to_owned());
        let text = quoted(text.as_bytes(), MOST_SHOWN);
        match said.logger {
            Some(logger) => (self.log)(severity, &format!("{}: {text}", quoted(logger.as_bytes(), 100))),
            None => (self.log)(severity, &text),
        }
        Some(())
    }

    fn cancelled(&self, params: &str) -> Option<()> {
        let said: Cancelled<'_> = serde_json::from_str(params).ok()?;
        self.serving.cancel(said.id);
        Some(())
    }

    fn asked(&self, id: &RawValue, method: &str, params: Option<&RawValue>) {
        if method == "ping" {
            return self.say(message::result(id, &raw(&serde_json::json!({}))));
        }
        let me = self.me.clone();
        let reply: serving::Reply = Arc::new(move |bytes| {
            if let Some(me) = me.upgrade() {
                me.say(bytes);
            }
        });
        // As large as what may wait beside a call.
        let largest = self.options.largest_message.min(1 << 20);
        match self.serving.serve(id, method, params, largest, reply) {
            Ok(()) => {}
            Err(serving::Refused::Nothing) => {
                self.say(message::error(id, METHOD_NOT_FOUND, "the host has no such method"));
            }
            Err(serving::Refused::Busy) => self.say(message::error(id, SERVER_ERROR, "the host is busy")),
        }
    }

    fn noise(&self, text: &str) {
        let count = self.noise.fetch_add(1, Ordering::Relaxed) + 1;
        if count > MOST_NOISE {
            return;
        }
        self.warn(&format!("what the plugin says is no message ({count} of {MOST_NOISE}): `{text}`"));
        if count == MOST_NOISE {
            let message = format!("the plugin has said {MOST_NOISE} times what is no message; at last: `{text}`");
            self.waiting.all_over(
                Failure::new(codes::PROTOCOL_NOISE, message)
                    .hint("its stdout is for messages only: let it write its log to stderr"),
            );
        }
    }
}

#[derive(Deserialize)]
struct Progress {
    #[serde(rename = "progressToken")]
    token: u64,
    #[serde(default)]
    progress: Option<f64>,
    #[serde(default)]
    total: Option<f64>,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
struct LogMessage<'a> {
    #[serde(default)]
    level: String,
    #[serde(default)]
    logger: Option<String>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Cancelled<'a> {
    #[serde(rename = "requestId", borrow)]
    id: &'a RawValue,
}

/// The request that something broken answers, if it looks like an answer.
fn maybe_answers(bytes: &[u8]) -> Option<u64> {
    let mut scanner = IdScanner::default();
    scanner.feed(bytes);
    scanner.found().filter(|_| !scanner.has_method())
}

fn unreadable(outcome: Result<Box<RawValue>, RpcError>) -> String {
    match outcome {
        Err(error) => format!("it cannot read a message: {error}"),
        Ok(_) => "an answer to no request".to_owned(),
    }
}

fn too_large(what: String, largest: usize) -> Failure {
    Failure::new(codes::CALL_TOO_LARGE, format!("{what}, and {largest} are allowed"))
        .hint("`largest_message` in the host's profile says how much is allowed")
}

/// Whole numbers; those with a fraction in thousandths.
fn scaled(done: f64, total: f64) -> (u64, u64) {
    let whole = done.fract() == 0.0 && total.fract() == 0.0;
    let scale = if whole || total <= 0.0 { 1.0 } else { 1000.0 };
    let number = |value: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is cut to what there is")]
        let number = (value * scale) as u64;
        number
    };
    (number(done), number(total))
}
