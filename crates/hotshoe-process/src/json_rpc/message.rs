//! What a message of JSON-RPC 2.0 says, and the writing of one.
//!
//! Parameters, results and ids stay the text that they are: numbers keep their digits, and what is nested deeply is
//! passed on without being walked through. Lists are read up to a number of items, so that many small ones take no
//! more memory than the text itself.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::failure::{Failure, codes};
use crate::quoted::quoted;

/// There is no such method.
pub const METHOD_NOT_FOUND: i64 = -32601;
/// The parameters are not what the method takes.
pub const INVALID_PARAMS: i64 = -32602;
/// The one that was asked could not do it, for a reason of its own.
pub const SERVER_ERROR: i64 = -32000;

/// The largest id of a request of the plugin, in bytes: it is sent back.
const LARGEST_ID: usize = 256;

/// How much of a text of the plugin is shown, in bytes.
pub const MOST_SHOWN: usize = 2000;

/// What came in.
#[derive(Debug)]
pub enum Incoming<'a> {
    /// The plugin asks for something.
    Request {
        /// To be sent back as it is.
        id: &'a RawValue,
        /// What is called.
        method: Cow<'a, str>,
        /// What it is called with.
        params: Option<&'a RawValue>,
    },
    /// The plugin says something.
    Notification {
        /// What it is about.
        method: Cow<'a, str>,
        /// What it says.
        params: Option<&'a RawValue>,
    },
    /// The answer to a request.
    Answer {
        /// Which one; `None`: it could not read one, and says so.
        id: Option<u64>,
        /// What came of it.
        outcome: Result<Box<RawValue>, RpcError>,
    },
    /// An answer that says neither what came of it nor why not, or both.
    Broken {
        /// Which request it answers.
        id: u64,
    },
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// So that `null` is something that is there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'a> Incoming<'a> {
    /// Reads one message; `None`: it is none.
    pub fn read(text: &'a [u8]) -> Option<Incoming<'a>> {
        let envelope: Envelope<'a> = serde_json::from_slice(text).ok()?;
        match envelope {
            Envelope { method: Some(method), id, params, result: None, error: None } => match id {
                None => Some(Incoming::Notification { method, params }),
                Some(id) => is_id(id.get()).then_some(Incoming::Request { id, method, params }),
            },
            Envelope { method: None, id: Some(id), result, error, params: None } => {
                let id = if id.get() == "null" { None } else { Some(id.get().parse().ok()?) };
                match (result, error) {
                    (Some(result), None) => Some(Incoming::Answer { id, outcome: Ok(result.to_owned()) }),
                    // As version 1 had it, an error comes with a result that is null.
                    (result, Some(error)) if result.is_none_or(|result| result.get() == "null") => {
                        Some(Incoming::Answer { id, outcome: Err(RpcError::read(error)) })
                    }
                    _ => id.map(|id| Incoming::Broken { id }),
                }
            }
            _ => None,
        }
    }
}

/// A text or a number.
fn is_id(id: &str) -> bool {
    id.len() <= LARGEST_ID && id.starts_with(|first: char| matches!(first, '"' | '-' | '0'..='9'))
}

/// Why a request was refused.
#[derive(Clone, Debug)]
pub struct RpcError {
    /// The kind; those of JSON-RPC itself are negative. 0: it has none.
    pub code: i64,
    /// One sentence.
    pub message: String,
    /// More about it.
    pub data: Option<Box<RawValue>>,
}

impl RpcError {
    /// Reads one, whatever it is: a refusal of an odd form is still one.
    fn read(error: &RawValue) -> RpcError {
        #[derive(Deserialize)]
        struct Loose<'a> {
            #[serde(borrow, default)]
            code: Option<&'a RawValue>,
            #[serde(borrow, default)]
            message: Option<&'a RawValue>,
            #[serde(default)]
            data: Option<Box<RawValue>>,
        }
        let loose = Loose { code: None, message: Some(error), data: None };
        let loose = serde_json::from_str(error.get()).unwrap_or(loose);
        let code = loose.code.and_then(|code| serde_json::from_str(code.get()).ok()).unwrap_or(0);
        let message = loose.message.map_or("", RawValue::get);
        let message = serde_json::from_str(message).unwrap_or_else(|_| message.to_owned());
        RpcError { code, message, data: loose.data }
    }

    /// As the host is told, when `method` was called.
    pub fn failure(&self, method: &str) -> Failure {
        let method = quoted(method.as_bytes(), 100);
        if self.code == METHOD_NOT_FOUND {
            return Failure::new(codes::METHOD_UNKNOWN, format!("the plugin has no method or tool `{method}`"))
                .hint("`hotshoe describe` lists the tools of a plugin");
        }
        Failure::new(codes::CALL_FAILED, format!("`{method}` has failed: {self}"))
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}: `{}`", self.code, quoted(self.message.as_bytes(), MOST_SHOWN))?;
        match &self.data {
            Some(data) => write!(f, " (data: `{}`)", quoted(data.get().as_bytes(), MOST_SHOWN)),
            None => Ok(()),
        }
    }
}

/// Some items of a list, each as its text, and how many more there were.
#[derive(Debug)]
pub struct Items<'a, const MOST: usize> {
    /// The first of them.
    pub items: Vec<&'a RawValue>,
    /// How many were left out.
    pub more: usize,
}

impl<'de: 'a, 'a, const MOST: usize> Deserialize<'de> for Items<'a, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk<const MOST: usize>;
        impl<'de, const MOST: usize> Visitor<'de> for Walk<MOST> {
            type Value = Items<'de, MOST>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while items.len() < MOST {
                    match list.next_element()? {
                        Some(item) => items.push(item),
                        None => return Ok(Items { items, more: 0 }),
                    }
                }
                let mut more = 0;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    more += 1;
                }
                Ok(Items { items, more })
            }
        }
        deserializer.deserialize_seq(Walk::<MOST>)
    }
}

