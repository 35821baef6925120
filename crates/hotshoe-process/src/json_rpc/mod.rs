//! JSON-RPC 2.0 over a plugin's stdin and stdout; so servers of the Model Context Protocol (MCP) are plugins.
//!
//! # Calls
//!
//! - A method without `/` that is the name of a tool calls the tool: the input is a JSON object, its arguments (nothing:
//!   `{}`). The output is the tool's `structuredContent` if there is some, else its list `content`, each as it is. A
//!   tool that answers with `isError` has failed: [`CALL_FAILED`](codes::CALL_FAILED) with its text.
//! - Any other method is called as it is (`resources/read`, `tools/call`), with the input as its parameters: an object, a
//!   list, or nothing. The output is the result. A program that is no MCP server has only such.
//! - An error is `CALL_FAILED` with its number and message; -32601 is [`METHOD_UNKNOWN`](codes::METHOD_UNKNOWN).
//! - Both encodings are the same: the bytes of this protocol are JSON. Nothing streams.
//! - An MCP server is told when a call was cancelled, or its time was over, and may report how far it is.
//!
//! # Who does what
//!
//! Nothing in here has a thread, but for calls of the host by the plugin, while there are some. The one who watches the
//! plugin's stdout gives what it says to [`JsonRpc::feed`], which never waits; callers write for themselves. What a
//! plugin does not take from its stdin waits in a queue that is bounded.
//!
//! # Hostile plugins
//!
//! What is no message is noise: each is logged, and [`MOST_NOISE`] of them end the conversation with
//! [`PROTOCOL_NOISE`](codes::PROTOCOL_NOISE). So is an answer that nobody waits for, unless somebody did so once.

mod conversation;
mod exchange;
pub mod frame;
mod mcp;
mod message;
mod outgoing;
mod oversize;
mod serving;
mod tools;
mod waiting;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::call::{Answer, Call};
use crate::failure::{Failure, Result, codes};
use crate::json_rpc::conversation::Conversation;
use crate::json_rpc::exchange::Exchange;
use crate::json_rpc::outgoing::Outgoing;
use crate::json_rpc::waiting::{Refusal, Waiter};
use crate::quoted::quoted;
use crate::session::{Services, Session};
use crate::settings::{Framing, Settings};

pub use conversation::MOST_NOISE;
pub use mcp::{VERSION_PER_REQUEST, VERSIONS};
#[cfg(unix)]
pub use outgoing::Descriptor;
pub use outgoing::Pipe;

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Somebody should mend it.
    Warning,
    /// Something does not work.
    Error,
}

/// Takes the lines of the log: what the plugin logs by a message, and what is odd about it. Called on any thread; it must
/// not wait for the plugin.
pub type Log = Box<dyn Fn(Severity, &str) + Send + Sync>;

/// How a conversation goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where a message ends.
    pub framing: Framing,
    /// The largest message, in bytes, either way.
    pub largest_message: usize,
    /// How long it may take to describe a plugin.
    pub describe_timeout: Duration,
    /// The host's name, as the plugin is told.
    pub host: String,
    /// The host's version, as the plugin is told.
    pub host_version: String,
}

impl Options {
    /// As the settings say.
    pub fn of(settings: &Settings, host: &str, host_version: &str) -> Options {
        Options {
            framing: settings.framing,
            largest_message: settings.largest_message,
            describe_timeout: settings.call_timeout.unwrap_or(Duration::from_secs(30)),
            host: host.to_owned(),
            host_version: host_version.to_owned(),
        }
    }
}

/// How long a plugin may take to show that it lives.
const HEALTH: Duration = Duration::from_secs(2);

/// How long it is tried to say what is left before stdin is closed.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A conversation with a plugin in JSON-RPC.
pub struct JsonRpc {
    conversation: Arc<Conversation>,
}

impl JsonRpc {
    /// Of a plugin whose stdin is the other end of `stdin`. Nothing is said before [`JsonRpc::start`].
    pub fn new(options: Options, stdin: Arc<dyn Pipe>, log: Log) -> JsonRpc {
        let outgoing = Outgoing::new(stdin, options.largest_message);
        JsonRpc { conversation: Conversation::new(options, outgoing, log) }
    }

    /// Finds out what the plugin is. Meanwhile somebody else must [`feed`](JsonRpc::feed) what it says.
    pub fn start(&self, until: Instant) -> Result<()> {
        let peer = mcp::begin(&self.conversation, until)?;
        let _ = self.conversation.peer.set(peer);
        Ok(())
    }

    /// Takes what the plugin's stdout says, in pieces of any size. It never waits.
    pub fn feed(&self, bytes: &[u8]) {
        self.conversation.feed(bytes);
    }

    /// The plugin has closed its stdout: nothing can be answered any more.
    pub fn stdout_closed(&self) {
        self.conversation.finish();
        self.conversation.waiting.all_over(
            Failure::new(codes::PLUGIN_EXITED, "the plugin has closed its stdout")
                .hint("look at its log: it may have failed, or is just ending"),
        );
    }

    /// Whether something waits for room in the plugin's stdin: then call [`JsonRpc::write`] when there is some.
    pub fn wants_to_write(&self) -> bool {
        self.conversation.outgoing.flush()
    }

    /// Writes what can be written now; whether anything is left.
    pub fn write(&self) -> bool {
        self.conversation.outgoing.flush()
    }

