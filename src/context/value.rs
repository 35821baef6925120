//! Data of any shape.

use std::sync::Arc;

use super::{Buffer, HostObject, List, Map, Object, Text};
use crate::error::{Code, Error, Result};

/// Data of any shape, or an object of the host's or a plugin's.
///
/// A copy of it is cheap, whatever it is: what is not a scalar is counted, and any thread may make and drop copies. A list
/// or a map that is changed is one's own: whoever has a copy of it still sees what it was. So no value holds itself, and
/// none is deeper than [`Value::DEEPEST`] or has more parts than [`Value::MOST_PARTS`].
///
/// Two values are equal if nobody can tell them apart: of doubles all bits count, so that a NaN is equal to itself and -0
/// is not equal to 0. Objects are equal to themselves only.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    I64(i64),
    /// An IEEE double, with all of its bits.
    F64(f64),
    /// UTF-8.
    Text(Text),
    /// Bytes of any kind.
    Bytes(Arc<[u8]>),
    /// Values in an order.
    List(List),
    /// Values by name, in the order in which they were put in.
    Map(Map),
    /// Something with methods.
    Object(Object),
    /// Numbers in memory, in up to 32 dimensions.
    Buffer(Buffer),
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Of any type: for fields; no value says it.
    Any,
    /// Nothing.
    Null,
    /// True or false.
    Bool,
    /// A whole number of 64 bits.
    I64,
    /// An IEEE double.
    F64,
    /// UTF-8.
    Text,
    /// Bytes of any kind.
    Bytes,
    /// Values in an order.
    List,
    /// Values by name.
    Map,
    /// Something with methods.
    Object,
    /// Numbers in memory.
    Buffer,
}

impl Type {
    /// Its name in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Type::Any => "any",
            Type::Null => "null",
            Type::Bool => "bool",
            Type::I64 => "i64",
            Type::F64 => "f64",
            Type::Text => "text",
            Type::Bytes => "bytes",
            Type::List => "list",
            Type::Map => "map",
            Type::Object => "object",
            Type::Buffer => "buffer",
        }
    }
}

/// How much there is in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// How deep lists and maps stand in each other: of a list of scalars 1.
    pub depth: u32,
    /// How many values there are, itself among them, as if nothing were shared.
    pub parts: u64,
}

impl Extent {
    /// Of what holds nothing.
    pub const SCALAR: Extent = Extent { depth: 0, parts: 1 };
    /// Of a list or map without anything in it.
    pub const EMPTY: Extent = Extent { depth: 1, parts: 1 };

    /// What holds this much, with one more part.
    pub fn with(self, part: Extent) -> Result<Extent> {
        let both = Extent { depth: self.depth.max(part.depth + 1), parts: self.parts + part.parts };
        if both.depth > Value::DEEPEST {
            let message = format!("lists and maps would stand in each other {} deep", both.depth);
            return Err(Error::new(Code::VALUE_TOO_DEEP, message)
                .hint(format!("at most {} are possible; flatten the data, or give an object", Value::DEEPEST)));
        }
        if both.parts > Value::MOST_PARTS {
            let message = format!("a value would have {} parts", both.parts);
            return Err(Error::new(Code::VALUE_TOO_LARGE, message)
                .hint(format!("at most {} are possible; put numbers into a buffer", Value::MOST_PARTS)));
        }
        Ok(both)
    }
}

impl Value {
    /// How deep lists and maps may stand in each other.
    pub const DEEPEST: u32 = 128;

    /// How many values may be in one, itself among them, as if nothing in it were shared.
    pub const MOST_PARTS: u64 = 1 << 24;

    /// Bytes of any kind.
    pub fn bytes(bytes: impl Into<Arc<[u8]>>) -> Value {
        Value::Bytes(bytes.into())
    }

    /// An object.
    pub fn object(object: impl HostObject) -> Value {
        Object::new(object).into()
    }

    /// What it is.
    pub fn kind(&self) -> Type {
        match self {
            Value::Null => Type::Null,
            Value::Bool(_) => Type::Bool,
            Value::I64(_) => Type::I64,
            Value::F64(_) => Type::F64,
            Value::Text(_) => Type::Text,
            Value::Bytes(_) => Type::Bytes,
            Value::List(_) => Type::List,
            Value::Map(_) => Type::Map,
            Value::Object(_) => Type::Object,
            Value::Buffer(_) => Type::Buffer,
        }
    }

    pub(super) fn extent(&self) -> Extent {
        match self {
            Value::List(list) => list.extent(),
            Value::Map(map) => map.extent(),
            _ => Extent::SCALAR,
        }
    }

    /// What is wrong if it is not of the type that is asked for.
    pub fn is_no(&self, asked: Type) -> Error {
        Error::new(Code::VALUE_TYPE, format!("a value is {}, and not {}", self.kind().as_str(), asked.as_str()))
            .hint("ask for its type first")
    }
}

/// What is in a value of one type; for any other `None`, or the error `value-type`.
macro_rules! readers {
    ($($variant:ident, $get:ident, $expect:ident, $type:ty, $pattern:pat => $found:expr;)*) => {
        impl Value {
            $(
                #[doc = concat!("What is in it, if it is `", stringify!($variant), "`.")]
                pub fn $get(&self) -> Option<$type> {
                    if let $pattern = self { Some($found) } else { None }
                }

                #[doc = concat!("What is in it; the error `value-type` if it is not `", stringify!($variant), "`.")]
                pub fn $expect(&self) -> Result<$type> {
                    self.$get().ok_or_else(|| self.is_no(Type::$variant))
                }
            )*
        }
    };
}

readers! {
    Bool, as_bool, to_bool, bool, Value::Bool(it) => *it;
    I64, as_i64, to_i64, i64, Value::I64(it) => *it;
    F64, as_f64, to_f64, f64, Value::F64(it) => *it;
    Text, as_text, to_text, &Text, Value::Text(it) => it;
    Bytes, as_bytes, to_bytes, &Arc<[u8]>, Value::Bytes(it) => it;
    List, as_list, to_list, &List, Value::List(it) => it;
    Map, as_map, to_map, &Map, Value::Map(it) => it;
    Object, as_object, to_object, &Object, Value::Object(it) => it;
    Buffer, as_buffer, to_buffer, &Buffer, Value::Buffer(it) => it;
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(two)) => one == two,
            (Value::I64(one), Value::I64(two)) => one == two,
            (Value::F64(one), Value::F64(two)) => one.to_bits() == two.to_bits(),
            (Value::Text(one), Value::Text(two)) => one == two,
            (Value::Bytes(one), Value::Bytes(two)) => one == two,
            (Value::List(one), Value::List(two)) => one == two,
            (Value::Map(one), Value::Map(two)) => one == two,
            (Value::Object(one), Value::Object(two)) => one == two,
            (Value::Buffer(one), Value::Buffer(two)) => one == two,
            _ => false,
        }
    }
}

impl Eq for Value {}

macro_rules! from {
    ($($type:ty => $variant:ident;)*) => {
        $(
            impl From<$type> for Value {
                fn from(it: $type) -> Value {
                    Value::$variant(it.into())
                }
            }
        )*
    };
}

from! {
    bool => Bool;
    i64 => I64;
    f64 => F64;
    &str => Text;
    String => Text;
    Text => Text;
    List => List;
    Map => Map;
    Object => Object;
    Buffer => Buffer;
}
