//! One request, from its sending to its answer, on the thread that wants it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::value::RawValue;

use crate::call::Answer;
use crate::failure::{Failure, codes};
use crate::json_rpc::conversation::Conversation;
use crate::json_rpc::outgoing::{Refused, Ticket};
use crate::json_rpc::waiting::{Outcome, Refusal, Report, Waiter};
use crate::json_rpc::{frame, message};

/// How often it is asked whether an answer is still wanted, which wakes nobody by itself.
const TICK: Duration = Duration::from_millis(50);

/// The same, while the plugin does not read what it is told.
const SEND_TICK: Duration = Duration::from_millis(20);

/// How long a plugin that has closed its stdin may take to end, so that how it ended can be said.
const END_TICKS: u32 = 25;

/// A row of requests for one call.
pub struct Exchange<'a> {
    conversation: &'a Conversation,
    waiter: Arc<Waiter>,
    until: Option<Instant>,
    answer: Option<&'a mut dyn Answer>,
    /// Whether the plugin is told when an answer is not wanted any more.
    pub tells: bool,
}

impl<'a> Exchange<'a> {
    /// For a call that somebody waits for.
    pub fn of_call(
        conversation: &'a Conversation,
        waiter: Arc<Waiter>,
        until: Option<Instant>,
        answer: &'a mut dyn Answer,
    ) -> Exchange<'a> {
        Exchange { conversation, waiter, until, answer: Some(answer), tells: true }
    }

    /// For ourselves.
    pub fn own(conversation: &'a Conversation, until: Instant) -> Exchange<'a> {
        Exchange { conversation, waiter: Arc::default(), until: Some(until), answer: None, tells: true }
    }

    /// Asks, and waits for the answer. `params` are made for the id of the request.
    pub fn ask(&mut self, method: &str, params: impl FnOnce(u64) -> Result<Option<Box<RawValue>>, Failure>) -> Outcome {
        let id = self.conversation.waiting.ask(&self.waiter)?;
        let mut ticket = None;
        let outcome = params(id)
            .and_then(|params| self.conversation.fitting(message::request(id, method, params.as_deref())))
            .and_then(|bytes| self.follow(frame::write(self.conversation.options.framing, bytes), &mut ticket));
        outcome.unwrap_or_else(|failure| {
            self.give_up(id, ticket, &failure);
            Err(Refusal::Failure(failure))
        })
    }

    /// The output of a call.
    pub fn output(&mut self, output: &[u8]) -> Result<(), Failure> {
        match &mut self.answer {
            Some(answer) => answer.output(output),
            None => Ok(()),
        }
    }

    /// Sends it and waits, until there is an outcome, or no use in waiting.
    fn follow(&mut self, mut bytes: Vec<u8>, ticket: &mut Option<Ticket>) -> Result<Outcome, Failure> {
        let (mut pause, mut closed) = (Duration::ZERO, 0);
        loop {
            let happened = self.waiter.wait(pause);
            happened.reports.into_iter().for_each(|report| self.report(report));
            if let Some(outcome) = happened.outcome {
                return Ok(outcome);
            }
            if happened.cancelled {
                return Err(Failure::Cancelled);
            }
            let left = self.left()?;
            pause = match self.send(&mut bytes, ticket) {
                Sent::Wholly => TICK.min(left),
                Sent::Partly => {
                    self.conversation.outgoing.wait(SEND_TICK.min(left));
                    Duration::ZERO
                }
                Sent::Never if closed >= END_TICKS => return Err(deaf()),
                Sent::Never => {
                    closed += 1;
                    SEND_TICK.min(left)
                }
            };
        }
    }

    fn send(&self, bytes: &mut Vec<u8>, ticket: &mut Option<Ticket>) -> Sent {
        let outgoing = &self.conversation.outgoing;
        match *ticket {
            None => match outgoing.push(bytes) {
                Ok(taken) => *ticket = Some(taken),
                Err(Refused::Full) => return Sent::Partly,
                Err(Refused::Closed) => return Sent::Never,
            },
            Some(_) => {
                outgoing.flush();
            }
        }
        match *ticket {
            Some(ticket) if outgoing.is_sent(ticket) => Sent::Wholly,
            _ if outgoing.is_closed() => Sent::Never,
            _ => Sent::Partly,
        }
    }

    /// How long it may take yet; an error: nobody wants it any more.
    fn left(&self) -> Result<Duration, Failure> {
        if let Some(answer) = &self.answer {
            answer.wanted()?;
        }
        let Some(until) = self.until else { return Ok(Duration::MAX) };
        match until.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(Failure::Deadline),
        }
    }

    fn report(&mut self, report: Report) {
        let Some(answer) = &mut self.answer else { return };
        if let Some((done, total)) = report.progress {
            answer.progress(done, total);
        }
        if let Some(status) = report.status {
            answer.status(&status);
        }
    }

    fn give_up(&self, id: u64, ticket: Option<Ticket>, why: &Failure) {
        self.conversation.waiting.give_up(id);
        let Some(ticket) = ticket else { return };
        if self.conversation.outgoing.take_back(ticket) || !self.tells || !self.conversation.peer().is_mcp() {
            return;
        }
        let params = message::raw(&serde_json::json!({"requestId": id, "reason": why.to_string()}));
        self.conversation.say(message::notification("notifications/cancelled", Some(&params)));
    }
}

/// How far the sending is.
enum Sent {
    Wholly,
    Partly,
    Never,
}

fn deaf() -> Failure {
    Failure::new(codes::PLUGIN_EXITED, "the plugin does not listen to its stdin any more")
        .hint("look at its log: it may have failed, or is just ending")
}
