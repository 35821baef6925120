//! How a call ended, as its trailers say, or its headers if there was nothing else to say.

use ct_codecs::{Base64NoPadding, Decoder as _};
use http::{HeaderMap, StatusCode};
use prost::Message as _;
use serde_json::Value;

use crate::failure::{Failure, Result, codes};
use crate::grpc::services::RpcStatus;
use crate::message::{Types, shown};

/// The longest `grpc-message` that is read, in bytes; the rest is left out.
const LONGEST_MESSAGE: usize = 8 << 10;

/// The longest `grpc-status-details-bin` that is read, in bytes of base64; a longer one is left out.
const LONGEST_DETAILS: usize = 64 << 10;

/// How many details are made into JSON.
const MOST_DETAILS: usize = 16;

/// How large the JSON of one of them may become, in bytes.
const LARGEST_DETAIL: usize = 1 << 20;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The number; 0 is success.
    pub code: u32,
    /// What the number is called; `UNKNOWN` for one that gRPC does not have.
    pub name: &'static str,
    /// What the plugin says of it, not yet fit to be shown.
    pub message: String,
    /// A `google.rpc.Status` in bytes, or nothing.
    pub details: Vec<u8>,
}

/// What gRPC calls a status; `UNKNOWN` if it has no such number.
pub fn name_of(code: u32) -> &'static str {
    const NAMES: [&str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    usize::try_from(code).ok().and_then(|code| NAMES.get(code)).copied().unwrap_or("UNKNOWN")
}

impl Status {
    /// A status that nobody has sent.
    pub fn new(code: u32, message: impl Into<String>) -> Status {
        Status { code, name: name_of(code), message: message.into(), details: vec![] }
    }

    /// How a call ended whose stream is over: by its trailers, or its headers if it has no others; else by the status of
    /// HTTP.
    pub fn read(http: StatusCode, headers: &HeaderMap, trailers: Option<&HeaderMap>) -> Status {
        trailers
            .and_then(Status::from_headers)
            .or_else(|| Status::from_headers(headers))
            .or_else(|| Status::from_http(http))
            .unwrap_or_else(|| Status::new(2, "the answer ended without a status"))
    }

    /// The status in headers or trailers; none if they hold none.
    pub fn from_headers(headers: &HeaderMap) -> Option<Status> {
        let code = headers.get("grpc-status")?;
        let digits = code.to_str().unwrap_or_default();
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let Some(code) = digits.parse().ok().filter(|_| is_number) else {
            let said = String::from_utf8_lossy(code.as_bytes());
            return Some(Status::new(2, format!("the plugin sent the status `{}`, which is no number", shown(&said))));
        };
        let message = headers.get("grpc-message").map(|message| from_percent(message.as_bytes()));
        let details = headers.get("grpc-status-details-bin").and_then(|details| from_base64(details.as_bytes()));
        Some(Status { details: details.unwrap_or_default(), ..Status::new(code, message.unwrap_or_default()) })
    }

    /// What a status of HTTP means, as the document "HTTP to gRPC Status Code Mapping" of gRPC says; none for 200.
    pub fn from_http(status: StatusCode) -> Option<Status> {
        let code = match status.as_u16() {
            200 => return None,
            400 => 13,
            401 => 16,
            403 => 7,
            404 => 12,
            429 | 502 | 503 | 504 => 14,
            _ => 2,
        };
        Some(Status::new(code, format!("it answered with the HTTP status {}", status.as_u16())))
    }

    /// Its details as JSON, by the types of the plugin; those that cannot be read are left out.
    pub fn details_json(&self, types: &Types) -> Vec<Value> {
        let details = RpcStatus::decode(&*self.details).unwrap_or_default().details;
        let details = details.iter().take(MOST_DETAILS);
        details.filter_map(|any| types.any(&any.type_url, &any.value, LARGEST_DETAIL).ok()).collect()
    }

    /// Whether the call has succeeded.
    pub fn is_ok(&self) -> bool {
        self.code == 0
    }

    /// Nothing if the call has succeeded, else why not.
    pub fn into_result(self) -> Result<()> {
        if self.is_ok() { Ok(()) } else { Err(self.into()) }
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Failure {
        let said = if status.message.is_empty() { String::new() } else { format!(": {}", shown(&status.message)) };
        match status.code {
            1 => Failure::Cancelled,
            4 => Failure::Deadline,
            12 => Failure::new(codes::METHOD_UNKNOWN, format!("the plugin does not have this method{said}"))
                .hint("`hotshoe describe` lists what it has."),
            code if code > 16 => {
                Failure::new(codes::CALL_FAILED, format!("the plugin answered with the status {code}{said}"))
            }
            _ => Failure::new(codes::CALL_FAILED, format!("the plugin answered {}{said}", status.name)),
        }
    }
}

/// A text in which bytes may be written as `%` and two digits. What is no such thing stays as it is.
fn from_percent(text: &[u8]) -> String {
    let text = &text[..text.len().min(LONGEST_MESSAGE)];
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, more @ ..] = rest {
        let byte = match more {
            [high, low, ..] if *first == b'%' => hexadecimal(*high, *low),
            _ => None,
        };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &more[2..] } else { more };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A text as `grpc-message` has it, of at most so many bytes of it.
pub fn percent(text: &str, longest: usize) -> String {
    let end = (0..=longest.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let text = &text[..end];
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'%' | ..b' ' | 0x7f.. => written.push_str(&format!("%{byte:02X}")),
            _ => written.push(char::from(byte)),
        }
    }
    written
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

/// The bytes of a header whose name ends in `-bin`, with padding or without.
fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.split(|byte| matches!(byte, b'=' | b',')).next()?;
    if text.len() > LONGEST_DETAILS {
        return None;
    }
    Base64NoPadding::decode_to_vec(text, None).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::grpc::services::Any;
    use crate::message::tool_service;

