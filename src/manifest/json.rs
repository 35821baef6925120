//! From the bytes of a file to a JSON object: encoding, syntax, and keys that stand twice.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;

/// Reads one JSON object. Nesting is limited to serde_json's 128 levels.
pub(super) fn object(bytes: &[u8]) -> Result<(Map<String, Value>, Vec<Diagnostic>)> {
    let mut diagnostics = Vec::new();
    let text = decode(bytes, &mut diagnostics)?;
    let repeated = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = (Tracked { repeated: &repeated })
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            Error::new(
                Code::ManifestSyntax,
                if text.trim().is_empty() { "the manifest is empty" } else { "the manifest is not well-formed JSON" },
            )
            .because(error)
            .hint("the smallest manifest is `{}`")
        })?;
    for key in repeated.into_inner() {
        let message = format!("the key `{}` stands twice; the last one counts", brief(&key));
        diagnostics.push(Diagnostic::warning(Code::ManifestDuplicateKey, message).hint("remove one of them"));
    }
    match value {
        Value::Object(object) => Ok((object, diagnostics)),
        other => Err(Error::new(Code::ManifestSyntax, format!("the manifest is {}, not an object", kind(&other)))
            .hint("the smallest manifest is `{}`")),
    }
}

/// What a JSON value is, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn decode<'a>(bytes: &'a [u8], diagnostics: &mut Vec<Diagnostic>) -> Result<&'a str> {
    let error =
        |message| Error::new(Code::ManifestEncoding, message).hint("save it as UTF-8 without a byte order mark");
    if bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || bytes.iter().take(4).any(|&byte| byte == 0)
    {
        return Err(error("the manifest is UTF-16 or UTF-32, not UTF-8"));
    }
    let unmarked = bytes.strip_prefix(b"\xef\xbb\xbf");
    if unmarked.is_some() {
        diagnostics.push(
            Diagnostic::note(Code::ManifestEncoding, "the manifest starts with a byte order mark")
                .hint("save it as UTF-8 without a byte order mark"),
        );
    }
    std::str::from_utf8(unmarked.unwrap_or(bytes)).map_err(|source| error("the manifest is not UTF-8").because(source))
}

/// Builds a [`Value`] like serde_json does, and notes the keys that an object repeats.
#[derive(Clone, Copy)]
struct Tracked<'a> {
    repeated: &'a RefCell<Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Tracked<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tracked<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(self)?;
            if object.insert(key.clone(), value).is_some() {
                self.repeated.borrow_mut().push(key);
            }
        }
        Ok(Value::Object(object))
    }
}
