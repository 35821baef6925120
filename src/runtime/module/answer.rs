//! One request to a module, and what the module has to say to it.
//!
//! Owns that nothing of the caller is touched once the request is over, or on another thread than the caller's, whatever
//! the module does.

use std::any::Any;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Instant;

use hotshoe_abi::runtime::{self as abi, Bytes, Key, Outcome, REVISION, SinkTable, Text};

use super::host::guarded;
use super::keys::{Keys, Known};
use super::lock;
use super::text::{Said, line};
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::runtime::{Call, CancelToken, Encoding, Sink};

/// So many findings of one request are kept.
const MOST_FINDINGS: usize = 100;

/// So many bytes are taken where nobody but this loader reads them.
const MOST_KEPT: usize = 16 << 20;

/// The requests that are going on.
static ANSWERS: Keys<Answer> = Keys::new();

/// What a module may do with a request.
static SINK: SinkTable = SinkTable {
    size: size_of::<SinkTable>(),
    revision: REVISION,
    output: Some(output),
    progress: Some(progress),
    status: Some(status),
    fail: Some(fail),
    diagnose: Some(diagnose),
    stopped: Some(stopped),
};

/// What is known of a request by its key.
struct Answer {
    /// The runtime's name.
    runtime: &'static str,
    is_json: bool,
    deadline: Option<Instant>,
    cancel: CancelToken,
    /// Where the caller is.
    thread: ThreadId,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Not there while it is in use, and when the request is over.
    receiver: Option<Receiver>,
    is_over: bool,
    /// What the module said.
    failure: Option<Error>,
    /// What the request comes to whatever the module says.
    stop: Option<Error>,
    findings: Vec<Diagnostic>,
    panic: Option<Box<dyn Any + Send>>,
}

/// The caller's sink, for as long as its request is going on.
struct Receiver(NonNull<dyn Sink>);

// SAFETY: only the caller's own thread uses it, and takes it away before its request is over.
unsafe impl Send for Receiver {}

/// A request that is going on, on the thread of its caller. It is over when this is dropped.
pub(super) struct Asked<'a> {
    answer: Known<Answer>,
    sink: PhantomData<&'a mut dyn Sink>,
}

impl<'a> Asked<'a> {
    /// A request that nobody can cancel, to a runtime of this name.
    pub(super) fn new(runtime: &'static str, kept: &'a mut Kept) -> Asked<'a> {
        let encoding = if kept.is_json { Encoding::Json } else { Encoding::Raw };
        Self::call(runtime, &Call::new("", encoding, b""), kept)
    }

    /// A call of a plugin whose runtime has this name.
    pub(super) fn call(runtime: &'static str, call: &Call<'_>, sink: &'a mut (dyn Sink + 'a)) -> Asked<'a> {
        let sink: NonNull<dyn Sink + 'a> = NonNull::from(sink);
        // SAFETY: only the lifetime changes. What is made here takes the pointer away before `'a` is over.
        let sink = unsafe { std::mem::transmute::<NonNull<dyn Sink + 'a>, NonNull<dyn Sink>>(sink) };
        let answer = Answer {
            runtime,
            is_json: call.encoding == Encoding::Json,
            deadline: call.deadline,
            cancel: call.cancel.clone(),
            thread: thread::current().id(),
            state: Mutex::new(State { receiver: Some(Receiver(sink)), ..State::default() }),
        };
        Asked { answer: ANSWERS.insert(Arc::new(answer)), sink: PhantomData }
    }

    pub(super) fn key(&self) -> Key {
        self.answer.key()
    }

    pub(super) fn sink(&self) -> abi::Sink {
        // SAFETY: the table is constant, and its functions take any key.
        unsafe { abi::Sink::new(&raw const SINK, self.key()) }
    }

    /// The request is over, for its function has returned this. Returns what the module found besides.
    ///
    /// # Panics
    ///
    /// As the caller's sink did.
    pub(super) fn end(self, returned: i32) -> Result<Vec<Diagnostic>> {
        let over = State { is_over: true, ..State::default() };
        let state = std::mem::replace(&mut *lock(&self.answer.state), over);
        if let Some(panic) = state.panic {
            resume_unwind(panic);
        }
        if let Some(error) = state.stop {
            return Err(error);
        }
        let outcome = Outcome::from_raw(returned);
        if let (Outcome::Ok | Outcome::Failed, Some(failure)) = (outcome, state.failure) {
            return Err(failure);
        }
        let runtime = self.answer.runtime;
        Err(match outcome {
            Outcome::Ok => return Ok(state.findings),
            Outcome::Unsupported => unsupported(runtime),
            Outcome::Cancelled => cancelled(),
            Outcome::Deadline => late(),
            Outcome::Closed => Error::new(Code::CALL_FAILED, "the call is over"),
            Outcome::Invalid => broken(runtime, "does not take what it was given"),
            Outcome::Failed => broken(runtime, "failed and gave no reason"),
        })
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.answer.state);
        state.is_over = true;
        state.receiver = None;
    }
}

/// What was said to a request of our own, which has no caller that listens.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) is_json: bool,
    pub(super) output: Vec<u8>,
    pub(super) status: Vec<String>,
    /// More came than is taken.
    pub(super) is_full: bool,
}

impl Kept {
    /// The error of a module that has put out more than anybody would read.
    pub(super) fn too_much(&self, runtime: &str) -> Option<Error> {
        self.is_full.then(|| broken(runtime, &format!("puts out more than {MOST_KEPT} bytes")))
    }
}

