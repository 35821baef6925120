//! A conversation over gRPC.

use std::collections::HashMap;
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::RecvStream;
use prost::Message;
use serde_json::{Value, json};

use super::broker::{Broker, Served};
use super::connection::Connection;
use super::invoke::{self, Asked, Handle, Invocation};
use super::reflection;
use super::serve::Serving;
use super::services::{HEALTH_OF_PLUGIN, HealthCheckRequest, HealthCheckResponse, ServingStatus, StdioData, path};
use super::turn::lock;
use super::wire::Reader;
use crate::call::{Answer, Call, Encoding};
use crate::failure::{Failure, Result, codes};
use crate::message::{Method, Types, tool_service};
use crate::session::{Services, Session};

/// How long a plugin may take to say whether it can serve.
const HEALTH: Duration = Duration::from_secs(2);

/// The largest message of a log, in bytes.
const LARGEST_LOG: usize = 1 << 20;

/// What is known of a plugin that speaks gRPC.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What it calls this way to speak.
    pub protocol: &'static str,
    /// Whether it brings the services of go-plugin: health, stdio, controller.
    pub is_go_plugin: bool,
    /// The largest message, in bytes.
    pub largest: usize,
    /// How long it may take to describe itself.
    pub describe_timeout: Option<Duration>,
    /// The types that its manifest brings.
    pub types: Option<Types>,
    /// Its private folder, where the host listens for its calls.
    pub folder: PathBuf,
    /// The group of its processes, which may call.
    pub process_group: u32,
}

/// A conversation with a plugin that speaks gRPC.
pub struct GrpcSession {
    peer: Arc<Peer>,
    calls: Mutex<HashMap<u64, Arc<Handle>>>,
    /// What serves the plugin, once something was offered.
    broker: Mutex<Option<(Arc<Serving>, Arc<Broker>)>>,
}

/// The plugin, and what is known of it.
struct Peer {
    connection: Arc<Connection>,
    options: Options,
    types: OnceLock<Types>,
    /// Asked for by one thread only.
    asks: Mutex<()>,
    nobody: Handle,
}

impl GrpcSession {
    /// Over a connection that somebody watches.
    pub fn new(connection: Arc<Connection>, options: Options) -> GrpcSession {
        let types = options.types.clone().map_or_else(OnceLock::new, OnceLock::from);
        let peer = Peer { connection, options, types, asks: Mutex::default(), nobody: Handle::default() };
        GrpcSession { peer: Arc::new(peer), calls: Mutex::default(), broker: Mutex::default() }
    }

    /// Waits until the plugin answers, and takes what it prints from then on to `print`: what it has said on which of
    /// stdout and stderr does not matter any more.
    pub fn begin(&self, until: Instant, print: impl FnMut(&[u8]) + Send + 'static) -> Result<()> {
        if self.peer.options.is_go_plugin {
            self.peer.check_health(until)?;
            self.peer.drain_stdio(until, print)?;
        }
        Ok(())
    }

    fn begin_to_serve(&self, services: Arc<dyn Services>) -> Result<(Arc<Serving>, Arc<Broker>)> {
        let options = &self.peer.options;
        let peer = self.peer.clone();
        let find = move |path: &str, until| peer.types(until).ok()?.method(path).ok();
        let serving = Serving::new(Box::new(find), options.largest);
        serving.offer(services);
        let served = Served { folder: options.folder.clone(), process_group: options.process_group };
        let broker = Broker::start(&self.peer.connection, served, serving.clone(), Instant::now() + HEALTH)?;
        Ok((serving, Arc::new(broker)))
    }

    fn broker(&self) -> Option<Arc<Broker>> {
        lock(&self.broker).as_ref().map(|(_, broker)| broker.clone())
    }

