//! The forms in which a line says its level.

use serde_json::{Map, Value};

use super::{Level, LogLine};
use crate::quoted::escaped;

/// A line in one of the forms: JSON of hclog, its text form, or `[LEVEL] text` with or without the time of Go's `log`.
pub fn structured(line: &str) -> Option<LogLine> {
    json(line).or_else(|| text(line))
}

fn json(line: &str) -> Option<LogLine> {
    if !line.starts_with('{') {
        return None;
    }
    let mut object: Map<String, Value> = serde_json::from_str(line).ok()?;
    let said = object.remove("@level");
    let message = object.remove("@message");
    if said.is_none() && message.is_none() {
        return None;
    }
    object.remove("@timestamp");
    let name = object.remove("@module").map(|name| escaped(&value(&name)));
    let mut text = message.map(|message| value(&message)).unwrap_or_default();
    for (key, further) in &object {
        text.push_str(&format!(" {key}={}", word(further)));
    }
    let level = said.as_ref().and_then(Value::as_str).and_then(level).unwrap_or(Level::Info);
    Some(LogLine { level, text: escaped(text.trim_start()), name })
}

/// A value as a person would write it.
fn value(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The same in quotes where it would not be seen where it ends.
fn word(further: &Value) -> String {
    match further {
        Value::String(text) if !text.is_empty() && !text.contains([' ', '"', '=', '\n', '\t']) => text.clone(),
        other => other.to_string(),
    }
}

fn text(line: &str) -> Option<LogLine> {
    let (hclog, rest) = after_time(line);
    let (said, text) = rest.strip_prefix('[')?.split_once(']')?;
    let level = level(said)?;
    let text = text.trim_start();
    let (name, text) = if hclog { after_name(text) } else { (None, text) };
    Some(LogLine { level, text: escaped(text), name: name.map(escaped) })
}

/// Whether the line begins with a time as hclog writes it, and what follows that or the time of Go's `log`.
fn after_time(line: &str) -> (bool, &str) {
    if let Some((time, rest)) = line.split_once(' ')
        && has_shape(time.get(..19).unwrap_or_default(), "0000-00-00T00:00:00")
    {
        return (true, rest);
    }
    let time = line.get(..20).unwrap_or_default();
    if has_shape(time, "0000/00/00 00:00:00 ") { (false, &line[20..]) } else { (false, line) }
}

/// Whether a text looks like this one, with any digit for each `0`.
fn has_shape(text: &str, shape: &str) -> bool {
    let alike = |(byte, like): (u8, u8)| if like == b'0' { byte.is_ascii_digit() } else { byte == like };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(alike)
}

/// The name before the text, as hclog writes it. `started: port=1` has none: there the text is followed by its keys.
fn after_name(text: &str) -> (Option<&str>, &str) {
    match text.split_once(": ") {
        Some((name, rest)) if !name.is_empty() && !name.contains(' ') && !begins_with_key(rest) => (Some(name), rest),
        _ => (None, text),
    }
}

fn begins_with_key(text: &str) -> bool {
    text.split_once('=').is_some_and(|(key, _)| !key.is_empty() && !key.contains([' ', ':']))
}

fn level(name: &str) -> Option<Level> {
    match name.trim().to_ascii_lowercase().as_str() {
        "trace" => Some(Level::Trace),
        "debug" => Some(Level::Debug),
        "info" | "notice" => Some(Level::Info),
        "warn" | "warning" => Some(Level::Warning),
        "err" | "error" | "fatal" | "critical" => Some(Level::Error),
        _ => None,
    }
}
