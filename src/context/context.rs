//! What the passes and steps of a run share.

use std::fmt;
use std::sync::Arc;

use super::schema::{self, Fields};
use super::{Field, List, Map, Schema, Slot, Text, Type, Value};
use crate::diagnostics::Severity;
use crate::error::{Code, Error, Result};
use crate::input::continued;

/// What the passes and steps of a run share: a value for each field of its [`Schema`], and what was found on the way.
///
/// It belongs to one call at a time, on whatever thread, as `&mut` says.
#[derive(Debug)]
pub struct Context {
    fields: Arc<Fields>,
    cells: Box<[Cell]>,
    diagnostics: Vec<Reported>,
    plugin: Option<Text>,
    pass: Option<Text>,
}

#[derive(Debug)]
struct Cell {
    value: Value,
    field: Field,
}

/// What was found on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of finding it is, in the words of who found it.
    pub code: Text,
    /// What was found.
    pub message: Text,
    /// The plugin that was at work.
    pub plugin: Option<Text>,
    /// The pass or method that was at work.
    pub pass: Option<Text>,
}

/// ``warning[gain-clipped]: plugin `gain`, pass `lower`: …``
impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: ", self.severity, self.code.as_str())?;
        match (&self.plugin, &self.pass) {
            (Some(plugin), Some(pass)) => write!(f, "plugin `{}`, pass `{}`: ", plugin.as_str(), pass.as_str())?,
            (Some(plugin), None) => write!(f, "plugin `{}`: ", plugin.as_str())?,
            _ => {}
        }
        f.write_str(&continued(&self.message))
    }
}

impl Context {
    /// So much may be found.
    pub const MOST_DIAGNOSTICS: usize = 100_000;

    /// A context with the fields of a schema, which gets no more from here on.
    pub fn new(schema: &Schema) -> Context {
        let fields = schema.freeze();
        let cells = fields.iter().map(|(name, field)| Cell { value: first(name, field.kind), field: *field });
        Context { cells: cells.collect(), fields, diagnostics: Vec::new(), plugin: None, pass: None }
    }

    /// Where the field of a name is.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        schema::slot(&self.fields, name)
    }

    /// The name of a field, and what it is.
    pub fn field(&self, slot: Slot) -> Result<(&Text, Field)> {
        let (name, field) = self.fields.get_index(slot.0 as usize).ok_or_else(|| unknown(slot))?;
        Ok((name, *field))
    }

    /// What is in a field. Fails with `field-unknown`.
    pub fn get(&self, slot: Slot) -> Result<Value> {
        if slot == Slot::DIAGNOSTICS {
            return self.diagnostics_list();
        }
        Ok(self.cell(slot)?.value.clone())
    }

    /// Sets a field. Fails with `field-unknown`, with `value-type` if the field takes no such value, and with
    /// `field-read-only` for the diagnostics.
    pub fn set(&mut self, slot: Slot, value: impl Into<Value>) -> Result<()> {
        let value = value.into();
        let cell = self.cells.get_mut(slot.0 as usize).ok_or_else(|| unknown(slot))?;
        if slot == Slot::DIAGNOSTICS {
            return Err(read_only(slot).hint("report what was found instead; diagnostics only grow"));
        }
        if !takes(cell.field.kind, value.kind()) {
            return Err(value.is_no(cell.field.kind));
        }
        cell.value = value;
        Ok(())
    }

    /// Fails with `field-read-only` if plugins may not set a field.
    pub fn may_be_set_by_plugins(&self, slot: Slot) -> Result<()> {
        if self.cell(slot)?.field.flags.read_only { Err(read_only(slot)) } else { Ok(()) }
    }

    /// Adds to the diagnostics, with the plugin and the pass that are at work. Fails with `value-too-large` if there are
    /// [`Context::MOST_DIAGNOSTICS`].
    pub fn report(&mut self, severity: Severity, code: impl Into<Text>, message: impl Into<Text>) -> Result<()> {
        if self.diagnostics.len() == Context::MOST_DIAGNOSTICS {
            let message = format!("a context takes no more than {} diagnostics", Context::MOST_DIAGNOSTICS);
            return Err(Error::new(Code::VALUE_TOO_LARGE, message));
        }
        let (plugin, pass) = (self.plugin.clone(), self.pass.clone());
        self.diagnostics.push(Reported { severity, code: code.into(), message: message.into(), plugin, pass });
        Ok(())
    }

    /// What was found, in the order in which it was.
    pub fn diagnostics(&self) -> &[Reported] {
        &self.diagnostics
    }

    /// Says who is at work, for what is reported from here on.
    pub fn at_work(&mut self, plugin: Option<Text>, pass: Option<Text>) {
        (self.plugin, self.pass) = (plugin, pass);
    }

    fn cell(&self, slot: Slot) -> Result<&Cell> {
        self.cells.get(slot.0 as usize).ok_or_else(|| unknown(slot))
    }

    /// The diagnostics as a value: a list of maps.
    fn diagnostics_list(&self) -> Result<Value> {
        let mut list = List::new();
        for found in &self.diagnostics {
            let mut map = Map::new();
            map.insert("severity", found.severity.to_string())?;
            map.insert("code", found.code.clone())?;
            map.insert("message", found.message.clone())?;
            for (name, text) in [("plugin", &found.plugin), ("pass", &found.pass)] {
                if let Some(text) = text {
                    map.insert(name, text.clone())?;
                }
            }
            list.push(map)?;
        }
        Ok(list.into())
    }
}

