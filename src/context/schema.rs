//! Which fields the contexts of a host have.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::IndexMap;

use super::{Text, Type};
use crate::error::{Code, Error, Result};
use crate::input::{brief, is_invisible};

/// Which fields contexts have. It begins with those that every context has, and is frozen by its first context.
#[derive(Debug)]
pub struct Schema {
    fields: Arc<Fields>,
    frozen: AtomicBool,
}

pub(super) type Fields = IndexMap<Text, Field>;

/// What a field holds, and who may set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// What may be in it. One of a bool, i64 or f64 begins as zero and is never null; any other begins as null, and may be.
    pub kind: Type,
    /// What else holds for it.
    pub flags: Flags,
}

/// What holds for a field beyond its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Only the host sets it: plugins get `field-read-only`.
    pub read_only: bool,
}

/// Where a field is in every context of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

impl Slot {
    /// `model`, of any type: what the passes work on.
    pub const MODEL: Slot = Slot(0);
    /// `artifacts`, a map: what came of it.
    pub const ARTIFACTS: Slot = Slot(1);
    /// `options`, a map: what the user or the host wants.
    pub const OPTIONS: Slot = Slot(2);
    /// `diagnostics`, a list: what was found. It only grows, by [`Context::report`](super::Context::report).
    pub const DIAGNOSTICS: Slot = Slot(3);
    /// `time_s`, an f64: the time of the step, in seconds.
    pub const TIME_S: Slot = Slot(4);
    /// `scalar_workspace`, of any type: what steps leave to each other.
    pub const SCALAR_WORKSPACE: Slot = Slot(5);
}

const STANDARD: [(&str, Type); 6] = [
    ("model", Type::Any),
    ("artifacts", Type::Map),
    ("options", Type::Map),
    ("diagnostics", Type::List),
    ("time_s", Type::F64),
    ("scalar_workspace", Type::Any),
];

/// How many fields a schema may have, and how long the name of one may be, in bytes.
const MOST_FIELDS: usize = 65536;
const LONGEST_NAME: usize = 255;

impl Default for Schema {
    fn default() -> Schema {
        Schema::new()
    }
}

impl Schema {
    /// The fields that every context has.
    pub fn new() -> Schema {
        let field = |(name, kind): (&str, Type)| {
            let flags = Flags { read_only: name == "diagnostics" };
            (Text::from(name), Field { kind, flags })
        };
        Schema { fields: Arc::new(STANDARD.map(field).into_iter().collect()), frozen: AtomicBool::new(false) }
    }

    /// Adds a field, and says where it is. Fails with `schema-invalid` if there is one of that name, or if the name is
    /// empty, longer than 255 bytes, or holds what cannot be seen; with `schema-frozen` if there was a context.
    pub fn add(&mut self, name: &str, kind: Type, flags: Flags) -> Result<Slot> {
        if *self.frozen.get_mut() {
            return Err(Error::new(
                Code::SCHEMA_FROZEN,
                format!("a schema with contexts gets no field `{}`", brief(name)),
            )
            .hint("add all fields before the first context is made"));
        }
        let is_odd = |c: char| c.is_control() || is_invisible(c);
        let problem = if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(is_odd) {
            "no name of a field"
        } else if self.fields.contains_key(name) {
            "the name of another field"
        } else if self.fields.len() == MOST_FIELDS {
            "one field too many"
        } else if kind == Type::Null {
            "a field that could hold nothing"
        } else {
            let slot = Slot(self.fields.len() as u32);
            Arc::make_mut(&mut self.fields).insert(name.into(), Field { kind, flags });
            return Ok(slot);
        };
        Err(Error::new(Code::SCHEMA_INVALID, format!("`{}` is {problem}", brief(name))))
    }

    /// Where the field of a name is.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        slot(&self.fields, name)
    }

    /// For a context: from here on it never changes.
    pub(super) fn freeze(&self) -> Arc<Fields> {
        self.frozen.store(true, Ordering::Relaxed);
        Arc::clone(&self.fields)
    }
}

pub(super) fn slot(fields: &Fields, name: &str) -> Option<Slot> {
    fields.get_index_of(name).map(|index| Slot(index as u32))
}
