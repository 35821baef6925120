//! Which part of a JSON does not fit its message: looked for only when one did not.

use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde::de::value::MapDeserializer;
use serde_json::Value;

use crate::failure::{Failure, Result, codes};
use crate::message::nearest::nearest;
use crate::message::schema::has_own_json;
use crate::message::shown;

/// How many names a hint lists.
const LISTED: usize = 12;

/// Why a JSON is not this message, for the first field of it that is wrong.
pub(super) fn explain(message: &MessageDescriptor, json: &[u8], error: &serde_json::Error) -> Failure {
    let value: Value = match serde_json::from_slice(json) {
        Ok(value) => value,
        Err(error) => return failed(format!("the input is no JSON: {}", shown(&error.to_string()))),
    };
    match in_message(message, &value, "") {
        Err(failure) => failure,
        Ok(()) => failed(format!("the input is no `{}`: {}", message.full_name(), shown(&error.to_string()))),
    }
}

fn in_message(message: &MessageDescriptor, value: &Value, path: &str) -> Result<()> {
    let Some(fields) = value.as_object().filter(|_| !has_own_json(message) || is_any(message)) else {
        return Err(should_be(path, &expected_message(message), value));
    };
    let known = fields.iter().filter(|_| !is_any(message));
    for (name, value) in known {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let field = message.get_field_by_json_name(name).or_else(|| message.get_field_by_name(name));
        let field = field.ok_or_else(|| unknown(message, name, &path))?;
        in_field(&field, value, &path)?;
    }
    match read(message, fields.iter().map(|(name, value)| (name.as_str(), value))) {
        None => Ok(()),
        Some(error) if path.is_empty() => Err(failed(format!("the input is wrong: {error}"))),
        Some(error) => Err(failed(format!("`{}` is wrong: {error}", shown(path)))),
    }
}

fn in_field(field: &FieldDescriptor, value: &Value, path: &str) -> Result<()> {
    let Some(error) = read(field.parent_message(), [(field.name(), value)].into_iter()) else { return Ok(()) };
    let kind = field.kind();
    match (&kind, value) {
        (_, Value::Array(elements)) if field.is_list() => {
            for (index, element) in elements.iter().enumerate() {
                let alone = Value::Array(vec![element.clone()]);
                in_element(field, &kind, (&alone, element), &format!("{path}[{index}]"))?;
            }
        }
        (Kind::Message(entry), Value::Object(elements)) if field.is_map() => {
            for (key, element) in elements {
                let alone = Value::Object([(key.clone(), element.clone())].into_iter().collect());
                let path = format!("{path}[{key:?}]");
                in_key(&entry.map_entry_key_field().kind(), key, &path)?;
                in_element(field, &entry.map_entry_value_field().kind(), (&alone, element), &path)?;
            }
        }
        _ if field.is_list() => return Err(should_be(path, "a list", value)),
        _ if field.is_map() => return Err(should_be(path, "an object", value)),
        _ => in_value(&kind, value, path)?,
    }
    Err(failed(format!("`{}` is wrong: {error}", shown(path))))
}

/// Looks at an element of a list or a map; the first of the two values is a list or a map that has it alone.
fn in_element(field: &FieldDescriptor, kind: &Kind, (alone, element): (&Value, &Value), path: &str) -> Result<()> {
    match read(field.parent_message(), [(field.name(), alone)].into_iter()) {
        Some(_) => in_value(kind, element, path),
        None => Ok(()),
    }
}

fn in_key(kind: &Kind, key: &str, path: &str) -> Result<()> {
    let is_good = match kind {
        Kind::String => true,
        Kind::Bool => matches!(key, "true" | "false"),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => key.parse::<i32>().is_ok(),
        Kind::Uint32 | Kind::Fixed32 => key.parse::<u32>().is_ok(),
        Kind::Uint64 | Kind::Fixed64 => key.parse::<u64>().is_ok(),
        _ => key.parse::<i64>().is_ok(),
    };
    let wrong = || failed(format!("the key of `{}` should be {}", shown(path), expected(kind)));
    if is_good { Ok(()) } else { Err(wrong()) }
}

