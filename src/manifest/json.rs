//! From a text to a JSON object: syntax, and keys that stand twice.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;

/// Reads one JSON object. Nesting is limited to serde_json's 128 levels.
pub(super) fn object(text: &str, diagnostics: &mut Vec<Diagnostic>) -> Result<Map<String, Value>> {
    let repeated = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = (Tracked { repeated: &repeated })
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            let (message, hint) = match text.trim().is_empty() {
                true => ("the manifest is empty", "the smallest manifest is `{}`".to_owned()),
                false => ("the manifest is not well-formed JSON", what_is_wrong(text, &error)),
            };
            Error::new(Code::MANIFEST_SYNTAX, message).because(error).hint(hint)
        })?;
    for key in repeated.into_inner() {
        let message = format!("the key `{}` stands twice; the last one counts", brief(&key));
        diagnostics.push(Diagnostic::warning(Code::MANIFEST_DUPLICATE_KEY, message).hint("remove one of them"));
    }
    match value {
        Value::Object(object) => Ok(object),
        other => Err(Error::new(Code::MANIFEST_SYNTAX, format!("the manifest is {}, not an object", kind(&other)))
            .hint("the smallest manifest is `{}`")),
    }
}

/// What JSON does not allow, where a text stops being JSON.
fn what_is_wrong(text: &str, error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let place = format!("line {line}, column {column}");
    if error.is_eof() {
        return format!("the text ends at {place} while a bracket or a quote is open: close it");
    }
    let at = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default().as_bytes();
    let rest = at.get(column.saturating_sub(1)..).unwrap_or_default();
    if error.to_string().starts_with("trailing comma") {
        return format!("JSON has no comma before a closing bracket: remove the one before {place}");
    }
    match rest {
        [b'/' | b'#', ..] => format!("JSON has no comments: remove the one at {place}"),
        [b'\'', ..] => format!("JSON has double quotes only: replace the single ones at {place}"),
        _ => format!("mend it at {place}: keys and texts stand in double quotes, with a comma between entries"),
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
            match object.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut place) => {
                    self.repeated.borrow_mut().push(place.key().clone());
                    place.insert(value);
                }
            }
        }
        Ok(Value::Object(object))
    }
}
