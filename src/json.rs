//! JSON that somebody else wrote: which keys stand twice in it, and which its reader does not know.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::diagnostics::Diagnostic;
use crate::error::Code;
use crate::input::brief;
use crate::spelling::meant;

/// Reads any JSON value, and the keys that stand twice in an object of it, of which the last one counts.
///
/// Nesting is limited to serde_json's 128 levels.
pub(crate) fn value(text: &str) -> serde_json::Result<(Value, Vec<String>)> {
    let repeated = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = (Tracked { repeated: &repeated }).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, repeated.into_inner()))
}

/// Reads a form, and which keys are in it that the form does not have.
pub(crate) fn form<T: DeserializeOwned>(bytes: &[u8], keys: Keys) -> serde_json::Result<(T, UnknownKeys)> {
    let mut unknown = UnknownKeys::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let form = serde_ignored::deserialize(&mut deserializer, |path| {
        let (place, key) = place_and_key(&path);
        unknown.add(&place, &key, keys);
    })?;
    deserializer.end()?;
    Ok((form, unknown))
}

/// The keys that a form has: for each object in it where that stands, such as `runtimes.native`, and its keys. An
/// object in a list stands where the list does.
pub(crate) type Keys = &'static [(&'static str, &'static [&'static str])];

/// The keys that are in a text and not in its form.
#[derive(Debug, Default)]
pub(crate) struct UnknownKeys {
    /// The first of them, each with where it stands.
    named: Vec<String>,
    /// How many there are beside those.
    more: usize,
    misspelt: Option<String>,
}

impl UnknownKeys {
    /// How many are named: a text of nothing else would make a hundred thousand findings.
    const MOST_NAMED: usize = 20;

    /// Adds a key that stands in a place of a form.
    pub(crate) fn add(&mut self, place: &str, key: &str, keys: Keys) {
        let shown = brief(&if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") });
        let known = keys.iter().find(|(known, _)| *known == place).map_or(&[][..], |(_, keys)| keys);
        if let Some(meant) = meant(key, known).filter(|_| self.misspelt.is_none()) {
            self.misspelt = Some(format!("the key `{shown}` is unknown, and is nearly `{meant}`"));
        }
        match self.named.len() < Self::MOST_NAMED {
            true => self.named.push(shown),
            false => self.more += 1,
        }
    }

    /// What is to be said of the first one that is nearly a key of the form: whoever wrote it meant that.
    pub(crate) fn misspelt(&self) -> Option<&str> {
        self.misspelt.as_deref()
    }

    /// A warning for each.
    pub(crate) fn findings(&self, code: Code) -> Vec<Diagnostic> {
        let finding = |message| Diagnostic::warning(code, message).hint(HINT);
        let named = self.named.iter().map(|key| finding(format!("the key `{key}` is unknown, and means nothing here")));
        let more = (self.more > 0).then(|| finding(format!("{} more keys are unknown", self.more)));
        named.chain(more).collect()
    }
}

const HINT: &str = "remove it, unless it is for a later version of Hotshoe";

/// Where a key stands, and the key.
fn place_and_key(path: &serde_ignored::Path<'_>) -> (String, String) {
    let mut place = Vec::new();
    walk(path, &mut place);
    let key = place.pop().unwrap_or_default();
    (place.join("."), key)
}

/// The keys on the way to a place; which element of a list it is does not count.
fn walk(path: &serde_ignored::Path<'_>, keys: &mut Vec<String>) {
    use serde_ignored::Path;
    match path {
        Path::Root => {}
        Path::Map { parent, key } => {
            walk(parent, keys);
            keys.push(key.clone());
        }
        Path::Seq { parent, .. }
        | Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => walk(parent, keys),
    }
}

/// What a JSON value is, for messages.
pub(crate) fn kind(value: &Value) -> &'static str {
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