/// Scalars by slot, which allocate nothing.
macro_rules! scalars {
    ($($variant:ident, $get:ident, $set:ident, $type:ty;)*) => {
        impl Context {
            $(
                #[doc = concat!("The ", stringify!($type), " in a field. Fails with `field-unknown` or `value-type`.")]
                #[inline]
                pub fn $get(&self, slot: Slot) -> Result<$type> {
                    match self.cells.get(slot.0 as usize) {
                        Some(Cell { value: Value::$variant(it), .. }) => Ok(*it),
                        Some(cell) => Err(cell.value.is_no(Type::$variant)),
                        None => Err(unknown(slot)),
                    }
                }

                #[doc = concat!("Sets a field to the ", stringify!($type), ". Fails as [`Context::set`] does.")]
                #[inline]
                pub fn $set(&mut self, slot: Slot, it: $type) -> Result<()> {
                    match self.cells.get_mut(slot.0 as usize) {
                        // What is there already, the field takes.
                        Some(Cell { value: Value::$variant(place), .. }) => {
                            *place = it;
                            Ok(())
                        }
                        _ => self.set(slot, it),
                    }
                }
            )*
        }
    };
}

scalars! {
    Bool, get_bool, set_bool, bool;
    I64, get_i64, set_i64, i64;
    F64, get_f64, set_f64, f64;
}

/// What a field begins with.
fn first(name: &str, kind: Type) -> Value {
    match kind {
        Type::Bool => Value::Bool(false),
        Type::I64 => Value::I64(0),
        Type::F64 => Value::F64(0.0),
        Type::Map if name == "artifacts" || name == "options" => Map::new().into(),
        _ => Value::Null,
    }
}

/// Whether a field of one type takes a value of another.
fn takes(field: Type, value: Type) -> bool {
    let may_be_null = !matches!(field, Type::Bool | Type::I64 | Type::F64);
    field == Type::Any || field == value || may_be_null && value == Type::Null
}

fn unknown(slot: Slot) -> Error {
    Error::new(Code::FIELD_UNKNOWN, format!("a context has no field at the slot {}", slot.0))
        .hint("slots are those of the context's own schema")
}

fn read_only(slot: Slot) -> Error {
    Error::new(Code::FIELD_READ_ONLY, format!("the field at the slot {} is not to be set here", slot.0))
}
