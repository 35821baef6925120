//! What the passes and steps of plugins work on: values, and contexts that hold them.
//!
//! A [`Value`] is data of any shape, or an object of the host's or a plugin's. A [`Schema`] says which fields a [`Context`]
//! has; each is known by its slot, so that a step reads and writes scalars without looking for a name. [`wire`] is how
//! a value goes to another process. Nothing here knows a plugin, a runtime or C.

mod buffer;
mod collection;
#[expect(clippy::module_inception, reason = "the word and its type")]
mod context;
mod memory;
mod object;
mod schema;
mod text;
mod turn;
mod value;
pub mod wire;

pub use buffer::{Buffer, Element, Layout, Number};
pub use collection::{List, Map};
pub use context::{Context, Reported};
pub use memory::{Memory, Owner};
pub(crate) use object::unknown_method;
pub use object::{HostObject, Object};
pub use schema::{Field, Flags, Schema, Slot};
pub use text::Text;
pub use value::{Type, Value};

use crate::error::codes;

codes! {
    VALUE_TYPE = "value-type", CONTEXT, "A value or a field is of another type than is asked for.";
    VALUE_TOO_DEEP = "value-too-deep", CONTEXT, "Lists and maps would stand in each other more than 128 deep.";
    VALUE_TOO_LARGE = "value-too-large", CONTEXT, "A value would have too many parts, or too many bytes.";
    VALUE_CYCLE = "value-cycle", CONTEXT, "A value would hold itself.";
    BUFFER_INVALID = "buffer-invalid", CONTEXT, "A view does not lie within its memory, or has a shape that no view has.";
    BUFFER_IN_USE = "buffer-in-use", CONTEXT, "Memory cannot be freed or resized, for a view of it is alive.";
    BUFFER_READ_ONLY = "buffer-read-only", CONTEXT, "A view may be read only.";
    METHOD_UNKNOWN = "method-unknown", CONTEXT, "An object, or a plugin, has no method of this name.";
    METHOD_FAILED = "method-failed", CONTEXT, "A method of an object failed.";
    SCHEMA_INVALID = "schema-invalid", CONTEXT, "A schema cannot have such a field.";
    SCHEMA_FROZEN = "schema-frozen", CONTEXT, "A schema has a context already, and gets no more fields.";
    FIELD_UNKNOWN = "field-unknown", CONTEXT, "A context has no such field.";
    FIELD_READ_ONLY = "field-read-only", CONTEXT, "A field cannot be set, or not by a plugin.";
    CONTEXT_BUSY = "context-busy", CONTEXT, "A context belongs to another call, and to one at a time.";
    WIRE_INVALID = "wire-invalid", CONTEXT, "Bytes are no value.";
    WIRE_UNSUPPORTED = "wire-unsupported", CONTEXT, "An object cannot go to another process.";
}
