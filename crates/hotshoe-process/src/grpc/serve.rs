//! Calls of the host by a plugin: a request is read, served, and answered on one of a few threads, which end when there
//! is nothing to do.
//!
//! The connection itself is driven by somebody else; so a service may take its time, and may call the plugin again. What
//! a request says is read when a thread has taken it: until then the plugin is held back.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, HeaderValue, Request, Response};

use super::turn::{Waiter, lock};
use super::wire::{self, Reader, percent};
use crate::call::{Answer, Call, Encoding};
use crate::failure::{Failure, Result, codes};
use crate::message::Method;
use crate::session::Services;

/// How many requests are served at once.
const MOST_THREADS: usize = 16;

/// How many wait for that.
const MOST_QUEUED: usize = 64;

/// The longest message of a status, in bytes.
const LONGEST_STATUS: usize = 1 << 10;

/// Finds how the messages of a method are written, if anybody knows.
pub(super) type FindMethod = Box<dyn Fn(&str, Option<Instant>) -> Option<Method> + Send + Sync>;

/// Serves one plugin.
pub(super) struct Serving {
    find: FindMethod,
    /// The largest message, in bytes.
    largest: usize,
    state: Mutex<State>,
    changed: Condvar,
    /// Nothing is wanted any more.
    ends: AtomicBool,
    keys: AtomicU64,
}

#[derive(Default)]
struct State {
    services: Option<Arc<dyn Services>>,
    queue: VecDeque<Job>,
    threads: usize,
    running: usize,
}

/// A request that nobody has served yet.
struct Job {
    request: Request<RecvStream>,
    response: SendResponse<Bytes>,
    until: Option<Instant>,
}

impl Serving {
    pub(super) fn new(find: FindMethod, largest: usize) -> Arc<Serving> {
        Arc::new(Serving {
            find,
            largest,
            state: Mutex::default(),
            changed: Condvar::new(),
            ends: AtomicBool::new(false),
            keys: AtomicU64::new(0),
        })
    }

    /// What is served from now on.
    pub(super) fn offer(&self, services: Arc<dyn Services>) {
        lock(&self.state).services = Some(services);
    }

    /// Nothing is served any more; what is going on is told so, and what waits is dropped.
    pub(super) fn withdraw(&self) {
        self.ends.store(true, Ordering::SeqCst);
        let mut state = lock(&self.state);
        let dropped = (state.services.take(), std::mem::take(&mut state.queue));
        drop(state);
        drop(dropped);
    }

    /// Waits until nothing is being served; whether that is so at `until`.
    pub(super) fn wait(&self, until: Instant) -> bool {
        let mut state = lock(&self.state);
        while state.running > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Takes a request, to serve it on another thread.
    pub(super) fn take(self: &Arc<Serving>, request: Request<RecvStream>, mut response: SendResponse<Bytes>) {
        let timeout = request.headers().get("grpc-timeout").and_then(|timeout| wire::time_of(timeout.as_bytes()));
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut state = lock(&self.state);
        if state.services.is_none() || state.queue.len() >= MOST_QUEUED {
            return response.send_reset(Reason::REFUSED_STREAM);
        }
        state.queue.push_back(Job { request, response, until });
        if state.threads >= MOST_THREADS {
            return;
        }
        let its = self.clone();
        let started = std::thread::Builder::new().name("hotshoe-services".into()).spawn(move || its.work());
        match started {
            Ok(_) => state.threads += 1,
            // Nobody would take it.
            Err(_) if state.threads == 0 => state.queue.clear(),
            Err(_) => {}
        }
    }

    /// A thread of the pool: it ends when nothing waits.
    fn work(&self) {
        loop {
            let mut state = lock(&self.state);
            let (Some(services), Some(job)) = (state.services.clone(), state.queue.pop_front()) else {
                state.threads -= 1;
                return;
            };
            state.running += 1;
            drop(state);
            // A panic of the host's service is a refusal, and does not take the thread with it. The services go before
            // it counts as done: they may be the host's to free then.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.serve(services, job)));
            lock(&self.state).running -= 1;
            self.changed.notify_all();
        }
    }

    fn serve(&self, services: Arc<dyn Services>, job: Job) {
        let Job { request, mut response, until } = job;
        let head = Response::builder().header("content-type", "application/grpc").body(());
        let Some(stream) = head.ok().and_then(|head| response.send_response(head, false).ok()) else { return };
        let mut answered = Answered { serving: self, stream: Mutex::new(stream), until, method: None };
        let served = self.call(&*services, request, &mut answered);
        drop(services);
        let _ = answered.stream.into_inner().unwrap_or_else(PoisonError::into_inner).send_trailers(trailers(&served));
    }

    fn call(&self, services: &dyn Services, request: Request<RecvStream>, answered: &mut Answered<'_>) -> Result<()> {
        let (head, mut body) = request.into_parts();
        let message = answered.wait(self.read(&mut body))??;
        let path = head.uri.path().trim_start_matches('/');
        answered.method = (self.find)(path, answered.until);
        let (encoding, input) = match &answered.method {
            Some(method) => (Encoding::Json, method.decode_input(&message, self.largest.saturating_mul(4))?.into()),
            None => (Encoding::Raw, message),
        };
        let key = self.keys.fetch_add(1, Ordering::Relaxed);
        let call = Call { key, method: path, encoding, input: &input, streams: false, deadline: answered.until };
        answered.wanted()?;
        let served = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| services.call(&call, answered)));
        served.unwrap_or_else(|_| Err(Failure::new(codes::CALL_FAILED, "the host has failed")))
    }

    /// The one message of a request.
    async fn read(&self, body: &mut RecvStream) -> Result<Bytes> {
        let mut frames = Reader::new(self.largest);
        let mut first = None;
        while let Some(chunk) = poll_fn(|cx| body.poll_data(cx)).await {
            let mut chunk = chunk.map_err(|_| Failure::Cancelled)?;
            let _ = body.flow_control().release_capacity(chunk.len());
            while let Some(message) = frames.read(&mut chunk)? {
                if first.replace(message).is_some() {
                    return Err(Failure::Unsupported);
                }
            }
        }
        frames.finish()?;
        first.ok_or_else(|| Failure::new(codes::INPUT, "the request has no message"))
    }
}

