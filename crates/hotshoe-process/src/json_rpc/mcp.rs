//! The Model Context Protocol: its versions, how a conversation begins, and what each request carries.
//!
//! Versions up to 2025-11-25 begin with `initialize`. Since 2026-07-28 there is no beginning: each request says the
//! version and who asks, and `server/discover` says what the plugin is. Nearly all servers take `initialize`, and older
//! ones may end when something else comes first; so that is asked first, and `server/discover` only where it is
//! refused. A program that knows neither speaks plain JSON-RPC.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::failure::{Failure, Result, codes};
use crate::json_rpc::conversation::Conversation;
use crate::json_rpc::exchange::Exchange;
use crate::json_rpc::message::{METHOD_NOT_FOUND, RpcError, notification, raw};
use crate::json_rpc::waiting::Refusal;
use crate::quoted::quoted;

/// The versions that begin with `initialize`; the newest first.
pub const VERSIONS: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// The version in which each request says it.
pub const VERSION_PER_REQUEST: &str = "2026-07-28";

/// A version was asked for that the plugin does not speak.
const UNSUPPORTED_VERSION: i64 = -32022;

/// How long a program that has refused `initialize` may take to answer `server/discover`.
const DISCOVERY: Duration = Duration::from_secs(5);

/// What a name or a version of a plugin may have, in bytes.
const LONGEST_NAME: usize = 200;

/// What a plugin is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// The version of MCP; `None`: it speaks plain JSON-RPC.
    pub mcp: Option<&'static str>,
    /// Its name, as it says.
    pub name: Option<String>,
    /// Its version, as it says.
    pub version: Option<String>,
    /// Whether it has tools.
    pub has_tools: bool,
}

impl Peer {
    /// A program that is no MCP server.
    pub const PLAIN: Peer = Peer { mcp: None, name: None, version: None, has_tools: false };

    /// Whether it speaks MCP.
    pub fn is_mcp(&self) -> bool {
        self.mcp.is_some()
    }

    /// Whether each request says the version.
    pub fn is_per_request(&self) -> bool {
        self.mcp == Some(VERSION_PER_REQUEST)
    }

    /// The request that is answered at once by one that lives.
    pub fn ping(&self) -> &'static str {
        if self.is_per_request() { "server/discover" } else { "ping" }
    }
}

/// Finds out what the plugin is, and says that the conversation can begin.
pub fn begin(conversation: &Conversation, until: Instant) -> Result<Peer> {
    let mut begun = initialize(conversation, VERSIONS[0], until);
    // It should have named one that it speaks as its answer, but some refuse what they do not know.
    if let Err(Refusal::Error(refused)) = &begun
        && let Some(version) = VERSIONS[1..].iter().find(|version| supports(refused, version))
        && !supports(refused, VERSION_PER_REQUEST)
    {
        begun = initialize(conversation, version, until);
    }
    match begun {
        Ok(result) => {
            let peer = initialized(&result)?;
            if peer.is_mcp() {
                conversation.say(notification("notifications/initialized", None));
            }
            Ok(peer)
        }
        Err(Refusal::Failure(failure)) => Err(silent(failure, "initialize")),
        Err(Refusal::Error(refused)) => discover(conversation, until, &refused),
    }
}

/// Whether a refusal says that this version would be taken.
fn supports(refused: &RpcError, version: &str) -> bool {
    #[derive(Deserialize)]
    struct Data {
        supported: Vec<String>,
    }
    let data = refused.data.as_ref().and_then(|data| serde_json::from_str::<Data>(data.get()).ok());
    data.is_some_and(|data| data.supported.iter().any(|supported| supported == version))
}

fn initialize(conversation: &Conversation, version: &str, until: Instant) -> Result<Box<RawValue>, Refusal> {
    let params = json!({
        "protocolVersion": version,
        "capabilities": {},
        "clientInfo": client(conversation),
    });
    let mut exchange = Exchange::own(conversation, until);
    // It is the one request that may not be cancelled.
    exchange.tells = false;
    exchange.ask("initialize", |_| Ok(Some(raw(&params))))
}

fn client(conversation: &Conversation) -> Value {
    let options = &conversation.options;
    json!({"name": options.host, "version": options.host_version})
}

