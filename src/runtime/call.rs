//! A call of a plugin's method by its name.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::error::{Code, Error, Result};

/// How the bytes of inputs and outputs are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A JSON text in UTF-8.
    Json,
    /// As the plugin's interface defines.
    Raw,
}

/// A call of a plugin's method.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    id: u64,
    /// The method: its interface and its name, as the plugin spells them.
    pub method: &'a str,
    /// How input and outputs are spelt.
    pub encoding: Encoding,
    /// The input, or the first one.
    pub input: &'a [u8],
    /// Whether more inputs follow, until [`super::Instance::finish`].
    pub streams: bool,
    /// When it is to be given up.
    pub deadline: Option<Instant>,
    /// Fired by whoever wants it to be given up at once.
    pub cancel: CancelToken,
}

impl<'a> Call<'a> {
    /// A call with one input, without a deadline.
    pub fn new(method: &'a str, encoding: Encoding, input: &'a [u8]) -> Call<'a> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Call { id, method, encoding, input, streams: false, deadline: None, cancel: CancelToken::default() }
    }

    /// Its number, which no other call of this process has.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Gives it up this long from now.
    pub fn within(mut self, patience: Duration) -> Call<'a> {
        // Beyond what a clock can say is for ever.
        self.deadline = Instant::now().checked_add(patience);
        self
    }

    /// Gives it up when this token is fired.
    pub fn cancelled_by(mut self, token: &CancelToken) -> Call<'a> {
        self.cancel = token.clone();
        self
    }

    /// Fails if it was cancelled, or if its deadline has passed.
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_fired() {
            return Err(Error::new(Code::CALL_CANCELLED, "the call was cancelled"));
        }
        match self.deadline {
            Some(deadline) if deadline <= Instant::now() => {
                Err(Error::new(Code::CALL_DEADLINE, "the call did not end in time"))
            }
            _ => Ok(()),
        }
    }
}

/// Takes what a call puts out, on the thread that called.
pub trait Sink {
    /// Takes an output, one or the next of many. `Break` says that no more is wanted.
    fn output(&mut self, output: &[u8]) -> ControlFlow<()>;

    /// Takes note of how far the call has got: `done` of `total` steps; 0 of 0 if nobody knows.
    fn progress(&mut self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// Takes note of what the plugin says it is doing.
    fn status(&mut self, text: &str) {
        let _ = text;
    }
}

/// Keeps all outputs.
impl Sink for Vec<Vec<u8>> {
    fn output(&mut self, output: &[u8]) -> ControlFlow<()> {
        self.push(output.to_owned());
        ControlFlow::Continue(())
    }
}

/// What a host serves to its plugins. It may be called from any number of threads.
pub trait Services: Send + Sync {
    /// Serves a call of a plugin's.
    fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()>;
}

/// Says that a call is to be given up. Clones are one token, which any thread may fire, once and for ever.
#[derive(Clone, Default)]
pub struct CancelToken(Arc<Token>);

#[derive(Default)]
struct Token {
    state: Mutex<State>,
    fired: Condvar,
}

#[derive(Default)]
struct State {
    fired: bool,
    next: u64,
    listeners: BTreeMap<u64, Arc<dyn Fn() + Send + Sync>>,
}

impl CancelToken {
    /// Has the calls that were made with it given up.
    pub fn fire(&self) {
        let listeners: Vec<_> = {
            let mut state = self.0.state();
            state.fired = true;
            state.listeners.values().cloned().collect()
        };
        self.0.fired.notify_all();
        // Without the lock, for this is the code of runtimes.
        for listener in listeners {
            listener();
        }
    }

    /// Whether it was fired.
    pub fn is_fired(&self) -> bool {
        self.0.state().fired
    }

    /// Waits until it is fired, this long at most, and says whether it was.
    pub fn wait(&self, patience: Duration) -> bool {
        let state = self.0.state();
        let waited = self.0.fired.wait_timeout_while(state, patience, |state| !state.fired);
        waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0.fired
    }

    /// Has a function called when it is fired, on the thread that fires it, or at once on this one if it was. After
    /// what is returned was dropped, the function is not called any more, though a call may be going on still.
    pub fn listen(&self, listener: impl Fn() + Send + Sync + 'static) -> Listening {
        let listener: Arc<dyn Fn() + Send + Sync> = Arc::new(listener);
        let (number, fired) = {
            let mut state = self.0.state();
            state.next += 1;
            let number = state.next;
            if !state.fired {
                state.listeners.insert(number, listener.clone());
            }
            (number, state.fired)
        };
        if fired {
            listener();
        }
        Listening { token: self.clone(), number }
    }
}

impl Token {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs while it is held.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CancelToken(fired: {})", self.is_fired())
    }
}

/// The time in which a function is called when a token is fired.
#[derive(Debug)]
#[must_use = "the function is called only while this lives"]
pub struct Listening {
    token: CancelToken,
    number: u64,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let listener = self.token.0.state().listeners.remove(&self.number);
        drop(listener); // Without the lock, for it may own what has code of its own.
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_token_is_fired_once_for_all_who_wait_or_listen() {
        let token = CancelToken::default();
        let (heard, unheard) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let count = |counter: &Arc<AtomicU64>| {
            let counter = counter.clone();
            move || {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        };
        let _listening = token.listen(count(&heard));
        drop(token.listen(count(&unheard)));
        assert!(!token.wait(Duration::ZERO));
        let other = token.clone();
        let waiting = thread::spawn(move || other.wait(Duration::from_secs(60)));
        token.fire();
        assert!(waiting.join().expect("it waits and no more"));
        let _late = token.listen(count(&heard));
        assert_eq!((heard.load(Ordering::SeqCst), unheard.load(Ordering::SeqCst)), (2, 0));
    }

    #[test]
    fn a_call_is_given_up_when_it_is_cancelled_or_late() {
        let call = Call::new("tune", Encoding::Json, b"{}");
        assert!(call.check().is_ok());
        let late = call.clone().within(Duration::ZERO);
        assert_eq!(late.check().expect_err("late").code(), Code::CALL_DEADLINE);
        let token = CancelToken::default();
        let call = late.cancelled_by(&token);
        token.fire();
        assert_eq!(call.check().expect_err("cancelled").code(), Code::CALL_CANCELLED);
        assert!(Call::new("tune", Encoding::Raw, b"").within(Duration::MAX).check().is_ok());
    }
}
