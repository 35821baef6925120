//! How a process is started until it can be called.

use std::fs::File;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::output::{Errors, Output, tell};
use super::{Level, Plugin, Running};
use crate::address::{self, PORT_TIMEOUT, Stream};
use crate::environment;
use crate::executable::Program;
use crate::failure::{Failure, Result, codes};
use crate::grpc::{Connection, GrpcSession, Options};
use crate::handshake::{self, Handshake};
use crate::json_rpc::{self, JsonRpc};
use crate::keeper::{Exit, Launch, Process, Signal};
use crate::log_line::Log;
use crate::message::Types;
use crate::session::Session;
use crate::settings::{MutualTls, Protocol, Settings};

/// How often it is looked whether a plugin listens, while a line may come as well.
const PAUSE: Duration = Duration::from_millis(20);

/// The largest descriptor set, in bytes.
const LARGEST_DESCRIPTORS: u64 = 16 << 20;

/// A process that has been started, and cannot be called yet.
struct Started {
    process: Arc<Process>,
    output: Arc<Output>,
    errors: Arc<Errors>,
    folder: PathBuf,
    port: Option<u16>,
    until: Instant,
}

impl Plugin {
    /// Starts the process and waits until it can be called.
    pub(super) fn start(&self, number: u64, attempt: u32) -> Result<Arc<Running>> {
        let until = Instant::now() + self.request.settings.start_timeout;
        let started = self.launch(number, until)?;
        match self.converse(&started) {
            Ok(session) => Ok(Arc::new(Running {
                number,
                since: Instant::now(),
                process: started.process,
                session,
                errors: started.errors,
                output: started.output,
                attempt,
            })),
            Err(failure) => {
                started.process.end_group(Signal::Kill);
                started.process.wait(Instant::now() + self.request.settings.stop_timeout);
                let last = started.errors.last();
                started.output.close(&self.resources);
                started.errors.close(&self.resources);
                Err(with_last_lines(failure, &last))
            }
        }
    }

    fn launch(&self, number: u64, until: Instant) -> Result<Started> {
        let settings = &self.request.settings;
        let (keeper, folder) = self.resources.keeper(settings)?;
        let port = match (settings.protocol, &settings.port_variable) {
            (None | Some(Protocol::GrpcPort), Some(_)) => Some(free_port()?),
            _ => None,
        };
        let variables = variables(settings, &folder, port);
        let own = self.request.environment.iter().cloned();
        let launch = Launch {
            program: Program::Path(self.request.program.clone()),
            arguments: settings.arguments.iter().map(Into::into).collect(),
            environment: environment::environment(settings, own, &variables)?,
            folder: working_folder(&self.request.folder).to_owned(),
            private: Some(folder.clone()),
            limits: settings.limits.clone(),
        };
        // The process may end before this thread knows its pipes.
        let known = Arc::new(OnceLock::<Arc<Output>>::new());
        let (itself, its_output) = (self.itself.clone(), known.clone());
        let on_exit = move |exit: &Exit| {
            if let Some(output) = its_output.get() {
                output.exited(exit);
            }
            if let Some(plugin) = itself.upgrade() {
                plugin.exited(number, exit);
            }
        };
        let process = Arc::new(keeper.launch(launch, Box::new(on_exit))?);
        let errors = Errors::watch(process.clone(), self.listener.clone(), &self.resources)?;
        let versions = &settings.protocol_versions;
        let output = Output::watch(process.clone(), versions, self.listener.clone(), &self.resources)?;
        let _ = known.set(output.clone());
        if let Some(exit) = process.exit() {
            output.exited(&exit);
        }
        Ok(Started { process, output, errors, folder, port, until })
    }

    fn converse(&self, started: &Started) -> Result<Arc<dyn Session>> {
        match self.request.settings.protocol {
            Some(Protocol::GoPlugin) => self.go_plugin(started),
            Some(Protocol::GrpcPort) => self.grpc_port(started, started.until.min(Instant::now() + PORT_TIMEOUT)),
            Some(Protocol::JsonRpc) => self.json_rpc(started),
            None => self.try_all(started),
        }
    }

    /// Neither profile nor manifest say how it speaks. One with a cookie or a port is asked for the line of go-plugin and
    /// then at its port; any other is spoken to as JSON-RPC has it.
    fn try_all(&self, started: &Started) -> Result<Arc<dyn Session>> {
        let settings = &self.request.settings;
        if settings.cookie.is_none() && started.port.is_none() {
            return self.json_rpc(started);
        }
        if started.port.is_none() {
            return self.go_plugin(started);
        }
        // A plugin of the one kind says a line, one of the other listens; whichever comes first.
        while Instant::now() < started.until {
            let soon = started.until.min(Instant::now() + PAUSE);
            if let Some(line) = started.output.handshake(soon) {
                return self.after_line(started, line);
            }
            if let Ok(session) = self.grpc_port(started, Instant::now()) {
                return Ok(session);
            }
        }
        Err(self.no_line(started))
    }

    fn go_plugin(&self, started: &Started) -> Result<Arc<dyn Session>> {
        match started.output.handshake(started.until) {
            Some(line) => self.after_line(started, line),
            None => Err(self.no_line(started)),
        }
    }

    fn no_line(&self, started: &Started) -> Failure {
        handshake::no_line(self.request.settings.start_timeout, &started.output.unfinished())
    }