    fn invoke(&self, handle: &Handle, call: &Call<'_>, answer: &mut dyn Answer) -> Result<()> {
        let method = match call.encoding {
            Encoding::Json => Some(self.peer.types(call.deadline)?.method(call.method)?),
            Encoding::Raw => None,
        };
        let path = method.as_ref().map_or_else(|| raw_path(call.method), |method| method.path().to_owned());
        let first = first_message(method.as_ref(), call)?;
        let streams = call.streams && method.as_ref().is_none_or(Method::client_streaming);
        let asked = Asked {
            path: &path,
            message: first.as_deref(),
            streams,
            largest: self.peer.options.largest,
            until: call.deadline,
        };
        *lock(&handle.method) = method.clone();
        let wanted = Mutex::new(&mut *answer);
        let is_wanted = || lock(&wanted).wanted();
        let mut invocation = Invocation::begin(&self.peer.connection, handle, &asked, &is_wanted)?;
        while let Some(message) = invocation.next()? {
            let output = match &method {
                Some(method) => method.decode(&message)?.into(),
                None => message,
            };
            lock(&wanted).output(&output)?;
        }
        Ok(())
    }

    fn handle(&self, call: u64) -> Result<Arc<Handle>> {
        lock(&self.calls).get(&call).cloned().ok_or(Failure::Closed)
    }
}

impl Peer {
    fn check_health(&self, until: Instant) -> Result<()> {
        let request = HealthCheckRequest { service: HEALTH_OF_PLUGIN.into() };
        let answer = match self.unary(path::HEALTH_CHECK, &request.encode_to_vec(), Some(until)) {
            Ok(answer) => answer,
            // Whoever has no such service says nothing against serving.
            Err(failure) if failure.code() == Some(codes::METHOD_UNKNOWN) => return Ok(()),
            Err(failure) => return Err(failure),
        };
        let status = HealthCheckResponse::decode(&*answer).map(|answer| answer.status()).unwrap_or_default();
        match status {
            ServingStatus::Serving => Ok(()),
            status => {
                Err(Failure::new(codes::NOT_SERVING, format!("the plugin says of itself that it is {}", word(status)))
                    .hint("it may need a moment, or its log says what it lacks"))
            }
        }
    }

    /// Takes what the plugin prints as long as it lives: an unread stream would block it.
    fn drain_stdio(&self, until: Instant, mut print: impl FnMut(&[u8]) + Send + 'static) -> Result<()> {
        let handle = Handle::default();
        let asked = Asked { path: path::STDIO, message: Some(&[]), streams: false, largest: LARGEST_LOG, until: None };
        let wanted = || if Instant::now() < until { Ok(()) } else { Err(Failure::Deadline) };
        let invocation = Invocation::begin(&self.connection, &handle, &asked, &wanted)?;
        let Some(answer) = invocation.into_answer() else { return Ok(()) };
        self.connection.spawn(async move {
            // A plugin without this service answers that it is unknown.
            let Ok(answer) = answer.await else { return };
            let mut body = answer.into_body();
            let mut frames = Reader::new(LARGEST_LOG);
            while let Some(Ok(mut chunk)) = next_chunk(&mut body).await {
                while let Ok(Some(message)) = frames.read(&mut chunk) {
                    if let Ok(said) = StdioData::decode(message) {
                        print(&said.data);
                    }
                }
            }
        });
        Ok(())
    }

    /// One message to a path, and the first of the answers.
    fn unary(&self, at: &str, message: &[u8], until: Option<Instant>) -> Result<Vec<u8>> {
        let asked = Asked { path: at, message: Some(message), streams: false, largest: self.options.largest, until };
        let mut invocation = Invocation::begin(&self.connection, &self.nobody, &asked, &|| Ok(()))?;
        let first = invocation.next()?;
        if first.is_some() {
            // The status comes after the message; of a stream it comes as soon as nothing more is sent.
            while invocation.next()?.is_some() {}
        }
        Ok(first.map(|message| message.to_vec()).unwrap_or_default())
    }

    /// The types of the plugin's messages: those of its manifest, of its reflection, or of the tool service.
    fn types(&self, until: Option<Instant>) -> Result<&Types> {
        if let Some(types) = self.types.get() {
            return Ok(types);
        }
        let _asks = lock(&self.asks);
        if let Some(types) = self.types.get() {
            return Ok(types);
        }
        let types = reflection::types(&|path, message| self.unary(path, message, until))?;
        // A plugin of the registry that has no reflection is called by the one service that all of those have.
        let types = types.map_or_else(tool_service::types, Ok)?;
        Ok(self.types.get_or_init(|| types))
    }
}

