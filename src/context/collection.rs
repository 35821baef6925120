//! Lists and maps of values. A copy that is changed is one's own.

use std::sync::Arc;

use indexmap::IndexMap;

use super::value::Extent;
use super::{Text, Value};
use crate::error::{Code, Error, Result};

/// Values in an order.
#[derive(Clone, Debug, Default)]
pub struct List(Arc<Items>);

#[derive(Clone, Debug)]
struct Items {
    values: Vec<Value>,
    extent: Extent,
}

impl Default for Items {
    fn default() -> Items {
        Items { values: Vec::new(), extent: Extent::EMPTY }
    }
}

impl List {
    /// A list without anything in it.
    pub fn new() -> List {
        List::default()
    }

    /// Its values. `list.get(0)` and `list.iter()` are those of the slice.
    pub fn as_slice(&self) -> &[Value] {
        &self.0.values
    }

    /// Adds a value at the end. Fails with `value-too-deep` or `value-too-large`, and is what it was then.
    pub fn push(&mut self, value: impl Into<Value>) -> Result<()> {
        let value = value.into();
        let extent = self.0.extent.with(value.extent())?;
        let items = Arc::make_mut(&mut self.0);
        items.values.push(value);
        items.extent = extent;
        Ok(())
    }

    /// Takes the last value out.
    pub fn pop(&mut self) -> Option<Value> {
        if self.is_empty() {
            return None;
        }
        let items = Arc::make_mut(&mut self.0);
        let value = items.values.pop()?;
        items.extent = without(items.extent, &value, items.values.iter());
        Some(value)
    }

    /// Puts a value in the place of another. Fails with `argument-invalid` past the last, and as [`List::push`].
    pub fn set(&mut self, index: usize, value: impl Into<Value>) -> Result<()> {
        let value = value.into();
        let old = self.as_slice().get(index).ok_or_else(|| no_item(index, self.as_slice().len()))?;
        let others = self.as_slice().iter().enumerate().filter(|(at, _)| *at != index).map(|(_, other)| other);
        let extent = without(self.0.extent, old, others).with(value.extent())?;
        let items = Arc::make_mut(&mut self.0);
        items.values[index] = value;
        items.extent = extent;
        Ok(())
    }

    pub(super) fn extent(&self) -> Extent {
        self.0.extent
    }
}

fn no_item(index: usize, count: usize) -> Error {
    Error::new(Code::ARGUMENT_INVALID, format!("a list of {count} values has none at {index}"))
}

/// How much is left when a part has gone.
fn without<'a>(all: Extent, gone: &Value, rest: impl Iterator<Item = &'a Value>) -> Extent {
    let gone = gone.extent();
    let parts = all.parts - gone.parts;
    // Only the deepest takes depth with it.
    let is_deepest = gone.depth > 0 && gone.depth + 1 == all.depth;
    let depth = if is_deepest { 1 + rest.map(|part| part.extent().depth).max().unwrap_or(0) } else { all.depth };
    Extent { depth, parts }
}

impl std::ops::Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        self.as_slice()
    }
}

impl PartialEq for List {
    fn eq(&self, other: &List) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.as_slice() == other.as_slice()
    }
}

/// Values by name, in the order in which the names were put in. Two maps are equal whatever their order.
#[derive(Clone, Debug, Default)]
pub struct Map(Arc<Entries>);

#[derive(Clone, Debug)]
struct Entries {
    values: IndexMap<Text, Value>,
    extent: Extent,
}

impl Default for Entries {
    fn default() -> Entries {
        Entries { values: IndexMap::new(), extent: Extent::EMPTY }
    }
}

impl Map {
    /// A map without anything in it.
    pub fn new() -> Map {
        Map::default()
    }

    /// How many names it has.
    pub fn len(&self) -> usize {
        self.0.values.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.values.is_empty()
    }

    /// The value of a name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.values.get(key)
    }

    /// The name and value at a place in its order.
    pub fn at(&self, index: usize) -> Option<(&Text, &Value)> {
        self.0.values.get_index(index)
    }

    /// Its names and values, in its order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Value)> {
        self.0.values.iter()
    }

    /// Gives a name a value, and returns the one it had. A new name is the last. Fails with `value-too-deep` or
    /// `value-too-large`, and is what it was then.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Value>) -> Result<Option<Value>> {
        let (key, value) = (key.into(), value.into());
        let rest = match self.get(&key) {
            Some(old) => {
                let others = self.iter().filter(|(name, _)| **name != key).map(|(_, other)| other);
                without(self.0.extent, old, others)
            }
            None => self.0.extent,
        };
        let extent = rest.with(value.extent())?;
        let entries = Arc::make_mut(&mut self.0);
        entries.extent = extent;
        Ok(entries.values.insert(key, value))
    }

    /// Takes a name out, and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        if !self.0.values.contains_key(key) {
            return None;
        }
        let entries = Arc::make_mut(&mut self.0);
        let value = entries.values.shift_remove(key)?;
        entries.extent = without(entries.extent, &value, entries.values.values());
        Some(value)
    }

    pub(super) fn extent(&self) -> Extent {
        self.0.extent
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.values == other.0.values
    }
}
