//! Who waits for which answer.
//!
//! Owns the ids of requests. What comes for a call is left to the thread that waits for it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::json_rpc::message::RpcError;

/// How many reports of progress wait for a caller; of more, the oldest are lost.
const MOST_REPORTS: usize = 64;

/// Of how many requests it is known that nobody waits for their answer any more.
const MOST_GIVEN_UP: usize = 4096;

/// What comes of a request.
pub type Outcome = Result<Box<RawValue>, Refusal>;

/// Why there is no result.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The plugin has said so.
    Error(RpcError),
    /// It never got so far.
    Failure(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        Refusal::Failure(failure)
    }
}

impl Refusal {
    /// As the host is told, when `method` was called.
    pub fn into_failure(self, method: &str) -> Failure {
        match self {
            Refusal::Error(error) => error.failure(method),
            Refusal::Failure(failure) => failure,
        }
    }
}

/// How far a call is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Done, of how much; 0: not known.
    pub progress: Option<(u64, u64)>,
    /// What it is doing.
    pub status: Option<String>,
}

/// One call, through all of its requests.
#[derive(Debug, Default)]
pub struct Waiter {
    state: Mutex<News>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct News {
    reports: VecDeque<Report>,
    outcome: Option<Outcome>,
    cancelled: bool,
}

/// What has happened meanwhile.
#[derive(Debug, Default)]
pub struct Happened {
    /// In their order.
    pub reports: VecDeque<Report>,
    /// What came of the request; it is over.
    pub outcome: Option<Outcome>,
    /// Nobody wants it any more.
    pub cancelled: bool,
}

impl Waiter {
    /// What has happened since this was asked last; waits for it, but no longer than `most`.
    pub fn wait(&self, most: Duration) -> Happened {
        let mut news = self.news();
        if !most.is_zero() && news.reports.is_empty() && news.outcome.is_none() && !news.cancelled {
            news = self.changed.wait_timeout(news, most).unwrap_or_else(PoisonError::into_inner).0;
        }
        Happened { reports: std::mem::take(&mut news.reports), outcome: news.outcome.take(), cancelled: news.cancelled }
    }

    fn report(&self, report: Report) {
        let mut news = self.news();
        if news.reports.len() >= MOST_REPORTS {
            news.reports.pop_front();
        }
        news.reports.push_back(report);
        self.changed.notify_all();
    }

    fn end(&self, outcome: Outcome) {
        self.news().outcome = Some(outcome);
        self.changed.notify_all();
    }

    fn cancel(&self) {
        self.news().cancelled = true;
        self.changed.notify_all();
    }

    fn news(&self) -> MutexGuard<'_, News> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All that wait.
#[derive(Debug, Default)]
pub struct Waiting {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    requests: HashMap<u64, Arc<Waiter>>,
    calls: HashMap<u64, Arc<Waiter>>,
    given_up: VecDeque<u64>,
    over: Option<Failure>,
}

/// What an answer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Somebody waited for it.
    Taken,
    /// Somebody has waited for it, but does so no more.
    Late,
    /// Nobody has asked.
    Unknown,
}

impl Waiting {
    /// A call begins, which can be cancelled by its key from now on.
    pub fn begin(&self, key: u64) -> Arc<Waiter> {
        let waiter = Arc::new(Waiter::default());
        self.state().calls.insert(key, Arc::clone(&waiter));
        waiter
    }

    /// A call is over.
    pub fn end(&self, key: u64) {
        self.state().calls.remove(&key);
    }

    /// Nobody wants a call any more.
    pub fn cancel(&self, key: u64) {
        let waiter = self.state().calls.get(&key).cloned();
        if let Some(waiter) = waiter {
            waiter.cancel();
        }
    }

    /// Gives out an id, to whose answer `waiter` is woken. An error: the conversation is over.
    pub fn ask(&self, waiter: &Arc<Waiter>) -> Result<u64, Failure> {
        let mut state = self.state();
        if let Some(failure) = &state.over {
            return Err(failure.clone());
        }
        state.last += 1;
        let id = state.last;
        state.requests.insert(id, Arc::clone(waiter));
        Ok(id)
    }

    /// Nobody waits for the answer any more, which may still come.
    pub fn give_up(&self, id: u64) {
        let mut state = self.state();
        if state.requests.remove(&id).is_some() {
            if state.given_up.len() >= MOST_GIVEN_UP {
                state.given_up.pop_front();
            }
            state.given_up.push_back(id);
        }
    }

    /// An answer has come.
    pub fn answer(&self, id: u64, outcome: Outcome) -> Fit {
        let mut state = self.state();
        if let Some(waiter) = state.requests.remove(&id) {
            drop(state);
            waiter.end(outcome);
            return Fit::Taken;
        }
        match state.given_up.iter().position(|other| *other == id) {
            Some(at) => {
                state.given_up.remove(at);
                Fit::Late
            }
            None => Fit::Unknown,
        }
    }

    /// News of a request; lost if nobody waits for it.
    pub fn report(&self, id: u64, report: Report) {
        let waiter = self.state().requests.get(&id).cloned();
        if let Some(waiter) = waiter {
            waiter.report(report);
        }
    }

    /// Ends all that wait, and all that will. The first reason counts.
    pub fn all_over(&self, failure: Failure) {
        let mut state = self.state();
        let failure = state.over.get_or_insert(failure).clone();
        let requests = std::mem::take(&mut state.requests);
        drop(state);
        requests.into_values().for_each(|waiter| waiter.end(Err(Refusal::Failure(failure.clone()))));
    }

    /// Why it is over, if it is.
    pub fn over(&self) -> Option<Failure> {
        self.state().over.clone()
    }

    /// How many requests are going on.
    #[cfg(all(test, unix))]
    pub fn count(&self) -> usize {
        self.state().requests.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