/// Where the answers of one request go.
struct Answered<'a> {
    serving: &'a Serving,
    stream: Mutex<SendStream<Bytes>>,
    until: Option<Instant>,
    method: Option<Method>,
}

impl Answered<'_> {
    /// Waits until a future is ready; somebody else drives the connection.
    fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T> {
        let mut future = pin!(future);
        Waiter::with(|waiter, waker| {
            loop {
                waiter.was_woken();
                if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(waker)) {
                    return Ok(done);
                }
                self.check()?;
                waiter.sleep(self.until);
            }
        })
    }

    fn check(&self) -> Result<()> {
        if self.serving.ends.load(Ordering::SeqCst) {
            return Err(Failure::Cancelled);
        }
        match self.until.is_some_and(|until| Instant::now() >= until) {
            true => Err(Failure::Deadline),
            false => Ok(()),
        }
    }

    fn send(&self, mut frame: Bytes) -> Result<()> {
        while !frame.is_empty() {
            lock(&self.stream).reserve_capacity(frame.len());
            let room = self.wait(poll_fn(|cx| lock(&self.stream).poll_capacity(cx)))?;
            let room = room.and_then(Result::ok).ok_or(Failure::Cancelled)?;
            let piece = frame.split_to(room.min(frame.len()));
            lock(&self.stream).send_data(piece, false).map_err(|_| Failure::Cancelled)?;
        }
        Ok(())
    }
}

impl Answer for Answered<'_> {
    fn output(&mut self, output: &[u8]) -> Result<()> {
        self.wanted()?;
        let frame = match &self.method {
            Some(method) => wire::frame(&method.encode_output(output)?, self.serving.largest)?,
            None => wire::frame(output, self.serving.largest)?,
        };
        self.send(frame)
    }

    fn progress(&mut self, _done: u64, _total: u64) {}

    fn status(&mut self, _text: &str) {}

    fn wanted(&self) -> Result<()> {
        self.check()?;
        // The plugin gives a request up by resetting it; so does the end of its connection.
        match lock(&self.stream).poll_reset(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(_) => Err(Failure::Cancelled),
            Poll::Pending => Ok(()),
        }
    }
}

/// What a request ends with.
fn trailers(served: &Result<()>) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    let code = match served {
        Ok(()) => 0,
        Err(Failure::Cancelled) => 1,
        Err(Failure::Deadline) => 4,
        Err(Failure::Unsupported | Failure::Closed) => 12,
        Err(failure) => match failure.code() {
            Some(codes::INPUT) => 3,
            Some(codes::CALL_TOO_LARGE) => 8,
            Some(codes::METHOD_UNKNOWN) => 12,
            _ => 2,
        },
    };
    trailers.insert("grpc-status", HeaderValue::from(code));
    if let Err(failure) = served
        && let Ok(message) = HeaderValue::try_from(percent(&failure.to_string(), LONGEST_STATUS))
    {
        trailers.insert("grpc-message", message);
    }
    trailers
}
