//! What a plugin prints: until it can be called, for its handshake, and then for the log or for a conversation.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::Instant;

use super::{Level, Listener, lock};
use crate::failure::{Failure, Result, codes};
use crate::handshake::{self, Handshake};
use crate::json_rpc::JsonRpc;
use crate::keeper::{Exit, Process};
use crate::log_line::{self, Log};
use crate::quoted::quoted;
use crate::resources::Resources;
use crate::watcher::{Next, Watch, Watched};

/// How many bytes are read at once, and how often in a row, so that one that floods leaves room for others.
const PIECE: usize = 64 << 10;
const IN_A_ROW: usize = 4;

/// How much of a line before the handshake goes to the log, in characters.
const SHOWN: usize = 1000;

/// Reads what there is. `false`: it has ended.
fn read(fd: &OwnedFd, mut take: impl FnMut(&[u8])) -> bool {
    let mut piece = [0; PIECE];
    for _ in 0..IN_A_ROW {
        match rustix::io::read(fd, &mut piece) {
            Ok(0) => return false,
            Ok(read) => take(&piece[..read]),
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => return true,
            Err(_) => return false,
        }
    }
    true
}

/// The plugin's stderr: its log.
pub(super) struct Errors {
    process: Arc<Process>,
    log: Mutex<Log>,
    listener: Arc<dyn Listener>,
    watch: OnceLock<Watch>,
}

impl Errors {
    pub(super) fn watch(
        process: Arc<Process>,
        listener: Arc<dyn Listener>,
        resources: &Resources,
    ) -> Result<Arc<Errors>> {
        let errors = Arc::new(Errors { process, log: Mutex::default(), listener, watch: OnceLock::new() });
        let _ = errors.watch.set(resources.watcher().watch(errors.clone())?);
        Ok(errors)
    }

    /// The last lines, for the report of its death; reads first what is there still.
    pub(super) fn last(&self) -> Vec<String> {
        self.drain();
        lock(&self.log).last().map(str::to_owned).collect()
    }

    fn drain(&self) -> bool {
        let mut log = lock(&self.log);
        read(&self.process.errors, |bytes| log.feed(bytes, &mut |line| tell(&*self.listener, line)))
    }

    pub(super) fn close(&self, resources: &Resources) {
        self.drain();
        lock(&self.log).end(&mut |line| tell(&*self.listener, line));
        if let Some(watch) = self.watch.get() {
            resources.watcher().remove(*watch);
        }
    }
}

impl Watched for Errors {
    fn fd(&self) -> BorrowedFd<'_> {
        self.process.errors.as_fd()
    }

    fn ready(&self) -> Next {
        match self.drain() {
            true => Next::Read,
            false => Next::Done,
        }
    }
}

/// A line of a plugin's log, to the host's.
pub(super) fn tell(listener: &dyn Listener, line: log_line::LogLine) {
    let level = match line.level {
        log_line::Level::Trace | log_line::Level::Debug | log_line::Level::Info => Level::Note,
        log_line::Level::Warning => Level::Warning,
        log_line::Level::Error => Level::Error,
    };
    match line.name {
        Some(name) => listener.log(level, &format!("{name}: {}", line.text)),
        None => listener.log(level, &line.text),
    }
}

/// The plugin's stdout.
pub(super) struct Output {
    process: Arc<Process>,
    phase: Mutex<Phase>,
    changed: Condvar,
    listener: Arc<dyn Listener>,
    watch: OnceLock<Watch>,
}

/// What is made of it.
enum Phase {
    /// A line is awaited.
    Handshake(handshake::Reader),
    /// It came, or something that is none.
    Said(Result<Handshake>),
    /// It has ended before.
    Exited(String),
    /// Lines of a log.
    Log(Log),
    /// Messages.
    Messages(Arc<JsonRpc>),
}

impl Output {
    /// Watches it for a handshake.
    pub(super) fn watch(
        process: Arc<Process>,
        versions: &[u32],
        listener: Arc<dyn Listener>,
        resources: &Resources,
    ) -> Result<Arc<Output>> {
        let phase = Mutex::new(Phase::Handshake(handshake::Reader::new(versions)));
        let output = Arc::new(Output { process, phase, changed: Condvar::new(), listener, watch: OnceLock::new() });
        let _ = output.watch.set(resources.watcher().watch(output.clone())?);
        Ok(output)
    }

