//! Values as an answer has them. Nothing of a plugin is left in them.

use hotshoe::context::{Text, Value};
use serde::ser::{Serialize, Serializer};
use serde_json::json;

/// A value as JSON, its names in their order.
pub enum Shown {
    Scalar(serde_json::Value),
    List(Vec<Shown>),
    Map(Vec<(String, Shown)>),
}

/// How much of all values together is shown, in bytes; what is beyond is said by its type and its size.
pub struct Room(usize);

impl Room {
    pub fn new() -> Room {
        Room(64 << 20)
    }

    /// Takes this much if there is as much.
    fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

impl Shown {
    pub fn of(value: &Value, room: &mut Room) -> Shown {
        // About what a part takes, beside what is in it. A list or a map is shown with all of its parts, or not at all.
        const PART: usize = 32;
        let size = match value {
            Value::Text(text) => text.len(),
            Value::List(list) => list.len() * PART,
            Value::Map(map) => map.iter().map(|(name, _)| name.len() + PART).sum(),
            _ => 0,
        };
        if !room.take(size) {
            return described(value);
        }
        match value {
            Value::Null => Shown::Scalar(json!(null)),
            Value::Bool(it) => Shown::Scalar(json!(it)),
            Value::I64(it) => Shown::Scalar(json!(it)),
            Value::F64(it) if it.is_finite() => Shown::Scalar(json!(it)),
            Value::Text(it) => Shown::Scalar(json!(it.as_str())),
            Value::List(list) => Shown::List(list.iter().map(|value| Shown::of(value, room)).collect()),
            Value::Map(map) => {
                let shown = |(name, value): (&Text, &Value)| (name.as_str().to_owned(), Shown::of(value, room));
                Shown::Map(map.iter().map(shown).collect())
            }
            Value::F64(_) | Value::Bytes(_) | Value::Object(_) | Value::Buffer(_) => described(value),
        }
    }
}

/// What JSON has no word for, and what is too large: what it is, and not what is in it.
fn described(value: &Value) -> Shown {
    let size = match value {
        Value::Text(text) => Some(text.len()),
        Value::Bytes(bytes) => Some(bytes.len()),
        Value::List(list) => Some(list.len()),
        Value::Map(map) => Some(map.len()),
        _ => None,
    };
    let mut about = vec![("$hotshoe", json!(value.kind().as_str()))];
    about.extend(size.map(|size| ("size", json!(size))));
    match value {
        Value::F64(it) => about.push(("text", json!(it.to_string()))),
        Value::Object(object) => about.push(("name", json!(object.type_name().as_str()))),
        Value::Buffer(buffer) => {
            about.push(("element", json!(format!("{:?}", buffer.element()).to_lowercase())));
            about.push(("shape", json!(buffer.shape())));
        }
        _ => {}
    }
    Shown::Map(about.into_iter().map(|(name, it)| (name.to_owned(), Shown::Scalar(it))).collect())
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Shown::Scalar(it) => it.serialize(serializer),
            Shown::List(values) => serializer.collect_seq(values),
            Shown::Map(values) => serializer.collect_map(values.iter().map(|(name, value)| (name, value))),
        }
    }
}
