//! From a text to a JSON object: syntax, and keys that stand twice.

use serde_json::{Map, Value};

use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::json::{kind, value};

/// Reads one JSON object. Nesting is limited to serde_json's 128 levels.
pub(super) fn object(text: &str, diagnostics: &mut Vec<Diagnostic>) -> Result<Map<String, Value>> {
    let (value, repeated) = value(text).map_err(|error| {
        let (message, hint) = match text.trim().is_empty() {
            true => ("the manifest is empty", "the smallest manifest is `{}`".to_owned()),
            false => ("the manifest is not well-formed JSON", what_is_wrong(text, &error)),
        };
        Error::new(Code::MANIFEST_SYNTAX, message).because(error).hint(hint)
    })?;
    for key in repeated {
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