    fn run(&self, call: &Call<'_>, waiter: Arc<Waiter>, answer: &mut dyn Answer) -> Result<()> {
        let input = input(call.input)?;
        let mut exchange = Exchange::of_call(&self.conversation, waiter, call.deadline, answer);
        let peer = self.conversation.peer();
        let is_tool = peer.has_tools
            && !call.method.contains('/')
            && self.conversation.tools.has(call.method, &mut exchange, &self.conversation)?;
        if is_tool {
            self.call_tool(call.method, input, &mut exchange)
        } else {
            self.call_method(call.method, input, &mut exchange)
        }
    }

    fn call_tool(&self, name: &str, input: Option<&RawValue>, exchange: &mut Exchange<'_>) -> Result<()> {
        let empty = message::raw(&json!({}));
        let arguments = input.unwrap_or(&empty);
        if !arguments.get().starts_with('{') {
            return Err(Failure::new(
                codes::INPUT,
                format!("the input of the tool `{}` is no object", quoted(name.as_bytes(), 100)),
            )
            .hint("give its arguments by name: `hotshoe describe` shows them"));
        }
        let per_request = self.conversation.peer().is_per_request();
        let result = exchange
            .ask("tools/call", |id| {
                let meta = mcp::meta(&self.conversation, per_request, Some(id));
                Ok(Some(message::raw(&mcp::ToolCall { name, arguments, meta })))
            })
            .map_err(|refusal| refusal.into_failure(name))?;
        exchange.output(tools::output(name, &result)?.get().as_bytes())
    }

    fn call_method(&self, method: &str, params: Option<&RawValue>, exchange: &mut Exchange<'_>) -> Result<()> {
        if params.is_some_and(|params| !params.get().starts_with(['{', '['])) {
            return Err(Failure::new(codes::INPUT, "the parameters are neither an object nor a list"));
        }
        let peer = self.conversation.peer();
        let takes_meta = peer.is_mcp() && params.is_none_or(|params| params.get().starts_with('{'));
        let result = exchange
            .ask(method, |id| {
                if takes_meta {
                    return mcp::with_meta(params, mcp::meta(&self.conversation, peer.is_per_request(), Some(id)));
                }
                Ok(params.map(RawValue::to_owned))
            })
            .map_err(|refusal| refusal.into_failure(method))?;
        exchange.output(result.get().as_bytes())
    }
}

/// The input of a call as JSON; nothing and `null` are none.
fn input(bytes: &[u8]) -> Result<Option<&RawValue>> {
    if bytes.trim_ascii().is_empty() {
        return Ok(None);
    }
    let input: &RawValue = serde_json::from_slice(bytes)
        .map_err(|error| Failure::new(codes::INPUT, format!("the input is no JSON: {error}")))?;
    Ok((input.get() != "null").then_some(input))
}

impl Session for JsonRpc {
    fn call(&self, call: &Call<'_>, answer: &mut dyn Answer) -> Result<()> {
        if call.streams {
            return Err(Failure::Unsupported);
        }
        let waiter = self.conversation.waiting.begin(call.key);
        let result = self.run(call, waiter, answer);
        self.conversation.waiting.end(call.key);
        result
    }

    fn cancel(&self, call: u64) {
        self.conversation.waiting.cancel(call);
    }

    /// An object with `protocol`; `server` (`name`, `version`), `version` of MCP, and `tools`, as far as it has such.
    fn describe(&self) -> Result<Value> {
        let peer = self.conversation.peer();
        let mut tools = Vec::new();
        if peer.has_tools {
            let mut exchange =
                Exchange::own(&self.conversation, Instant::now() + self.conversation.options.describe_timeout);
            tools.clone_from(&self.conversation.tools.fetch(&mut exchange, &self.conversation)?.tools);
        }
        Ok(json!({
            "protocol": "json-rpc",
            "server": {"name": peer.name, "version": peer.version},
            "version": peer.mcp,
            "tools": tools,
        }))
    }

    /// An MCP server is asked; of another program only its end would be known.
    fn health(&self) -> Result<()> {
        if let Some(failure) = self.conversation.waiting.over() {
            return Err(failure);
        }
        let peer = self.conversation.peer();
        if !peer.is_mcp() {
            return Ok(());
        }
        let mut exchange = Exchange::own(&self.conversation, Instant::now() + HEALTH);
        let params = |_| match peer.is_per_request() {
            true => mcp::with_meta(None, mcp::meta(&self.conversation, true, None)),
            false => Ok(None),
        };
        match exchange.ask(peer.ping(), params) {
            Ok(_) | Err(Refusal::Error(_)) => Ok(()),
            Err(Refusal::Failure(Failure::Deadline)) => Err(Failure::new(
                codes::NOT_SERVING,
                format!("the plugin did not answer `{}` within {} s", peer.ping(), HEALTH.as_secs()),
            )),
            Err(Refusal::Failure(failure)) => Err(failure),
        }
    }

    fn offer(&self, services: Arc<dyn Services>) -> Result<()> {
        self.conversation.serving.offer(services);
        Ok(())
    }

    fn withdraw(&self, until: Instant) -> bool {
        self.conversation.serving.withdraw();
        self.conversation.serving.wait(until)
    }

    /// Closes its stdin, as MCP has it.
    fn ask_to_end(&self, until: Instant) {
        let until = until.min(Instant::now() + LAST_WORDS);
        while self.conversation.outgoing.flush() && Instant::now() < until {
            self.conversation.outgoing.wait(until.saturating_duration_since(Instant::now()));
        }
        self.conversation.outgoing.close();
    }

    fn ended(&self, how: &str) {
        self.conversation.serving.withdraw();
        self.conversation.outgoing.close();
        let message = format!("the plugin's process has ended: {}", quoted(how.as_bytes(), 200));
        self.conversation.waiting.all_over(Failure::new(codes::PLUGIN_EXITED, message));
    }
}

#[cfg(all(test, unix))]
mod tests;
