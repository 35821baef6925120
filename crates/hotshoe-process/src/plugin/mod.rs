//! A plugin over its whole life: started, called, restarted, stopped.

mod output;
mod start;
mod stop;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::call::{Answer, Call};
use crate::failure::{Failure, Result, codes};
use crate::keeper::{Exit, Process};
use crate::resources::Resources;
use crate::session::{Services, Session};
use crate::settings::{Settings, Start};

use output::{Errors, Output};

pub use stop::Ended;

/// How long a call that lost its plugin waits to hear how that ended.
const HEARD_OF: Duration = Duration::from_millis(200);

/// Who is told of a plugin, on any thread.
pub trait Listener: Send + Sync {
    /// A line for the host's log.
    fn log(&self, level: Level, text: &str);

    /// It has ended without having been asked to, and is not started again.
    fn ended(&self, reason: &str);
}

/// How much a line of a log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Somebody should look at it.
    Warning,
    /// Something failed.
    Error,
}

/// Which plugin it is, and how it is started.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its folder, or the program itself if it has none of its own.
    pub folder: PathBuf,
    /// The program.
    pub program: PathBuf,
    /// The host's name and version, as the plugin may be told.
    pub host: String,
    /// Its version; empty if it says none.
    pub host_version: String,
    /// What profile and manifest say.
    pub settings: Settings,
    /// The host's own environment, of which some is passed on.
    pub environment: Vec<(OsString, OsString)>,
}

/// A plugin that was opened. All but [`Plugin::close`] may be called on many threads at once.
pub struct Plugin {
    request: Request,
    resources: Arc<Resources>,
    listener: Arc<dyn Listener>,
    itself: Weak<Plugin>,
    state: Mutex<State>,
    changed: Condvar,
    services: Mutex<Option<Arc<dyn Services>>>,
    starts: AtomicU64,
}

enum State {
    /// It waits for the first call, or for its next start.
    Waits,
    /// A thread starts it.
    Starts,
    Runs(Arc<Running>),
    /// It is being closed, or is given up; why.
    Over(String),
}

/// A process that can be called.
struct Running {
    /// Which start it came of.
    number: u64,
    since: Instant,
    process: Arc<Process>,
    session: Arc<dyn Session>,
    errors: Arc<Errors>,
    output: Arc<Output>,
    /// How many starts in a row came to nothing before this one.
    attempt: u32,
}

impl Plugin {
    /// Opens a plugin; starts its process, unless that waits for the first call.
    pub fn open(request: Request, resources: Arc<Resources>, listener: Arc<dyn Listener>) -> Result<Arc<Plugin>> {
        let plugin = Arc::new_cyclic(|itself| Plugin {
            request,
            resources,
            listener,
            itself: itself.clone(),
            state: Mutex::new(State::Waits),
            changed: Condvar::new(),
            services: Mutex::default(),
            starts: AtomicU64::new(0),
        });
        if plugin.request.settings.start == Start::Load {
            plugin.running(None)?;
        }
        Ok(plugin)
    }

    /// Calls a method, and returns when it is over. A call that has no deadline gets the usual one.
    pub fn call(&self, call: &Call<'_>, answer: &mut dyn Answer) -> Result<()> {
        let usual = self.request.settings.call_timeout.map(|time| Instant::now() + time);
        let call = Call { deadline: call.deadline.or(usual), ..*call };
        let running = self.running(call.deadline)?;
        running.session.call(&call, answer).map_err(|failure| self.explain(&running, failure))
    }

    /// Makes a call end soon.
    pub fn cancel(&self, call: u64) {
        if let State::Runs(running) = &*self.state() {
            running.session.cancel(call);
        }
    }

    /// Gives more input to a call that streams.
    pub fn send(&self, call: u64, input: &[u8]) -> Result<()> {
        self.current()?.session.send(call, input)
    }

    /// Says that a call gets no more input.
    pub fn finish(&self, call: u64) -> Result<()> {
        self.current()?.session.finish(call)
    }

    /// What can be called.
    pub fn describe(&self) -> Result<Value> {
        let running = self.running(self.request.settings.call_timeout.map(|time| Instant::now() + time))?;
        running.session.describe().map_err(|failure| self.explain(&running, failure))
    }

    /// Whether it could take a call now. One that waits for its first call could.
    pub fn health(&self) -> Result<()> {
        let running = match &*self.state() {
            State::Runs(running) => running.clone(),
            State::Over(reason) => return Err(over(reason)),
            State::Waits | State::Starts => return Ok(()),
        };
        running.session.health().map_err(|failure| self.explain(&running, failure))
    }

    /// What the host serves to it from now on.
    pub fn offer(&self, services: Arc<dyn Services>) -> Result<()> {
        *lock(&self.services) = Some(services.clone());
        // To tell the plugin may take a moment, in which others may want the state.
        let running = match &*self.state() {
            State::Runs(running) => running.clone(),
            _ => return Ok(()),
        };
        running.session.offer(services)
    }

    /// The process that runs now.
    fn current(&self) -> Result<Arc<Running>> {
        match &*self.state() {
            State::Runs(running) => Ok(running.clone()),
            State::Over(reason) => Err(over(reason)),
            State::Waits | State::Starts => Err(Failure::Closed),
        }
    }

