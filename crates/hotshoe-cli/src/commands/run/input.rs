//! What a run begins with: the model and the options.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use hotshoe::context::{List, Map, Value};
use hotshoe::error::{Error, Result};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::args::refuse_value;
use crate::codes::MODEL_UNREADABLE;

/// How large a model may be, in bytes; as much as the wire form of a value.
const MOST_BYTES: u64 = 256 << 20;

/// The model in a file: the value of a `.json` file, else text if it is UTF-8, else bytes.
pub fn model(path: &Path) -> Result<Value> {
    let bytes =
        read(path).map_err(|error| Error::new(MODEL_UNREADABLE, "the model cannot be read").because(error).at(path))?;
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        let read = serde_json::from_slice(&bytes).map(|Json(value)| value);
        return read.map_err(|error| {
            Error::new(MODEL_UNREADABLE, "the model is called JSON, and is not")
                .hint("mend it, or give the file another name: then its text is the model")
                .because(error)
                .at(path)
        });
    }
    Ok(String::from_utf8(bytes).map_or_else(|error| Value::bytes(error.into_bytes()), Value::from))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MOST_BYTES {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {MOST_BYTES} bytes"))),
        false => Ok(bytes),
    }
}

/// An option as it was given.
#[derive(Clone)]
pub struct KeyAndValue {
    key: String,
    value: Value,
}

/// `key=value`. What is JSON is of that type, and anything else is text.
pub fn option(text: &str) -> Result<KeyAndValue, &'static str> {
    let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
        return Err("write it as key=value");
    };
    let value = serde_json::from_str(value).map_or_else(|_| Value::from(value), |Json(value)| value);
    Ok(KeyAndValue { key: key.to_owned(), value })
}

/// The options, each of which is given once: else this ends the program, as for any wrong command line.
pub fn options(given: &[KeyAndValue]) -> Result<Map> {
    let mut options = Map::new();
    for KeyAndValue { key, value } in given {
        if options.insert(key.as_str(), value.clone())?.is_some() {
            let error = Error::new(hotshoe::error::Code::ARGUMENT_INVALID, "this option is given twice");
            refuse_value("run", "--option <KEY=VALUE>", crate::output::in_line(key), error);
        }
    }
    Ok(options)
}

/// A value as JSON has it: its names stay in their order, and none stands twice.
struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Json)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::I64(it))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        // What is larger than any i64 is as near as a double comes.
        Ok(i64::try_from(it).map_or(Value::F64(it as f64), Value::I64))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Value::F64(it))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Value, A::Error> {
        let mut list = List::new();
        while let Some(Json(value)) = values.next_element()? {
            list.push(value).map_err(de::Error::custom)?;
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Json(value))) = values.next_entry::<String, Json>()? {
            if map.insert(key.as_str(), value).map_err(de::Error::custom)?.is_some() {
                return Err(de::Error::custom(format!("the name {key:?} stands twice")));
            }
        }
        Ok(map.into())
    }
}