    fn after_line(&self, started: &Started, line: Result<Handshake>) -> Result<Arc<dyn Session>> {
        let settings = &self.request.settings;
        let line = line.map_err(|failure| match (failure.code(), started.process.exit()) {
            (Some(codes::PLUGIN_EXITED), Some(exit)) => {
                let words = started.errors.last().join("\n");
                handshake::ended_before_line(settings, &exit.to_string(), words.as_bytes())
            }
            _ => failure,
        })?;
        started.output.log();
        if settings.mutual_tls == MutualTls::Required || line.certificate.is_some() {
            return Err(Failure::new(
                codes::PROTOCOL,
                "the plugin and the host would have to prove who they are by TLS",
            )
            .hint("mutual TLS is not spoken yet: leave `mutual_tls` off in the host's profile"));
        }
        let stream = address::connect(&line, &started.folder, started.process.pid, started.until)?;
        self.grpc(started, stream, Protocol::GoPlugin)
    }

    fn grpc_port(&self, started: &Started, until: Instant) -> Result<Arc<dyn Session>> {
        let port = started.port.ok_or_else(|| {
            Failure::new(codes::SETTINGS, "the profile names no environment variable for the port of the plugin")
                .hint("say `runtimes.process.port_variable` in the host's profile")
        })?;
        let stream = address::connect_to_port(port, started.process.pid, until)?;
        started.output.log();
        self.grpc(started, stream, Protocol::GrpcPort)
    }

    fn grpc(&self, started: &Started, stream: Stream, protocol: Protocol) -> Result<Arc<dyn Session>> {
        let settings = &self.request.settings;
        let connection = Connection::new(stream, started.until)?;
        self.resources.watcher().watch(connection.clone())?;
        let options = Options {
            protocol: if protocol == Protocol::GoPlugin { "go-plugin" } else { "grpc-port" },
            is_go_plugin: protocol == Protocol::GoPlugin,
            largest: settings.largest_message,
            describe_timeout: settings.call_timeout,
            types: self.types()?,
            folder: started.folder.clone(),
            process_group: started.process.pid,
        };
        let session = GrpcSession::new(connection, options);
        let (listener, mut log) = (self.listener.clone(), Log::default());
        session.begin(started.until, move |bytes| log.feed(bytes, &mut |line| tell(&*listener, line)))?;
        Ok(Arc::new(session))
    }

    /// The types that the manifest brings along.
    fn types(&self) -> Result<Option<Types>> {
        let Some(file) = &self.request.settings.descriptors else { return Ok(None) };
        let path = working_folder(&self.request.folder).join(file);
        let refused = |why: String| {
            Failure::new(codes::DESCRIPTORS, format!("`{}`, the descriptor set of the plugin, {why}", path.display()))
                .hint("make it by `protoc --include_imports --descriptor_set_out`")
        };
        if file.components().any(|part| !matches!(part, Component::Normal(_))) {
            return Err(refused("leads out of the plugin's folder".into()));
        }
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(LARGEST_DESCRIPTORS + 1).read_to_end(&mut bytes));
        read.map_err(|error| refused(format!("cannot be read: {error}")))?;
        Types::from_descriptor_set(&bytes).map(Some)
    }

    fn json_rpc(&self, started: &Started) -> Result<Arc<dyn Session>> {
        let listener = self.listener.clone();
        let log = move |severity, text: &str| {
            let level = match severity {
                json_rpc::Severity::Note => Level::Note,
                json_rpc::Severity::Warning => Level::Warning,
                json_rpc::Severity::Error => Level::Error,
            };
            listener.log(level, text);
        };
        let options = json_rpc::Options::of(&self.request.settings, &self.request.host, &self.request.host_version);
        let input = started.process.take_input().ok_or(Failure::Closed)?;
        let input = json_rpc::Descriptor::new(input)
            .map_err(|error| Failure::new(codes::START, format!("the plugin's stdin cannot be used: {error}")))?;
        let session = Arc::new(JsonRpc::new(options, Arc::new(input), Box::new(log)));
        started.output.feed(session.clone());
        session.start(started.until)?;
        Ok(session)
    }
}

/// The variables of the protocols that are tried.
fn variables(settings: &Settings, folder: &Path, port: Option<u16>) -> Vec<(String, String)> {
    let mut variables = match settings.protocol {
        None | Some(Protocol::GoPlugin) => {
            let variables = handshake::environment(settings, folder).into_iter();
            variables.map(|(name, value)| (name, value.to_string_lossy().into_owned())).collect()
        }
        Some(_) => vec![("TMPDIR".to_owned(), folder.to_string_lossy().into_owned())],
    };
    if let (Some(name), Some(port)) = (&settings.port_variable, port) {
        variables.push((name.clone(), port.to_string()));
    }
    variables
}

/// A plugin runs in its folder; one without a folder of its own in that of its file.
fn working_folder(folder: &Path) -> &Path {
    match folder.is_dir() {
        true => folder,
        false => folder.parent().unwrap_or(folder),
    }
}

/// A port that is free now. Somebody may take it before the plugin does: who listens there is looked at then.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener
        .map(|address| address.port())
        .map_err(|error| Failure::new(codes::START, format!("there is no free port for the plugin: {error}")))
}

fn with_last_lines(failure: Failure, last: &[String]) -> Failure {
    let Failure::Failed(mut failed) = failure else { return failure };
    if !last.is_empty() {
        failed.message = format!("{}; it said last: {}", failed.message, last.join(" | ")).into();
    }
    Failure::Failed(failed)
}
