//! Where answers go: the loader's sinks, and one of ours for what the host serves.

use std::sync::Mutex;
use std::time::Instant;

use hotshoe_abi::runtime::{
    self as abi, Bytes, Key, NO_DEADLINE, Outcome, Services as AbiServices, Sink, SinkTable, Text,
};

use super::{HOST, lock};
use crate::call::{Answer, Call, Encoding};
use crate::failure::{Failure, Result, codes};
use crate::session::Services;

/// Says to a sink why something could not be done; returns what the function returns.
pub(super) fn report(sink: Sink, failure: &Failure) -> Outcome {
    match failure {
        Failure::Failed(failed) => sink.fail(failed.code, &failed.message, &failed.hint),
        Failure::Unsupported => Outcome::Unsupported,
        Failure::Cancelled => Outcome::Cancelled,
        Failure::Deadline => Outcome::Deadline,
        Failure::Closed => Outcome::Closed,
    }
}

fn result(outcome: Outcome) -> Result<()> {
    match outcome {
        Outcome::Ok => Ok(()),
        Outcome::Cancelled => Err(Failure::Cancelled),
        Outcome::Deadline => Err(Failure::Deadline),
        Outcome::Unsupported => Err(Failure::Unsupported),
        Outcome::Closed | Outcome::Failed | Outcome::Invalid => Err(Failure::Closed),
    }
}

/// The answer to a call of the loader's.
pub(super) struct SinkAnswer {
    sink: Sink,
}

impl SinkAnswer {
    pub(super) fn new(sink: Sink) -> Result<SinkAnswer> {
        let answer = SinkAnswer { sink };
        // It may have been cancelled before it could be found.
        answer.wanted().map(|()| answer)
    }
}

impl Answer for SinkAnswer {
    fn output(&mut self, output: &[u8]) -> Result<()> {
        result(self.sink.output(output))
    }

    fn progress(&mut self, done: u64, total: u64) {
        self.sink.progress(done, total);
    }

    fn status(&mut self, text: &str) {
        self.sink.status(text);
    }

    fn wanted(&self) -> Result<()> {
        result(self.sink.stopped())
    }
}

/// What the host serves.
pub(super) struct HostServices {
    services: AbiServices,
}

impl HostServices {
    pub(super) fn new(services: AbiServices) -> HostServices {
        HostServices { services }
    }
}

impl Services for HostServices {
    fn call(&self, call: &Call<'_>, answer: &mut dyn Answer) -> Result<()> {
        let serve = self.services.table().and_then(|table| table.call).ok_or(Failure::Unsupported)?;
        let taker = Mutex::new(Taker { answer, failure: None });
        let asked = abi::Call {
            size: size_of::<abi::Call>(),
            revision: abi::REVISION,
            encoding: match call.encoding {
                Encoding::Json => abi::Encoding::Json,
                Encoding::Raw => abi::Encoding::Raw,
            } as u32,
            streams: 0,
            method: call.method.into(),
            input: call.input.into(),
            deadline: deadline(call.deadline),
        };
        let key = std::ptr::from_ref(&taker).addr() as Key;
        // The table reads it by this key, until the call has returned.
        let _ = std::ptr::from_ref(&taker).expose_provenance();
        // SAFETY: the table is ours and lives for ever; the key is good until `serve` returns, as the contract asks.
        let returned = unsafe { serve(self.services.key(), &asked, Sink::new(&TAKES, key)) };
        let failure = lock(&taker).failure.take();
        match (Outcome::from_raw(returned), failure) {
            (Outcome::Failed, Some(failure)) => Err(failure),
            (Outcome::Failed, None) => Err(Failure::new(codes::CALL_FAILED, "the host could not serve it")),
            (outcome, _) => result(outcome),
        }
    }
}

/// Takes what the host answers.
struct Taker<'a> {
    answer: &'a mut dyn Answer,
    failure: Option<Failure>,
}

static TAKES: SinkTable = SinkTable {
    size: size_of::<SinkTable>(),
    revision: abi::REVISION,
    output: Some(output),
    progress: None,
    status: None,
    fail: Some(fail),
    diagnose: None,
    stopped: None,
};

/// # Safety
/// `key` is one that [`HostServices::call`] has made, and that has not returned yet.
unsafe fn taker<'a>(key: Key) -> &'a Mutex<Taker<'a>> {
    // SAFETY: as the caller promises; its address was exposed.
    unsafe { &*std::ptr::with_exposed_provenance(key as usize) }
}

unsafe extern "C" fn output(key: Key, output: Bytes) -> i32 {
    // SAFETY: the contract: the host uses the sink only until the call returns, and the bytes live until this does.
    let (taker, output) = unsafe { (taker(key), output.get()) };
    let taken = output.ok_or(Failure::Closed).and_then(|output| lock(taker).answer.output(output));
    match taken {
        Ok(()) => Outcome::Ok as i32,
        Err(_) => Outcome::Closed as i32,
    }
}

unsafe extern "C" fn fail(key: Key, code: Text, message: Text, hint: Text) -> i32 {
    // SAFETY: as above.
    let text = |text: Text| unsafe { String::from_utf8_lossy(text.bytes(4096)).into_owned() };
    let message = format!("{} ({})", text(message), text(code));
    // SAFETY: as above.
    let taker = unsafe { taker(key) };
    lock(taker).failure.get_or_insert(Failure::new(codes::CALL_FAILED, message).hint(text(hint)));
    Outcome::Ok as i32
}

/// A time on our clock, on the host's.
fn deadline(deadline: Option<Instant>) -> u64 {
    let (Some(deadline), Some(now)) = (deadline, HOST.get().and_then(|host| host.now)) else { return NO_DEADLINE };
    let left = deadline.saturating_duration_since(Instant::now());
    // SAFETY: the contract: it may be called at any time.
    unsafe { now() }.saturating_add(u64::try_from(left.as_nanos()).unwrap_or(u64::MAX))
}