    /// The process that runs; starts it if it waits for that, and waits while another thread does.
    fn running(&self, until: Option<Instant>) -> Result<Arc<Running>> {
        let mut state = self.state();
        loop {
            match &*state {
                State::Runs(running) => return Ok(running.clone()),
                State::Over(reason) => return Err(over(reason)),
                State::Waits => {
                    *state = State::Starts;
                    drop(state);
                    return self.start_now(0);
                }
                State::Starts => state = self.wait(state, until)?,
            }
        }
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>, until: Option<Instant>) -> Result<MutexGuard<'a, State>> {
        let Some(until) = until else {
            return Ok(self.changed.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner()));
        };
        let time = until.saturating_duration_since(Instant::now());
        if time.is_zero() {
            return Err(Failure::Deadline);
        }
        Ok(self.changed.wait_timeout(state, time).unwrap_or_else(|poisoned| poisoned.into_inner()).0)
    }

    /// Starts it, which [`State::Starts`] has given to this thread.
    fn start_now(&self, attempt: u32) -> Result<Arc<Running>> {
        let number = self.starts.fetch_add(1, Ordering::Relaxed);
        let started = self.start(number, attempt);
        let mut state = self.state();
        let outcome = match (&*state, started) {
            (State::Over(reason), started) => {
                let reason = reason.clone();
                drop(state);
                started.inspect(|running| drop(self.stop(running))).ok();
                return Err(over(&reason));
            }
            (_, Ok(running)) => {
                *state = State::Runs(running.clone());
                Ok(running)
            }
            (_, Err(failure)) => {
                *state = State::Waits;
                Err(failure)
            }
        };
        drop(state);
        self.changed.notify_all();
        let running = outcome?;
        // It may have ended before it was known here.
        if let Some(exit) = running.process.exit() {
            self.exited(number, &exit);
        }
        if let Some(services) = lock(&self.services).clone() {
            match running.session.offer(services) {
                Ok(()) | Err(Failure::Unsupported) => {}
                Err(failure) => self.listener.log(Level::Warning, &format!("it cannot call the host: {failure}")),
            }
        }
        Ok(running)
    }

    /// Its process has ended. Called on the watcher's thread, or on the one that started it.
    fn exited(&self, number: u64, exit: &Exit) {
        let running = {
            let mut state = self.state();
            match &*state {
                State::Runs(running) if running.number == number => {
                    let running = running.clone();
                    *state = State::Starts;
                    running
                }
                _ => return,
            }
        };
        let how = exit.to_string();
        running.session.ended(&how);
        let last = running.errors.last();
        let said = if last.is_empty() { String::new() } else { format!("; it said last: {}", last.join(" | ")) };
        self.listener.log(Level::Error, &format!("its process has ended: {how}{said}"));
        self.restart_or_end(&running, &how);
    }

    fn restart_or_end(&self, running: &Running, how: &str) {
        let restart = &self.request.settings.restart;
        let lived_long = running.since.elapsed() >= seconds(restart.longest_delay);
        let attempt = if lived_long { 1 } else { running.attempt + 1 };
        self.restart_after(attempt, how);
    }

    /// Starts it again after a while; gives it up when that was tried often enough.
    fn restart_after(&self, attempt: u32, how: &str) {
        let restart = &self.request.settings.restart;
        if attempt > restart.attempts {
            *self.state() = State::Over(how.to_owned());
            self.changed.notify_all();
            self.listener.ended(how);
            return;
        }
        let delay = restart.first_delay * f64::from(2u32.saturating_pow(attempt - 1));
        let delay = seconds(delay.min(restart.longest_delay));
        self.listener
            .log(Level::Note, &format!("it is started again in {delay:?} ({attempt} of {})", restart.attempts));
        let itself = self.itself.clone();
        self.resources.watcher().after(delay, move || {
            // A start waits, and the watcher must not.
            let _ = std::thread::Builder::new().name("hotshoe-restart".into()).spawn(move || {
                let Some(plugin) = itself.upgrade() else { return };
                if let Err(failure) = plugin.start_now(attempt) {
                    plugin.listener.log(Level::Error, &format!("it could not be started again: {failure}"));
                    plugin.start_failed(attempt, &failure);
                }
            });
        });
    }

    fn start_failed(&self, attempt: u32, failure: &Failure) {
        {
            let mut state = self.state();
            if matches!(&*state, State::Over(_)) {
                return;
            }
            *state = State::Starts;
        }
        self.restart_after(attempt + 1, &failure.to_string());
    }

    /// Adds to a failure of a call how the process ended, if it did.
    fn explain(&self, running: &Running, failure: Failure) -> Failure {
        if failure.code() != Some(codes::PLUGIN_EXITED) {
            return failure;
        }
        match running.process.wait(Instant::now() + HEARD_OF) {
            Some(exit) => {
                Failure::new(codes::PLUGIN_EXITED, format!("the plugin's process ended during the call: {exit}"))
                    .hint("what it said last is in the host's log")
            }
            None => failure,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn over(reason: &str) -> Failure {
    Failure::new(codes::PLUGIN_EXITED, format!("the plugin's process is gone: {reason}"))
        .hint("load the plugin anew, or let the host's profile restart it: `runtimes.process.restart`")
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