#[derive(Serialize)]
struct Outgoing<'a> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<OutgoingError<'a>>,
}

#[derive(Serialize)]
struct OutgoingError<'a> {
    code: i64,
    message: &'a str,
}

impl Outgoing<'_> {
    const EMPTY: Self = Outgoing { jsonrpc: "2.0", id: None, method: None, params: None, result: None, error: None };

    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Anything as the text that it is in a message.
pub fn raw(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// A request.
pub fn request(id: u64, method: &str, params: Option<&RawValue>) -> Vec<u8> {
    Outgoing { id: Some(&raw(&id)), method: Some(method), params, ..Outgoing::EMPTY }.bytes()
}

/// A notification.
pub fn notification(method: &str, params: Option<&RawValue>) -> Vec<u8> {
    Outgoing { method: Some(method), params, ..Outgoing::EMPTY }.bytes()
}

/// The answer to a request of the plugin.
pub fn result(id: &RawValue, result: &RawValue) -> Vec<u8> {
    Outgoing { id: Some(id), result: Some(result), ..Outgoing::EMPTY }.bytes()
}

/// The refusal of a request of the plugin.
pub fn error(id: &RawValue, code: i64, message: &str) -> Vec<u8> {
    Outgoing { id: Some(id), error: Some(OutgoingError { code, message }), ..Outgoing::EMPTY }.bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart() {
        let request = Incoming::read(br#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#);
        assert!(matches!(request, Some(Incoming::Request { id, .. }) if id.get() == "\"a\""));
        let said = Incoming::read(br#"{"method":"x\u0041","params":{"a":1}}"#);
        assert!(matches!(said, Some(Incoming::Notification { method, params: Some(_) }) if method == "xA"));
        let answer = Incoming::read(br#"{"id":7,"result":null}"#);
        assert!(
            matches!(answer, Some(Incoming::Answer { id: Some(7), outcome: Ok(result) }) if result.get() == "null")
        );
        let refusal = Incoming::read(br#"{"id":null,"error":{"code":-32700}}"#);
        assert!(matches!(refusal, Some(Incoming::Answer { id: None, outcome: Err(error) }) if error.code == -32700));
    }

    #[test]
    fn nonsense_is_no_message() {
        for text in [
            "",
            "{",
            "{}",
            "[]",
            "{} {}",
            r#"{"id":null}"#,
            r#"{"id":1,"id":2,"result":1}"#,
            r#"{"id":1,"result":1,"method":"a"}"#,
            r#"{"id":1.5,"result":1}"#,
            r#"{"id":[1],"method":"a"}"#,
            r#"{"id":null,"method":"a"}"#,
            r#"{"method":7}"#,
            "{\"method\":\"\u{fffd}",
        ] {
            assert!(Incoming::read(text.as_bytes()).is_none(), "{text}");
        }
        assert!(Incoming::read(b"{\"id\":1,\"result\":\"\xff\"}").is_none());
        let long = format!(r#"{{"id":"{}","method":"a"}}"#, "x".repeat(LARGEST_ID));
        assert!(Incoming::read(long.as_bytes()).is_none());
    }

    #[test]
    fn an_error_of_any_form_is_one() {
        for (error, shown) in [
            (r#"{"code":-3,"message":"a"}"#, "error -3: `a`"),
            (r#""broken""#, "error 0: `broken`"),
            (r#"{"code":"ENOENT","message":7,"data":[1]}"#, "error 0: `7` (data: `[1]`)"),
            (r#"{"code":-4,"message":"\ud800"}"#, r#"error -4: `"\ud800"`"#),
            (r#"{}"#, "error 0: ``"),
        ] {
            let text = format!(r#"{{"id":1,"result":null,"error":{error}}}"#);
            let Some(Incoming::Answer { outcome: Err(read), .. }) = Incoming::read(text.as_bytes()) else {
                panic!("{text}")
            };
            assert_eq!(read.to_string(), shown);
        }
    }

    #[test]
    fn an_answer_with_both_or_neither_is_broken() {
        for text in [r#"{"id":1}"#, r#"{"id":1,"result":1,"error":{"code":1}}"#] {
            assert!(matches!(Incoming::read(text.as_bytes()), Some(Incoming::Broken { id: 1 })), "{text}");
        }
        let old = Incoming::read(br#"{"id":1,"result":5,"error":null}"#);
        assert!(matches!(old, Some(Incoming::Answer { id: Some(1), outcome: Ok(_) })));
    }

    #[test]
    fn results_are_passed_on_as_they_are_however_deep() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let text = format!(r#"{{"id":1,"result":{deep},"unknown":{deep}}}"#);
        let Some(Incoming::Answer { outcome: Ok(result), .. }) = Incoming::read(text.as_bytes()) else { panic!() };
        assert_eq!(result.get(), deep);
        let text = r#"{"id":1,"result":123456789012345678901234567890.10}"#;
        let Some(Incoming::Answer { outcome: Ok(result), .. }) = Incoming::read(text.as_bytes()) else { panic!() };
        assert_eq!(result.get(), "123456789012345678901234567890.10");
    }

    #[test]
    fn of_a_list_only_so_many_items_are_kept() {
        let text = format!("[{}0]", "0,".repeat(1000));
        let list: Items<10> = serde_json::from_str(&text).unwrap();
        assert_eq!((list.items.len(), list.more), (10, 991));
    }
}