    fn headers(pairs: &[(&'static str, &[u8])]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_bytes(value).unwrap()));
        pairs.collect()
    }

    fn read(trailers: &[(&'static str, &[u8])]) -> Status {
        Status::read(StatusCode::OK, &HeaderMap::new(), Some(&headers(trailers)))
    }

    #[test]
    fn a_status_is_read_from_trailers_or_from_headers_alone() {
        let said: &[(&str, &[u8])] =
            &[("grpc-status", b"5"), ("grpc-message", b"no%20such%20%C3%A4"), ("grpc-status-details-bin", b"CAU=")];
        let status = read(said);
        assert_eq!((status.code, status.name, &*status.message), (5, "NOT_FOUND", "no such ä"));
        assert_eq!(status.details, [8, 5]);
        assert_eq!(Status::read(StatusCode::OK, &headers(said), None), status);
        assert_eq!(Failure::from(status).to_string(), "call-failed: the plugin answered NOT_FOUND: no such ä");
        assert!(read(&[("grpc-status", b"0")]).into_result().is_ok());
    }

    #[test]
    fn an_answer_without_a_status_has_failed() {
        assert_eq!(Status::read(StatusCode::OK, &HeaderMap::new(), None).name, "UNKNOWN");
        let mapped = [(400, 13), (401, 16), (403, 7), (404, 12), (429, 14), (502, 14), (503, 14), (504, 14), (500, 2)];
        for (http, code) in mapped {
            let http = StatusCode::from_u16(http).unwrap();
            assert_eq!(Status::read(http, &HeaderMap::new(), None).code, code, "{http}");
        }
    }

    #[test]
    fn a_status_that_is_no_number_is_a_failure_in_words() {
        for said in [&b""[..], b"-1", b"+0", b" 0", b"99999999999", b"0x0", b"\xff\xfe"] {
            let status = read(&[("grpc-status", said)]);
            assert_eq!(status.code, 2, "{said:?}");
            assert!(status.message.contains("no number"), "{}", status.message);
        }
        let failure = Failure::from(read(&[("grpc-status", b"77")])).to_string();
        assert_eq!(failure, "call-failed: the plugin answered with the status 77");
    }

    #[test]
    fn a_message_that_was_written_is_read_again() {
        for text in ["", "plain", "100 % \u{e4}\u{1f980}\n\u{7f}", "%41"] {
            assert_eq!(from_percent(percent(text, 100).as_bytes()), text);
        }
        assert_eq!(percent("a\u{e4}", 2), "a");
    }

    #[test]
    fn a_hostile_message_is_cut_and_harmless() {
        for (said, read_as) in [
            (&b"100%"[..], "100%"),
            (b"%zz%4", "%zz%4"),
            (b"%1B%5b2J", "\u{1b}[2J"),
            (b"%ff", "\u{fffd}"),
            (b"%%41", "%A"),
            (b"\xc3\xa4", "ä"),
        ] {
            assert_eq!(read(&[("grpc-status", b"2"), ("grpc-message", said)]).message, read_as);
        }
        let long = read(&[("grpc-status", b"2"), ("grpc-message", &[b'%'; 1 << 20])]);
        assert!(long.message.len() <= LONGEST_MESSAGE);
        let shown = Failure::from(read(&[("grpc-status", b"2"), ("grpc-message", b"%1B[2J")])).to_string();
        assert!(!shown.contains('\u{1b}'), "{shown}");
    }

    #[test]
    fn details_that_are_no_base64_or_too_long_are_left_out() {
        assert_eq!(read(&[("grpc-status", b"2"), ("grpc-status-details-bin", b"C?U")]).details, b"");
        assert_eq!(read(&[("grpc-status", b"2"), ("grpc-status-details-bin", b"CAU")]).details, [8, 5]);
        assert_eq!(read(&[("grpc-status", b"2"), ("grpc-status-details-bin", &[b'A'; 1 << 20])]).details, b"");
    }

    #[test]
    fn details_are_json_and_those_of_unknown_types_base64() {
        let any = |url: &str, value: &'static [u8]| Any { type_url: url.into(), value: value.into() };
        let details = vec![
            any("x/pluginapi.VersionResponse", b"\x0a\x011"),
            any("x/google.protobuf.Duration", b"\x08\x02"),
            any("x/no.Such", b"abc"),
            any("x/pluginapi.VersionResponse", b"\xff"),
        ];
        let details = RpcStatus { details, ..RpcStatus::default() }.encode_to_vec();
        let status = Status { details, ..Status::new(3, "") };
        let json = Value::from(status.details_json(&tool_service::types().unwrap())).to_string();
        assert_eq!(
            json,
            r#"[{"@type":"x/pluginapi.VersionResponse","version":"1"},{"@type":"x/google.protobuf.Duration","value":"2s"},{"@type":"x/no.Such","value":"YWJj"}]"#
        );
        assert!(Status { details: vec![0xff], ..status }.details_json(&tool_service::types().unwrap()).is_empty());
    }

    #[test]
    fn three_statuses_mean_what_a_host_has_names_for() {
        assert_eq!(Failure::from(Status::new(1, "")), Failure::Cancelled);
        assert_eq!(Failure::from(Status::new(4, "")), Failure::Deadline);
        assert_eq!(Failure::from(Status::new(12, "")).code(), Some(codes::METHOD_UNKNOWN));
    }
}
