//! What a host serves to a plugin, called by the plugin's module.

use std::ops::ControlFlow;
use std::sync::Arc;

use hotshoe_abi::runtime::{self as abi, Bytes, Call, Encoding, Key, Outcome, REVISION, ServicesTable, Text};

use super::host::{from_clock, guarded};
use super::keys::{Keys, Known};
use crate::error::{Code, Error};
use crate::runtime::{self, Services, Sink};

/// So many bytes of a method's name are taken.
const LONGEST_METHOD: usize = 1024;

static OFFERED: Keys<Arc<dyn Services>> = Keys::new();

static TABLE: ServicesTable = ServicesTable { size: size_of::<ServicesTable>(), revision: REVISION, call: Some(call) };

/// What is offered to one plugin, until this is dropped.
pub(super) struct Offered(Known<Arc<dyn Services>>);

impl Offered {
    pub(super) fn new(services: Arc<dyn Services>) -> Offered {
        Offered(OFFERED.insert(Arc::new(services)))
    }

    pub(super) fn table(&self) -> abi::Services {
        // SAFETY: the table is constant, and its function takes any key.
        unsafe { abi::Services::new(&raw const TABLE, self.0.key()) }
    }
}

unsafe extern "C" fn call(key: Key, call: *const Call, sink: abi::Sink) -> i32 {
    guarded(|| {
        let Some(services) = OFFERED.get(key) else { return Outcome::Closed };
        // SAFETY: the contract for structs that grow.
        let Ok(call) = (unsafe { abi::read(call) }) else { return Outcome::Invalid };
        let Some(table) = sink.table() else { return Outcome::Invalid };
        // SAFETY: the contract for texts and bytes.
        let (method, input) = unsafe { (call.method.bytes(LONGEST_METHOD + 1), call.input.get()) };
        let (Ok(method), Some(input)) = (std::str::from_utf8(method), input) else { return Outcome::Invalid };
        let encoding = match call.encoding {
            json if json == Encoding::Json as u32 => runtime::Encoding::Json,
            raw if raw == Encoding::Raw as u32 => runtime::Encoding::Raw,
            _ => return Outcome::Unsupported,
        };
        if method.len() > LONGEST_METHOD {
            return Outcome::Invalid;
        }
        let mut question = runtime::Call::new(method, encoding, input);
        question.deadline = from_clock(call.deadline);
        let mut theirs = Theirs { table, key: sink.key() };
        match question.check().and_then(|()| services.call(&question, &mut theirs)) {
            Ok(()) => Outcome::Ok,
            Err(error) if error.code() == Code::CALL_CANCELLED => Outcome::Cancelled,
            Err(error) if error.code() == Code::CALL_DEADLINE => Outcome::Deadline,
            Err(error) if error.code() == Code::RUNTIME_UNSUPPORTED => Outcome::Unsupported,
            Err(error) => theirs.fail(&error),
        }
    })
}

/// The sink of a module.
struct Theirs {
    table: abi::SinkTable,
    key: Key,
}

impl Theirs {
    fn fail(&self, error: &Error) -> Outcome {
        if let Some(fail) = self.table.fail {
            let hint = error.hint_text().map_or(Text::NONE, Text::from);
            // SAFETY: the contract; all three live until it returns.
            unsafe { fail(self.key, error.code().as_str().into(), error.message().into(), hint) };
        }
        Outcome::Failed
    }
}

impl Sink for Theirs {
    fn output(&mut self, output: &[u8]) -> ControlFlow<()> {
        // SAFETY: the contract; the bytes live until it returns.
        let returned = self.table.output.map(|to| unsafe { to(self.key, Bytes::from(output)) });
        match returned.map(Outcome::from_raw) {
            Some(Outcome::Ok) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }

    fn progress(&mut self, done: u64, total: u64) {
        // SAFETY: the contract. Whether anybody takes it does not matter.
        let _ = self.table.progress.map(|to| unsafe { to(self.key, done, total) });
    }

    fn status(&mut self, text: &str) {
        // SAFETY: as above; the text lives until it returns.
        let _ = self.table.status.map(|to| unsafe { to(self.key, text.into()) });
    }
}