impl Session for GrpcSession {
    fn call(&self, call: &Call<'_>, answer: &mut dyn Answer) -> Result<()> {
        let handle = Arc::new(Handle::default());
        lock(&self.calls).insert(call.key, handle.clone());
        // From here on it can be found and cancelled; it may have been before.
        let done = answer.wanted().and_then(|()| self.invoke(&handle, call, answer));
        lock(&self.calls).remove(&call.key);
        done
    }

    fn cancel(&self, call: u64) {
        if let Ok(handle) = self.handle(call) {
            handle.cancel();
        }
    }

    fn send(&self, call: u64, input: &[u8]) -> Result<()> {
        let handle = self.handle(call)?;
        let method = lock(&handle.method).clone();
        let message = method.map(|method| method.encode(input)).transpose()?;
        invoke::send(
            &self.peer.connection,
            &handle,
            message.as_deref().unwrap_or(input),
            self.peer.options.largest,
            None,
        )
    }

    fn finish(&self, call: u64) -> Result<()> {
        invoke::finish(&self.peer.connection, &*self.handle(call)?)
    }

    fn describe(&self) -> Result<Value> {
        let until = self.peer.options.describe_timeout.map(|time| Instant::now() + time);
        let mut described = self.peer.types(until)?.describe();
        if let Value::Object(described) = &mut described {
            described.insert("protocol".into(), json!(self.peer.options.protocol));
        }
        Ok(described)
    }

    fn health(&self) -> Result<()> {
        if let Some(how) = self.peer.connection.over() {
            return Err(super::connection::exited(how));
        }
        self.peer.check_health(Instant::now() + HEALTH)
    }

    fn ask_to_end(&self, until: Instant) {
        if self.peer.options.is_go_plugin {
            // The answer may not come, for the plugin is going.
            let _ = self.peer.unary(path::SHUTDOWN, &[], Some(until));
        }
    }

    /// By the broker of go-plugin; see [`super::MOST_BROKER_IDS`]. A request is JSON if the types of its messages are
    /// known, and raw otherwise.
    fn offer(&self, services: Arc<dyn Services>) -> Result<()> {
        if !self.peer.options.is_go_plugin {
            return Err(Failure::Unsupported);
        }
        let mut broker = lock(&self.broker);
        match &*broker {
            Some((serving, _)) => serving.offer(services),
            None => *broker = Some(self.begin_to_serve(services)?),
        }
        Ok(())
    }

    fn withdraw(&self, until: Instant) -> bool {
        self.broker().is_none_or(|broker| broker.withdraw(until))
    }

    fn ended(&self, how: &str) {
        self.peer.connection.end(how);
        if let Some(broker) = self.broker() {
            broker.end();
        }
    }
}

/// The first message of a call: of one that streams there may be none yet.
fn first_message(method: Option<&Method>, call: &Call<'_>) -> Result<Option<Vec<u8>>> {
    if call.streams && call.input.is_empty() {
        return Ok(None);
    }
    match method {
        Some(method) => method.encode(call.input).map(Some),
        None => Ok(Some(call.input.to_vec())),
    }
}

fn raw_path(method: &str) -> String {
    format!("/{}", method.trim_start_matches('/'))
}

fn word(status: ServingStatus) -> &'static str {
    match status {
        ServingStatus::NotServing => "not serving",
        ServingStatus::ServiceUnknown => "not known to its own health service",
        ServingStatus::Serving | ServingStatus::Unknown => "in an unknown state",
    }
}

pub(super) async fn next_chunk(body: &mut RecvStream) -> Option<Result<Bytes, h2::Error>> {
    let chunk = poll_fn(|cx| body.poll_data(cx)).await?;
    if let Ok(chunk) = &chunk {
        let _ = body.flow_control().release_capacity(chunk.len());
    }
    Some(chunk)
}
