//! What the loader asks for, copied out of its structs.

use std::time::{Duration, Instant};

use hotshoe_abi::runtime::{self as abi, Key, NO_DEADLINE, Text};

use super::{HOST, path};
use crate::call::{Call, Encoding};
use crate::failure::{Failure, Result, codes};
use crate::plugin::Request;
use crate::settings::Settings;

/// The longest text of a request, in bytes.
const LONGEST: usize = 1 << 20;

/// # Safety
/// `request` is as the contract says.
pub(super) unsafe fn read(request: *const abi::Request) -> Result<Request> {
    // SAFETY: as the caller promises.
    let request = unsafe { abi::read(request) }.map_err(|_| invalid("a request of another revision"))?;
    // SAFETY: as the caller promises.
    let at = |text: Text| unsafe { path(text.bytes(LONGEST)) };
    // SAFETY: as the caller promises.
    let utf8 = |text: Text| unsafe { std::str::from_utf8(text.bytes(LONGEST)) }.map_err(|_| invalid("no UTF-8"));
    Ok(Request {
        folder: at(request.folder),
        program: at(request.artifact),
        host: utf8(request.host)?.to_owned(),
        host_version: utf8(request.host_version)?.to_owned(),
        settings: Settings::read(utf8(request.settings)?, utf8(request.manifest)?)?,
        environment: std::env::vars_os().collect(),
    })
}

/// # Safety
/// `call` is as the contract says, and stays so for `'a`.
pub(super) unsafe fn call<'a>(call: *const abi::Call, key: Key) -> Result<Call<'a>> {
    // SAFETY: as the caller promises.
    let call = unsafe { abi::read(call) }.map_err(|_| invalid("a call of another revision"))?;
    // SAFETY: as the caller promises.
    let (method, input) = unsafe { (call.method.bytes(LONGEST), call.input.get()) };
    let encoding = match call.encoding {
        encoding if encoding == abi::Encoding::Json as u32 => Encoding::Json,
        encoding if encoding == abi::Encoding::Raw as u32 => Encoding::Raw,
        _ => return Err(Failure::Unsupported),
    };
    Ok(Call {
        key,
        method: std::str::from_utf8(method).map_err(|_| invalid("a method that is not UTF-8"))?,
        encoding,
        input: input.ok_or_else(too_long)?,
        streams: call.streams != 0,
        deadline: deadline(call.deadline),
    })
}

/// A time on the host's clock, on ours.
fn deadline(deadline: u64) -> Option<Instant> {
    let now = HOST.get().and_then(|host| host.now)?;
    if deadline == NO_DEADLINE {
        return None;
    }
    // SAFETY: the contract: it may be called at any time.
    let left = deadline.saturating_sub(unsafe { now() });
    Instant::now().checked_add(Duration::from_nanos(left))
}

pub(super) fn too_long() -> Failure {
    invalid("more bytes than there can be")
}

fn invalid(what: &str) -> Failure {
    Failure::new(codes::SETTINGS, format!("the loader has given {what}"))
        .hint("let loader and runtime be of one version of Hotshoe")
}