#[derive(Deserialize)]
struct Initialized {
    #[serde(rename = "protocolVersion")]
    version: String,
    #[serde(default)]
    capabilities: Capabilities,
    #[serde(rename = "serverInfo", default)]
    server: Implementation,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Capabilities {
    tools: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Implementation {
    name: Option<String>,
    version: Option<String>,
}

impl Implementation {
    fn peer(self, mcp: &'static str, capabilities: &Capabilities) -> Peer {
        let short = |text: String| quoted(text.as_bytes(), LONGEST_NAME);
        Peer {
            mcp: Some(mcp),
            name: self.name.map(short),
            version: self.version.map(short),
            has_tools: capabilities.tools.is_some(),
        }
    }
}

fn initialized(result: &RawValue) -> Result<Peer> {
    // Others have an `initialize` of their own, as language servers do.
    let Ok(found) = serde_json::from_str::<Initialized>(result.get()) else { return Ok(Peer::default()) };
    match VERSIONS.iter().find(|version| **version == found.version) {
        Some(version) => Ok(found.server.peer(version, &found.capabilities)),
        None => Err(no_version(&found.version)),
    }
}

#[derive(Deserialize)]
struct Discovered {
    #[serde(rename = "supportedVersions")]
    versions: Vec<String>,
    #[serde(default)]
    capabilities: Capabilities,
    #[serde(rename = "_meta", default)]
    meta: DiscoveredMeta,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DiscoveredMeta {
    #[serde(rename = "io.modelcontextprotocol/serverInfo")]
    server: Implementation,
}

fn discover(conversation: &Conversation, until: Instant, refused: &RpcError) -> Result<Peer> {
    let until = until.min(Instant::now() + DISCOVERY);
    let mut exchange = Exchange::own(conversation, until);
    exchange.tells = false;
    let meta = meta(conversation, true, None);
    match exchange.ask("server/discover", |_| Ok(Some(raw(&json!({"_meta": meta}))))) {
        Ok(result) => match serde_json::from_str::<Discovered>(result.get()) {
            Ok(found) if found.versions.iter().any(|version| version == VERSION_PER_REQUEST) => {
                Ok(found.meta.server.peer(VERSION_PER_REQUEST, &found.capabilities))
            }
            Ok(found) => Err(no_version(&found.versions.join(", "))),
            Err(_) => plain(refused),
        },
        Err(Refusal::Error(error)) if error.code == UNSUPPORTED_VERSION => {
            Err(no_version(error.data.as_ref().map_or("unknown", |data| data.get())))
        }
        Err(Refusal::Error(_) | Refusal::Failure(Failure::Deadline)) => plain(refused),
        Err(Refusal::Failure(failure)) => Err(failure),
    }
}

/// What it is if it has no such method; else the refusal counts.
fn plain(refused: &RpcError) -> Result<Peer> {
    if refused.code == METHOD_NOT_FOUND {
        return Ok(Peer::default());
    }
    Err(Failure::new(codes::HANDSHAKE, format!("the plugin has refused `initialize` with {refused}"))
        .hint("look at its log; a program that is no MCP server refuses it with -32601"))
}

fn silent(failure: Failure, method: &str) -> Failure {
    match failure {
        Failure::Deadline => Failure::new(codes::HANDSHAKE, format!("the plugin did not answer `{method}` in time"))
            .hint("does the program speak JSON-RPC over stdin and stdout? `start_timeout` says how long it may take"),
        other => other,
    }
}

fn no_version(found: &str) -> Failure {
    let message = format!("the plugin speaks version `{}` of MCP", quoted(found.as_bytes(), LONGEST_NAME));
    let hint = format!("{VERSION_PER_REQUEST}, {} are spoken here", VERSIONS.join(", "));
    Failure::new(codes::HANDSHAKE_VERSION, message).hint(hint)
}

/// What a request carries beside its parameters.
pub type Meta = BTreeMap<String, Box<RawValue>>;

/// What a request carries: the version where each says it, and a token by which progress is reported.
pub fn meta(conversation: &Conversation, per_request: bool, token: Option<u64>) -> Meta {
    let mut meta = BTreeMap::new();
    if let Some(token) = token {
        meta.insert("progressToken".to_owned(), raw(&token));
    }
    if per_request {
        let name = |name: &str| format!("io.modelcontextprotocol/{name}");
        meta.insert(name("protocolVersion"), raw(&VERSION_PER_REQUEST));
        meta.insert(name("clientInfo"), raw(&client(conversation)));
        meta.insert(name("clientCapabilities"), raw(&json!({})));
    }
    meta
}

/// `params`, an object or nothing, with `_meta`; what the caller has put there stays beside ours.
pub fn with_meta(params: Option<&RawValue>, ours: Meta) -> Result<Option<Box<RawValue>>> {
    let all = params.map_or("{}", RawValue::get);
    let mut all: BTreeMap<String, &RawValue> = serde_json::from_str(all)
        .map_err(|error| Failure::new(codes::INPUT, format!("the parameters cannot be read: {error}")))?;
    let theirs = all.get("_meta").and_then(|meta| serde_json::from_str(meta.get()).ok());
    let mut meta: Meta = theirs.unwrap_or_default();
    meta.extend(ours);
    let meta = raw(&meta);
    all.insert("_meta".to_owned(), &meta);
    Ok(Some(raw(&all)))
}

/// The parameters of `tools/call`.
#[derive(Serialize)]
pub struct ToolCall<'a> {
    /// Which tool.
    pub name: &'a str,
    /// An object.
    pub arguments: &'a RawValue,
    /// See [`meta`].
    #[serde(rename = "_meta")]
    pub meta: Meta,
}