impl Sink for Kept {
    fn output(&mut self, output: &[u8]) -> ControlFlow<()> {
        if self.output.len() + output.len() > MOST_KEPT {
            self.is_full = true;
            return ControlFlow::Break(());
        }
        self.output.extend_from_slice(output);
        ControlFlow::Continue(())
    }

    fn status(&mut self, text: &str) {
        if self.status.len() < MOST_FINDINGS {
            self.status.push(text.to_owned());
        }
    }
}

/// A runtime cannot do this.
pub(super) fn unsupported(runtime: &str) -> Error {
    Error::new(Code::RUNTIME_UNSUPPORTED, format!("the runtime `{runtime}` cannot do this"))
        .hint("see in docs/runtime.md what each runtime can do")
}

/// The module of a runtime does what it must not.
pub(super) fn broken(runtime: &str, what: &str) -> Error {
    Error::new(Code::RUNTIME_INVALID, format!("the module of the runtime `{runtime}` {what}"))
        .hint("report it to whoever made the module")
}

fn cancelled() -> Error {
    Error::new(Code::CALL_CANCELLED, "the call was cancelled")
}

fn late() -> Error {
    Error::new(Code::CALL_DEADLINE, "the call did not end in time")
}

impl Answer {
    /// Whether anybody still wants it.
    fn stopped(&self) -> Outcome {
        if lock(&self.state).is_over {
            Outcome::Closed
        } else if self.cancel.is_fired() {
            Outcome::Cancelled
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Outcome::Deadline
        } else {
            Outcome::Ok
        }
    }

    /// Gives the caller something, if it still wants it.
    fn give(&self, give: impl FnOnce(&mut dyn Sink) -> ControlFlow<()>) -> Outcome {
        match self.stopped() {
            Outcome::Ok => {}
            // What it would have been is lost, so it cannot be a success any more.
            Outcome::Cancelled => return self.stop(cancelled(), Outcome::Cancelled),
            Outcome::Deadline => return self.stop(late(), Outcome::Deadline),
            over => return over,
        }
        if thread::current().id() != self.thread {
            return self.stop(broken(self.runtime, "puts something out on another thread"), Outcome::Invalid);
        }
        let Some(mut receiver) = lock(&self.state).receiver.take() else {
            return self.stop(broken(self.runtime, "puts something out while its host takes it"), Outcome::Invalid);
        };
        // SAFETY: it is there, so its request is going on, and waits for this, for this is its thread; and nobody else
        // has it.
        let given = catch_unwind(AssertUnwindSafe(|| give(unsafe { receiver.0.as_mut() })));
        let mut state = lock(&self.state);
        state.receiver = Some(receiver);
        match given {
            Ok(ControlFlow::Continue(())) => return Outcome::Ok,
            Ok(ControlFlow::Break(())) => {
                state.stop.get_or_insert_with(|| Error::new(Code::CALL_CANCELLED, "its caller wants no more of it"));
            }
            Err(panic) => {
                state.panic.get_or_insert(panic);
            }
        }
        Outcome::Cancelled
    }

    fn stop(&self, error: Error, outcome: Outcome) -> Outcome {
        lock(&self.state).stop.get_or_insert(error);
        outcome
    }

    /// Takes something that any thread may say.
    fn say(&self, say: impl FnOnce(&mut State)) -> Outcome {
        let mut state = lock(&self.state);
        if state.is_over {
            return Outcome::Closed;
        }
        say(&mut state);
        Outcome::Ok
    }
}

fn with(key: Key, body: impl FnOnce(&Answer) -> Outcome) -> i32 {
    guarded(|| ANSWERS.get(key).map_or(Outcome::Closed, |answer| body(&answer)))
}

unsafe extern "C" fn output(key: Key, output: Bytes) -> i32 {
    with(key, |answer| {
        // SAFETY: the contract for bytes.
        match unsafe { output.get() } {
            None => answer.stop(broken(answer.runtime, "puts out more than there can be"), Outcome::Invalid),
            Some(bytes) if answer.is_json && std::str::from_utf8(bytes).is_err() => {
                answer.stop(broken(answer.runtime, "puts out JSON that is not UTF-8"), Outcome::Invalid)
            }
            Some(bytes) => answer.give(|sink| sink.output(bytes)),
        }
    })
}

unsafe extern "C" fn progress(key: Key, done: u64, total: u64) -> i32 {
    with(key, |answer| {
        answer.give(|sink| {
            sink.progress(done, total);
            ControlFlow::Continue(())
        })
    })
}

unsafe extern "C" fn status(key: Key, text: Text) -> i32 {
    with(key, |answer| {
        // SAFETY: the contract for texts.
        let text = unsafe { line(text) }.unwrap_or_default();
        answer.give(|sink| {
            sink.status(&text);
            ControlFlow::Continue(())
        })
    })
}

unsafe extern "C" fn fail(key: Key, code: Text, message: Text, hint: Text) -> i32 {
    with(key, |answer| {
        // SAFETY: the contract for texts.
        let said = unsafe { Said::read(answer.runtime, code, message, hint) };
        answer.say(|state| {
            state.failure.get_or_insert_with(|| said.error());
        })
    })
}

unsafe extern "C" fn diagnose(key: Key, severity: i32, code: Text, message: Text, hint: Text) -> i32 {
    with(key, |answer| {
        // SAFETY: the contract for texts.
        let said = unsafe { Said::read(answer.runtime, code, message, hint) };
        answer.say(|state| {
            if state.findings.len() < MOST_FINDINGS {
                state.findings.push(said.diagnostic(severity));
            }
        })
    })
}

unsafe extern "C" fn stopped(key: Key) -> i32 {
    with(key, Answer::stopped)
}