/// Always an error: the value was found to be wrong.
fn in_value(kind: &Kind, value: &Value, path: &str) -> Result<()> {
    match (kind, value) {
        (Kind::Message(message), _) => in_message(message, value, path),
        (Kind::Enum(names), Value::String(name)) => Err(no_such_value(names, name, path)),
        _ => Err(should_be(path, &expected(kind), value)),
    }
}

/// Why a message cannot be made of these fields alone.
fn read<'a>(message: &MessageDescriptor, fields: impl Iterator<Item = (&'a str, &'a Value)>) -> Option<String> {
    let fields: MapDeserializer<'_, _, serde_json::Error> = MapDeserializer::new(fields);
    DynamicMessage::deserialize(message.clone(), fields).err().map(|error| shown(&error.to_string()))
}

fn unknown(message: &MessageDescriptor, name: &str, path: &str) -> Failure {
    let fields: Vec<FieldDescriptor> = message.fields().collect();
    let names = || fields.iter().map(FieldDescriptor::name);
    let failure = failed(format!("`{}` has no field `{}`", message.full_name(), shown(path)));
    match nearest(name, names()) {
        Some(near) => failure.hint(format!("Did you mean `{near}`?")),
        None if fields.is_empty() => failure.hint("It has no field at all: leave the input empty."),
        None => failure.hint(format!("It has {}.", listed(names()))),
    }
}

fn no_such_value(names: &EnumDescriptor, name: &str, path: &str) -> Failure {
    let values: Vec<_> = names.values().collect();
    let known = || values.iter().map(|value| value.name());
    let failure =
        failed(format!("`{}` is `{}`, which `{}` does not have", shown(path), shown(name), names.full_name()));
    match nearest(name, known()) {
        Some(near) => failure.hint(format!("Did you mean `{near}`?")),
        None => failure.hint(format!("It has {}.", listed(known()))),
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.take(LISTED + 1).map(|name| format!("`{name}`")).collect();
    if names.len() > LISTED {
        names[LISTED] = "others".to_owned();
    }
    names.join(", ")
}

fn should_be(path: &str, expected: &str, found: &Value) -> Failure {
    let found = match found {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => format!("`{}`", shown(&value.to_string())),
        Value::String(text) => format!("the text `{}`", shown(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    let what = if path.is_empty() { "the input".to_owned() } else { format!("`{}`", shown(path)) };
    failed(format!("{what} should be {expected}, and is {found}"))
}

fn expected(kind: &Kind) -> String {
    let text = match kind {
        Kind::Double | Kind::Float => "a number",
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => "a whole number of 32 bits",
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => "a whole number of 64 bits, or a text with one",
        Kind::Uint32 | Kind::Fixed32 => "a whole number of 32 bits that is not negative",
        Kind::Uint64 | Kind::Fixed64 => "a whole number of 64 bits that is not negative, or a text with one",
        Kind::Bool => "true or false",
        Kind::String => "a text",
        Kind::Bytes => "a text in base64",
        Kind::Enum(names) => return format!("a value of `{}`, by name or number", names.full_name()),
        Kind::Message(message) => return expected_message(message),
    };
    text.to_owned()
}

fn expected_message(message: &MessageDescriptor) -> String {
    let text = match message.full_name() {
        "google.protobuf.Timestamp" => "a time such as \"2026-01-31T12:00:00Z\"",
        "google.protobuf.Duration" => "a duration such as \"1.5s\"",
        "google.protobuf.FieldMask" => "a text of names of fields with commas between",
        "google.protobuf.ListValue" => "a list",
        "google.protobuf.Any" => "an object with `@type`, the name of a known message, and its fields",
        "google.protobuf.Value" => "any JSON",
        name if is_wrapper(name) => {
            return message.get_field(1).map_or_else(String::new, |field| expected(&field.kind()));
        }
        _ => "an object",
    };
    text.to_owned()
}

fn is_any(message: &MessageDescriptor) -> bool {
    message.full_name() == "google.protobuf.Any"
}

fn is_wrapper(name: &str) -> bool {
    name.starts_with("google.protobuf.") && name.ends_with("Value")
}

fn failed(what: String) -> Failure {
    Failure::new(codes::INPUT, what)
}
