//! From bytes to JSON, of which neither depth nor size is what a plugin likes it to be.

use std::io::{self, Write};

use ct_codecs::{Base64, Encoder as _};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value};
use serde_json::Serializer;

use super::schema::has_own_json;
use super::shown::{reason, shown};
use super::{DEEPEST, MOST_VALUES, weigh};
use crate::failure::{Failure, Result, codes};

/// The JSON of a message in bytes, of at most `largest` bytes.
pub(super) fn decode(message: &MessageDescriptor, bytes: &[u8], largest: usize) -> Result<Vec<u8>> {
    let mut writer = Writer { json: Vec::with_capacity(bytes.len().min(largest)), largest, values: 0 };
    let message = writer.read(message, bytes)?;
    writer.message(&message, 0)?;
    Ok(writer.json)
}

struct Writer {
    json: Vec<u8>,
    largest: usize,
    /// How many values were read so far; a message in an `Any` is read only when it is come to.
    values: usize,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.largest - self.json.len() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.json.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Writer {
    fn read(&mut self, message: &MessageDescriptor, bytes: &[u8]) -> Result<DynamicMessage> {
        self.values += weigh::values(message, bytes, MOST_VALUES);
        if self.values > MOST_VALUES {
            return Err(Failure::new(codes::CALL_TOO_LARGE, "the answer has too many messages and values for JSON")
                .hint("Ask for less of it, or for the bytes themselves."));
        }
        DynamicMessage::decode(message.clone(), bytes)
            .map_err(|error| noise(format!("the answer is no `{}`: {}", message.full_name(), reason(&error))))
    }

    fn message(&mut self, message: &DynamicMessage, depth: usize) -> Result<()> {
        if depth > DEEPEST {
            return Err(noise(format!("in the answer messages lie more than {DEEPEST} deep")));
        }
        let descriptor = message.descriptor();
        let name = descriptor.full_name();
        match name.strip_prefix("google.protobuf.") {
            Some("Any") => self.any(message, depth),
            Some("Timestamp" | "Duration" | "FieldMask" | "Struct" | "ListValue" | "Value" | "Empty") => {
                let mut serializer = Serializer::new(&mut *self);
                message.serialize_with_options(&mut serializer, &prost_reflect::SerializeOptions::new()).map_err(
                    |error| match error.is_io() {
                        true => self.too_large(),
                        false => {
                            noise(format!("the answer has a `{name}` that is none: {}", shown(&error.to_string())))
                        }
                    },
                )
            }
            Some(
                "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value" | "UInt32Value"
                | "BoolValue" | "StringValue" | "BytesValue",
            ) => match descriptor.get_field(1) {
                Some(field) => self.value(&message.get_field(&field), &field.kind(), depth),
                None => self.text("null"),
            },
            _ => {
                self.text("{")?;
                self.fields(message, depth, true)?;
                self.text("}")
            }
        }
    }

    fn fields(&mut self, message: &DynamicMessage, depth: usize, mut is_first: bool) -> Result<()> {
        for field in message.descriptor().fields() {
            if field.supports_presence() && !message.has_field(&field) {
                continue;
            }
            self.text(if is_first { "\"" } else { ",\"" })?;
            self.text(field.name())?;
            self.text("\":")?;
            self.field(&message.get_field(&field), &field, depth)?;
            is_first = false;
        }
        Ok(())
    }

    fn field(&mut self, value: &Value, field: &FieldDescriptor, depth: usize) -> Result<()> {
        match value {
            Value::List(values) => {
                self.text("[")?;
                for (index, value) in values.iter().enumerate() {
                    self.text(if index == 0 { "" } else { "," })?;
                    self.value(value, &field.kind(), depth)?;
                }
                self.text("]")
            }
            Value::Map(values) => {
                let mut values: Vec<(&MapKey, &Value)> = values.iter().collect();
                values.sort_by(|(left, _), (right, _)| compare(left, right));
                let Kind::Message(entry) = field.kind() else { return self.text("null") };
                let kind = entry.map_entry_value_field().kind();
                self.text("{")?;
                for (index, (key, value)) in values.into_iter().enumerate() {
                    self.text(if index == 0 { "" } else { "," })?;
                    self.key(key)?;
                    self.text(":")?;
                    self.value(value, &kind, depth)?;
                }
                self.text("}")
            }
            value => self.value(value, &field.kind(), depth),
        }
    }

    fn value(&mut self, value: &Value, kind: &Kind, depth: usize) -> Result<()> {
        match value {
            Value::Bool(value) => self.text(if *value { "true" } else { "false" }),
            Value::I32(value) => self.formatted(format_args!("{value}")),
            Value::U32(value) => self.formatted(format_args!("{value}")),
            Value::I64(value) => self.formatted(format_args!("\"{value}\"")),
            Value::U64(value) => self.formatted(format_args!("\"{value}\"")),
            Value::F32(value) if value.is_finite() => self.json(value),
            Value::F64(value) if value.is_finite() => self.json(value),
            Value::F32(value) => self.text(not_finite(f64::from(*value))),
            Value::F64(value) => self.text(not_finite(*value)),
            Value::String(value) => self.json(value),
            Value::Bytes(value) => self.bytes(value),
            Value::EnumNumber(number) => self.enumerated(*number, kind),
            Value::Message(message) => self.message(message, depth + 1),
            Value::List(_) | Value::Map(_) => self.text("null"),
        }
    }

    fn key(&mut self, key: &MapKey) -> Result<()> {
        match key {
            MapKey::Bool(key) => self.formatted(format_args!("\"{key}\"")),
            MapKey::I32(key) => self.formatted(format_args!("\"{key}\"")),
            MapKey::I64(key) => self.formatted(format_args!("\"{key}\"")),
            MapKey::U32(key) => self.formatted(format_args!("\"{key}\"")),
            MapKey::U64(key) => self.formatted(format_args!("\"{key}\"")),
            MapKey::String(key) => self.json(key),
        }
    }

    fn enumerated(&mut self, number: i32, kind: &Kind) -> Result<()> {
        let Kind::Enum(names) = kind else { return self.formatted(format_args!("{number}")) };
        match names.get_value(number) {
            _ if names.full_name() == "google.protobuf.NullValue" => self.text("null"),
            Some(value) => self.formatted(format_args!("\"{}\"", value.name())),
            None => self.formatted(format_args!("{number}")),
        }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.len() > self.largest {
            return Err(self.too_large());
        }
        let text = Base64::encode_to_string(bytes).map_err(|_| self.too_large())?;
        self.formatted(format_args!("\"{text}\""))
    }

    /// A message of any type: its fields beside `@type`, or as `value` if its JSON is no object of fields.
    fn any(&mut self, any: &DynamicMessage, depth: usize) -> Result<()> {
        let url = any.get_field_by_number(1);
        let url = url.as_deref().and_then(Value::as_str).unwrap_or_default();
        let name = url.rsplit_once('/').map_or(url, |(_, name)| name);
        if name.is_empty() {
            return self.text("{}");
        }
        let descriptor = any.descriptor();
        let message = descriptor.parent_pool().get_message_by_name(name).filter(|message| !message.is_map_entry());
        let message = message.ok_or_else(|| {
            let what = format!("the answer has a message of the type `{}`, which is not known", shown(name));
            Failure::new(codes::DESCRIPTORS, what).hint("The plugin's descriptors must have it; ask for the bytes.")
        })?;
        let bytes = any.get_field_by_number(2);
        let message = self.read(&message, bytes.as_deref().and_then(Value::as_bytes).map_or(&[], |bytes| bytes))?;
        self.text("{\"@type\":")?;
        self.json(url)?;
        if has_own_json(&message.descriptor()) {
            self.text(",\"value\":")?;
            self.message(&message, depth + 1)?;
        } else {
            self.fields(&message, depth + 1, false)?;
        }
        self.text("}")
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.write_all(text.as_bytes()).map_err(|_| self.too_large())
    }

    fn formatted(&mut self, text: std::fmt::Arguments<'_>) -> Result<()> {
        self.write_fmt(text).map_err(|_| self.too_large())
    }

    fn json<T: serde::Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        serde_json::to_writer(&mut *self, value).map_err(|_| self.too_large())
    }

    fn too_large(&self) -> Failure {
        Failure::new(codes::CALL_TOO_LARGE, format!("the answer has more than {} bytes of JSON", self.largest))
            .hint("Ask for less of it, or for the bytes themselves.")
    }
}

fn compare(left: &MapKey, right: &MapKey) -> std::cmp::Ordering {
    match (left, right) {
        (MapKey::Bool(left), MapKey::Bool(right)) => left.cmp(right),
        (MapKey::I32(left), MapKey::I32(right)) => left.cmp(right),
        (MapKey::I64(left), MapKey::I64(right)) => left.cmp(right),
        (MapKey::U32(left), MapKey::U32(right)) => left.cmp(right),
        (MapKey::U64(left), MapKey::U64(right)) => left.cmp(right),
        (MapKey::String(left), MapKey::String(right)) => left.cmp(right),
        _ => std::cmp::Ordering::Equal,
    }
}

fn not_finite(value: f64) -> &'static str {
    match value.is_nan() {
        true => "\"NaN\"",
        false if value > 0.0 => "\"Infinity\"",
        false => "\"-Infinity\"",
    }
}

fn noise(what: String) -> Failure {
    Failure::new(codes::PROTOCOL_NOISE, what)
}
