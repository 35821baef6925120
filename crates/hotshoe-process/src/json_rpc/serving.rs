//! What the plugin asks of the host: served on a few threads, which end when there is nothing to do.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use serde_json::value::RawValue;

use crate::call::{Answer, Call, Encoding};
use crate::failure::{Failure, codes};
use crate::json_rpc::message::{INVALID_PARAMS, METHOD_NOT_FOUND, MOST_SHOWN, SERVER_ERROR, error, raw, result};
use crate::quoted::quoted;
use crate::session::Services;

/// How many requests are served at once.
const MOST_THREADS: usize = 4;

/// How many wait for that.
const MOST_QUEUED: usize = 64;

/// Sends an answer, already written as a message.
pub type Reply = Arc<dyn Fn(Vec<u8>) + Send + Sync>;

/// Serves one plugin.
#[derive(Default)]
pub struct Serving {
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    services: Option<Arc<dyn Services>>,
    queue: VecDeque<Job>,
    threads: usize,
    running: HashMap<u64, (Box<RawValue>, Arc<AtomicBool>)>,
    last: u64,
}

struct Job {
    id: Box<RawValue>,
    method: String,
    params: Option<Box<RawValue>>,
    largest: usize,
    reply: Reply,
}

/// Why a request is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing is offered.
    Nothing,
    /// Too many are waiting.
    Busy,
}

impl Serving {
    /// What is served from now on.
    pub fn offer(&self, services: Arc<dyn Services>) {
        self.state().services = Some(services);
    }

    /// Nothing is served any more; what is going on is told so, and what waits is dropped.
    pub fn withdraw(&self) {
        let mut state = self.state();
        state.services = None;
        state.queue.clear();
        state.running.values().for_each(|(_, cancelled)| cancelled.store(true, Ordering::Relaxed));
    }

    /// Waits until nothing is being served; whether that is so at `until`.
    pub fn wait(&self, until: Instant) -> bool {
        let mut state = self.state();
        while !state.running.is_empty() {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            state = self.state.1.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The plugin wants an answer no more.
    pub fn cancel(&self, id: &RawValue) {
        let mut state = self.state();
        state.queue.retain(|job| job.id.get() != id.get());
        let running = state.running.values().filter(|(other, _)| other.get() == id.get());
        running.for_each(|(_, cancelled)| cancelled.store(true, Ordering::Relaxed));
    }

    /// Serves a request on another thread, and replies with at most `largest` bytes.
    pub fn serve(
        &self,
        id: &RawValue,
        method: &str,
        params: Option<&RawValue>,
        largest: usize,
        reply: Reply,
    ) -> Result<(), Refused> {
        let mut state = self.state();
        if state.services.is_none() {
            return Err(Refused::Nothing);
        }
        if state.queue.len() >= MOST_QUEUED {
            return Err(Refused::Busy);
        }
        let (id, params) = (id.to_owned(), params.map(RawValue::to_owned));
        state.queue.push_back(Job { id, method: method.to_owned(), params, largest, reply });
        if state.threads >= MOST_THREADS {
            return Ok(());
        }
        let shared = Arc::clone(&self.state);
        let started = thread::Builder::new().name("hotshoe-services".to_owned()).spawn(move || work(&shared));
        match started {
            Ok(_) => state.threads += 1,
            // Nobody would take it.
            Err(_) if state.threads == 0 => {
                state.queue.pop_back();
                return Err(Refused::Busy);
            }
            Err(_) => {}
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state.0)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread of the pool: it ends when nothing waits.
fn work(shared: &(Mutex<State>, Condvar)) {
    loop {
        let mut state = lock(&shared.0);
        let (Some(services), Some(job)) = (state.services.clone(), state.queue.pop_front()) else {
            state.threads -= 1;
            return;
        };
        state.last += 1;
        let key = state.last;
        let cancelled = Arc::new(AtomicBool::new(false));
        state.running.insert(key, (job.id.clone(), Arc::clone(&cancelled)));
        drop(state);
        // The services go before it counts as done: they may be the host's to free then.
        let answer = serve(services, &job, key, &cancelled);
        lock(&shared.0).running.remove(&key);
        shared.1.notify_all();
        if !cancelled.load(Ordering::Relaxed) {
            (job.reply)(answer);
        }
    }
}

fn serve(services: Arc<dyn Services>, job: &Job, key: u64, cancelled: &AtomicBool) -> Vec<u8> {
    let input = job.params.as_ref().map_or("{}", |params| params.get());
    let call = Call {
        key,
        method: &job.method,
        encoding: Encoding::Json,
        input: input.as_bytes(),
        streams: false,
        deadline: None,
    };
    let mut collected = Collected { outputs: Vec::new(), room: job.largest, cancelled };
    // A panic of the host's service is a refusal, and does not take the thread with it.
    let served = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| services.call(&call, &mut collected)));
    match served {
        Ok(Ok(())) => collected.answer(&job.id),
        Ok(Err(failure)) => refusal(&job.id, &failure),
        Err(_) => error(&job.id, SERVER_ERROR, "the host has failed"),
    }
}

fn refusal(id: &RawValue, failure: &Failure) -> Vec<u8> {
    let code = match failure {
        Failure::Unsupported | Failure::Closed => METHOD_NOT_FOUND,
        _ => match failure.code() {
            Some(codes::METHOD_UNKNOWN) => METHOD_NOT_FOUND,
            Some(codes::INPUT) => INVALID_PARAMS,
            _ => SERVER_ERROR,
        },
    };
    error(id, code, &quoted(failure.to_string().as_bytes(), MOST_SHOWN))
}

/// What a service gives out: one output is the result, several are a list.
struct Collected<'a> {
    outputs: Vec<Box<RawValue>>,
    room: usize,
    cancelled: &'a AtomicBool,
}

impl Collected<'_> {
    fn answer(self, id: &RawValue) -> Vec<u8> {
        match self.outputs.as_slice() {
            [] => result(id, RawValue::NULL),
            [one] => result(id, one),
            many => result(id, &raw(&many)),
        }
    }
}

impl Answer for Collected<'_> {
    fn output(&mut self, output: &[u8]) -> Result<(), Failure> {
        self.wanted()?;
        let Some(room) = self.room.checked_sub(output.len()) else {
            return Err(Failure::new(codes::CALL_TOO_LARGE, "the host's answer is larger than is allowed"));
        };
        let output = serde_json::from_slice(output)
            .map_err(|_| Failure::new(codes::CALL_FAILED, "the host's answer is no JSON"))?;
        self.room = room;
        self.outputs.push(output);
        Ok(())
    }

    fn progress(&mut self, _done: u64, _total: u64) {}

    fn status(&mut self, _text: &str) {}

    fn wanted(&self) -> Result<(), Failure> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Failure::Cancelled) } else { Ok(()) }
    }
}
