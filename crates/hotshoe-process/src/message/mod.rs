//! Protobuf from and to JSON, by descriptors that a plugin or its manifest brings.
//!
//! It knows bytes, no connection: whoever speaks with reflection feeds a [`Resolver`] with its answers. Descriptors and
//! messages of a plugin are hostile: they are bounded in number, size and depth, and checked before anything of them is
//! built.

mod check;
mod input;
mod method;
mod nearest;
mod output;
mod resolver;
mod schema;
mod shown;
#[cfg(test)]
mod tests;
pub mod tool_service;
mod types;
mod weigh;

pub use method::Method;
pub use resolver::Resolver;
pub use shown::shown;
pub use types::Types;

/// How many files descriptors may consist of.
pub const MOST_FILES: usize = 1_000;

/// How many imports all files may have together: the time to follow them grows with that times the files.
pub const MOST_IMPORTS: usize = 20_000;

/// How large descriptors may be, all together, in bytes.
pub const MOST_BYTES: usize = 16 << 20;

/// How many messages, enums and methods descriptors may declare.
pub const MOST_MESSAGES: usize = 20_000;

/// How many values descriptors may consist of, a message counting as [`MESSAGE`]: a thousand fields have some twenty
/// thousand.
pub const MOST_DESCRIPTOR_VALUES: usize = 1_000_000;

/// How many values a message counts as: while it is read it takes as much memory as these.
pub const MESSAGE: usize = 14;

/// How many values an answer may have that is made into JSON, a message counting as [`MESSAGE`]. Each takes some 60
/// bytes for a while; whoever has more of them reads the bytes.
pub const MOST_VALUES: usize = 4_000_000;

/// How large the JSON of an answer may become, in bytes, where nobody says otherwise: absent fields are written too, so
/// that a few bytes can become very many.
pub const LARGEST_JSON: usize = 256 << 20;

/// How deep messages may lie in each other. Protobuf's own readers have the same limit.
pub const DEEPEST: usize = 100;