    /// Hands all that comes from now on to a conversation.
    pub(super) fn feed(&self, session: Arc<JsonRpc>) {
        *lock(&self.phase) = Phase::Messages(session);
    }

    /// Takes all that comes from now on for a log.
    pub(super) fn log(&self) {
        let mut phase = lock(&self.phase);
        if !matches!(&*phase, Phase::Log(_)) {
            *phase = Phase::Log(Log::default());
        }
    }

    /// The process has ended: nobody needs to wait for a line.
    pub(super) fn exited(&self, exit: &Exit) {
        // What it said before stands in the pipe still.
        self.drain();
        let mut phase = lock(&self.phase);
        if matches!(&*phase, Phase::Handshake(_)) {
            *phase = Phase::Exited(exit.to_string());
        }
        drop(phase);
        self.changed.notify_all();
    }

    /// What has come instead of a line, for the report of why there is none.
    pub(super) fn unfinished(&self) -> Vec<u8> {
        match &*lock(&self.phase) {
            Phase::Handshake(reader) => reader.unfinished().to_vec(),
            _ => Vec::new(),
        }
    }

    /// Waits for the handshake. `None`: it has not come in time. [`codes::PLUGIN_EXITED`]: the process has ended before,
    /// and how.
    pub(super) fn handshake(&self, until: Instant) -> Option<Result<Handshake>> {
        let mut phase = lock(&self.phase);
        loop {
            match &*phase {
                Phase::Handshake(_) => {}
                Phase::Exited(how) => return Some(Err(Failure::new(codes::PLUGIN_EXITED, how.clone()))),
                _ => break,
            }
            let time = until.saturating_duration_since(Instant::now());
            if time.is_zero() {
                return None;
            }
            phase = self.changed.wait_timeout(phase, time).unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
        match std::mem::replace(&mut *phase, Phase::Log(Log::default())) {
            Phase::Said(said) => Some(said),
            _ => Some(Err(Failure::new(codes::HANDSHAKE, "what the plugin said is taken for something else already"))),
        }
    }

    fn drain(&self) -> bool {
        let mut said = false;
        let goes_on = read(&self.process.output, |bytes| said |= self.take(bytes));
        if !goes_on {
            said |= self.end();
        }
        if said {
            self.changed.notify_all();
        }
        goes_on
    }

    /// Stdout is closed: a last line without an end counts; whether it ended the handshake.
    fn end(&self) -> bool {
        let mut phase = lock(&self.phase);
        match &mut *phase {
            Phase::Handshake(reader) => {
                let said = reader.end();
                *phase = match said {
                    Ok(Some(handshake)) => Phase::Said(Ok(handshake)),
                    Ok(None) => return false,
                    Err(failure) => Phase::Said(Err(failure)),
                };
                true
            }
            Phase::Log(log) => {
                log.end(&mut |line| tell(&*self.listener, line));
                false
            }
            Phase::Messages(session) => {
                let session = session.clone();
                drop(phase);
                session.stdout_closed();
                false
            }
            Phase::Said(_) | Phase::Exited(_) => false,
        }
    }

    /// Takes what was read; whether it ended the handshake.
    fn take(&self, bytes: &[u8]) -> bool {
        let mut phase = lock(&self.phase);
        match &mut *phase {
            Phase::Handshake(reader) => {
                let said = reader.feed(bytes);
                for noise in reader.take_noise() {
                    self.listener.log(Level::Note, &quoted(&noise, SHOWN));
                }
                match said {
                    Ok(None) => return false,
                    Ok(Some((handshake, _))) => *phase = Phase::Said(Ok(handshake)),
                    Err(failure) => *phase = Phase::Said(Err(failure)),
                }
                true
            }
            Phase::Said(_) | Phase::Exited(_) => false,
            Phase::Log(log) => {
                log.feed(bytes, &mut |line| tell(&*self.listener, line));
                false
            }
            Phase::Messages(session) => {
                let session = session.clone();
                drop(phase);
                session.feed(bytes);
                false
            }
        }
    }

    pub(super) fn close(&self, resources: &Resources) {
        if let Some(watch) = self.watch.get() {
            resources.watcher().remove(*watch);
        }
    }
}

impl Watched for Output {
    fn fd(&self) -> BorrowedFd<'_> {
        self.process.output.as_fd()
    }

    fn ready(&self) -> Next {
        match self.drain() {
            true => Next::Read,
            false => Next::Done,
        }
    }
}
